// Where in the manifest a remark on rendered code has its cause; what several environments are told alike is told once.
// It must not know what remarks there are, nor any target.
import type { Diagnostic, SourceRange } from '../diagnostics/index.js';
import { type Project, type ResolvedRepository, resolve } from '../manifest/index.js';
import type { DesiredRegistry } from '../registry/index.js';

/** What a remark on a registry begins with, before a colon: the environment, `prod`, or its replica, `prod in us-east-1`. */
export function subjectOf({ owner, region, replicaOf }: DesiredRegistry): string {
  return replicaOf === undefined ? owner.environment : `${owner.environment} in ${region}`;
}

/** In their order. A remark on an environment or a replica begins with what `subjectOf` says of it. */
export function placed(
  project: Project,
  environments: readonly string[],
  diagnostics: readonly Diagnostic[],
): readonly Diagnostic[] {
  const places = new Places(project);
  const told = new Map<string, { readonly one: Diagnostic; readonly names: string[]; readonly rest: string }>();
  for (const one of diagnostics) {
    const [, subject, environment = ''] = /^((\S+)(?: in \S+)?): /.exec(one.message) ?? [];
    const name = environments.includes(environment) ? subject : undefined;
    const asked = name === undefined ? environments : [environment];
    const range = one.range ?? asked.map((each) => places.of(one.path ?? '', each)).find((each) => each !== undefined);
    const rest = name === undefined ? one.message : one.message.slice(name.length + 2);
    const id = JSON.stringify([one.code, one.path, rest, range, name === undefined]);
    const known = told.get(id);
    if (known !== undefined) known.names.push(...(name === undefined ? [] : [name]));
    else
      told.set(id, {
        one: range === undefined ? one : { ...one, range },
        names: name === undefined ? [] : [name],
        rest,
      });
  }
  return [...told.values()].map(({ one, names, rest }) =>
    names.length < 2 ? one : { ...one, message: `${names.join(', ')}: ${rest}` },
  );
}

class Places {
  readonly #project: Project;
  readonly #repositories = new Map<string, ReadonlyMap<string, ResolvedRepository>>();

  constructor(project: Project) {
    this.#project = project;
  }

  of(path: string, environment: string): SourceRange | undefined {
    const [root, kind, ...steps] = path.split('.');
    const found = this.#project.environments.get(environment);
    if (root !== 'spec' || kind === undefined || found === undefined) return undefined;
    if (kind === 'repositories') return this.#ofRepository(steps, environment);
    if (kind === 'environments')
      return (steps.at(-1) === 'replicas' ? found.replicas?.[0]?.range : undefined) ?? found.range;
    return found.registry?.locate([kind, ...steps].join('.'));
  }

  /** A key may have dots in it. */
  #ofRepository(steps: readonly string[], environment: string): SourceRange | undefined {
    const known = this.#known(environment);
    for (let length = steps.length; length > 0; length -= 1) {
      const repository = known.get(steps.slice(0, length).join('.'));
      if (repository !== undefined) return repository.locate(steps.slice(length).join('.'));
    }
    return undefined;
  }

  #known(environment: string): ReadonlyMap<string, ResolvedRepository> {
    const known =
      this.#repositories.get(environment) ??
      new Map(resolve(this.#project, environment).map((one) => [one.key, one] as const));
    this.#repositories.set(environment, known);
    return known;
  }
}
