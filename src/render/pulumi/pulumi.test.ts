import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { companionsManifest } from '../../../test/support/companions.js';
import { documentOf, policyText } from '../../access/index.js';
import { lifecycleText } from '../../lifecycle/index.js';
import { parseProject } from '../../manifest/index.js';
import type { DesiredRegistry, ObservedRepository } from '../../registry/index.js';
import type { LiveRegistry, Rendering } from '../model.js';
import { render } from '../request.js';
import { liveRegistry, liveRepository } from '../testing/live.js';
import { identifier, plainName, registrySuffix } from './names.js';

const manifest = (api: string): string => `
apiVersion: ecr.slipway.dev/v1
kind: Project
metadata: {name: payments}
spec:
  environments:
    prod: {account: "222222222222", region: eu-west-1, preset: production}
    2nd-test: {account: "333333333333", region: eu-west-1}
  access: {pull: ["account:444444444444"]}
  repositories:
    api: ${api}
    bare: {lifecyclePolicy: {none: true}}
    team/others: {lifecyclePolicy: null}
`;

const keyArn = 'arn:aws:kms:eu-west-1:222222222222:key/1234abcd-12ab-34cd-56ef-1234567890ab';

/** As `slipway apply` leaves it; `change`: what somebody did to each repository since. */
function liveOf(desired: DesiredRegistry, change: Partial<ObservedRepository> = {}): LiveRegistry {
  const repositories = desired.repositories.map(
    ({ name, tagMutability, encryption: { type, kmsKey }, scanOnPush, tags, lifecyclePolicy, statements }) =>
      liveRepository(
        name,
        {
          tagMutability,
          encryption: { type, ...(kmsKey === undefined ? {} : { kmsKey: keyArn }) },
          scanOnPush,
          tags: { state: 'present', value: tags },
          ...(lifecyclePolicy ? { lifecyclePolicy: { state: 'present', value: lifecycleText(lifecyclePolicy) } } : {}),
          ...(statements.length === 0
            ? {}
            : { repositoryPolicy: { state: 'present', value: policyText(documentOf(statements)) } }),
          ...change,
        },
        desired,
      ),
  );
  const outputs = desired.companions.map(({ name, resources }): readonly [string, Record<string, string>] => [
    name,
    Object.fromEntries(resources.map((one) => [`${one.id}Arn`, one.kind === 'encryption-key' ? keyArn : one.arn])),
  ]);
  return liveRegistry(repositories, { stacks: new Map(outputs) }, desired);
}

function rendered(
  text: string,
  {
    language = 'typescript',
    change,
  }: { readonly language?: string; readonly change?: Partial<ObservedRepository> | null } = {},
): Promise<Rendering> {
  return render('pulumi', parseProject([{ file: 'slipway.yaml', text, own: true }]), {
    options: { language },
    ...(change === undefined ? {} : { look: (desired) => Promise.resolve(liveOf(desired, change ?? {})) }),
  });
}

async function desiredOf(text: string): Promise<DesiredRegistry> {
  const found: DesiredRegistry[] = [];
  await render('pulumi', parseProject([{ file: 'slipway.yaml', text, own: true }]), {
    environments: ['prod'],
    look: (one) => {
      found.push(one);
      return Promise.resolve(liveOf(one));
    },
  });
  const [desired] = found;
  if (desired === undefined) throw new Error('prod has no registry');
  return desired;
}

function fileOf({ files }: Rendering, path: string): string {
  const found = files.find((one) => one.path === path);
  if (found === undefined) throw new Error(`${path} is not among ${files.map((one) => one.path).join(', ')}`);
  return found.text;
}

