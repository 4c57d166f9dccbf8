// Scenes for the fault suites: a small project, what is in AWS before the run, and a comparable picture of what is there after it.
// It must not know how Slipway goes about its work.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { type CliResult, cli } from './cli.js';
import { type Endpoint, type JsonObject, wire, wireOk } from './clients.js';
import { awsEnvironment } from './environment.js';

export const region = 'eu-west-1';

export function manifest(account: string, name = 'payments'): string {
  return `
apiVersion: ecr.slipway.dev/v1
kind: Project
metadata: {name: ${name}}
spec:
  naming: "{project}/{name}"
  defaultTags: {Team: payments}
  environments:
    prod: {account: "${account}", region: ${region}, preset: production}
  access: {pull: ["account:444444444444"]}
  repositories:
    api: {lifecyclePolicy: {keep: [{tags: ["v*"], last: 50}]}}
    web: {mutableTagPatterns: [latest], access: {pull: ["account:444444444444", "account:555555555555"], push: ["role:arn:aws:iam::333333333333:role/ci"]}}
    jobs: {lifecyclePolicy: {none: true}}
`;
}

/** A project folder in one fresh account of one local ECR. */
export interface Stage {
  readonly account: string;
  /** The account at the server itself, past any proxy. */
  readonly at: Endpoint;
  readonly folder: string;
  /** Runs a command in this process; `endpoint` is that of a proxy, or the server's own. */
  run(
    args: readonly string[],
    options?: { readonly endpoint?: string; readonly signal?: AbortSignal },
  ): Promise<CliResult>;
  env(endpoint?: string): Record<string, string>;
  remove(): void;
}

let accounts = 0;

/** An account that no other test of this process uses: accounts of a local ECR share nothing. */
export function freshAccount(): string {
  accounts += 1;
  return String(600_000_000_000 + accounts);
}

