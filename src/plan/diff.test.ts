// Tests of the comparison: exact changes, what is kept, what is unknown, whose it is.
import { describe, expect, it } from 'vitest';
import { ownSid, type Statement } from '../access/index.js';
import { compileLifecycle, lifecycleText } from '../lifecycle/index.js';
import type { DesiredRepository, ObservedRegistry, ObservedRepository, Reading } from '../registry/index.js';
import { ownershipTags } from '../registry/index.js';
import { type DiffOptions, diff } from './diff.js';
import type { Change, RepositoryPlan } from './model.js';
import { owner, place, pullBy, registry, repository, statementsOf } from './testing/fixtures.js';

const arn = 'arn:aws:ecr:eu-west-1:111111111111:repository/api';
const uri = '111111111111.dkr.ecr.eu-west-1.amazonaws.com/api';
const options: DiffOptions = { purpose: 'apply', prune: false, only: [] };
const present = <T>(value: T): Reading<T> => ({ state: 'present', value });
const absent = { state: 'absent' } as const;
const denied = { state: 'unknown', operation: 'ecr:X', reason: 'AccessDeniedException: no' } as const;
const policyOf = (statements: readonly unknown[]) => JSON.stringify({ Version: '2012-10-17', Statement: statements });

function live(wanted: DesiredRepository, settings: Partial<ObservedRepository> = {}): ObservedRepository {
  return {
    name: wanted.name,
    arn: arn.replace(/api$/, wanted.name),
    uri: uri.replace(/api$/, wanted.name),
    registryId: place.account,
    tagMutability: wanted.tagMutability,
    encryption: { type: wanted.encryption.type },
    scanOnPush: wanted.scanOnPush,
    tags: present(wanted.tags),
    lifecyclePolicy: wanted.lifecyclePolicy ? present(lifecycleText(wanted.lifecyclePolicy)) : absent,
    repositoryPolicy: wanted.statements.length > 0 ? present(policyOf(wanted.statements)) : absent,
    ...settings,
  };
}

function observed(repositories: readonly ObservedRepository[], rest: Partial<ObservedRegistry> = {}): ObservedRegistry {
  return {
    account: place.account,
    region: place.region,
    repositories: new Map(repositories.map((one) => [one.name, one])),
    unreadable: new Map(),
    orphansKnown: { known: true },
    stacks: [],
    ...rest,
  };
}

function one(
  wanted: DesiredRepository,
  settings: Partial<ObservedRepository> = {},
  how: Partial<DiffOptions> = {},
): RepositoryPlan {
  const [plan, ...others] = diff(registry([wanted]), observed([live(wanted, settings)]), {
    ...options,
    ...how,
  }).repositories;
  expect(others).toEqual([]);
  if (plan === undefined) throw new Error('no plan');
  return plan;
}

const api = repository('api');
const own = api.statements;
const [pull] = own;
const head = { name: 'api', key: 'api', arn, uri };
const clean = { changes: [], kept: [], unknown: [] };

describe('nothing to do', () => {
  it('is unchanged', () => {
    expect(diff(registry([api]), observed([live(api)]), options)).toEqual({
      ...place,
      repositories: [{ ...head, action: 'unchanged', ...clean }],
      notes: [],
    });
  });

  it.each<[string, Partial<ObservedRepository>]>([
    ['a policy laid out otherwise', { repositoryPolicy: present(JSON.stringify(JSON.parse(policyOf(own)), null, 4)) }],
    [
      'an account id for its root',
      { repositoryPolicy: present(policyOf([{ ...pull, Principal: { AWS: '444444444444' } }])) },
    ],
    [
      'a lifecycle policy laid out otherwise',
      {
        lifecyclePolicy: present(
          JSON.stringify(JSON.parse(lifecycleText(api.lifecyclePolicy ?? { rules: [] })), null, 2),
        ),
      },
    ],
  ])('%s is the same', (_, settings) => {
    expect(one(api, settings)).toEqual({ ...head, action: 'unchanged', ...clean });
  });

  it('does not look at what is not managed', () => {
    const wanted = { ...api, lifecyclePolicy: undefined };
    expect(one(wanted, { lifecyclePolicy: { state: 'unread' } })).toEqual({ ...head, action: 'unchanged', ...clean });
  });

  it('has none where there shall be none', () => {
    const wanted = { ...api, lifecyclePolicy: null, statements: [] };
    expect(one(wanted)).toEqual({ ...head, action: 'unchanged', ...clean });
  });
});

