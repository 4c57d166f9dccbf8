// Whatever was thrown, as diagnostics for people.
// It must not know commands, nor print: run.ts does.
import { type Diagnostic, diagnostic, isSlipwayError } from '../diagnostics/index.js';
import { AwsFault } from '../plan/ports.js';

function firstLine(text: string): string {
  return (text.split('\n')[0] ?? '').replace(/\.$/, '');
}

/** A failed call to AWS in words: which operation, what AWS says, what would help. */
export function faultDiagnostic(fault: AwsFault): Diagnostic {
  const said = firstLine(fault.message);
  const what = `${fault.operation} failed with ${fault.awsCode}: ${said}`;
  switch (fault.kind) {
    case 'denied':
      return diagnostic('cli/access-denied', `${fault.operation} was denied: ${said}`, {
        mend: `allow ${fault.operation} to the identity in use, or use another with AWS_PROFILE`,
      });
    case 'credentials':
      return diagnostic('cli/no-credentials', `AWS cannot be asked: ${said}`);
    case 'unavailable':
      return diagnostic('cli/aws-unavailable', what);
    case 'not-implemented':
      return diagnostic('cli/aws-not-implemented', `this endpoint does not know ${fault.operation}`);
    case 'interrupted':
      return diagnostic('cli/interrupted', 'interrupted');
    case 'gone':
    case 'exists':
    case 'not-empty':
    case 'in-progress':
    case 'invalid':
    case 'other':
      return diagnostic('cli/aws-refused', what);
  }
}

/** Whether it was thrown because of Ctrl-C, and not merely after it. */
export function isInterruption(error: unknown): boolean {
  return (
    error instanceof Error &&
    (error.name === 'AbortError' || (error instanceof AwsFault && error.kind === 'interrupted'))
  );
}

/** What a system error says, without the path twice. */
export function systemReason(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return firstLine(message)
    .replace(/^E[A-Z]+: /, '')
    .replace(/, (open|mkdir|rename|write|access|stat|scandir).*$/, '');
}

export interface Failure {
  readonly diagnostics: readonly Diagnostic[];
  readonly interrupted: boolean;
}

export function failureOf(
  error: unknown,
  context: { readonly interrupted: boolean; readonly debug: boolean },
): Failure {
  if (isSlipwayError(error)) return { interrupted: error.code === 'cli/interrupted', diagnostics: error.diagnostics };
  // Whoever knows what was changed until then has said so; here nobody does.
  const interruption = diagnostic('cli/interrupted', 'interrupted');
  if (error instanceof AwsFault ? error.kind === 'interrupted' : context.interrupted && isInterruption(error))
    return { interrupted: true, diagnostics: [interruption] };
  const problem = error instanceof AwsFault ? faultDiagnostic(error) : defectDiagnostic(error, context.debug);
  // What goes wrong after Ctrl-C did not go wrong because of it: it is told as well.
  return { interrupted: context.interrupted, diagnostics: context.interrupted ? [interruption, problem] : [problem] };
}

function defectDiagnostic(error: unknown, debug: boolean): Diagnostic {
  const text = error instanceof Error ? (debug ? (error.stack ?? error.message) : error.message) : String(error);
  return diagnostic('cli/internal', text === '' ? 'an error without a text' : text);
}
