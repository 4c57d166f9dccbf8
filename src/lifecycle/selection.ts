// What a rule selects: which images, and when one rule selects all that another does.
// It must not know counting, ages or actions.
import type { Image, LifecycleSelection } from './model.js';
import { compilePattern, covers } from './pattern.js';

/** The entries a rule's images must match, all of them, as patterns. */
function patternsOf(selection: LifecycleSelection): readonly string[] {
  return selection.tagPatternList ?? [];
}

function prefixesOf(selection: LifecycleSelection): readonly string[] {
  return selection.tagPrefixList ?? [];
}

/** Whether an image meets the rule's storage class and tags: "identified", in the words of the user guide. */
export function compileSelection(selection: LifecycleSelection): (image: Image) => boolean {
  const storageClass = selection.storageClass ?? 'standard';
  const tests: readonly ((tag: string) => boolean)[] = [
    ...patternsOf(selection).map(compilePattern),
    ...prefixesOf(selection).map((prefix) => (tag: string) => tag.startsWith(prefix)),
  ];
  return (image) => {
    if ((image.storageClass ?? 'standard') !== storageClass) return false;
    if (selection.tagStatus === 'any') return true;
    if (selection.tagStatus === 'untagged') return image.tags.length === 0;
    // "If you specify multiple tags, only the images with all specified tags are selected" (user guide).
    return image.tags.length > 0 && tests.every((matches) => image.tags.some(matches));
  };
}

/** Whether `first` selects every image that `second` selects. */
export function selectsAll(first: LifecycleSelection, second: LifecycleSelection): boolean {
  if ((first.storageClass ?? 'standard') !== (second.storageClass ?? 'standard')) return false;
  if (first.tagStatus === 'any') return true;
  if (first.tagStatus !== second.tagStatus) return false;
  if (first.tagStatus === 'untagged') return true;
  const wide = entries(first);
  const narrow = entries(second);
  return wide.every((one) => narrow.some((other) => covers(one, other)));
}

/** Prefixes as patterns. A `*` within a prefix is taken literally, and no tag has one: such an entry matches nothing. */
function entries(selection: LifecycleSelection): readonly string[] {
  return [...patternsOf(selection), ...prefixesOf(selection).map((prefix) => `${prefix.replaceAll('*', '\u0001')}*`)];
}
