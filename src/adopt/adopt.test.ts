// What is read into a manifest is, compiled, what was there: for made-up repositories of every kind, and for files as engines write them.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalStatement, compileAccess, type Principal } from '../access/index.js';
import { isSlipwayError } from '../diagnostics/index.js';
import { canonicalLifecycle, type LifecyclePolicy, lifecycleText } from '../lifecycle/index.js';
import { parseProject } from '../manifest/index.js';
import { canonicalMutability, compile, type DesiredRepository, type MutabilityMode } from '../registry/index.js';
import { adopt, type Found, type FoundRepository } from './index.js';

const options = { project: 'shop', environment: 'prod', account: '111111111111', region: 'eu-west-1' };

function desiredOf(text: string): ReadonlyMap<string, DesiredRepository> {
  const project = parseProject([{ file: 'slipway.yaml', text, own: true }]);
  const all = [...project.environments.keys()].flatMap((name) => compile(project, name));
  return new Map(
    all.flatMap(({ region, repositories }) => repositories.map((one) => [`${region} ${one.name}`, one] as const)),
  );
}

function withoutOwnership(tags: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(tags).filter(([key]) => !key.startsWith('slipway:')));
}

const context = { account: options.account, region: options.region, partition: 'aws' };
const principals: readonly Principal[] = [
  { kind: 'account', account: '222222222222' },
  { kind: 'account', account: '333333333333' },
  { kind: 'role', arn: 'arn:aws:iam::333333333333:role/team/node' },
  { kind: 'user', arn: 'arn:aws:iam::333333333333:user/me' },
  { kind: 'org', id: 'o-aaaaaaaaaa' },
  { kind: 'ou', organization: 'o-aaaaaaaaaa', unit: 'ou-ab12-11111111' },
  { kind: 'service', service: 'lambda.amazonaws.com', sourceArn: 'arn:aws:lambda:eu-west-1:111111111111:function:*' },
];
const wide = (principal: Principal) =>
  principal.kind === 'org' || principal.kind === 'ou' || principal.kind === 'service';
const intents = fc.record({
  pull: fc.subarray([...principals]),
  push: fc.subarray(principals.filter((one) => !wide(one))),
  read: fc.subarray(principals.filter(({ kind }) => kind !== 'service')),
  manage: fc.subarray(principals.filter((one) => !wide(one))),
});
const policies: readonly (LifecyclePolicy | undefined)[] = [
  undefined,
  {
    rules: [
      {
        rulePriority: 1,
        selection: { tagStatus: 'untagged', countType: 'sinceImagePushed', countUnit: 'days', countNumber: 7 },
        action: { type: 'expire' },
      },
    ],
  },
  {
    rules: [
      {
        rulePriority: 1,
        description: 'no intent says this',
        selection: { tagStatus: 'any', countType: 'imageCountMoreThan', countNumber: 100 },
        action: { type: 'expire' },
      },
    ],
  },
];
const modes: readonly MutabilityMode[] = ['MUTABLE', 'IMMUTABLE', 'MUTABLE_WITH_EXCLUSION', 'IMMUTABLE_WITH_EXCLUSION'];
const keyIn = (region: string): string => `arn:aws:kms:${region}:111111111111:key/11111111-2222-3333-4444-555555555555`;

interface Sample {
  readonly found: FoundRepository;
  readonly lifecycle: LifecyclePolicy | undefined;
  readonly statements: ReturnType<typeof compileAccess>;
}

const samples = fc.uniqueArray(
  fc
    .record({
      name: fc.stringMatching(/^[a-z]{2,6}(\/[a-z]{1,5})?$/),
      mode: fc.constantFrom(...modes),
      exclusions: fc.subarray(['latest', 'dev-*', 'pr-*']),
      encryption: fc.constantFrom('AES256', 'KMS', 'KMS with a key', 'KMS_DSSE'),
      scanOnPush: fc.boolean(),
      forceDelete: fc.boolean(),
      tags: fc.dictionary(
        fc.constantFrom('Team', 'Environment', 'ManagedBy', 'Repository', 'x'),
        fc.constantFrom('a', 'b', 'prod'),
      ),
      lifecycle: fc.constantFrom(...policies),
      intent: intents,
      region: fc.constantFrom('eu-west-1', 'us-east-1'),
    })
    .map(({ name, mode, exclusions, intent, lifecycle, encryption, ...rest }): Sample => {
      const statements = compileAccess({ ...intent, statements: [] }, { project: 'o', environment: 'o' }, context);
      const found: FoundRepository = {
        ...rest,
        name,
        encryption:
          encryption === 'KMS with a key' ? { type: 'KMS', kmsKey: keyIn(rest.region) } : { type: encryption },
        from: `resource ${name}`,
        account: '111111111111',
        tagMutability: canonicalMutability({ mode, exclusions }),
        ...(lifecycle === undefined ? {} : { lifecyclePolicy: lifecycleText(lifecycle) }),
        ...(statements.length === 0
          ? {}
          : { repositoryPolicy: JSON.stringify({ Version: '2012-10-17', Statement: statements }) }),
      };
      return { found, lifecycle, statements };
    }),
  { minLength: 1, maxLength: 5, selector: ({ found }) => `${found.region} ${found.name}` },
);

const bare = ({ Sid: _sid, ...rest }: ReturnType<typeof compileAccess>[number]): string => JSON.stringify(rest);

