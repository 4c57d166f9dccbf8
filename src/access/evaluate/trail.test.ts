// Exercises what an answer says beside yes and no: its trail, in order, and the sentences.
// It must not know why an answer is right: that is in test/cases/access.
import { describe, expect, test } from 'vitest';
import { evaluateAccess } from './evaluate.js';
import type { AccessRequest, PolicyKind, Requester } from './model.js';
import { type AccessPolicies, compilePolicy, type ResourcePolicies, unreadablePolicy } from './policy.js';
import { placeWords, requesterWords } from './sentences.js';

const account = '111111111111';
const resource = `arn:aws:ecr:eu-west-1:${account}:repository/red/app`;
const arn = `arn:aws:iam::${account}:role/ci`;
const role: Requester = { kind: 'role', arn, session: 'build' };
const request: AccessRequest = { requester: role, action: 'ecr:BatchGetImage', resource };

type Statement = Readonly<Record<string, unknown>>;
const policy = (kind: PolicyKind, name: string, ...statements: readonly Statement[]) =>
  compilePolicy(kind, name, { Version: '2012-10-17', Statement: statements });
const allow = { Effect: 'Allow', Action: 'ecr:*', Resource: '*' };
const deny = { ...allow, Effect: 'Deny' };
const nothing: AccessPolicies = { requester: { identity: [] }, resource: { resource: [] } };
const onResource = (rest: Partial<ResourcePolicies>): AccessPolicies => ({
  ...nothing,
  resource: { resource: [], ...rest },
});
const trail = (policies: AccessPolicies, asked: AccessRequest = request) =>
  evaluateAccess(asked, policies).trail.map(({ reason, sentence }) => `${reason}: ${sentence}`);
const decision = (policies: AccessPolicies, asked: AccessRequest = request) =>
  evaluateAccess(asked, policies).decision.sentence;
const what = `ecr:BatchGetImage on ${resource}`;

test('every statement that takes part is in the trail, those of organisations first, those of sessions last', () => {
  const answer = evaluateAccess(request, {
    requester: {
      identity: [
        policy('identity', 'push', { ...allow, Sid: 'B' }, { ...allow, Sid: 'A' }),
        policy('identity', 'all', allow),
      ],
      boundary: policy('boundary', 'limit', allow),
      session: [policy('session', 'narrow', allow, { ...deny, Action: 'ecr:Put*' })],
      serviceControl: [[policy('service-control', 'root', { ...allow, Action: '*' })]],
    },
    resource: {
      resource: [
        policy('registry', 'the registry', {
          ...allow,
          Principal: '*',
          Condition: { Bool: { 'aws:ViaAWSService': 'true' } },
        }),
        policy(
          'repository',
          'red/app',
          { ...allow, Principal: { AWS: account } },
          { ...allow, Principal: { AWS: arn } },
        ),
      ],
      resourceControl: [[policy('resource-control', 'root', { ...allow, Principal: '*' })]],
    },
  });
  expect(answer.trail.map(({ reason, sentence }) => `${reason}: ${sentence}`)).toEqual([
    `within-limits: statement 1 of the service control policy root allows ${what}`,
    `within-limits: statement 1 of the resource control policy root allows ${what}`,
    `allowed-for-account: statement 1 of the repository policy red/app allows ${what}`,
    `allowed-by-resource: statement 2 of the repository policy red/app allows ${what}`,
    `conditional-allow: statement 1 of the registry policy the registry allows ${what} where aws:ViaAWSService is true`,
    `allowed-by-identity: statement 1 of the identity policy all allows ${what}`,
    `allowed-by-identity: statement "A" of the identity policy push allows ${what}`,
    `allowed-by-identity: statement "B" of the identity policy push allows ${what}`,
    `within-limits: statement 1 of the permissions boundary limit allows ${what}`,
    `within-limits: statement 1 of the session policy narrow allows ${what}`,
  ]);
  expect(answer.decision).toEqual({
    reason: 'allowed-by-resource',
    statement: { policy: 'red/app', kind: 'repository', index: 1 },
    sentence: `statement 2 of the repository policy red/app allows ${what}`,
  });
  expect(answer).not.toHaveProperty('conditions');
  expect(JSON.parse(JSON.stringify(answer))).toEqual(answer);
});

