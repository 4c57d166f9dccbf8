// What a repository of a story holds on the day its policy comes.
// It must not know policies.
import { createHash } from 'node:crypto';
import { type Image, protectiveTag } from '../../src/lifecycle/index.js';
import type { Story, Stream } from './stories.js';

const dayInMs = 86_400_000;
export const daysBefore = 60;
export const now = Date.UTC(2026, 0, 1, 12);
const size = 1_000_000;

function digestOf(...names: readonly (string | number)[]): string {
  return `sha256:${createHash('sha256').update(names.join(' ')).digest('hex')}`;
}

interface Pushed {
  readonly image: Image;
  readonly stream: number;
  readonly push: number;
}

function pushesOf(stream: Stream, at: number): readonly Pushed[] {
  const pushes = Math.floor(daysBefore / stream.every);
  return Array.from({ length: pushes }, (_, push): readonly Pushed[] => {
    const pushedAt = now - (pushes - push) * stream.every * dayInMs + dayInMs / 8;
    const children = Array.from({ length: stream.platforms ?? 0 }, (_, platform) =>
      digestOf(at, push, 'platform', platform),
    );
    const image: Image = {
      digest: digestOf(at, push),
      tags: stream.tags(push),
      pushedAt,
      sizeInBytes: stream.megabytes * size,
      ...(push >= pushes - (stream.pulled ?? 0) ? { lastPulledAt: now } : {}),
      ...(children.length > 0 ? { children, mediaType: 'application/vnd.oci.image.index.v1+json' } : {}),
    };
    const parts = children.map(
      (digest): Image => ({
        digest,
        tags: [],
        pushedAt: pushedAt - 60_000,
        sizeInBytes: stream.megabytes * size,
      }),
    );
    return [...parts.map((part) => ({ image: part, stream: at, push: -1 })), { image, stream: at, push }];
  }).flat();
}

/** Newest last. */
export function historyOf({ streams, moving = {}, inUse }: Story): readonly Image[] {
  const pushed = streams.flatMap(pushesOf);
  return pushed.map(({ image, stream, push }) => {
    const last = !pushed.some((other) => other.stream === stream && other.push > push);
    const moved = push < 0 || !last ? [] : Object.keys(moving).filter((tag) => moving[tag] === stream);
    const held = inUse?.stream === stream && inUse.push === push ? [protectiveTag(image.digest)] : [];
    return { ...image, tags: [...image.tags, ...moved, ...held] };
  });
}
