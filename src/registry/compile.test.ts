// Tests of compilation: each setting, every problem at once with its place, the same value each time.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isSlipwayError, type SourceRange } from '../diagnostics/index.js';
import { parseProject } from '../manifest/index.js';
import type { EffectiveSpec, Origin, ResolvedRepository } from '../manifest/project.js';
import { check, compile } from './compile.js';
import { assertDesired, type Circumstances, desire } from './desired.js';

const owner = { project: 'payments', environment: 'prod' };
const place = { account: '111111111111', region: 'eu-west-1', partition: 'aws' };
const ordinary: Circumstances = { usage: false, production: false, elsewhere: [] };
const noAccess = { pull: [], push: [], pullAndPush: [], read: [], manage: [], grants: [], statements: [] };
const at = (line: number): SourceRange => ({ file: 'slipway.yaml', line, column: 1, endLine: line, endColumn: 2 });
const from = (line: number): Origin => ({ layer: 'project', label: 'project', range: at(line) });

function resolved(
  key: string,
  spec: Partial<EffectiveSpec> = {},
  origins: Record<string, number> = {},
): ResolvedRepository {
  return {
    key,
    name: key,
    dialect: 'slipway',
    spec: {
      imageImmutable: true,
      mutableTagPatterns: [],
      immutableTagPatterns: [],
      encryptionType: 'AES256',
      forceDelete: false,
      scanOnPush: true,
      access: noAccess,
      tags: { Team: 'payments' },
      ...spec,
    },
    origins: new Map(Object.entries(origins).map(([path, line]) => [path, from(line)])),
    locate: (path) => {
      const enclosing = Object.keys(origins).filter((one) => path === one || path.startsWith(`${one}.`));
      const nearest = enclosing.toSorted((one, other) => other.length - one.length)[0];
      return at(nearest === undefined ? 1 : (origins[nearest] ?? 1));
    },
    range: at(1),
  };
}

const one = (spec: Partial<EffectiveSpec> = {}) =>
  assertDesired(desire([resolved('api', spec)], owner, place, ordinary)).repositories[0];
const problems = (...repositories: ResolvedRepository[]) =>
  desire(repositories, owner, place, ordinary).diagnostics.map(
    ({ code, message, path, range }) => `${range?.line} ${path} ${code}: ${message}`,
  );

describe('equal settings', () => {
  it('come to the same values, made once', () => {
    const spec = () => ({
      access: { ...noAccess, pull: [{ account: '444444444444' }], push: [], statements: [] },
      lifecyclePolicy: { maxImageCount: 30 },
    });
    const { registry } = desire(
      [resolved('api', spec()), resolved('web', spec()), resolved('old')],
      owner,
      place,
      ordinary,
    );
    const [api, old, web] = registry.repositories;
    expect(api?.statements).toHaveLength(1);
    expect(web?.statements).toBe(api?.statements);
    expect(web?.lifecyclePolicy).toBe(api?.lifecyclePolicy);
    expect([old?.statements, old?.lifecyclePolicy]).toEqual([[], undefined]);
  });
});

