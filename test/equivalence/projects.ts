// The projects that every engine has to make alike: some written by hand, for what a platform team says, the rest made from a fixed seed, so
// that settings meet that nobody would think of together. All have the environment `prod`, and names of their own, so that one account
// holds them all. It must not know any engine.
import fc from 'fast-check';
import { SlipwayError } from '../../src/diagnostics/index.js';
import { type Project, parseProject } from '../../src/manifest/index.js';
import { compile, type DesiredRegistry } from '../../src/registry/index.js';

export const region = 'eu-west-1';

/** Where a project is made: an account, and a key there that somebody else keeps, under `alias/given` too. */
export interface World {
  readonly account: string;
  readonly keyArn: string;
}

export interface EquivalentProject {
  readonly name: string;
  /** `prod` in the world. */
  project(world: World): Project;
  desired(world: World): DesiredRegistry;
}

/** One that may be in several Regions. */
export interface RegistryProject extends EquivalentProject {
  /** `desired` first, then its replicas. */
  registries(world: World): readonly DesiredRegistry[];
}

interface Companions {
  readonly roles?: object;
  readonly key?: object;
  readonly oidcProviders?: object;
  readonly pullRoles?: object;
}

interface Said {
  readonly preset?: 'production' | 'staging' | 'development';
  readonly defaultTags?: Readonly<Record<string, string>>;
  readonly access?: object;
  readonly companions?: Companions;
  readonly replicas?: readonly string[];
  readonly registryPolicy?: object;
  readonly repositories: Readonly<Record<string, object>>;
}

/** Somebody else keeps it, so far as this project knows: one account has one. */
const githubOfOthers = { oidcProviders: { github: { existing: true } } };

const never = { expireUntaggedAfterDays: null, maxImageCount: null };

