// A registry as Pulumi was asked for it, and as it is wanted, in one spelling: what a program registers is mapped back to the fields of the
// manifest's model. It must not know how programs are written, nor run.

import { type Companion, isKnown } from '../../src/registry/companions/model.js';
import { type DesiredRegistry, replicationRulesOf, type Tags } from '../../src/registry/index.js';
import { keyPolicyOf } from '../../src/render/key-policy.js';
import { ownershipKeys } from '../../src/render/settings.js';
import { type Inputs, type Registered, textOf } from './pulumi.js';
import { type Plain, policyOf, rulesOf } from './read.js';

/** Everything that was asked for; what no field of the model stands for is in it too, so that it is seen. */
export type Asked = { readonly [kind: string]: Plain };

/** How each type is told to behave, in every program. */
const behaviour: Readonly<Record<string, Plain>> = {
  repository: options({ deleteBeforeReplace: true }),
  lifecyclePolicy: options({ deleteBeforeReplace: true }),
  registryPolicy: options({}),
  setting: options({}),
  replication: options({}),
  policy: options({}),
  role: options({ deleteBeforeReplace: true }),
  permissions: options({}),
  attachment: options({}),
  key: options({ protect: true, ignoreChanges: ['deletionWindowInDays'] }),
  alias: options({}),
  provider: options({ protect: true }),
};

function options(of: { protect?: boolean; ignoreChanges?: readonly string[]; deleteBeforeReplace?: boolean }): Plain {
  return { protect: false, ignoreChanges: [], deleteBeforeReplace: false, import: '', ...of };
}

export function wantedOf(desired: DesiredRegistry): Asked {
  const { account, region, repositories } = desired;
  const companions = desired.companions.flatMap(({ resources }) => resources);
  return {
    place: { region, allowedAccountIds: [account], ignoredTags: ownershipKeys, parent: '' },
    ...byName(
      'repository',
      repositories,
      ({ name }) => name,
      (one) => {
        const { tagMutability, encryption, scanOnPush, forceDelete, tags } = one;
        const { kmsKey } = encryption;
        return {
          tagMutability: tagMutability.mode,
          exclusions: [...tagMutability.exclusions].sort(),
          encryption: {
            encryptionType: encryption.type,
            ...(kmsKey === undefined ? {} : { kmsKey: isKnown(kmsKey) ? arnOf(kmsKey) : 'ARN-OF-REGISTRY-KEY' }),
          },
          scanOnPush,
          forceDelete,
          tags: plainTags(tags),
          behaviour: behaviour['repository'] ?? null,
        };
      },
    ),
    ...byName(
      'lifecyclePolicy',
      repositories.filter(({ lifecyclePolicy }) => lifecyclePolicy),
      ({ name }) => name,
      ({ lifecyclePolicy }) => ({
        rules: plain(rulesOf(JSON.stringify(lifecyclePolicy))),
        behaviour: behaviour['lifecyclePolicy'] ?? null,
      }),
    ),
    ...byName(
      'policy',
      repositories.filter(({ statements }) => statements.length > 0),
      ({ name }) => name,
      ({ statements }) => ({
        document: documentOf({ Version: '2012-10-17', Statement: statements }),
        behaviour: behaviour['policy'] ?? null,
      }),
    ),
    ...onceWanted(desired),
    ...companionsWanted(companions, desired),
  };
}

/** What the registry has once, where nobody else has anything in it. */
function onceWanted(desired: DesiredRegistry): Asked {
  const { statements = [], scope } = desired.registryPolicy ?? {};
  const rules = replicationRulesOf(desired);
  return {
    ...byName(
      'registryPolicy',
      statements.length === 0 ? [] : [statements],
      () => 'registry',
      (all) => ({
        document: documentOf({ Version: '2012-10-17', Statement: all }),
        behaviour: behaviour['registryPolicy'] ?? null,
      }),
    ),
    ...byName(
      'setting',
      scope === undefined ? [] : [scope],
      () => 'REGISTRY_POLICY_SCOPE',
      (value) => ({ value, behaviour: behaviour['setting'] ?? null }),
    ),
    ...byName(
      'replication',
      rules.length === 0 ? [] : [rules],
      () => 'registry',
      (all) => ({
        replicationConfiguration: {
          rules: all.map(({ destinations, repositoryFilters }) => ({
            destinations: plain(destinations),
            repositoryFilters: plain(repositoryFilters),
          })),
        },
        behaviour: behaviour['replication'] ?? null,
      }),
    ),
  };
}

/** Of programs with several registries: what is made with the provider of each Region, that provider among it. */
export function byRegion(resources: readonly Registered[]): ReadonlyMap<string, readonly Registered[]> {
  const regions = new Map(
    resources
      .filter(({ type }) => type === 'pulumi:providers:aws')
      .map(({ name, inputs }) => [name, textOf(inputs['region'])]),
  );
  const groups = new Map<string, Registered[]>();
  for (const one of resources) {
    if (one.type.startsWith('slipway:')) continue;
    const [, provider = one.name] = /::([^:]+)::[^:]*$/.exec(one.options.provider) ?? [];
    const region = regions.get(provider) ?? '';
    groups.set(region, [...(groups.get(region) ?? []), one]);
  }
  return groups;
}

