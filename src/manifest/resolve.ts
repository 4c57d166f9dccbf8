// A project and an environment in, the settings of each repository there out.
// It must not know documents, lifecycle rules or policies.
import { fail, type SourceRange } from '../diagnostics/index.js';
import { didYouMean, listed } from '../diagnostics/suggest.js';
import { layersOf, type StatedLayer, tagsOf } from './layers.js';
import { effectiveOf, type Merged, mergeLayers } from './merge.js';
import { existsIn, type ProjectParts, partsOf, type RepositoryParts } from './parts.js';
import type { Project, ResolvedRepository } from './project.js';
import { rangeOf } from './tree.js';

export interface Resolution {
  readonly resolved: ResolvedRepository;
  readonly merged: Merged;
  readonly parts: RepositoryParts;
}

const kept = new WeakMap<ProjectParts, Map<string, readonly Resolution[]>>();

/** The place of a path: its origin knows the list, and the layer that stated the list knows the places within it. */
function placeOf(path: string, layers: readonly StatedLayer[], { ranks }: Merged): SourceRange | undefined {
  for (let at = path; at !== ''; at = at.slice(0, Math.max(at.lastIndexOf('.'), 0))) {
    const rank = ranks.get(at);
    const place = rank === undefined ? undefined : layers[rank]?.locate(path);
    if (place !== undefined) return place;
  }
  return undefined;
}

function resolution(parts: ProjectParts, key: string, repository: RepositoryParts, environment: string): Resolution {
  const { layers, name, nameOrigin } = layersOf(parts, key, environment);
  const merged = mergeLayers(layers);
  const { range } = repository.repository;
  const origins = new Map(merged.origins);
  origins.set('repositoryName', nameOrigin);
  const resolved: ResolvedRepository = {
    key,
    name,
    dialect: repository.repository.dialect,
    spec: effectiveOf(merged),
    origins,
    locate: (path) =>
      placeOf(path, layers, merged) ?? (path === 'repositoryName' ? nameOrigin.range : undefined) ?? range,
    range,
  };
  return { resolved, merged, parts: repository };
}

/** Every repository of an environment, sorted by ECR name, kept for the next who asks. */
export function resolutions(parts: ProjectParts, environment: string): readonly Resolution[] {
  const known = kept.get(parts)?.get(environment);
  if (known !== undefined) return known;
  const made: Resolution[] = [];
  for (const [key, repository] of parts.repositories) {
    if (existsIn(repository.repository, environment)) made.push(resolution(parts, key, repository, environment));
  }
  made.sort((left, right) =>
    left.resolved.name < right.resolved.name ? -1 : left.resolved.name > right.resolved.name ? 1 : 0,
  );
  const ofParts = kept.get(parts) ?? new Map<string, readonly Resolution[]>();
  ofParts.set(environment, made);
  kept.set(parts, ofParts);
  return made;
}

function checkEnvironment(project: Project, environment: string): void {
  if (project.environments.has(environment)) return;
  const names = [...project.environments.keys()];
  fail(
    'manifest/unknown-environment',
    `the project has no environment "${environment}"${didYouMean(environment, names)}`,
    {
      mend: `the environments are ${listed(names)}`,
    },
  );
}

/** The settings of every repository in an environment, sorted by ECR name. */
export function resolve(project: Project, environment: string): readonly ResolvedRepository[] {
  checkEnvironment(project, environment);
  return resolutions(partsOf(project), environment).map((one) => one.resolved);
}

/** What all repositories of an environment are tagged with, but for `Repository` and Slipway's own. */
export function sharedTags(project: Project, environment: string): Readonly<Record<string, string>> {
  checkEnvironment(project, environment);
  return tagsOf(partsOf(project), environment);
}

/** One of them, by its key or its name in ECR. */
export function resolveOne(project: Project, repository: string, environment: string): ResolvedRepository {
  checkEnvironment(project, environment);
  const all = resolutions(partsOf(project), environment).map((one) => one.resolved);
  const found = all.find((one) => one.key === repository) ?? all.find((one) => one.name === repository);
  if (found !== undefined) return found;
  const declared = partsOf(project).repositories.get(repository);
  if (declared !== undefined) {
    const names = listed(declared.repository.environments ?? []);
    fail('manifest/not-in-environment', `repository "${repository}" is not in ${environment}; it is in ${names}`, {
      range: rangeOf(declared.keyPlace),
    });
  }
  const known = all.flatMap((one) => [one.key, one.name]);
  return fail(
    'manifest/unknown-repository',
    `no repository "${repository}" in ${environment}${didYouMean(repository, known)}`,
  );
}
