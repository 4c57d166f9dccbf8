// The one place that knows the parser: makes a commander program of the commands' data, and of an argv a call to run.
// It must not run anything, print anything, or know what any command does.
import { resolve } from 'node:path';
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { type Diagnostic, type DiagnosticCode, diagnostic } from '../diagnostics/index.js';
import type { Args, BoundCommand, GlobalValues, OptionSpec, OptionTable } from './command.js';
import { globalNames, globalOptions } from './globals.js';
import { type HelpStyle, helpOfCommand, helpOfGroup, helpOfProgram } from './help.js';
import { list } from './text.js';

export type Parsed =
  | { readonly kind: 'run'; readonly command: BoundCommand; readonly args: Args }
  | { readonly kind: 'print'; readonly text: string }
  | { readonly kind: 'version' }
  | { readonly kind: 'error'; readonly diagnostics: readonly Diagnostic[] };

export interface ParseContext {
  readonly cwd: string;
  readonly style: HelpStyle;
}

function wholeNumber(spec: OptionSpec & { readonly kind: 'number' }): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() === '' || !Number.isInteger(value) || value < spec.minimum || value > spec.maximum) {
      throw new InvalidArgumentError(`It takes a whole number from ${spec.minimum} to ${spec.maximum}.`);
    }
    return value;
  };
}

/** An unset variable of a shell is no path: it would mean the folder where one stands. */
function path(kind: 'file' | 'folder'): (text: string) => string {
  return (text) => {
    if (text === '') throw new InvalidArgumentError(`It takes the path of a ${kind}.`);
    return text;
  };
}

function optionOf(spec: OptionSpec): Option {
  const flags = `${spec.short === undefined ? '' : `${spec.short}, `}${spec.flag}${spec.kind === 'flag' ? '' : ` <${spec.value}>`}`;
  const option = new Option(flags, spec.description);
  if (spec.kind === 'number') option.argParser(wholeNumber(spec));
  if (spec.kind === 'list') {
    const choices = spec.choices;
    option.argParser((text: string, before: unknown) => {
      if (choices !== undefined && !choices.includes(text))
        throw new InvalidArgumentError(`Allowed choices are ${choices.join(', ')}.`);
      return [...(Array.isArray(before) ? (before as string[]) : []), text];
    });
  }
  if (spec.kind === 'value' && spec.choices !== undefined) option.choices(spec.choices);
  if (spec.kind === 'value' && (spec.completes === 'file' || spec.completes === 'folder'))
    option.argParser(path(spec.completes));
  return option;
}

function attribute(spec: OptionSpec): string {
  return new Option(spec.flag).attributeName();
}

function valueOf(spec: OptionSpec, values: Readonly<Record<string, unknown>>): unknown {
  const value = values[attribute(spec)];
  if (spec.kind === 'flag') return value === true;
  if (spec.kind === 'list') return value ?? [];
  return value;
}

function globalsOf(values: Readonly<Record<string, unknown>>, command: BoundCommand, cwd: string): GlobalValues {
  const text = (name: 'project' | 'environment' | 'output'): string | undefined => {
    const value = valueOf(globalOptions[name], values);
    return typeof value === 'string' ? value : undefined;
  };
  return {
    project: resolve(cwd, text('project') ?? '.'),
    environment: text('environment'),
    output: text('output') ?? command.spec.formats[0] ?? 'text',
    only: valueOf(globalOptions.only, values) as readonly string[],
    set: valueOf(globalOptions.set, values) as readonly string[],
    local: valueOf(globalOptions.local, values) === true,
  };
}

const versionAsked = 'slipway.version';

/** Which of our codes commander's is; anything else is a call that does not fit. */
const codes: Readonly<Record<string, DiagnosticCode>> = {
  'commander.unknownCommand': 'cli/unknown-command',
  'commander.unknownOption': 'cli/unknown-option',
};

/** Commander's English in our form: lower case, no full stop, and its suggestion as the mend. */
function complaint(error: CommanderError, called: string): Diagnostic {
  const [first = '', ...rest] = error.message.replace(/^error: /, '').split('\n');
  const suggestion = /Did you mean (?:one of )?(.+)\?/.exec(rest.join(' '))?.[1];
  const message = first
    .replace(/\. It takes/, ': it takes')
    .replace(/\. Allowed/, ': allowed')
    .replace(/\. Expected (\d+) arguments? but got (\d+).*$/, ': it takes $1, and got $2')
    .replace(/(option|argument) '([^']*)' argument '([^']*)' is invalid/, "'$3' will not do for $2")
    .replace(/command-argument value '([^']*)' is invalid for argument '([^']*)'/, "'$1' will not do for $2")
    .replace(/ argument missing$/, ' lacks its value')
    .replace(/ <[A-Z[\]:=]+>/, '')
    .replace(/\.$/, '');
  const hint = `\`${called} --help\` ${error.code === 'commander.unknownCommand' ? 'lists the commands' : 'shows how it is called'}`;
  return diagnostic(codes[error.code] ?? 'cli/bad-usage', message, {
    mend: suggestion === undefined ? hint : `did you mean ${suggestion}?`,
  });
}

