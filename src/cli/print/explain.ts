// Every effective setting of a repository with its origin, as a table.
// It must not know how settings are merged.
import type { ExplainRow, Json, Origin, ResolvedRepository } from '../../manifest/index.js';
import { type Canvas, hang, padEnd, width } from '../text.js';
import { placeOf } from './diagnostics.js';

const grantees = new Set(['account', 'role', 'user', 'org', 'ou', 'service', 'github', 'gitlab']);

/** YAML's flow style, without the quotes that only a parser needs; a grantee in its short form. */
function inline(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(inline).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return String(value);
  const members = Object.entries(value);
  const [first] = members;
  if (members.length === 1 && first !== undefined && grantees.has(first[0]) && typeof first[1] === 'string')
    return `${first[0]}:${first[1]}`;
  return `{${members.map(([name, member]) => `${name}: ${inline(member)}`).join(', ')}}`;
}

function shown(value: Json): string {
  return value === null ? '(not set)' : inline(value);
}

function provenance(origin: Origin, cwd: string): string {
  const place = origin.range === undefined ? '' : placeOf(origin.range, cwd);
  return place === '' || place === origin.label ? origin.label : `${origin.label} (${place})`;
}

export function printExplanation(
  repository: ResolvedRepository,
  environment: string,
  rows: readonly ExplainRow[],
  { paint, columns }: Canvas,
  cwd: string,
): string {
  const pathWidth = Math.max(...rows.map((row) => row.path.length), 0);
  // Long values (lists of grantees) would push the origin off the screen: they get lines of their own.
  const most = Math.max(12, Math.min(32, columns - pathWidth - 30));
  const valueWidth = Math.min(
    most,
    Math.max(...rows.map((row) => width(shown(row.value))).filter((one) => one <= most), 0),
  );
  const lines = [`${paint.bold(repository.key)} in ${paint.bold(environment)} is ${repository.name} in ECR`, ''];
  for (const row of rows) {
    const value = shown(row.value);
    const origin = provenance(row.origin, cwd);
    const start = `${padEnd(row.path, pathWidth)}  `;
    const fits = width(value) <= valueWidth && pathWidth + valueWidth + 4 + width(origin) <= columns;
    if (fits) {
      lines.push(`${paint.cyan(start)}${padEnd(value, valueWidth)}  ${paint.dim(origin)}`);
    } else {
      lines.push(
        ...hang(start, value, columns).map((line, index) =>
          index === 0 ? paint.cyan(start) + line.slice(start.length) : line,
        ),
      );
      lines.push(...hang(' '.repeat(start.length), `from ${origin}`, columns, paint.dim));
    }
  }
  return `${lines.join('\n')}\n`;
}
