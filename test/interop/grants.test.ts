// Grants of every kind by Slipway's command line, on moto and on the local ECR, beside statements that the AWS CLI put there.
// It must not know how statements are made or merged: it looks at policies from outside.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { cli } from '../support/cli.js';
import { awsOk, type Endpoint, type JsonObject, motoAccount, startMoto, wireOk } from '../support/clients.js';
import { awsEnvironment } from '../support/environment.js';
import { startLocal } from '../support/local.js';
import { describeWith } from '../support/tools.js';

const region = 'eu-west-1';
const timeout = 60_000;

/** Grantees of each kind, under each verb, at each place that takes grants, and typed statements. */
const manifest = (ci: string): string => `apiVersion: ecr.slipway.dev/v1
kind: Project
metadata: {name: payments, org: acme}
spec:
  naming: "{project}/{name}"
  environments:
    prod:
      account: "${motoAccount}"
      region: ${region}
      preset: production
      pull: ["account:555555555555"]
      push: ["role:arn:aws:iam::333333333333:role/ci"${ci}]
  access:
    pull: ["account:444444444444"]
    grants: [{repositories: ["payments/api", "w*"], pull: ["account:666666666666"], read: ["user:arn:aws:iam::333333333333:user/anna"]}]
  repositories:
    project-wide: {}
    web: {}
    api: {access: {push: ["user:arn:aws:iam::333333333333:user/deployer"], pullAndPush: ["account:${motoAccount}"]}}
    principals:
      access:
        pull: ["account:444444444444", "role:arn:aws:iam::333333333333:role/eks-node", "user:arn:aws:iam::333333333333:user/anna"]
        pullAndPush: ["role:arn:aws:iam::333333333333:role/build/ci"]
        read: ["role:arn:aws:iam::333333333333:role/auditor", "org:o-abcdefghij"]
        manage: ["role:arn:aws:iam::333333333333:role/janitor"]
    organisations: {access: {pull: ["org:o-abcdefghij", "ou:o-abcdefghij/ou-ab12-11111111"], read: ["ou:o-abcdefghij/r-ab12"]}}
    services:
      access:
        pull:
          - "service:lambda"
          - {service: sagemaker, sourceAccount: "777777777777"}
          - {service: codebuild, sourceArn: "arn:aws:codebuild:${region}:${motoAccount}:project/build"}
        push: [{service: codebuild, sourceAccount: "${motoAccount}"}]
    typed:
      access:
        statements:
          - {name: NoDelete, effect: Deny, principals: ["*"], actions: ["ecr:DeleteRepository"], conditions: {StringNotEquals: {"aws:PrincipalOrgID": o-abcdefghij}}}
          - {name: Look, effect: Allow, principals: ["arn:aws:iam::444444444444:root"], actions: ["ecr:DescribeImages"]}
`;

interface Cloud {
  readonly name: string;
  readonly tools: readonly ('aws' | 'moto_server')[];
  /** Grantees that only this cloud can be given, after a comma. */
  readonly ci: string;
  /** The policy of the registry with all that this cloud knows; moto has no scope, and no action but those of replication. */
  readonly registryPolicy: string;
  start(): Promise<{ readonly url: string; stop(): Promise<void> }>;
}

/** The policy of the registry, which a cloud may know less of. */
const registryOf = (grants: string): string => `---
apiVersion: ecr.slipway.dev/v1
kind: AwsEcrRegistry
metadata: {name: registry}
spec: {registryPolicy: ${grants}}
`;
const replicate = (account: string): string =>
  `{grants: [{repositories: ["mirror/*"], replicate: ["account:${account}"]}]}`;

const clouds: readonly Cloud[] = [
  { name: 'moto', tools: ['moto_server', 'aws'], ci: '', registryPolicy: replicate('444444444444'), start: startMoto },
  {
    name: 'the local ECR',
    tools: ['aws'],
    // Roles of CI jobs are stacks, of which moto makes less.
    ci: ', "github:acme/payments@main", "github:acme/payments#production", "gitlab:acme/tools/payments@main"',
    registryPolicy: `{scope: V2, grants: [
      {repositories: ["*"], replicate: ["account:444444444444", "account:555555555555"], pull: ["org:o-abcdefghij"]},
      {repositories: ["hub/*", "quay/*"], pullThrough: ["account:${motoAccount}"], pullAndPush: ["account:666666666666"], read: ["ou:o-abcdefghij/ou-ab12-11111111"], manage: ["role:arn:aws:iam::333333333333:role/janitor"]},
    ]}`,
    start: async () => {
      const local = await startLocal();
      return { url: local.url, stop: () => local.close() };
    },
  },
];

/** What a person who knows nothing of Slipway writes. */
const byHand = {
  Sid: 'ByHand',
  Effect: 'Allow',
  Principal: { AWS: 'arn:aws:iam::888888888888:root' },
  Action: ['ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'],
};