test('statements of one policy without names are in their order', () => {
  const statements = Array.from({ length: 12 }, () => allow);
  expect(
    evaluateAccess(request, {
      ...nothing,
      requester: { identity: [policy('identity', 'p', ...statements)] },
    }).trail.map(({ statement }) => statement?.index),
  ).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
});

test('statements are in the order of their names, those without one first', () => {
  const named = (sid: string) => ({ ...allow, Sid: sid });
  const statements = [named('c'), allow, named('a'), named('d'), allow, named('b'), named('e')];
  const answer = evaluateAccess(request, {
    ...nothing,
    requester: {
      identity: ['q', 'p', 's', 'r'].map((name) => policy('identity', name, ...(name === 'p' ? statements : [allow]))),
    },
  });
  expect(answer.trail.map(({ statement }) => `${statement?.policy} ${statement?.sid ?? statement?.index}`)).toEqual([
    'p 1',
    'p 4',
    'p a',
    'p b',
    'p c',
    'p d',
    'p e',
    'q 0',
    'r 0',
    's 0',
  ]);
});

describe('policies that are not for the requester', () => {
  const own = {
    identity: [policy('identity', 'p', deny)],
    boundary: policy('boundary', 'limit', deny),
    session: [policy('session', 'narrow', deny)],
  };
  test.each<[string, Requester]>([
    ['a root user', { kind: 'root', account, partition: 'aws' }],
    ['a service', { kind: 'service', service: 'lambda.amazonaws.com' }],
    ['a holder of tokens', { kind: 'web-identity', provider: 'arn:aws:iam::111111111111:oidc-provider/gitlab.com' }],
  ])('%s', (_, requester) => {
    const open = [
      policy(
        'repository',
        'red/app',
        { ...allow, Principal: '*' },
        { ...deny, NotPrincipal: requester.kind === 'root' ? { AWS: account } : '*' },
      ),
    ];
    const answer = evaluateAccess({ ...request, requester }, { requester: own, resource: { resource: open } });
    expect(answer.answer).toBe('yes');
    expect(answer.trail.map(({ statement }) => statement?.kind)).not.toContain('identity');
    const shut = evaluateAccess(
      { ...request, requester },
      { ...nothing, requester: { identity: [policy('identity', 'p', allow)] } },
    );
    expect(shut.answer).toBe(requester.kind === 'root' ? 'yes' : 'no');
    expect(shut.trail.map(({ reason }) => reason)).toEqual([
      requester.kind === 'root' ? 'root-user' : 'no-resource-allow',
    ]);
  });
});

test('conditions that cannot be met together are said to be', () => {
  const only = (network: string) => ({ Condition: { IpAddress: { 'aws:SourceIp': network } } });
  const requester = {
    identity: [policy('identity', 'p', { ...allow, ...only('10.0.0.0/8') }, { ...deny, ...only('10.0.0.0/8') })],
  };
  expect(evaluateAccess(request, { ...nothing, requester }).decision).toEqual({
    reason: 'conditions-contradict',
    sentence: 'no request can meet the conditions of all statements that decide on it',
  });
});

