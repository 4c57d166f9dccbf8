// A strict local ECR as clients meet it: whose signature is taken, who may do what, and in which words they are refused.
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CreatePullThroughCacheRuleCommand,
  CreateRepositoryCommand,
  DescribeRepositoriesCommand,
  ECRClient,
  GetAuthorizationTokenCommand,
  ListImagesCommand,
  SetRepositoryPolicyCommand,
} from '@aws-sdk/client-ecr';
import {
  AttachUserPolicyCommand,
  CreateAccessKeyCommand,
  CreateRoleCommand,
  CreateUserCommand,
  DeleteUserPolicyCommand,
  GetUserCommand,
  IAMClient,
  PutUserPolicyCommand,
} from '@aws-sdk/client-iam';
import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { AssumeRoleCommand, GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type LocalEcr, startLocalEcr } from '../index.js';

const account = '123456789012';
const region = 'eu-west-1';
let local: LocalEcr;
let folder: string;

interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

function administrator(owner = account): Credentials {
  const variables = local.variables({ account: owner });
  return {
    accessKeyId: variables['AWS_ACCESS_KEY_ID'] ?? '',
    secretAccessKey: variables['AWS_SECRET_ACCESS_KEY'] ?? '',
  };
}

function clients(credentials: Credentials) {
  const options = { endpoint: local.url, region, credentials, maxAttempts: 1 };
  return {
    ecr: new ECRClient(options),
    iam: new IAMClient(options),
    sts: new STSClient(options),
    ssm: new SSMClient(options),
  };
}

/** How far the machine's clock is ahead of the clients', in milliseconds. */
let ahead = 0;

const start = (): Promise<LocalEcr> =>
  startLocalEcr({ port: 0, dataDirectory: folder, auth: 'strict', clock: { now: () => Date.now() + ahead } });

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'slipway-strict-'));
  ahead = 0;
  local = await start();
});
afterEach(async () => {
  await local.close();
  rmSync(folder, { recursive: true, force: true });
});

async function refusal(call: Promise<unknown>): Promise<string> {
  try {
    await call;
  } catch (error) {
    if (error instanceof Error) return `${error.name}: ${error.message}`;
  }
  return 'none';
}

async function user(name: string, ...actions: string[]): Promise<Credentials> {
  const { iam } = clients(administrator());
  await iam.send(new CreateUserCommand({ UserName: name }));
  if (actions.length > 0) {
    const PolicyDocument = JSON.stringify({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Action: actions, Resource: '*' }],
    });
    await iam.send(new PutUserPolicyCommand({ UserName: name, PolicyName: 'own', PolicyDocument }));
  }
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: name }));
  return { accessKeyId: AccessKey?.AccessKeyId ?? '', secretAccessKey: AccessKey?.SecretAccessKey ?? '' };
}

async function registry(
  credentials: Credentials,
  path: string,
  method = 'GET',
): Promise<[status: number, text: string]> {
  const { authorizationData } = await clients(credentials).ecr.send(new GetAuthorizationTokenCommand({}));
  const authorization = `Basic ${authorizationData?.[0]?.authorizationToken ?? ''}`;
  const answer = await fetch(`${local.url}/v2/${account}.${region}/${path}`, { method, headers: { authorization } });
  return [answer.status, await answer.text()];
}

