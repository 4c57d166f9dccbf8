// Makes the copies that are asked for, one after the other: those of pushes first, then backfills. Each is one transaction, so a process
// that is killed has made a copy or has it still to make.
// It must not know why a copy is asked for.
import { setTimeout as pause, setImmediate as turn } from 'node:timers/promises';
import type { Faults } from '../faults.js';
import type { Chore } from '../housekeeping.js';
import { shelfOf } from '../images/model.js';
import type { Store } from '../store/store.js';
import { nextStep, stepBackfill } from './backfill.js';
import { copyImage, type Outcome, registryContext } from './copy.js';
import { recordReplication } from './events.js';
import { type Copy, copyAt, dequeue, firstCopy, replicationBell } from './queue.js';
import { noteEnded } from './status.js';

/** Where copies are made. */
interface Given {
  readonly store: Store;
  /** Milliseconds since the epoch. */
  now(): number;
}

export interface ReplicationOptions extends Given {
  /** Asked before each copy, as `ReplicateImage`: so copies can be made slow, or to fail. */
  readonly faults: Pick<Faults, 'meet'>;
  /** Fires when the server is to end. */
  readonly signal: AbortSignal;
}

/** What a fault has kept from being copied is tried again after this long. */
const respite = 1_000;

/** How long other work waits for copies at most, in milliseconds. */
const patience = 10;

function tell(options: Given, copy: Copy, outcome: Outcome): Outcome {
  const { source, destination, repository, digest } = copy;
  const shelf = shelfOf(source, { account: source.account, name: repository });
  const failureCode = outcome !== 'gone' && !outcome.made ? outcome.failureCode : undefined;
  noteEnded(options.store, shelf, digest, destination, failureCode);
  if (outcome !== 'gone') {
    const tag = outcome.made ? outcome.tag : copy.tag;
    recordReplication(registryContext(options, destination), copy, outcome.made, tag);
  }
  return outcome;
}

const denial: Outcome = { made: false, failureCode: 'AccessDenied', part: false };

/** Makes a copy, or fails to, and tells of it. Inside a transaction. */
export function attempt(options: Given, copy: Copy, denied = false): Outcome {
  return tell(options, copy, denied ? denial : copyImage(options, copy));
}

/** Makes one of the copies that pushes asked for, unless somebody else has seen to it. */
export function makeCopy(options: Given, key: string, denied = false): void {
  const { store } = options;
  store.transaction(() => {
    const copy = copyAt(store, key);
    if (copy === undefined) return;
    dequeue(store, key);
    attempt(options, copy, denied);
  });
}

/** False where there is nothing left to do, or not for now. */
type Went = boolean | 'later';

async function step(options: ReplicationOptions): Promise<Went> {
  const { store, faults, signal } = options;
  if (firstCopy(store) === undefined) {
    const next = nextStep(store);
    if (next === undefined) return false;
    if (next === 'list') {
      stepBackfill(options, () => denial);
      return true;
    }
  }
  const { delay, kind } = faults.meet('ReplicateImage');
  if (delay > 0) await pause(delay, undefined, { signal });
  if (kind !== undefined && kind !== 'deny') return 'later';
  // Whoever was waited for, the queue may be another one now.
  const [key] = firstCopy(store) ?? [];
  const denied = kind === 'deny';
  if (key !== undefined) makeCopy(options, key, denied);
  else stepBackfill(options, (copy) => attempt(options, copy, denied));
  return true;
}

export function replicationChore(options: ReplicationOptions): Chore {
  const { store, signal } = options;
  const work = async (): Promise<number | undefined> => {
    for (let since = performance.now(); !signal.aborted; ) {
      const went = await step(options);
      if (went !== true) return went === 'later' ? respite : undefined;
      if (performance.now() - since < patience) continue;
      await (store.durable() ?? turn());
      since = performance.now();
    }
    return undefined;
  };
  return {
    name: 'replication',
    first: 0,
    bell: replicationBell,
    run: async () => {
      try {
        return await work();
      } catch (error) {
        // Only a pause is cut short by the end of the server.
        if (signal.aborted) return undefined;
        throw error;
      }
    },
  };
}