describe('creation', () => {
  it('carries everything', () => {
    const wanted = { ...api, tagMutability: { mode: 'IMMUTABLE_WITH_EXCLUSION', exclusions: ['b', 'a'] } } as const;
    const [plan] = diff(registry([wanted]), observed([]), options).repositories;
    const policy = compileLifecycle({ expireUntaggedAfterDays: 14, maxImageCount: 30 });
    expect(plan).toEqual({
      name: 'api',
      key: 'api',
      arn,
      action: 'create',
      kept: [],
      unknown: [],
      changes: [
        { aspect: 'tagMutability', before: null, after: { mode: 'IMMUTABLE_WITH_EXCLUSION', exclusions: ['a', 'b'] } },
        { aspect: 'scanOnPush', before: null, after: true },
        { aspect: 'encryption', before: null, after: { type: 'AES256' } },
        {
          aspect: 'tags',
          before: { Team: null, 'slipway:environment': null, 'slipway:project': null },
          after: { Team: 'payments', 'slipway:environment': 'prod', 'slipway:project': 'payments' },
        },
        {
          aspect: 'lifecyclePolicy',
          before: null,
          after: JSON.stringify(policy),
          rules: [
            { id: '800', action: 'add', after: policy?.rules[0] },
            { id: '900', action: 'add', after: policy?.rules[1] },
          ],
        },
        {
          aspect: 'repositoryPolicy',
          before: [],
          after: own,
          statements: [{ id: pull?.Sid, action: 'add', after: pull }],
        },
      ],
    });
    expect(JSON.stringify(plan)).toContain(
      '"after":{"Team":"payments","slipway:environment":"prod","slipway:project":"payments"}',
    );
  });

  it.each([null, undefined])('has no policies that are not wanted (%s)', (lifecyclePolicy) => {
    const [plan] = diff(registry([{ ...api, lifecyclePolicy, statements: [] }]), observed([]), options).repositories;
    expect(plan?.changes.map(({ aspect }) => aspect)).toEqual(['tagMutability', 'scanOnPush', 'encryption', 'tags']);
  });
});

describe('drift of one aspect', () => {
  const changeOf = (settings: Partial<ObservedRepository>, wanted = api): Change => {
    const plan = one(wanted, settings);
    expect(plan).toMatchObject({ ...head, action: 'update' });
    expect(plan.changes).toHaveLength(1);
    return plan.changes[0] as Change;
  };

  it('tag mutability', () => {
    expect(changeOf({ tagMutability: { mode: 'MUTABLE_WITH_EXCLUSION', exclusions: ['b', 'a'] } })).toEqual({
      aspect: 'tagMutability',
      before: { mode: 'MUTABLE_WITH_EXCLUSION', exclusions: ['a', 'b'] },
      after: { mode: 'IMMUTABLE', exclusions: [] },
    });
  });

  it('scan on push', () => {
    expect(changeOf({ scanOnPush: false })).toEqual({ aspect: 'scanOnPush', before: false, after: true });
    expect(changeOf({ scanOnPush: true }, { ...api, scanOnPush: false })).toEqual({
      aspect: 'scanOnPush',
      before: true,
      after: false,
    });
  });

  it('tags: only the keys that differ', () => {
    const wanted = { ...api, tags: { ...api.tags, Z: '1', A: '2' } };
    expect(changeOf({ tags: present({ ...api.tags, Team: 'other' }) }, wanted)).toEqual({
      aspect: 'tags',
      before: { A: null, Team: 'other', Z: null },
      after: { A: '2', Team: 'payments', Z: '1' },
    });
  });

  it('the lifecycle policy, rule by rule', () => {
    const old = compileLifecycle({ maxImageCount: 20, keep: [{ tags: ['v*'], last: 5 }] });
    const policy = api.lifecyclePolicy;
    expect(changeOf({ lifecyclePolicy: present(lifecycleText(old ?? { rules: [] })) })).toEqual({
      aspect: 'lifecyclePolicy',
      before: JSON.stringify(old),
      after: JSON.stringify(policy),
      rules: [
        { id: '200', action: 'remove', before: old?.rules[0] },
        { id: '800', action: 'add', after: policy?.rules[0] },
        { id: '900', action: 'change', before: old?.rules[1], after: policy?.rules[1] },
      ],
    });
  });

  it('a lifecycle policy that is missing, that shall go, or that nobody understands', () => {
    const text = JSON.stringify(api.lifecyclePolicy);
    expect(changeOf({ lifecyclePolicy: absent })).toMatchObject({ before: null, after: text });
    expect(changeOf({ lifecyclePolicy: present(text) }, { ...api, lifecyclePolicy: null })).toMatchObject({
      before: text,
      after: null,
      rules: [
        { id: '800', action: 'remove' },
        { id: '900', action: 'remove' },
      ],
    });
    expect(changeOf({ lifecyclePolicy: present('{"rules": [{"novel": 1}]}') })).toMatchObject({
      before: '{"rules":[{"novel":1}]}',
      rules: [
        { id: '800', action: 'add' },
        { id: '900', action: 'add' },
      ],
    });
  });

  it('our statements', () => {
    expect(changeOf({ repositoryPolicy: absent })).toEqual({
      aspect: 'repositoryPolicy',
      before: [],
      after: own,
      statements: [{ id: pull?.Sid, action: 'add', after: pull }],
    });
    const stale = { ...pull, Sid: `${pull?.Sid}Old` };
    const plan = one(api, { repositoryPolicy: present(policyOf([stale, ...own])) });
    expect(plan.changes).toEqual([
      {
        aspect: 'repositoryPolicy',
        before: [pull, stale],
        after: own,
        statements: [{ id: stale.Sid, action: 'remove', before: stale }],
      },
    ]);
    expect(plan).not.toHaveProperty('foreignStatements');
  });

  it('a statement of ours that stays where none is wanted', () => {
    expect(changeOf({ repositoryPolicy: present(policyOf(own)) }, { ...api, statements: [] })).toMatchObject({
      before: own,
      after: [],
      statements: [{ id: pull?.Sid, action: 'remove' }],
    });
  });
});

