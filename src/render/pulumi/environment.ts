// The registries of an environment as the data that the component takes: what is as usual is left out.
// It must not know the component's code, nor how files are laid out.
import type { Statement } from '../../access/index.js';
import type { LifecycleRule } from '../../lifecycle/index.js';
import { type CiRole, type EncryptionKey, isKnown, type PullRole } from '../../registry/companions/model.js';
import { type DesiredRegistry, type DesiredRepository, repositoryOfArn, type Tags } from '../../registry/index.js';
import type { ExistingResource } from '../existing.js';
import { keyPolicyOf } from '../key-policy.js';
import type { ProviderType } from '../provider-resources.js';
import type { RegistrySettings } from '../registry-settings.js';
import { most, ownTags } from '../settings.js';
import { call, code, constant, docText, type Expression, literal } from '../typescript.js';
import type { PulumiRegistry } from './data.js';

/** The text of `environments/NAME.ts`. */
export function environmentText(title: string, registries: readonly PulumiRegistry[]): string {
  const [first] = registries;
  const common = commonOf(first?.desired.repositories ?? []);
  const everywhere = registries.length > 1 && first !== undefined ? repositoryValues(first, common) : undefined;
  const written = registries.map((one) => registryText(one, common, everywhere));
  const hasSettings = registries.some(({ settings }) => settings !== undefined);
  const fromRegistry = [...(common.rules === undefined ? [] : ['LifecycleRule']), 'RegistryArgs'];
  const imports = [
    ...(common.statements === undefined ? [] : ["import type * as aws from '@pulumi/aws';"]),
    "import type { Place } from '../place';",
    `import type { ${fromRegistry.join(', ')} } from '../registry';`,
    ...(hasSettings ? ["import type { RegistrySettingsArgs } from '../registry-settings';"] : []),
  ];
  return `\
// ${docText(title)}.
// Written by \`slipway render pulumi\`: change slipway.yaml and render again, rather than this file.
${imports.join('\n')}

${[
  ...common.constants,
  ...(everywhere === undefined
    ? []
    : [`// In every Region.\n${constant("const repositories: RegistryArgs['repositories']", literal(everywhere))}`]),
  ...written.flatMap(({ constants }) => constants),
  constant(
    `export const registries: (Place & RegistryArgs${hasSettings ? ' & { settings?: RegistrySettingsArgs }' : ''})[]`,
    written.map(({ value }) => value),
  ),
].join('\n\n')}
`;
}

/** What most repositories have alike, in all Regions. */
interface Common {
  /** The texts by which repositories that have it are known, and what it is called. */
  readonly rules: { readonly text: string; readonly name: string } | undefined;
  readonly statements: { readonly text: string; readonly name: string } | undefined;
  readonly constants: readonly string[];
}

function commonOf(repositories: readonly DesiredRepository[]): Common {
  const rules = most(repositories.flatMap(({ lifecyclePolicy }) => (lifecyclePolicy ? [lifecyclePolicy.rules] : [])));
  const statements = most(repositories.flatMap((one) => (one.statements.length === 0 ? [] : [one.statements])));
  const names = { rules: 'lifecycleRules', statements: 'policyStatements' };
  return {
    rules: rules && { text: JSON.stringify(rules), name: names.rules },
    statements: statements && { text: JSON.stringify(statements), name: names.statements },
    constants: [
      ...(rules === undefined
        ? []
        : [
            `// Which images go, in most repositories: ECR takes the rules in the order of their priority.\n${constant(
              `const ${names.rules}: LifecycleRule[]`,
              rules.map(ruleValue),
            )}`,
          ]),
      ...(statements === undefined
        ? []
        : [
            `// Who may do what, in most repositories.\n${constant(
              `const ${names.statements}: aws.iam.PolicyStatement[]`,
              statements.map((one) => statementValue(one)),
            )}`,
          ]),
    ],
  };
}

interface RegistryText {
  readonly constants: readonly string[];
  readonly value: Expression;
}

/** `everywhere`: what the constant `repositories` has, where there is one. */
function registryText(registry: PulumiRegistry, common: Common, everywhere: Values | undefined): RegistryText {
  const { name, suffix, desired, defaultTags, existing } = registry;
  const { account, region, partition } = desired;
  const companions = desired.companions.flatMap(({ resources }) => resources);
  const roles = companions.flatMap((one) => (one.kind === 'ci-role' || one.kind === 'pull-role' ? [one] : []));
  const key = companions.find((one) => one.kind === 'encryption-key');
  const imports = importsValue(existing);
  const arnFunction = `repositoryArn${suffix.replaceAll('-', '_')}`;
  return {
    constants: roles.some((role) => namesRepositories(role, desired))
      ? [
          `// Said rather than asked for, so that a preview shows permissions in full before the repositories exist.
