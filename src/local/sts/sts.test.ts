// Sessions: who gets one, what it is called, how long it lasts, and each refusal with its code and text.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { callerOf, findCredential, principalBehind } from '../iam/principal.js';
import { iamService } from '../iam/service.js';
import { type ServiceContext, ServiceError } from '../service.js';
import { openMemoryStore } from '../store/memory.js';
import { keyFetcher } from './jwks.js';
import { stsService } from './service.js';
import { readSession } from './sessions.js';
import { startIssuer, type TestIssuer } from './testing/issuer.js';

type Answer = Record<string, unknown>;

const account = '123456789012';
let now = 1_700_000_000_000;
let store = openMemoryStore();
const service = stsService(keyFetcher(new AbortController().signal));
beforeEach(() => {
  store = openMemoryStore();
  now = 1_700_000_000_000;
});

function at(owner = account, more: Partial<ServiceContext> = {}): ServiceContext {
  const callerArn = `arn:aws:iam::${owner}:user/local`;
  return { account: owner, region: 'eu-west-1', partition: 'aws', callerArn, now: () => now, store, ...more };
}

/** The context of whoever has these credentials. */
function as(credentials: unknown): ServiceContext {
  const { AccessKeyId = '' } = credentials as Record<string, string>;
  const reference = findCredential(store, AccessKeyId)?.reference ?? '';
  const found = principalBehind(store, reference, 'eu-west-1');
  if (found === undefined) throw new Error(`nobody has ${AccessKeyId}`);
  return at(found.account, { callerArn: found.arn, principal: found.reference });
}

function iam(name: string, input: Answer, context = at()): Answer {
  return iamService.operations.get(name)?.(input, context) ?? {};
}

function sts(name: string, input: Answer = {}, context = at()): Answer {
  return service.operations.get(name)?.(input, context) ?? {};
}

function textOf(error: unknown): string {
  if (error instanceof ServiceError) return `${error.code}: ${error.message}`;
  throw error;
}

function refusal(name: string, input: Answer = {}, context = at()): string {
  try {
    sts(name, input, context);
  } catch (error) {
    return textOf(error);
  }
  return 'none';
}

function role(name: string, statement: Answer, more: Answer = {}, context = at()): void {
  const trust = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 'sts:AssumeRole', ...statement }] };
  iam('CreateRole', { RoleName: name, AssumeRolePolicyDocument: JSON.stringify(trust), ...more }, context);
}

const arnOf = (name: string): string => `arn:aws:iam::${account}:role/${name}`;
const ask = (name: string, more: Answer = {}): Answer => ({ RoleArn: arnOf(name), RoleSessionName: 'build', ...more });
const root = { Principal: { AWS: account } };

