// The marks that say what becomes of a thing, and the arrow between two values.
// It must not know any aspect.
import type { PieceChange } from '../../plan/model.js';
import type { Owner } from '../../registry/model.js';
import { type Canvas, hang, type Paint, width } from '../text.js';

export type Mark = '+' | '~' | '-' | '-/+' | '?' | '=' | '!' | 'o' | '.' | 'x';

export function painted(mark: Mark, paint: Paint): string {
  switch (mark) {
    case '+':
      return paint.green(mark);
    case '~':
    case 'o':
      return paint.yellow(mark);
    case '-':
    case '-/+':
    case '!':
    case 'x':
      return paint.red(mark);
    case '?':
      return paint.magenta(mark);
    case '=':
    case '.':
      return paint.dim(mark);
  }
}

const marks = { add: '+', change: '~', remove: '-' } as const;

export function markOf(action: PieceChange<unknown>['action']): Mark {
  return marks[action];
}

/** `payments in prod (222222222222, eu-west-1)`. */
export function title(
  { project, environment }: Owner,
  { account, region }: { readonly account: string; readonly region: string },
  paint: Paint,
): string {
  return `${paint.bold(`${project} in ${environment}`)} ${paint.dim(`(${account}, ${region})`)}`;
}

/** `before -> after`, or either alone. */
export function arrow(before: string | undefined, after: string | undefined, paint: Paint): string {
  if (before === undefined) return after ?? '';
  if (after === undefined) return before;
  return `${paint.red(before)} ${paint.dim('->')} ${paint.green(after)}`;
}

/** The same after `head`; below one another where one line is too narrow for both, and wrapped where it is for one. */
export function arrowLines(
  head: string,
  before: string | undefined,
  after: string | undefined,
  { paint, columns }: Canvas,
): readonly string[] {
  const line = head + arrow(before, after, paint);
  if (width(line) <= columns) return [line];
  if (before === undefined || after === undefined) return hang(head, after ?? before ?? '', columns);
  const under = `${' '.repeat(Math.max(0, width(head) - 3))}${paint.dim('->')} `;
  return [...hang(head, before, columns, paint.red), ...hang(under, after, columns, paint.green)];
}

/** What becomes of something, and why: on one line where that fits. The mark is right-aligned to the width of the widest. */
export function headline(
  mark: Mark,
  name: string,
  what: string,
  reason: string | undefined,
  indent: string,
  { paint, columns }: Canvas,
): readonly string[] {
  const head = `${' '.repeat(3 - mark.length)}${painted(mark, paint)} ${paint.bold(name)}  ${what}`;
  if (reason === undefined) return [head];
  if (width(head) + 2 + width(reason) <= columns) return [`${head}${paint.dim(`: ${reason}`)}`];
  return [head, ...hang(indent, reason, columns, paint.dim)];
}
