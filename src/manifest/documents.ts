// Which of the YAML documents in a folder are Slipway's, Planton's, or nobody's business.
// It must not know what the documents say beyond their apiVersion and kind.
import { type Diagnostic, diagnostic } from '../diagnostics/index.js';
import { distance, nearest } from '../diagnostics/suggest.js';
import { parseDocuments } from './parse.js';
import { plantonVersions } from './planton.js';
import { Source } from './source.js';
import { entryOf, headOf, type Place, rangeOf, type Tree } from './tree.js';

export const apiVersion = 'ecr.slipway.dev/v1';
const kinds = ['Project', 'AwsEcrRepo', 'AwsEcrRegistry'];

export interface TextFile {
  /** As it is to be shown. */
  readonly file: string;
  readonly text: string;
  /** Named as Slipway's, so that everything in it must be; other files may hold anything. */
  readonly own: boolean;
}

export interface ManifestDocument {
  readonly tree: Tree;
  /** Shown where something is missing in the document. */
  readonly head: Place;
}

export interface Documents {
  readonly projects: readonly ManifestDocument[];
  readonly repositories: readonly ManifestDocument[];
  readonly registries: readonly ManifestDocument[];
  readonly planton: readonly ManifestDocument[];
  /** Some document that may have been a project could not be read. */
  readonly incomplete: boolean;
}

/** Other tools' files are not even parsed: their templates need not be YAML. */
const ofInterest = /apiVersion["']?\s*:.*(slipway|planton|openmcf)|kind["']?\s*:.*AwsEcrRe/;
/** Versions that only Slipway or Planton would write, if not these. */
const ofOurs = /slipway|planton|openmcf/;

function scalarOf(tree: Tree, key: string): string | undefined {
  const value = entryOf(tree, key)?.value;
  return value?.kind === 'scalar' && value.value !== null ? String(value.value) : undefined;
}

/** Whether a document of no version we know was meant for us all the same. Kinds of other tools may be called like ours. */
function looksMeant(version: string | undefined, kind: string | undefined): boolean {
  if (kind === 'Project') return version !== undefined && distance(version, apiVersion) <= 6;
  if (kind !== 'AwsEcrRepo' && kind !== 'AwsEcrRegistry') return false;
  return (
    version === undefined || ofOurs.test(version) || nearest(version, [apiVersion, ...plantonVersions]) !== undefined
  );
}

class Sorter {
  readonly projects: ManifestDocument[] = [];
  readonly repositories: ManifestDocument[] = [];
  readonly registries: ManifestDocument[] = [];
  readonly planton: ManifestDocument[] = [];
  incomplete = false;
  readonly #problems: Diagnostic[];

  constructor(problems: Diagnostic[]) {
    this.#problems = problems;
  }

  add(tree: Tree, own: boolean): void {
    const document = { tree, head: headOf(tree) };
    if (tree.kind !== 'map') {
      if (own)
        this.#refuse(
          diagnostic('manifest/wrong-type', 'a document must be a map', {
            range: rangeOf(document.head),
            mend: 'begin with `apiVersion: ecr.slipway.dev/v1` and `kind: Project`',
          }),
        );
      return;
    }
    const version = scalarOf(tree, 'apiVersion');
    const kind = scalarOf(tree, 'kind');
    if (version === apiVersion) this.#ours(document, kind);
    else if (version !== undefined && plantonVersions.includes(version)) {
      // Planton has many kinds; the others are no business of ours.
      if (kind === 'AwsEcrRepo') this.planton.push(document);
    } else if (own || looksMeant(version, kind)) {
      this.#strange(document, version, kind);
    }
  }

  #refuse(problem: Diagnostic): void {
    this.#problems.push(problem);
    this.incomplete = true;
  }

  #ours(document: ManifestDocument, kind: string | undefined): void {
    if (kind === 'Project') this.projects.push(document);
    else if (kind === 'AwsEcrRepo') this.repositories.push(document);
    else if (kind === 'AwsEcrRegistry') this.registries.push(document);
    else if (kind === undefined) {
      this.#refuse(
        diagnostic('manifest/missing-field', 'the document lacks kind', {
          range: rangeOf(document.head),
          mend: 'add `kind: Project`, `kind: AwsEcrRepo` or `kind: AwsEcrRegistry`',
        }),
      );
    } else {
      const near = nearest(kind, kinds);
      const value = entryOf(document.tree, 'kind')?.value ?? document.head;
      this.#refuse(
        diagnostic(
          'manifest/unknown-kind',
          `unknown kind "${kind}"; ${near === undefined ? 'there are Project, AwsEcrRepo and AwsEcrRegistry' : `did you mean "${near}"?`}`,
          {
            range: rangeOf(value),
          },
        ),
      );
    }
  }

  #strange(document: ManifestDocument, version: string | undefined, kind: string | undefined): void {
    if (version === undefined) {
      this.#refuse(
        diagnostic('manifest/missing-field', 'the document lacks apiVersion', {
          range: rangeOf(document.head),
          mend: `add \`apiVersion: ${apiVersion}\``,
        }),
      );
      return;
    }
    const near =
      kind === 'AwsEcrRepo' ? nearest(version, [apiVersion, ...plantonVersions]) : nearest(version, [apiVersion]);
    const value = entryOf(document.tree, 'apiVersion')?.value ?? document.head;
    this.#refuse(
      diagnostic(
        'manifest/unknown-api-version',
        `unknown apiVersion "${version}"; did you mean "${near ?? apiVersion}"?`,
        {
          range: rangeOf(value),
          mend: `write \`apiVersion: ${near ?? apiVersion}\``,
        },
      ),
    );
  }
}

/** The names of the projects in some files, as far as they can be read. */
export function projectNames(files: readonly TextFile[]): readonly string[] {
  return sortDocuments(files, []).projects.flatMap(({ tree }) => {
    const metadata = entryOf(tree, 'metadata')?.value;
    const name = metadata === undefined ? undefined : scalarOf(metadata, 'name');
    return name === undefined ? [] : [name];
  });
}

/** Reads every file and sorts its documents. */
export function sortDocuments(files: readonly TextFile[], problems: Diagnostic[]): Documents {
  const sorter = new Sorter(problems);
  // A file that is named as Slipway's holds the project; what another file holds comes second.
  for (const file of [...files.filter((one) => one.own), ...files.filter((one) => !one.own)]) {
    if (!file.own && !ofInterest.test(file.text)) continue;
    const text = file.text.charCodeAt(0) === 0xfe_ff ? file.text.slice(1) : file.text;
    for (const document of parseDocuments(new Source(file.file, text), problems)) {
      if (document.broken) sorter.incomplete = true;
      if (document.tree !== undefined) sorter.add(document.tree, file.own);
    }
  }
  return sorter;
}
