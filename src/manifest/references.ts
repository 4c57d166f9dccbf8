// The environments and repositories that were read so far, and what is wrong with naming them.
// It must not know documents, nor what is said of an environment or a repository.
import { type Diagnostic, type DiagnosticCode, diagnostic } from '../diagnostics/index.js';
import { didYouMean, listed, nearest } from '../diagnostics/suggest.js';
import type { EnvironmentParts, RepositoryParts } from './parts.js';
import { regions } from './regions.js';
import { textOf, type Values } from './stated.js';
import { entryOf, type Place, rangeOf, spotOf, type Tree, type TreeEntry } from './tree.js';

export class References {
  readonly environments = new Map<string, EnvironmentParts>();
  readonly repositories = new Map<string, RepositoryParts>();
  readonly #problems: Diagnostic[];

  constructor(problems: Diagnostic[]) {
    this.#problems = problems;
  }

  report(code: DiagnosticCode, message: string, place: Place, mend?: string): void {
    this.#problems.push(diagnostic(code, message, { range: rangeOf(place), ...(mend === undefined ? {} : { mend }) }));
  }

  addRepository(key: string, parts: RepositoryParts, longForm: boolean): void {
    const first = this.repositories.get(key);
    if (first === undefined) {
      this.repositories.set(key, parts);
      return;
    }
    const { file, line } = rangeOf(first.keyPlace);
    const where = file === parts.keyPlace.source.file ? `line ${line}` : `${file}, line ${line}`;
    const hint = longForm ? ' (a document of its own and an entry of the project count alike)' : '';
    this.report(
      'manifest/duplicate-repository',
      `repository "${key}" is declared twice; the first is in ${where}${hint}`,
      parts.keyPlace,
    );
  }

  /** The environments a list names; those that do not exist are reported and left out. */
  named(names: readonly string[] | undefined, entry: TreeEntry | undefined): readonly string[] | undefined {
    if (names === undefined || entry === undefined) return undefined;
    if (names.length === 0) {
      this.report(
        'manifest/empty-environments',
        'environments is empty, so the repository would exist nowhere',
        entry.keyPlace,
      );
      return undefined;
    }
    const items = entry.value.kind === 'list' ? entry.value.items : [];
    const known = names.filter((name) => this.environments.has(name));
    for (const name of names) {
      if (known.includes(name)) continue;
      const item = items.find((one) => one.kind === 'scalar' && one.value === name);
      this.unknownEnvironment(name, item ?? entry.keyPlace);
    }
    return known.length === 0 ? undefined : known;
  }

  unknownEnvironment(name: string, place: Place): void {
    // Without environments, that they are missing is all there is to say.
    if (this.environments.size === 0) return;
    const names = [...this.environments.keys()];
    this.report(
      'manifest/unknown-environment',
      `the project has no environment "${name}"${didYouMean(name, names)}`,
      place,
      `the environments are ${listed(names)}`,
    );
  }

  /** Reports a key that is no repository's, and tells whether it did. */
  unknownRepository(key: string, place: Place): boolean {
    if (this.repositories.has(key)) return false;
    this.report(
      'manifest/unknown-repository',
      `the project has no repository "${key}"${didYouMean(key, this.repositories.keys())}`,
      place,
    );
    return true;
  }

  /** AWS opens Regions: one that is not known is a doubt. */
  knownRegion(region: string | undefined, entry: TreeEntry): void {
    if (region === undefined || regions.includes(region)) return;
    const near = nearest(region, regions);
    this.report(
      'manifest/unknown-region',
      `the Region "${region}" is not known${didYouMean(region, regions)}`,
      spotOf(entry),
      near === undefined ? undefined : `write "${near}", or leave it where AWS has opened "${region}" since`,
    );
  }

  /** A Region that is said must be that of each of the environments. */
  checkRegion(values: Values, tree: Tree | undefined, environments: Iterable<string>): void {
    const entry = entryOf(tree, 'region');
    const region = textOf(values['region']);
    if (entry === undefined || region === undefined) return;
    for (const name of environments) {
      const there = this.environments.get(name);
      if (there === undefined || there.tainted || there.environment.region === region) continue;
      this.report(
        'manifest/contradiction',
        `region ${region} is not that of environment "${name}", ${there.environment.region}`,
        spotOf(entry),
        'remove region, or name only environments of that Region',
      );
      return;
    }
  }
}
