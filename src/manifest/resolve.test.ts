// How layers add up, what --set does, and what explain says of it.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isSlipwayError } from '../diagnostics/index.js';
import { explain, initialProject, type Project, parseProject, printProject, resolve, resolveOne } from './index.js';

const head = 'apiVersion: ecr.slipway.dev/v1\nkind: Project\nmetadata: {name: shop}\n';

function project(spec: string, set: readonly string[] = []): Project {
  return parseProject([{ file: 'slipway.yaml', text: `${head}spec:\n${spec.replace(/^/gm, '  ')}`, own: true }], {
    set,
  });
}

const places =
  'environments:\n  dev: {account: "111111111111", region: eu-west-1, preset: development}\n  prod: {account: "222222222222", region: eu-west-1}\n';

function api(settings: string, set: readonly string[] = [], environment = 'prod') {
  return resolveOne(project(`${places}repositories:\n  api: ${settings}`, set), 'api', environment);
}

describe('a repository that says nothing', () => {
  it('has the built-in settings', () => {
    expect(api('{}').spec).toEqual({
      imageImmutable: true,
      mutableTagPatterns: [],
      immutableTagPatterns: [],
      encryptionType: 'AES256',
      forceDelete: false,
      scanOnPush: true,
      lifecyclePolicy: { expireUntaggedAfterDays: 14, maxImageCount: 30 },
      access: { pull: [], push: [], pullAndPush: [], read: [], manage: [], grants: [], statements: [] },
      tags: { Environment: 'prod', ManagedBy: 'slipway', Repository: 'api' },
    });
  });

  it.each([
    ['production', 50, true],
    ['staging', 10, true],
    ['development', 10, false],
  ])('has those of the preset %s', (preset, count, immutable) => {
    const one = resolveOne(
      project(
        `environments:\n  e: {account: "111111111111", region: eu-west-1, preset: ${preset}}\nrepositories: {api: {}}`,
      ),
      'api',
      'e',
    );
    expect(one.spec.lifecyclePolicy?.maxImageCount).toBe(count);
    expect(one.spec.imageImmutable).toBe(immutable);
    expect(one.origins.get('lifecyclePolicy.maxImageCount')).toMatchObject({
      layer: 'preset',
      label: `preset ${preset}`,
    });
  });
});