/** An image that needs no layers to be there. */
const mediaType = 'application/vnd.oci.image.index.v1+json';
const emptyList = {
  imageManifest: JSON.stringify({ schemaVersion: 2, mediaType, manifests: [] }),
  imageManifestMediaType: mediaType,
};

/** A project that grants on the repository `shared/base`. */
const sharing = (project: string, puller: string): string => `apiVersion: ecr.slipway.dev/v1
kind: Project
metadata: {name: ${project}}
spec:
  environments: {prod: {account: "${motoAccount}", region: ${region}}}
  repositories:
    base: {repositoryName: shared/base, access: {pull: ["account:${puller}"]}}
`;

for (const cloud of clouds) {
  describeWith({ tools: cloud.tools }, `grants on ${cloud.name}`, () => {
    let server: Awaited<ReturnType<Cloud['start']>>;
    let at: Endpoint;
    const projects: string[] = [];

    const write = (folder: string, text: string): void => {
      writeFileSync(join(folder, 'slipway.yaml'), text);
    };
    /** Its folder. */
    const project = (text: string): string => {
      const folder = mkdtempSync(join(tmpdir(), 'slipway-grants-'));
      projects.push(folder);
      write(folder, text);
      return folder;
    };
    const slipway = async (where: string, args: readonly string[], code: number): Promise<string> => {
      const done = await cli([...args, '-e', 'prod'], { cwd: where, env: awsEnvironment(at) });
      expect(done.code, `slipway ${args.join(' ')}\n${done.stdout}\n${done.stderr}`).toBe(code);
      return `${done.stdout}\n${done.stderr}`;
    };
    const apply = (where: string, ...accepted: readonly string[]): Promise<string> =>
      slipway(where, ['apply', '--auto-approve', ...accepted.flatMap((hazard) => ['--accept', hazard])], 0);
    const policyOf = async (repositoryName: string): Promise<JsonObject[]> => {
      const { policyText } = await wireOk(at, 'ecr', 'GetRepositoryPolicy', { repositoryName });
      return (JSON.parse(String(policyText)) as { Statement: JsonObject[] }).Statement;
    };
    /** The AWS CLI adds a statement to what is there. */
    const addByHand = async (repositoryName: string): Promise<void> => {
      const { policyText } = await awsOk(at, 'ecr', 'GetRepositoryPolicy', { repositoryName });
      const policy = JSON.parse(String(policyText)) as { Version: string; Statement: JsonObject[] };
      await awsOk(at, 'ecr', 'SetRepositoryPolicy', {
        repositoryName,
        policyText: JSON.stringify({ ...policy, Statement: [byHand, ...policy.Statement] }),
      });
    };

    beforeAll(async () => {
      server = await cloud.start();
      at = { endpoint: server.url, account: motoAccount, region };
      // The AWS SDK in this process looks there.
      for (const [name, value] of Object.entries(awsEnvironment(at))) {
        if (name.startsWith('AWS_')) vi.stubEnv(name, value);
      }
    }, 240_000);

    afterAll(async () => {
      vi.unstubAllEnvs();
      for (const folder of projects) rmSync(folder, { recursive: true, force: true });
      await server?.stop();
    });

    it(
      'leave nothing to do for a second apply, whatever their kind',
      async () => {
        const payments = project(manifest(cloud.ci));
        await apply(payments);
        const names = ['project-wide', 'web', 'api', 'principals', 'organisations', 'services', 'typed'];
        const read = (): Promise<JsonObject[][]> => Promise.all(names.map((name) => policyOf(`payments/${name}`)));
        const first = await read();
        expect(await slipway(payments, ['plan', '--detailed-exitcode'], 0)).toContain('Nothing to do');
        expect(await apply(payments)).toContain('Nothing to do');
        expect(await read()).toEqual(first);
        await slipway(payments, ['drift'], 0);

        // Each kind is in the policies at all, or there would be nothing to hold still.
        const text = JSON.stringify(first);
        const kinds = [
          '444444444444',
          'role/eks-node',
          'user/anna',
          'o-abcdefghij',
          'ou-ab12-11111111',
          'aws:SourceArn',
        ];
        for (const kind of [
          ...kinds,
          'aws:SourceAccount',
          '555555555555',
          '666666666666',
          'NoDelete',
          'role/janitor',
        ]) {
          expect(text, kind).toContain(kind);
        }
        const of = (name: string): string => JSON.stringify(first[names.indexOf(name)]);
        expect(of('web')).toContain('666666666666');
        expect(of('project-wide')).not.toContain('666666666666');
        if (cloud.ci !== '') {
          const { Roles } = await awsOk(at, 'iam', 'ListRoles');
          const trust = JSON.stringify(Roles);
          for (const subject of [
            'acme/payments:ref:refs/heads/main',
            'environment:production',
            'acme/tools/payments',
          ]) {
            expect(trust).toContain(subject);
          }
        }
      },
      timeout,
    );

    it(
      'keep a statement of the AWS CLI through ten applies, and a destroy that leaves the repository',
      async () => {
        const text = (puller: number): string => sharing('kept', String(puller)).replace('shared/base', 'kept/base');
        const kept = project(text(200000000000));
        await apply(kept);
        await addByHand('kept/base');
        const ours = (puller: number): unknown =>
          expect.objectContaining({ Principal: { AWS: expect.stringContaining(String(puller)) as string } });
        for (let change = 1; change <= 10; change += 1) {
          write(kept, text(200000000000 + change));
          await apply(kept, 'lose-access');
          const statements = await policyOf('kept/base');
          expect(statements).toHaveLength(2);
          expect(statements).toEqual(expect.arrayContaining([byHand, ours(200000000000 + change)]));
        }
        expect(await slipway(kept, ['plan', '--detailed-exitcode'], 0)).toContain('Nothing to do');

        // A repository with images is not deleted without consent, and then its policy stays as it is.
        await wireOk(at, 'ecr', 'PutImage', { repositoryName: 'kept/base', imageTag: 'v1', ...emptyList });
        const before = await policyOf('kept/base');
        expect(await slipway(kept, ['destroy', '--auto-approve'], 1)).toContain('RepositoryNotEmptyException');
        expect(await policyOf('kept/base')).toEqual(before);
      },
      timeout,
    );

    it(
      'of two projects on one repository stand beside each other through apply and destroy of either',
      async () => {
        const [platform, billing] = [
          project(sharing('platform', '333333333333')),
          project(sharing('billing', '999999999999')),
        ];
        const both = async (): Promise<void> => {
          const pullers = (await policyOf('shared/base')).map(({ Principal }) => JSON.stringify(Principal)).sort();
          expect(pullers).toEqual([expect.stringContaining('333333333333'), expect.stringContaining('999999999999')]);
        };
        await apply(platform);
        // It belongs to one of them; the other gets it with consent that names it, and nothing of the first one's grants goes.
        expect(await slipway(billing, ['apply', '--auto-approve'], 3)).toContain('--accept take-over:shared/base');
        for (const [owner, other] of [
          [billing, platform],
          [platform, billing],
        ] as const) {
          await apply(owner, 'take-over:shared/base');
          await both();
          expect(await slipway(owner, ['plan', '--detailed-exitcode'], 0)).toContain('Nothing to do');
          expect(await apply(owner)).toContain('Nothing to do');
          await slipway(other, ['destroy', '--auto-approve'], 0);
          await both();
        }
      },
      timeout,
    );

    it(
      'of a registry leave nothing to do for a second apply, and leave to others what is theirs through ten of them and destroy',
      async () => {
        const live = async (): Promise<JsonObject[]> => {
          const { policyText } = await wireOk(at, 'ecr', 'GetRegistryPolicy', {});
          return (JSON.parse(String(policyText)) as { Statement: JsonObject[] }).Statement;
        };
        const text = (name: string, policy: string): string =>
          sharing(name, '333333333333').replace('shared/base', `${name}/base`) + registryOf(policy);
        const first = project(text('mirrors', cloud.registryPolicy));
        await apply(first);
        const made = await live();
        expect(await slipway(first, ['plan', '--detailed-exitcode'], 0)).toContain('Nothing to do');
        expect(await apply(first)).toContain('Nothing to do');
        await slipway(first, ['drift'], 0);
        expect(await live()).toEqual(made);
        // The same statement as by hand in a repository's policy, but of an action that is a registry's.
        const theirs = {
          Sid: 'ByHand',
          Effect: 'Allow',
          Principal: { AWS: 'arn:aws:iam::888888888888:root' },
          Action: 'ecr:ReplicateImage',
          Resource: `arn:aws:ecr:${region}:${motoAccount}:repository/*`,
        };
        await awsOk(at, 'ecr', 'PutRegistryPolicy', {
          policyText: JSON.stringify({ Version: '2012-10-17', Statement: [theirs, ...made] }),
        });
        const second = project(text('others', replicate('777777777777')));
        await apply(second);
        for (let change = 1; change <= 10; change += 1) {
          write(first, text('mirrors', replicate(String(200000000000 + change))));
          await apply(first, 'lose-access');
        }
        const statements = await live();
        expect(statements).toHaveLength(3);
        expect(statements).toContainEqual(theirs);
        const all = JSON.stringify(statements);
        for (const one of ['200000000010', '777777777777']) expect(all).toContain(one);
        await slipway(first, ['destroy', '--auto-approve'], 0);
        const left = await live();
        expect(left).toHaveLength(2);
        expect(left).toContainEqual(theirs);
        expect(JSON.stringify(left)).toContain('777777777777');
      },
      timeout,
    );
  });
}
