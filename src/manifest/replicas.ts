// Reads in which other Regions an environment has its repositories.
// It must not know what is made there, nor how images come there.
import type { Replica } from './project.js';
import type { References } from './references.js';
import { entryOf, isNull, rangeOf, spotOf, type Tree, type TreeEntry } from './tree.js';

/** Those that are sound, each Region once; `undefined` where nothing is said. `own`: the Region of the environment. */
export function replicasOf(
  entry: TreeEntry | undefined,
  own: string | undefined,
  tainted: ReadonlySet<Tree>,
  references: References,
): readonly Replica[] | undefined {
  if (entry === undefined || isNull(entry.value) || entry.value.kind !== 'list') return undefined;
  const found = new Map<string, Replica>();
  for (const item of entry.value.items) {
    const said = entryOf(item, 'region');
    if (said?.value.kind !== 'scalar' || typeof said.value.value !== 'string' || tainted.has(said.value)) continue;
    const { value: region } = said.value;
    const place = spotOf(said);
    const first = found.get(region);
    if (region === own) {
      references.report('manifest/replica-own-region', `${region} is the Region of the environment itself`, place);
    } else if (first !== undefined) {
      const message = `${region} is given twice; the first is in line ${first.range.line}`;
      references.report('manifest/duplicate-replica', message, place);
    } else {
      references.knownRegion(region, said);
      found.set(region, { region, range: rangeOf(place) });
    }
  }
  return [...found.values()];
}
