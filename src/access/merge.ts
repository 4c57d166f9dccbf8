// Puts our own statements into a policy that others write to as well, and makes the text of it.
// It must not know what statements say: what is not ours stays word for word.
import { type Diagnostic, diagnostic } from '../diagnostics/index.js';
import { maxPolicyText } from './document.js';
import type { PolicyDocument, Statement } from './model.js';
import { isOwnStatement, type StatementOwner } from './sid.js';

const version = '2012-10-17';

export function documentOf(statements: readonly Statement[]): PolicyDocument {
  return { Version: version, Statement: statements };
}

/** The text to write: Version, Id, whatever else there is, and the statements last. */
export function policyText(document: PolicyDocument): string {
  const { Version, Id, Statement: statements, ...rest } = document;
  const others = Object.entries(rest).sort(([one], [other]) => (one < other ? -1 : 1));
  return JSON.stringify({ Version, Id, ...Object.fromEntries(others), Statement: statements });
}

/** Whether ECR's limit holds for the whole policy, statements of others included. */
export function policySizeProblem(
  document: PolicyDocument,
  of: 'repository' | 'registry' = 'repository',
): Diagnostic | undefined {
  const { length } = policyText(document);
  if (length <= maxPolicyText) return undefined;
  return diagnostic(
    'access/policy-too-large',
    `the ${of} policy has ${length} characters, more than the ${maxPolicyText} of ECR`,
  );
}

export function ownStatements(live: PolicyDocument | undefined, owner: StatementOwner): Statement[] {
  return statementsOf(live).filter((statement) => isOwnStatement(statement, owner));
}

export function foreignStatements(live: PolicyDocument | undefined, owner: StatementOwner): Statement[] {
  return statementsOf(live).filter((statement) => !isOwnStatement(statement, owner));
}

function statementsOf(live: PolicyDocument | undefined): readonly Statement[] {
  return live?.Statement ?? [];
}

/**
 * The live policy with exactly our statements `own`: those in place are replaced where they stand, new ones come last,
 * those no longer wanted go. `undefined` where nothing is left, so that the policy is to be deleted.
 */
export function mergeStatements(
  live: PolicyDocument | undefined,
  own: readonly Statement[],
  owner: StatementOwner,
): PolicyDocument | undefined {
  const waiting = new Map(own.map((statement) => [statement.Sid, statement]));
  const merged: Statement[] = [];
  for (const statement of statementsOf(live)) {
    if (!isOwnStatement(statement, owner)) {
      merged.push(statement);
      continue;
    }
    const wanted = waiting.get(statement.Sid);
    if (wanted !== undefined) merged.push(wanted);
    waiting.delete(statement.Sid);
  }
  merged.push(...waiting.values());
  if (merged.length === 0) return undefined;
  return live === undefined ? documentOf(merged) : { ...live, Statement: merged };
}
