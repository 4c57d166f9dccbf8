// Looks ahead: what a policy does day by day while images go on coming at a given pace, and whether a repository settles or grows without end.
// It must not know a clock, nor judge an image in another way than evaluate.ts does.
import { type Corners, cornersOf } from './corners.js';
import type { StoredBytes } from './cost.js';
import { byPriority, dayInMs, verdicts } from './decide.js';
import { type ImageOutcome, judge, newestFirst } from './evaluate.js';
import { type FamilyTrend, trendsOf } from './growth.js';
import { imagesQuota } from './limits.js';
import type { Image, LifecyclePolicy, LifecycleRule } from './model.js';
import { type FamilyPace, type Pace, paceOf } from './pace.js';
import { compileTags } from './selection.js';

export interface ForecastOptions {
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly days: number;
  /** What is pushed from now on: at the pace of the past, at another, or nothing. */
  readonly pushes: 'auto' | 'none' | Pace;
  readonly corners?: Partial<Corners>;
}

/** One day, after the policy ran; day 0 is now, with what the policy does at once. */
export interface ForecastDay extends StoredBytes {
  readonly day: number;
  readonly at: number;
  /** Images that came since the day before, with what came along. */
  readonly pushed: number;
  /** Of the images that exist today, those that go on this day, and those that are archived; oldest first. */
  readonly expired: readonly ImageOutcome[];
  readonly archived: readonly ImageOutcome[];
  /** The same of images that are yet to come. */
  readonly expiredLater: number;
  readonly archivedLater: number;
  /** Of all that went. */
  readonly expiredBytes: number;
  /** Images that stand. Their bytes are as DescribeImages tells sizes: layers that images share count in each. */
  readonly standardImages: number;
  readonly archiveImages: number;
}

/** What becomes of an image that exists today. */
export interface ImageFate {
  /** Of the run that took it; else of the last day's. Tags are as they were then: some will have moved on. */
  readonly outcome: ImageOutcome;
  /** The day on which it goes, or is archived. */
  readonly expiresOn: number | null;
  readonly archivedOn: number | null;
}

export interface FamilyForecast extends FamilyTrend {
  readonly name: string;
  /** Pushes a day. */
  readonly perDay: number;
  /** Images of the family with what came along: today before the policy runs, and after the last day. */
  readonly before: number;
  readonly after: number;
}

export interface Forecast {
  /** One more than were asked for: today is the first. */
  readonly days: readonly ForecastDay[];
  /** In the order of the images. */
  readonly images: readonly ImageFate[];
  readonly families: readonly FamilyForecast[];
  /** Names of families that no rule ever takes all of. Where there is none, the repository settles. */
  readonly grows: readonly string[];
  /** The first day on which more images stand than ECR's quota allows, if it comes. */
  readonly fullOn: number | null;
}

/** An image that stands, with what need not be found out anew each day. */
interface Standing {
  image: Image;
  /** Whether its tags meet each rule. */
  row: Uint8Array;
  /** Its place among the images of today; -1 where it came later. */
  readonly today: number;
  readonly family: number;
  /** What it counts for: a list counts for nothing beside its children. */
  readonly bytes: number;
}

/**
 * A policy is taken to run every day, at the hour of now, and nothing to be pulled or brought back from the archive any more. Pushes come
 * evenly; what comes has the tags of the newest image of its family, as rules would see them, and takes those that move. The same input gives
 * the same forecast. Takes the time of one evaluation for each day, less sorting and the matching of tags.
 */
