// The help of the program, of a group and of a command, made from the commands' data.
// It must not know the parser, nor what any command does.
import type { CommandGroup, CommandSpec, OperandSpec, OptionSpec } from './command.js';
import { exitMeanings } from './exit-meanings.js';
import { globalNames, globalOptions } from './globals.js';
import { type Canvas, callLines, padEnd, width, wrap } from './text.js';

export type HelpStyle = Canvas;

export const groupOrder: readonly CommandGroup[] = ['Manifest', 'Registry', 'This machine', 'Help'];

/** `-C, --project DIR`. */
export function flagsOf(option: OptionSpec): string {
  return `${option.short === undefined ? '' : `${option.short}, `}${option.flag}${option.kind === 'flag' ? '' : ` ${option.value}`}`;
}

export function operandText(operand: OperandSpec): string {
  return operand.required ? operand.name : `[${operand.name}]`;
}

export function usageOf(spec: CommandSpec): string {
  return ['slipway', spec.name, ...spec.operands.map(operandText), '[options]'].join(' ');
}

export function describedOption(option: OptionSpec): string {
  const choices = option.kind === 'value' || option.kind === 'list' ? option.choices : undefined;
  return choices === undefined ? option.description : `${option.description}: ${choices.join(', ')}`;
}

/** Two columns; the right one wraps. */
function rows(pairs: readonly (readonly [string, string])[], { columns, paint }: HelpStyle): readonly string[] {
  const left = Math.min(26, Math.max(...pairs.map(([name]) => width(name)), 0));
  const lines: string[] = [];
  for (const [name, text] of pairs) {
    const wrapped = wrap(text, columns - left - 4);
    const head = paint.cyan(name);
    if (width(name) > left) lines.push(`  ${head}`, ...wrapped.map((line) => `${' '.repeat(left + 4)}${line}`));
    else lines.push(...wrapped.map((line, index) => `  ${padEnd(index === 0 ? head : '', left)}  ${line}`));
  }
  return lines;
}

function section(title: string, lines: readonly string[], style: HelpStyle): readonly string[] {
  return lines.length === 0 ? [] : ['', style.paint.bold(title), ...lines];
}

function end(lines: readonly string[]): string {
  return `${lines.join('\n')}\n`;
}

export function helpOfProgram(specs: readonly CommandSpec[], style: HelpStyle): string {
  const { paint } = style;
  const lines = [
    `${paint.bold('slipway')}: one small manifest becomes production-ready Amazon ECR registries`,
    '',
    `${paint.bold('Usage')}  slipway COMMAND [options]`,
  ];
  for (const group of groupOrder) {
    const members = specs.filter((spec) => spec.group === group);
    lines.push(
      ...section(
        group,
        rows(
          members.map((spec) => [spec.name, spec.summary] as const),
          style,
        ),
        style,
      ),
    );
  }
  lines.push(
    ...section(
      'Options of every command',
      rows(
        globalNames.map((name) => [flagsOf(globalOptions[name]), globalOptions[name].description] as const),
        style,
      ),
      style,
    ),
  );
  lines.push(
    ...section(
      'Begin',
      rows(
        [
          ['slipway init', 'writes a first manifest'],
          ['slipway plan --local', 'what it would make, on an ECR of this machine'],
          ['slipway COMMAND --help', 'options, examples and exit codes of a command'],
        ],
        style,
      ),
      style,
    ),
  );
  return end(lines);
}

export function helpOfGroup(name: string, specs: readonly CommandSpec[], style: HelpStyle): string {
  const members = specs.filter((spec) => spec.name.startsWith(`${name} `));
  return end([
    `${style.paint.bold('Usage')}  slipway ${name} COMMAND [options]`,
    ...section(
      'Commands',
      rows(
        members.map((spec) => [spec.name, spec.summary] as const),
        style,
      ),
      style,
    ),
  ]);
}

export function helpOfCommand(spec: CommandSpec, style: HelpStyle): string {
  const { paint, columns } = style;
  const lines = [
    `${paint.bold(`slipway ${spec.name}`)}: ${spec.summary}`,
    '',
    `${paint.bold('Usage')}  ${usageOf(spec)}`,
  ];
  for (const paragraph of spec.description) lines.push('', ...wrap(paragraph, columns));
  const operands = spec.operands.map(
    (one) =>
      [
        one.name,
        one.choices === undefined ? one.description : `${one.description}: ${one.choices.join(', ')}`,
      ] as const,
  );
  lines.push(...section('Arguments', rows(operands, style), style));
  const options = Object.values(spec.options).map((option) => [flagsOf(option), describedOption(option)] as const);
  lines.push(...section('Options', rows(options, style), style));
  for (const table of spec.tables ?? []) lines.push(...section(table.title, rows(table.rows, style), style));
  const globals = globalNames
    .filter((name) => spec.globals.includes(name))
    .map((name) => {
      const option = globalOptions[name];
      return [
        flagsOf(option),
        name === 'output' ? `${option.description}: ${spec.formats.join(', ')}` : option.description,
      ] as const;
    });
  lines.push(...section('Options of every command', rows(globals, style), style));
  const examples = spec.examples.flatMap((one) => callLines(one.command, one.text, style));
  lines.push(...section('Examples', examples, style));
  lines.push(...section('Exit codes', rows(exitMeanings(spec), style), style));
  return end(lines);
}
