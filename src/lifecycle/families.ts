// Which tags belong together: those of one series of pushes, as v1.2.3 and v1.2.4 of `v*`, or main-3f9c2ab and main-90b1d4e of `main-*`.
// It must not know images, times or policies.

export interface TagFamily {
  /** A pattern that matches every tag of the family; the tag itself where there is but one. */
  readonly name: string;
  /** The tag is not one of a series: a push that bears it takes it from the image that had it (`latest`, `main`). */
  readonly moves: boolean;
}

/** Names of architectures have digits, and mean no version. */
const words = new Set([
  'amd64',
  'arm64',
  'arm64v8',
  'armv6',
  'armv7',
  'i386',
  'x86',
  'x64',
  's390x',
  'ppc64le',
  'riscv64',
]);
/** So many tags with one beginning are a series, though nothing in them counts: feature-login, feature-search, … */
const fewest = 3;

/** Tells the family of each of these tags, and of any other like them. */
export function familiesOf(tags: Iterable<string>): (tag: string) => TagFamily {
  const beginnings = new Map<string | undefined, number>();
  for (const tag of new Set(tags)) {
    const beginning = beginningOf(tag);
    if (!general(tag).includes('*')) beginnings.set(beginning, (beginnings.get(beginning) ?? 0) + 1);
  }
  return (tag) => {
    const name = general(tag);
    if (name.includes('*')) return { name, moves: false };
    const beginning = beginningOf(tag);
    if (beginning !== undefined && (beginnings.get(beginning) ?? 0) >= fewest)
      return { name: `${beginning}*`, moves: false };
    return { name, moves: true };
  };
}

function beginningOf(tag: string): string | undefined {
  return /^[A-Za-z]+[-_.]/.exec(tag)?.[0];
}

/** Numbers, hashes and what looks as if a machine had made it up, each as `*`; neighbours that only a separator parts, as one. */
function general(tag: string): string {
  return tag.replaceAll(/[A-Za-z0-9]+/g, generalWord).replaceAll(/\*(?:[._-]*\*)+/g, '*');
}

function generalWord(word: string): string {
  if (words.has(word.toLowerCase())) return word;
  const hash = /^[0-9a-f]{7,}$/i.test(word) && /\d/.test(word);
  // Letters and digits that change places four times over are no word of a person's.
  const changes = word.match(/\d(?=[A-Za-z])|[A-Za-z](?=\d)/g)?.length ?? 0;
  return hash || changes >= 4 ? '*' : word.replaceAll(/\d/g, '*');
}
