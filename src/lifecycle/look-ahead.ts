// Looks ahead for a preview: what goes by a later day, and how things stand on the days until then, in plain values.
// It must not judge images itself, nor know how any of it is shown.
import { fail } from '../diagnostics/index.js';
import { dayInMs } from './decide.js';
import type { ImageOutcome } from './evaluate.js';
import { type Forecast, type ForecastDay, forecast } from './forecast.js';
import type { Image, LifecyclePolicy } from './model.js';
import { type Pace, paceOf } from './pace.js';
import { type PreviewResult, type PreviewSummary, summaryOf } from './preview.js';
import { reasonOf } from './reason.js';

/** `auto`: as in the past. A number: so many pushes a day, shared among the families of tags as in the past. */
export type PushRate = 'auto' | 'none' | number;

/** So many days, or up to a moment, in milliseconds since the epoch. */
export type Until = { readonly days: number } | { readonly time: number };

/** How far to look: `at` for what has become of images by then, `timeline` for the days on the way. */
export interface Ahead {
  readonly at?: Until;
  readonly timeline?: Until;
  readonly pushRate: PushRate;
}

export interface Prospect {
  readonly at?: Forecast;
  readonly timeline?: Forecast;
}

/** Ten years. */
const farthest = 3660;

/** Whole days from `now`. Throws `lifecycle/bad-time` where that is past, or too far ahead. */
function daysUntil(until: Until, now: number): number {
  const days = 'days' in until ? until.days : Math.floor((until.time - now) / dayInMs);
  const name = 'days' in until ? `${until.days} days ahead` : new Date(until.time).toISOString();
  if (days < 0) fail('lifecycle/bad-time', `${name} is past: it is ${new Date(now).toISOString()}`);
  if (days > farthest) fail('lifecycle/bad-time', `${name} is more than ten years ahead`);
  return days;
}

/** Without a policy nothing goes; things still come. */
export function lookAhead(
  policy: LifecyclePolicy | null,
  images: readonly Image[],
  now: number,
  { at, timeline, pushRate }: Ahead,
): Prospect {
  const look = (until: Until) => oneAhead(policy, images, now, daysUntil(until, now), pushRate);
  return {
    ...(at === undefined ? {} : { at: look(at) }),
    ...(timeline === undefined ? {} : { timeline: look(timeline) }),
  };
}

function oneAhead(
  policy: LifecyclePolicy | null,
  images: readonly Image[],
  now: number,
  days: number,
  pushRate: PushRate,
): Forecast {
  const pushes = typeof pushRate === 'number' ? paceAt(images, now, pushRate) : pushRate;
  return forecast(policy ?? { rules: [] }, images, { now, days, pushes });
}

function paceAt(images: readonly Image[], now: number, perDay: number): Pace {
  const past = paceOf(images, now);
  const total = past.families.reduce((sum, family) => sum + family.perDay, 0);
  // Where the past tells no pace, each family gets the same.
  const share = (own: number): number => (total > 0 ? own / total : 1 / past.families.length);
  return { ...past, families: past.families.map((family) => ({ ...family, perDay: perDay * share(family.perDay) })) };
}

/** A result, and when it comes about. */
export interface LaterResult extends PreviewResult {
  /** When the image goes, in milliseconds since the epoch; `null` where it stands until then. */
  readonly on: number | null;
}

/** What has become of the images of today on the last day of a forecast of `policy`. */
export function previewLater(
  policy: LifecyclePolicy | null,
  images: readonly Image[],
  { days, images: fates }: Forecast,
): { readonly results: readonly LaterResult[]; readonly summary: PreviewSummary } {
  const results = fates.map(({ outcome, expiresOn, archivedOn }, index): LaterResult => {
    const day = expiresOn ?? archivedOn;
    const action: ImageOutcome['action'] =
      expiresOn !== null ? 'expire' : archivedOn !== null ? 'archive' : outcome.action;
    const { digest = '', tags = [] } = images[index] ?? {};
    const reason = policy === null ? 'there is no lifecycle policy' : reasonOf(outcome, policy);
    const rulePriority = action === 'keep' ? null : outcome.rulePriority;
    return {
      imageDigest: digest,
      imageTags: tags,
      action,
      rulePriority,
      reason,
      on: day === null ? null : (days[day]?.at ?? null),
    };
  });
  return { results, summary: summaryOf(images, results) };
}

/** Several repositories on the same days, together. */
export function addDays(forecasts: readonly Forecast[]): readonly ForecastDay[] {
  const [first, ...others] = forecasts.map(({ days }) => days);
  return (first ?? []).map((day, at) =>
    others.reduce((sum, days) => {
      const other = days[at];
      return other === undefined ? sum : addDay(sum, other);
    }, day),
  );
}

function addDay(one: ForecastDay, other: ForecastDay): ForecastDay {
  return {
    day: one.day,
    at: one.at,
    pushed: one.pushed + other.pushed,
    expired: [...one.expired, ...other.expired],
    archived: [...one.archived, ...other.archived],
    expiredLater: one.expiredLater + other.expiredLater,
    archivedLater: one.archivedLater + other.archivedLater,
    expiredBytes: one.expiredBytes + other.expiredBytes,
    standardImages: one.standardImages + other.standardImages,
    standardBytes: one.standardBytes + other.standardBytes,
    archiveImages: one.archiveImages + other.archiveImages,
    archiveBytes: one.archiveBytes + other.archiveBytes,
  };
}