describe('precedence', () => {
  // Each level alone, over all those before it.
  const levels = [
    ['project', 1, 'project'],
    ['project defaults', 2, 'project'],
    ['environment', 3, 'environment'],
    ['environment defaults', 4, 'environment'],
    ['repository', 5, 'repository'],
    ['override', 6, 'override'],
    ['set', 7, 'set'],
  ] as const;

  function withLevels(upTo: number): Project {
    const tag = (level: number, text: string): string => (level <= upTo ? text : '');
    const spec = [
      tag(1, 'defaultTags: {Level: "1"}'),
      tag(2, 'repositoryDefaults: {tags: {Level: "2"}}'),
      'environments:',
      '  prod:',
      '    account: "111111111111"',
      '    region: eu-west-1',
      tag(3, '    defaultTags: {Level: "3"}'),
      tag(4, '    repositoryDefaults: {tags: {Level: "4"}}'),
      tag(6, '    repositories: {api: {tags: {Level: "6"}}}'),
      `repositories: {api: ${tag(5, '{tags: {Level: "5"}}') || '{}'}}`,
    ];
    return project(spec.filter((line) => line !== '').join('\n'), upTo >= 7 ? ['repositories.api.tags.Level=7'] : []);
  }

  it.each(levels)('%s wins over what is weaker', (_, level, layer) => {
    const one = resolveOne(withLevels(level), 'api', 'prod');
    expect(one.spec.tags['Level']).toBe(String(level));
    expect(one.origins.get('tags.Level')?.layer).toBe(layer);
    expect(one.origins.get('tags.Level')?.range?.line).toBeGreaterThan(0);
  });

  it('merges maps, replaces lists, and unsets with null', () => {
    const spec = `access: {pull: ["account:111111111111"], push: ["account:222222222222"]}\ndefaultTags: {A: a, B: b}\n${places}repositories:\n  api: {access: {pull: ["account:333333333333"]}, tags: {B: null, C: c, Environment: live}, lifecyclePolicy: {maxImageCount: null}}`;
    const one = resolveOne(project(spec), 'api', 'prod');
    expect(one.spec.access).toMatchObject({
      pull: [{ account: '333333333333' }],
      push: [{ account: '222222222222' }],
      statements: [],
    });
    expect(one.spec.tags).toEqual({ A: 'a', C: 'c', Environment: 'live', ManagedBy: 'slipway', Repository: 'api' });
    expect(one.spec.lifecyclePolicy).toEqual({ expireUntaggedAfterDays: 14 });
    expect(one.origins.get('tags.B')?.layer).toBe('repository');
  });

  it('falls back to the built-in value where a setting must have one', () => {
    const one = resolveOne(
      project(
        `repositoryDefaults: {imageImmutable: false, scanOnPush: false}\n${places}repositories: {api: {imageImmutable: null, scanOnPush: null}}`,
      ),
      'api',
      'prod',
    );
    expect([one.spec.imageImmutable, one.spec.scanOnPush]).toEqual([true, true]);
    expect(one.origins.get('imageImmutable')?.layer).toBe('built-in');
  });

  it.each([
    ['{none: true}', '{maxImageCount: 5}', { maxImageCount: 5 }],
    ['{maxImageCount: 5}', '{none: true}', { none: true }],
    ['{none: true}', '{none: false}', { expireUntaggedAfterDays: 14, maxImageCount: 30 }],
    ['{none: true}', '{}', { none: true }],
    [
      '{maxImageCount: 5, keep: [{tags: [a], last: 1}]}',
      '{keep: null}',
      { expireUntaggedAfterDays: 14, maxImageCount: 5 },
    ],
    ['{maxImageCount: 5}', 'null', undefined],
    ['null', '{maxImageCount: 5}', { maxImageCount: 5 }],
  ])('lifecycle %s, then %s', (weak, strong, expected) => {
    const one = resolveOne(
      project(
        `repositoryDefaults: {lifecyclePolicy: ${weak}}\n${places}repositories: {api: {lifecyclePolicy: ${strong}}}`,
      ),
      'api',
      'prod',
    );
    expect(one.spec.lifecyclePolicy).toEqual(expected);
  });

  it('lets rules replace intent and intent replace rules', () => {
    const rule =
      '{rulePriority: 1, selection: {tagStatus: any, countType: imageCountMoreThan, countNumber: 5}, action: {type: expire}}';
    expect(Object.keys(api(`{lifecyclePolicy: {rules: [${rule}]}}`).spec.lifecyclePolicy ?? {})).toEqual(['rules']);
    const back = resolveOne(
      project(
        `repositoryDefaults: {lifecyclePolicy: {rules: [${rule}]}}\n${places}repositories: {api: {lifecyclePolicy: {maxImageCount: 3}}}`,
      ),
      'api',
      'prod',
    );
    expect(back.spec.lifecyclePolicy).toEqual({ maxImageCount: 3 });
  });

  it('drops patterns that a stronger layer has made moot, and the key with the KMS it belonged to', () => {
    expect(api('{mutableTagPatterns: [latest]}', [], 'dev').spec.mutableTagPatterns).toEqual([]);
    expect(api('{mutableTagPatterns: [latest]}').spec.mutableTagPatterns).toEqual(['latest']);
    const one = resolveOne(
      project(
        `repositoryDefaults: {encryptionType: KMS, kmsKeyId: alias/x}\n${places}repositories: {api: {encryptionType: AES256}}`,
      ),
      'api',
      'prod',
    );
    expect([one.spec.encryptionType, one.spec.kmsKeyId]).toEqual(['AES256', undefined]);
  });
});

