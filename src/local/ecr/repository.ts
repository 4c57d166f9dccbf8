// A repository as the store keeps it and as the API tells of it; how one is found, and the error where there is none.
// It must not know the wire, or any single operation.
import { keepPolicyScheduled } from '../lifecycle/schedule.js';
import { scope } from '../service.js';
import type { Json, Store } from '../store/store.js';
import { type EcrContext, EcrError, scopeOf } from './operation.js';

export interface Tag {
  readonly Key: string;
  readonly Value: string;
}

export interface Repository {
  readonly name: string;
  readonly account: string;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  readonly imageTagMutability: string;
  readonly exclusionFilters?: readonly { readonly filterType: string; readonly filter: string }[];
  readonly scanOnPush: boolean;
  readonly encryption: { readonly encryptionType: string; readonly kmsKey?: string };
  /** The grant that ECR has on the key, where the local KMS knows the key. */
  readonly keyGrant?: string;
  readonly tags: readonly Tag[];
  /** As ECR gives it back. */
  readonly policyText?: string;
  /** As ECR gives it back. */
  readonly lifecyclePolicyText?: string;
  /** Milliseconds since the epoch; absent until the policy has run. */
  readonly lifecycleEvaluatedAt?: number;
}

export const repositoryKind = 'repository';

export function repositoryArn(partition: string, region: string, account: string, name: string): string {
  return `arn:${partition}:ecr:${region}:${account}:repository/${name}`;
}

export function readRepository(store: Store, account: string, region: string, name: string): Repository | undefined {
  // Only writeRepository writes this kind.
  return store.get(repositoryKind, scope(account, region), name) as unknown as Repository | undefined;
}

export function writeRepository(context: EcrContext, repository: Repository): void {
  context.store.put(
    repositoryKind,
    scopeOf(context, repository.account),
    repository.name,
    repository as unknown as Json,
  );
  const { store } = context;
  keepPolicyScheduled(
    store,
    `${scopeOf(context, repository.account)}/${repository.name}`,
    repository.lifecyclePolicyText,
    context.now(),
  );
}

export function removeRepository(context: EcrContext, repository: Repository): void {
  const { store } = context;
  store.delete(repositoryKind, scopeOf(context, repository.account), repository.name);
  keepPolicyScheduled(store, `${scopeOf(context, repository.account)}/${repository.name}`, undefined, context.now());
}

/** Repositories of one registry by name, from a name on. */
export function listRepositories(
  store: Store,
  account: string,
  region: string,
  after?: string,
  limit?: number,
): [name: string, repository: Repository][] {
  const page = { ...(after !== undefined && { after }), ...(limit !== undefined && { limit }) };
  return store.list(repositoryKind, scope(account, region), page) as unknown as [string, Repository][];
}

export function repositoryNotFound(name: string, account: string): EcrError {
  return new EcrError(
    'RepositoryNotFoundException',
    `The repository with name '${name}' does not exist in the registry with id '${account}'`,
  );
}

export function findRepository(
  context: EcrContext,
  input: { readonly registryId?: string; readonly repositoryName: string },
): Repository {
  const account = input.registryId ?? context.account;
  const found = readRepository(context.store, account, context.region, input.repositoryName);
  if (found === undefined) throw repositoryNotFound(input.repositoryName, account);
  return found;
}

/** The registry a call is about. Another account's must hold something here, as an unknown one grants nobody anything. */
export function registryOf(
  context: EcrContext,
  input: { readonly registryId?: string },
  action: string,
  resource: string,
): string {
  const account = input.registryId ?? context.account;
  if (account === context.account) return account;
  const [next] = context.store.scopes(repositoryKind, { after: `${account}/`, limit: 1 });
  if (next?.startsWith(`${account}/`) === true) return account;
  const arn = repositoryArn(context.partition, context.region, account, resource);
  throw new EcrError(
    'AccessDeniedException',
    `User: ${context.callerArn} is not authorized to perform: ecr:${action} on resource: ${arn} because no resource-based policy allows the ecr:${action} action`,
  );
}

/** The repository a call is about, as {@link registryOf} lets the caller near it. */
export function repositoryOf(
  context: EcrContext,
  input: { readonly registryId?: string; readonly repositoryName: string },
  action: string,
): Repository {
  registryOf(context, input, action, input.repositoryName);
  return findRepository(context, input);
}

/** ECR's own form of a repository's address (user guide; the suffixes of the partitions are botocore's). */
export function awsUri(account: string, region: string, name: string): string {
  const suffixes: readonly (readonly [prefix: string, suffix: string])[] = [
    ['cn-', 'amazonaws.com.cn'],
    ['eusc-', 'amazonaws.eu'],
    ['us-isob-', 'sc2s.sgov.gov'],
    ['us-isof-', 'csp.hci.ic.gov'],
    ['eu-isoe-', 'cloud.adc-e.uk'],
    ['us-iso-', 'c2s.ic.gov'],
  ];
  const suffix = suffixes.find(([prefix]) => region.startsWith(prefix))?.[1] ?? 'amazonaws.com';
  return `${account}.dkr.ecr.${region}.${suffix}/${name}`;
}

/** The `repository` member of an answer. */
export function describe(context: EcrContext, repository: Repository): Record<string, unknown> {
  const { account, name } = repository;
  return {
    repositoryArn: repositoryArn(context.partition, context.region, account, name),
    registryId: account,
    repositoryName: name,
    repositoryUri: (context.uriOf ?? awsUri)(account, context.region, name),
    createdAt: repository.createdAt / 1000,
    imageTagMutability: repository.imageTagMutability,
    ...(repository.exclusionFilters !== undefined && {
      imageTagMutabilityExclusionFilters: repository.exclusionFilters,
    }),
    imageScanningConfiguration: { scanOnPush: repository.scanOnPush },
    encryptionConfiguration: repository.encryption,
  };
}