describe('what is missing', () => {
  test('is nothing where something else lets them', () => {
    const direct = policy('repository', 'red/app', {
      ...allow,
      Principal: { AWS: `arn:aws:sts::${account}:assumed-role/ci/build` },
    });
    const boundary = policy('boundary', 'limit', { ...allow, Action: 's3:*' });
    expect(trail({ requester: { identity: [], boundary }, resource: { resource: [direct] } })).toEqual([
      `allowed-by-resource: statement 1 of the repository policy red/app allows ${what}`,
    ]);
  });
  test('is said beside a Deny', () => {
    expect(trail({ ...nothing, requester: { identity: [policy('identity', 'p', deny)] } })).toEqual([
      `explicit-deny: statement 1 of the identity policy p denies ${what}`,
      `no-identity-allow: no identity policy of ${arn} (session build) allows ${what}`,
    ]);
  });
  test('is said for every kind of policy', () => {
    const other = { ...allow, Action: 's3:*' };
    expect(
      trail({
        requester: {
          identity: [],
          boundary: policy('boundary', 'limit', other),
          session: [policy('session', 'narrow', other)],
          serviceControl: [[policy('service-control', 'root', other)], [policy('service-control', 'unit', other)]],
        },
        resource: { resource: [], resourceControl: [[policy('resource-control', 'root', other)]] },
      }),
    ).toEqual([
      `no-service-control-allow: service control policies over the account of ${arn} (session build) do not allow ${what}`,
      `no-resource-control-allow: resource control policies over ${resource} do not allow ecr:BatchGetImage`,
      `no-identity-allow: no identity policy of ${arn} (session build) allows ${what}`,
      `no-boundary-allow: the permissions boundary of ${arn} (session build) does not allow ${what}`,
      `no-session-allow: no session policy of ${arn} (session build) allows ${what}`,
    ]);
  });
  test('is nothing where all is there', () => {
    const policies = { ...nothing, requester: { identity: [policy('identity', 'all', allow)] } };
    expect(trail(policies)).toEqual([`allowed-by-identity: statement 1 of the identity policy all allows ${what}`]);
    // A Deny takes it away: nothing is missing.
    const denied = onResource({ resource: [policy('repository', 'red/app', { ...deny, Principal: '*' })] });
    expect(trail({ ...policies, resource: denied.resource })).toEqual([
      `explicit-deny: statement 1 of the repository policy red/app denies ${what}`,
      `allowed-by-identity: statement 1 of the identity policy all allows ${what}`,
    ]);
  });
  test('on the other side', () => {
    const stranger: AccessRequest = {
      ...request,
      requester: { kind: 'user', arn: 'arn:aws:iam::222222222222:user/ben' },
    };
    expect(trail(nothing, stranger)).toEqual([
      `no-resource-allow: no policy of the resource allows arn:aws:iam::222222222222:user/ben ${what}`,
      `no-identity-allow: no identity policy of arn:aws:iam::222222222222:user/ben allows ${what}`,
    ]);
    expect(trail(nothing, { ...request, requester: { kind: 'service', service: 'lambda.amazonaws.com' } })).toEqual([
      `no-resource-allow: no policy of the resource allows lambda.amazonaws.com ${what}`,
    ]);
  });
  test('where the resource leaves it to the account', () => {
    const policies = onResource({
      resource: [policy('repository', 'red/app', { ...allow, Principal: { AWS: account } })],
    });
    expect(trail(policies)).toEqual([
      `allowed-for-account: statement 1 of the repository policy red/app allows ${what}`,
      `left-to-the-account: the policy of the resource leaves ${what} to the account, whose identity policies do not allow it to ${arn} (session build)`,
    ]);
  });
});

test('the root user, and what needs no permission', () => {
  const root: Requester = { kind: 'root', account, partition: 'aws' };
  expect(trail(nothing, { ...request, requester: root })).toEqual([
    `root-user: the root user of account ${account} itself needs no identity policy`,
  ]);
  const free = evaluateAccess({ ...request, action: 'sts:GetCallerIdentity' }, nothing);
  expect(free).toEqual({
    answer: 'yes',
    decision: { reason: 'needs-no-permission', sentence: 'sts:GetCallerIdentity needs no permission' },
    unread: [],
    trail: [{ reason: 'needs-no-permission', sentence: 'sts:GetCallerIdentity needs no permission' }],
  });
});

test('a token is asked of everything', () => {
  const policies = { ...nothing, requester: { identity: [policy('identity', 'all', allow)] } };
  expect(decision(policies, { ...request, action: 'ecr:GetAuthorizationToken' })).toBe(
    'statement 1 of the identity policy all allows ecr:GetAuthorizationToken on *',
  );
});