export function forecast(policy: LifecyclePolicy, images: readonly Image[], options: ForecastOptions): Forecast {
  const { now, days, pushes } = options;
  const corners = cornersOf(options.corners);
  const rules = byPriority(policy.rules);
  const past = paceOf(images, now);
  const pace =
    pushes === 'auto' ? past : pushes === 'none' ? { ...past, families: past.families.map(resting) } : pushes;
  const rowOf = rowsOf(rules, corners);
  let standing = standingOf(
    images.map((image) => restored(image, now)),
    pace,
    corners,
    rowOf,
  );
  const before = countFamilies(standing, pace);
  const arrivals = new Arrivals(pace, standing, now, rowOf);
  const fates: (ImageFate | undefined)[] = images.map(() => undefined);
  const told: ForecastDay[] = [];
  for (let day = 0; day <= days; day += 1) {
    const at = now + day * dayInMs;
    const pushed = day === 0 ? [] : arrivals.until(at);
    standing = [...pushed, ...standing];
    const run = runOnce({ rules, corners, standing, at, day, fates, last: day === days });
    // What is on its way back from the archive today is there tomorrow (user guide: within 20 minutes).
    standing = day === 0 ? run.left.map(arrived) : run.left;
    told.push({ ...run.told, pushed: pushed.length, ...tally(standing) });
  }
  const after = countFamilies(standing, pace);
  const trends = trendsOf(rules, pace, corners);
  const families = pace.families.map(
    ({ name, perDay }, at): FamilyForecast => ({
      name,
      perDay,
      before: before[at] ?? 0,
      after: after[at] ?? 0,
      ...(trends[at] as FamilyTrend),
    }),
  );
  return {
    days: told,
    images: fates as ImageFate[],
    families,
    grows: families.flatMap(({ name, trend }) => (trend === 'grows' ? [name] : [])),
    fullOn: told.find((one) => one.standardImages + one.archiveImages > imagesQuota)?.day ?? null,
  };
}

function restored(image: Image, now: number): Image {
  return image.activating === true ? { ...image, lastActivatedAt: now } : image;
}

function arrived(one: Standing): Standing {
  const { activating, ...image } = one.image;
  return activating === undefined ? one : { ...one, image };
}

function resting(family: FamilyPace): FamilyPace {
  return { ...family, perDay: 0 };
}

type RowOf = (tags: readonly string[]) => Uint8Array;

/** Tags are matched once for each set of them. */
function rowsOf(rules: readonly LifecycleRule[], { patternCase }: Corners): RowOf {
  const tests = rules.map(({ selection }) => compileTags(selection, patternCase));
  const known = new Map<string, Uint8Array>();
  return (tags) => {
    const key = tags.join(' ');
    const found = known.get(key);
    if (found !== undefined) return found;
    const row = Uint8Array.from(tests, (matches) => (matches(tags) ? 1 : 0));
    known.set(key, row);
    return row;
  };
}

/** The images of today, newest first. */
function standingOf(images: readonly Image[], pace: Pace, corners: Corners, rowOf: RowOf): Standing[] {
  const present = new Set(images.map(({ digest }) => digest));
  return Array.from(newestFirst(images, corners), (today): Standing => {
    const image = images[today] as Image;
    const parted = image.children?.some((child) => present.has(child)) ?? false;
    const bytes = parted ? 0 : (image.sizeInBytes ?? 0);
    return { image, row: rowOf(image.tags), today, family: pace.familyOf[today] ?? -1, bytes };
  });
}

function countFamilies(standing: readonly Standing[], { families }: Pace): number[] {
  const counts = families.map(() => 0);
  for (const { family } of standing) if (family >= 0) counts[family] = (counts[family] ?? 0) + 1;
  return counts;
}

function tally(
  standing: readonly Standing[],
): Pick<ForecastDay, 'standardImages' | 'standardBytes' | 'archiveImages' | 'archiveBytes'> {
  const sum = { standardImages: 0, standardBytes: 0, archiveImages: 0, archiveBytes: 0 };
  for (const { image, bytes } of standing) {
    if (image.storageClass === 'archive') {
      sum.archiveImages += 1;
      sum.archiveBytes += bytes;
    } else {
      sum.standardImages += 1;
      sum.standardBytes += bytes;
    }
  }
  return sum;
}

interface Run {
  readonly rules: readonly LifecycleRule[];
  readonly corners: Corners;
  /** Newest first. */
  readonly standing: readonly Standing[];
  readonly at: number;
  readonly day: number;
  readonly fates: (ImageFate | undefined)[];
  readonly last: boolean;
}

type Told = Pick<
  ForecastDay,
  'day' | 'at' | 'expired' | 'archived' | 'expiredLater' | 'archivedLater' | 'expiredBytes'
>;

