// The chores of a running server, each on a timer of its own that keeps no process alive: none overlaps itself, none outlives the server.
// It must not know what any chore is about.

export interface Chore {
  readonly name: string;
  /** Milliseconds until it is first done; left out where somebody must call for it. */
  readonly first?: number;
  /** Whose ringing calls for it. */
  readonly bell?: string;
  /** Returns in how many milliseconds it is to be done again; nothing where it waits to be called for. */
  run(): number | undefined | Promise<number | undefined>;
}

interface State {
  readonly chore: Chore;
  timer: NodeJS.Timeout | undefined;
  /** When the timer fires, by the monotonic clock. */
  at: number;
  running: Promise<void> | undefined;
  /** Called for while it ran: so soon afterwards. */
  again: number | undefined;
}

/** A chore that failed is tried again after this long. */
const respite = 60_000;
/** A timer of Node's cannot wait for 25 days. */
const longest = 86_400_000;

export class Housekeeping {
  readonly #states: ReadonlyMap<string, State>;
  readonly #onDefect: (error: unknown, operation: string) => void;
  #stopped = false;

  constructor(chores: readonly Chore[], onDefect: (error: unknown, operation: string) => void) {
    this.#onDefect = onDefect;
    this.#states = new Map(
      chores.map((chore) => [
        chore.name,
        { chore, timer: undefined, at: Number.POSITIVE_INFINITY, running: undefined, again: undefined },
      ]),
    );
  }

  start(): void {
    for (const { chore } of this.#states.values()) if (chore.first !== undefined) this.callFor(chore.name, chore.first);
  }

  /** Has a chore done within so many milliseconds. */
  callFor(name: string, within: number): void {
    const state = this.#states.get(name);
    if (state === undefined || this.#stopped) return;
    if (state.running !== undefined) {
      state.again = Math.min(state.again ?? within, within);
      return;
    }
    const wait = Math.min(Math.max(0, within), longest);
    const at = performance.now() + wait;
    if (at >= state.at) return;
    clearTimeout(state.timer);
    state.at = at;
    state.timer = setTimeout(() => this.#run(state), wait).unref();
  }

  /** Begins no chore any more; resolves when those under way have ended. */
  async stop(): Promise<void> {
    this.#stopped = true;
    for (const state of this.#states.values()) clearTimeout(state.timer);
    for (const state of this.#states.values()) await state.running;
  }

  #run(state: State): void {
    state.at = Number.POSITIVE_INFINITY;
    state.timer = undefined;
    state.running = this.#attempt(state.chore).then((next) => {
      state.running = undefined;
      const asked = state.again;
      state.again = undefined;
      const within = Math.min(next ?? Number.POSITIVE_INFINITY, asked ?? Number.POSITIVE_INFINITY);
      if (within < Number.POSITIVE_INFINITY) this.callFor(state.chore.name, within);
    });
  }

  async #attempt(chore: Chore): Promise<number | undefined> {
    try {
      return await chore.run();
    } catch (error) {
      this.#onDefect(error, chore.name);
      return respite;
    }
  }
}