test('conditions are said with the statement, and together with the answer', () => {
  const office = { IpAddress: { 'aws:SourceIp': '10.0.0.0/8' }, Bool: { 'aws:MultiFactorAuthPresent': 'true' } };
  const policies = {
    ...nothing,
    requester: {
      identity: [
        policy('identity', 'office', {
          ...allow,
          Condition: office,
          Resource: [
            `${resource.slice(0, -7)}\${aws:PrincipalTag/team}/*`,
            `${resource.slice(0, -7)}\${aws:PrincipalTag/unit}/*`,
          ],
        }),
      ],
    },
  };
  const answer = evaluateAccess(request, policies);
  expect(answer.decision.reason).toBe('conditional-allow');
  expect(answer.decision.sentence).toBe(
    `statement 1 of the identity policy office allows ${what} where ` +
      `(the resource is like ${resource.slice(0, -7)}\${aws:PrincipalTag/team}/* or the resource is like ${resource.slice(0, -7)}\${aws:PrincipalTag/unit}/*)` +
      ' and aws:SourceIp is in 10.0.0.0/8 and aws:MultiFactorAuthPresent is true',
  );
  expect(answer.conditions).toHaveProperty('all');
});

describe('what could not be read', () => {
  test('a policy', () => {
    const answer = evaluateAccess(request, {
      ...nothing,
      requester: { identity: [unreadablePolicy('identity', 'role ci', 'access denied')] },
    });
    expect(answer).toEqual({
      answer: 'unknown',
      atBest: { answer: 'yes' },
      decision: { reason: 'unread', sentence: 'role ci could not be read: access denied' },
      unread: [{ policy: 'role ci', kind: 'identity', reason: 'access denied' }],
      trail: [{ reason: 'unread', sentence: 'role ci could not be read: access denied' }],
    });
  });
  test.each<[string, unknown, string]>([
    ['no object', 1, 'it is not an object'],
    ['a list', [], 'it is not an object'],
    ['null', null, 'it is not an object'],
    ['no effect', { Action: '*', Resource: '*' }, 'its Effect is neither Allow nor Deny'],
    ['no action', { Effect: 'Allow', Resource: '*' }, 'it has neither Action nor NotAction'],
    ['both actions', { ...allow, NotAction: '*' }, 'it has both Action and NotAction'],
    ['an odd action', { ...allow, Action: ['a', 1] }, 'its Action is not a list of texts'],
    ['an odd NotAction', { Effect: 'Allow', Resource: '*', NotAction: {} }, 'its NotAction is not a list of texts'],
    ['no resource', { Effect: 'Allow', Action: '*' }, 'it has neither Resource nor NotResource'],
    ['both resources', { ...allow, NotResource: '*' }, 'it has both Resource and NotResource'],
    ['an odd resource', { ...allow, Resource: null }, 'its Resource is not a list of texts'],
    ['a principal', { ...allow, Principal: '*' }, 'it names a principal, which stands in policies of resources only'],
    [
      'a NotPrincipal',
      { ...allow, NotPrincipal: '*' },
      'it names a principal, which stands in policies of resources only',
    ],
    ['an odd condition', { ...allow, Condition: [] }, 'Condition is not an object'],
    ['no condition', { ...allow, Condition: null }, 'Condition is not an object'],
    ['an odd operator', { ...allow, Condition: { Bool: 'true' } }, 'Condition.Bool is not an object'],
    ['no operator', { ...allow, Condition: { Bool: null } }, 'Condition.Bool is not an object'],
    [
      'an unknown operator',
      { ...allow, Condition: { Odd: { 'a:b': 'c' } } },
      'Condition has the unknown operator "Odd"',
    ],
    [
      'an odd value',
      { ...allow, Condition: { Bool: { 'a:b': {} } } },
      'Condition.Bool gives a:b a value that is no text',
    ],
    [
      'an odd value among others',
      { ...allow, Condition: { Bool: { 'a:b': ['true', null] } } },
      'Condition.Bool gives a:b a value that is no text',
    ],
  ])('%s', (_, statement, problem) => {
    const policies = {
      ...nothing,
      requester: { identity: [compilePolicy('identity', 'p', { Version: '2012-10-17', Statement: [statement] })] },
    };
    const answer = evaluateAccess(request, policies);
    const reason = `statement 1: ${problem}`;
    expect([answer.answer, answer.unread]).toEqual(['unknown', [{ policy: 'p', kind: 'identity', index: 0, reason }]]);
    expect(answer.decision).toEqual({
      reason: 'unread',
      statement: { policy: 'p', kind: 'identity', index: 0 },
      sentence: `p could not be read: ${reason}`,
    });
  });
  test.each<[string, unknown, string]>([
    ['no principal', allow, 'it has no Principal'],
    ['both', { ...allow, Principal: '*', NotPrincipal: '*' }, 'it has both Principal and NotPrincipal'],
    ['text', { ...allow, Principal: 'me' }, 'the principal is neither "*" nor an object of names'],
    ['null', { ...allow, Principal: null }, 'the principal is neither "*" nor an object of names'],
    ['a list', { ...allow, Principal: ['*'] }, 'the principal is neither "*" nor an object of names'],
    ['a number', { ...allow, Principal: { AWS: [1] } }, 'the principal is neither "*" nor an object of names'],
    ['an odd NotPrincipal', { ...allow, NotPrincipal: 1 }, 'the principal is neither "*" nor an object of names'],
  ])('principals: %s', (_, statement, problem) => {
    const policies = onResource({
      resource: [
        compilePolicy('repository', 'p', { Version: '2012-10-17', Statement: { ...(statement as object), Sid: 'S' } }),
      ],
    });
    expect(evaluateAccess(request, policies).unread.map(({ reason }) => reason)).toEqual([`statement "S": ${problem}`]);
  });
  test.each([
    ['text', '{', 'it is not JSON'],
    ['a list', '[]', 'it is not a JSON object'],
    ['a number', 1, 'it is not a JSON object'],
    ['null', 'null', 'it is not a JSON object'],
  ])('a document: %s', (_, document, reason) => {
    const policies = { ...nothing, requester: { identity: [compilePolicy('identity', 'p', document)] } };
    expect(evaluateAccess(request, policies).unread).toEqual([{ policy: 'p', kind: 'identity', reason }]);
  });
  test('an Allow may only allow, a Deny only deny', () => {
    const odd = { Condition: { Odd: {} }, Resource: [1] };
    const identity = (...statements: readonly Statement[]) =>
      evaluateAccess(request, { ...nothing, requester: { identity: [policy('identity', 'p', ...statements)] } }).answer;
    expect(identity({ ...allow, ...odd })).toBe('unknown');
    expect(identity({ ...allow, ...odd }, allow)).toBe('yes');
    expect(identity({ ...allow, ...odd }, deny)).toBe('no');
    expect(identity({ ...deny, ...odd })).toBe('no');
    expect(identity({ ...deny, ...odd }, allow)).toBe('unknown');
  });
  test('an empty document says nothing', () => {
    expect(
      evaluateAccess(request, { ...nothing, requester: { identity: [compilePolicy('identity', 'p', '{}')] } }).answer,
    ).toBe('no');
    expect(evaluateAccess(request, { ...nothing, requester: { identity: [policy('identity', 'p')] } }).answer).toBe(
      'no',
    );
  });
});

