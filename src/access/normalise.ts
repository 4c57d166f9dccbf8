// One form for each meaning of a statement, so that what AWS rewrites on its own is no drift.
// It must not know whose a statement is, nor drop a member it does not know.
import { isAccountId, statementMembers } from './document.js';
import type { Statement } from './model.js';
import { canonicalAction, canonicalKey, canonicalOperator } from './names.js';

export interface CanonicalContext {
  /** `aws`, `aws-cn`, `aws-us-gov`: for the ARN of an account's root. */
  readonly partition: string;
}

type Fields = { readonly [name: string]: unknown };

/**
 * Accounts as the ARN of their root (the form AWS stores), everyone as `"*"`, lists of one as the member, longer ones sorted
 * and without repetition, actions, operators and condition keys in IAM's spelling, condition values as text, and no
 * `Resource: "*"`, which is what a repository policy means without it.
 */
export function canonicalStatement(statement: Statement, context: CanonicalContext): Statement {
  const result: Record<string, unknown> = {};
  const fields: Fields = { ...statement };
  for (const name of new Set([...statementMembers, ...Object.keys(fields).sort()])) {
    const canonical = canonicalMember(name, fields[name], context);
    if (canonical !== undefined) result[name] = canonical;
  }
  return result as unknown as Statement;
}

function canonicalMember(name: string, value: unknown, context: CanonicalContext): unknown {
  switch (name) {
    case 'Principal':
    case 'NotPrincipal':
      return canonicalPrincipal(value, context);
    case 'Action':
    case 'NotAction':
      return canonicalList(value, canonicalAction);
    case 'Resource': {
      const resource = canonicalList(value);
      return resource === '*' ? undefined : resource;
    }
    case 'NotResource':
      return canonicalList(value);
    case 'Condition':
      return canonicalCondition(value);
    default:
      return sortMembers(value);
  }
}

function canonicalPrincipal(value: unknown, { partition }: CanonicalContext): unknown {
  if (!isFields(value)) return value;
  const kinds = Object.entries(value)
    .sort(byName)
    .map(([kind, members]): [string, unknown] => {
      if (kind === 'Service') return [kind, canonicalList(members, (name) => name.toLowerCase())];
      if (kind !== 'AWS') return [kind, canonicalList(members)];
      const principals = canonicalList(members, (one) => (isAccountId(one) ? rootArn(one, partition) : one));
      // Everyone includes whoever is named beside.
      return [kind, Array.isArray(principals) && principals.includes('*') ? '*' : principals];
    });
  const names: Fields = Object.fromEntries(kinds);
  return kinds.length === 1 && names['AWS'] === '*' ? '*' : names;
}

export function rootArn(account: string, partition: string): string {
  return `arn:${partition}:iam::${account}:root`;
}

/** `null` values, lists of lists and the like are left as they are: it is not for us to guess what they mean. */
function canonicalList(value: unknown, spell: (one: string) => string = (one) => one): unknown {
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  const texts = list.filter((one) => typeof one === 'string');
  if (texts.length < list.length) return value;
  const sorted = [...new Set(texts.map(spell))].sort();
  return sorted.length === 1 ? sorted[0] : sorted;
}

function canonicalCondition(value: unknown): unknown {
  if (!isFields(value)) return value;
  const operators = respelt(value, canonicalOperator);
  // Two spellings of one name, or a shape that is none: kept word for word.
  if (operators === undefined) return sortMembers(value);
  const full: [string, unknown][] = [];
  for (const [operator, keys] of operators) {
    const spelt = isFields(keys) ? respelt(keys, canonicalKey) : undefined;
    if (spelt === undefined) return sortMembers(value);
    const valuesOf = spelt.map(([key, values]) => [key, canonicalValues(values)] as const);
    if (spelt.length > 0) full.push([operator, Object.fromEntries(valuesOf)]);
  }
  return full.length === 0 ? undefined : Object.fromEntries(full);
}

function canonicalValues(value: unknown): unknown {
  const text = (one: unknown) => (typeof one === 'boolean' || typeof one === 'number' ? String(one) : one);
  return canonicalList(Array.isArray(value) ? value.map(text) : text(value));
}

/** Members under their canonical names, sorted; `undefined` where two would share one. */
function respelt(value: Fields, spell: (name: string) => string): [string, unknown][] | undefined {
  const entries = Object.entries(value).map(([name, member]): [string, unknown] => [spell(name), member]);
  return new Set(entries.map(([name]) => name)).size < entries.length ? undefined : entries.sort(byName);
}

function sortMembers(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortMembers);
  if (!isFields(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(byName)
      .map(([name, member]) => [name, sortMembers(member)]),
  );
}

/** No name comes twice. */
function byName([one]: readonly [string, unknown], [other]: readonly [string, unknown]): number {
  return one < other ? -1 : 1;
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Whether two statements mean the same, Sid included. */
export function sameStatement(one: Statement, other: Statement, context: CanonicalContext): boolean {
  return JSON.stringify(canonicalStatement(one, context)) === JSON.stringify(canonicalStatement(other, context));
}
