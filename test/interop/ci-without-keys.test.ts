// From a token to a pushed image, with clients of other people: a CI job that has no key takes the role that `slipway apply` made of a
// grant, pushes where it may, and is refused everywhere else; accounts pull across as they were granted. The local ECR is strict.
// It must not know how policies, roles or tokens are made.
import { mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startLocalEcr } from '../../src/local/index.js';
import { startIssuer, type TestIssuer } from '../../src/local/sts/testing/issuer.js';
import { runAws } from '../support/aws-cli-server.js';
import { type Scratch, scratch } from '../support/container-clients.js';
import { awsEnvironment } from '../support/environment.js';
import { toolPath } from '../support/find-tool.js';
import type { LocalEcr } from '../support/local.js';
import { makeImage, writeLayout } from '../support/oci-image.js';
import { type Finished, run } from '../support/processes.js';
import { type Workspace, workspace } from '../support/slipway.js';
import { describeWith } from '../support/tools.js';

const github = 'token.actions.githubusercontent.com';
const [registry, granted, stranger] = ['222222222222', '333333333333', '444444444444'] as const;
const region = 'eu-west-1';
const timeout = 180_000;

const manifest = `
apiVersion: ecr.slipway.dev/v1
kind: Project
metadata: {name: payments}
spec:
  naming: "{project}/{name}"
  environments:
    prod: {account: "${registry}", region: ${region}, preset: production}
  repositories:
    api:
      access:
        push: [{github: acme/api, branch: main, orgId: "1001", repoId: "2002"}]
        pull: ["account:${granted}"]
    web: {}
`;

/** What GitHub says of a job (docs of GitHub Actions, "OpenID Connect reference"). */
function job(subject: string): Record<string, string> {
  return { iss: `https://${github}`, aud: 'sts.amazonaws.com', sub: subject, repository: 'acme/api' };
}

const main = 'repo:acme/api:ref:refs/heads/main';