describe('credentials', () => {
  it('of the administrator are there from the start, in every account, and again after a restart', async () => {
    const first = administrator();
    expect(await clients(first).sts.send(new GetCallerIdentityCommand({}))).toMatchObject({
      Arn: `arn:aws:iam::${account}:user/local`,
      Account: account,
    });
    expect(await clients(administrator('000000000007')).sts.send(new GetCallerIdentityCommand({}))).toMatchObject({
      Account: '000000000007',
    });
    const file = join(folder, 'administrator.json');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readFileSync(file, 'utf8')).not.toContain(first.secretAccessKey);
    await local.close();
    local = await start();
    expect(first).toMatchObject(administrator());
    await clients(first).ecr.send(new DescribeRepositoriesCommand({}));
  });

  it('of twelve digits name no account', async () => {
    const { ecr, sts } = clients({ accessKeyId: account, secretAccessKey: 'local' });
    expect(await refusal(ecr.send(new DescribeRepositoriesCommand({})))).toBe(
      'UnrecognizedClientException: The security token included in the request is invalid.',
    );
    expect(await refusal(sts.send(new GetCallerIdentityCommand({})))).toBe(
      'InvalidClientTokenId: The security token included in the request is invalid.',
    );
  });

  it('with another secret fit no signature, and the refusal tells nothing of the right one', async () => {
    const wrong = { ...administrator(), secretAccessKey: 'wrong' };
    const message = /^InvalidSignatureException: The request signature we calculated does not match/;
    const told = await refusal(clients(wrong).ecr.send(new DescribeRepositoriesCommand({})));
    expect(told).toMatch(message);
    expect(told).not.toContain('Canonical');
    expect(await refusal(clients(wrong).sts.send(new GetCallerIdentityCommand({})))).toMatch(/^SignatureDoesNotMatch/);
  });

  it('are needed, but for a health check', async () => {
    const answer = await fetch(local.url, {
      method: 'POST',
      headers: { 'x-amz-target': 'AmazonEC2ContainerRegistry_V20150921.DescribeRepositories' },
      body: '{}',
    });
    expect([answer.status, await answer.json()]).toEqual([
      400,
      { __type: 'MissingAuthenticationTokenException', message: 'Missing Authentication Token' },
    ]);
    const query = await fetch(`${local.url}/?Action=ListRoles&Version=2010-05-08`);
    expect([query.status, await query.text()]).toEqual([
      403,
      expect.stringContaining('<Code>MissingAuthenticationToken</Code>') as string,
    ]);
  });

  it('made long ago by the machine’s clock are late, and the local ECR’s own may be moved', async () => {
    const { ecr } = clients(administrator());
    await local.clock.advance(3600_000);
    expect(await refusal(ecr.send(new DescribeRepositoriesCommand({})))).toBe('none');
    ahead = 3600_000;
    // The SDK mends its own clock by the answer's date, which is that of this machine.
    expect(await refusal(ecr.send(new DescribeRepositoriesCommand({})))).toMatch(
      /^InvalidSignatureException: Signature expired: \d{8}T\d{6}Z is now earlier than \d{8}T\d{6}Z \(\d{8}T\d{6}Z - 5 min\.\)$/,
    );
  });
});

describe('policies', () => {
  it('of a user decide what it may do, from the next request on', async () => {
    const bob = await user('bob', 'ecr:CreateRepository', 'ecr:GetAuthorizationToken');
    const { ecr } = clients(bob);
    await ecr.send(new CreateRepositoryCommand({ repositoryName: 'app' }));
    const resource = `arn:aws:ecr:${region}:${account}:repository/app`;
    expect(await refusal(ecr.send(new ListImagesCommand({ repositoryName: 'app' })))).toBe(
      `AccessDeniedException: User: arn:aws:iam::${account}:user/bob is not authorized to perform: ecr:ListImages on resource: ${resource} because no identity-based policy allows the ecr:ListImages action`,
    );
    expect(await refusal(ecr.send(new DescribeRepositoriesCommand({})))).toMatch(/repository\/\* because no identity/);
    const { iam } = clients(administrator());
    const PolicyArn = 'arn:aws:iam::aws:policy/AmazonEC2ContainerRegistryReadOnly';
    await iam.send(new AttachUserPolicyCommand({ UserName: 'bob', PolicyArn }));
    expect(await refusal(ecr.send(new ListImagesCommand({ repositoryName: 'app' })))).toBe('none');
    const deny = { Effect: 'Deny', Action: 'ecr:ListImages', Resource: resource };
    const PolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement: [deny] });
    await iam.send(new PutUserPolicyCommand({ UserName: 'bob', PolicyName: 'deny', PolicyDocument }));
    expect(await refusal(ecr.send(new ListImagesCommand({ repositoryName: 'app' })))).toMatch(
      /with an explicit deny in an identity-based policy$/,
    );
  });

  it('decide on every service', async () => {
    const { iam, ssm, sts } = clients(await user('bob', 'ssm:GetParameter'));
    expect(await refusal(iam.send(new GetUserCommand({})))).toBe(
      `AccessDenied: User: arn:aws:iam::${account}:user/bob is not authorized to perform: iam:GetUser on resource: arn:aws:iam::${account}:user/bob because no identity-based policy allows the iam:GetUser action`,
    );
    const put = new PutParameterCommand({ Name: '/a', Value: 'secret', Type: 'String' });
    expect(await refusal(ssm.send(put))).toMatch(/ssm:PutParameter on resource: .*:parameter\/a because/);
    expect(await refusal(sts.send(new GetCallerIdentityCommand({})))).toBe('none');
  });

  it('of both sides decide across accounts', async () => {
    const { ecr } = clients(administrator());
    await ecr.send(new CreateRepositoryCommand({ repositoryName: 'app' }));
    const other = clients(administrator('210987654321')).ecr;
    const list = (): Promise<string> =>
      refusal(other.send(new ListImagesCommand({ registryId: account, repositoryName: 'app' })));
    expect(await list()).toMatch(/because no resource-based policy allows the ecr:ListImages action$/);
    const policyText = JSON.stringify({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Principal: { AWS: '210987654321' }, Action: 'ecr:ListImages' }],
    });
    await ecr.send(new SetRepositoryPolicyCommand({ repositoryName: 'app', policyText }));
    expect(await list()).toBe('none');
  });
});

