// What goes on behind the API of a running server: its clock, what is due by it, the logs, and the chores that keep them.
// It must not know how anybody reaches it, nor what any duty does.
import { listen } from './bell.js';
import { LocalClock } from './clock.js';
import { clockAddresses } from './clock-control.js';
import type { ControlAddress } from './control.js';
import { trimEvents } from './events/events.js';
import { eventsRoute } from './events/stream.js';
import { Trail } from './events/trail.js';
import { type Chore, Housekeeping } from './housekeeping.js';
import type { Route } from './server.js';
import type { Store } from './store/store.js';
import { type Duty, Timekeeper } from './timekeeper.js';

/** What a duty works with. */
export interface DutyContext {
  readonly store: Store;
  readonly trail: Trail;
  /** Milliseconds since the epoch. */
  now(): number;
}

export interface BackgroundOptions {
  readonly store: Store;
  /** The clock of the machine. */
  readonly machine: { now(): number };
  readonly duties: (context: DutyContext) => ReadonlyMap<string, Duty>;
  /** Beside those that are the same for every server. */
  readonly chores?: (context: DutyContext) => readonly Chore[];
  readonly onDefect: (error: unknown, operation: string) => void;
  /** Fires when the server is to end. */
  readonly signal: AbortSignal;
}

export interface Background {
  readonly clock: LocalClock;
  readonly trail: Trail;
  readonly timekeeper: Timekeeper;
  readonly routes: readonly Route[];
  readonly addresses: ReadonlyMap<string, ControlAddress>;
  start(): void;
  /** Ends what goes on, and writes what is not written yet. The store is to be closed after it. */
  stop(): Promise<void>;
}

/** Calls wait so long to be written to the trail, in milliseconds. */
const trailDelay = 500;
const minute = 60_000;

export function openBackground(options: BackgroundOptions): Background {
  const { store, onDefect, signal } = options;
  const clock = new LocalClock(store, options.machine);
  const trail = new Trail(store);
  const context: DutyContext = { store, trail, now: () => clock.now() };
  const timekeeper = new Timekeeper({ store, clock, duties: options.duties(context), onDefect });

  const chores = options.chores?.(context) ?? [];
  const housekeeping = new Housekeeping(
    [
      {
        name: 'timetable',
        first: 0,
        run: async () => {
          const next = await timekeeper.catchUp();
          // The machine may sleep meanwhile, or its clock be set: it is looked at again.
          return next === undefined ? undefined : Math.min(next - clock.now(), minute);
        },
      },
      {
        name: 'trail',
        run: () => {
          trail.flush();
          // Where calls are made times are told; a server that nobody asks leaves the disk alone.
          clock.keepAfter(minute);
          return undefined;
        },
      },
      {
        name: 'trim',
        first: minute,
        run: async () => {
          const more = trimEvents(store) || trail.trim();
          await store.durable();
          return more ? 10 : minute;
        },
      },
      ...chores,
    ],
    onDefect,
  );
  const deaf = [
    listen(store, 'timetable', () => housekeeping.callFor('timetable', 0)),
    listen(store, 'trail', () => housekeeping.callFor('trail', trailDelay)),
    ...chores.flatMap(({ name, bell }) =>
      bell === undefined ? [] : [listen(store, bell, () => housekeeping.callFor(name, 0))],
    ),
  ];

  return {
    clock,
    trail,
    timekeeper,
    routes: [eventsRoute({ store, trail, signal })],
    addresses: clockAddresses(clock, timekeeper),
    start: () => housekeeping.start(),
    async stop() {
      for (const one of deaf) one();
      await Promise.all([housekeeping.stop(), timekeeper.end()]);
      try {
        trail.flush();
        clock.keepAfter(0);
      } catch (error) {
        // A full disk, say: the server ends all the same.
        onDefect(error, 'the end');
      }
    },
  };
}
