// `--set PATH=VALUE`, any number of them, as one tree below `spec`.
// It must not know which fields there are: the walker checks the tree as it checks a document.
import { type Diagnostic, diagnostic } from '../diagnostics/index.js';
import { didYouMean, listed } from '../diagnostics/suggest.js';
import { parseDocuments } from './parse.js';
import { Source } from './source.js';
import { isNull, type Place, type Tree, type TreeEntry, type TreeMap } from './tree.js';

/** The name of the file in which the settings stand, one a line. */
export const setFile = '--set';

interface Branch {
  readonly keyPlace: Place;
  readonly children: Map<string, Branch>;
  value: Tree | undefined;
}

/** The segments of a path; `\.` is a dot within a name. Offsets are within the text. */
function segments(path: string, offset: number): { key: string; start: number; end: number }[] {
  const found: { key: string; start: number; end: number }[] = [];
  let start = 0;
  for (let at = 0; at <= path.length; at++) {
    if (path[at] === '\\') {
      at++;
      continue;
    }
    if (at < path.length && path[at] !== '.') continue;
    found.push({ key: path.slice(start, at).replace(/\\(.)/g, '$1'), start: offset + start, end: offset + at });
    start = at + 1;
  }
  return found;
}

const shown = 10;

function choices(fields: ReadonlySet<string>, repositories: ReadonlySet<string>): string {
  const few = [...repositories].slice(0, shown);
  const more = repositories.size - few.length;
  const keys = few.length === 0 ? '' : `; the repositories are ${listed(more > 0 ? [...few, `${more} more`] : few)}`;
  return `the fields here are ${listed([...fields])}${keys}`;
}

function treeOf(branch: Branch): Tree {
  if (branch.value !== undefined && branch.children.size === 0) return branch.value;
  const entries: TreeEntry[] = [...branch.children].map(([key, child]) => ({
    key,
    keyPlace: child.keyPlace,
    value: treeOf(child),
  }));
  const map: TreeMap = { kind: 'map', ...branch.keyPlace, entries, weight: 1 };
  return map;
}

/**
 * The tree, or `undefined` where nothing is set. `registry`: the fields of AwsEcrRegistry, of which one document may be for all
 * environments and one for each, so that it would be hard to tell which is meant. A first segment that is no field may be the key of a repository, so that `api.scanOnPush=false` may stand for `repositories.api.scanOnPush=false`.
 */
export function readSettings(
  settings: readonly string[],
  fields: ReadonlySet<string>,
  repositories: ReadonlySet<string>,
  registry: ReadonlySet<string>,
  problems: Diagnostic[],
): Tree | undefined {
  if (settings.length === 0) return undefined;
  // A setting is one line of the source, whatever it holds.
  const lines = settings.map((setting) => setting.replace(/\n/g, ' '));
  const source = new Source(setFile, lines.join('\n'));
  const root: Branch = {
    keyPlace: { source, start: 0, end: source.text.length },
    children: new Map(),
    value: undefined,
  };
  let offset = 0;
  for (const line of lines) {
    const start = offset;
    offset += line.length + 1;
    const equals = line.indexOf('=');
    const bad = (message: string, from = start, to = start + line.length): void => {
      problems.push(
        diagnostic('manifest/bad-set', `--set ${JSON.stringify(line)} ${message}`, { range: source.range(from, to) }),
      );
    };
    if (equals < 1) {
      bad(equals < 0 ? 'has no "="' : 'has no path before the "="');
      continue;
    }
    const path = segments(line.slice(0, equals), start);
    if (path[0]?.key === 'spec') path.shift();
    const first = path[0];
    if (first === undefined || path.some((segment) => segment.key === '')) {
      bad('has an empty name in its path', start, start + equals);
      continue;
    }
    if (!fields.has(first.key) && repositories.has(first.key)) path.unshift({ ...first, key: 'repositories' });
    else if (!fields.has(first.key) && (first.key === 'registry' || registry.has(first.key))) {
      problems.push(
        diagnostic(
          'manifest/bad-set',
          `"${first.key}" is of AwsEcrRegistry, and --set is for the project and its repositories`,
          {
            range: source.range(first.start, first.end),
            mend: 'write it in the document of kind AwsEcrRegistry; one with `environments: [NAME]` is for those alone, and wins there',
          },
        ),
      );
      continue;
    }
    // With one segment it can only be meant for a field.
    else if (!fields.has(first.key) && path.length > 1) {
      const known = [...fields, ...repositories];
      problems.push(
        diagnostic(
          'manifest/bad-set',
          `"${first.key}" is no field of the project and no repository${didYouMean(first.key, known)}`,
          { range: source.range(first.start, first.end), mend: choices(fields, repositories) },
        ),
      );
      continue;
    }
    const before = problems.length;
    const valueStart = start + equals + 1;
    const parsed = parseDocuments(source, problems, line.slice(equals + 1), valueStart);
    if (problems.length > before) continue;
    let value = parsed[0]?.tree;
    if (value === undefined || isNull(value)) {
      const place = { source, start: valueStart, end: start + line.length };
      value = { kind: 'scalar', value: null, plain: true, ...place, weight: 1 };
    }
    let branch = root;
    for (const segment of path) {
      const known = branch.children.get(segment.key);
      const place = { source, start: segment.start, end: segment.end };
      const next: Branch = known ?? { keyPlace: place, children: new Map(), value: undefined };
      branch.value = undefined;
      branch.children.set(segment.key, next);
      branch = next;
    }
    branch.children.clear();
    branch.value = value;
    // A map is taken apart, so that a later setting may change a part of it.
    if (value.kind === 'map') {
      for (const entry of value.entries)
        branch.children.set(entry.key, { keyPlace: entry.keyPlace, children: new Map(), value: entry.value });
      if (value.entries.length > 0) branch.value = undefined;
    }
  }
  return treeOf(root);
}
