// Reads from the images of a repository at which pace they came: which families of tags, how often, how large, with what beside them.
// It must not know policies, nor what will come of it.
import { dayInMs } from './decide.js';
import { familiesOf } from './families.js';
import type { Image } from './model.js';

/** What one push of a family brings. */
export interface Push {
  /** As the newest image of the family has them; empty for images that come without a tag. */
  readonly tags: readonly string[];
  /** Of those, the tags that the push takes from the image that has them. */
  readonly moves: readonly string[];
  readonly sizeInBytes: number;
  /** Images without tags that a list brings along, and referrers; sizes are of each. */
  readonly children: { readonly count: number; readonly sizeInBytes: number };
  readonly referrers: { readonly count: number; readonly sizeInBytes: number };
}

export interface FamilyPace {
  /** `v*`, `main-*`, `latest`; `main-* + v*` where images have tags of both; `untagged`. */
  readonly name: string;
  /** Pushes a day. */
  readonly perDay: number;
  readonly push: Push;
}

/** Families in the order of their names. */
export interface Pace {
  readonly families: readonly FamilyPace[];
  /** The family that an image is of, or came along with: an index of `families`, of each image in its order. */
  readonly familyOf: readonly number[];
}

export const untaggedFamily = 'untagged';
/** The pace is that of the last days, or of the newest pushes where those were fewer, if they are not too old to mean anything. */
const recentDays = 30;
const enoughPushes = 8;
const longestDays = 365;

interface Member {
  readonly image: Image;
  /** How much of a push it stands for: images that lost their tag may be of any of several families. */
  readonly weight: number;
}

/**
 * Reads the pace of the past at `now` (milliseconds since the epoch). A policy has thinned the past out already, so only what came since the
 * oldest image that is looked at counts: n images of which the oldest came d days ago are n - 1 pushes in d days. One image alone tells no
 * pace. An untagged image that no list and no subject explains had a tag once that moved on: it is a push of a family that moves.
 */
export function paceOf(images: readonly Image[], now: number): Pace {
  const familyOfTag = familiesOf(images.flatMap(({ tags }) => tags));
  const places: Places = new Map(images.map(({ digest }, at) => [digest, at]));
  const leaders = leadersOf(images, places);
  const names = images.map(({ tags }, at) => (leaders[at] === undefined ? nameOf(tags, familyOfTag) : undefined));
  const members = new Map<string, Member[]>();
  const add = (name: string, member: Member): void => {
    const list = members.get(name);
    if (list === undefined) members.set(name, [member]);
    else list.push(member);
  };
  images.forEach((image, at) => {
    const name = names[at];
    if (name !== undefined && name !== untaggedFamily) add(name, { image, weight: 1 });
  });
  const moving = [...members].filter(([, [first]]) => first?.image.tags.every((tag) => familyOfTag(tag).moves));
  images.forEach((image, at) => {
    if (names[at] !== untaggedFamily) return;
    // Whatever took its tag came later.
    const takers = moving.filter(([, list]) => list.some((one) => one.image.pushedAt > image.pushedAt));
    if (takers.length === 0) add(untaggedFamily, { image, weight: 1 });
    else names[at] = takers[0]?.[0];
    for (const [name] of takers) add(name, { image, weight: 1 / takers.length });
  });
  const company = companyOf(images, leaders);
  const sorted = [...members].sort(([one], [other]) => (one < other ? -1 : 1));
  const index = new Map(sorted.map(([name], at): [string | undefined, number] => [name, at]));
  return {
    families: sorted.map(([name, list]) => familyPace(name, list, now, company, (tag) => familyOfTag(tag).moves)),
    familyOf: images.map((_, at) => {
      let leader = at;
      // A chain is as long as referrers of referrers go; a circle cannot be.
      for (let steps = 0; leaders[leader] !== undefined && steps < images.length; steps += 1)
        leader = leaders[leader] ?? leader;
      return index.get(names[leader]) ?? -1;
    }),
  };
}

type Places = ReadonlyMap<string | undefined, number>;

