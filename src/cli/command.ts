// What a command is: data from which parsing, help, completion and docs/cli.md are made, and the types of its arguments.
// It must not know the parser, nor what any command does.
import type { ExitCode } from './exit.js';
import type { Services } from './services.js';

interface OptionBase {
  /** `--lock-timeout`. */
  readonly flag: `--${string}`;
  readonly short?: `-${string}`;
  readonly description: string;
}

/** What the shell may complete a value with: paths, names of the manifest, or words of which there may be others. */
export type Completes = 'file' | 'folder' | 'environment' | 'repository' | readonly string[];

export type OptionSpec =
  | (OptionBase & { readonly kind: 'flag' })
  | (OptionBase & {
      readonly kind: 'value' | 'list';
      /** What stands for the value in help, in capitals. */
      readonly value: string;
      readonly choices?: readonly string[];
      readonly completes?: Completes;
    })
  | (OptionBase & {
      readonly kind: 'number';
      readonly value: string;
      readonly minimum: number;
      readonly maximum: number;
    });

export type OptionTable = Readonly<Record<string, OptionSpec>>;

type ValueOf<O extends OptionSpec> = O['kind'] extends 'flag'
  ? boolean
  : O['kind'] extends 'list'
    ? readonly string[]
    : O['kind'] extends 'number'
      ? number | undefined
      : string | undefined;

export type OptionValues<T extends OptionTable> = { readonly [Name in keyof T]: ValueOf<T[Name]> };

export interface OperandSpec {
  /** In capitals. */
  readonly name: string;
  readonly description: string;
  readonly required: boolean;
  readonly choices?: readonly string[];
  readonly completes?: Completes;
}

/** Options that every command accepts, so that a wrapper can always give them. */
export interface GlobalValues {
  /** Absolute path of the project. */
  readonly project: string;
  readonly environment: string | undefined;
  readonly output: string;
  readonly only: readonly string[];
  readonly set: readonly string[];
  readonly local: boolean;
}

export type GlobalName = keyof GlobalValues | 'color';

export type CommandGroup = 'Manifest' | 'Registry' | 'This machine' | 'Help';

export interface CommandSpec<T extends OptionTable = OptionTable> {
  /** As typed, for instance `local start`. */
  readonly name: string;
  readonly group: CommandGroup;
  /** One line, for lists. */
  readonly summary: string;
  /** Paragraphs, for the command's own help. */
  readonly description: readonly string[];
  readonly operands: readonly OperandSpec[];
  readonly options: T;
  /** What a value of one of the options may be, where that takes a table. */
  readonly tables?: readonly { readonly title: string; readonly rows: readonly (readonly [string, string])[] }[];
  /** The global options that mean something here; the others are accepted and ignored. */
  readonly globals: readonly GlobalName[];
  /** What `--output` may be; the first is the default. */
  readonly formats: readonly string[];
  /** The members of the object that `--output json` prints, besides `version`. */
  readonly json: Readonly<Record<string, string>>;
  readonly examples: readonly { readonly command: string; readonly text: string }[];
  /** Exit codes with a meaning of their own here. */
  readonly exits?: Readonly<Record<string, string>>;
}

export interface Args<T extends OptionTable = OptionTable> {
  readonly operands: readonly string[];
  readonly options: OptionValues<T>;
  readonly global: GlobalValues;
}

export type Action<T extends OptionTable> = (args: Args<T>, services: Services) => Promise<ExitCode>;

/** The arguments of one command, for its action: `ArgsOf<typeof planCommand>`. */
export type ArgsOf<C> = C extends CommandSpec<infer T> ? Args<T> : never;

/** Keeps the literal option table as a type while checking the command. */
export function defineCommand<const T extends OptionTable>(spec: CommandSpec<T>): CommandSpec<T> {
  return spec;
}

/** A command with its action, loaded when it is run. */
export interface BoundCommand {
  readonly spec: CommandSpec;
  run(args: Args, services: Services): Promise<ExitCode>;
}

export function bind<T extends OptionTable>(spec: CommandSpec<T>, load: () => Promise<Action<T>>): BoundCommand {
  return {
    spec,
    // The parser builds the options from this very table, which is what makes the narrowing true.
    run: async (args, services) => (await load())(args as Args<T>, services),
  };
}
