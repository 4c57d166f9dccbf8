// Which images of a repository are in use, and by whom: by digest, by the tag they carry now, and through manifest lists.
// It must not know where uses come from, nor what follows from them. Pure.
import type { Image } from '../../lifecycle/index.js';
import type { ImageUse, RegistryPlace, UnknownReading, UsageReading } from './model.js';

/** The images of one repository; `children` of manifest lists are followed as far as they are known. */
export interface RepositoryImages {
  readonly registry: RegistryPlace;
  readonly repository: string;
  readonly images: readonly Image[];
}

/** What is known to be in use of one repository. */
export interface InUse {
  /**
   * The uses of an image, and those of the manifest lists that name it: who pulls a list runs one of its children. None, while
   * `unknownSources` is not empty, means that nobody knows.
   */
  usesOf(digest: string): readonly ImageUse[];
  /** The uses of an image by its own digest or tag. */
  directUsesOf(digest: string): readonly ImageUse[];
  /** Uses that point at nothing: no image carries the tag, or none has the digest. */
  readonly dangling: readonly ImageUse[];
  /** Sources that could not be read, or not to their end. */
  readonly unknownSources: readonly UnknownReading[];
}

interface Sorted {
  readonly byRepository: ReadonlyMap<string, readonly ImageUse[]>;
  readonly unknownSources: readonly UnknownReading[];
}

/** The same readings are matched with one repository after the other. */
const known = new WeakMap<readonly UsageReading[], Sorted>();

function keyOf({ account, region }: RegistryPlace, repository: string): string {
  return `${account} ${region} ${repository}`;
}

function sorted(readings: readonly UsageReading[]): Sorted {
  const made = known.get(readings);
  if (made !== undefined) return made;
  const byRepository = new Map<string, ImageUse[]>();
  for (const use of readings.flatMap((reading) => reading.uses ?? [])) {
    const key = keyOf(use.registry, use.repository);
    const uses = byRepository.get(key);
    if (uses === undefined) byRepository.set(key, [use]);
    else uses.push(use);
  }
  const unknownSources = readings.filter((reading) => reading.state === 'unknown');
  const result = { byRepository, unknownSources };
  known.set(readings, result);
  return result;
}

/** Matches what sources said with the images of one repository. Uses of other repositories are ignored. */
export function matchUses(
  { registry, repository, images }: RepositoryImages,
  readings: readonly UsageReading[],
): InUse {
  const { byRepository, unknownSources } = sorted(readings);
  const holders = new Map(images.flatMap((image) => image.tags.map((tag) => [tag, image.digest] as const)));
  const digests = new Set(images.map(({ digest }) => digest));
  const direct = new Map<string, ImageUse[]>();
  const dangling: ImageUse[] = [];
  for (const use of byRepository.get(keyOf(registry, repository)) ?? []) {
    const digest = use.digest ?? (use.tag === undefined ? undefined : holders.get(use.tag));
    if (digest === undefined || !digests.has(digest)) dangling.push(use);
    else add(direct, digest, use);
  }
  const whole = throughLists(direct, images);
  return {
    usesOf: (digest) => whole.get(digest) ?? [],
    directUsesOf: (digest) => direct.get(digest) ?? [],
    dangling,
    unknownSources,
  };
}

function add(uses: Map<string, ImageUse[]>, digest: string, use: ImageUse): void {
  const some = uses.get(digest);
  if (some === undefined) uses.set(digest, [use]);
  else some.push(use);
}

/** Lists may name lists. */
function throughLists(
  direct: ReadonlyMap<string, readonly ImageUse[]>,
  images: readonly Image[],
): ReadonlyMap<string, readonly ImageUse[]> {
  const children = new Map(
    images.flatMap(({ digest, children }) => (children === undefined ? [] : [[digest, children]])),
  );
  if (children.size === 0) return direct;
  const whole = new Map<string, ImageUse[]>([...direct].map(([digest, uses]) => [digest, [...uses]]));
  for (const [list, uses] of direct) {
    const seen = new Set([list]);
    const open = [list];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      for (const child of children.get(next) ?? []) {
        if (seen.has(child)) continue;
        seen.add(child);
        open.push(child);
        for (const use of uses) add(whole, child, use);
      }
    }
  }
  return whole;
}
