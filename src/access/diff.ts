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
  const changes: StatementChange[] = [];
  for (const [id, was] of old) if (!wanted.has(id)) changes.push({ id, action: 'remove', before: was });
  for (const [id, after] of wanted) {
    const was = old.get(id);
    if (was === undefined) changes.push({ id, action: 'add', after });
    else if (JSON.stringify(was) !== JSON.stringify(after)) changes.push({ id, action: 'change', before: was, after });
  }
  return changes.sort((one, other) => (one.id < other.id ? -1 : 1));
}

function bySid(statements: readonly Statement[], context: CanonicalContext): ReadonlyMap<string, Statement> {
  return new Map(statements.map((statement) => [statement.Sid ?? '', canonicalStatement(statement, context)]));
}