function configure(
  command: Command,
  help: (style: HelpStyle) => string,
  context: ParseContext,
  print: (text: string) => void,
): Command {
  return command
    .exitOverride()
    .configureOutput({ writeOut: print, writeErr: () => undefined })
    .configureHelp({ formatHelp: () => help(context.style) })
    .helpOption('-h, --help', 'shows help')
    .helpCommand(false)
    .allowExcessArguments(false);
}

const helpWords: ReadonlySet<string> = new Set(['help', '--help', '-h']);

/** The words of a parsed call up to the first that is no command, where one should stand. */
function unknownIn(command: Command): readonly string[] | undefined {
  const [word] = command.args;
  if (word === undefined || word.startsWith('-') || command.commands.length === 0) return undefined;
  const next = command.commands.find((one) => one.name() === word);
  if (next === undefined) return [word];
  const rest = unknownIn(next);
  return rest === undefined ? undefined : [word, ...rest];
}

export function parse(argv: readonly string[], commands: readonly BoundCommand[], context: ParseContext): Parsed {
  let printed = '';
  let parsed: Parsed | undefined;
  let called = 'slipway';
  const print = (text: string): void => {
    printed += text;
  };
  const specs = commands.map((one) => one.spec);
  const program = configure(new Command('slipway'), (style) => helpOfProgram(specs, style), context, print);
  program.option('-V, --version', 'prints the version');
  program.on('option:version', () => {
    throw new CommanderError(0, versionAsked, '');
  });
  for (const name of globalNames) program.addOption(optionOf(globalOptions[name]));

  const groups = new Map<string, Command>();
  for (const bound of commands) {
    const { spec } = bound;
    const [first = '', second] = spec.name.split(' ');
    let parent = program;
    if (second !== undefined) {
      parent =
        groups.get(first) ??
        configure(program.command(first), (style) => helpOfGroup(first, specs, style), context, print);
      groups.set(first, parent);
    }
    const command = configure(parent.command(second ?? first), (style) => helpOfCommand(spec, style), context, print);
    for (const operand of spec.operands) {
      const argument = command.createArgument(
        operand.required ? `<${operand.name}>` : `[${operand.name}]`,
        operand.description,
      );
      command.addArgument(operand.choices === undefined ? argument : argument.choices(operand.choices));
    }
    for (const option of Object.values(spec.options)) command.addOption(optionOf(option));
    command.action(() => {
      const values: Readonly<Record<string, unknown>> = command.optsWithGlobals();
      const global = globalsOf(values, bound, context.cwd);
      if (!spec.formats.includes(global.output)) {
        const message = `'${global.output}' will not do for --output`;
        const mend = `\`slipway ${spec.name}\` prints ${list(spec.formats, 'or')}`;
        parsed = { kind: 'error', diagnostics: [diagnostic('cli/bad-usage', message, { mend })] };
        return;
      }
      const table: OptionTable = spec.options;
      const options = Object.fromEntries(
        Object.entries(table).map(([name, option]) => [name, valueOf(option, values)]),
      );
      parsed = { kind: 'run', command: bound, args: { operands: command.args, options, global } as Args };
    });
  }

  // `slipway help plan` is what many type first, and `slipway --help plan` others.
  const words = helpWords.has(argv[0] ?? '') ? [...argv.slice(1), '--help'] : [...argv];
  const name = words.filter((word) => !word.startsWith('-'));
  const known = specs.find((spec) => spec.name === name.slice(0, 2).join(' ') || spec.name === name[0]);
  if (known !== undefined) called = `slipway ${known.name}`;
  else if (groups.has(name[0] ?? '')) called = `slipway ${name[0] ?? ''}`;
  if (words.length === 0) return { kind: 'print', text: helpOfProgram(specs, context.style) };
  try {
    program.parse(words, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.code === versionAsked) return { kind: 'version' };
    if (error.code === 'commander.helpDisplayed') {
      const unknown = unknownIn(program);
      // Help of a command that does not exist: parsed without the question for help, it is the mistake that it is.
      return unknown === undefined ? { kind: 'print', text: printed } : parse(unknown, commands, context);
    }
    const group = groups.get(name[0] ?? '');
    if (error.code === 'commander.help') {
      const choices = group?.commands.map((one) => one.name());
      const message =
        choices === undefined ? 'a command is missing' : `'${name[0] ?? ''}' needs a command: ${list(choices, 'or')}`;
      return { kind: 'error', diagnostics: [diagnostic('cli/unknown-command', message)] };
    }
    return { kind: 'error', diagnostics: [complaint(error, called)] };
  }
  return parsed ?? { kind: 'print', text: helpOfProgram(specs, context.style) };
}
