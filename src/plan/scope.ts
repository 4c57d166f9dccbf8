// Which repositories a run is about: the patterns of `--only`, and the name somebody probably meant.
// It must not know what is done with them.
import { diagnostic, SlipwayError } from '../diagnostics/index.js';
import { matches, type Selectable } from '../registry/index.js';

/** No patterns select everything. */
export function selects(only: readonly string[], repository: Selectable): boolean {
  return only.length === 0 || only.some((pattern) => matches(pattern, repository));
}

/** Refuses patterns that select none of the repositories; somebody would take "nothing to do" for an answer. */
export function requireMatches(only: readonly string[], repositories: readonly Selectable[]): void {
  const lost = only.filter((pattern) => !repositories.some((repository) => matches(pattern, repository)));
  if (lost.length === 0) return;
  const names = repositories.flatMap(({ name, key }) => (key === undefined ? [name] : [name, key]));
  throw new SlipwayError(
    lost.map((pattern) => {
      const meant = nearest(pattern, names);
      const message = `no repository matches "${pattern}"`;
      return diagnostic('plan/no-match', message, meant === undefined ? {} : { mend: `did you mean "${meant}"` });
    }),
  );
}

/** The nearest of the names, where it is near enough to be meant: a third of its letters may differ. */
export function nearest(word: string, names: Iterable<string>): string | undefined {
  let best: string | undefined;
  let least = Math.max(1, Math.floor(word.length / 3)) + 1;
  for (const name of names) {
    const edits = distance(word, name);
    if (edits < least) [best, least] = [name, edits];
  }
  return best;
}

/** Number of single edits between two words. */
function distance(one: string, other: string): number {
  let previous = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (let row = 1; row <= one.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= other.length; column += 1) {
      const same = one[row - 1] === other[column - 1];
      current.push(
        Math.min(
          (previous[column] ?? 0) + 1,
          (current[column - 1] ?? 0) + 1,
          (previous[column - 1] ?? 0) + (same ? 0 : 1),
        ),
      );
    }
    previous = current;
  }
  return previous[other.length] ?? 0;
}
