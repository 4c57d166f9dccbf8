// The permissions that Slipway asks for are those of the calls it makes: drift, plan, apply and destroy against a local ECR,
// through a proxy that writes down every operation.
// It must not know the table of operations but by what `slipway permissions` prints.
import {
  AttachUserPolicyCommand,
  CreateAccessKeyCommand,
  CreatePolicyCommand,
  CreateUserCommand,
  DetachUserPolicyCommand,
  IAMClient,
} from '@aws-sdk/client-iam';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { Folder } from '../../src/cli/testing/harness.js';
import { type LocalEcr, startLocalEcr } from '../../src/local/index.js';
import { freeOperations, type PermissionLevel } from '../../src/plan/permissions.js';
import { type Proxy, startProxy } from '../support/proxy.js';

const manifest = (change: boolean) => `
apiVersion: ecr.slipway.dev/v1
kind: Project
metadata: {name: payments}
spec:
  environments:
    prod: {account: "222222222222", region: eu-west-1}
  access: {pull: ["account:444444444444"], push: ["user:arn:aws:iam::222222222222:user/ci"]}
  repositories:
    api: ${change ? '{imageImmutable: false, scanOnPush: false, tags: {A: b}, lifecyclePolicy: {none: true}, access: {pull: [], push: []}}' : '{tags: {C: d}}'}
    ${change ? '' : 'gone: {}'}
---
apiVersion: ecr.slipway.dev/v1
kind: AwsEcrRegistry
metadata: {name: registry}
spec: {registryPolicy: ${change ? '{scope: V1}' : '{scope: V2, grants: [{repositories: ["mirror/*"], replicate: ["account:444444444444"]}]}'}}
`;

let local: LocalEcr;
let proxy: Proxy;
const folder = new Folder();

beforeAll(async () => {
  local = await startLocalEcr({ memory: true, port: 0 });
  proxy = await startProxy(local.url);
  for (const name of ['AWS_ENDPOINT_URL_ECR', 'AWS_PROFILE']) vi.stubEnv(name, undefined);
  vi.stubEnv('AWS_CONFIG_FILE', '/nonexistent');
  vi.stubEnv('AWS_ENDPOINT_URL', proxy.url);
  vi.stubEnv('AWS_ACCESS_KEY_ID', '222222222222');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'x');
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await proxy.close();
  await local.close();
  folder.remove();
});

async function callsOf(argv: readonly string[]): Promise<ReadonlySet<string>> {
  const before = proxy.calls.length;
  const { code, stderr } = await folder.run(argv);
  expect([code, code === 0 ? '' : stderr]).toEqual([0, '']);
  return new Set(proxy.calls.slice(before).map(({ operation }) => operation));
}

async function permitted(level: PermissionLevel): Promise<ReadonlySet<string>> {
  const { stdout } = await folder.run(['permissions', '-e', 'prod', '--for-command', level]);
  const { Statement } = JSON.parse(stdout) as { Statement: readonly { Action: readonly string[] }[] };
  return new Set(Statement.flatMap(({ Action }) => Action));
}

const beyond = (calls: ReadonlySet<string>, allowed: ReadonlySet<string>) =>
  [...calls].filter((one) => !allowed.has(one) && !freeOperations.includes(one)).sort();

