// Writes our statements into a policy that others may write to at the same moment.
// It must not know plans or events.
import {
  diffStatements,
  mergeStatements,
  ownStatements,
  type PolicyDocument,
  parsePolicy,
  policyText,
  type Statement,
} from '../access/index.js';
import type { Owner } from '../registry/index.js';
import { AwsFault, type EcrPort } from './ports.js';

export interface PolicyTarget {
  readonly repository: string;
  readonly owner: Owner;
  readonly partition: string;
  /** Our statements as they shall be. */
  readonly statements: readonly Statement[];
}

async function livePolicy(ecr: EcrPort, name: string): Promise<PolicyDocument | undefined> {
  const text = await ecr.getRepositoryPolicy(name);
  return text === undefined ? undefined : parsePolicy(text);
}

/** Reads the policy again, puts our statements in, and writes it; deletes it where nothing is left. Tells which it did. */
export async function mergePolicy(ecr: EcrPort, target: PolicyTarget): Promise<'set' | 'deleted' | 'kept'> {
  const live = await livePolicy(ecr, target.repository);
  if (isInPlace(live, target)) return 'kept';
  const merged = mergeStatements(live, target.statements, target.owner);
  if (merged !== undefined) {
    await ecr.setRepositoryPolicy(target.repository, policyText(merged));
    return 'set';
  }
  try {
    await ecr.deleteRepositoryPolicy(target.repository);
  } catch (error) {
    if (!(error instanceof AwsFault && error.kind === 'gone')) throw error;
  }
  return 'deleted';
}

/** Whether our statements, and no others of ours, are in the live policy. Writes them anew where somebody undid them. */
export async function confirmPolicy(ecr: EcrPort, target: PolicyTarget): Promise<boolean> {
  return (await mergePolicy(ecr, target)) === 'kept';
}

function isInPlace(live: PolicyDocument | undefined, { owner, statements, partition }: PolicyTarget): boolean {
  return diffStatements(ownStatements(live, owner), statements, { partition }).length === 0;
}