export function stage(
  serverUrl: string,
  options: { readonly account?: string; readonly project?: string } = {},
): Stage {
  const account = options.account ?? freshAccount();
  const folder = mkdtempSync(join(tmpdir(), 'slipway-fault-'));
  writeFileSync(join(folder, 'slipway.yaml'), manifest(account, options.project));
  const env = (endpoint = serverUrl): Record<string, string> => awsEnvironment({ endpoint, account, region });
  return {
    account,
    at: { endpoint: serverUrl, account, region },
    folder,
    env,
    // The SDK reads its endpoint from the process; inside one process `--local` tells each run its own.
    run: (args, { endpoint = serverUrl, signal } = {}) =>
      cli([...args, '--local'], {
        cwd: folder,
        env: { SLIPWAY_LOCAL_PORT: new URL(endpoint).port },
        ...(signal === undefined ? {} : { signal }),
      }),
    remove: () => {
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Runs a command that must end with `code`. */
export async function must(where: Stage, code: number, args: readonly string[], endpoint?: string): Promise<string> {
  const done = await where.run(args, endpoint === undefined ? {} : { endpoint });
  expect(done.code, `slipway ${args.join(' ')}\n${done.stdout}\n${done.stderr}`).toBe(code);
  return `${done.stdout}\n${done.stderr}`;
}

export const foreignStatement = {
  Sid: 'LambdaECRImageRetrievalPolicy',
  Effect: 'Allow',
  Principal: { Service: 'lambda.amazonaws.com' },
  Action: ['ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'],
};

export const byHand = JSON.stringify({
  rules: [
    {
      rulePriority: 1,
      description: 'made by hand in the console',
      selection: { tagStatus: 'any', countType: 'imageCountMoreThan', countNumber: 7 },
      action: { type: 'expire' },
    },
  ],
});

export interface Scenario {
  readonly name: string;
  readonly args: readonly string[];
  /** Whether the command leaves a project that `plan` finds nothing to do in. */
  readonly leavesProject: boolean;
  prepare(where: Stage): Promise<void>;
}

async function tamper(where: Stage): Promise<void> {
  const { at } = where;
  const arn = (name: string): string => `arn:aws:ecr:${region}:${at.account}:repository/payments/${name}`;
  const ecr = (operation: string, input: JsonObject): Promise<JsonObject> => wireOk(at, 'ecr', operation, input);
  await ecr('PutImageTagMutability', { repositoryName: 'payments/api', imageTagMutability: 'MUTABLE' });
  await ecr('PutImageScanningConfiguration', {
    repositoryName: 'payments/api',
    imageScanningConfiguration: { scanOnPush: false },
  });
  await ecr('PutLifecyclePolicy', { repositoryName: 'payments/api', lifecyclePolicyText: byHand });
  await ecr('SetRepositoryPolicy', {
    repositoryName: 'payments/api',
    policyText: JSON.stringify({ Version: '2012-10-17', Statement: [foreignStatement] }),
  });
  await ecr('TagResource', {
    resourceArn: arn('api'),
    tags: [
      { Key: 'Team', Value: 'nobody' },
      { Key: 'Owner', Value: 'console' },
    ],
  });
  await ecr('DeleteLifecyclePolicy', { repositoryName: 'payments/web' });
  await ecr('DeleteRepositoryPolicy', { repositoryName: 'payments/web' });
  await ecr('UntagResource', { resourceArn: arn('web'), tagKeys: ['Team'] });
  await ecr('PutLifecyclePolicy', { repositoryName: 'payments/jobs', lifecyclePolicyText: byHand });
}

async function applied(where: Stage): Promise<void> {
  await must(where, 0, ['apply', '-e', 'prod', '--auto-approve']);
}

export const scenarios: readonly Scenario[] = [
  {
    name: 'a first apply',
    args: ['apply', '-e', 'prod', '--auto-approve'],
    leavesProject: true,
    prepare: () => Promise.resolve(),
  },
  {
    name: 'an apply that mends every aspect',
    args: ['apply', '-e', 'prod', '--auto-approve'],
    leavesProject: true,
    prepare: async (where) => {
      await applied(where);
      await tamper(where);
    },
  },
  {
    name: 'an apply that prunes and creates',
    args: ['apply', '-e', 'prod', '--auto-approve', '--prune'],
    leavesProject: true,
    prepare: async (where) => {
      const text = manifest(where.account);
      writeFileSync(join(where.folder, 'slipway.yaml'), text.replace('    jobs:', '    old: {}\n    older:'));
      await applied(where);
      writeFileSync(join(where.folder, 'slipway.yaml'), text);
    },
  },
  {
    name: 'a destroy',
    args: ['destroy', '-e', 'prod', '--auto-approve'],
    leavesProject: false,
    prepare: async (where) => {
      await applied(where);
      await wireOk(where.at, 'ecr', 'CreateRepository', { repositoryName: 'somebody/elses' });
    },
  },
];

/** Everything in the account that outlives a run, in a form that is the same in every account. */
export async function picture(at: Endpoint): Promise<JsonObject> {
  const repositories = (await wireOk(at, 'ecr', 'DescribeRepositories', { maxResults: 1000 }))[
    'repositories'
  ] as JsonObject[];
  const all: JsonObject = {};
  for (const repository of repositories) {
    const name = String(repository['repositoryName']);
    const { createdAt: _createdAt, ...described } = repository;
    const tags = (await wireOk(at, 'ecr', 'ListTagsForResource', { resourceArn: described['repositoryArn'] }))[
      'tags'
    ] as { Key: string; Value: string }[];
    const lifecycle = await wire(at, 'ecr', 'GetLifecyclePolicy', { repositoryName: name });
    const policy = await wire(at, 'ecr', 'GetRepositoryPolicy', { repositoryName: name });
    all[name] = {
      described,
      tags: Object.fromEntries(tags.map((tag) => [tag.Key, tag.Value])),
      lifecycle: lifecycle.output === undefined ? null : JSON.parse(String(lifecycle.output['lifecyclePolicyText'])),
      policy: policy.output === undefined ? null : statementsOf(String(policy.output['policyText'])),
    };
  }
  const parameters = (await wireOk(at, 'ssm', 'GetParametersByPath', { Path: '/', Recursive: true }))['Parameters'] as {
    Name: string;
  }[];
  const text = JSON.stringify({ repositories: all, parameters: parameters.map((parameter) => parameter.Name).sort() });
  return JSON.parse(text.replaceAll(at.account, 'ACCOUNT')) as JsonObject;
}

/** Statements by Sid; a Sid that stands twice in a policy shows. */
function statementsOf(text: string): JsonObject {
  const statements = (JSON.parse(text) as { Statement: JsonObject[] }).Statement;
  const bySid: JsonObject = {};
  for (const statement of statements) {
    const sid = String(statement['Sid']);
    bySid[sid in bySid ? `${sid} AGAIN` : sid] = statement;
  }
  return bySid;
}