/** `{account}` and `{key}` are those of the world. */
const written: Readonly<Record<string, Said>> = {
  silent: { repositories: { app: {} } },
  production: {
    preset: 'production',
    defaultTags: { Team: 'payments', CostCenter: '4711' },
    repositories: { api: {} },
  },
  staging: { preset: 'staging', repositories: { api: {}, worker: { scanOnPush: false } } },
  development: { preset: 'development', repositories: { api: {}, worker: { imageImmutable: true } } },
  named: { repositories: { base: { repositoryName: 'platform/shared/base-image' }, 'team-a/api': {} } },
  mutable: {
    repositories: {
      movable: { imageImmutable: false },
      some: { mutableTagPatterns: ['latest', '*-cache'] },
      others: { imageImmutable: false, immutableTagPatterns: ['v*'] },
    },
  },
  tags: {
    defaultTags: { Team: 'payments', CostCenter: '4711' },
    repositories: {
      more: { tags: { Service: 'api', 'team:on call': 'a b=c@d/e+f-g_h.i:j' } },
      other: { tags: { Team: 'search', ManagedBy: null } },
      empty: { tags: { Empty: '', Ünïcode: '日本' } },
    },
  },
  encrypted: {
    repositories: {
      amazon: { encryptionType: 'KMS' },
      alias: { encryptionType: 'KMS', kmsKeyId: 'alias/given' },
      arn: { encryptionType: 'KMS', kmsKeyId: '{key}' },
      ours: { encryptionType: 'KMS', kmsKeyId: { companion: 'key' } },
    },
    companions: {
      key: { rotationPeriodDays: 180, deletionWindowDays: 7, administrators: ['arn:aws:iam::{account}:role/security'] },
    },
  },
  'two-layers': {
    repositories: { vault: { encryptionType: 'KMS', kmsKeyId: { companion: 'key' }, forceDelete: true } },
  },
  keys: {
    repositories: { app: { encryptionType: 'KMS', kmsKeyId: { companion: 'key' } } },
    companions: { key: { alias: 'alias/images-of/keys' } },
  },
  lifecycle: {
    repositories: {
      kept: {
        lifecyclePolicy: {
          keep: [
            { tags: ['v*'], last: 70 },
            { allOf: ['prod-*', '*-eu'], forDays: 90 },
          ],
        },
      },
      forever: { lifecyclePolicy: { keep: [{ tags: ['release-*'], forever: true }], maxImageCount: 5 } },
      archived: { lifecyclePolicy: { archive: { notPulledForDays: 90, expireAfterDays: 180 } } },
      old: { lifecyclePolicy: { archive: { olderThanDays: 60 } } },
      few: { lifecyclePolicy: { archive: { beyondLast: 20 } } },
      guarded: { lifecyclePolicy: { protectInUse: true, expireUntaggedAfterDays: 3 } },
      none: { lifecyclePolicy: { none: true } },
      tagged: { lifecyclePolicy: { ...never, maxImageCount: 8 } },
      untagged: { lifecyclePolicy: { ...never, expireUntaggedAfterDays: 2 } },
      others: { lifecyclePolicy: null },
      typed: {
        lifecyclePolicy: {
          rules: [
            {
              rulePriority: 10,
              description: 'old "previews" go, ${all} of them',
              selection: {
                tagStatus: 'tagged',
                tagPrefixList: ['preview-'],
                countType: 'sinceImagePushed',
                countUnit: 'days',
                countNumber: 7,
              },
              action: { type: 'expire' },
            },
            {
              rulePriority: 20,
              selection: { tagStatus: 'any', countType: 'imageCountMoreThan', countNumber: 500 },
              action: { type: 'expire' },
            },
          ],
        },
      },
    },
  },
  access: {
    access: { pull: ['account:444444444444', 'role:arn:aws:iam::333333333333:role/eks-node'] },
    repositories: {
      shared: {},
      closed: { access: { pull: [], push: [] } },
      pushed: {
        access: { push: ['role:arn:aws:iam::333333333333:role/ci', 'user:arn:aws:iam::333333333333:user/ann'] },
      },
      organised: { access: { pull: ['org:o-abcdefghij', 'ou:o-abcdefghij/ou-ab12-11111111'] } },
      served: {
        access: {
          pull: [
            'service:lambda',
            { service: 'codebuild', sourceArn: 'arn:aws:codebuild:eu-west-1:{account}:project/*' },
            { service: 'lambda', sourceAccount: '444444444444' },
          ],
        },
      },
      every: {
        access: {
          pullAndPush: ['account:555555555555'],
          read: ['role:arn:aws:iam::333333333333:role/auditor'],
          manage: ['role:arn:aws:iam::333333333333:role/janitor'],
          statements: [
            {
              name: 'NoDelete',
              effect: 'Deny',
              principals: ['*'],
              actions: ['ecr:DeleteRepository'],
              conditions: { StringNotEquals: { 'aws:PrincipalOrgID': 'o-abcdefghij' } },
            },
          ],
        },
      },
    },
  },
  github: {
    companions: { oidcProviders: { github: { audiences: ['sts.amazonaws.com', 'sts.example.com'] } } },
    repositories: {
      api: { access: { push: ['github:acme/api@main', 'github:acme/api#production'] } },
      worker: { access: { push: ['github:acme/worker@tag:v*'], pull: ['github:acme/api@main'] } },
    },
  },
  gitlab: {
    companions: {
      oidcProviders: { gitlab: { thumbprints: ['6938fd4d98bab03faadb97b34396831e3780aea1'] } },
      roles: { path: '/ci/', namePrefix: 'images', maxSessionMinutes: 120 },
    },
    repositories: { api: { access: { push: ['gitlab:acme/tools/api@main'], pull: ['gitlab:acme/tools/api@tag:v*'] } } },
  },
  jobs: {
    companions: {
      ...githubOfOthers,
      roles: { permissionsBoundary: 'arn:aws:iam::aws:policy/AmazonEC2ContainerRegistryPowerUser' },
    },
    repositories: { api: { access: { push: ['github:acme/jobs@main'], manage: ['github:acme/jobs@cleanup'] } } },
  },
  platforms: {
    companions: {
      roles: { path: '/slipway/', maxSessionMinutes: 60 },
      pullRoles: {
        tasks: { for: 'ecs-task-execution', repositories: ['api'] },
        nodes: { for: 'eks-node' },
        pods: { for: 'eks-fargate-pod', cluster: 'shop', managedPolicies: [] },
        deploy: {
          for: 'deploy',
          trusted: ['account:444444444444', 'org:o-abcdefghij', 'role:arn:aws:iam::333333333333:role/cd'],
          externalId: 'deploy-4711',
        },
      },
    },
    repositories: { api: {}, web: { encryptionType: 'KMS', kmsKeyId: { companion: 'key' } } },
  },
};

