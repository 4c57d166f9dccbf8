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
   * Whether the external name is the `name` of Terraform's type, and not a field (the provider's config/externalname.go: NameAsIdentifier, and
   * TemplatedStringAsIdentifier of the inline policy). Others are named by AWS.
   */
  readonly named: boolean;
  /** Blocks that are objects, not lists of one. */
  readonly single: readonly string[];
}

const plain = { version: 'v1beta1', inRegion: true, named: false, single: [] } as const;

export const kinds: Readonly<Record<ProviderType, Kind>> = {
  aws_ecr_repository: {
    service: 'ecr',
    kind: 'Repository',
    version: 'v1beta2',
    inRegion: true,
    named: true,
    single: ['image_scanning_configuration'],
  },
  aws_ecr_lifecycle_policy: { ...plain, service: 'ecr', kind: 'LifecyclePolicy' },
  aws_ecr_repository_policy: { ...plain, service: 'ecr', kind: 'RepositoryPolicy' },
  aws_iam_openid_connect_provider: { ...plain, service: 'iam', kind: 'OpenIDConnectProvider', inRegion: false },
  aws_iam_role: { ...plain, service: 'iam', kind: 'Role', inRegion: false, named: true },
  aws_iam_role_policy: { ...plain, service: 'iam', kind: 'RolePolicy', inRegion: false, named: true },
  aws_iam_role_policy_attachment: { ...plain, service: 'iam', kind: 'RolePolicyAttachment', inRegion: false },
  aws_kms_key: { ...plain, service: 'kms', kind: 'Key' },
  aws_kms_alias: { ...plain, service: 'kms', kind: 'Alias', named: true },
};

export function apiVersionOf({ service, version }: Kind, scope: Scope): string {
  return scope === 'cluster' ? `${service}.aws.upbound.io/${version}` : `${service}.aws.m.upbound.io/v1beta1`;
}