test('a statement whose conditions are not met, or cannot be met at once, takes no part', () => {
  const key = 'aws:SourceVpc';
  const never = { StringEquals: { [key]: 'vpc-1' }, StringNotEquals: { [key]: 'vpc-1' } };
  const unmet = { StringEquals: { 'aws:PrincipalAccount': '222222222222' } };
  for (const Condition of [never, unmet]) {
    const policies = (...statements: readonly Statement[]) => ({
      ...nothing,
      requester: { identity: [policy('identity', 'p', ...statements)] },
    });
    expect(trail(policies({ ...deny, Condition }, allow))).toEqual([
      `allowed-by-identity: statement 2 of the identity policy p allows ${what}`,
    ]);
    expect(trail(policies({ ...allow, Condition }))).toEqual([
      `no-identity-allow: no identity policy of ${arn} (session build) allows ${what}`,
    ]);
  }
});

describe('resources', () => {
  const blue = resource.replace('red', 'blue');
  const decides = (statement: Statement, asked = resource) =>
    evaluateAccess(
      { ...request, resource: asked },
      { ...nothing, requester: { identity: [policy('identity', 'p', statement)] } },
    ).answer;
  test('a statement of a repository may leave out which it is about, or say which not', () => {
    const statement = { Effect: 'Allow', Principal: { AWS: arn }, Action: 'ecr:*' };
    const answers = [{}, { NotResource: blue }, { NotResource: resource }, { Resource: blue }].map(
      (more) =>
        evaluateAccess(request, onResource({ resource: [policy('repository', 'p', { ...statement, ...more })] }))
          .answer,
    );
    expect(answers).toEqual(['yes', 'yes', 'no', 'no']);
  });
  test('incomplete ARNs are completed, other incomplete texts are not', () => {
    expect(
      ['arn:aws:ecr', 'arn:aws', 'arn:aws:s3', '?rn', 'aws:ecr'].map((one) => decides({ ...allow, Resource: one })),
    ).toEqual(['yes', 'yes', 'no', 'no', 'no']);
  });
  test('a variable before the fifth colon matches nothing, so that it excludes nothing', () => {
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a policy variable
    const pattern = 'arn:aws:ecr:${aws:PrincipalTag/region}:*:repository/*';
    expect(decides({ ...allow, Resource: pattern })).toBe('no');
    const { Resource: _, ...rest } = allow;
    expect(decides({ ...rest, NotResource: pattern })).toBe('yes');
  });
  test('what stands before a variable that is not known may decide already', () => {
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a policy variable
    const pattern = `arn:aws:ecr:*:${account}:repository/r*/\${aws:PrincipalTag/team}`;
    expect([decides({ ...allow, Resource: pattern }), decides({ ...allow, Resource: pattern }, blue)]).toEqual([
      'yes-if',
      'no',
    ]);
  });
});