describe('AssumeRole', () => {
  it('gives a session whose name and role tell who it is', () => {
    role('ci', root);
    const answer = sts('AssumeRole', ask('ci', { DurationSeconds: '900' }));
    expect(answer).toMatchObject({
      Credentials: {
        AccessKeyId: expect.stringMatching(/^ASIA[A-Z2-7]{16}$/) as string,
        Expiration: '2023-11-14T22:28:20Z',
      },
      AssumedRoleUser: {
        AssumedRoleId: expect.stringMatching(/^AROA[A-Z2-7]{17}:build$/) as string,
        Arn: `arn:aws:sts::${account}:assumed-role/ci/build`,
      },
    });
    expect(sts('GetCallerIdentity', {}, as(answer['Credentials']))).toEqual({
      Arn: `arn:aws:sts::${account}:assumed-role/ci/build`,
      UserId: (answer['AssumedRoleUser'] as Answer)['AssumedRoleId'],
      Account: account,
    });
  });

  const denied = (arn: string, who = `arn:aws:iam::${account}:user/local`): string =>
    `AccessDenied: User: ${who} is not authorized to perform: sts:AssumeRole on resource: ${arn}`;

  it('is refused where there is no role, and where its trust policy names somebody else', () => {
    role('ec2', { Principal: { Service: 'ec2.amazonaws.com' } });
    role('other', { Principal: { AWS: '210987654321' } });
    for (const name of ['none', 'ec2', 'other']) expect(refusal('AssumeRole', ask(name))).toBe(denied(arnOf(name)));
    expect(refusal('AssumeRole', { ...ask('x'), RoleArn: 'arn:aws:iam::1:role/x12345' })).toMatch(/^ValidationError/);
  });

  it('crosses accounts, where the trust policy and the external id agree', () => {
    role('deploy', {
      Principal: { AWS: '210987654321' },
      Condition: { StringEquals: { 'sts:ExternalId': 'secret' } },
    });
    const from = at('210987654321');
    expect(refusal('AssumeRole', ask('deploy'), from)).toBe(
      denied(arnOf('deploy'), 'arn:aws:iam::210987654321:user/local'),
    );
    expect(refusal('AssumeRole', ask('deploy', { ExternalId: 'wrong' }), from)).toMatch(/^AccessDenied/);
    expect(refusal('AssumeRole', ask('deploy', { ExternalId: 'secret' }), from)).toBe('none');
  });

  it('of a user needs the user’s own leave, unless the trust policy names it', () => {
    iam('CreateUser', { UserName: 'bob' });
    const bob = as(iam('CreateAccessKey', { UserName: 'bob' })['AccessKey']);
    role('shared', root);
    role('bobs', { Principal: { AWS: `arn:aws:iam::${account}:user/bob` } });
    expect(refusal('AssumeRole', ask('shared'), bob)).toBe(denied(arnOf('shared'), `arn:aws:iam::${account}:user/bob`));
    expect(refusal('AssumeRole', ask('bobs'), bob)).toBe('none');
    const allow = { Effect: 'Allow', Action: 'sts:AssumeRole', Resource: arnOf('shared') };
    const PolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement: [allow] });
    iam('PutUserPolicy', { UserName: 'bob', PolicyName: 'assume', PolicyDocument });
    expect(refusal('AssumeRole', ask('shared'), bob)).toBe('none');
  });

  it('lasts as long as the role allows, and an hour from role to role', () => {
    role('ci', root);
    role('long', root, { MaxSessionDuration: 43_200 });
    expect(refusal('AssumeRole', ask('ci', { DurationSeconds: 3601 }))).toBe(
      'ValidationError: The requested DurationSeconds exceeds the MaxSessionDuration set for this role.',
    );
    expect(refusal('AssumeRole', ask('long', { DurationSeconds: 43_200 }))).toBe('none');
    const all = { RoleName: 'ci', PolicyArn: 'arn:aws:iam::aws:policy/AdministratorAccess' };
    iam('AttachRolePolicy', all);
    const session = as(sts('AssumeRole', ask('ci'))['Credentials']);
    expect(refusal('AssumeRole', ask('long', { DurationSeconds: 7200 }), session)).toMatch(/role chaining$/);
    expect(refusal('AssumeRole', ask('long'), session)).toBe('none');
  });

  it('takes tags along, where the role may be tagged, and hands on the transitive ones', () => {
    role('plain', root);
    role('tagged', { ...root, Action: ['sts:AssumeRole', 'sts:TagSession'] });
    iam('AttachRolePolicy', { RoleName: 'tagged', PolicyArn: 'arn:aws:iam::aws:policy/AdministratorAccess' });
    const tags = {
      Tags: [
        { Key: 'team', Value: 'a' },
        { Key: 'x', Value: 'y' },
      ],
      TransitiveTagKeys: ['team'],
    };
    expect(refusal('AssumeRole', ask('plain', tags))).toMatch(/sts:TagSession/);
    const first = as(sts('AssumeRole', ask('tagged', tags))['Credentials']);
    expect(callerOf(first)?.requester.tags).toEqual({ team: 'a', x: 'y' });
    const second = as(sts('AssumeRole', ask('tagged'), first)['Credentials']);
    expect(callerOf(second)?.requester.tags).toEqual({ team: 'a' });
  });

  it('is narrowed by session policies, which are checked', () => {
    role('ci', root);
    expect(refusal('AssumeRole', ask('ci', { Policy: '{' }))).toBe('MalformedPolicyDocument: Syntax errors in policy.');
    const policy = (length: number): string =>
      JSON.stringify({
        Version: '2012-10-17',
        Statement: [{ Effect: 'Allow', Action: 'ecr:*', Resource: `arn:aws:ecr:*:*:repository/${'x'.repeat(length)}` }],
      });
    expect(refusal('AssumeRole', ask('ci', { Policy: policy(2048) }))).toMatch(/^PackedPolicyTooLarge/);
    expect(refusal('AssumeRole', ask('ci', { PolicyArns: [{ arn: 'arn:aws:iam::aws:policy/None' }] }))).toMatch(
      /^ValidationError/,
    );
    const answer = sts('AssumeRole', ask('ci', { Policy: policy(1) }));
    expect(callerOf(as(answer['Credentials']))?.policies.session).toHaveLength(1);
  });

  it('is over once the role is deleted, though another has its name', () => {
    role('ci', root);
    const { AccessKeyId = '' } = sts('AssumeRole', ask('ci'))['Credentials'] as Record<string, string>;
    const alive = (): boolean => principalBehind(store, `session/${AccessKeyId}`, 'eu-west-1') !== undefined;
    expect(alive()).toBe(true);
    iam('DeleteRole', { RoleName: 'ci' });
    role('ci', root);
    expect(alive()).toBe(false);
  });

  it('trusts a user, and not who has its name later', () => {
    iam('CreateUser', { UserName: 'bob' });
    role('ci', { Principal: { AWS: `arn:aws:iam::${account}:user/bob` } });
    iam('DeleteUser', { UserName: 'bob' });
    iam('CreateUser', { UserName: 'bob' });
    const bob = as(iam('CreateAccessKey', { UserName: 'bob' })['AccessKey']);
    expect(refusal('AssumeRole', ask('ci'), bob)).toMatch(/^AccessDenied/);
  });

  it('keeps sessions for a day after they end, and no longer', () => {
    role('ci', root);
    const first = (sts('AssumeRole', ask('ci'))['Credentials'] as Record<string, string>)['AccessKeyId'] ?? '';
    now += 3600_000 + 23 * 3600_000;
    sts('AssumeRole', ask('ci'));
    expect(readSession(store, first)).toBeDefined();
    now += 3600_001;
    sts('AssumeRole', ask('ci'));
    expect(readSession(store, first)).toBeUndefined();
  });
});

