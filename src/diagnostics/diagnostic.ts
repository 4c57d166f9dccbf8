// What every failure and warning of Slipway is made of: a stable code, a text, a place and a mend.
// It must not know any other room, how a diagnostic is printed, or which exit code follows from it.
import { type DiagnosticCode, definitionOf, type Severity } from './table.js';

/** A stretch of a source file. Lines and columns count from 1; the end is exclusive. */
export interface SourceRange {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
}

export interface Diagnostic {
  readonly code: DiagnosticCode;
  readonly severity: Severity;
  /** Lower case, no full stop; names the wrong value. */
  readonly message: string;
  /** What to do about it, where the message does not say so already. */
  readonly mend?: string;
  readonly range?: SourceRange;
  /** Where in the typed model, for instance `spec.repositories.api.lifecyclePolicy`. */
  readonly path?: string;
}

/** Makes a diagnostic whose severity and default mend come from the table. */
export function diagnostic(
  code: DiagnosticCode,
  message: string,
  details: { readonly mend?: string; readonly range?: SourceRange; readonly path?: string } = {},
): Diagnostic {
  const definition = definitionOf(code);
  return { code, severity: definition.severity, message, mend: definition.mend, ...details };
}

const brand = Symbol.for('slipway.SlipwayError');

/**
 * The one error that Slipway throws on purpose. It carries every problem that was found, not just the first.
 * Recognise it with {@link isSlipwayError}: two copies of the package still agree on it.
 */
export class SlipwayError extends Error {
  readonly diagnostics: readonly Diagnostic[];

  constructor(diagnostics: Diagnostic | readonly Diagnostic[], options?: { readonly cause?: unknown }) {
    const all = Array.isArray(diagnostics) ? (diagnostics as readonly Diagnostic[]) : [diagnostics as Diagnostic];
    super(all.map((one) => `${one.code}: ${one.message}`).join('\n'), options);
    this.name = 'SlipwayError';
    this.diagnostics = all;
    Object.defineProperty(this, brand, { value: true });
  }

  /** The code of the first problem. */
  get code(): DiagnosticCode | undefined {
    return this.diagnostics[0]?.code;
  }
}

export function isSlipwayError(value: unknown): value is SlipwayError {
  return value instanceof Error && brand in value;
}

/** Throws one problem. */
export function fail(
  code: DiagnosticCode,
  message: string,
  details: {
    readonly mend?: string;
    readonly range?: SourceRange;
    readonly path?: string;
    readonly cause?: unknown;
  } = {},
): never {
  const { cause, ...rest } = details;
  throw new SlipwayError(diagnostic(code, message, rest), cause === undefined ? undefined : { cause });
}
