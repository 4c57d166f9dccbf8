// The kinds of the Upbound provider family, which is made from Terraform's AWS provider: what each type of that is here.
// It must not know any registry.
import type { ProviderType } from '../provider-resources.js';

export type Scope = 'namespaced' | 'cluster';

export type Service = 'ecr' | 'iam' | 'kms';

interface Kind {
  readonly service: Service;
  readonly kind: string;
  /** Of the cluster's API; the namespaced one has v1beta1 everywhere. */
  readonly version: 'v1beta1' | 'v1beta2';
  /** IAM is the account's, whatever the Region. */
  readonly inRegion: boolean;
  /**
   * What Crossplane knows it by (the provider's config/externalname.go). `name`: the `name` of Terraform's type, which is no field here
   * (NameAsIdentifier, and TemplatedStringAsIdentifier of the inline policy). `id`: what AWS calls it once it is there. `made`: AWS has a name
   * for it, but to make it is to write over what is there; to be known by that name would be in the way, since a lifecycle policy cannot change.
   */
  readonly external: 'name' | 'id' | 'made';
  /** Blocks that are objects, not lists of one. */
  readonly single: readonly string[];
}

const plain = { version: 'v1beta1', inRegion: true, external: 'made', single: [] } as const;

export const kinds: Readonly<Record<ProviderType, Kind>> = {
  aws_ecr_repository: {
    service: 'ecr',
    kind: 'Repository',
    version: 'v1beta2',
    inRegion: true,
    external: 'name',
    single: ['image_scanning_configuration'],
  },
  aws_ecr_lifecycle_policy: { ...plain, service: 'ecr', kind: 'LifecyclePolicy' },
  aws_ecr_repository_policy: { ...plain, service: 'ecr', kind: 'RepositoryPolicy' },
  aws_ecr_registry_policy: { ...plain, service: 'ecr', kind: 'RegistryPolicy' },
  aws_ecr_replication_configuration: {
    ...plain,
    service: 'ecr',
    kind: 'ReplicationConfiguration',
    version: 'v1beta2',
    single: ['replication_configuration'],
  },
  aws_iam_openid_connect_provider: {
    ...plain,
    service: 'iam',
    kind: 'OpenIDConnectProvider',
    inRegion: false,
    external: 'id',
  },
  aws_iam_role: { ...plain, service: 'iam', kind: 'Role', inRegion: false, external: 'name' },
  aws_iam_role_policy: { ...plain, service: 'iam', kind: 'RolePolicy', inRegion: false, external: 'name' },
  aws_iam_role_policy_attachment: { ...plain, service: 'iam', kind: 'RolePolicyAttachment', inRegion: false },
  aws_kms_key: { ...plain, service: 'kms', kind: 'Key', external: 'id' },
  aws_kms_alias: { ...plain, service: 'kms', kind: 'Alias', external: 'name' },
};

export function apiVersionOf({ service, version }: Kind, scope: Scope): string {
  return scope === 'cluster' ? `${service}.aws.upbound.io/${version}` : `${service}.aws.m.upbound.io/v1beta1`;
}