describe('slipway permissions', () => {
  it('has every operation that a run calls, and of ECR and the lock no other', async () => {
    folder.write('slipway.yaml', manifest(false));
    const applied = new Set<string>();
    const apply = async (argv: readonly string[]) => {
      for (const operation of await callsOf(argv)) applied.add(operation);
    };
    await apply(['apply', '-e', 'prod', '--auto-approve']);
    folder.write('slipway.yaml', manifest(true));
    const planned = await callsOf(['plan', '-e', 'prod']);
    const accepted = ['--accept', 'lose-access', '--accept', 'overwrite-shared:registryPolicy.scope'];
    await apply(['apply', '-e', 'prod', '--auto-approve', '--prune', ...accepted]);
    const read = await callsOf(['drift', '-e', 'prod']);
    await apply(['destroy', '-e', 'prod', '--auto-approve']);

    expect(beyond(read, await permitted('read'))).toEqual([]);
    expect(beyond(planned, await permitted('plan'))).toEqual([]);
    const allowed = await permitted('apply');
    expect(beyond(applied, allowed)).toEqual([]);
    const all = new Set([...applied, ...planned, ...read]);
    const unused = [...allowed].filter((one) => /^(ecr|ssm):/.test(one) && !all.has(one)).sort();
    // The children of images for several architectures, and tags of a repository that is given up but kept.
    expect(unused).toEqual(['ecr:BatchGetImage', 'ecr:UntagResource']);
  });

  it('names repositories, the lock, keys, stacks and their roles, and as much as a run needs', async () => {
    folder.write(
      'slipway.yaml',
      `
apiVersion: ecr.slipway.dev/v1
kind: Project
metadata: {name: payments}
spec:
  environments:
    prod:
      account: "222222222222"
      region: eu-west-1
      usage: {ecs: {}}
      push: [{github: acme/api@main, orgId: "12", repoId: "7"}]
  repositories:
    api: {encryptionType: KMS, kmsKeyId: "arn:aws:kms:eu-west-1:222222222222:key/1234abcd-12ab-34cd-56ef-1234567890ab"}
    web: {}
`,
    );
    const resources = async (...argv: readonly string[]) => {
      const { stdout } = await folder.run(['permissions', '-e', 'prod', ...argv]);
      const { Statement } = JSON.parse(stdout) as { Statement: readonly { Sid: string; Resource: unknown }[] };
      return Object.fromEntries(Statement.map(({ Sid, Resource }) => [Sid, Resource]));
    };
    const repository = (name: string) => `arn:aws:ecr:eu-west-1:222222222222:repository/${name}`;
    const [reads, plans, applies] = [
      await resources('--for-command', 'read'),
      await resources('--for-command', 'plan', '--only', 'api'),
      await resources(),
    ];
    // Nothing of the registry's policy, which is not declared.
    expect(Object.keys(reads)).toEqual([
      'Registry',
      'Repositories',
      'Stacks',
      'DriftOfStacks',
      'RolesOfStacks',
      'IdentityProvidersOfStacks',
    ]);
    expect(plans).toMatchObject({ Repositories: [repository('api')], ImagesInUseByEcs: ['*'] });
    expect(applies).toMatchObject({
      Repositories: [repository('api'), repository('web')],
      Lock: ['arn:aws:ssm:eu-west-1:222222222222:parameter/slipway/payments/prod/lock'],
      EncryptionKeys: ['arn:aws:kms:eu-west-1:222222222222:key/1234abcd-12ab-34cd-56ef-1234567890ab'],
      RolesOfStacks: [expect.stringMatching(/^arn:aws:iam::222222222222:role\/.*github-acme/)],
      IdentityProvidersOfStacks: ['arn:aws:iam::222222222222:oidc-provider/token.actions.githubusercontent.com'],
    });
    expect(applies['Stacks']).toContainEqual(expect.stringMatching(/^arn:aws:cloudformation:.*:stack\/.*\/\*$/));
  });

  it('fits into a managed policy, however many repositories there are', async () => {
    const names = Array.from({ length: 200 }, (_, index) => `    service-${index}: {}`);
    folder.write('slipway.yaml', manifest(true).replace('---', `${names.join('\n')}\n---`));
    const { stdout, stderr } = await folder.run(['permissions', '-e', 'prod']);
    expect(JSON.stringify(JSON.parse(stdout)).length).toBeLessThan(6144);
    expect(stdout).toContain('arn:aws:ecr:eu-west-1:222222222222:repository/*');
    expect(stderr).toContain('201 repositories are more than a policy can name one by one');
  });
});