describe('a key that the local KMS has never heard of', () => {
  const create = (): Promise<string> => {
    const encryptionConfiguration = { encryptionType: 'KMS' as const, kmsKey: 'alias/elsewhere' };
    return refusal(
      clients(administrator()).ecr.send(
        new CreateRepositoryCommand({ repositoryName: 'app', encryptionConfiguration }),
      ),
    );
  };

  it('is refused', async () => {
    expect(await create()).toMatch(/^KmsException: .*alias\/elsewhere/);
  });

  it('is accepted where that is told', async () => {
    await local.close();
    local = await startLocalEcr({ port: 0, dataDirectory: folder, auth: 'strict', unknownKeys: 'accept' });
    expect(await create()).toBe('none');
  });
});

describe('the registry', () => {
  it('looks at policies on each request of a token', async () => {
    const { ecr, iam } = clients(administrator());
    await ecr.send(new CreateRepositoryCommand({ repositoryName: 'app' }));
    const bob = await user('bob', 'ecr:GetAuthorizationToken', 'ecr:ListImages');
    expect(await registry(bob, 'app/tags/list')).toEqual([200, expect.any(String)]);
    expect(await registry(bob, 'app/manifests/v1')).toEqual([
      403,
      expect.stringContaining(
        `User: arn:aws:iam::${account}:user/bob is not authorized to perform: ecr:BatchGetImage on resource: arn:aws:ecr:${region}:${account}:repository/app because no identity-based policy allows the ecr:BatchGetImage action`,
      ) as string,
    ]);
    expect((await registry(bob, 'app/blobs/uploads/', 'POST'))[1]).toContain('"DENIED"');
    const { authorizationData } = await clients(bob).ecr.send(new GetAuthorizationTokenCommand({}));
    const authorization = `Basic ${authorizationData?.[0]?.authorizationToken ?? ''}`;
    const tags = (): Promise<Response> =>
      fetch(`${local.url}/v2/${account}.${region}/app/tags/list`, { headers: { authorization } });
    expect((await tags()).status).toBe(200);
    await iam.send(new DeleteUserPolicyCommand({ UserName: 'bob', PolicyName: 'own' }));
    expect((await tags()).status).toBe(403);
  });

  it('is open to another account where the repository’s policy is', async () => {
    const { ecr } = clients(administrator());
    await ecr.send(new CreateRepositoryCommand({ repositoryName: 'app' }));
    const other = administrator('210987654321');
    expect((await registry(other, 'app/tags/list'))[1]).toContain('because no resource-based policy allows');
    const policyText = JSON.stringify({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Principal: { AWS: '210987654321' }, Action: ['ecr:ListImages'] }],
    });
    await ecr.send(new SetRepositoryPolicyCommand({ repositoryName: 'app', policyText }));
    expect((await registry(other, 'app/tags/list'))[0]).toBe(200);
  });

  it('asks whoever pulls first through a cache whether it may import, and make the repository', async () => {
    await local.close();
    const upstreams = { 'quay.io': 'http://127.0.0.1:1' };
    local = await startLocalEcr({ port: 0, dataDirectory: folder, auth: 'strict', upstreams });
    const { ecr } = clients(administrator());
    const rule = { ecrRepositoryPrefix: 'quay', upstreamRegistryUrl: 'quay.io' };
    await ecr.send(new CreatePullThroughCacheRuleCommand(rule));
    const pull = ['ecr:GetAuthorizationToken', 'ecr:BatchGetImage'];
    const first = async (...more: [name: string, ...string[]]): Promise<string> => {
      const [name, ...actions] = more;
      const [status, text] = await registry(await user(name, ...pull, ...actions), 'quay/app/manifests/v1');
      return `${status} ${/perform: (\S+)/.exec(text)?.[1] ?? ''}`;
    };
    expect(await first('bob')).toBe('403 ecr:BatchImportUpstreamImage');
    expect(await first('joe', 'ecr:BatchImportUpstreamImage')).toBe('403 ecr:CreateRepository');
    // Then only the upstream fails, which is not there.
    expect(await first('ann', 'ecr:BatchImportUpstreamImage', 'ecr:CreateRepository')).not.toMatch(/403|ecr:/);
    await ecr.send(new CreateRepositoryCommand({ repositoryName: 'quay/app' }));
    expect(await first('sue', 'ecr:BatchImportUpstreamImage')).not.toMatch(/403|ecr:/);
  });

  it('takes no token that open mode gave', async () => {
    await local.close();
    local = await startLocalEcr({ port: 0, dataDirectory: folder });
    const { authorization } = local.login();
    expect((await fetch(`${local.url}/v2/`, { headers: { authorization } })).status).toBe(200);
    await local.close();
    local = await start();
    expect((await fetch(`${local.url}/v2/`, { headers: { authorization } })).status).toBe(401);
    const own = local.login().authorization;
    expect((await fetch(`${local.url}/v2/`, { headers: { authorization: own } })).status).toBe(200);
  });
});

