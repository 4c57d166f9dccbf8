// The shape of one row in the table of diagnostics.

export type Severity = 'error' | 'warning' | 'info';

/** `user`: something to mend in the manifest, the account or the call. `tool`: a defect of Slipway. */
export type Fault = 'user' | 'tool';

export interface Definition {
  readonly severity: Severity;
  readonly fault: Fault;
  /** A few words, as a heading. */
  readonly title: string;
  /** What it means, in a sentence or two. */
  readonly meaning: string;
  /** What to do about it. */
  readonly mend: string;
}

/** Keeps the literal codes of a room as a type while checking each row. */
export function defineCodes<const Codes extends Record<`${string}/${string}`, Definition>>(codes: Codes): Codes {
  return codes;
}
