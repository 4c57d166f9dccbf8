// What an action may use of the world: streams, environment, a person to ask, a signal, a clock.
// It must not know any command, nor the process itself: main.ts makes these of the process, tests make their own.

/** One output stream. `columns` is its width; 80 where it is no terminal. */
export interface Sink {
  write(text: string): void;
  readonly isTTY: boolean;
  readonly colour: boolean;
  readonly columns: number;
}

export interface TextQuestion {
  readonly message: string;
  readonly initial?: string;
  readonly placeholder?: string;
  /** The complaint, or `undefined` where the answer will do. */
  readonly validate?: (answer: string) => string | undefined;
}

/** Questions with a little comfort, for `init`. Resolves to `undefined` when the person backs out. */
export interface Prompts {
  intro(title: string): void;
  text(question: TextQuestion): Promise<string | undefined>;
  choose(
    message: string,
    choices: readonly { readonly value: string; readonly hint?: string }[],
  ): Promise<string | undefined>;
}

export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
}

export interface Services {
  readonly stdout: Sink;
  readonly stderr: Sink;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Absolute. */
  readonly cwd: string;
  /** Whether a person is there to answer. */
  readonly interactive: boolean;
  /** Asks on stderr and resolves to the line typed, without its end; `undefined` at the end of input. */
  ask(question: string): Promise<string | undefined>;
  /** Standard input, to its end. */
  input(): Promise<Uint8Array>;
  prompts(): Promise<Prompts>;
  /** Fires at the first Ctrl-C. */
  readonly signal: AbortSignal;
  readonly clock: Clock;
  /** The file of this program, which Node runs again for the local ECR that stays behind. */
  readonly entry: string;
}
