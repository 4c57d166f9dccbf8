// A fault of AWS as a diagnostic with a stable code.
// It must not know what was being done when the call failed, nor how a diagnostic is shown.
import { type Diagnostic, type DiagnosticCode, diagnostic } from '../diagnostics/index.js';
import type { AwsFault, FaultKind } from '../plan/ports.js';

const codes: Readonly<Record<FaultKind, DiagnosticCode>> = {
  denied: 'aws/denied',
  'not-implemented': 'aws/not-implemented',
  gone: 'aws/gone',
  exists: 'aws/exists',
  'not-empty': 'aws/not-empty',
  invalid: 'aws/refused',
  unavailable: 'aws/unavailable',
  interrupted: 'aws/interrupted',
  credentials: 'aws/credentials',
  other: 'aws/failed',
};

/** `path` says what the call was about, for instance `spec.repositories.api`. */
export function faultDiagnostic(fault: AwsFault, path?: string): Diagnostic {
  const message = fault.message.includes(fault.operation) ? fault.message : `${fault.operation}: ${fault.message}`;
  return diagnostic(codes[fault.kind], message.replace(/\.$/, ''), path === undefined ? {} : { path });
}