/** What a registry has once: each needs an account of its own. Their replicas are in `replicaRegions`. */
const once: Readonly<Record<string, Said>> = {
  wide: {
    preset: 'production',
    defaultTags: { Team: 'payments' },
    replicas: ['us-east-1', 'ap-south-1'],
    registryPolicy: {
      scope: 'V2',
      grants: [
        { repositories: ['mirror/*'], replicate: ['account:444444444444'] },
        { repositories: ['docker-hub/*', 'quay/*'], pullThrough: ['role:arn:aws:iam::{account}:role/build'] },
        {
          repositories: ['team-a/*'],
          pull: ['org:o-abcdefghij'],
          push: ['role:arn:aws:iam::333333333333:role/ci'],
          read: ['account:555555555555'],
        },
      ],
    },
    companions: { pullRoles: { nodes: { for: 'eks-node' } } },
    repositories: {
      api: { encryptionType: 'KMS', kmsKeyId: 'alias/given', access: { pull: ['account:444444444444'] } },
      web: { tags: { Service: 'web' }, encryptionType: 'KMS' },
      bare: { lifecyclePolicy: { none: true }, imageImmutable: false },
    },
  },
  narrow: {
    replicas: ['us-east-1'],
    registryPolicy: {
      scope: 'V1',
      grants: [{ repositories: ['*'], replicate: ['account:444444444444', 'account:555555555555'] }],
    },
    repositories: { api: {} },
  },
};

export const replicaRegions: readonly string[] = ['us-east-1', 'ap-south-1'];

const generatedProjects = 26;
const seed = 20_260;

const tagPattern = fc.constantFrom('latest', 'v*', '*-cache', 'main', 'pr-*', 'release-*');
const tagPatterns = fc.uniqueArray(tagPattern, { minLength: 1, maxLength: 3 });
const account = fc.constantFrom('444444444444', '555555555555', '666666666666').map((id) => `account:${id}`);
const principal = fc.oneof(
  account,
  fc
    .constantFrom('role/ci', 'role/paths/deep/node', 'user/ann')
    .map((name) => `${name.slice(0, 4)}:arn:aws:iam::333333333333:${name}`),
);
const puller = fc.oneof(
  principal,
  fc.constantFrom('org:o-abcdefghij', 'ou:o-abcdefghij/ou-ab12-11111111', 'service:lambda'),
);
const job = fc.constantFrom('github:acme/api@main', 'github:acme/web#prod', 'github:acme/api@tag:v*');

const mutability = fc.oneof(
  fc.record({ imageImmutable: fc.boolean() }),
  fc.record({ mutableTagPatterns: tagPatterns }),
  fc.record({ imageImmutable: fc.constant(false), immutableTagPatterns: tagPatterns }),
);

const encryption = fc.constantFrom(
  {},
  { encryptionType: 'AES256' },
  { encryptionType: 'KMS' },
  { encryptionType: 'KMS', kmsKeyId: 'alias/given' },
  { encryptionType: 'KMS', kmsKeyId: '{key}' },
  { encryptionType: 'KMS', kmsKeyId: { companion: 'key' } },
);

const keep = fc
  .record({ tags: fc.uniqueArray(fc.constantFrom('v*', 'release-*', 'nightly-*'), { minLength: 1, maxLength: 2 }) })
  .chain((some) =>
    fc
      .oneof(
        fc.record({ last: fc.integer({ min: 31, max: 300 }) }),
        fc.record({ forDays: fc.integer({ min: 15, max: 400 }) }),
        fc.constant({ forever: true }),
      )
      .map((howLong) => ({ ...some, ...howLong })),
  );

const lifecycle = fc.oneof(
  fc.constant({}),
  fc.constant({ lifecyclePolicy: { none: true } }),
  fc
    .record(
      {
        expireUntaggedAfterDays: fc.integer({ min: 1, max: 60 }),
        maxImageCount: fc.integer({ min: 1, max: 400 }),
        keep: fc.array(keep, { minLength: 1, maxLength: 2 }),
        protectInUse: fc.boolean(),
      },
      { requiredKeys: [] },
    )
    .map((lifecyclePolicy) => ({ lifecyclePolicy })),
);