const ${arnFunction} = (name: string) =>
  \`arn:${partition}:ecr:${region}:${account}:repository/\${name}\`;`,
        ]
      : [],
    value: literal({
      name,
      account,
      region,
      defaultTags: tagsValue(defaultTags),
      ignoredTags: registry.ignoredTags,
      repositories: repositoriesValue(repositoryValues(registry, common), everywhere),
      key: key && keyValue(key, desired, defaultTags),
      roles:
        roles.length === 0
          ? undefined
          : literalOf(roles.map((one) => [one.key, roleValue(one, desired, defaultTags, arnFunction)] as const)),
      imports,
      settings: registry.settings && settingsValue(registry.settings),
    }),
  };
}

type Values = Readonly<Record<string, Expression>>;

function repositoryValues(registry: PulumiRegistry, common: Common): Values {
  const { repositories } = registry.desired;
  return Object.fromEntries(repositories.map((one) => [one.key, repositoryValue(one, common, registry)]));
}

/** The same repositories once more; what a Region has otherwise, a key most likely, stands beside them. */
function repositoriesValue(values: Values, everywhere: Values | undefined): Expression {
  if (everywhere === undefined) return literal(values);
  const own = Object.entries(values).filter(([key, one]) => JSON.stringify(one) !== JSON.stringify(everywhere[key]));
  const shared = code('repositories');
  return own.length === 0 ? shared : literal({ '...': shared, ...Object.fromEntries(own) });
}

function literalOf(entries: readonly (readonly [string, Expression])[]): Expression {
  return literal(Object.fromEntries(entries));
}

function repositoryValue(
  repository: DesiredRepository,
  common: Common,
  { defaultTags, kmsKeyOf }: PulumiRegistry,
): Expression {
  const { name, tagMutability, encryption, scanOnPush, forceDelete, lifecyclePolicy: policy, statements } = repository;
  const { mode, exclusions } = tagMutability;
  const { kmsKey } = encryption;
  const known = kmsKey !== undefined && isKnown(kmsKey) ? kmsKey : undefined;
  const rules = policy?.rules;
  return literal(
    {
      name,
      tagMutability: mode === 'IMMUTABLE' ? undefined : mode,
      tagMutabilityExclusions: exclusions.length === 0 ? undefined : exclusions,
      encryptionType: encryption.type === 'AES256' ? undefined : encryption.type,
      kmsKey: kmsKeyOf(repository) ?? known,
      useRegistryKey: kmsKey !== undefined && known === undefined ? true : undefined,
      scanOnPush: scanOnPush ? undefined : false,
      forceDelete: forceDelete ? true : undefined,
      tags: tagsValue(ownTags(repository.tags, defaultTags)),
      lifecycleRules:
        rules === undefined
          ? // What has no policy says so, since it is seldom meant.
            code('undefined')
          : JSON.stringify(rules) === common.rules?.text
            ? code(common.rules.name)
            : rules.map(ruleValue),
      policyStatements:
        statements.length === 0
          ? undefined
          : JSON.stringify(statements) === common.statements?.text
            ? code(common.statements.name)
            : statements.map((one) => statementValue(one)),
    },
    policy === undefined
      ? { lifecycleRules: 'Somebody else keeps the lifecycle policy.' }
      : policy === null
        ? { lifecycleRules: 'No lifecycle policy: images stay until somebody deletes them.' }
        : {},
  );
}

function ruleValue({ rulePriority, description, selection, action }: LifecycleRule): Expression {
  return literal({
    rulePriority,
    description,
    selection: literal({
      tagStatus: selection.tagStatus,
      tagPatternList: filled(selection.tagPatternList),
      tagPrefixList: filled(selection.tagPrefixList),
      storageClass: selection.storageClass,
      countType: selection.countType,
      countUnit: selection.countUnit,
      countNumber: selection.countNumber,
    }),
    action: literal(
      action.type === 'expire'
        ? { type: action.type }
        : { type: action.type, targetStorageClass: action.targetStorageClass },
    ),
  });
}

function filled(list: readonly string[] | undefined): readonly string[] | undefined {
  return list === undefined || list.length === 0 ? undefined : list;
}

