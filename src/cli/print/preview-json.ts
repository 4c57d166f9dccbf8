// A preview for programs: results and totals, and with a look ahead when each comes about and how things stand on each day.
// It must not know how any of it was found. docs/json-output.md documents it.
import {
  type Forecast,
  type Image,
  type ImageOutcome,
  type ImagesPreview,
  type LifecyclePolicy,
  type Prospect,
  previewLater,
} from '../../lifecycle/index.js';

export function jsonAhead({
  policy,
  images,
  preview,
  prospect,
}: {
  readonly policy: LifecyclePolicy | null;
  readonly images: readonly Image[];
  readonly preview: ImagesPreview;
  readonly prospect?: Prospect | undefined;
}): Record<string, unknown> {
  const { at, timeline } = prospect ?? {};
  const told = at === undefined ? preview : laterOf(policy, images, at);
  return { ...told, ...(timeline === undefined ? {} : { timeline: timelineOf(timeline) }) };
}

function laterOf(policy: LifecyclePolicy | null, images: readonly Image[], at: Forecast): Record<string, unknown> {
  const { results, summary } = previewLater(policy, images, at);
  return {
    at: isoOf(at.days.at(-1)?.at ?? 0),
    results: results.map(({ on, ...result }) => ({ ...result, on: on === null ? null : isoOf(on) })),
    summary,
  };
}

function isoOf(time: number): string {
  return new Date(time).toISOString();
}

function imageOf({ digest, tags, rulePriority }: ImageOutcome): Record<string, unknown> {
  return { imageDigest: digest, imageTags: tags, rulePriority };
}

function timelineOf({ days, families, grows, fullOn }: Forecast): Record<string, unknown> {
  return {
    families,
    grows,
    fullOn,
    days: days.map(({ at, expired, archived, ...day }) => ({
      ...day,
      at: isoOf(at),
      expired: expired.map(imageOf),
      archived: archived.map(imageOf),
    })),
  };
}
