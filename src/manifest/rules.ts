// Whether one string or number satisfies its rules, and what to say where it does not.
// It must not know YAML or where the value stands.
import type { DiagnosticCode } from '../diagnostics/index.js';
import { didYouMean, listed, nearest } from '../diagnostics/suggest.js';
import type { Rules } from './table.js';

export interface Complaint {
  readonly code: DiagnosticCode;
  readonly message: string;
  readonly mend?: string;
}

const expressions = new Map<string, RegExp>();

function expression(pattern: string): RegExp {
  const known = expressions.get(pattern);
  if (known !== undefined) return known;
  const made = new RegExp(pattern, 'u');
  expressions.set(pattern, made);
  return made;
}

/** The length of a text as protobuf, JSON Schema and AWS count it. */
export function codePoints(text: string): number {
  let count = 0;
  for (const _ of text) count++;
  return count;
}

/** Long values are cut: a message is one line. */
export function quoted(value: string): string {
  const text = JSON.stringify(value);
  return text.length <= 82 ? text : `${text.slice(0, 78)}…"`;
}

function between(low: number | undefined, high: number | undefined, unit: string): string {
  if (low !== undefined && high !== undefined) return `${low} to ${high}${unit}`;
  return low !== undefined ? `at least ${low}${unit}` : `at most ${high ?? 0}${unit}`;
}

/** What is wrong with a string; `wants` is what its pattern wants, in words. */
export function checkString(
  value: string,
  rules: Rules,
  label: string,
  wants: string | undefined,
): Complaint | undefined {
  if (rules.const !== undefined && value !== rules.const) {
    return {
      code: 'manifest/bad-value',
      message: `${label} ${quoted(value)} must be "${rules.const}"`,
      mend: `write "${rules.const}"`,
    };
  }
  if (rules.in !== undefined && !rules.in.includes(value)) {
    const near = nearest(value, rules.in);
    return {
      code: 'manifest/bad-value',
      message: `${label} ${quoted(value)} is none of ${listed(rules.in, 'or')}${didYouMean(value, rules.in)}`,
      ...(near === undefined ? {} : { mend: `write "${near}"` }),
    };
  }
  const length = rules.minLen === undefined && rules.maxLen === undefined ? 0 : codePoints(value);
  if (length < (rules.minLen ?? 0) || length > (rules.maxLen ?? Number.POSITIVE_INFINITY)) {
    const wanted = between(rules.minLen, rules.maxLen, ' characters');
    return {
      code: 'manifest/bad-length',
      message: `${label} ${quoted(value)} has ${length} ${length === 1 ? 'character' : 'characters'}; it takes ${wanted}`,
    };
  }
  if (rules.pattern !== undefined && !expression(rules.pattern).test(value)) {
    return {
      code: 'manifest/bad-format',
      message: `${label} ${quoted(value)} must be ${wants ?? `of the form ${rules.pattern}`}`,
    };
  }
  if (rules.prefix !== undefined && !value.startsWith(rules.prefix)) {
    return { code: 'manifest/bad-format', message: `${label} ${quoted(value)} must begin with "${rules.prefix}"` };
  }
  return undefined;
}

/** What is wrong with a number that should be a 32-bit whole number. */
export function checkInteger(value: number, rules: Rules, label: string, text: string): Complaint | undefined {
  const low = rules.gte ?? -2_147_483_648;
  const high = rules.lte ?? 2_147_483_647;
  if (!Number.isInteger(value)) {
    return {
      code: 'manifest/wrong-type',
      message: `${label} must be a whole number, not ${text}`,
      mend: `write ${Number.isFinite(value) ? Math.round(value) : low}`,
    };
  }
  if (value >= low && value <= high) return undefined;
  return {
    code: 'manifest/out-of-range',
    message: `${label} ${text} is out of range; it takes ${between(low, value > high ? high : rules.lte, '')}`,
  };
}
