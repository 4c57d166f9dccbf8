// A registry as resources of Terraform's AWS provider (version 6), in its own names: what engines that are bridged from that provider
// (Pulumi, Crossplane) are written from. Everything is said, defaults too.
// It must not know any target, how a value is printed, nor what is live.
import type { PolicyDocument } from '../access/index.js';
import type { LifecyclePolicy } from '../lifecycle/index.js';
import {
  type CiRole,
  type Companion,
  type EncryptionKey,
  isKnown,
  type OidcProvider,
  type PullRole,
} from '../registry/companions/model.js';
import { issuerName } from '../registry/companions/oidc-provider.js';
import type { DesiredRegistry, DesiredRepository, Place, ReplicationRule, Tags } from '../registry/index.js';
import { keyPolicyOf } from './key-policy.js';
import type { RegistrySettings } from './registry-settings.js';
import { renderedTags } from './settings.js';

export type ProviderType =
  | 'aws_ecr_repository'
  | 'aws_ecr_lifecycle_policy'
  | 'aws_ecr_repository_policy'
  | 'aws_ecr_registry_policy'
  | 'aws_ecr_replication_configuration'
  | 'aws_iam_openid_connect_provider'
  | 'aws_iam_role'
  | 'aws_iam_role_policy'
  | 'aws_iam_role_policy_attachment'
  | 'aws_kms_key'
  | 'aws_kms_alias';

/** Which of the resources of a registry. */
export interface ResourceId {
  readonly type: ProviderType;
  /** Of its type the only one with it: the key of the repository or role, the issuer of the identity provider. */
  readonly key: string;
}

/** The attribute of another resource. */
export interface Reference {
  readonly kind: 'reference';
  readonly to: ResourceId;
  readonly attribute: 'arn' | 'key_id' | 'name';
}

/** JSON, which AWS takes as text. */
export interface JsonText {
  readonly kind: 'json';
  readonly value: PolicyDocument | LifecyclePolicy;
}

/** The ARN of a key that the manifest names by its alias or id: ECR tells of keys by their ARNs, so an engine has to look it up. */
export interface KeyLookup {
  readonly kind: 'key-lookup';
  readonly name: string;
}

/** Blocks within a block. */
export interface Blocks {
  readonly kind: 'blocks';
  readonly of: readonly Arguments[];
}

export type Argument = string | number | boolean | readonly string[] | Reference | JsonText | KeyLookup | Blocks;

export type Arguments = Readonly<Record<string, Argument>>;

export interface ProviderResource extends ResourceId {
  /** By the provider's names, as they are: `image_tag_mutability`. */
  readonly arguments: Arguments;
  /** Nested blocks, of which there may be several: `encryption_configuration`. */
  readonly blocks: Readonly<Record<string, readonly Arguments[]>>;
  /** Absent where the type has none. Those that the provider puts on everything (`default_tags`) are among them; ownership tags are not. */
  readonly tags?: Tags;
}

/** What the key of a registry is called here, as it has one at most. */
export const registryKey = 'key';

/** What the documents are called that a registry has once. */
const registryDocumentsKey = 'registry';

export interface ResourceOptions {
  /** What ECR calls the key that a repository has, where the manifest's name of it cannot be compared with that (`keyInUse`). */
  readonly kmsKeyOf?: (repository: DesiredRepository) => string | undefined;
}

/** Repositories with their policies first, in the order of the registry, then what is made beside them, but for identity providers. */
export function providerResources(
  registry: DesiredRegistry,
  options: ResourceOptions = {},
): readonly ProviderResource[] {
  return [
    ...registry.repositories.flatMap((repository) => repositoryResources(repository, options)),
    ...registry.companions.flatMap(({ resources }) => resources.flatMap((one) => companionResources(one, registry))),
  ];
}

/** What a registry has once, whole: with what others have in it, where somebody looked. */
export function registryResources({ policy, replication }: RegistrySettings): readonly ProviderResource[] {
  return [
    ...(policy === undefined
      ? []
      : [plain('aws_ecr_registry_policy', registryDocumentsKey, { policy: json(policy.document) })]),
    ...(replication === undefined
      ? []
      : [
          {
            ...plain('aws_ecr_replication_configuration', registryDocumentsKey, {}),
            blocks: { replication_configuration: [{ rule: blocks(replication.rules.map(ruleArguments)) }] },
          },
        ]),
  ];
}

function ruleArguments({ destinations, repositoryFilters }: ReplicationRule): Arguments {
  return {
    destination: blocks(destinations.map(({ region, registryId }) => ({ region, registry_id: registryId }))),
    ...(repositoryFilters === undefined
      ? {}
      : {
          repository_filter: blocks(
            repositoryFilters.map(({ filter, filterType }) => ({ filter, filter_type: filterType })),
          ),
        }),
  };
}

