// Whatever was thrown, as diagnostics for people.
// It must not know commands, nor print: run.ts does.
import { type Diagnostic, diagnostic, isSlipwayError } from '../diagnostics/index.js';
import { didYouMean } from '../diagnostics/suggest.js';
import { AwsFault } from '../plan/ports.js';
import type { AwsSettings } from './aws-settings.js';

function firstLine(text: string): string {
  return (text.split('\n')[0] ?? '').replace(/\.$/, '');
}

/** A URL without whatever secret it may hold. */
function shownUrl(text: string): string {
  return URL.canParse(text) ? new URL(text).origin : text;
}

/** A failed call to AWS in words: which operation, what AWS says, what would help. */
function faultDiagnostic(fault: AwsFault, settings: AwsSettings | undefined): Diagnostic {
  const said = firstLine(fault.message);
  const what = `${fault.operation} failed with ${fault.awsCode}: ${said}`;
  switch (fault.kind) {
    case 'denied':
      return diagnostic('cli/access-denied', `${fault.operation} was denied: ${said}`, {
        mend: `allow ${fault.operation} to the identity in use, or use another with AWS_PROFILE`,
      });
    case 'credentials': {
      const profile = settings?.missingProfile;
      if (profile === undefined) return diagnostic('cli/no-credentials', `AWS cannot be asked: ${said}`);
      const { name, files, known } = profile;
      return diagnostic(
        'cli/unknown-profile',
        `there is no AWS profile '${name}' in ${files.join(' or ')}${didYouMean(name, known)}`,
      );
    }
    case 'unavailable': {
      const endpoint = settings?.endpointOf(fault.operation.split(':')[0] ?? '');
      if (endpoint === undefined) return diagnostic('cli/aws-unavailable', what);
      return diagnostic('cli/aws-unavailable', what, {
        mend: `check ${endpoint.variable}, which sends the call to ${shownUrl(endpoint.value)}; or run the command again: what was done stays done`,
      });
    }
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

/** `settings`: those of this machine, where the call went by them. */
export function failureOf(
  error: unknown,
  context: { readonly interrupted: boolean; readonly debug: boolean; readonly settings?: AwsSettings },
): Failure {
  if (isSlipwayError(error)) return { interrupted: error.code === 'cli/interrupted', diagnostics: error.diagnostics };
  // Whoever knows what was changed until then has said so; here nobody does.
  const interruption = diagnostic('cli/interrupted', 'interrupted');
  if (error instanceof AwsFault ? error.kind === 'interrupted' : context.interrupted && isInterruption(error))
    return { interrupted: true, diagnostics: [interruption] };
  const problem =
    error instanceof AwsFault ? faultDiagnostic(error, context.settings) : defectDiagnostic(error, context.debug);
  // What goes wrong after Ctrl-C did not go wrong because of it: it is told as well.
  return { interrupted: context.interrupted, diagnostics: context.interrupted ? [interruption, problem] : [problem] };
}

function defectDiagnostic(error: unknown, debug: boolean): Diagnostic {
  const text = error instanceof Error ? (debug ? (error.stack ?? error.message) : error.message) : String(error);
  return diagnostic('cli/internal', text === '' ? 'an error without a text' : text);
}
