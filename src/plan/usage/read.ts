// Reads every source, side by side.
// It must not know any kind of source.
import type { UsageReading, UsageSource } from './model.js';

/** In the order of the sources. */
export function readUsage(sources: readonly UsageSource[], signal?: AbortSignal): Promise<readonly UsageReading[]> {
  return Promise.all(sources.map((source) => source.read(signal)));
}