describe('one repository', () => {
  it('has everything ECR needs', () => {
    expect(one()).toEqual({
      key: 'api',
      name: 'api',
      tagMutability: { mode: 'IMMUTABLE', exclusions: [] },
      encryption: { type: 'AES256' },
      scanOnPush: true,
      tags: { Team: 'payments', 'slipway:environment': 'prod', 'slipway:project': 'payments' },
      lifecyclePolicy: undefined,
      statements: [],
      forceDelete: false,
    });
  });

  it.each<[Partial<EffectiveSpec>, unknown]>([
    [{ mutableTagPatterns: ['b', 'a', 'b'] }, { mode: 'IMMUTABLE_WITH_EXCLUSION', exclusions: ['a', 'b'] }],
    [{ immutableTagPatterns: ['a'] }, { mode: 'IMMUTABLE', exclusions: [] }],
    [{ imageImmutable: false }, { mode: 'MUTABLE', exclusions: [] }],
    [
      { imageImmutable: false, immutableTagPatterns: ['v*'] },
      { mode: 'MUTABLE_WITH_EXCLUSION', exclusions: ['v*'] },
    ],
    [
      { imageImmutable: false, mutableTagPatterns: ['v*'] },
      { mode: 'MUTABLE', exclusions: [] },
    ],
  ])('%j is %j', (spec, tagMutability) => {
    expect(one(spec)?.tagMutability).toEqual(tagMutability);
  });

  it('has its key, where there is one', () => {
    expect(one({ encryptionType: 'KMS' })?.encryption).toEqual({ type: 'KMS' });
    expect(one({ encryptionType: 'KMS_DSSE', kmsKeyId: 'alias/x' })?.encryption).toEqual({
      type: 'KMS_DSSE',
      kmsKey: 'alias/x',
    });
  });

  it('has the lifecycle policy of its intent, of its rules, none, or one that is not managed', () => {
    expect(one({ lifecyclePolicy: { none: true, maxImageCount: 3 } })?.lifecyclePolicy).toBeNull();
    expect(one({ lifecyclePolicy: {} })?.lifecyclePolicy).toBeNull();
    expect(one({ lifecyclePolicy: { maxImageCount: 3 } })?.lifecyclePolicy?.rules).toHaveLength(1);
    const rule = {
      rulePriority: 7,
      selection: { tagStatus: 'any', countType: 'imageCountMoreThan', countNumber: 2 },
      action: { type: 'expire' },
    } as const;
    expect(one({ lifecyclePolicy: { rules: [rule], maxImageCount: 3 } })?.lifecyclePolicy).toEqual({ rules: [rule] });
  });

  it('has the statements of its grants', () => {
    const access = { ...noAccess, pull: [{ account: '444444444444' }], push: [], statements: [] };
    expect(one({ access })?.statements).toEqual([
      expect.objectContaining({
        Sid: expect.stringMatching(/^Slipway[0-9a-f]{8}Pull$/),
        Principal: { AWS: 'arn:aws:iam::444444444444:root' },
      }),
    ]);
  });
});

describe('problems', () => {
  it('come all at once, each with its place', () => {
    const bad = resolved(
      'bad',
      {
        mutableTagPatterns: ['a', 'b', 'c', 'd', 'e', 'f'],
        kmsKeyId: 'k',
        tags: { 'slipway:x': '1', 'AWS:y': '2' },
        lifecyclePolicy: {
          maxImageCount: 0,
          keep: [
            { tags: ['v*'], last: 1 },
            { tags: [], last: 1 },
          ],
        },
        access: { ...noAccess, pull: [{ account: '1' }, {}], push: [{ org: 'o-1234567890' }], statements: [] },
      },
      {
        mutableTagPatterns: 2,
        kmsKeyId: 3,
        tags: 4,
        'tags.AWS:y': 5,
        'lifecyclePolicy.keep': 6,
        lifecyclePolicy: 7,
        'access.pull': 8,
      },
    );
    expect(problems(bad, resolved('bad'))).toEqual([
      '2 spec.repositories.bad.mutableTagPatterns registry/too-many-patterns: mutableTagPatterns lists 6 patterns, more than the 5 of ECR',
      '3 spec.repositories.bad.kmsKeyId registry/key-without-kms: kmsKeyId "k" stands beside encryptionType AES256',
      '4 spec.repositories.bad.tags.slipway:x registry/reserved-tag: the tag "slipway:x" is reserved',
      '5 spec.repositories.bad.tags.AWS:y registry/reserved-tag: the tag "AWS:y" is reserved',
      expect.stringMatching(/^6 spec\.repositories\.bad\.lifecyclePolicy\.keep\.1\.tags lifecycle\/empty-keep: /),
      expect.stringMatching(/^7 spec\.repositories\.bad\.lifecyclePolicy\.maxImageCount lifecycle\/bad-number: /),
      expect.stringMatching(/^8 spec\.repositories\.bad\.access\.pull\.0\.account access\/bad-account: /),
      expect.stringMatching(/^8 spec\.repositories\.bad\.access\.pull\.1 access\/bad-grantee: /),
      '1 spec.repositories.bad.access.push.0 access/push-by-organization: everyone in organisation o-1234567890 could push',
      '1 spec.repositories.bad.repositoryName registry/duplicate-name: "bad" and "bad" are both named "bad"',
    ]);
    expect(() => assertDesired(desire([bad], owner, place, ordinary))).toThrow(/too-many-patterns[\s\S]*bad-grantee/);
  });

  it('that repositories share are told of each', () => {
    const access = () => ({ ...noAccess, pull: [{ account: '12' }], push: [], statements: [] });
    const lifecyclePolicy = () => ({ maxImageCount: 0 });
    const shared = ['api', 'web'].map((key) => resolved(key, { access: access(), lifecyclePolicy: lifecyclePolicy() }));
    const [api = '', ...others] = problems(...shared);
    expect(others).toHaveLength(3);
    expect(new Set([api, ...others].map((problem) => problem.replace(/api|web/, 'X'))).size).toBe(2);
  });

  it('of grants as a whole, and of rules', () => {
    const rules = [
      {
        rulePriority: 1,
        selection: { tagStatus: 'tagged', countType: 'imageCountMoreThan', countNumber: 1 },
        action: { type: 'expire' },
      },
    ] as const;
    const bad = resolved('bad', {
      access: { ...noAccess, pull: [], push: [{ org: 'o-1234567890' }], statements: [] },
      lifecyclePolicy: { rules },
    });
    expect(problems(bad)).toEqual([
      expect.stringMatching(
        /^1 spec\.repositories\.bad\.lifecyclePolicy\.rules\.0\.selection.* lifecycle\/missing-tag-list: /,
      ),
      expect.stringMatching(/^1 spec\.repositories\.bad\.access\.push\.0 access\/push-by-organization: /),
    ]);
  });

  it('of too many tags count ours', () => {
    const tags = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, index) => [`k${index}`, '']));
    expect(problems(resolved('a', { tags: tags(48) }))).toEqual([]);
    expect(problems(resolved('a', { tags: tags(49) }))).toEqual([
      "1 spec.repositories.a.tags registry/too-many-tags: the repository has 51 tags, Slipway's own two included, more than the 50 of ECR",
    ]);
  });

  it('that are remarks do not stop it', () => {
    const rule = (rulePriority: number) =>
      ({
        rulePriority,
        selection: {
          tagStatus: 'tagged',
          tagPatternList: ['a*', 'b*'],
          countType: 'imageCountMoreThan',
          countNumber: 1,
        },
        action: { type: 'expire' },
      }) as const;
    const found = desire([resolved('a', { lifecyclePolicy: { rules: [rule(1)] } })], owner, place, ordinary);
    expect(found.diagnostics.map(({ code, severity }) => [code, severity])).toEqual([
      ['lifecycle/and-trap', 'warning'],
      ['lifecycle/untagged-kept', 'info'],
      ['lifecycle/uncovered-tags', 'info'],
    ]);
    expect(assertDesired(found).repositories[0]?.lifecyclePolicy?.rules).toHaveLength(1);
  });
});

