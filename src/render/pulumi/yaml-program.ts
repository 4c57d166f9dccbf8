// The same registries as programs of Pulumi YAML, one for each environment: YAML has neither loops nor conditions, so everything is said.
// It must not know TypeScript.
import type { RegistryScope } from '../../access/index.js';
import type { RenderedFile } from '../model.js';
import {
  type Argument,
  type Arguments,
  identityProviderResource,
  type ProviderResource,
  type ProviderType,
  providerResources,
  type ResourceId,
  registryResources,
} from '../provider-resources.js';
import { ownershipKeys, ownTags } from '../settings.js';
import { type Yaml, yamlText } from '../yaml.js';
import type { PulumiAccount, PulumiEnvironment, PulumiRegistry } from './data.js';
import { plainName } from './names.js';
import { packageVersions } from './program.js';
import { yamlReadmeText } from './readme.js';

interface BridgedType {
  /** Pulumi's. */
  readonly token: string;
  /** What its resources are called here: this, and their key where a registry may have several. */
  readonly prefix: string;
  readonly isSingle?: true;
  readonly options?: (isImported: boolean) => { readonly [option: string]: Yaml };
  /** Above each, where a reader would wonder. */
  readonly comment?: string;
}

/** Every type as Pulumi has it (the resources of `@pulumi/aws`, which is bridged from the provider). */
export const bridgedTypes: Readonly<Record<ProviderType, BridgedType>> = {
  aws_ecr_repository: {
    token: 'aws:ecr:Repository',
    prefix: 'repository',
    options: (isImported) => ({
      deleteBeforeReplace: true,
      // AWS is never told of it, so that it would stand in the way of an import.
      ...(isImported ? { ignoreChanges: ['forceDelete'] } : {}),
    }),
  },
  aws_ecr_lifecycle_policy: {
    token: 'aws:ecr:LifecyclePolicy',
    prefix: 'lifecycle',
    options: () => ({ deleteBeforeReplace: true }),
  },
  aws_ecr_repository_policy: { token: 'aws:ecr:RepositoryPolicy', prefix: 'policy' },
  aws_ecr_registry_policy: {
    token: 'aws:ecr:RegistryPolicy',
    prefix: 'registry-policy',
    isSingle: true,
    comment: 'Written whole: what others add to the policy of the registry is taken away.',
  },
  aws_ecr_replication_configuration: {
    token: 'aws:ecr:ReplicationConfiguration',
    prefix: 'replication',
    isSingle: true,
    comment: `Written whole: rules that others add are taken away. It comes after all repositories: where an image is copied to a Region that
does not have its repository yet, ECR makes one with settings of its own.`,
  },
  aws_iam_openid_connect_provider: {
    token: 'aws:iam:OpenIdConnectProvider',
    prefix: 'provider',
    options: () => ({ protect: true }),
    comment: 'Roles that are not in this program may trust it by now: `pulumi state unprotect`, and look who does.',
  },
  aws_iam_role: { token: 'aws:iam:Role', prefix: 'role', options: () => ({ deleteBeforeReplace: true }) },
  aws_iam_role_policy: { token: 'aws:iam:RolePolicy', prefix: 'permissions' },
  aws_iam_role_policy_attachment: { token: 'aws:iam:RolePolicyAttachment', prefix: 'attachment' },
  aws_kms_key: {
    token: 'aws:kms:Key',
    prefix: 'key',
    isSingle: true,
    options: () => ({ protect: true, ignoreChanges: ['deletionWindowInDays'] }),
    comment: `Images die with their key. To destroy everything else: \`pulumi state unprotect\`, and delete the key from the state.
AWS is told of the window when the key is deleted, and tells nobody before: an imported key would differ in it for ever.`,
  },
  aws_kms_alias: { token: 'aws:kms:Alias', prefix: 'alias', isSingle: true },
};

/** Names that do not follow from those of Terraform's provider by their letters: lists are plural, and single blocks are objects. */
const irregular: Readonly<Record<string, string>> = {
  client_id_list: 'clientIdLists',
  destination: 'destinations',
  encryption_configuration: 'encryptionConfigurations',
  image_tag_mutability_exclusion_filter: 'imageTagMutabilityExclusionFilters',
  repository_filter: 'repositoryFilters',
  rule: 'rules',
  thumbprint_list: 'thumbprintLists',
};