/** As IAM spells it. `resource`: how one of its resources is said. */
function statementValue(statement: Statement, resource: (arn: string) => Expression = (arn) => arn): Expression {
  const { Resource, ...others } = statement;
  const values = Object.entries(others).map(([member, value]) => [member, plainValue(value)] as const);
  const resources = Resource === undefined ? undefined : typeof Resource === 'string' ? [Resource] : Resource;
  const said = resources?.map(resource);
  const before = values.filter(([member]) => member !== 'Condition');
  const after = values.filter(([member]) => member === 'Condition');
  return literalOf([...before, ...(said === undefined ? [] : [['Resource', said] as const]), ...after]);
}

type Plain = string | readonly string[] | { readonly [key: string]: Plain };

function plainValue(value: Plain): Expression {
  if (typeof value === 'string') return value;
  if (isList(value)) return value;
  return literalOf(Object.entries(value).map(([key, one]) => [key, plainValue(one)] as const));
}

function isList(value: Plain): value is readonly string[] {
  return Array.isArray(value);
}

function namesRepositories({ permissions }: CiRole | PullRole, registry: DesiredRegistry): boolean {
  return permissions.Statement.flatMap(({ Resource = [] }) => Resource).some(
    (arn) => repositoryOfArn(registry, arn) !== undefined,
  );
}

function roleValue(
  role: CiRole | PullRole,
  registry: DesiredRegistry,
  defaultTags: Tags,
  arnFunction: string,
): Expression {
  const { name, path, description, maxSessionSeconds, permissionsBoundary, managedPolicies } = role;
  const resource = (arn: string): Expression => {
    const repository = repositoryOfArn(registry, arn);
    return repository === undefined ? arn : call(arnFunction, repository);
  };
  return literal({
    name,
    path: path === '/' ? undefined : path,
    description,
    maxSessionDuration: maxSessionSeconds === 3600 ? undefined : maxSessionSeconds,
    permissionsBoundary,
    managedPolicies: filled(managedPolicies),
    tags: tagsValue(ownTags(role.tags, defaultTags)),
    trust: role.trust.Statement.map((one) => statementValue(one)),
    permissions: role.permissions.Statement.map((one) => statementValue(one, resource)),
  });
}

function keyValue(key: EncryptionKey, registry: DesiredRegistry, defaultTags: Tags): Expression {
  return literal({
    alias: key.alias,
    description: key.description,
    rotationPeriodInDays: key.rotationPeriodDays === 365 ? undefined : key.rotationPeriodDays,
    deletionWindowInDays: key.deletionWindowDays === 30 ? undefined : key.deletionWindowDays,
    tags: tagsValue(ownTags(key.tags, defaultTags)),
    policyStatements: keyPolicyOf(key, registry).Statement.map((one) => statementValue(one)),
  });
}

function settingsValue({ policy, scope, replication }: RegistrySettings): Expression {
  return literal({
    policyScope: scope,
    policy:
      policy &&
      literalOf(
        Object.entries(policy.document).map(([member, value]) => [
          member,
          member === 'Statement'
            ? policy.document.Statement.map((one) => statementValue(one))
            : plainValue(value as Plain),
        ]),
      ),
    replicationRules: replication?.rules.map(({ destinations, repositoryFilters }) =>
      literal({
        destinations: destinations.map(({ region, registryId }) => literal({ region, registryId })),
        repositoryFilters: repositoryFilters?.map(({ filter, filterType }) => literal({ filter, filterType })),
      }),
    ),
  });
}

function tagsValue(tags: Tags): Expression | undefined {
  return Object.keys(tags).length === 0 ? undefined : literal(tags);
}

const importsOf: readonly (readonly [ProviderType, member: string])[] = [
  ['aws_ecr_repository', 'repositories'],
  ['aws_ecr_lifecycle_policy', 'lifecyclePolicies'],
  ['aws_ecr_repository_policy', 'repositoryPolicies'],
  ['aws_iam_role', 'roles'],
  ['aws_iam_role_policy', 'rolePolicies'],
  ['aws_iam_role_policy_attachment', 'roleAttachments'],
];

function importsValue(existing: readonly ExistingResource[]): Expression | undefined {
  const of = (type: ProviderType) => existing.filter((one) => one.type === type);
  const byKey = importsOf.flatMap(([type, member]) => {
    const ids = of(type);
    return ids.length === 0 ? [] : [[member, literalOf(ids.map(({ key, id }) => [key, id] as const))] as const];
  });
  const single = (type: ProviderType, member: string) => of(type).map(({ id }) => [member, id] as const);
  const all = [...byKey, ...single('aws_kms_key', 'key'), ...single('aws_kms_alias', 'keyAlias')];
  return all.length === 0 ? undefined : literalOf(all);
}