function companionsWanted(companions: readonly Companion[], desired: DesiredRegistry): Asked {
  const roles = companions.flatMap((one) => (one.kind === 'ci-role' || one.kind === 'pull-role' ? [one] : []));
  const keys = companions.flatMap((one) => (one.kind === 'encryption-key' ? [one] : []));
  return {
    ...byName(
      'role',
      roles,
      ({ name }) => name,
      ({ path, description, maxSessionSeconds, permissionsBoundary, trust, tags }) => ({
        path,
        description,
        maxSessionDuration: maxSessionSeconds,
        permissionsBoundary: permissionsBoundary ?? null,
        trust: documentOf(trust),
        tags: plainTags(tags),
        behaviour: behaviour['role'] ?? null,
      }),
    ),
    ...byName(
      'permissions',
      roles,
      ({ name }) => name,
      ({ permissions }) => ({
        name: 'slipway',
        document: documentOf(permissions),
        behaviour: behaviour['permissions'] ?? null,
      }),
    ),
    ...byName(
      'attachment',
      roles.flatMap(({ name, managedPolicies }) => managedPolicies.map((arn) => `${name} ${arn}`)),
      (one) => one,
      () => ({ behaviour: behaviour['attachment'] ?? null }),
    ),
    ...byName(
      'key',
      keys,
      () => 'registry',
      (key) => ({
        description: key.description,
        enableKeyRotation: true,
        rotationPeriodInDays: key.rotationPeriodDays,
        deletionWindowInDays: key.deletionWindowDays,
        document: documentOf(keyPolicyOf(key, desired)),
        tags: plainTags(key.tags),
        behaviour: behaviour['key'] ?? null,
      }),
    ),
    ...byName(
      'alias',
      keys,
      ({ alias }) => alias,
      () => ({ targetKeyId: 'ID-OF-REGISTRY-KEY', behaviour: behaviour['alias'] ?? null }),
    ),
  };
}

/** What the account's stack is asked for. */
export function accountWanted({ companions }: DesiredRegistry): Asked {
  const stack = companions.find(({ kind }) => kind === 'account');
  const made = (stack?.resources ?? []).flatMap((one) => (one.kind === 'oidc-provider' && !one.existing ? [one] : []));
  return byName(
    'provider',
    made,
    ({ host }) => `https://${host}`,
    ({ audiences, thumbprints, tags }) => ({
      audiences: [...audiences],
      thumbprints: thumbprints.length === 0 ? null : [...thumbprints],
      tags: plainTags(tags),
      behaviour: behaviour['provider'] ?? null,
    }),
  );
}

/** A key that a repository names otherwise is looked up. */
function arnOf(key: string): string {
  return key.startsWith('arn:') && key.includes(':key/') ? key : `ARN-OF ${key}`;
}

/** `repository payments/api`: a path of one step for each resource. */
function byName<T>(kind: string, all: readonly T[], name: (one: T) => string, make: (one: T) => Plain): Asked {
  return Object.fromEntries(all.map((one) => [`${kind} ${name(one)}`, make(one)]));
}

function documentOf(value: object): Plain {
  return plain(policyOf(JSON.stringify(value)));
}

function plain(value: unknown): Plain {
  return JSON.parse(JSON.stringify(value)) as Plain;
}

function plainTags(tags: Tags): Plain {
  return Object.fromEntries(Object.entries(tags).filter(([key]) => !ownershipKeys.includes(key)));
}

/** What the resources of a program come to, in every provider alike. Throws where two of them are about the same thing. */
export function askedOf(resources: readonly Registered[]): Asked {
  const providers = new Map(
    resources.filter(({ type }) => type === 'pulumi:providers:aws').map((one) => [one.name, one]),
  );
  const asked: Record<string, Plain> = {};
  const add = (key: string, value: Plain): void => {
    if (Object.hasOwn(asked, key)) throw new Error(`${key} is asked for twice`);
    asked[key] = value;
  };
  for (const { type, name, inputs, options: given } of resources) {
    if (type.startsWith('slipway:')) continue;
    if (type === 'pulumi:providers:aws') {
      const {
        region = null,
        allowedAccountIds = null,
        ignoreTags,
        defaultTags: _tags,
        // The SDK itself says these two, whatever a program does.
        skipCredentialsValidation: _credentials,
        skipRegionValidation: _region,
        ...extra
      } = jsonInputs(inputs);
      add('place', {
        region,
        allowedAccountIds,
        ignoredTags: (ignoreTags as Inputs | undefined)?.['keys'] ?? null,
        parent: given.parent,
        ...extra,
      });
      continue;
    }
    const [, providerName = ''] = /::([^:]+)::[^:]*$/.exec(given.provider) ?? [];
    const provider = providers.get(providerName);
    if (provider === undefined) throw new Error(`${type} ${name} has no provider of the program: ${given.provider}`);
    const defaults = ((jsonInputs(provider.inputs)['defaultTags'] as Inputs | undefined)?.['tags'] ?? {}) as Inputs;
    const map = kinds[type];
    if (map === undefined) throw new Error(`nobody expected ${type}`);
    const { protect, ignoreChanges, deleteBeforeReplace, import: importId } = given;
    const [key, value] = map(inputs, defaults);
    add(key, { ...value, behaviour: { protect, ignoreChanges, deleteBeforeReplace, import: importId } });
  }
  return asked;
}