/** Blocks of which there is one at most, which Pulumi has as an object. */
const singleBlocks = new Set(['image_scanning_configuration', 'replication_configuration']);

/** Pulumi's name of an argument or a block. */
export function bridgedName(name: string): string {
  return irregular[name] ?? name.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

export function isSingleBlock(name: string): boolean {
  return singleBlocks.has(name);
}

export function yamlFiles(
  project: string,
  environments: readonly PulumiEnvironment[],
  accounts: readonly PulumiAccount[],
): { readonly files: readonly RenderedFile[]; readonly next: readonly string[] } {
  const programs = [
    ...accounts.map((one) => accountProgram(project, one)),
    ...environments.map((one) => environmentProgram(project, one)),
  ];
  const commands = programs.map(
    ({ folder, stack }) => `(cd ${folder} && pulumi stack select --create ${stack} && pulumi up)`,
  );
  return {
    files: [
      ...programs.flatMap(({ folder, stack, text }) => [
        { path: `${folder}/Pulumi.yaml`, text },
        { path: `${folder}/Pulumi.${stack}.yaml`, text: stackText, seed: true as const },
      ]),
      {
        path: 'README.md',
        text: yamlReadmeText(
          project,
          programs.map(({ folder, title }) => [folder, title] as const),
          commands,
        ),
      },
    ],
    next: commands,
  };
}

interface Program {
  readonly folder: string;
  readonly stack: string;
  /** For people. */
  readonly title: string;
  readonly text: string;
}

const written = 'Written by `slipway render pulumi`: change slipway.yaml and render again, rather than this file.';

const stackText = yamlText(
  { config: { 'pulumi:disable-default-providers': ['aws'] } },
  {
    comments: new Map([
      ['', "Written once by `slipway render pulumi`: from now on it is yours and Pulumi's."],
      [
        'config/pulumi:disable-default-providers',
        'Nothing is made but in the account and Region that the program names.',
      ],
    ]),
  },
);

function environmentProgram(project: string, { name, title, registries }: PulumiEnvironment): Program {
  const comments = new Map<string, string>();
  const parts = registries.map((registry) => {
    const scope = new Scope(registry.suffix, comments);
    const repositories = registry.desired.repositories.map(({ key }) =>
      scope.name({ type: 'aws_ecr_repository', key }),
    );
    return { scope, resources: resourcesOf(registry, scope), repositories };
  });
  return {
    folder: `environments/${name}`,
    stack: name,
    title: `the registry of ${name}`,
    text: programText(`${project}-${name}`, title, {
      variables: Object.assign({}, ...parts.map(({ scope }) => scope.variables)) as Mapping,
      resources: Object.assign(
        {},
        ...parts.map(({ resources }) => resources),
        ...registries.map((registry, index) =>
          settingsOf(
            registry,
            parts[index]?.scope,
            parts.flatMap((part) => part.repositories),
          ),
        ),
      ) as Mapping,
      outputs: Object.assign(
        {},
        ...registries.map((registry, index) => outputsOf(registry, parts[index]?.scope)),
      ) as Mapping,
      comments,
    }),
  };
}

function accountProgram(project: string, { account, region, providers, importIds }: PulumiAccount): Program {
  const comments = new Map<string, string>();
  const scope = new Scope('', comments);
  const made = providers.map((one) => {
    const importId = importIds.get(one.arn);
    return scope.resource(identityProviderResource(one), {}, importId);
  });
  const title = `What account ${account} has once for ${project}, whatever its environments`;
  return {
    folder: `accounts/${account}`,
    stack: account,
    title: `the identity providers of account ${account}`,
    text: programText(`${project}-account`, title, {
      variables: {},
      resources: {
        ...scope.provider({ account, region, defaultTags: {}, ignoredTags: ownershipKeys }),
        ...Object.fromEntries(made),
      },
      outputs: Object.fromEntries(made.map(([name]) => [`${name}-arn`, `\${${name}.arn}`])),
      comments,
    }),
  };
}

type Mapping = { readonly [key: string]: Yaml };

interface ProgramParts {
  readonly variables: Mapping;
  readonly resources: Mapping;
  readonly outputs: Mapping;
  readonly comments: ReadonlyMap<string, string>;
}

function programText(name: string, title: string, { variables, resources, outputs, comments }: ProgramParts): string {
  const program = {
    name,
    description: title,
    runtime: 'yaml',
    ...(Object.keys(variables).length === 0 ? {} : { variables }),
    resources,
    outputs,
  };
  return yamlText(program, {
    comments: new Map([['', written], ...comments]),
    spaced: (path) => path === '' || path === 'resources',
  });
}

function resourcesOf(registry: PulumiRegistry, scope: Scope): Mapping {
  const { desired, defaultTags, ignoredTags, existing, kmsKeyOf } = registry;
  const ids = new Map(existing.map(({ type, key, id }) => [`${type} ${key}`, id]));
  const { account, region } = desired;
  return {
    ...scope.provider({ account, region, defaultTags, ignoredTags }),
    ...Object.fromEntries(
      providerResources(desired, { kmsKeyOf }).map((one) =>
        scope.resource(one, defaultTags, ids.get(`${one.type} ${one.key}`)),
      ),
    ),
  };
}

/** `repositories`: names of those of the whole program. */
function settingsOf(
  { settings, defaultTags }: PulumiRegistry,
  scope: Scope | undefined,
  repositories: readonly string[],
): Mapping {
  if (settings === undefined || scope === undefined) return {};
  const setting = settings.scope === undefined ? [] : [scope.policyScope(settings.scope)];
  const documents = registryResources(settings).map((one) => {
    const before = one.type === 'aws_ecr_replication_configuration' ? repositories : setting.map(([name]) => name);
    return scope.resource(one, defaultTags, undefined, before);
  });
  return Object.fromEntries([...setting, ...documents]);
}

function outputsOf({ desired }: PulumiRegistry, scope: Scope | undefined): Mapping {
  if (scope === undefined) return {};
  const urls = desired.repositories.map(({ key }) => {
    const name = scope.name({ type: 'aws_ecr_repository', key });
    return [`${name}-url`, `\${${name}.repositoryUrl}`] as const;
  });
  const roles = desired.companions
    .flatMap(({ resources }) => resources)
    .flatMap((one) => {
      if (one.kind !== 'ci-role' && one.kind !== 'pull-role') return [];
      const name = scope.name({ type: 'aws_iam_role', key: one.key });
      return [[`${name}-arn`, `\${${name}.arn}`] as const];
    });
  return Object.fromEntries([...urls, ...roles]);
}

interface ProviderPlace {
  readonly account: string;
  readonly region: string;
  readonly defaultTags: Readonly<Record<string, string>>;
  readonly ignoredTags: readonly string[];
}

/** The names of one registry in a program, of which there may be several; with the keys that it has looked up. */
class Scope {
  readonly variables: Record<string, Yaml> = {};
  readonly #suffix: string;
  readonly #comments: Map<string, string>;

  constructor(suffix: string, comments: Map<string, string>) {
    this.#suffix = suffix;
    this.#comments = comments;
  }

  get #provider(): string {
    return `aws${this.#suffix}`;
  }

  /** The account is checked before anything is read. */
  provider({ account, region, defaultTags, ignoredTags }: ProviderPlace): Mapping {
    this.#comments.set(
      `resources/${this.#provider}/properties/ignoreTags`,
      "Marks that others put on what is here, Slipway's own among them: Pulumi leaves them alone.",
    );
    return {
      [this.#provider]: {
        type: 'pulumi:providers:aws',
        properties: {
          region,
          allowedAccountIds: [account],
          ...(Object.keys(defaultTags).length === 0 ? {} : { defaultTags: { tags: textsOf(defaultTags) } }),
          ignoreTags: { keys: ignoredTags.map(literalText) },
        },
        options: { version: packageVersions.dependencies['@pulumi/aws'] },
      },
    };
  }

  name({ type, key }: ResourceId): string {
    const { prefix, isSingle } = bridgedTypes[type];
    return isSingle ? `${prefix}${this.#suffix}` : `${prefix}-${plainName(key)}${this.#suffix}`;
  }

  resource(
    one: ProviderResource,
    defaultTags: Readonly<Record<string, string>>,
    importId: string | undefined,
    before: readonly string[] = [],
  ): readonly [string, Yaml] {
    const { token, options, comment } = bridgedTypes[one.type];
    const name = this.name(one);
    if (comment !== undefined) this.#comments.set(`resources/${name}`, comment);
    const tags = ownTags(one.tags ?? {}, defaultTags);
    return [
      name,
      {
        type: token,
        properties: {
          ...this.#arguments(one.arguments),
          ...Object.fromEntries(
            Object.entries(one.blocks).map(([block, all]) => {
              const values = all.map((values) => this.#arguments(values));
              return [bridgedName(block), isSingleBlock(block) ? (values[0] ?? {}) : values];
            }),
          ),
          ...(Object.keys(tags).length === 0 ? {} : { tags: textsOf(tags) }),
        },
        options: {
          provider: `\${${this.#provider}}`,
          ...options?.(importId !== undefined),
          ...(importId === undefined ? {} : { import: importId }),
          ...(before.length === 0 ? {} : { dependsOn: before.map((other) => `\${${other}}`) }),
        },
      },
    ];
  }

  /** A setting of the account that Terraform's provider has no other use for here. */
  policyScope(value: RegistryScope): readonly [string, Yaml] {
    return [
      `scope-of-registry-policy${this.#suffix}`,
      {
        type: 'aws:ecr:AccountSetting',
        properties: { name: 'REGISTRY_POLICY_SCOPE', value },
        options: { provider: `\${${this.#provider}}` },
      },
    ];
  }

  #arguments(values: Arguments): Mapping {
    return Object.fromEntries(Object.entries(values).map(([name, value]) => [bridgedName(name), this.#value(value)]));
  }

  #value(value: Argument): Yaml {
    if (typeof value === 'string') return literalText(value);
    if (typeof value !== 'object') return value;
    if (isList(value)) return value.map(literalText);
    switch (value.kind) {
      case 'reference':
        return `\${${this.name(value.to)}.${bridgedName(value.attribute)}}`;
      case 'json':
        return { 'fn::toJSON': literalValue(value.value) };
      case 'blocks':
        return value.of.map((one) => this.#arguments(one));
      case 'key-lookup':
        return this.#lookup(value.name);
    }
  }

  /** ECR tells a repository's key by its ARN; by any other name there would be a difference in every preview. */
  #lookup(key: string): string {
    const name = `arn-of-${plainName(key)}${this.#suffix}`;
    this.variables[name] = {
      'fn::invoke': {
        function: 'aws:kms:getKey',
        arguments: { keyId: literalText(key) },
        options: { provider: `\${${this.#provider}}` },
        return: 'arn',
      },
    };
    return `\${${name}}`;
  }
}

function isList(value: Argument): value is readonly string[] {
  return Array.isArray(value);
}

/** Pulumi reads `${` as the begin of a reference, and `$$` as `$` (pulumi-yaml, `parseInterpolate`). */
function literalText(text: string): string {
  return text.replaceAll(/\$+(?=\{)|\${2,}/g, (signs) => signs + signs);
}

function textsOf(texts: Readonly<Record<string, string>>): Mapping {
  return Object.fromEntries(Object.entries(texts).map(([key, text]) => [key, literalText(text)]));
}

/** Documents are JSON: members without a value are none of theirs. */
function literalValue(value: unknown): Yaml {
  if (typeof value === 'string') return literalText(value);
  if (typeof value === 'number' || typeof value === 'boolean' || value === null) return value;
  if (Array.isArray(value)) return value.map(literalValue);
  const members = Object.entries(Object(value) as object).filter(([, one]) => one !== undefined);
  return Object.fromEntries(members.map(([key, one]) => [key, literalValue(one)]));
}