const access = fc
  .record(
    {
      pull: fc.uniqueArray(fc.oneof(puller, job), { maxLength: 3 }),
      push: fc.uniqueArray(fc.oneof(principal, job), { maxLength: 2 }),
      pullAndPush: fc.uniqueArray(account, { maxLength: 1 }),
      read: fc.uniqueArray(account, { maxLength: 1 }),
      manage: fc.uniqueArray(account, { maxLength: 1 }),
    },
    { requiredKeys: [] },
  )
  .map((lists) => ({ access: lists }));

const repository = fc
  .tuple(
    mutability,
    encryption,
    lifecycle,
    access,
    fc.record(
      {
        scanOnPush: fc.boolean(),
        forceDelete: fc.boolean(),
        tags: fc.dictionary(fc.constantFrom('Service', 'Tier', 'Owner'), fc.constantFrom('a', 'b c', '1')),
      },
      { requiredKeys: [] },
    ),
  )
  .map((parts): object => Object.assign({}, ...parts) as object);

const generated: fc.Arbitrary<Said> = fc.record({
  preset: fc.constantFrom('production', 'staging', 'development'),
  defaultTags: fc.constantFrom({}, { Team: 'payments', CostCenter: '4711' }),
  companions: fc.constantFrom<Companions>(
    {},
    { pullRoles: { nodes: { for: 'eks-node' } }, roles: { path: '/deep/er/' } },
  ),
  repositories: fc.dictionary(fc.constantFrom('api', 'web', 'jobs'), repository, { minKeys: 1, maxKeys: 3 }),
});

/** With the provider that its jobs need; what Slipway refuses is no project. */
const sound = generated
  .map((said) =>
    JSON.stringify(said).includes('github:')
      ? { ...said, companions: { ...said.companions, ...githubOfOthers } }
      : said,
  )
  .filter((said) => {
    try {
      equivalentProject('sound', said).desired({ account: '111111111111', keyArn: 'alias/given' });
      return true;
    } catch (error) {
      if (error instanceof SlipwayError) return false;
      throw error;
    }
  });

function manifestOf(name: string, said: Said): string {
  const { preset, defaultTags, access: granted, companions, replicas, registryPolicy, repositories } = said;
  // JSON is YAML.
  const project = {
    apiVersion: 'ecr.slipway.dev/v1',
    kind: 'Project',
    metadata: { name, org: 'acme' },
    spec: {
      naming: '{project}/{name}',
      ...(defaultTags === undefined ? {} : { defaultTags }),
      environments: {
        prod: {
          account: '{account}',
          region,
          ...(preset === undefined ? {} : { preset }),
          ...(replicas === undefined ? {} : { replicas: replicas.map((one) => ({ region: one })) }),
        },
      },
      ...(granted === undefined ? {} : { access: granted }),
      repositories,
    },
  };
  const registry = {
    apiVersion: 'ecr.slipway.dev/v1',
    kind: 'AwsEcrRegistry',
    metadata: { name: 'prod' },
    spec: {
      environments: ['prod'],
      companions: companions ?? {},
      ...(registryPolicy === undefined ? {} : { registryPolicy }),
    },
  };
  return `${JSON.stringify(project, null, 1)}\n---\n${JSON.stringify(registry, null, 1)}\n`;
}

function equivalentProject(name: string, said: Said): RegistryProject {
  const text = manifestOf(name, said);
  const project = (world: World): Project =>
    parseProject([
      {
        file: 'slipway.yaml',
        text: text.replaceAll('{account}', world.account).replaceAll('{key}', world.keyArn),
        own: true,
      },
    ]);
  const registries = (world: World) => compile(project(world), 'prod');
  return {
    name,
    project,
    desired(world) {
      const [desired] = registries(world);
      if (desired === undefined) throw new Error(`${name} compiles to no registry`);
      return desired;
    },
    registries,
  };
}

/** Forty and more, the same at every call. */
export function equivalentProjects(): readonly EquivalentProject[] {
  const samples = fc.sample(sound, { seed, numRuns: generatedProjects });
  return [
    ...Object.entries(written).map(([name, said]) => equivalentProject(name, said)),
    ...samples.map((said, index) => equivalentProject(`made-${String(index + 1).padStart(2, '0')}`, said)),
  ];
}

/** Those with replicas, and with a policy of the registry and its scope. An account holds one of them: such a document is one for all. */
export const registryProjects: readonly RegistryProject[] = Object.entries(once).map(([name, said]) =>
  equivalentProject(name, said),
);