/** One run of the policy. */
function runOnce({ rules, corners, standing, at, day, fates, last }: Run): { left: Standing[]; told: Told } {
  const judged = judge(
    {
      rules,
      images: standing.map(({ image }) => image),
      order: Uint32Array.from(standing.keys()),
      now: at,
      corners,
    },
    (rule, place) => (standing[place] as Standing).row[rule] === 1,
  );
  const [expired, archived]: [ImageOutcome[], ImageOutcome[]] = [[], []];
  let [expiredLater, archivedLater, expiredBytes] = [0, 0, 0];
  const left = standing.filter((one, place) => {
    const verdict = judged.verdict[place];
    const exists = one.today >= 0;
    const { archivedOn = null } = exists ? (fates[one.today] ?? {}) : {};
    if (verdict === verdicts.expire) {
      expiredBytes += one.bytes;
      if (exists) {
        const outcome = judged.outcome(place);
        expired.push(outcome);
        fates[one.today] = { outcome, expiresOn: day, archivedOn };
      } else expiredLater += 1;
      return false;
    }
    if (verdict === verdicts.archive) {
      if (exists) {
        const outcome = judged.outcome(place);
        archived.push(outcome);
        fates[one.today] = { outcome, expiresOn: null, archivedOn: day };
      } else archivedLater += 1;
      one.image = { ...one.image, storageClass: 'archive', lastArchivedAt: at };
    } else if (exists && last && archivedOn === null) {
      fates[one.today] = { outcome: judged.outcome(place), expiresOn: null, archivedOn };
    }
    return true;
  });
  // Newest first was the order of the images; they go oldest first.
  const told = {
    day,
    at,
    expired: expired.reverse(),
    archived: archived.reverse(),
    expiredLater,
    archivedLater,
    expiredBytes,
  };
  return { left, told };
}

/** Pushes as they come, evenly, each family for itself. */
class Arrivals {
  readonly #pace: Pace;
  readonly #now: number;
  readonly #rowOf: RowOf;
  /** How many pushes of each family have come. */
  readonly #come: number[];
  /** Who has a tag that moves. */
  readonly #holders = new Map<string, Standing>();
  #number = 0;

  constructor(pace: Pace, standing: readonly Standing[], now: number, rowOf: RowOf) {
    this.#pace = pace;
    this.#now = now;
    this.#rowOf = rowOf;
    this.#come = pace.families.map(() => 0);
    const moving = new Set(pace.families.flatMap(({ push }) => push.moves));
    for (const one of standing) for (const tag of one.image.tags) if (moving.has(tag)) this.#holders.set(tag, one);
  }

  /** What comes up to a time and has not come yet, newest first. */
  until(time: number): Standing[] {
    const due: { readonly at: number; readonly family: number }[] = [];
    this.#pace.families.forEach(({ perDay }, family) => {
      if (perDay <= 0) return;
      const gap = dayInMs / perDay;
      for (;;) {
        // In the middle of its share of time, so that neither end of a day is favoured.
        const at = this.#now + ((this.#come[family] ?? 0) + 0.5) * gap;
        if (at > time) break;
        this.#come[family] = (this.#come[family] ?? 0) + 1;
        due.push({ at, family });
      }
    });
    due.sort((one, other) => one.at - other.at || one.family - other.family);
    return due.flatMap(({ at, family }) => this.#push(at, family)).reverse();
  }

  /** The images of one push, oldest first: the children of a list, the image, what refers to it. */
  #push(at: number, family: number): Standing[] {
    const { push } = this.#pace.families[family] as FamilyPace;
    const stand = (sizeInBytes: number, rest: Partial<Image> = {}, bytes = sizeInBytes): Standing => {
      this.#number += 1;
      const image = { digest: `future:${this.#number}`, tags: [], pushedAt: at, sizeInBytes, ...rest };
      return { image, row: this.#rowOf(image.tags), today: -1, family, bytes };
    };
    for (const tag of push.moves) this.#take(tag);
    const { tags, sizeInBytes } = push;
    const children = Array.from({ length: push.children.count }, () => stand(push.children.sizeInBytes));
    const main =
      children.length === 0
        ? stand(sizeInBytes, { tags })
        : stand(sizeInBytes, { tags, children: children.map(({ image }) => image.digest) }, 0);
    for (const tag of push.moves) this.#holders.set(tag, main);
    const subject = main.image.digest;
    const referrers = Array.from({ length: push.referrers.count }, () =>
      stand(push.referrers.sizeInBytes, { subject }),
    );
    return [...children, main, ...referrers];
  }

  #take(tag: string): void {
    const holder = this.#holders.get(tag);
    if (holder === undefined) return;
    holder.image = { ...holder.image, tags: holder.image.tags.filter((one) => one !== tag) };
    holder.row = this.#rowOf(holder.image.tags);
  }
}