describe('adopting what was found', () => {
  it('gives a manifest that compiles to just that', () => {
    fc.assert(
      fc.property(samples, (all) => {
        const found: Found = { repositories: all.map((one) => one.found), diagnostics: [] };
        const { text, repositories, diagnostics } = adopt(found, options);
        expect(diagnostics).toEqual([]);
        const desired = desiredOf(text);
        expect(desired.size).toBe(all.length);
        expect(repositories).toEqual([...new Set(all.map((one) => one.found.name))].sort());
        for (const { found: was, lifecycle, statements } of all) {
          const is = desired.get(`${was.region} ${was.name}`);
          expect(is).toMatchObject({
            tagMutability: was.tagMutability,
            encryption: was.encryption,
            scanOnPush: was.scanOnPush,
            forceDelete: was.forceDelete,
          });
          expect(withoutOwnership(is?.tags ?? {})).toEqual(was.tags);
          const rules = (policy: LifecyclePolicy | null | undefined) =>
            (policy ? canonicalLifecycle(policy).rules : []).map(({ selection, action }) => ({ selection, action }));
          expect(rules(is?.lifecyclePolicy)).toEqual(rules(lifecycle));
          expect(is?.statements.map(bare).sort()).toEqual(statements.map(bare).sort());
        }
      }),
      { numRuns: 30 },
    );
  });

  const one: FoundRepository = {
    name: 'payments/api',
    from: 'aws_ecr_repository.api',
    account: '222222222222',
    region: 'eu-west-1',
    tagMutability: { mode: 'MUTABLE', exclusions: [] },
    encryption: { type: 'AES256' },
    scanOnPush: false,
    forceDelete: false,
    tags: { Team: 'payments' },
  };

  it('says what differs from the secure defaults, what all have in common once', () => {
    const { text } = adopt(
      { repositories: [one, { ...one, name: 'payments/web', scanOnPush: true }], diagnostics: [] },
      options,
    );
    expect(text).toMatchInlineSnapshot(`
      "# Repositories as they are today. The first plan tags them as owned by this project. Lifecycle rules and grants it words
      # in its own way: what they do stays as it is, and statements that are there stay beside its own until you remove them.
      # What differs from the secure defaults is said below, so that it can be taken back line by line.

      apiVersion: ecr.slipway.dev/v1
      kind: Project
      metadata: { name: shop }
      spec:
        defaultTags:
          Environment: null
          ManagedBy: null
          Repository: null
          Team: payments
        environments:
          prod:
            account: "222222222222"
            region: eu-west-1
        repositoryDefaults:
          imageImmutable: false
          lifecyclePolicy:
            none: true
        repositories:
          payments/api:
            scanOnPush: false
          payments/web: {}
      "
    `);
  });

  it('keeps lifecycle rules word for word where it is asked to', () => {
    const policy: LifecyclePolicy = {
      rules: [
        {
          rulePriority: 7,
          description: 'the last 30 releases',
          selection: { tagStatus: 'tagged', tagPrefixList: ['v'], countType: 'imageCountMoreThan', countNumber: 30 },
          action: { type: 'expire' },
        },
      ],
    };
    const found: Found = { repositories: [{ ...one, lifecyclePolicy: lifecycleText(policy) }], diagnostics: [] };
    const kept = (keepRules: boolean) => [...desiredOf(adopt(found, { ...options, keepRules }).text).values()][0];
    expect(kept(true)?.lifecyclePolicy).toEqual(policy);
    expect(kept(false)?.lifecyclePolicy).not.toEqual(policy);
  });

  it('keeps a statement that grants cannot say in IAM’s own terms, and says which stays where it is', () => {
    const policy = {
      Version: '2012-10-17',
      Statement: [
        {
          Sid: 'Office only',
          Effect: 'Deny',
          Principal: '*',
          Action: 'ecr:BatchGetImage',
          Condition: { NotIpAddress: { 'aws:SourceIp': '192.0.2.0/24' } },
        },
        { Sid: 'Pull', Effect: 'Allow', Principal: { AWS: '333333333333' }, Action: ['ecr:BatchGetImage'] },
        { Effect: 'Allow', NotPrincipal: { AWS: '444444444444' }, Action: 'ecr:BatchGetImage' },
      ],
    };
    const { text, diagnostics } = adopt(
      { repositories: [{ ...one, repositoryPolicy: JSON.stringify(policy) }], diagnostics: [] },
      options,
    );
    expect(diagnostics.map(({ code, message }) => `${code}: ${message}`)).toEqual([
      'adopt/statement-left-out: payments/api: statement 3 of the policy cannot be said in a manifest',
    ]);
    const [repository] = desiredOf(text).values();
    expect(repository?.statements.map(bare)).toEqual(
      policy.Statement.slice(0, 2).map(({ Sid: _sid, ...rest }) =>
        JSON.stringify(canonicalStatement(rest as never, context)),
      ),
    );
  });

  it('refuses nothing, and repositories of which nobody knows where they are', () => {
    expect(() => adopt({ repositories: [], diagnostics: [] }, options)).toThrow('adopt/nothing-found');
    const { account: _account, region: _region, ...nowhere } = one;
    const { account: _a, region: _r, ...unplaced } = options;
    expect(() => adopt({ repositories: [nowhere], diagnostics: [] }, unplaced)).toThrow(
      'adopt/unknown-place: it is not known in which account and Region payments/api is (aws_ecr_repository.api)',
    );
  });

  it('never throws but on purpose, whatever policies say', () => {
    fc.assert(
      fc.property(fc.json(), fc.json(), (lifecyclePolicy, repositoryPolicy) => {
        try {
          adopt({ repositories: [{ ...one, lifecyclePolicy, repositoryPolicy }], diagnostics: [] }, options);
        } catch (error) {
          expect(isSlipwayError(error)).toBe(true);
        }
      }),
      { numRuns: 200 },
    );
  });
});
