// What jobs of CI find around them, whichever system runs them: a project, a local ECR that decides by the policies of roles, an issuer of
// tokens on this machine, and the tools of a runner. It must not know any CI system, nor what a job is for.
import { chmodSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { startLocalEcr } from '../../src/local/index.js';
import { startIssuer } from '../../src/local/sts/testing/issuer.js';
import { runAws } from './aws-cli-server.js';
import { type Scratch, scratch } from './container-clients.js';
import { awsEnvironment } from './environment.js';
import { toolPath } from './find-tool.js';
import type { LocalEcr } from './local.js';
import type { Image } from './oci-image.js';
import { slipwayBin, type Workspace, workspace } from './slipway.js';

type Environment = Readonly<Record<string, string>>;

export interface CiScene {
  readonly local: LocalEcr;
  readonly at: Scratch;
  readonly project: Workspace;
  /** Of a runner: its tools on the path, and a home without anything. */
  readonly runner: Environment;
  /** May do everything in the account. */
  administrator(account: string): Environment;
  /** ECR's own address of a registry, at the local ECR. */
  here(text: string): string;
  /** A program on the path of the runner. */
  executable(name: string, text: string): void;
  /** A token of the issuer. */
  token(claims: Readonly<Record<string, unknown>>): string;
  /** As AWS Inspector and the basic scan would find them: all images of the index have the same. */
  findings(image: Image, repository: string, account: string, severity?: string): Promise<void>;
  /** The digest of each tag. */
  tagsOf(account: string, repository: string): Promise<Readonly<Record<string, string>>>;
  close(): Promise<void>;
}

export async function ciScene({
  host,
  region,
  account,
  manifest,
}: {
  /** Of the issuer, as IAM knows it. */
  readonly host: string;
  readonly region: string;
  /** Whose registry is at home. */
  readonly account: string;
  readonly manifest: string;
}): Promise<CiScene> {
  const issuer = await startIssuer();
  const local = await startLocalEcr({ memory: true, port: 0, auth: 'strict', oidcIssuers: { [host]: issuer.url } });
  const at = scratch();
  const bin = join(at.folder, 'bin');
  mkdirSync(bin);
  const administrator = (of: string): Environment => ({
    ...awsEnvironment({ endpoint: local.url, account: of, region }),
    ...local.variables({ account: of, region }),
  });
  const executable = (name: string, text: string): void => {
    writeFileSync(join(bin, name), `#!/bin/sh\n${text}\n`);
    chmodSync(join(bin, name), 0o755);
  };
  // A runner has a policy in /etc, and ECR has TLS.
  const plain =
    'case $1 in copy) plain="--src-tls-verify=false --dest-tls-verify=false" ;; *) plain=--tls-verify=false ;; esac';
  const policy = join(at.folder, 'policy.json');
  executable(
    'skopeo',
    `${plain}\ncommand=$1\nshift\nexec ${toolPath('skopeo')} --policy ${policy} $command $plain "$@"`,
  );
  executable('slipway', `exec ${process.execPath} ${await slipwayBin()} "$@"`);
  const project = await workspace({ 'slipway.yaml': manifest }, administrator(account));
  return {
    local,
    at,
    project,
    runner: { ...at.env, PATH: [bin, dirname(toolPath('skopeo')), dirname(toolPath('aws')), at.env['PATH']].join(':') },
    administrator,
    here: (text) => text.replaceAll(/(\d{12})\.dkr\.ecr\.([\w-]+)\.amazonaws\.com/g, `${local.registry}/$1.$2`),
    executable,
    token: (claims) => issuer.token({ iss: `https://${host}`, ...claims }, Date.now()),
    async findings(image, repository, of, severity) {
      for (const {
        manifest: { digest },
      } of image.children) {
        const answer = await fetch(`${local.url}/_slipway/scan-findings`, {
          method: 'POST',
          body: JSON.stringify({
            image: `${repository}@${digest}`,
            account: of,
            region,
            findings: { findings: severity === undefined ? [] : [{ name: 'CVE-2026-1', severity }] },
          }),
        });
        if (answer.status !== 200) throw new Error(await answer.text());
      }
    },
    async tagsOf(of, repository) {
      const args = ['ecr', 'describe-images', '--repository-name', repository, '--output', 'json'];
      const done = await runAws(args, { env: administrator(of) });
      if (done.code !== 0) throw new Error(done.stderr);
      const { imageDetails } = JSON.parse(done.stdout) as {
        imageDetails: readonly { readonly imageDigest: string; readonly imageTags?: readonly string[] }[];
      };
      return Object.fromEntries(
        imageDetails.flatMap(({ imageDigest, imageTags = [] }) => imageTags.map((tag) => [tag, imageDigest])),
      );
    },
    async close() {
      project.remove();
      at.remove();
      await local.close();
      await issuer.close();
    },
  };
}

/** A folder for one job, within those of the scene. */
export function jobFolder({ at }: CiScene, name: string): string {
  return mkdtempSync(join(at.folder, `${name}-`));
}
