// Diagnostics for people: code, text, the source line underlined, and how to mend it.
// It must not know which room a diagnostic comes from, nor read files: it is given the sources.
import { relative, resolve } from 'node:path';
import { type Diagnostic, definitionOf, type SourceRange } from '../../diagnostics/index.js';
import { type Canvas, count, hang, list, width, wrap } from '../text.js';

/** The text of a file, or `undefined` where it cannot be had. */
export type Sources = (file: string) => string | undefined;

export interface DiagnosticContext extends Canvas {
  readonly cwd: string;
  readonly sources: Sources;
}

/** A path as a person in `cwd` would type it. */
export function shownPath(file: string, cwd: string): string {
  const path = relative(cwd, resolve(cwd, file));
  return path === '' ? '.' : path.startsWith('../../..') ? resolve(cwd, file) : path;
}

export function placeOf(range: SourceRange, cwd: string): string {
  return range.file.startsWith('--') ? range.file : `${shownPath(range.file, cwd)}:${range.line}:${range.column}`;
}

/** The line and the stretch to underline, cut so that both fit. Tabs become one space each, so that columns stay true. */
function excerpt(
  source: string,
  range: SourceRange,
  room: number,
): { readonly line: string; readonly lead: number; readonly marks: number } | undefined {
  const whole = source.split(/\r?\n/)[range.line - 1];
  if (whole === undefined) return undefined;
  const line = whole.replaceAll('\t', ' ');
  const start = Math.min(range.column - 1, line.length);
  const stop = range.endLine > range.line ? line.length : Math.min(Math.max(range.endColumn - 1, start), line.length);
  let from = 0;
  if (width(line) > room) from = Math.max(0, Math.min(start - Math.floor(room / 3), line.length - room + 2));
  let shown = line.slice(from);
  const prefix = from > 0 ? '…' : '';
  while (width(prefix + shown) > room) shown = `${shown.slice(0, -2)}…`;
  const lead = width(prefix + line.slice(from, start));
  const marks = Math.max(1, Math.min(width(line.slice(start, stop)), room - lead));
  return { line: prefix + shown, lead, marks };
}

function printDiagnostic(one: Diagnostic, context: DiagnosticContext): readonly string[] {
  const { paint, columns } = context;
  const tint = one.severity === 'error' ? paint.red : one.severity === 'warning' ? paint.yellow : paint.blue;
  const [first = '', ...rest] = one.message.split('\n');
  const head = `${one.severity}[${one.code}]: `;
  // Continuation lines begin near the left: a column under the text would be too narrow for long codes.
  const lines = wrap(head + first, columns - 4).map((line, index) =>
    index === 0
      ? paint.bold(tint(line.slice(0, head.length - 2))) + paint.bold(line.slice(head.length - 2))
      : `    ${paint.bold(line)}`,
  );
  for (const line of rest) lines.push(...hang('  ', line, columns));

  const number = one.range === undefined ? '' : String(one.range.line);
  const gutter = ' '.repeat(Math.max(1, number.length));
  const bar = paint.blue('|');
  if (one.range !== undefined) {
    lines.push(`${gutter}${paint.blue('-->')} ${placeOf(one.range, context.cwd)}`);
    const source = one.range.file.startsWith('--') ? undefined : context.sources(resolve(context.cwd, one.range.file));
    const found = source === undefined ? undefined : excerpt(source, one.range, columns - number.length - 3);
    if (found !== undefined) {
      lines.push(`${gutter} ${bar}`);
      lines.push(`${paint.blue(number)} ${bar} ${found.line}`.trimEnd());
      lines.push(`${gutter} ${bar} ${' '.repeat(found.lead)}${tint('^'.repeat(found.marks))}`);
    }
  } else if (one.path !== undefined && one.path !== '') {
    lines.push(`${gutter}${paint.blue('-->')} ${one.path}`);
  }
  const mend = one.mend === '' ? undefined : one.mend;
  if (mend !== undefined) {
    const [firstMend = '', ...more] = mend.split('\n');
    lines.push(...hang(`${gutter} ${paint.blue('=')} help: `, firstMend, columns));
    for (const line of more) lines.push(`${gutter}         ${line}`);
  }
  if (definitionOf(one.code).fault === 'tool') {
    lines.push(
      ...hang(`${gutter} ${paint.blue('=')} note: `, 'this is a defect of Slipway, please report it', columns),
    );
  }
  return lines;
}

/** All of them, a blank line between, and the count at the end where there are several. Ends with a line feed. */
export function printDiagnostics(all: readonly Diagnostic[], context: DiagnosticContext): string {
  if (all.length === 0) return '';
  const blocks = all.map((one) => printDiagnostic(one, context).join('\n'));
  const errors = all.filter((one) => one.severity === 'error').length;
  const warnings = all.filter((one) => one.severity === 'warning').length;
  if (all.length > 1) {
    const parts = [errors > 0 ? count(errors, 'error') : '', warnings > 0 ? count(warnings, 'warning') : ''].filter(
      (part) => part !== '',
    );
    if (parts.length > 0) blocks.push(context.paint.bold(list(parts)));
  }
  return `${blocks.join('\n\n')}\n`;
}
