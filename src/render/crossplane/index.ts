// A project as managed resources of Crossplane.
// It must not know how objects are laid out in folders, nor what is live but by what it is given.
import { fail } from '../../diagnostics/index.js';
import type { DesiredRegistry } from '../../registry/index.js';
import { existingResources, keyInUse, remarksOnExisting } from '../existing.js';
import { type ObjectNames, type ObjectWriter, renderObjects, type WriterContext } from '../kubernetes/registry.js';
import type { OptionValuesOf, Renderer } from '../model.js';
import {
  identityProviderResource,
  type ProviderResource,
  providerResources,
  type ResourceId,
  registryKey,
  registryResources,
} from '../provider-resources.js';
import { registrySettings, remarksOnRegistrySettings } from '../registry-settings.js';
import { kinds, type Service } from './kinds.js';
import { managedResource, type ObjectOptions } from './objects.js';
import type { crossplaneTarget } from './target.js';

type Options = OptionValuesOf<typeof crossplaneTarget.options>;

export const renderCrossplane: Renderer<typeof crossplaneTarget.options> = (request, options) => {
  const { scope, namespace } = options;
  if (scope === 'cluster' && namespace !== '') {
    fail('render/bad-option', 'namespace cannot be given with scope=cluster, whose objects are in none', {
      mend: 'leave one of them out',
    });
  }
  const desired = request.environments.flatMap(({ registries }) => registries.map((one) => one.desired));
  const configs = [...new Set(desired.map((one) => providerConfigOf(one, options)))];
  return renderObjects(request, {
    command: 'slipway render crossplane',
    namespace,
    writer: (context) => writerOf(context, options),
    remarks: (rendered) => [
      ...remarksOnExisting(rendered, {
        engine: 'Crossplane',
        onOtherKey: 'would have to replace it, and does not',
        ignored: ownTags,
      }),
      ...remarksOnRegistrySettings(rendered, 'Crossplane'),
    ],
    needs: [
      'the providers of ECR (`provider-aws-ecr`), and of IAM and KMS where there are roles or keys, version 2;',
      `${scope === 'cluster' ? 'a `ProviderConfig`' : 'a `ClusterProviderConfig`'} for each account: ${configs.map((name) => `\`${name}\``).join(', ')}. There is none called \`default\` here, so that nothing is made in an account that happens to be it.`,
    ],
    notes: [
      'Repositories, keys and identity providers stay in AWS where their objects go (`managementPolicies` without `Delete`). Policies, roles and lifecycle rules go with their objects.',
      'What is taken out of the manifest is not in the folder any more; `kubectl apply` takes it out of the cluster only with `--prune`, and GitOps tools where pruning is on. Without pruning, lifecycle rules that were changed leave an object that no longer means anything, and reports it.',
    ],
  });
};

function providerConfigOf({ account, owner }: DesiredRegistry, options: Options): string {
  return options['provider-config'].replaceAll('{account}', account).replaceAll('{env}', owner.environment);
}

/** Tags that the provider puts on everything: no tags of others. */
const ownTags = ['crossplane-kind', 'crossplane-name', 'crossplane-providerconfig'];

function writerOf({ rendered, names }: WriterContext, options: Options): ObjectWriter {
  const { desired, live } = rendered;
  const existing = new Map(existingResources(rendered).map((one) => [`${one.type} ${one.key}`, one.id]));
  const objectOptions: ObjectOptions = {
    scope: options.scope === 'cluster' ? 'cluster' : 'namespaced',
    place: desired,
    providerConfig: providerConfigOf(desired, options),
    nameOf: (resource) => nameIn(names, resource),
    idOf: ({ type, key }) => existing.get(`${type} ${key}`),
  };
  const byOwner = groupedByOwner(providerResources(desired, { kmsKeyOf: (repository) => keyInUse(repository, live) }));
  const objectsOf = (service: Service, key: string) =>
    (byOwner.get(`${service} ${key}`) ?? []).map((resource) => managedResource(resource, objectOptions));
  return {
    repository: ({ key }) => objectsOf('ecr', key),
    role: ({ key }) => objectsOf('iam', key),
    key: () => objectsOf('kms', registryKey),
    once: registryResources(registrySettings(rendered)).map((one) => managedResource(one, objectOptions)),
    identityProvider: (provider) => [managedResource(identityProviderResource(provider), objectOptions)],
  };
}

function nameIn(names: ObjectNames, resource: ResourceId): string {
  switch (resource.type) {
    case 'aws_ecr_repository':
    case 'aws_ecr_lifecycle_policy':
    case 'aws_ecr_repository_policy':
      return names.repository(resource.key);
    case 'aws_ecr_registry_policy':
    case 'aws_ecr_replication_configuration':
      return names.registry;
    case 'aws_iam_role':
    case 'aws_iam_role_policy':
    case 'aws_iam_role_policy_attachment':
      return names.role(ownerOf(resource));
    case 'aws_kms_key':
    case 'aws_kms_alias':
      return names.key;
    case 'aws_iam_openid_connect_provider':
      return names.identityProvider(resource.key);
  }
}

/** The key of the repository or role that it belongs to. */
function ownerOf({ type, key }: ResourceId): string {
  return type === 'aws_iam_role_policy_attachment' ? key.slice(0, key.indexOf(' ')) : key;
}

function groupedByOwner(resources: readonly ProviderResource[]): ReadonlyMap<string, readonly ProviderResource[]> {
  const groups = new Map<string, ProviderResource[]>();
  for (const resource of resources) {
    const owner = `${kinds[resource.type].service} ${ownerOf(resource)}`;
    const group = groups.get(owner);
    if (group === undefined) groups.set(owner, [resource]);
    else group.push(resource);
  }
  return groups;
}