/** Nobody there may do more than policies say, and CloudFormation calls IAM and KMS in the name of whoever applies. */
describe('on a local ECR that lets policies decide', () => {
  let strict: LocalEcr;
  beforeAll(async () => {
    strict = await startLocalEcr({ memory: true, port: 0, auth: 'strict' });
  });
  afterAll(() => strict.close());

  const project = (changed: boolean) => `
apiVersion: ecr.slipway.dev/v1
kind: Project
metadata: {name: payments}
spec:
  environments:
    prod: {account: "222222222222", region: eu-west-1}
  access: {push: [{github: acme/api@main, orgId: "12", repoId: "7"}]}
  repositories:
    api: {encryptionType: KMS, kmsKeyId: {companion: key}${changed ? ', tags: {A: b}' : ''}}
---
apiVersion: ecr.slipway.dev/v1
kind: AwsEcrRegistry
metadata: {name: registry}
spec:
  companions:
    key: {rotationPeriodDays: ${changed ? 180 : 365}}
    roles: {maxSessionMinutes: ${changed ? 120 : 60}}
    pullRoles:
      tasks: {for: ecs-task-execution${changed ? ', managedPolicies: ["arn:aws:iam::aws:policy/AmazonEC2ContainerRegistryReadOnly"]' : ''}}
`;
  const administrator = () => {
    const { AWS_ACCESS_KEY_ID: id = '', AWS_SECRET_ACCESS_KEY: secret = '' } = strict.variables({
      account: '222222222222',
    });
    return { accessKeyId: id, secretAccessKey: secret };
  };

  it('a user with what `slipway permissions` prints makes, changes and deletes roles, a key and a provider, and lacks nothing', async () => {
    const iam = new IAMClient({ endpoint: strict.url, region: 'eu-west-1', credentials: administrator() });
    await iam.send(new CreateUserCommand({ UserName: 'slipway' }));
    const { AccessKey: key } = await iam.send(new CreateAccessKeyCommand({ UserName: 'slipway' }));
    folder.write('slipway.yaml', project(false));
    let made = 0;
    let attached: string | undefined;
    const granted = async (level: PermissionLevel) => {
      const { stdout } = await folder.run(['permissions', '-e', 'prod', '--for-command', level]);
      const PolicyName = `run-${(made += 1)}`;
      const { Policy } = await iam.send(new CreatePolicyCommand({ PolicyName, PolicyDocument: stdout }));
      if (attached !== undefined)
        await iam.send(new DetachUserPolicyCommand({ UserName: 'slipway', PolicyArn: attached }));
      attached = Policy?.Arn;
      await iam.send(new AttachUserPolicyCommand({ UserName: 'slipway', PolicyArn: attached }));
    };
    vi.stubEnv('AWS_ENDPOINT_URL', strict.url);
    vi.stubEnv('AWS_ACCESS_KEY_ID', key?.AccessKeyId ?? '');
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', key?.SecretAccessKey ?? '');
    const done = async (...argv: readonly string[]) => {
      const { code, stdout, stderr } = await folder.run([...argv, '-e', 'prod']);
      expect([argv[0], code, code === 0 ? '' : stdout + stderr]).toEqual([argv[0], 0, '']);
      return stdout;
    };
    await granted('plan');
    expect(await done('plan')).toContain('Plan: 3 stacks to bring about, 1 to create');
    const refused = await folder.run(['apply', '-e', 'prod', '--auto-approve']);
    expect(refused.code).toBe(1);
    await granted('apply');
    await done('apply', '--auto-approve');
    folder.write('slipway.yaml', project(true));
    await granted('apply');
    await done('apply', '--auto-approve');
    await granted('read');
    await done('drift');
    await granted('apply');
    expect(await done('plan')).toContain('Nothing to do');
    const consent = ['delete-key:slipway-key-payments-prod', 'delete-provider:slipway-account-payments'];
    await done('destroy', '--auto-approve', ...consent.flatMap((one) => ['--accept', one]));
  }, 120_000);
});