describe('an environment in TypeScript', () => {
  it('is data: what is as usual is left out, what many have alike is written once', async () => {
    const found = fileOf(await rendered(manifest('{imageImmutable: false}')), 'environments/prod.ts');
    expect(found.slice(found.indexOf('    repositories: {'))).toBe(`\
    repositories: {
      api: {
        name: 'api',
        tagMutability: 'MUTABLE',
        tags: { Repository: 'api' },
        lifecycleRules: [
          {
            rulePriority: 800,
            description: 'expire untagged images after 14 days',
            selection: {
              tagStatus: 'untagged',
              countType: 'sinceImagePushed',
              countUnit: 'days',
              countNumber: 14,
            },
            action: { type: 'expire' },
          },
          {
            rulePriority: 900,
            description: 'keep the last 50 tagged images',
            selection: {
              tagStatus: 'tagged',
              tagPatternList: ['*'],
              countType: 'imageCountMoreThan',
              countNumber: 50,
            },
            action: { type: 'expire' },
          },
        ],
        policyStatements,
      },
      bare: {
        name: 'bare',
        tags: { Repository: 'bare' },
        // No lifecycle policy: images stay until somebody deletes them.
        lifecycleRules: undefined,
        policyStatements,
      },
      'team/others': {
        name: 'team/others',
        tags: { Repository: 'team/others' },
        // Somebody else keeps the lifecycle policy.
        lifecycleRules: undefined,
        policyStatements,
      },
    },
  },
];
`);
  });

  it('has what is alike in every Region once, and beside it what is not', async () => {
    const prodOf = async (api: string) => {
      const text = manifest(api).replace('preset: production', 'replicas: [{region: us-east-1}, {region: us-west-2}]');
      const found = await render('pulumi', parseProject([{ file: 'slipway.yaml', text, own: true }]), {
        environments: ['prod'],
        // A key that the manifest calls by an alias is said by the ARN that ECR has, which is of one Region.
        look: (desired) => {
          const encryption = { type: 'KMS', kmsKey: keyArn.replace('eu-west-1', desired.region) } as const;
          return Promise.resolve(liveOf(desired, { encryption }));
        },
      });
      return fileOf(found, 'environments/prod.ts');
    };
    const alike = await prodOf('{}');
    expect(alike.match(/^const \w+/gm)).toEqual(['const policyStatements', 'const repositories']);
    expect(alike.match(/^ {4}repositories,$/gm)).toHaveLength(3);
    const keyed = await prodOf('{encryptionType: KMS, kmsKeyId: alias/images}');
    expect(keyed.match(/^ {4}repositories,$/gm)).toHaveLength(1);
    expect(keyed.match(/^ {6}\.\.\.repositories,\n {6}api: \{$/gm)).toHaveLength(2);
  });

  it('changes by one line in each environment where one setting changes, and is the same at every call', async () => {
    const [before, after] = [await rendered(manifest('{}')), await rendered(manifest('{scanOnPush: false}'))];
    const lines = (one: Rendering) => one.files.flatMap(({ text }) => text.split('\n'));
    const known = new Set(lines(before));
    expect(lines(after).filter((line) => !known.has(line))).toEqual([
      '        scanOnPush: false,',
      '        scanOnPush: false,',
    ]);
    expect(await rendered(manifest('{}'))).toEqual(before);
  });

  it('has a stack for each environment and one for the account, whose settings are written once', async () => {
    const { files, next } = await rendered(companionsManifest('222222222222', 'eu-west-1', { ci: true }));
    expect(files.filter(({ seed }) => seed).map(({ path }) => path)).toEqual([
      '.gitignore',
      'Pulumi.account.222222222222.yaml',
      'Pulumi.dev.yaml',
      'Pulumi.prod.yaml',
    ]);
    expect(next).toEqual([
      'npm install',
      'pulumi stack select --create account.222222222222 && pulumi up',
      'pulumi stack select --create dev && pulumi up',
      'pulumi stack select --create prod && pulumi up',
    ]);
  });

  it('tells of whose it is only what the provider leaves alone', async () => {
    const { files } = await rendered(companionsManifest('222222222222', 'eu-west-1', { ci: true }));
    const lines = files.flatMap(({ text }) => text.split('\n')).filter((line) => line.includes('slipway:project'));
    for (const line of lines) expect(line.trim()).toBe("ignoredTags: ['slipway:environment', 'slipway:project'],");
  });
});

describe('what exists', () => {
  const all = companionsManifest('222222222222', 'eu-west-1', { ci: true });

  it('is imported by its ids, without a remark where it is as the manifest says', async () => {
    const found = await rendered(all, { change: null });
    expect(found.diagnostics).toEqual([]);
    const prod = fileOf(found, 'environments/prod.ts');
    expect(prod).toContain("repositories: { api: 'payments/api-of-prod', worker: 'payments/worker' },");
    expect(prod).toContain("key: '1234abcd-12ab-34cd-56ef-1234567890ab',");
    expect(prod).toMatch(/keyAlias: 'alias\/.*',/);
    expect(prod).toMatch(/rolePolicies: \{[^}]*nodes: 'payments-prod-eu-west-1-nodes:slipway',/);
    expect(fileOf(found, 'accounts/222222222222.ts')).toContain(
      "importId: 'arn:aws:iam::222222222222:oidc-provider/token.actions.githubusercontent.com',",
    );
  });

  it('is imported in YAML too, without what AWS is never told', async () => {
    const found = await rendered(all, { language: 'yaml', change: null });
    const program = parse(fileOf(found, 'environments/prod/Pulumi.yaml')) as {
      resources: Record<string, { options: Record<string, unknown> }>;
    };
    expect(program.resources['repository-api']?.options).toEqual({
      provider: '${aws}',
      deleteBeforeReplace: true,
      ignoreChanges: ['forceDelete'],
      import: 'payments/api-of-prod',
    });
    expect(program.resources['key']?.options).toMatchObject({ import: '1234abcd-12ab-34cd-56ef-1234567890ab' });
    const none = Object.entries(program.resources).filter(([, { options }]) => options['import'] === undefined);
    expect(none.map(([name]) => name)).toEqual(['aws']);
  });

  it.each<readonly [Partial<ObservedRepository>, string]>([
    [{ scanOnPush: false }, 'scan on push'],
    [{ tagMutability: { mode: 'MUTABLE', exclusions: [] } }, 'tag mutability'],
    [{ tags: { state: 'present', value: {} } }, 'tags'],
    [{ lifecyclePolicy: { state: 'present', value: '{"rules":[]}' } }, 'lifecycle policy'],
    [{ repositoryPolicy: { state: 'present', value: policyText(documentOf([])) } }, 'repository policy'],
  ])('and is otherwise (%j) is told, since its import would fail', async (change, what) => {
    const { diagnostics } = await rendered(manifest('{}'), { change });
    const about = diagnostics.filter(
      ({ code, path }) => code === 'render/import-differs' && path === 'spec.repositories.api',
    );
    expect(about.map(({ message }) => message)).toEqual([`prod, 2nd-test: api is otherwise now: ${what}`]);
  });

  it('and is otherwise in a replica as well is told with its Region', async () => {
    const text = manifest('{}').replace('preset: production', 'replicas: [{region: us-east-1}]');
    const { diagnostics } = await rendered(text, { change: { scanOnPush: false } });
    expect(diagnostics.map(({ message }) => message)).toContain(
      'prod, prod in us-east-1, 2nd-test: api is otherwise now: scan on push',
    );
  });
});

describe('names', () => {
  it('of environments are identifiers, no two alike', () => {
    expect(['prod', 'eu-prod', '2nd-test', 'default', 'stack'].map(identifier)).toEqual([
      'prod',
      'eu_prod',
      '_2nd_test',
      '_default',
      '_stack',
    ]);
  });

  it('of resources are letters, digits and hyphens, no two alike', () => {
    expect(plainName('api-v2')).toBe('api-v2');
    expect(plainName('team/api')).toMatch(/^team-api-[0-9a-f]+$/);
    expect(plainName('team/api')).not.toBe(plainName('team.api'));
  });

  it('of the first registry stay where others come to stand beside it', async () => {
    const desired = await desiredOf(manifest('{}'));
    const first = { desired };
    const second = { desired: { ...desired, region: 'us-east-1' } };
    const other = { desired: { ...desired, account: '333333333333' } };
    const all = [first, second, other];
    expect(all.map((one) => registrySuffix(one, all))).toEqual(['', '_us-east-1', '_333333333333_eu-west-1']);
  });

  it('differ as keys and Regions do, also where a key is called like a Region', async () => {
    const desired = await desiredOf(manifest('{}'));
    const registries = ['eu-west-1', 'us-east-1', 'us-west-2'].map((region) => ({ desired: { ...desired, region } }));
    const word = fc.stringMatching(/^[a-z0-9]{1,4}$/);
    const part = fc.oneof(word, fc.constantFrom('us-east-1', 'us-west-2', 'of', 'registry', 'policy', 'us_east_1'));
    const key = fc
      .tuple(part, fc.array(fc.tuple(fc.constantFrom('-', '_', '/', '.'), part), { maxLength: 3 }))
      .map(([first, rest]) => first + rest.map((one) => one.join('')).join(''));
    // One that looks as if it had the hash of another.
    const keys = fc
      .uniqueArray(key, { minLength: 1, maxLength: 8 })
      .map((all) => new Set([...all, ...all.map(plainName)]));
    fc.assert(
      fc.property(keys, (all) => {
        const pairs = registries.flatMap((one) =>
          [...all].map((text) => [registrySuffix(one, registries), text] as const),
        );
        const differ = (names: readonly string[]) => expect(new Set(names).size).toBe(pairs.length);
        // As the component puts them together, and as a program in YAML does.
        differ(pairs.map(([suffix, text]) => `payments${suffix}-${text}`));
        differ(pairs.map(([suffix, text]) => `repository-${plainName(text)}${suffix}`));
      }),
    );
  });

  it('of a whole program differ: of a registry, its replicas and what it has once', async () => {
    const text = `${manifest('{}')
      .replace('preset: production', 'replicas: [{region: us-east-1}]')
      .replace('    api: {}', '    api: {}\n    us-east-1-api: {}\n    of-registry: {}')}---
apiVersion: ecr.slipway.dev/v1
kind: AwsEcrRegistry
metadata: {name: once}
spec: {registryPolicy: {grants: [{repositories: ["*"], replicate: ["account:555555555555"]}]}}
`;
    const program = parse(fileOf(await rendered(text, { language: 'yaml' }), 'environments/prod/Pulumi.yaml')) as {
      readonly resources: Readonly<Record<string, { readonly type: string }>>;
    };
    const count = (type: string) => Object.values(program.resources).filter((one) => one.type === type).length;
    const types = ['ecr:Repository', 'ecr:RepositoryPolicy', 'ecr:RegistryPolicy', 'ecr:ReplicationConfiguration'];
    expect(types.map((type) => count(`aws:${type}`))).toEqual([10, 10, 1, 1]);
    const prod = fileOf(await rendered(text), 'environments/prod.ts');
    expect(prod.match(/(?<=name: ')payments.*(?=',$)/gm)).toEqual(['payments', 'payments_us-east-1']);
  });
});