describe('sessions of users', () => {
  it('are the same user, and make no further ones', () => {
    iam('CreateUser', { UserName: 'bob' });
    const bob = as(iam('CreateAccessKey', { UserName: 'bob' })['AccessKey']);
    const session = as(sts('GetSessionToken', { DurationSeconds: 900 }, bob)['Credentials']);
    expect(sts('GetCallerIdentity', {}, session)).toEqual(sts('GetCallerIdentity', {}, bob));
    expect(refusal('GetSessionToken', {}, session)).toBe(
      'AccessDenied: Cannot call GetSessionToken with session credentials',
    );
    const federated = sts('GetFederationToken', { Name: 'guest' }, bob);
    expect(federated).toMatchObject({ FederatedUser: { FederatedUserId: `${account}:guest` } });
    expect(sts('GetCallerIdentity', {}, as(federated['Credentials']))).toEqual({
      Arn: `arn:aws:sts::${account}:federated-user/guest`,
      UserId: `${account}:guest`,
      Account: account,
    });
  });
});

describe('AssumeRoleWithWebIdentity', () => {
  let issuer: TestIssuer;
  beforeAll(async () => {
    issuer = await startIssuer();
  });
  afterAll(() => issuer.close());
  beforeEach(() => {
    iam('CreateOpenIDConnectProvider', { Url: issuer.url, ClientIDList: ['sts.amazonaws.com'] });
    role('push', {
      Action: ['sts:AssumeRoleWithWebIdentity', 'sts:TagSession'],
      Principal: { Federated: `arn:aws:iam::${account}:oidc-provider/${issuer.name}` },
      Condition: {
        StringEquals: { [`${issuer.name}:aud`]: 'sts.amazonaws.com' },
        StringLike: { [`${issuer.name}:sub`]: 'repo:acme/api:ref:refs/heads/main' },
      },
    });
  });

  const claims = { aud: 'sts.amazonaws.com', sub: 'repo:acme/api:ref:refs/heads/main' };

  async function assume(token: string, more: Answer = {}): Promise<Answer> {
    const operation = service.asyncOperations?.get('AssumeRoleWithWebIdentity');
    if (operation === undefined) throw new Error('not served');
    return operation({ ...ask('push'), WebIdentityToken: token, ...more }, at('210987654321'));
  }

  const refused = (token: string, more: Answer = {}): Promise<string> => assume(token, more).then(() => 'none', textOf);

  it('gives a session to whoever has a token of the issuer, in both kinds of signature', async () => {
    for (const alg of ['RS256', 'ES256'] as const) {
      const answer = await assume(issuer.token(claims, now, alg));
      expect(answer).toMatchObject({
        SubjectFromWebIdentityToken: claims.sub,
        Audience: 'sts.amazonaws.com',
        Provider: `arn:aws:iam::${account}:oidc-provider/${issuer.name}`,
        AssumedRoleUser: { Arn: `arn:aws:sts::${account}:assumed-role/push/build` },
      });
      expect(as(answer['Credentials']).account).toBe(account);
    }
  });

  it('asks a stand-in for the keys of an issuer that is elsewhere, for a token of that issuer alone', async () => {
    const github = 'token.actions.githubusercontent.com';
    iam('CreateOpenIDConnectProvider', { Url: `https://${github}`, ClientIDList: ['sts.amazonaws.com'] });
    role('github', {
      Action: 'sts:AssumeRoleWithWebIdentity',
      Principal: { Federated: `arn:aws:iam::${account}:oidc-provider/${github}` },
      Condition: { StringEquals: { [`${github}:sub`]: claims.sub } },
    });
    const elsewhere = keyFetcher(new AbortController().signal, new Map([[github, issuer.url]]));
    const operation = stsService(elsewhere).asyncOperations?.get('AssumeRoleWithWebIdentity');
    const ofGithub = { ...claims, iss: `https://${github}` };
    const as = (token: string): Promise<unknown> =>
      Promise.resolve(operation?.({ ...ask('github'), WebIdentityToken: token }, at())).then((it) => it, textOf);
    expect(await as(issuer.token(ofGithub, now))).toMatchObject({ SubjectFromWebIdentityToken: claims.sub });
    issuer.answer(
      '/.well-known/openid-configuration',
      JSON.stringify({ issuer: `https://${github}`, jwks_uri: `${issuer.url}/keys` }),
    );
    expect(await as(issuer.token(ofGithub, now))).toMatchObject({ SubjectFromWebIdentityToken: claims.sub });
    issuer.answer('/.well-known/openid-configuration', undefined);
    expect(await as(issuer.forge(ofGithub, now))).toContain('InvalidIdentityToken: ');
    expect(await as(issuer.token(claims, now))).toContain('Not authorized');
  });

  it('asks the trust policy for the branch', async () => {
    const other = { ...claims, sub: 'repo:acme/api:ref:refs/heads/feature' };
    expect(await refused(issuer.token(other, now))).toBe(
      'AccessDenied: Not authorized to perform sts:AssumeRoleWithWebIdentity',
    );
    expect(await refused(issuer.token(claims, now), { RoleArn: arnOf('none') })).toBe(
      'AccessDenied: Not authorized to perform sts:AssumeRoleWithWebIdentity',
    );
  });

  it('asks the provider for the audience', async () => {
    expect(await refused(issuer.token({ ...claims, aud: 'else' }, now))).toBe(
      'InvalidIdentityToken: Incorrect token audience',
    );
    expect(await refused(issuer.token({ ...claims, aud: ['else', 'sts.amazonaws.com'] }, now))).toBe('none');
  });

  it('takes tags from the token', async () => {
    const tags = { 'https://aws.amazon.com/tags': { principal_tags: { team: ['a'] }, transitive_tag_keys: ['team'] } };
    const answer = await assume(issuer.token({ ...claims, ...tags }, now));
    expect(callerOf(as(answer['Credentials']))?.requester.tags).toEqual({ team: 'a' });
  });

  it('refuses what is late, early, forged, changed, unsigned or of nobody', async () => {
    const token = issuer.token(claims, now);
    expect(await refused(issuer.token(claims, now - 300_000))).toBe(
      'ExpiredTokenException: Token expired: current date/time 1700000000 must be before the expiration date/time 1700000000',
    );
    expect(await refused(issuer.token(claims, now + 301_000))).toMatch(/^InvalidIdentityToken: Token not yet valid/);
    expect(await refused(issuer.forge(claims, now))).toMatch(/signature could not be verified/);
    const [head = '', body = '', tail = ''] = token.split('.');
    const changed = Buffer.from(
      JSON.stringify({ ...(JSON.parse(Buffer.from(body, 'base64url').toString()) as Answer), sub: 'repo:evil/x' }),
    ).toString('base64url');
    expect(await refused(`${head}.${changed}.${tail}`)).toMatch(/signature could not be verified/);
    for (const alg of ['none', 'HS256']) {
      const other = Buffer.from(JSON.stringify({ alg, kid: 'rsa' })).toString('base64url');
      expect(await refused(`${other}.${body}.${tail}`)).toMatch(/^InvalidIdentityToken/);
    }
    expect(await refused('no.token')).toMatch(/not a valid JWT/);
    expect(await refused(issuer.token({ ...claims, iss: 'https://elsewhere.example' }, now))).toBe(
      'InvalidIdentityToken: No OpenIDConnect provider found in your account for https://elsewhere.example',
    );
    expect(await refused(issuer.token({ ...claims, iss: issuer.url.replace('http', 'https') }, now))).toMatch(
      /^InvalidIdentityToken: No OpenIDConnect provider/,
    );
  });

  it('refuses when the issuer does not tell its keys', async () => {
    const token = issuer.token(claims, now);
    const noKeys = /^InvalidIdentityToken: Couldn't retrieve verification key/;
    const discovery = '/.well-known/openid-configuration';
    for (const [path, body] of [
      ['/keys', '{"keys":[]}'],
      ['/keys', 'no json'],
      ['/keys', '{"keys":[{"kty":"RSA"}]}'],
      [discovery, JSON.stringify({ issuer: 'http://127.0.0.1:1', jwks_uri: `${issuer.url}/keys` })],
      [discovery, JSON.stringify({ issuer: issuer.url, jwks_uri: 'http://example.com/keys' })],
      [discovery, JSON.stringify({ issuer: issuer.url, jwks_uri: `${issuer.url}/none` })],
      [discovery, '{}'],
    ] as const) {
      issuer.answer(path, body);
      expect(await refused(token), body).toMatch(noKeys);
      issuer.answer(path, undefined);
    }
    expect(await refused(token)).toBe('none');
    iam('CreateOpenIDConnectProvider', { Url: 'http://127.0.0.1:1', ClientIDList: ['sts.amazonaws.com'] });
    expect(await refused(issuer.token({ ...claims, iss: 'http://127.0.0.1:1' }, now))).toMatch(
      /^IDPCommunicationError/,
    );
  });
});
