// The commands that people are told to run next, with the options that take them where this run was.
// It must not know why a command is advised, nor how it is shown.
import { type Diagnostic, definitionOf } from '../diagnostics/index.js';
import type { CommandSpec, GlobalName, GlobalValues } from './command.js';
import { globalNames, globalOptions } from './globals.js';
import { shownPath } from './print/diagnostics.js';
import { shellQuote } from './text.js';

/** What the person who reads the advice has typed, and where. */
export interface Run {
  readonly global: GlobalValues;
  readonly cwd: string;
}

export interface Call {
  readonly operands?: readonly string[];
  /** Further options, for instance `--prune`; they come last. */
  readonly options?: readonly string[];
}

/** The options as typed, for those that decide what is worked on. How results are printed is nobody's next step. */
function typed(name: GlobalName, { global, cwd }: Run): readonly string[] {
  const option = globalOptions[name];
  const flag = option.short ?? option.flag;
  switch (name) {
    case 'project': {
      const path = shownPath(global.project, cwd);
      return path === '.' ? [] : [flag, path];
    }
    case 'environment':
      return global.environment === undefined ? [] : [flag, global.environment];
    case 'only':
    case 'set':
      return global[name].flatMap((value) => [flag, value]);
    case 'local':
      return global.local ? [flag] : [];
    case 'output':
    case 'color':
      return [];
  }
}

/** `slipway apply -C infra -e prod --local --prune`: of the options of this run those that mean something to the command. */
export function commandLine(
  spec: Pick<CommandSpec, 'name' | 'globals'>,
  run: Run,
  { operands = [], options = [] }: Call = {},
): string {
  const globals = globalNames.filter((name) => spec.globals.includes(name)).flatMap((name) => typed(name, run));
  return ['slipway', ...spec.name.split(' '), ...[...operands, ...globals, ...options].map(shellQuote)].join(' ');
}

/** The mend that the table has for every run, with the options of this one in the commands it names. */
export function mendFor(run: Run, one: Diagnostic, specs: readonly CommandSpec[]): Diagnostic {
  if (one.mend === undefined || one.mend !== definitionOf(one.code).mend) return one;
  const mend = one.mend.replaceAll(/`slipway ([a-z]+(?: [a-z]+)?)([^`]*)`/g, (whole, name: string, rest: string) => {
    const spec = specs.find((each) => each.name === name);
    return spec === undefined ? whole : `\`${commandLine(spec, run)}${rest}\``;
  });
  return { ...one, mend };
}
