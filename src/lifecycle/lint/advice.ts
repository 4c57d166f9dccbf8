// How many images to keep, and for how long, with the reason: from how often one deploys and how far back one must be able to go.
// It must not know policies or images.
import { decimal, plural, pushesADay } from './model.js';

export type Stage = 'production' | 'staging' | 'development';

export interface RetentionQuestion {
  /** Images pushed a day; absent: not known. */
  readonly pace?: number;
  /** How far back a deployment must be able to go; a week where it is left out. */
  readonly rollbackWindowDays?: number;
  readonly stage?: Stage;
}

export interface RetentionAdvice {
  /** How many images to keep. */
  readonly keep: number;
  /** After how many days images without a tag may go. */
  readonly untaggedDays: number;
  /** How far back `keep` reaches at the pace, in days; absent where the pace is not known. */
  readonly reachDays?: number;
  /** Whole sentences, the reason of each number. */
  readonly reasons: readonly string[];
}

/** A week: a bad release is found on the next working day, and a bad week is rolled back as a whole. */
export const usualWindow = 7;

/** What teams keep, as the fewest and the most that serve: production 5 to 10, staging 3 to 5 (untagged images 3 to 7 days). */
const usual: Readonly<Record<Stage, { readonly least: number; readonly most: number; readonly why: string }>> = {
  production: { least: 5, most: 10, why: 'several releases back without building anything again' },
  staging: { least: 3, most: 5, why: 'a release is promoted or dropped soon after it is tried' },
  development: { least: 3, most: 5, why: 'only the latest builds are looked at' },
};

export const untaggedRange = { least: 3, most: 7 } as const;

/** What a window takes at a pace: every image pushed within it, and the one that ran before. */
export function neededFor(pace: number, windowDays: number): number {
  return Math.ceil(pace * windowDays) + 1;
}

export function adviseRetention(question: RetentionQuestion = {}): RetentionAdvice {
  const { pace, stage = 'production', rollbackWindowDays: window = usualWindow } = question;
  const { least, most, why } = usual[stage];
  const untaggedDays = Math.max(untaggedRange.least, Math.min(untaggedRange.most, Math.ceil(window)));
  const untagged = `Images without a tag may go after ${untaggedRange.least} to ${untaggedRange.most} days: caches and tags that moved need the first days, nobody needs more; here ${untaggedDays}.`;
  if (pace === undefined || pace <= 0) {
    const unknown = `Without a known pace of pushes, ${least} to ${most} are usual in ${stage}: ${why}. Keep ${most}.`;
    return { keep: most, untaggedDays, reasons: [unknown, untagged] };
  }
  const needed = neededFor(pace, window);
  const keep = Math.max(least, needed);
  const reachDays = (keep - 1) / pace;
  const reasons = [
    `At ${pushesADay(pace)}, going back ${plural(window, 'day')} takes ${needed} images: those of the window, and the one that ran before it.`,
  ];
  if (keep > needed)
    reasons.push(
      `In ${stage} at least ${least} are kept all the same, for ${why}: they reach back ${decimal(reachDays)} days.`,
    );
  if (keep > most)
    reasons.push(
      `That is more than the usual ${least} to ${most} of ${stage}: deploy tags of their own, rather than every build, would need fewer.`,
    );
  return { keep, untaggedDays, reachDays, reasons: [...reasons, untagged] };
}