/** Of each untagged image that came with another, the place of that one: the list that names it, or its subject. */
function leadersOf(images: readonly Image[], places: Places): (number | undefined)[] {
  const leaders: (number | undefined)[] = images.map(({ tags, subject }, at) => {
    const leader = tags.length > 0 ? undefined : places.get(subject);
    return leader === at ? undefined : leader;
  });
  images.forEach(({ children }, list) => {
    children?.forEach((child) => {
      const at = places.get(child);
      if (at !== undefined && at !== list && images[at]?.tags.length === 0) leaders[at] ??= list;
    });
  });
  return leaders;
}

function nameOf(tags: readonly string[], familyOfTag: ReturnType<typeof familiesOf>): string {
  if (tags.length === 0) return untaggedFamily;
  const families = tags.map(familyOfTag);
  const series = families.filter(({ moves }) => !moves);
  return [...new Set((series.length > 0 ? series : families).map(({ name }) => name))].sort().join(' + ');
}

interface Company {
  readonly children: number[];
  readonly referrers: number[];
}

/** The sizes of what came with an image. */
function companyOf(images: readonly Image[], leaders: readonly (number | undefined)[]): ReadonlyMap<Image, Company> {
  const found = new Map<Image, Company>();
  leaders.forEach((leader, at) => {
    const led = images[at];
    const image = leader === undefined ? undefined : images[leader];
    if (image === undefined || led === undefined) return;
    const company = found.get(image) ?? { children: [], referrers: [] };
    found.set(image, company);
    company[led.subject === image.digest ? 'referrers' : 'children'].push(led.sizeInBytes ?? 0);
  });
  return found;
}

/** Fewer images than this tell no pace of whatever they are. */
const fewestImages = 3;

/**
 * Pushes a day among some images at `now` (milliseconds since the epoch), read as that of a family is: for images that belong together by
 * something else than their tags, such as those that one rule selects. `undefined` where they are too few, or too old.
 */
export function paceAmong(images: readonly Image[], now: number): number | undefined {
  const { seen, perDay } = recentOf(newestFirst(images.map((image) => ({ image, weight: 1 }))), now);
  return seen.length < fewestImages ? undefined : perDay;
}

function newestFirst(members: readonly Member[]): readonly Member[] {
  return members.toSorted(
    (one, other) => other.image.pushedAt - one.image.pushedAt || (one.image.digest < other.image.digest ? -1 : 1),
  );
}

/** Those of the newest that tell the pace, and the pace: pushes a day. */
function recentOf(
  newest: readonly Member[],
  now: number,
): { readonly seen: readonly Member[]; readonly perDay: number } {
  const within = (days: number): Member[] => newest.filter(({ image }) => now - image.pushedAt <= days * dayInMs);
  const seen = within(longestDays).slice(0, Math.max(enoughPushes, within(recentDays).length));
  const oldest = seen.at(-1)?.image.pushedAt ?? now;
  // A day at least: what was brought over from elsewhere within an hour is no pace to go on.
  const days = Math.max(1, (now - oldest) / dayInMs);
  return { seen, perDay: seen.slice(1).reduce((sum, { weight }) => sum + weight, 0) / days };
}

function familyPace(
  name: string,
  members: readonly Member[],
  now: number,
  company: ReadonlyMap<Image, Company>,
  moves: (tag: string) => boolean,
): FamilyPace {
  const newest = newestFirst(members);
  const { seen, perDay } = recentOf(newest, now);
  const sample = seen.length > 0 ? seen : newest.slice(0, 1);
  // Whatever lost its tag came before the image that took it.
  const tags = newest[0]?.image.tags ?? [];
  const beside = (kind: keyof Company): Push['children'] => {
    const sizes = sample.flatMap(({ image }) => company.get(image)?.[kind] ?? []);
    return { count: Math.round(sizes.length / sample.length), sizeInBytes: mean(sizes) };
  };
  return {
    name,
    perDay,
    push: {
      tags,
      moves: tags.filter(moves),
      sizeInBytes: mean(sample.flatMap(({ image }) => image.sizeInBytes ?? [])),
      children: beside('children'),
      referrers: beside('referrers'),
    },
  };
}

/** Whole; 0 of nothing. */
function mean(numbers: readonly number[]): number {
  return numbers.length === 0 ? 0 : Math.round(numbers.reduce((sum, one) => sum + one, 0) / numbers.length);
}