/** Members of a provider's inputs are JSON within, as the engine has them. */
function jsonInputs(inputs: Inputs): Inputs {
  return Object.fromEntries(
    Object.entries(inputs).map(([key, value]) => [
      key,
      typeof value === 'string' && /^[[{]/.test(value) ? (JSON.parse(value) as Plain) : value,
    ]),
  );
}

type Mapping = (inputs: Inputs, defaultTags: Inputs) => readonly [key: string, value: Inputs];

const kinds: Readonly<Record<string, Mapping>> = {
  'aws:ecr/repository:Repository': (inputs, defaultTags) => {
    const {
      name,
      imageTagMutability = null,
      imageTagMutabilityExclusionFilters: filters = [],
      encryptionConfigurations = [],
      imageScanningConfiguration = null,
      forceDelete = null,
      tags = {},
      ...extra
    } = inputs;
    const exclusions = (filters as readonly Inputs[]).map(
      ({ filter = null, filterType, ...others }): Plain =>
        filterType === 'WILDCARD' && Object.keys(others).length === 0 ? filter : { filterType: filterType ?? null },
    );
    const encryptions = encryptionConfigurations as readonly Inputs[];
    return [
      `repository ${textOf(name)}`,
      {
        tagMutability: imageTagMutability,
        exclusions: exclusions.toSorted(),
        encryption: encryptions.length === 1 ? (encryptions[0] ?? null) : encryptions.length,
        scanOnPush: (imageScanningConfiguration as Inputs | null)?.['scanOnPush'] ?? null,
        forceDelete,
        tags: { ...defaultTags, ...(tags as Inputs) },
        ...extra,
      },
    ];
  },
  'aws:ecr/lifecyclePolicy:LifecyclePolicy': ({ repository, policy, ...extra }) => [
    `lifecyclePolicy ${textOf(repository)}`,
    { rules: plain(rulesOf(textOf(policy))), ...extra },
  ],
  'aws:ecr/repositoryPolicy:RepositoryPolicy': ({ repository, policy, ...extra }) => [
    `policy ${textOf(repository)}`,
    { document: plain(policyOf(textOf(policy))), ...extra },
  ],
  'aws:ecr/registryPolicy:RegistryPolicy': ({ policy, ...extra }) => [
    'registryPolicy registry',
    { document: plain(policyOf(textOf(policy))), ...extra },
  ],
  'aws:ecr/accountSetting:AccountSetting': ({ name, ...extra }) => [`setting ${textOf(name)}`, extra],
  'aws:ecr/replicationConfiguration:ReplicationConfiguration': (inputs) => ['replication registry', inputs],
  'aws:iam/role:Role': ({ name, assumeRolePolicy, permissionsBoundary = null, tags = {}, ...extra }, defaultTags) => [
    `role ${textOf(name)}`,
    {
      trust: plain(policyOf(textOf(assumeRolePolicy))),
      permissionsBoundary,
      tags: { ...defaultTags, ...(tags as Inputs) },
      ...extra,
    },
  ],
  'aws:iam/rolePolicy:RolePolicy': ({ role, policy, ...extra }) => [
    `permissions ${textOf(role)}`,
    { document: plain(policyOf(textOf(policy))), ...extra },
  ],
  'aws:iam/rolePolicyAttachment:RolePolicyAttachment': ({ role, policyArn, ...extra }) => [
    `attachment ${textOf(role)} ${textOf(policyArn)}`,
    extra,
  ],
  'aws:kms/key:Key': ({ policy, tags = {}, ...extra }, defaultTags) => [
    'key registry',
    { document: plain(policyOf(textOf(policy))), tags: { ...defaultTags, ...(tags as Inputs) }, ...extra },
  ],
  'aws:kms/alias:Alias': ({ name, ...extra }) => [`alias ${textOf(name)}`, extra],
  'aws:iam/openIdConnectProvider:OpenIdConnectProvider': (
    { url, clientIdLists = null, thumbprintLists = null, tags = {}, ...extra },
    defaultTags,
  ) => [
    `provider ${textOf(url)}`,
    {
      audiences: clientIdLists,
      thumbprints: thumbprintLists,
      tags: { ...defaultTags, ...(tags as Inputs) },
      ...extra,
    },
  ],
};
