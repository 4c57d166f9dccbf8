// What `slipway explain` shows: every effective setting of a repository, and where it comes from.
// It must not know how it is printed.
import type { Json, Origin, Project, ResolvedRepository } from './project.js';
import { resolveOne } from './resolve.js';

export interface ExplainRow {
  /** For instance `lifecyclePolicy.maxImageCount`, `tags.Team`, `repositoryName`. */
  readonly path: string;
  /** `null`: unset on purpose. */
  readonly value: Json;
  readonly origin: Origin;
}

/** Settings that hold, and those a stronger layer has unset; sorted by path. */
export function explainRows(repository: ResolvedRepository): readonly ExplainRow[] {
  const rows: ExplainRow[] = [];
  const spec = repository.spec as unknown as { readonly [field: string]: Json };
  for (const [path, origin] of repository.origins) {
    const dot = path.indexOf('.');
    const field = dot < 0 ? path : path.slice(0, dot);
    const whole = field === 'repositoryName' ? repository.name : spec[field];
    const value = dot < 0 ? whole : (whole as { readonly [name: string]: Json } | undefined)?.[path.slice(dot + 1)];
    rows.push({ path, value: value ?? null, origin });
  }
  return rows.sort((left, right) => (left.path < right.path ? -1 : 1));
}

/** `repository` is its key, or its name in ECR. */
export function explain(project: Project, repository: string, environment: string): readonly ExplainRow[] {
  return explainRows(resolveOne(project, repository, environment));
}
