// What a running server does about images on the side: writes when they were pulled, and collects what nobody uses.
// It must not know timers, nor how images are stored.
import type { BlobStore } from '../blobs/blob-store.js';
import type { Chore } from '../housekeeping.js';
import type { Store } from '../store/store.js';
import { collect } from './collect.js';
import { flushPulls } from './pulls.js';

export interface ImageChoreOptions {
  readonly store: Store;
  readonly blobs: BlobStore;
  /** Milliseconds since the epoch. */
  now(): number;
  /** Fires when the server is to end. */
  readonly signal: AbortSignal;
}

const second = 1_000;
const minute = 60 * second;
/** How long what nobody uses is left alone: a push may rest overnight. */
const grace = 24 * 60 * minute;
/** Pull times written in one transaction. */
const slice = 500;

export function imageChores(options: ImageChoreOptions): Chore[] {
  const { store, blobs, signal } = options;
  return [
    { name: 'pull-times', first: 5 * second, run: () => (flushPulls(store, slice) ? 10 : 5 * second) },
    {
      name: 'garbage',
      first: minute,
      run: async () => {
        await collect({ store, blobs }, { now: options.now(), grace, signal });
        return 15 * minute;
      },
    },
  ];
}