describe('what is not ours stays', () => {
  it('tags', () => {
    expect(one(api, { tags: present({ ...api.tags, b: '2', 'aws:x': '1' }) })).toEqual({
      ...head,
      action: 'unchanged',
      ...clean,
      kept: [
        { what: 'tag', id: 'aws:x', note: '"1", not declared' },
        { what: 'tag', id: 'b', note: '"2", not declared' },
      ],
    });
  });

  it('statements, and they go with the change', () => {
    const foreign = [
      {
        Sid: 'LambdaECRImageRetrievalPolicy',
        Effect: 'Allow',
        Principal: { Service: 'lambda.amazonaws.com' },
        Action: 'ecr:BatchGetImage',
      },
      { Effect: 'Deny', Principal: '*', Action: 'ecr:DeleteRepository' },
      { Sid: 'SlipwayRuntimeQuarantine', Effect: 'Deny', Principal: '*', Action: 'ecr:BatchGetImage' },
      ...statementsOf(pullBy('555555555555'), { project: 'other', environment: 'prod' }),
    ];
    const kept = [
      // The quarantine denies what it allows.
      { id: 'LambdaECRImageRetrievalPolicy', note: 'written by somebody else' },
      { id: '(no Sid)', note: 'written by somebody else' },
      { id: 'SlipwayRuntimeQuarantine', note: 'set by a running handler of Slipway' },
      {
        id: foreign[3]?.Sid,
        note: 'of another Slipway project or environment',
        exposures: [{ to: 'others', phrase: 'account 555555555555 may pull' }],
      },
    ].map((rest, index) => ({ what: 'statement', statement: foreign[index], ...rest }));
    expect(one(api, { repositoryPolicy: present(policyOf([...foreign, ...own])) })).toEqual({
      ...head,
      action: 'unchanged',
      ...clean,
      kept,
    });
    const changed = one(api, { repositoryPolicy: present(policyOf(foreign)) });
    expect(changed).toMatchObject({ action: 'update', kept, foreignStatements: foreign });
  });

  it('statements that open to everyone, unless a live Deny keeps strangers out, whoever wrote it', () => {
    const open: Statement = { Sid: 'Open', Effect: 'Allow', Principal: '*', Action: 'ecr:BatchGetImage' };
    const closed: Statement = {
      Sid: `${ownSid(owner)}Close`,
      Effect: 'Deny',
      Principal: '*',
      Action: 'ecr:*',
      Condition: { StringNotEquals: { 'aws:PrincipalOrgID': 'o-abcdefghij' } },
    };
    const exposures = (...live: Statement[]) =>
      one(api, { repositoryPolicy: present(policyOf([...live, ...own])) }).kept.map((kept) => kept.exposures);
    const everyone = [{ to: 'everyone', phrase: 'anybody with an AWS account may pull' }];
    expect(exposures(open)).toEqual([everyone]);
    expect(exposures(open, closed)).toEqual([undefined]);
    expect(exposures(open, { ...closed, Sid: 'Theirs' })).toEqual([undefined, undefined]);
    // A Deny that is only wanted protects nobody yet.
    expect(
      one({ ...api, statements: [...api.statements, closed] }, { repositoryPolicy: present(policyOf([open, ...own])) })
        .kept[0]?.exposures,
    ).toEqual(everyone);
  });
});

