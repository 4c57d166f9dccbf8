// What could be typed next, from the commands' data and the names in the manifest.
// It must not know the parser, any shell, or how the names are found.
import type { CommandSpec, OperandSpec, OptionSpec } from './command.js';
import { globalNames, globalOptions } from './globals.js';

export interface Suggestion {
  readonly value: string;
  readonly description: string;
}

/** With `file` and `folder` the shell looks for itself. */
export interface Completion {
  readonly kind: 'words' | 'file' | 'folder';
  readonly words: readonly Suggestion[];
}

/** What was typed of the options that say where names come from. */
export interface Place {
  readonly project: string | undefined;
  readonly environment: string | undefined;
}

export type NamesOf = (what: 'environment' | 'repository', place: Place) => Promise<readonly string[]>;

const help: OptionSpec = { kind: 'flag', flag: '--help', short: '-h', description: 'shows help' };
const version: OptionSpec = { kind: 'flag', flag: '--version', short: '-V', description: 'prints the version' };

/** The options that may stand here. A command is `undefined` until it is named. */
function optionsOf(spec: CommandSpec | undefined): readonly OptionSpec[] {
  const globals = globalNames.map((name): OptionSpec => {
    const option = globalOptions[name];
    return name === 'output' && option.kind === 'value' && spec !== undefined
      ? { ...option, choices: spec.formats }
      : option;
  });
  return spec === undefined ? [...globals, help, version] : [...Object.values(spec.options), ...globals, help];
}

/** What comes before the unfinished word. */
interface Typed {
  /** `local`, then `local start`. */
  readonly name: string;
  readonly spec: CommandSpec | undefined;
  readonly operands: number;
  readonly flags: ReadonlySet<string>;
  /** The option whose value the unfinished word is. */
  readonly open: OptionSpec | undefined;
  /** After `--` nothing is an option. */
  readonly ended: boolean;
  readonly place: Place;
}

/** `--out=FILE` and `-eNAME` hold their value themselves. */
function split(word: string): readonly [flag: string, value: string | undefined] {
  if (!word.startsWith('--')) return [word.slice(0, 2), word.length > 2 ? word.slice(2) : undefined];
  const at = word.indexOf('=');
  return at < 0 ? [word, undefined] : [word.slice(0, at), word.slice(at + 1)];
}

function find(flag: string, spec: CommandSpec | undefined): OptionSpec | undefined {
  return optionsOf(spec).find((one) => one.flag === flag || one.short === flag);
}

function read(words: readonly string[], specs: readonly CommandSpec[]): Typed {
  let [name, operands, ended] = ['', 0, false];
  let spec: CommandSpec | undefined;
  let open: OptionSpec | undefined;
  const flags = new Set<string>();
  const values = new Map<string, string>();
  for (const word of words) {
    if (open !== undefined) {
      values.set(open.flag, word);
      open = undefined;
    } else if (ended || !word.startsWith('-') || word === '-') {
      if (spec !== undefined) operands += 1;
      else if (name !== '' || word !== 'help') {
        name = name === '' ? word : `${name} ${word}`;
        spec = specs.find((one) => one.name === name);
      }
    } else if (word === '--') {
      ended = true;
    } else {
      const [flag, value] = split(word);
      const option = find(flag, spec);
      if (option === undefined) continue;
      flags.add(option.flag);
      if (option.kind === 'flag') continue;
      if (value === undefined) open = option;
      else values.set(option.flag, value);
    }
  }
  const place = {
    project: values.get(globalOptions.project.flag),
    environment: values.get(globalOptions.environment.flag),
  };
  return { name, spec, operands, flags, open, ended, place };
}

/** The next word of every command whose name begins with what is there, a group with its members. */
function commands(name: string, specs: readonly CommandSpec[]): readonly Suggestion[] {
  const start = name === '' ? '' : `${name} `;
  const found = new Map<string, string[]>();
  for (const spec of specs) {
    if (!spec.name.startsWith(start)) continue;
    const [word = '', ...rest] = spec.name.slice(start.length).split(' ');
    found.set(word, [...(found.get(word) ?? []), rest.length === 0 ? spec.summary : rest.join(' ')]);
  }
  return [...found].map(([value, texts]) => ({ value, description: texts.join(', ') }));
}

/** Long forms; a short one where it is all that was typed. What was given already is left out unless it may be repeated. */
function flagsFor(current: string, { spec, flags }: Typed): readonly Suggestion[] {
  return optionsOf(spec)
    .filter((one) => one.kind === 'list' || !flags.has(one.flag))
    .flatMap((one) => [
      { value: one.flag, description: one.description },
      ...(one.short === current ? [{ value: one.short, description: one.description }] : []),
    ]);
}

/** What may stand for a value. */
type Offer = Pick<OperandSpec, 'choices' | 'completes'>;

function offerOf(option: OptionSpec): Offer {
  return option.kind === 'value' || option.kind === 'list' ? option : {};
}

/** What the last of the words could become. */
export async function complete(
  words: readonly string[],
  specs: readonly CommandSpec[],
  namesOf: NamesOf,
): Promise<Completion> {
  const current = words.at(-1) ?? '';
  const typed = read(words.slice(0, -1), specs);
  const { name, spec, operands, open, ended, place } = typed;
  const only = (all: readonly Suggestion[]): Completion => ({
    kind: 'words',
    words: all.filter(({ value }) => value.startsWith(current)),
  });

  async function values({ choices, completes }: Offer, before = ''): Promise<Completion> {
    const wanted = choices ?? completes ?? [];
    if (wanted === 'file' || wanted === 'folder') return { kind: wanted, words: [] };
    const found = typeof wanted === 'string' ? await namesOf(wanted, place) : wanted;
    return only(found.map((value) => ({ value: before + value, description: '' })));
  }

  if (open !== undefined) return values(offerOf(open));
  if (!ended && current.startsWith('--') && current.includes('=')) {
    const [flag] = split(current);
    const option = find(flag, spec);
    return option === undefined ? only([]) : values(offerOf(option), `${flag}=`);
  }
  if (!ended && current.startsWith('-')) return only(flagsFor(current, typed));
  if (spec === undefined) return only(commands(name, specs));
  const operand = spec.operands[operands];
  if (operand !== undefined) return values(operand);
  return only(current === '' && !ended ? flagsFor(current, typed) : []);
}
