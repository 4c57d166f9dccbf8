// Policies as JSON that people can read, where a target keeps them as text.
// It must not know any target, nor what a policy says.
import type { PolicyDocument } from '../access/index.js';
import { canonicalLifecycle, type LifecyclePolicy } from '../lifecycle/index.js';
import type { ReplicationRule } from '../registry/index.js';

/** Characters of a policy, by what takes it: ECR counts white space too (API model, RepositoryPolicyText and LifecyclePolicyText). */
const longest = { access: 10_240, lifecycle: 30_720 } as const;

export function policyLines(document: PolicyDocument): string {
  const make = () => jsonLines(document, longest.access);
  const { Version, Statement, ...others } = document;
  return Object.keys(others).length === 0 && Version === '2012-10-17' ? remembered(Statement, make) : make();
}

export function lifecycleLines(policy: LifecyclePolicy): string {
  return remembered(policy, () => jsonLines(canonicalLifecycle(policy), longest.lifecycle));
}

/** The whole replication configuration, as ECR takes it. */
export function replicationLines(rules: readonly ReplicationRule[]): string {
  return jsonLines({ rules }, Number.POSITIVE_INFINITY);
}

/** Repositories with the same settings share what was made of them: in most projects, nearly all do. */
const texts = new WeakMap<object, string>();

function remembered(of: object, make: () => string): string {
  const known = texts.get(of);
  if (known !== undefined) return known;
  const made = make();
  texts.set(of, made);
  return made;
}

/** As people write it; compact where that is too long. */
function jsonLines(document: unknown, most: number): string {
  const lines = written(JSON.parse(JSON.stringify(document)) as Json, '');
  return lines.length <= most ? lines : JSON.stringify(document);
}

type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

const widest = 100;

/** In one line, what fits into one; but each rule, and each statement, has lines of its own. */
function written(value: Json, indent: string, depth = 0): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (depth > 2) {
    const line = inLine(value);
    if (indent.length + line.length <= widest) return line;
  }
  const inner = `${indent}  `;
  const list = isList(value);
  const items = list
    ? value.map((item) => written(item, inner, depth + 1))
    : Object.entries(value).map(([key, item]) => `${JSON.stringify(key)}: ${written(item, inner, depth + 1)}`);
  const [open, close] = list ? '[]' : '{}';
  if (items.length === 0) return `${open}${close}`;
  return `${open}\n${items.map((item) => `${inner}${item}`).join(',\n')}\n${indent}${close}`;
}

function inLine(value: Json): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (isList(value)) return `[${value.map(inLine).join(', ')}]`;
  return `{${Object.entries(value)
    .map(([key, item]) => `${JSON.stringify(key)}: ${inLine(item)}`)
    .join(', ')}}`;
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}
