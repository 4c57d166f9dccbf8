// Policy variables: `${aws:username}` in a resource or in the value of a condition.
// It must not know statements or operators.
// Source: IAM user guide, "IAM policy elements: Variables and tags".
import type { Context } from './context.js';
import type { Part } from './wildcard.js';

/** A text with wildcards, and variables in it. */
export type Template = readonly (Part | { readonly variable: string; readonly otherwise: string | undefined })[];

export type Filled =
  | { readonly parts: readonly Part[] }
  /** "If AWS cannot resolve a variable, this might cause the entire statement to be invalid." */
  | 'unresolved'
  | 'unknown';

const variable = /\$\{([^{}]*)\}/;
const escaped = new Set(['*', '?', '$']);

/** "Earlier versions of the policy language don't support policy variables": there the text stands as it is. */
export function supportsVariables(version: unknown): boolean {
  return version === '2012-10-17';
}

/** Whether there are no variables in it. */
export function isPlain(template: Template): template is readonly Part[] {
  return !template.some(isVariable);
}

function isVariable(part: Template[number]): part is Extract<Template[number], { variable: string }> {
  return typeof part === 'object' && 'variable' in part;
}

/** `wildcards` reads what is between the variables. `${*}`, `${?}` and `${$}` are those characters. */
export function parseTemplate(text: string, wildcards: (text: string, isEnd: boolean) => readonly Part[]): Template {
  const found = variable.exec(text);
  if (found === null) return wildcards(text, true);
  const before = text.slice(0, found.index);
  const after = text.slice(found.index + found[0].length);
  const name = found[1] ?? '';
  return [...wildcards(before, false), escaped.has(name) ? name : variableOf(name), ...parseTemplate(after, wildcards)];
}

/** `${aws:PrincipalTag/team, 'company-wide'}` has a default. */
function variableOf(text: string): Template[number] {
  const comma = text.indexOf(',');
  if (comma < 0) return { variable: text.trim(), otherwise: undefined };
  const otherwise = /^\s*'(.*)'\s*$/.exec(text.slice(comma + 1));
  return { variable: text.slice(0, comma).trim(), otherwise: otherwise?.[1] };
}

/** Wildcards in the value of a variable are plain characters. "You can't use multivalued keys as policy variables." */
export function fill(template: Template, context: Context): Filled {
  const parts: Part[] = [];
  let unknown = false;
  for (const part of template) {
    if (!isVariable(part)) {
      parts.push(part);
      continue;
    }
    const state = context(part.variable);
    if (state === 'unknown') {
      unknown = true;
      continue;
    }
    const value = state === 'absent' ? part.otherwise : state.length === 1 ? state[0] : undefined;
    if (value === undefined) return 'unresolved';
    parts.push(value);
  }
  return unknown ? 'unknown' : { parts };
}