describe('a session', () => {
  it('may do what its role may, needs its token, ends, and survives a restart', async () => {
    const { iam, sts } = clients(administrator());
    const trust = { Effect: 'Allow', Principal: { AWS: account }, Action: 'sts:AssumeRole' };
    const AssumeRolePolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement: [trust] });
    await iam.send(new CreateRoleCommand({ RoleName: 'ci', AssumeRolePolicyDocument }));
    const RoleArn = `arn:aws:iam::${account}:role/ci`;
    const { Credentials } = await sts.send(
      new AssumeRoleCommand({ RoleArn, RoleSessionName: 'build', DurationSeconds: 900 }),
    );
    const whole = {
      accessKeyId: Credentials?.AccessKeyId ?? '',
      secretAccessKey: Credentials?.SecretAccessKey ?? '',
      sessionToken: Credentials?.SessionToken ?? '',
    };
    const { sessionToken: _, ...half } = whole;
    expect(await refusal(clients(half).sts.send(new GetCallerIdentityCommand({})))).toMatch(/^InvalidClientTokenId/);
    await local.close();
    local = await start();
    expect(await clients(whole).sts.send(new GetCallerIdentityCommand({}))).toMatchObject({
      Arn: `arn:aws:sts::${account}:assumed-role/ci/build`,
    });
    expect(await refusal(clients(whole).ecr.send(new DescribeRepositoriesCommand({})))).toMatch(
      /assumed-role\/ci\/build is not authorized to perform: ecr:DescribeRepositories/,
    );
    await local.clock.advance(901_000);
    expect(await refusal(clients(whole).sts.send(new GetCallerIdentityCommand({})))).toBe(
      'ExpiredToken: The security token included in the request is expired',
    );
  });
});
