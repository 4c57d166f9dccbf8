// Reads everything that there is of the repositories of a registry, whoever they belong to.
// It must not know manifests, nor what the reading is for.
import { byText, type ObservedRepository } from '../registry/index.js';
import type { RegistryPorts, RepositoryDescription } from './ports.js';
import { read } from './read.js';
import { selects } from './scope.js';
import { sideBySide } from './side-by-side.js';

/**
 * Sorted by name; one that is deleted meanwhile is left out. Costs a call for each 1,000 repositories of the registry, and three for each
 * that `only` selects: its tags and its two policies.
 */
export async function surveyRepositories(
  { ecr, concurrency }: RegistryPorts,
  only: readonly string[] = [],
): Promise<readonly ObservedRepository[]> {
  const selected: RepositoryDescription[] = [];
  for await (const page of ecr.listRepositories()) selected.push(...page.filter((one) => selects(only, one)));
  const found: ObservedRepository[] = [];
  await sideBySide(selected, concurrency, async (description) => {
    const { name, arn } = description;
    const tags = await read(() => ecr.listTags(arn));
    const lifecyclePolicy = await read(() => ecr.getLifecyclePolicy(name));
    const repositoryPolicy = await read(() => ecr.getRepositoryPolicy(name));
    if (tags === 'gone' || lifecyclePolicy === 'gone' || repositoryPolicy === 'gone') return;
    found.push({ ...description, tags, lifecyclePolicy, repositoryPolicy });
  });
  return found.sort((one, other) => byText(one.name, other.name));
}
