// When a repository's lifecycle policy runs: a day after it was put, then every day. Whoever writes a repository keeps this in step.
// It must not know repositories beyond what the timetable calls them, nor what a run does.
import type { Store } from '../store/store.js';
import { schedule, scheduledAt, unschedule } from '../timetable.js';

export const lifecycleDuty = 'lifecycle';

/**
 * "You should expect that images become expired within 24 hours after they meet the expiration criteria" (user guide): at the latest,
 * so that what is watched is what a repository may rely on.
 */
export const lifecyclePeriod = 86_400_000;

/** A policy that is put anew keeps the hour of the one before, or putting one often would keep it from ever running. */
export function keepPolicyScheduled(store: Store, subject: string, policyText: string | undefined, now: number): void {
  const at = scheduledAt(store, lifecycleDuty, subject);
  if (policyText === undefined) {
    if (at !== undefined) unschedule(store, lifecycleDuty, subject);
  } else if (at === undefined) {
    schedule(store, { duty: lifecycleDuty, subject, at: now + lifecyclePeriod });
  }
}