describe('what could not be read', () => {
  it('is unknown, and nothing is changed there', () => {
    expect(one(api, { lifecyclePolicy: denied, repositoryPolicy: denied, scanOnPush: false })).toEqual({
      ...head,
      action: 'update',
      kept: [],
      changes: [{ aspect: 'scanOnPush', before: false, after: true }],
      unknown: [
        { aspect: 'lifecyclePolicy', operation: 'ecr:X', reason: 'AccessDeniedException: no' },
        { aspect: 'repositoryPolicy', operation: 'ecr:X', reason: 'AccessDeniedException: no' },
      ],
    });
  });

  it('is nothing to compare with where it was not read', () => {
    const unread = { state: 'unread' } as const;
    expect(one(api, { lifecyclePolicy: unread, repositoryPolicy: unread }).action).toBe('unchanged');
  });

  it('leaves the whole repository alone where nobody can tell whose it is', () => {
    expect(one(api, { tags: denied, scanOnPush: false })).toEqual({
      ...head,
      action: 'unchanged',
      reason: 'whose it is could not be read',
      ...clean,
      unknown: [{ aspect: 'tags', operation: 'ecr:X', reason: 'AccessDeniedException: no' }],
    });
  });

  it('may be whether it exists at all', () => {
    const unreadable = new Map([['api', { operation: 'ecr:DescribeRepositories', reason: 'no' }]]);
    for (const purpose of ['apply', 'destroy'] as const) {
      expect(diff(registry([api]), observed([], { unreadable }), { ...options, purpose }).repositories).toEqual([
        {
          name: 'api',
          key: 'api',
          arn,
          action: 'unchanged',
          reason: 'whether it exists could not be read',
          ...clean,
          unknown: [{ aspect: 'repository', operation: 'ecr:DescribeRepositories', reason: 'no' }],
        },
      ]);
    }
  });

  it('may be a policy that is none', () => {
    expect(one(api, { repositoryPolicy: present('what') })).toMatchObject({
      action: 'unchanged',
      changes: [],
      unknown: [
        {
          aspect: 'repositoryPolicy',
          operation: 'ecr:GetRepositoryPolicy',
          reason: 'the repository policy is not JSON',
        },
      ],
    });
  });

  it('is said of orphans', () => {
    const plan = diff(
      registry([]),
      observed([], { orphansKnown: { known: false, reason: 'tag:GetResources: no' } }),
      options,
    );
    expect(plan.notes).toEqual([
      'repositories that are no longer declared could not be looked for: tag:GetResources: no',
    ]);
  });
});

describe('encryption', () => {
  const kms = { type: 'KMS', kmsKey: 'alias/images' } as const;
  const keyArn = 'arn:aws:kms:eu-west-1:111111111111:key/1';

  it('is replaced by a person', () => {
    const plan = one({ ...api, encryption: kms }, { encryption: { type: 'AES256' }, scanOnPush: false });
    expect(plan).toMatchObject({
      action: 'replace',
      reason: 'ECR cannot change the encryption of a repository',
      changes: [
        { aspect: 'scanOnPush', before: false, after: true },
        { aspect: 'encryption', before: { type: 'AES256' }, after: kms },
      ],
    });
    expect(plan.steps).toEqual([
      'set repositoryName of "api" to "api-2" and apply: the new repository is made with KMS under alias/images, and api stays as an orphan with its images',
      `copy every tag that is still needed with all its platforms: skopeo copy --all --preserve-digests docker://${uri}:TAG docker://${uri}-2:TAG`,
      `push to and deploy from ${uri}-2`,
      'once nothing pulls from api any more, delete it: slipway apply --prune --only api --accept delete-images:api',
    ]);
    const plain = one(api, { encryption: { type: 'KMS', kmsKey: keyArn }, uri: 'localhost:4510/x' });
    expect(plain.changes).toEqual([
      { aspect: 'encryption', before: { type: 'KMS', kmsKey: keyArn }, after: { type: 'AES256' } },
    ]);
    expect(plain.steps?.[0]).toContain('is made with AES256, and api');
    expect(plain.steps?.[2]).toBe('push to and deploy from api-2');
  });

  it('by alias cannot be compared with a key', () => {
    expect(one({ ...api, encryption: kms }, { encryption: { type: 'KMS', kmsKey: keyArn } })).toEqual({
      ...head,
      action: 'unchanged',
      ...clean,
      unknown: [
        {
          aspect: 'encryption',
          operation: 'kms:DescribeKey',
          reason: `whether alias/images is ${keyArn} cannot be told from ECR`,
        },
      ],
    });
  });
});

