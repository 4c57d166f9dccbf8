// Exit codes, and which diagnostics mean "refused for safety".
// It must not know commands or printing.
import type { Diagnostic, DiagnosticCode } from '../diagnostics/index.js';
import { isRefusal } from '../plan/consent.js';

export const exit = { ok: 0, error: 1, somethingToSee: 2, refused: 3, interrupted: 130 } as const;
export type ExitCode = (typeof exit)[keyof typeof exit];

/** What the command line itself refuses; the engine's own refusals it knows from the engine. */
const refusals: ReadonlySet<DiagnosticCode> = new Set<DiagnosticCode>(['cli/not-approved', 'cli/no-terminal']);

/** The exit code of a run that ended with these errors: refused only if every one of them is a refusal. */
export function exitCodeOf(diagnostics: readonly Diagnostic[]): ExitCode {
  const errors = diagnostics.filter((one) => one.severity === 'error');
  if (errors.length === 0) return exit.ok;
  return errors.every((one) => refusals.has(one.code) || isRefusal(one.code)) ? exit.refused : exit.error;
}
