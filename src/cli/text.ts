// Text for a terminal: its width as seen, wrapping, tables, colour.
// It must not know what is being printed.
import { stripVTControlCharacters } from 'node:util';
import picocolors from 'picocolors';
import type { Sink } from './services.js';

export type Paint = ReturnType<typeof picocolors.createColors>;

export function paintFor(colour: boolean): Paint {
  return picocolors.createColors(colour);
}

/** What printers need of the stream they print for. */
export interface Canvas {
  readonly paint: Paint;
  readonly columns: number;
}

export function canvasOf(sink: Sink): Canvas {
  // Beyond 120 columns lines are hard to read, below 60 wrapping makes more mess than it mends.
  return { paint: paintFor(sink.colour), columns: Math.min(120, Math.max(60, sink.columns)) };
}

function isWide(code: number): boolean {
  return (
    (code >= 0x1100 && code <= 0x115f) ||
    (code >= 0x2e80 && code <= 0xa4cf) ||
    (code >= 0xac00 && code <= 0xd7a3) ||
    (code >= 0xf900 && code <= 0xfaff) ||
    (code >= 0xfe30 && code <= 0xfe6f) ||
    (code >= 0xff00 && code <= 0xff60) ||
    (code >= 0x1f300 && code <= 0x1faff) ||
    (code >= 0x20000 && code <= 0x3fffd)
  );
}

/** Columns a text takes on a terminal; escape sequences take none. */
export function width(text: string): number {
  const seen = text.includes('\u001b') ? stripVTControlCharacters(text) : text;
  // Nearly all there is; and the table of marks below costs a start of the program more than all else here.
  if (/^[\x20-\x7e]*$/.test(seen)) return seen.length;
  let columns = 0;
  for (const character of seen) {
    const code = character.codePointAt(0) ?? 0;
    if (/\p{Mark}/u.test(character)) continue;
    columns += isWide(code) ? 2 : 1;
  }
  return columns;
}

export function padEnd(text: string, columns: number): string {
  return text + ' '.repeat(Math.max(0, columns - width(text)));
}

/** Lines of at most `columns`, broken at spaces; a single word that is longer stays whole, so that it can be copied. */
export function wrap(text: string, columns: number): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && width(line) + 1 + width(word) > columns) {
      lines.push(line);
      line = word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  return [...lines, line];
}

/** Words as a shell sees them: what is quoted stays whole. */
const shellWord = /(?:[^\s'"]|'[^']*'|"(?:[^"\\]|\\.)*")+/g;

/** A command over several lines where it is too long for one, each but the last ending in the shell's `\`. */
export function folded(command: string, columns: number): readonly string[] {
  const lines: string[] = [];
  const fits = (text: string): boolean => width(`${text} \\`) <= columns;
  const add = (text: string): void => {
    const line = lines.at(-1);
    if (line === undefined) lines.push(text);
    else if (fits(`${line} ${text}`)) lines[lines.length - 1] = `${line} ${text}`;
    else lines.push(`    ${text}`);
  };
  if (width(command) <= columns) return [command];
  for (const group of optionGroups(command)) {
    if (fits(`    ${group.join(' ')}`)) add(group.join(' '));
    else group.forEach(add);
  }
  return lines.map((line, index) => (index === lines.length - 1 ? line : `${line} \\`));
}

/** An option with its value, or what comes before the first. */
function optionGroups(command: string): readonly (readonly string[])[] {
  const groups: string[][] = [[]];
  for (const word of command.match(shellWord) ?? []) {
    if (/^(-|&&$|\|$)/.test(word)) groups.push([]);
    groups.at(-1)?.push(word);
  }
  return groups;
}

/** A command that stands alone, to be copied, and below it what it does. */
export function callLines(command: string, text: string, { paint, columns }: Canvas): readonly string[] {
  return [...folded(command, columns - 2).map((line) => `  ${paint.cyan(line)}`), ...hang('      ', text, columns)];
}

/** Commands and what they do: side by side where all of it fits. */
export function callTable(calls: readonly (readonly [string, string])[], canvas: Canvas): readonly string[] {
  const lines = table(calls.map(([command, text]) => [`  ${canvas.paint.cyan(command)}`, text]));
  if (lines.every((line) => width(line) <= canvas.columns)) return lines;
  return calls.flatMap(([command, text]) => callLines(command, text, canvas));
}

/** `first` before the first line, as many spaces before the others. */
export function hang(
  first: string,
  text: string,
  columns: number,
  paint: (line: string) => string = (line) => line,
): readonly string[] {
  const indent = width(first);
  return wrap(text, Math.max(20, columns - indent)).map(
    (line, index) => (index === 0 ? first : ' '.repeat(indent)) + paint(line),
  );
}

/** A headline and what is known besides: below it where one line is too narrow. */
export function headed(head: string, besides: string, { paint, columns }: Canvas): readonly string[] {
  if (besides === '') return [head];
  if (width(head) + 1 + width(besides) <= columns) return [`${head} ${paint.dim(besides)}`];
  return [head, ...hang('  ', besides, columns, paint.dim)];
}

/** Left-aligned columns, two spaces between; the last is never padded. */
export function table(rows: readonly (readonly string[])[]): readonly string[] {
  const widths: number[] = [];
  for (const row of rows) row.forEach((cell, index) => (widths[index] = Math.max(widths[index] ?? 0, width(cell))));
  return rows.map((row) =>
    row
      .map((cell, index) => (index === row.length - 1 ? cell : padEnd(cell, widths[index] ?? 0)))
      .join('  ')
      .trimEnd(),
  );
}

/** `1,234,567`. By hand: the first `toLocaleString` of a process costs a third of what starting it does. */
export function grouped(number: number): string {
  return String(number).replaceAll(/\B(?=(\d{3})+$)/g, ',');
}

/** `1 repository`, `2 repositories`. */
export function count(number: number, one: string, many = `${one}s`): string {
  return `${grouped(number)} ${number === 1 ? one : many}`;
}

export function repositories(number: number): string {
  return count(number, 'repository', 'repositories');
}

/** `a, b and c`. */
export function list(items: readonly string[], last = 'and'): string {
  if (items.length < 2) return items.join('');
  return `${items.slice(0, -1).join(', ')} ${last} ${items.at(-1) ?? ''}`;
}

/** A word for the POSIX shell, quoted only where it must be. */
export function shellQuote(word: string): string {
  return /^[A-Za-z0-9_./:=@%+,-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

/** `12.5 MB`; ECR and its bill count in powers of ten. */
export function bytes(number: number): string {
  const units = ['bytes', 'kB', 'MB', 'GB', 'TB', 'PB'];
  let value = number;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${unit === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${units[unit] ?? ''}`;
}

/** `$1,234.50`; what is there and rounds to nothing is `<$0.01`. */
export function dollars(amount: number): string {
  if (amount === 0) return '$0.00';
  if (Math.abs(amount) < 0.005) return '<$0.01';
  const [whole = '', cents = ''] = Math.abs(amount).toFixed(2).split('.');
  return `${amount < 0 ? '-' : ''}$${grouped(Number(whole))}.${cents}`;
}

/** Blocks of lines one below the other; a blank line sets apart those that have more than one. */
export function stacked(blocks: readonly (readonly string[])[]): readonly string[] {
  return blocks.flatMap((block, index) => {
    const apart = index === 0 || block.length > 1 || (blocks[index - 1]?.length ?? 0) > 1;
    return apart ? ['', ...block] : block;
  });
}
