// Policy statements in words, and a policy's change statement by statement.
// It must not know repositories or plans beyond the pieces it is given.
import type { PrincipalElement, Statement } from '../../access/index.js';
import { verbActions } from '../../access/names.js';
import type { PieceChange } from '../../plan/model.js';
import { type Canvas, hang, list, padEnd } from '../text.js';
import { markOf, painted } from './view.js';

/** What lies in AWS was not checked by us: what is no text is shown as the JSON it is. */
function many(value: unknown): readonly string[] {
  if (value === undefined) return [];
  const all: readonly unknown[] = Array.isArray(value) ? value : [value];
  return all.map((one) => (typeof one === 'string' ? one : JSON.stringify(one)));
}

function membersOf(value: unknown): readonly (readonly [string, unknown])[] {
  return typeof value === 'object' && value !== null ? Object.entries(value) : [];
}

/** `arn:aws:iam::333333333333:role/ci` is long and mostly noise; the account and the name are what a person looks for. */
function shortPrincipal(kind: string, value: string): string {
  if (value === '*') return 'everyone';
  if (kind !== 'AWS') return kind === 'Service' ? `service ${value}` : `${kind} ${value}`;
  if (/^\d{12}$/.test(value)) return `account ${value}`;
  const [, account, rest] = /^arn:[^:]+:(?:iam|sts)::(\d{12}):(.+)$/.exec(value) ?? [];
  if (account === undefined || rest === undefined) return value;
  if (rest === 'root') return `account ${account}`;
  return `${rest} of ${account}`;
}

function principals(element: PrincipalElement | undefined): readonly string[] {
  if (element === undefined) return [];
  if (element === '*') return ['everyone'];
  return membersOf(element).flatMap(([kind, value]) => many(value).map((one) => shortPrincipal(kind, one)));
}

function who(statement: Statement): readonly string[] {
  const excluded = principals(statement.NotPrincipal);
  return excluded.length > 0 ? [`everyone but ${list(excluded)}`] : principals(statement.Principal);
}

function isExactly(actions: readonly string[], set: readonly string[]): boolean {
  return actions.length === set.length && set.every((action) => actions.includes(action));
}

/** Named sets by their name, so that a reader sees the intent; anything else in full. */
function may(statement: Statement): readonly string[] {
  const actions = many(statement.Action);
  if (statement.NotAction !== undefined) return [`everything but ${list(many(statement.NotAction))}`];
  const verb = Object.entries(verbActions).find(([, all]) => isExactly(actions, all));
  if (verb !== undefined) return [verb[0] === 'pullThrough' ? 'pull through a cache' : verb[0]];
  if (isExactly(actions, [...new Set([...verbActions.pull, ...verbActions.push])])) return ['pull', 'push'];
  if (actions.some((action) => action === '*' || action === 'ecr:*')) return ['do everything'];
  return actions;
}

function conditionsIn(statement: Statement): readonly string[] {
  return membersOf(statement.Condition).flatMap(([operator, keys]) =>
    membersOf(keys).map(([key, value]) => `${key} ${operator} ${list(many(value), 'or')}`),
  );
}

/** Repositories by pattern, where the statement is not about all that its policy is about. */
function places(statement: Statement): readonly string[] {
  return many(statement.Resource).flatMap((arn) => {
    const [, name] = arn.split(':repository/');
    return name === undefined ? [] : [name];
  });
}

/** The usual way to name an organisation is everyone, under one condition. */
function organisation(statement: Statement): string | undefined {
  const [[operator, keys] = ['', {}], ...more] = membersOf(statement.Condition);
  const [[key, value] = ['', undefined], ...others] = membersOf(keys);
  const usual =
    operator === 'StringEquals' && key.toLowerCase() === 'aws:principalorgid' && more.length + others.length === 0;
  const [only] = who(statement);
  return usual && only === 'everyone' ? `everyone in organisation ${list(many(value), 'or')}` : undefined;
}

/** `allow account 444444444444 to pull, if aws:SourceVpc StringEquals vpc-1`. */
export function statementInWords(statement: Statement): string {
  const members = organisation(statement);
  const subjects = members ?? list(who(statement));
  const conditions = members === undefined ? conditionsIn(statement) : [];
  const effect = statement.Effect === 'Allow' ? 'allow' : 'deny';
  const on = places(statement);
  const where = on.length === 0 ? '' : ` on ${list(on)}`;
  return `${effect} ${subjects} to ${list(may(statement))}${where}${conditions.length === 0 ? '' : `, if ${list(conditions)}`}`;
}

/** Of a trust policy: the jobs, services, accounts and roles that it lets take the role. */
function takers(statement: Statement): readonly string[] {
  const subjects = membersOf(statement.Condition).flatMap(([, keys]) =>
    membersOf(keys).flatMap(([key, value]) => (key.endsWith(':sub') ? many(value) : [])),
  );
  if (subjects.length > 0) return subjects.map((subject) => `jobs of ${subject}`);
  return [organisation(statement) ?? list(who(statement))];
}