describeWith({ tools: ['aws', 'skopeo'] }, 'a CI job with nothing but its token', () => {
  let issuer: TestIssuer;
  let local: LocalEcr;
  let at: Scratch;
  let project: Workspace;
  let role: string;

  /** The environment of whoever has an account's administrator's keys. */
  const administrator = (account: string): Record<string, string> => ({
    ...awsEnvironment({ endpoint: local.url, account, region }),
    ...local.variables({ account, region }),
  });

  /** That of a job, as aws-actions/configure-aws-credentials leaves it: a role, a token, and no key. */
  const runner = (token: string): Record<string, string> => {
    // A fresh machine for each job: the AWS CLI keeps the sessions of roles at home.
    const HOME = mkdtempSync(join(at.folder, 'runner-'));
    const file = join(HOME, 'token');
    writeFileSync(file, token);
    const { AWS_ACCESS_KEY_ID: _, AWS_SECRET_ACCESS_KEY: __, ...env } = administrator(registry);
    return {
      ...env,
      HOME,
      AWS_ROLE_ARN: role,
      AWS_WEB_IDENTITY_TOKEN_FILE: file,
      AWS_ROLE_SESSION_NAME: 'GitHubActions',
    };
  };

  const aws = (env: Record<string, string>, ...args: string[]): Promise<Finished> => runAws(args, { env });

  const ok = (done: Finished): string => {
    expect(done.code, `${done.stdout}${done.stderr}`).toBe(0);
    return done.stdout;
  };

  /** Logs skopeo in as whoever `env` is; the file that it keeps. */
  async function login(env: Record<string, string>, name: string): Promise<string> {
    const password = ok(await aws(env, 'ecr', 'get-login-password'));
    const file = join(at.folder, `${name}.json`);
    const args = ['login', '--tls-verify=false', '--authfile', file, '-u', 'AWS', '--password-stdin', local.registry];
    ok(await run(toolPath('skopeo'), args, { env: at.env, input: password }));
    return file;
  }

  const address = (name: string): string => `docker://${local.registry}/${registry}.${region}/payments/${name}:v1`;

  const copy = (authfile: string, tls: string, from: string, to: string): Promise<Finished> =>
    at.attempt('skopeo', ['copy', '--retry-times', '0', tls, '--authfile', authfile, from, to]);

  const push = (authfile: string, name: string): Promise<Finished> =>
    copy(authfile, '--dest-tls-verify=false', `oci:${join(at.folder, 'image')}:v1`, address(name));

  const pull = (authfile: string, name: string): Promise<Finished> =>
    copy(authfile, '--src-tls-verify=false', address(name), `dir:${join(at.folder, `pulled-${name}`)}`);

  /** A user of an account, with one of AWS's own policies or with none, and nothing of the administrator's. */
  async function user(account: string, policy?: string): Promise<Record<string, string>> {
    const name = policy === undefined ? 'nobody' : 'puller';
    ok(await aws(administrator(account), 'iam', 'create-user', '--user-name', name));
    if (policy !== undefined) {
      const arn = `arn:aws:iam::aws:policy/${policy}`;
      ok(await aws(administrator(account), 'iam', 'attach-user-policy', '--user-name', name, '--policy-arn', arn));
    }
    const made = ok(await aws(administrator(account), 'iam', 'create-access-key', '--user-name', name));
    const { AccessKey } = JSON.parse(made) as { AccessKey: { AccessKeyId: string; SecretAccessKey: string } };
    const { AccessKeyId: AWS_ACCESS_KEY_ID, SecretAccessKey: AWS_SECRET_ACCESS_KEY } = AccessKey;
    return { ...administrator(account), AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY };
  }

  beforeAll(async () => {
    issuer = await startIssuer();
    local = await startLocalEcr({ memory: true, port: 0, auth: 'strict', oidcIssuers: { [github]: issuer.url } });
    at = scratch();
    writeLayout(join(at.folder, 'image'), 'v1', makeImage({ size: 10_000 }));
    project = await workspace({ 'slipway.yaml': manifest }, administrator(registry));
  }, timeout);
  afterAll(async () => {
    project?.remove();
    at?.remove();
    await local?.close();
    await issuer?.close();
  });

  it(
    'finds the role that apply made of the grant; a second apply has nothing to do',
    async () => {
      ok(await project.slipway(['apply', '-e', 'prod', '--auto-approve']));
      ok(await project.slipway(['plan', '-e', 'prod', '--detailed-exitcode']));
      const told = JSON.parse(ok(await project.slipway(['output', '-e', 'prod', '--output', 'json']))) as {
        roles: Record<string, { arn: string }>;
      };
      const arns = Object.values(told.roles).map(({ arn }) => arn);
      expect(arns).toEqual([expect.stringMatching(`^arn:aws:iam::${registry}:role/payments-prod-`)]);
      [role = ''] = arns;
    },
    timeout,
  );

  it(
    'takes the role, logs in, and pushes to the one repository that it may',
    async () => {
      for (const [subject, name] of [
        [main, 'of-old'],
        ['repo:acme@1001/api@2002:ref:refs/heads/main', 'of-new'],
      ] as const) {
        const env = runner(issuer.token(job(subject), Date.now()));
        const who = JSON.parse(ok(await aws(env, 'sts', 'get-caller-identity'))) as { Arn: string };
        expect(who.Arn).toBe(`${role.replace(':iam:', ':sts:').replace(':role/', ':assumed-role/')}/GitHubActions`);
        const file = await login(env, name);
        ok(await push(file, 'api'));
      }
    },
    timeout,
  );

  it(
    'is denied on the next repository, and can delete nothing, not even its own',
    async () => {
      const env = runner(issuer.token(job(main), Date.now()));
      const file = await login(env, 'next');
      const refused = await push(file, 'web');
      expect(refused.code).not.toBe(0);
      expect(refused.stderr).toMatch(/denied|403|not authorized/i);
      const image = ['--repository-name', 'payments/api', '--image-ids', 'imageTag=v1'];
      const deleted = await aws(env, 'ecr', 'batch-delete-image', ...image);
      expect(deleted.code).not.toBe(0);
      expect(deleted.stderr).toContain('AccessDeniedException');
      expect(deleted.stderr).toContain('no identity-based policy allows the ecr:BatchDeleteImage action');
      const listed = await aws(administrator(registry), 'ecr', 'list-images', '--repository-name', 'payments/web');
      expect(JSON.parse(ok(listed))).toEqual({ imageIds: [] });
    },
    timeout,
  );

  it(
    'gets no role from another branch, a pull request or another repository, nor with a token that is late or forged',
    async () => {
      const refusal = async (token: string): Promise<string> => {
        const done = await aws(runner(token), 'sts', 'get-caller-identity');
        expect(done.code).not.toBe(0);
        return done.stderr;
      };
      for (const subject of [
        'repo:acme/api:ref:refs/heads/feature',
        'repo:acme/api:ref:refs/heads/main-2',
        'repo:acme/api:pull_request',
        'repo:acme/api:environment:main',
        'repo:acme/web:ref:refs/heads/main',
        'repo:acme@1001/api@3003:ref:refs/heads/main',
        'repo:mallory/api:ref:refs/heads/main',
      ]) {
        expect(await refusal(issuer.token(job(subject), Date.now())), subject).toContain(
          '(AccessDenied) when calling the AssumeRoleWithWebIdentity operation: Not authorized to perform sts:AssumeRoleWithWebIdentity',
        );
      }
      const otherAudience = { ...job(main), aud: 'https://github.com/acme' };
      expect(await refusal(issuer.token(otherAudience, Date.now()))).toContain('Incorrect token audience');
      expect(await refusal(issuer.token(job(main), Date.now() - 3_600_000))).toContain('ExpiredToken');
      expect(await refusal(issuer.forge(job(main), Date.now()))).toContain('InvalidIdentityToken');
    },
    timeout,
  );

  it(
    'an account that was granted it pulls across accounts, by the leave of its own policies; nobody else does',
    async () => {
      const pullOnly = 'AmazonEC2ContainerRegistryPullOnly';
      const theirs = await login(await user(granted, pullOnly), 'granted');
      ok(await pull(theirs, 'api'));
      const ungranted = await pull(theirs, 'web');
      expect(ungranted.code).not.toBe(0);
      expect(ungranted.stderr).toMatch(/denied|403|not authorized/i);

      const strangers = await login(await user(stranger, pullOnly), 'stranger');
      const refused = await pull(strangers, 'api');
      expect(refused.code).not.toBe(0);
      expect(refused.stderr).toMatch(/denied|403|not authorized/i);
      const image = ['--repository-name', 'payments/api', '--image-ids', 'imageTag=v1'];
      const asked = await aws(administrator(stranger), 'ecr', 'batch-get-image', '--registry-id', registry, ...image);
      expect(asked.stderr).toContain('no resource-based policy allows the ecr:BatchGetImage action');

      // The grant is to the account; whom it lets, it says itself.
      const none = await aws(await user(granted), 'ecr', 'get-login-password');
      expect(none.stderr).toContain('no identity-based policy allows the ecr:GetAuthorizationToken action');
    },
    timeout,
  );
});
