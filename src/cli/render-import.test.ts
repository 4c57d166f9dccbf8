// `slipway render cloudformation --import` on a local cloud, of repositories that say they are in a stack: it is there, it is gone, or nobody
// may ask. It must not know how a template is written.
import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { CreateAccessKeyCommand, CreateUserCommand, IAMClient, PutUserPolicyCommand } from '@aws-sdk/client-iam';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { account, region, Stacks } from '../../test/support/stacks.js';
import type { LocalEcr } from '../local/index.js';
import { type FreshLocal, freshLocal } from './testing/fresh-local.js';
import type { Folder } from './testing/harness.js';

let world: FreshLocal;
let local: LocalEcr;
let folder: Folder;
let stacks: Stacks;
const own = 'slipway-repositories-shop-prod';

beforeEach(async () => {
  world = await freshLocal({ auth: 'strict' });
  ({ local, folder } = world);
  folder.write(
    'slipway.yaml',
    `apiVersion: ecr.slipway.dev/v1
kind: Project
metadata: {name: shop}
spec:
  environments: {prod: {account: "${account}", region: ${region}}}
  repositories: {api: {}, web: {}}
`,
  );
  vi.stubEnv('AWS_ENDPOINT_URL', local.url);
  actAs(local.variables({ account }));
  stacks = new Stacks(new CloudFormationClient({ endpoint: local.url, region }));
  await stacks.create('former', templateOf('api'));
  await stacks.create(own, templateOf('web'));
});
afterEach(async () => {
  stacks.client.destroy();
  await world.close();
});

function actAs(variables: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value);
}

function templateOf(name: string) {
  const repository = { Type: 'AWS::ECR::Repository', DeletionPolicy: 'Retain', Properties: { RepositoryName: name } };
  return { Resources: { Images: repository } };
}

async function imported() {
  const done = await folder.run(['render', 'cloudformation', '-o', 'out', '--import', '--output', 'json']);
  expect(done.code, done.stderr).toBe(0);
  const told = JSON.parse(done.stdout) as {
    readonly files: readonly { readonly path: string }[];
    readonly diagnostics: readonly { readonly code: string; readonly message: string; readonly mend: string }[];
  };
  const isTaken = told.files.some(({ path }) => path === 'prod/import/repositories.resources.json');
  const taken = isTaken ? folder.read('out/prod/import/repositories.resources.json') : '[]';
  return {
    names: (JSON.parse(taken) as { ResourceIdentifier: { RepositoryName: string } }[]).map(
      ({ ResourceIdentifier: { RepositoryName } }) => RepositoryName,
    ),
    refused: told.diagnostics.filter(({ code }) => code === 'render/cannot-import'),
  };
}

it('a repository is left to a stack that is there, and taken over once that is gone, be it of the very same name', async () => {
  const before = await imported();
  expect(before.names).toEqual([]);
  expect(before.refused.map(({ message }) => message)).toEqual([
    'prod: api says that it is in the stack former, and a resource is in one stack alone',
  ]);
  await stacks.remove('former');
  expect(await imported()).toEqual({ names: ['api'], refused: [] });
  await stacks.remove(own);
  expect(await imported()).toEqual({ names: ['api', 'web'], refused: [] });
});

it('who may not ask for stacks is told what is not known, and nothing is taken over', async () => {
  await stacks.remove('former');
  const iam = new IAMClient({ endpoint: local.url, region });
  await iam.send(new CreateUserCommand({ UserName: 'reader' }));
  const allowed = { Effect: 'Allow', Action: ['ecr:*', 'sts:GetCallerIdentity'], Resource: '*' };
  const PolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement: [allowed] });
  await iam.send(new PutUserPolicyCommand({ UserName: 'reader', PolicyName: 'own', PolicyDocument }));
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: 'reader' }));
  iam.destroy();
  actAs({
    AWS_ACCESS_KEY_ID: AccessKey?.AccessKeyId ?? '',
    AWS_SECRET_ACCESS_KEY: AccessKey?.SecretAccessKey ?? '',
  });
  const { names, refused } = await imported();
  expect(names).toEqual([]);
  expect(refused.map(({ message }) => message.replace(/\(.*\)/s, '(…)'))).toEqual([
    'prod: api says that it is in the stack former, and whether that still exists is not known (…): it is not imported',
    `prod: web says that it is in the stack ${own}, and whether that still exists is not known (…): it is not imported`,
  ]);
  expect(refused[0]?.message).toContain('(cloudformation:DescribeStacks: ');
  expect(refused[0]?.mend).toBe('render again with credentials that may call cloudformation:DescribeStacks');
});