describe('--set', () => {
  it.each([
    ['repositories.api.scanOnPush=false', (one: ReturnType<typeof api>) => one.spec.scanOnPush, false],
    ['spec.repositories.api.scanOnPush=false', (one: ReturnType<typeof api>) => one.spec.scanOnPush, false],
    ['api.scanOnPush=false', (one: ReturnType<typeof api>) => one.spec.scanOnPush, false],
    ['api.mutableTagPatterns=[latest]', (one: ReturnType<typeof api>) => one.spec.mutableTagPatterns, ['latest']],
    [
      'api.access.pull=[account:444444444444]',
      (one: ReturnType<typeof api>) => one.spec.access.pull,
      [{ account: '444444444444' }],
    ],
    [
      'api.lifecyclePolicy.maxImageCount=',
      (one: ReturnType<typeof api>) => one.spec.lifecyclePolicy,
      { expireUntaggedAfterDays: 14 },
    ],
    ['api.tags.cost\\.center=4711', (one: ReturnType<typeof api>) => one.spec.tags['cost.center'], '4711'],
    [
      'environments.prod.repositories.api.forceDelete=true',
      (one: ReturnType<typeof api>) => one.spec.forceDelete,
      true,
    ],
    [
      'environments.prod.preset=production',
      (one: ReturnType<typeof api>) => one.spec.lifecyclePolicy?.maxImageCount,
      50,
    ],
    ['repositoryDefaults.forceDelete=true', (one: ReturnType<typeof api>) => one.spec.forceDelete, true],
    ['naming="{env}/{name}"', (one: ReturnType<typeof api>) => one.name, 'prod/api'],
    ['defaultTags={Team: a}', (one: ReturnType<typeof api>) => one.spec.tags['Team'], 'a'],
  ])('%s', (setting, pick, expected) => {
    expect(pick(api('{}', [setting]))).toEqual(expected);
  });

  it('changes an environment, and where a repository exists', () => {
    const set = [
      'environments.dev.region=eu-west-2',
      'environments.dev.account=012345678901',
      'api.environments=[prod]',
    ];
    const one = project(`${places}repositories: {api: {}}`, set);
    expect(one.environments.get('dev')).toMatchObject({ region: 'eu-west-2', account: '012345678901' });
    expect(resolve(one, 'dev')).toEqual([]);
    expect(() => resolveOne(one, 'api', 'dev')).toThrow('repository "api" is not in dev; it is in prod');
  });

  it('takes the last of two, and lets a later one change a part', () => {
    expect(api('{}', ['api.forceDelete=true', 'api.forceDelete=false']).spec.forceDelete).toBe(false);
    expect(api('{}', ['api.tags={A: a, B: b}', 'api.tags.B=c']).spec.tags).toMatchObject({ A: 'a', B: 'c' });
  });

  it('points into the setting', () => {
    const origin = api('{}', ['api.scanOnPush=false']).origins.get('scanOnPush');
    expect(origin).toEqual({
      layer: 'set',
      label: '--set',
      range: { file: '--set', line: 1, column: 16, endLine: 1, endColumn: 21 },
    });
  });
});

describe('asking for what is not there', () => {
  const one = project(`${places}repositories: {api: {}, worker: {environments: [dev]}}`);
  it.each([
    [() => resolve(one, 'prd'), 'manifest/unknown-environment'],
    [() => resolveOne(one, 'apy', 'prod'), 'manifest/unknown-repository'],
    [() => resolveOne(one, 'worker', 'prod'), 'manifest/not-in-environment'],
  ])('%#', (ask, code) => {
    try {
      ask();
      expect.unreachable();
    } catch (error) {
      expect(isSlipwayError(error) && error.code).toBe(code);
    }
  });
});

describe('explain', () => {
  it('says where every setting comes from, also what was unset', () => {
    const one = project(
      `naming: "{project}/{name}"\n${places}repositories:\n  api: {lifecyclePolicy: {maxImageCount: null}, tags: {Team: a}}`,
    );
    const rows = explain(one, 'shop/api', 'prod').map((row) => [row.path, row.value, row.origin.layer]);
    expect(rows).toEqual([
      ['encryptionType', 'AES256', 'built-in'],
      ['forceDelete', false, 'built-in'],
      ['imageImmutable', true, 'built-in'],
      ['lifecyclePolicy.expireUntaggedAfterDays', 14, 'built-in'],
      ['lifecyclePolicy.maxImageCount', null, 'repository'],
      ['repositoryName', 'shop/api', 'project'],
      ['scanOnPush', true, 'built-in'],
      ['tags.Environment', 'prod', 'built-in'],
      ['tags.ManagedBy', 'slipway', 'built-in'],
      ['tags.Repository', 'shop/api', 'built-in'],
      ['tags.Team', 'a', 'repository'],
    ]);
  });

  it('the layers it rests on go from weak to strong', () => {
    const one = project(`${places}repositories: {api: {}}`, ['api.scanOnPush=false']);
    expect(one.layersOf('api', 'dev').map((layer) => layer.kind)).toEqual([
      'built-in',
      'built-in',
      'built-in',
      'preset',
      'repository',
      'set',
    ]);
  });
});