/** An identity provider that the project makes: one in an account, whatever its environments. */
export function identityProviderResource({ host, audiences, thumbprints, tags }: OidcProvider): ProviderResource {
  return {
    type: 'aws_iam_openid_connect_provider',
    key: issuerName(host),
    arguments: {
      url: `https://${host}`,
      client_id_list: audiences,
      // IAM asks the issuer's certificate authority where there are none (IAM API reference, CreateOpenIDConnectProvider).
      ...(thumbprints.length === 0 ? {} : { thumbprint_list: thumbprints }),
    },
    blocks: {},
    tags: renderedTags(tags),
  };
}

function repositoryResources(
  repository: DesiredRepository,
  { kmsKeyOf }: ResourceOptions,
): readonly ProviderResource[] {
  const { key, name, tagMutability, encryption, scanOnPush, forceDelete, lifecyclePolicy, statements } = repository;
  const id = { type: 'aws_ecr_repository', key } as const;
  const kmsKey = kmsKeyOf?.(repository) ?? keyArgument(encryption);
  const { exclusions } = tagMutability;
  const ofIt = { repository: reference(id, 'name') };
  return [
    {
      ...id,
      arguments: { name, image_tag_mutability: tagMutability.mode, force_delete: forceDelete },
      blocks: {
        ...(exclusions.length === 0
          ? {}
          : {
              image_tag_mutability_exclusion_filter: exclusions.map((filter) => ({ filter, filter_type: 'WILDCARD' })),
            }),
        encryption_configuration: [
          { encryption_type: encryption.type, ...(kmsKey === undefined ? {} : { kms_key: kmsKey }) },
        ],
        image_scanning_configuration: [{ scan_on_push: scanOnPush }],
      },
      tags: renderedTags(repository.tags),
    },
    ...(lifecyclePolicy == null
      ? []
      : [plain('aws_ecr_lifecycle_policy', key, { ...ofIt, policy: json(lifecyclePolicy) })]),
    ...(statements.length === 0
      ? []
      : [
          plain('aws_ecr_repository_policy', key, {
            ...ofIt,
            policy: json({ Version: '2012-10-17', Statement: statements }),
          }),
        ]),
  ];
}

const keyArn = /^arn:[^:]+:kms:[^:]+:[^:]+:key\//;

function keyArgument({ kmsKey }: DesiredRepository['encryption']): Argument | undefined {
  if (kmsKey === undefined) return undefined;
  if (!isKnown(kmsKey)) return reference({ type: 'aws_kms_key', key: registryKey }, 'arn');
  return keyArn.test(kmsKey) ? kmsKey : { kind: 'key-lookup', name: kmsKey };
}

function companionResources(companion: Companion, place: Place): readonly ProviderResource[] {
  switch (companion.kind) {
    case 'oidc-provider':
      return [];
    case 'encryption-key':
      return keyResources(companion, place);
    case 'ci-role':
    case 'pull-role':
      return roleResources(companion);
  }
}

function keyResources(key: EncryptionKey, place: Place): readonly ProviderResource[] {
  const id = { type: 'aws_kms_key', key: registryKey } as const;
  return [
    {
      ...id,
      arguments: {
        description: key.description,
        enable_key_rotation: true,
        rotation_period_in_days: key.rotationPeriodDays,
        deletion_window_in_days: key.deletionWindowDays,
        policy: json(keyPolicyOf(key, place)),
      },
      blocks: {},
      tags: renderedTags(key.tags),
    },
    plain('aws_kms_alias', registryKey, { name: key.alias, target_key_id: reference(id, 'key_id') }),
  ];
}

function roleResources(role: CiRole | PullRole): readonly ProviderResource[] {
  const id = { type: 'aws_iam_role', key: role.key } as const;
  const ofIt = { role: reference(id, 'name') };
  const { name, path, description, maxSessionSeconds, permissionsBoundary } = role;
  return [
    {
      ...id,
      arguments: {
        name,
        path,
        description,
        max_session_duration: maxSessionSeconds,
        ...(permissionsBoundary === undefined ? {} : { permissions_boundary: permissionsBoundary }),
        assume_role_policy: json(role.trust),
      },
      blocks: {},
      tags: renderedTags(role.tags),
    },
    plain('aws_iam_role_policy', role.key, { ...ofIt, name: rolePolicyName, policy: json(role.permissions) }),
    ...role.managedPolicies.map((arn) =>
      plain('aws_iam_role_policy_attachment', attachmentKey(role.key, arn), { ...ofIt, policy_arn: arn }),
    ),
  ];
}

/** What the inline policy of every role is called. */
export const rolePolicyName = 'slipway';

export function attachmentKey(role: string, policyArn: string): string {
  return `${role} ${policyArn}`;
}

function plain(type: ProviderType, key: string, values: Arguments): ProviderResource {
  return { type, key, arguments: values, blocks: {} };
}

function reference(to: ResourceId, attribute: Reference['attribute']): Reference {
  return { kind: 'reference', to, attribute };
}

function blocks(of: Blocks['of']): Blocks {
  return { kind: 'blocks', of };
}

function json(value: JsonText['value']): JsonText {
  return { kind: 'json', value };
}
