// What a rule selects: which images, and when one rule selects all that another does.
// It must not know counting, ages or actions.
import type { Image, LifecycleSelection } from './model.js';
import { compilePattern, covers } from './pattern.js';

/** Whether an image meets the rule's storage class and tags: "identified", in the words of the user guide. */
export function compileSelection(selection: LifecycleSelection): (image: Image) => boolean {
  const storageClass = selection.storageClass ?? 'standard';
  const selects = compileTags(selection);
  return (image) => (image.storageClass ?? 'standard') === storageClass && selects(image.tags);
}

/** Whether an image's tags meet the rule, whatever its storage class. */
export function compileTags(
  selection: LifecycleSelection,
  patternCase?: 'sensitive' | 'insensitive',
): (tags: readonly string[]) => boolean {
  if (patternCase === 'insensitive') {
    const { tagPatternList = [], tagPrefixList = [] } = selection;
    const lists = { tagPatternList: tagPatternList.map(lower), tagPrefixList: tagPrefixList.map(lower) };
    const selects = compileTags({ ...selection, ...lists });
    return (tags) => selects(tags.map(lower));
  }
  if (selection.tagStatus === 'any') return () => true;
  if (selection.tagStatus === 'untagged') return (tags) => tags.length === 0;
  const tests: readonly ((tag: string) => boolean)[] = [
    ...(selection.tagPatternList ?? []).map(compilePattern),
    ...(selection.tagPrefixList ?? []).map((prefix) => (tag: string) => tag.startsWith(prefix)),
  ];
  // "If you specify multiple tags, only the images with all specified tags are selected" (user guide).
  return (tags) => {
    for (const matches of tests) if (!someMatch(tags, matches)) return false;
    return tags.length > 0;
  };
}

function lower(text: string): string {
  return text.toLowerCase();
}

/** As `some`, which has to be called for each rule and image. */
function someMatch(tags: readonly string[], matches: (tag: string) => boolean): boolean {
  for (const tag of tags) if (matches(tag)) return true;
  return false;
}

/** Whether `first` selects every image that `second` selects. */
export function selectsAll(first: LifecycleSelection, second: LifecycleSelection): boolean {
  if ((first.storageClass ?? 'standard') !== (second.storageClass ?? 'standard')) return false;
  if (first.tagStatus === 'any') return true;
  if (first.tagStatus !== second.tagStatus) return false;
  // Untagged images have no patterns to match.
  const wide = patternsOf(first);
  const narrow = patternsOf(second);
  return wide.every((one) => narrow.some((other) => covers(one, other)));
}

/**
 * What a rule's images must match, all of it, with prefixes as patterns. A `*` within a prefix is taken literally, and no tag
 * has one: such an entry becomes one that matches nothing.
 */
export function patternsOf({ tagPatternList = [], tagPrefixList = [] }: LifecycleSelection): readonly string[] {
  return [...tagPatternList, ...tagPrefixList.map((prefix) => `${prefix.replaceAll('*', '\u0001')}*`)];
}