describe('ownership', () => {
  it('of nobody, and of somebody', () => {
    expect(one(api, { tags: present({ Team: 'payments' }) })).toMatchObject({
      action: 'foreign',
      reason: 'exists already, and no tag says whose it is',
      changes: [{ aspect: 'tags', before: { 'slipway:environment': null, 'slipway:project': null } }],
    });
    expect(
      one(api, { tags: present({ 'aws:cloudformation:stack-name': 's' }), encryption: { type: 'KMS' } }),
    ).toMatchObject({
      action: 'foreign',
      reason: 'belongs to the CloudFormation stack "s"',
      changes: [{ aspect: 'encryption' }, { aspect: 'tags' }],
      steps: expect.any(Array),
    });
  });

  it('decides what destroy deletes', () => {
    const destroy = { purpose: 'destroy' } as const;
    const deletion = { ...head, action: 'delete', ...clean };
    expect(one(api, {}, destroy)).toEqual({ ...deletion, deletion: { force: false, images: null } });
    expect(one({ ...api, forceDelete: true }, {}, destroy)).toEqual({
      ...deletion,
      deletion: { force: true, images: null },
    });
    expect(one(api, { tags: present({}) }, destroy)).toEqual({
      ...head,
      action: 'foreign',
      reason: 'exists already, and no tag says whose it is',
      ...clean,
    });
    expect(diff(registry([api]), observed([]), { ...options, ...destroy }).repositories).toEqual([]);
  });
});

describe('orphans', () => {
  const old = repository('old');
  const orphan = {
    name: 'old',
    arn: arn.replace('api', 'old'),
    uri: uri.replace('api', 'old'),
    reason: 'no longer declared',
  };
  const run = (how: Partial<DiffOptions>, settings: Partial<ObservedRepository> = {}) =>
    diff(registry([api]), observed([live(api), live(old, settings)]), { ...options, ...how }).repositories;

  it('stay until they are pruned', () => {
    expect(run({})).toEqual([
      { ...head, action: 'unchanged', ...clean },
      { ...orphan, action: 'orphan', ...clean },
    ]);
    expect(run({ prune: true })[1]).toEqual({
      ...orphan,
      action: 'delete',
      ...clean,
      deletion: { force: true, images: null },
    });
    expect(run({ purpose: 'destroy' }).map(({ action }) => action)).toEqual(['delete', 'delete']);
  });

  it('are not deleted on the word of an index', () => {
    const unknown = [{ aspect: 'tags', operation: 'ecr:X', reason: 'AccessDeniedException: no' }];
    expect(run({ prune: true }, { tags: denied })[1]).toEqual({ ...orphan, action: 'orphan', ...clean, unknown });
  });

  it('and declared ones are selected by pattern, and sorted by name', () => {
    expect(run({ only: ['old'] }).map(({ name }) => name)).toEqual(['old']);
    expect(run({ only: ['a*'] }).map(({ name }) => name)).toEqual(['api']);
    const before = diff(registry([api]), observed([live(repository('aaa')), live(api)]), options);
    expect(before.repositories.map(({ name }) => name)).toEqual(['aaa', 'api']);
  });
});

describe('limits', () => {
  it('hold for the policy as a whole', () => {
    const foreign = Array.from({ length: 60 }, (_, index) => ({
      Sid: `Foreign${index}`,
      Effect: 'Allow',
      Principal: { AWS: `arn:aws:iam::555555555555:role/${'r'.repeat(60)}${index}` },
      Action: 'ecr:BatchGetImage',
    }));
    const wanted = [api, repository('web')].map((two) => live(two, { repositoryPolicy: present(policyOf(foreign)) }));
    expect(() => diff(registry([api, repository('web')]), observed(wanted), options)).toThrow(
      /^access\/policy-too-large: api: the repository policy has \d+ characters.*\naccess\/policy-too-large: web: /,
    );
  });

  it('owner tags are those of the fixture', () => {
    expect(ownershipTags(owner)).toEqual({ 'slipway:environment': 'prod', 'slipway:project': 'payments' });
  });
});
