// Compares two sets of statements by Sid.
// It must not know which of them is live, nor what a change does to anyone.
import type { Statement } from './model.js';
import { type CanonicalContext, canonicalStatement } from './normalise.js';

export interface StatementChange {
  /** The Sid. */
  readonly id: string;
  readonly action: 'add' | 'change' | 'remove';
  /** Canonical. */
  readonly before?: Statement;
  readonly after?: Statement;
}

/** What differs in meaning, sorted by Sid. */
export function diffStatements(
  before: readonly Statement[],
  after: readonly Statement[],
  context: CanonicalContext,
): StatementChange[] {
  const old = bySid(before, context);
  const wanted = bySid(after, context);
  const sids = [...new Set([...old.keys(), ...wanted.keys()])].sort();
  return sids.flatMap((id): StatementChange[] => {
    const was = old.get(id);
    const is = wanted.get(id);
    if (was === undefined) return is === undefined ? [] : [{ id, action: 'add', after: is }];
    if (is === undefined) return [{ id, action: 'remove', before: was }];
    return JSON.stringify(was) === JSON.stringify(is) ? [] : [{ id, action: 'change', before: was, after: is }];
  });
}

function bySid(statements: readonly Statement[], context: CanonicalContext): ReadonlyMap<string, Statement> {
  return new Map(statements.map((statement) => [statement.Sid ?? '', canonicalStatement(statement, context)]));
}