describe('typed rules where usage is declared', () => {
  const rule = (rulePriority: number, tagPatternList: readonly string[], countNumber: number) =>
    ({
      rulePriority,
      selection: { tagStatus: 'tagged', tagPatternList, countType: 'imageCountMoreThan', countNumber },
      action: { type: 'expire' },
    }) as const;
  const guard = rule(1, ['slipway-in-use-*'], 999_999);
  const warned = (lifecyclePolicy: NonNullable<EffectiveSpec['lifecyclePolicy']>, usage = true) =>
    desire([resolved('a', { lifecyclePolicy })], owner, place, { ...ordinary, usage }).diagnostics.filter(
      ({ code }) => code === 'lifecycle/rules-unprotected',
    );
  it('are warned of unless they protect images in use, or harm none', () => {
    expect(warned({ rules: [rule(2, ['v*'], 3)] })).toMatchObject([
      { severity: 'warning', path: 'spec.repositories.a.lifecyclePolicy.rules' },
    ]);
    expect(warned({ rules: [guard, rule(2, ['v*'], 3)] })).toEqual([]);
    expect(warned({ rules: [rule(2, ['v*'], 999_999)] })).toEqual([]);
    expect(warned({ rules: [rule(2, ['v*'], 3)] }, false)).toEqual([]);
    expect(warned({ keep: [{ tags: ['v*'], last: 3 }] })).toEqual([]);
  });
  it('are known by the environment', () => {
    const text = (usage: string) => `apiVersion: ecr.slipway.dev/v1
kind: Project
metadata: {name: payments}
spec:
  environments:
    dev: {account: "111111111111", region: eu-west-1${usage}}
  repositories:
    api:
      lifecyclePolicy:
        rules:
          - rulePriority: 1
            selection: {tagStatus: any, countType: imageCountMoreThan, countNumber: 3}
            action: {type: expire}
`;
    const codes = (usage: string) =>
      check(parseProject([{ file: 'slipway.yaml', text: text(usage), own: true }]), 'dev').map(({ code }) => code);
    expect(codes(', usage: {ecs: {}}')).toContain('lifecycle/rules-unprotected');
    expect(codes('')).not.toContain('lifecycle/rules-unprotected');
  });
});