test('a policy given as text is read as JSON', () => {
  const text = JSON.stringify({ Version: '2012-10-17', Statement: allow });
  expect(
    evaluateAccess(request, { ...nothing, requester: { identity: [compilePolicy('identity', 'p', text)] } }).answer,
  ).toBe('yes');
});

test('names of places and of people', () => {
  expect(placeWords({ policy: 'red/app', kind: 'repository', index: 2 })).toBe(
    'statement 3 of the repository policy red/app',
  );
  expect(placeWords({ policy: 'k', kind: 'key', index: 0, sid: 'S' })).toBe('statement "S" of the key policy k');
  expect(placeWords({ policy: 'r', kind: 'trust', index: 0, sid: 'S' })).toBe('statement "S" of the trust policy r');
  const people: Requester[] = [
    { kind: 'user', arn: 'U' },
    { kind: 'role', arn: 'R' },
    { kind: 'role', arn: 'R', session: 's' },
    { kind: 'federated-user', arn: 'F', user: 'U' },
    { kind: 'root', account, partition: 'aws' },
    { kind: 'service', service: 'lambda.amazonaws.com' },
    { kind: 'web-identity', provider: 'P' },
    { kind: 'anyone' },
    { kind: 'anyone', account },
  ];
  expect(people.map(requesterWords)).toEqual([
    'U',
    'R',
    'R (session s)',
    'F',
    `the root user of account ${account}`,
    'lambda.amazonaws.com',
    'whoever P vouches for',
    'anybody with an AWS account',
    `account ${account}`,
  ]);
});