describe('init', () => {
  const names = fc.constantFrom('dev', 'prod', 'on', 'test-2', '1st');
  it('writes a manifest that loads', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(
          fc.tuple(
            names,
            fc.constantFrom('111111111111', '012345678901'),
            fc.constantFrom('production' as const, 'staging' as const, undefined),
          ),
          { minLength: 1, selector: ([name]) => name },
        ),
        fc.uniqueArray(fc.constantFrom('api', 'null', 'on', 'a/b', '007'), { maxLength: 4 }),
        fc.constantFrom(undefined, 'acme', 'true'),
        (environments, repositories, org) => {
          const text = initialProject({
            name: 'shop',
            ...(org === undefined ? {} : { org }),
            environments: environments.map(([name, account, preset]) => ({
              name,
              account,
              region: 'eu-west-1',
              ...(preset === undefined ? {} : { preset }),
            })),
            repositories,
          });
          const made = parseProject([{ file: 'slipway.yaml', text, own: true }]);
          expect([...made.repositories.keys()]).toEqual(repositories);
          expect([...made.environments.values()].map((one) => [one.name, one.account, one.preset])).toEqual(
            environments,
          );
          expect(made.org).toBe(org);
        },
      ),
      { numRuns: 100 },
    );
  });
});

describe('printing', () => {
  const tags = fc.dictionary(
    fc.constantFrom('Team', 'a.b', '007', 'true', 'aws'),
    fc.oneof(fc.constantFrom('x', '4711', 'null', '1e3', ' y', '@z'), fc.constant(null)),
    { noNullPrototype: true },
  );
  const lifecycle = fc.oneof(
    fc.constant(null),
    fc.constant({ none: true }),
    fc.record(
      {
        maxImageCount: fc.oneof(fc.integer({ min: 1, max: 99 }), fc.constant(null)),
        keep: fc.constantFrom([{ tags: ['v*', '2024'], last: 3 }], null),
      },
      { requiredKeys: [], noNullPrototype: true },
    ),
  );
  const grantee = fc.constantFrom<unknown[]>('account:444444444444', { account: '444444444444' }, 'service:lambda', {
    service: 'lambda',
    sourceAccount: '444444444444',
  });
  const access = fc.record(
    { pull: fc.array(grantee, { maxLength: 2 }), push: fc.constant(null) },
    { requiredKeys: [], noNullPrototype: true },
  );
  const settings = fc.record(
    {
      imageImmutable: fc.oneof(fc.boolean(), fc.constant(null)),
      scanOnPush: fc.boolean(),
      tags,
      lifecyclePolicy: lifecycle,
      access,
    },
    { requiredKeys: [], noNullPrototype: true },
  );
  const repository = fc
    .tuple(settings, fc.constantFrom(undefined, ['dev'], ['prod', 'dev']))
    .map(([one, environments]) => ({ ...one, ...(environments === undefined ? {} : { environments }) }));
  const environment = (account: string) =>
    fc.record(
      {
        account: fc.constant(account),
        region: fc.constant('eu-west-1'),
        preset: fc.constantFrom('staging', 'development'),
        defaultTags: tags,
        access,
        repositoryDefaults: settings,
        repositories: fc.record({ api: settings }, { requiredKeys: [], noNullPrototype: true }),
      },
      { requiredKeys: ['account', 'region'], noNullPrototype: true },
    );
  const spec = fc.record(
    {
      naming: fc.constantFrom('{project}/{name}', '{env}-{name}'),
      defaultTags: tags,
      access,
      repositoryDefaults: settings,
      environments: fc.record(
        { dev: environment('111111111111'), prod: environment('222222222222') },
        { noNullPrototype: true },
      ),
      repositories: fc.record({ api: repository, web: repository }, { noNullPrototype: true }),
    },
    { requiredKeys: ['environments', 'repositories'], noNullPrototype: true },
  );

  it('keeps the meaning of any project', () => {
    fc.assert(
      fc.property(spec, (value) => {
        const text = JSON.stringify({
          apiVersion: 'ecr.slipway.dev/v1',
          kind: 'Project',
          metadata: { name: 'shop' },
          spec: value,
        });
        const first = parseProject([{ file: 'a.yaml', text, own: true }]);
        const printed = printProject(first);
        const second = parseProject([{ file: 'b.yaml', text: printed, own: true }]);
        for (const name of ['dev', 'prod']) {
          const meant = (from: Project) =>
            resolve(from, name).map((one) => [
              one.key,
              one.name,
              one.spec,
              [...one.origins].map(([path, origin]) => `${path} ${origin.label}`).toSorted(),
            ]);
          expect(meant(second)).toEqual(meant(first));
        }
        expect(printProject(second)).toBe(printed);
      }),
      { numRuns: 200 },
    );
  });
});
