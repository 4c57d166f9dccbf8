// Where repositories are, in the forms that people, shells and GitHub read.
// It must not know how they were found.
import type { CompanionOutputs, RepositoryOutput, RoleOutput } from '../../plan/outputs.js';
import { type Canvas, shellQuote, table, width } from '../text.js';

/** `payments/api-v2` becomes `PAYMENTS_API_V2`. */
function variable(key: string): string {
  return key
    .toUpperCase()
    .replace(/[^A-Z0-9]+/g, '_')
    .replace(/^_+|_+$/g, '');
}

/** Two keys may become one variable (`a-b`, `a.b`); a number keeps them apart. */
function variables<T extends { readonly key: string }>(outputs: readonly T[]): readonly (readonly [string, T])[] {
  const used = new Map<string, number>();
  return outputs.map((one) => {
    const base = variable(one.key);
    const times = (used.get(base) ?? 0) + 1;
    used.set(base, times);
    return [`SLIPWAY_${base}${times === 1 ? '' : `_${times}`}`, one] as const;
  });
}

/** The same repositories in another Region. */
export interface ReplicaOutput {
  readonly region: string;
  readonly repositories: readonly RepositoryOutput[];
}

/** Names and URLs; where one line is too narrow for both, the URL stands below, so that it can be copied whole. */
export function printOutputTable(
  heading: string,
  outputs: readonly RepositoryOutput[],
  canvas: Canvas,
  { roles, key }: CompanionOutputs = { roles: [] },
  replicas: readonly ReplicaOutput[] = [],
): string {
  const { paint } = canvas;
  const rowsOf = (some: readonly RepositoryOutput[]) =>
    some.map((one) => [one.key, one.uri ?? paint.dim('(does not exist yet)')] as const);
  const beside = [
    ...roles.map((one) => [one.key, one.arn] as const),
    ...(key === undefined ? [] : [[key.alias, key.arn ?? paint.dim('(does not exist yet)')] as const]),
  ];
  const more = beside.length === 0 ? [] : ['', paint.bold('Roles and keys'), '', ...tableLines(beside, canvas)];
  const copies = replicas.flatMap(({ region, repositories }) => [
    '',
    paint.bold(`Replicas in ${region}`),
    '',
    ...tableLines(rowsOf(repositories), canvas),
  ]);
  return `${[heading, '', ...tableLines(rowsOf(outputs), canvas), ...copies, ...more].join('\n')}\n`;
}

function tableLines(rows: readonly (readonly [string, string])[], { paint, columns }: Canvas): readonly string[] {
  const lines = table(rows.map(([key, value]) => [`  ${paint.bold(key)}`, value]));
  const fits = lines.every((line) => width(line) <= columns);
  return fits ? lines : rows.flatMap(([key, value]) => [`  ${paint.bold(key)}`, `    ${value}`]);
}

/** What does not exist yet has no URL, and no line: an empty value would be mistaken for one. */
function pairs(
  outputs: readonly RepositoryOutput[],
  roles: readonly RoleOutput[],
): readonly (readonly [string, string])[] {
  return [
    ...variables(outputs).flatMap(([name, one]) => [
      ...(one.uri === null ? [] : [[`${name}_URL`, one.uri] as const]),
      [`${name}_ARN`, one.arn] as const,
    ]),
    ...variables(roles).map(([name, one]) => [`${name}_ROLE_ARN`, one.arn] as const),
  ];
}

export function printOutputEnv(outputs: readonly RepositoryOutput[], roles: readonly RoleOutput[] = []): string {
  return pairs(outputs, roles)
    .map(([name, value]) => `${name}=${shellQuote(value)}\n`)
    .join('');
}

/** Lines for $GITHUB_OUTPUT: names in small letters, as outputs of a step are written. Values never hold line ends. */
export function printOutputGithub(outputs: readonly RepositoryOutput[], roles: readonly RoleOutput[] = []): string {
  return pairs(outputs, roles)
    .map(([name, value]) => `${name.slice('SLIPWAY_'.length).toLowerCase()}=${value}\n`)
    .join('');
}
