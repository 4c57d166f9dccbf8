// Resources of Terraform's AWS provider as managed resources of Crossplane, in the provider's own spelling (`kms_key` is `kmsKey`).
// It must not know files, nor which resources a registry has.
import { shortHash } from '../../registry/companions/context.js';
import type { Place } from '../../registry/index.js';
import type { KubernetesObject } from '../kubernetes/objects.js';
import { lifecycleLines, policyLines } from '../policy-lines.js';
import type { Argument, Arguments, JsonText, ProviderResource, ResourceId } from '../provider-resources.js';
import { keyArnOf } from '../settings.js';
import type { Yaml } from '../yaml.js';
import { apiVersionOf, kinds, type Scope } from './kinds.js';

export interface ObjectOptions {
  readonly scope: Scope;
  readonly place: Place;
  readonly providerConfig: string;
  /** What the object of a resource is called. */
  readonly nameOf: (resource: ResourceId) => string;
  /** What AWS calls it, where AWS names it and it is there. */
  readonly idOf: (resource: ResourceId) => string | undefined;
}

/** Crossplane, "Managed Resources": all but `Delete` leaves what is in AWS where the object goes. */
const allButDelete = ['Observe', 'Create', 'Update', 'LateInitialize'];

const externalName = 'crossplane.io/external-name';

export function managedResource(resource: ProviderResource, options: ObjectOptions): KubernetesObject {
  const { scope, place, providerConfig, nameOf, idOf } = options;
  const kind = kinds[resource.type];
  const { name, ...others } = resource.arguments;
  const external = { name: textOf(name), id: idOf(resource), made: undefined }[kind.external];
  const fields = kind.external === 'name' ? others : resource.arguments;
  const blocks = Object.entries(resource.blocks).map(([block, items]): readonly [string, Yaml] => {
    const list = items.map((one) => fieldsOf(one, options));
    return [camel(block), kind.single.includes(block) ? (list[0] ?? {}) : list];
  });
  const stays = staysOf(resource);
  return {
    apiVersion: apiVersionOf(kind, scope),
    kind: kind.kind,
    name: `${nameOf(resource)}${suffixOf(resource)}`,
    ...(external === undefined ? {} : { annotations: { [externalName]: external } }),
    spec: {
      ...(stays === undefined ? {} : { managementPolicies: allButDelete }),
      providerConfigRef: {
        ...(scope === 'cluster' ? {} : { kind: 'ClusterProviderConfig' }),
        name: providerConfig,
      },
      forProvider: {
        ...(kind.inRegion ? { region: place.region } : {}),
        ...fieldsOf(fields, options),
        ...Object.fromEntries(blocks),
        ...(resource.tags === undefined ? {} : { tags: resource.tags }),
      },
    },
    comments: {
      ...(stays === undefined ? {} : { 'spec/managementPolicies': stays }),
      ...comments[resource.type],
    },
  };
}

/** Why it outlives its object; absent: it goes with it. */
function staysOf({ type, arguments: { force_delete: forceDelete } }: ProviderResource): string | undefined {
  switch (type) {
    case 'aws_ecr_repository':
      return forceDelete === true
        ? undefined
        : 'All but Delete: where this object goes, the repository and its images stay.';
    case 'aws_kms_key':
    case 'aws_kms_alias':
      return 'All but Delete: images die with their key, so it stays where this object goes.';
    case 'aws_iam_openid_connect_provider':
      return 'All but Delete: roles that are not here may trust it by now.';
    default:
      return undefined;
  }
}

const comments: Readonly<Partial<Record<ProviderResource['type'], Readonly<Record<string, string>>>>> = {
  aws_ecr_repository: {
    [`metadata/annotations/${externalName}`]:
      'The name in ECR. A repository of this name that is there already is taken over.',
    'spec/forProvider/forceDelete': 'Whether the repository goes with images in it, where it goes at all.',
  },
  aws_ecr_lifecycle_policy: {
    metadata: 'The provider cannot change a policy, only make one: other rules are an object of another name.',
    'spec/forProvider/policy': 'Which images go: ECR takes the rules in the order of their priority.',
  },
  aws_ecr_repository_policy: {
    'spec/forProvider/policy': 'Who may do what. It is written whole: what others add to the policy is taken away.',
  },
  aws_ecr_registry_policy: {
    'spec/forProvider/policy': 'It is written whole: what others add to the policy of the registry is taken away.',
  },
  aws_ecr_replication_configuration: {
    'spec/forProvider/replicationConfiguration':
      'Written whole: rules that others add are taken away. Crossplane knows no order: the repositories of the replicas come first,\nsince ECR makes one with settings of its own where an image is copied to a Region that does not have its repository yet.',
  },
  aws_iam_role: { 'spec/forProvider/assumeRolePolicy': 'Who takes the role.' },
  aws_iam_role_policy: { 'spec/forProvider/policy': 'What the role may do.' },
  aws_kms_key: { 'spec/forProvider/policy': 'Nobody is locked out of it, and it is used through ECR alone.' },
};

/**
 * Terraform's provider replaces a lifecycle policy that changes, and Crossplane replaces nothing (provider-upjet-aws#1558). What AWS has no
 * name for is told apart by what it is.
 */
function suffixOf({ type, arguments: values }: ProviderResource): string {
  const { policy, policy_arn: arn } = values;
  if (type === 'aws_ecr_lifecycle_policy' && isJson(policy)) return `-${hashOf(policy.value)}`;
  return type === 'aws_iam_role_policy_attachment' ? `-${shortHash(textOf(arn) ?? '')}` : '';
}

/** Repositories share their policies: in most projects, nearly all do. */
const hashes = new WeakMap<object, string>();

function hashOf(policy: JsonText['value']): string {
  const made = hashes.get(policy) ?? shortHash(JSON.stringify(policy));
  hashes.set(policy, made);
  return made;
}

function fieldsOf(values: Arguments, options: ObjectOptions): Readonly<Record<string, Yaml>> {
  const { place, nameOf } = options;
  return Object.fromEntries(
    Object.entries(values).map(([key, value]): readonly [string, Yaml] => {
      if (typeof value !== 'object' || !('kind' in value)) return [camel(key), value];
      switch (value.kind) {
        case 'reference':
          return [`${camel(key)}Ref`, { name: nameOf(value.to) }];
        case 'json':
          return [camel(key), jsonText(value)];
        case 'blocks':
          return [camel(key), value.of.map((one) => fieldsOf(one, options))];
        case 'key-lookup':
          return [camel(key), keyArnOf(value.name, place)];
      }
    }),
  );
}

function jsonText({ value }: JsonText): string {
  return 'rules' in value ? lifecycleLines(value) : policyLines(value);
}

function isJson(value: Argument | undefined): value is JsonText {
  return typeof value === 'object' && 'kind' in value && value.kind === 'json';
}

function textOf(value: Argument | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** As upjet makes Go's names of Terraform's. They are few, and asked for thousands of times. */
function camel(name: string): string {
  let made = camelNames.get(name);
  if (made === undefined) {
    made = name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
    camelNames.set(name, made);
  }
  return made;
}

const camelNames = new Map<string, string>();
