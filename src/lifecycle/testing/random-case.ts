// Random policies and images from a seed, for tests: few of everything, so that rules, times and tags often meet.
// It must not know how a policy is evaluated.
import { type Corners, defaultCorners } from '../corners.js';
import type { Image, LifecyclePolicy, LifecycleRule, LifecycleSelection } from '../model.js';

const day = 86_400_000;

export interface RandomCase {
  readonly policy: LifecyclePolicy;
  readonly images: readonly Image[];
  readonly now: number;
  readonly corners: Corners;
}

/** Random numbers that are the same for the same seed (mulberry32). */
export function randomOf(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below);
  };
}

const tags = ['v1', 'v2', 'V1', 'pr-1', 'main', 'v1-main'];
const patterns = ['v*', '*', 'V*', 'pr-*', '*1', 'v*-*', 'main', 'x'];
const prefixes = ['v', 'pr', 'main', 'V1'];
const choices: { readonly [Name in keyof Corners]: readonly Corners[Name][] } = {
  ties: ['lower-digest-newer', 'higher-digest-newer'],
  restoredAge: ['restoration', 'push'],
  archivedImages: ['apart', 'identified'],
  children: ['ranked', 'unranked'],
  referrers: ['ranked', 'unranked'],
  referrersOfTheGone: ['follow', 'wait'],
  archivedLists: ['hold', 'release'],
  patternCase: ['sensitive', 'insensitive'],
  heldInPreview: ['left-out', 'shown'],
};

export function randomCase(seed: number): RandomCase {
  const below = randomOf(seed);
  const one = <T>(of: readonly [T, ...T[]] | readonly T[]): T => of[below(of.length)] as T;
  const some = <T>(of: readonly T[], most: number): T[] => {
    const found = new Set<T>();
    for (let left = below(most + 1); left > 0; left -= 1) found.add(one(of));
    return [...found];
  };
  const chance = (percent: number): boolean => below(100) < percent;
  const now = 20_000 * day;
  // Whole days and halves, so that ages meet limits and images have one time.
  const ago = (): number => now - below(20) * (day / 2);

  const selection = (): LifecycleSelection => {
    const archive = chance(25);
    const tagStatus = one(['tagged', 'tagged', 'untagged', 'any'] as const);
    const list = chance(70)
      ? { tagPatternList: [one(patterns), ...some(patterns, 1)] }
      : { tagPrefixList: [one(prefixes), ...some(prefixes, 1)] };
    const countType = archive
      ? 'sinceImageTransitioned'
      : one(['imageCountMoreThan', 'imageCountMoreThan', 'sinceImagePushed', 'sinceImagePulled'] as const);
    return {
      tagStatus,
      ...(tagStatus === 'tagged' && list),
      ...(archive ? { storageClass: 'archive' } : chance(20) && { storageClass: 'standard' }),
      countType,
      ...(countType !== 'imageCountMoreThan' && { countUnit: 'days' }),
      countNumber: 1 + below(5),
    };
  };
  const priorities = some([1, 2, 3, 5, 8, 13, 21], 6);
  const rules = priorities.map((rulePriority): LifecycleRule => {
    const selected = selection();
    const expires = selected.storageClass === 'archive' || chance(60);
    return {
      rulePriority,
      selection: selected,
      action: expires ? { type: 'expire' } : { type: 'transition', targetStorageClass: 'archive' },
    };
  });

  const digests = Array.from({ length: below(13) }, (_, at) => `sha256:${(at * 7) % 13}`);
  const images = digests.map((digest, at): Image => {
    const archived = chance(25);
    return {
      digest,
      tags: some(tags, 2),
      pushedAt: ago(),
      ...(archived ? { storageClass: 'archive' } : chance(20) && { storageClass: 'standard' }),
      ...(!archived && chance(8) && { activating: true }),
      ...(archived && chance(85) && { lastArchivedAt: ago() }),
      ...(chance(20) && { lastActivatedAt: ago() }),
      ...(chance(30) && { lastPulledAt: ago() }),
      ...(chance(20) && { children: some(digests, 3) }),
      // Only of what came before: a digest cannot know one that is made from it.
      ...(at > 0 && chance(25) && { subject: chance(90) ? (digests[below(at)] as string) : 'sha256:gone' }),
    };
  });

  const corners = chance(50)
    ? defaultCorners
    : (Object.fromEntries(
        Object.entries(choices).map(([name, values]) => [name, one<string>(values)]),
      ) as unknown as Corners);
  return { policy: { rules }, images, now, corners };
}