const prepositions: Readonly<Record<string, string>> = { pull: 'from', push: 'to' };

/** `push to payments/api and payments/web`. To log in goes without saying where anything else is allowed. */
function allowance(statement: Statement): readonly string[] {
  const actions = may(statement);
  if (list(actions) === 'ecr:GetAuthorizationToken') return [];
  const on = actions.length === 1 ? (prepositions[actions[0] ?? ''] ?? 'on') : 'on';
  const repositories = many(statement.Resource).map((arn) => arn.split(':repository/')[1] ?? arn);
  return [`${list(actions)} ${on} ${list(repositories)}`];
}

/** Who may take a role, and what it may do then. */
export function roleLines(
  trust: readonly Statement[],
  permissions: readonly Statement[],
  indent: string,
  { columns, paint }: Canvas,
): readonly string[] {
  const rows = [
    ['taken by', list(trust.flatMap(takers), 'or')],
    ['may', list(permissions.flatMap(allowance))],
  ] as const;
  return rows.flatMap(([name, text]) =>
    text === '' ? [] : hang(`${indent}${padEnd(paint.dim(name), 8)}  `, text, columns),
  );
}

function difference(
  name: string,
  before: readonly string[],
  after: readonly string[],
  indent: string,
  { paint, columns }: Canvas,
): readonly string[] {
  const gone = before.filter((one) => !after.includes(one)).map((one) => [painted('-', paint), one] as const);
  const come = after.filter((one) => !before.includes(one)).map((one) => [painted('+', paint), one] as const);
  return [...gone, ...come].flatMap(([mark, text], index) =>
    hang(`${indent}${padEnd(index === 0 ? name : '', 6)} ${mark} `, text, columns),
  );
}

export function statementLines(
  pieces: readonly PieceChange<Statement>[],
  indent: string,
  canvas: Canvas,
): readonly string[] {
  const { paint, columns } = canvas;
  return pieces.flatMap((piece) => {
    const { before: first, after: then } = piece;
    const shown = then ?? first;
    if (shown === undefined) return [];
    const lines = [`${indent}${painted(markOf(piece.action), paint)} ${piece.id}`];
    const inner = `${indent}    `;
    if (first === undefined || then === undefined) return [...lines, ...hang(inner, statementInWords(shown), columns)];
    if (first.Effect !== then.Effect)
      lines.push(...difference('effect', [first.Effect.toLowerCase()], [then.Effect.toLowerCase()], inner, canvas));
    lines.push(
      ...difference('who', who(first), who(then), inner, canvas),
      ...difference('may', may(first), may(then), inner, canvas),
      ...difference('on', places(first), places(then), inner, canvas),
      ...difference('if', conditionsIn(first), conditionsIn(then), inner, canvas),
    );
    // A difference in a member we have no words for must not vanish.
    if (lines.length === 1) lines.push(...hang(inner, `${JSON.stringify(first)} -> ${JSON.stringify(then)}`, columns));
    return lines;
  });
}

function isStatement(value: unknown): value is Statement {
  return (
    typeof value === 'object' &&
    value !== null &&
    'Effect' in value &&
    (value.Effect === 'Allow' || value.Effect === 'Deny')
  );
}

/** Undefined of what is no policy, nor one statement of one. */
function statementsIn(text: unknown): readonly Statement[] | undefined {
  if (typeof text !== 'string' || !text.startsWith('{')) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  const inside = typeof value === 'object' && value !== null && 'Statement' in value ? value.Statement : value;
  const all: readonly unknown[] = Array.isArray(inside) ? inside : [inside];
  return all.every(isStatement) ? all : undefined;
}

/** Two policies, or statements, as the JSON that they are: what differs. Undefined where either is something else. */
export function documentLines(
  before: unknown,
  after: unknown,
  indent: string,
  canvas: Canvas,
): readonly string[] | undefined {
  const [first, then] = [statementsIn(before), statementsIn(after)];
  if (first === undefined || then === undefined) return undefined;
  const named = (all: readonly Statement[]) => new Map(all.map((one, at) => [one.Sid ?? `statement ${at + 1}`, one]));
  const [left, right] = [named(first), named(then)];
  const pieces = [...new Set([...left.keys(), ...right.keys()])].flatMap((id): PieceChange<Statement>[] => {
    const [was, is] = [left.get(id), right.get(id)];
    if (was === undefined) return is === undefined ? [] : [{ action: 'add', id, after: is }];
    if (is === undefined) return [{ action: 'remove', id, before: was }];
    return JSON.stringify(was) === JSON.stringify(is) ? [] : [{ action: 'change', id, before: was, after: is }];
  });
  return pieces.length === 0 ? undefined : statementLines(pieces, indent, canvas);
}
