// What a linter is told besides the policy, and what it answers.
// It must not know any remark.
import { type Diagnostic, type DiagnosticCode, diagnostic, type Severity } from '../../diagnostics/index.js';
import type { Image, LifecycleRule } from '../model.js';

/** What is known of the repository; the more, the better founded the remarks. */
export interface LintContext {
  /** All its images. Without them the linter speaks of the policy alone. */
  readonly images?: readonly Image[];
  /** Milliseconds since the epoch; with images, the push of the newest where it is left out. */
  readonly now?: number;
  /** How far back a deployment must be able to go. Stated, it makes warnings of what are remarks otherwise. */
  readonly rollbackWindowDays?: number;
  /** Where the repository is, for what storage costs there; us-east-1 where it is left out. */
  readonly region?: string;
}

/** A diagnostic of a policy; its `path` is within the policy, as in `rules.2.selection.tagPatternList`. */
export interface Remark extends Diagnostic {
  /** Rules to put in the place of what `path` names, or to add where nothing is there; priorities included. */
  readonly replacement?: readonly LifecycleRule[];
}

export interface RemarkDetails {
  /** Where this one is more or less likely a mistake than most of its kind. */
  readonly severity?: Severity;
  readonly mend?: string;
  readonly replacement?: readonly LifecycleRule[];
}

export function remark(code: DiagnosticCode, path: string, message: string, details: RemarkDetails = {}): Remark {
  const { severity, mend, replacement } = details;
  return {
    ...diagnostic(code, message, { path, ...(mend === undefined ? {} : { mend }) }),
    ...(severity === undefined ? {} : { severity }),
    ...(replacement === undefined ? {} : { replacement }),
  };
}

export function plural(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

/** `2`, `2.5`: one digit behind the point where it matters. */
export function decimal(number: number): string {
  return number >= 10 ? String(Math.round(number)) : String(Math.round(number * 10) / 10);
}

/** `1 push a day`, `2.5 pushes a day`. */
export function pushesADay(pace: number): string {
  const number = decimal(pace);
  return `${number} ${number === '1' ? 'push' : 'pushes'} a day`;
}
