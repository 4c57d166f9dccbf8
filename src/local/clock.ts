// The clock of the local cloud: the machine's own, ahead of it where somebody has moved it, and never behind what it said before.
// It must not know what happens as time passes: timekeeper.ts does.
import type { Json, Store } from './store/store.js';

export interface ClockReading {
  /** Milliseconds since the epoch, as are the others. */
  readonly now: number;
  /** What the machine says. */
  readonly machine: number;
  /** How far it was moved ahead of the machine. */
  readonly offset: number;
}

interface Kept {
  readonly [name: string]: Json;
  readonly offset: number;
  readonly reached: number;
}

const place = ['clock', 'all', 'reading'] as const;

export class LocalClock {
  readonly #store: Store;
  readonly #machine: { now(): number };
  #offset: number;
  /** The latest time it has told. */
  #reached: number;
  #kept: number;
  #held: number | undefined;

  constructor(store: Store, machine: { now(): number }) {
    this.#store = store;
    this.#machine = machine;
    // Only `#keep` writes there.
    const kept = store.get(...place) as Kept | undefined;
    this.#offset = kept?.offset ?? 0;
    this.#reached = kept?.reached ?? 0;
    this.#kept = this.#reached;
  }

  /** Milliseconds since the epoch. Stands still rather than go back when the machine's clock is put back. */
  now(): number {
    if (this.#held !== undefined) return this.#held;
    this.#reached = Math.max(this.#reached, this.#machine.now() + this.#offset);
    return this.#reached;
  }

  reading(): ClockReading {
    return { now: this.now(), machine: this.#machine.now(), offset: this.#offset };
  }

  /** From now on it is `time`, and goes on from there; that lasts. `time` must not be in the past. */
  leap(time: number): void {
    this.#offset = time - this.#machine.now();
    this.#reached = Math.max(this.#reached, time);
    this.keep();
  }

  /** Stands at a time, so that what is due then happens then; `release` lets it go on from where `leap` has put it. */
  hold(time: number): void {
    this.#held = time;
  }

  release(): void {
    this.#held = undefined;
  }

  /** Back to the machine's time. Returns how far back that was, in milliseconds. */
  reset(): number {
    const before = this.now();
    this.#offset = 0;
    this.#reached = this.#machine.now();
    this.keep();
    return Math.max(0, before - this.#reached);
  }

  /** Writes down how far it has come, so that it goes on from there even if the machine's clock is put back before the next start. */
  keep(): void {
    this.#kept = this.#reached;
    this.#store.put(...place, { offset: this.#offset, reached: this.#reached } satisfies Kept);
  }

  /** The same where it has gone on by so many milliseconds since. */
  keepAfter(milliseconds: number): void {
    if (this.#held === undefined && this.now() - this.#kept >= milliseconds) this.keep();
  }
}