describe('a whole project', () => {
  const text = `apiVersion: ecr.slipway.dev/v1
kind: Project
metadata: {name: payments}
spec:
  environments:
    prod: {account: "222222222222", region: us-gov-west-1, preset: production}
    dev: {account: "111111111111", region: eu-west-1, preset: development}
  access: {pull: ["account:444444444444"]}
  repositories:
    web: {mutableTagPatterns: ["latest"]}
    api: {lifecyclePolicy: {keep: [{tags: ["v*"], last: 50}]}}
`;
  const project = () => parseProject([{ file: 'slipway.yaml', text, own: true }]);

  it('is compiled for each environment', () => {
    const [prod, ...others] = compile(project(), 'prod');
    expect(others).toEqual([]);
    expect(prod).toMatchObject({ owner, account: '222222222222', region: 'us-gov-west-1', partition: 'aws-us-gov' });
    expect(prod?.repositories.map(({ name }) => name)).toEqual(['api', 'web']);
    expect(prod?.repositories[1]?.tagMutability).toEqual({ mode: 'IMMUTABLE_WITH_EXCLUSION', exclusions: ['latest'] });
    expect(JSON.stringify(prod)).toContain('arn:aws-us-gov:iam::444444444444:root');
    expect(compile(project(), 'dev')[0]?.repositories[1]?.tagMutability.mode).toBe('MUTABLE');
    expect(check(project(), 'prod')).toEqual([]);
  });

  it('has its problems shown within lists, in the layer that states them', () => {
    const wrong = `apiVersion: ecr.slipway.dev/v1
kind: Project
metadata: {name: payments}
spec:
  environments:
    prod:
      account: "222222222222"
      region: eu-west-1
      access: {statements: [{name: Office, effect: Deny, principals: [bob], actions: ["ecr:BatchGetImag"]}]}
  repositories:
    api: {lifecyclePolicy: {keep: [{tags: ["v*"], last: 50}, {tags: ["x*", "v*"], last: 9}]}}
    web:
      lifecyclePolicy:
        rules:
          - {rulePriority: 1, selection: {tagStatus: any, countType: imageCountMoreThan, countNumber: 5}, action: {type: expire}}
          - rulePriority: 2
            selection: {tagStatus: untagged, countType: imageCountMoreThan, countUnit: days, countNumber: 2}
            action: {type: expire}
`;
    const marked = check(parseProject([{ file: 'slipway.yaml', text: wrong, own: true }]), 'prod').map(
      ({ code, range }) => {
        const line = wrong.split('\n')[(range?.line ?? 0) - 1] ?? '';
        return `${range?.line} ${code} ${line.slice((range?.column ?? 0) - 1, (range?.endColumn ?? 0) - 1)}`;
      },
    );
    expect(new Set(marked)).toEqual(
      new Set([
        '11 lifecycle/duplicate-pattern "v*"',
        '15 lifecycle/any-not-last 1',
        '17 lifecycle/unit-not-allowed days',
        '9 access/bad-principal bob',
        '9 access/bad-action "ecr:BatchGetImag"',
      ]),
    );
  });

  it('has no other environments', () => {
    try {
      compile(project(), 'prd');
      expect.unreachable();
    } catch (error) {
      expect(isSlipwayError(error) && error.diagnostics[0]?.message).toContain('prd');
    }
  });

  it('gives the same value each time, whatever the order of the repositories', () => {
    expect(JSON.stringify(compile(project(), 'prod'))).toBe(JSON.stringify(compile(project(), 'prod')));
    const spec = fc.record({
      imageImmutable: fc.boolean(),
      mutableTagPatterns: fc.array(fc.constantFrom('a', 'b', 'c')),
      tags: fc.dictionary(fc.constantFrom('x', 'y', 'z'), fc.constantFrom('1', '2')),
    });
    const repositories = fc.uniqueArray(fc.tuple(fc.constantFrom('a', 'b', 'c', 'd'), spec), {
      selector: ([key]) => key,
    });
    fc.assert(
      fc.property(repositories, (list) => {
        const all = list.map(([key, settings]) => resolved(key, settings));
        const once = JSON.stringify(desire(all, owner, place, ordinary));
        expect(JSON.stringify(desire(all.toReversed(), owner, place, ordinary))).toBe(once);
      }),
    );
  });
});

