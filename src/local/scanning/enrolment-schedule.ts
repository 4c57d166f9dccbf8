// Notes that a registry's scanning has changed, so that its repositories are gone through.
// It must not know what is done about it, nor what a scanning configuration says.
import { scope } from '../service.js';
import type { Json, Store } from '../store/store.js';
import { schedule } from '../timetable.js';

export const enrolmentDuty = 'scan-enrolment';

const kind = 'scanning-before';
const key = 'configuration';

/** `before` is the configuration that was in force. Of several changes in a row the first one's counts. */
export function scheduleEnrolment(
  store: Store,
  registry: { readonly account: string; readonly region: string },
  before: Json,
  now: number,
): void {
  const subject = scope(registry.account, registry.region);
  if (store.get(kind, subject, key) === undefined) store.put(kind, subject, key, before);
  schedule(store, { duty: enrolmentDuty, subject, at: now });
}

export function configurationBefore(store: Store, subject: string): Json | undefined {
  return store.get(kind, subject, key);
}

export function forgetConfigurationBefore(store: Store, subject: string): void {
  store.delete(kind, subject, key);
}
