// The addresses and ARNs of declared repositories, and of the roles and the key beside them, for pipelines and deployments.
// It must not know in which format they are printed.
import { byText, type DesiredRegistry, type ObservedRegistry, repositoryArn } from '../registry/index.js';

export interface RepositoryOutput {
  readonly key: string;
  readonly name: string;
  readonly arn: string;
  /** What clients pull from; `null` until the repository exists, or where that could not be read. */
  readonly uri: string | null;
}

/** One for each declared repository, sorted by name. */
export function outputs(desired: DesiredRegistry, observed: ObservedRegistry): readonly RepositoryOutput[] {
  return desired.repositories.map(({ key, name }) => {
    const live = observed.repositories.get(name);
    return { key, name, arn: live?.arn ?? repositoryArn(desired, name), uri: live?.uri ?? null };
  });
}

export interface RoleOutput {
  /** Its name in the manifest, or that of the source it is for: `github-acme.api`. */
  readonly key: string;
  readonly arn: string;
  /** What takes it: `ci`, `ecs-task-execution`, … */
  readonly use: string;
}

export interface CompanionOutputs {
  /** Sorted by key. Their ARNs are known before they are made. */
  readonly roles: readonly RoleOutput[];
  /** Absent where no repository asks for one; without an ARN until it is made. */
  readonly key?: { readonly alias: string; readonly arn: string | null };
}

/** `keyArn`: what the stack of the key has made. */
export function companionOutputs({ companions }: DesiredRegistry, keyArn: string | null): CompanionOutputs {
  const resources = companions.flatMap((stack) => stack.resources);
  const roles = resources.flatMap((one): RoleOutput[] => {
    if (one.kind === 'ci-role') return [{ key: one.key, arn: one.arn, use: 'ci' }];
    return one.kind === 'pull-role' ? [{ key: one.key, arn: one.arn, use: one.use }] : [];
  });
  const key = resources.find((one) => one.kind === 'encryption-key');
  return {
    roles: roles.sort((one, other) => byText(one.key, other.key)),
    ...(key === undefined ? {} : { key: { alias: key.alias, arn: keyArn } }),
  };
}