describe('grants', () => {
  const grants = (access: Partial<EffectiveSpec['access']>, circumstances = ordinary) => {
    const all = ['team-a/api', 'team-b/api'].map((key) => resolved(key, { access: { ...noAccess, ...access } }));
    return desire(all, owner, place, circumstances);
  };

  it('by pattern are for those that match alone, beside the lists', () => {
    const { registry, diagnostics } = grants({
      pull: [{ account: '444444444444' }],
      grants: [
        { repositories: ['team-a/*'], pull: [{ account: '555555555555' }], read: [{ account: '444444444444' }] },
        { repositories: ['*/api'], pullAndPush: [{ account: '666666666666' }] },
        { repositories: ['team-c/*', 'elsewhere'], push: [{ account: '777777777777' }] },
      ],
    });
    expect(
      registry.repositories.map(({ statements }) =>
        statements.map(({ Sid, Principal }) => [Sid?.slice('Slipway00000000'.length), Principal]),
      ),
    ).toEqual([
      [
        ['Pull', { AWS: 'arn:aws:iam::555555555555:root' }],
        ['PullPush', { AWS: 'arn:aws:iam::666666666666:root' }],
        ['PullRead', { AWS: 'arn:aws:iam::444444444444:root' }],
      ],
      [
        ['Pull', { AWS: 'arn:aws:iam::444444444444:root' }],
        ['PullPush', { AWS: 'arn:aws:iam::666666666666:root' }],
      ],
    ]);
    expect(diagnostics.map(({ message, path }) => [message, path])).toEqual([
      ['no repository matches "team-c/*"', 'spec.repositories.team-a/api.access.grants.2.repositories.0'],
      ['no repository matches "elsewhere"', 'spec.repositories.team-a/api.access.grants.2.repositories.1'],
    ]);
    const known = { ...ordinary, elsewhere: ['team-c/api', 'elsewhere'] };
    expect(grants({ grants: [{ repositories: ['team-c/*', 'elsewhere'] }] }, known).diagnostics).toEqual([]);
  });

  it('of CI jobs are gathered by job, and are in no repository policy', () => {
    const ids = { orgId: '12', repoId: '7' };
    const { registry } = grants({
      push: [{ github: 'acme/api@main', ...ids }],
      grants: [
        { repositories: ['team-a/*'], pullAndPush: [{ github: 'acme/api', branch: 'main', ...ids }] },
        { repositories: ['team-b/*'], read: [{ gitlab: 'group/project@tag:v1' }] },
      ],
    });
    expect(registry.repositories.flatMap(({ statements }) => statements)).toEqual([]);
    const none = { pull: [], push: [], read: [], manage: [] };
    const job = { organization: 'acme', repository: 'api', organizationId: '12', repositoryId: '7' };
    expect(registry.ciAccess).toEqual([
      {
        principal: { kind: 'github', ...job, ref: { branch: 'main' } },
        repositories: { ...none, pull: ['team-a/api'], push: ['team-a/api', 'team-b/api'] },
      },
      {
        principal: { kind: 'gitlab', project: 'group/project', ref: { tag: 'v1' } },
        repositories: { ...none, read: ['team-b/api'] },
      },
    ]);
    expect(registry.companions?.flatMap(({ resources }) => resources.map(({ kind }) => kind))).toContain('ci-role');
  });

  it('of broad trust want consent in production, and are remarked on elsewhere', () => {
    const push = [{ github: 'acme/api@*', orgId: '12', repoId: '7' }];
    const codes = (access: Partial<EffectiveSpec['access']>, production: boolean) => [
      ...new Set(
        grants(access, { ...ordinary, production }).diagnostics.map(({ code, severity }) => `${severity} ${code}`),
      ),
    ];
    expect(codes({ push }, true)).toEqual(['error access/broad-trust']);
    expect(codes({ push }, false)).toEqual(['warning access/broad-trust-here']);
    expect(codes({ push, allowBroadTrust: { reason: 'previews' } }, true)).toEqual([]);
    expect(codes({ push: [{ github: 'acme/api#production' }] }, true)).toEqual(['warning access/github-ids']);
  });
});
