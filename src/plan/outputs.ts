// The addresses and ARNs of declared repositories, for pipelines and deployments.
// It must not know in which format they are printed.
import { type DesiredRegistry, type ObservedRegistry, repositoryArn } from '../registry/index.js';

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
