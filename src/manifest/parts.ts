// The insides of a Project: what each place of the manifest states, before layers are merged.
// It must not know how documents were read, nor how layers become settings.
import type { Project, ProjectEnvironment, ProjectRepository, SpecLayer } from './project.js';
import type { Place, Tree, TreeEntry } from './tree.js';

/** What one place states, and the tree it stands in. */
export interface Stated {
  readonly values: SpecLayer;
  readonly tree: Tree | undefined;
}

/** What may be said of all repositories, of the project or of one environment. */
export interface Shared {
  /** `tags` and `access`. */
  readonly common?: Stated;
  readonly repositoryDefaults?: Stated;
}

export interface EnvironmentParts extends Shared {
  readonly environment: ProjectEnvironment;
  readonly overrides: ReadonlyMap<string, Stated>;
  /** What a declared usage means for every repository. */
  readonly protection?: Stated;
  readonly place: Place;
  /** Whether its account, Region and preset could be read. */
  readonly placed: boolean;
  /** Something in it is wrong, so what follows from it is not checked. */
  readonly tainted: boolean;
}

export interface RepositoryParts {
  readonly repository: ProjectRepository;
  readonly stated: Stated;
  readonly keyPlace: Place;
  readonly tainted: boolean;
}

/** What `--set` says; it has the places of a project. */
export interface SetParts extends Shared {
  readonly environments: ReadonlyMap<string, Shared & { readonly overrides: ReadonlyMap<string, Stated> }>;
  readonly repositories: ReadonlyMap<string, Stated>;
}

export interface ProjectParts extends Shared {
  readonly name: string;
  readonly org?: string;
  readonly directory: string;
  readonly naming: { readonly pattern: string; readonly entry?: TreeEntry };
  readonly environments: ReadonlyMap<string, EnvironmentParts>;
  readonly repositories: ReadonlyMap<string, RepositoryParts>;
  readonly set?: SetParts;
  readonly tainted: boolean;
}

const insides = new WeakMap<Project, ProjectParts>();

export function keepParts(project: Project, parts: ProjectParts): void {
  insides.set(project, parts);
}

/** The insides of a project that this room made. */
export function partsOf(project: Project): ProjectParts {
  const parts = insides.get(project);
  if (parts === undefined) throw new TypeError('the project was not made by loadProject or parseProject');
  return parts;
}

/** Whether a repository exists in an environment. */
export function existsIn(repository: ProjectRepository, environment: string): boolean {
  return repository.environments === undefined || repository.environments.includes(environment);
}
