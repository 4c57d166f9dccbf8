// Where repositories are, in the forms that people, shells and GitHub read.
// It must not know how they were found.
import type { RepositoryOutput } from '../../plan/outputs.js';
import { type Canvas, shellQuote, table, width } from '../text.js';

/** `payments/api-v2` becomes `PAYMENTS_API_V2`. */
function variable(key: string): string {
  return key
    .toUpperCase()
    .replace(/[^A-Z0-9]+/g, '_')
    .replace(/^_+|_+$/g, '');
}

/** Two keys may become one variable (`a-b`, `a.b`); a number keeps them apart. */
function variables(outputs: readonly RepositoryOutput[]): readonly (readonly [string, RepositoryOutput])[] {
  const used = new Map<string, number>();
  return outputs.map((one) => {
    const base = variable(one.key);
    const times = (used.get(base) ?? 0) + 1;
    used.set(base, times);
    return [`SLIPWAY_${base}${times === 1 ? '' : `_${times}`}`, one] as const;
  });
}

/** A table where it fits; else the ARN stands below its URL, so that both stay whole. */
export function printOutputTable(outputs: readonly RepositoryOutput[], { paint, columns }: Canvas): string {
  const url = (one: RepositoryOutput): string => one.uri ?? paint.dim('(does not exist yet)');
  const [head = '', ...lines] = table([
    ['REPOSITORY', 'URL', 'ARN'],
    ...outputs.map((one) => [one.key, url(one), one.arn]),
  ]);
  if ([head, ...lines].every((line) => width(line) <= columns)) return `${[paint.bold(head), ...lines].join('\n')}\n`;
  const rows = outputs.flatMap((one) => [
    [paint.bold(one.key), url(one)],
    ['', paint.dim(one.arn)],
  ]);
  return `${table(rows).join('\n')}\n`;
}

/** What does not exist yet has no URL, and no line: an empty value would be mistaken for one. */
function pairs(outputs: readonly RepositoryOutput[]): readonly (readonly [string, string])[] {
  return variables(outputs).flatMap(([name, one]) => [
    ...(one.uri === null ? [] : [[`${name}_URL`, one.uri] as const]),
    [`${name}_ARN`, one.arn] as const,
  ]);
}

export function printOutputEnv(outputs: readonly RepositoryOutput[]): string {
  return pairs(outputs)
    .map(([name, value]) => `${name}=${shellQuote(value)}\n`)
    .join('');
}

/** Lines for $GITHUB_OUTPUT: names in small letters, as outputs of a step are written. Values never hold line ends. */
export function printOutputGithub(outputs: readonly RepositoryOutput[]): string {
  return pairs(outputs)
    .map(([name, value]) => `${name.slice('SLIPWAY_'.length).toLowerCase()}=${value}\n`)
    .join('');
}
