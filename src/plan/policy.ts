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

/** Where a policy lies that several write to. */
export interface PolicyPlace {
  readonly of: 'repository' | 'registry';
  /** The text, or `undefined` where there is none. */
  read(): Promise<string | undefined>;
  write(text: string): Promise<void>;
  remove(): Promise<void>;
}

export function policyOfRepository(ecr: EcrPort, name: string): PolicyPlace {
  return {
    of: 'repository',
    read: () => ecr.getRepositoryPolicy(name),
    write: (text) => ecr.setRepositoryPolicy(name, text),
    remove: () => ecr.deleteRepositoryPolicy(name),
  };
}

export function policyOfRegistry(ecr: EcrPort): PolicyPlace {
  return {
    of: 'registry',
    read: () => ecr.getRegistryPolicy(),
    write: (text) => ecr.putRegistryPolicy(text),
    remove: () => ecr.deleteRegistryPolicy(),
  };
}

export interface PolicyTarget {
  readonly place: PolicyPlace;
  readonly owner: Owner;
  readonly partition: string;
  /** Our statements as they shall be. */
  readonly statements: readonly Statement[];
}

async function livePolicy(place: PolicyPlace): Promise<PolicyDocument | undefined> {
  const text = await place.read();
  return text === undefined ? undefined : parsePolicy(text, place.of);
}

/** Reads the policy again, puts our statements in, and writes it; deletes it where nothing is left. Tells which it did. */
export async function mergePolicy(target: PolicyTarget): Promise<'set' | 'deleted' | 'kept'> {
  const { place, statements, owner } = target;
  const live = await livePolicy(place);
  if (isInPlace(live, target)) return 'kept';
  const merged = mergeStatements(live, statements, owner);
  if (merged !== undefined) {
    await place.write(policyText(merged));
    return 'set';
  }
  try {
    await place.remove();
  } catch (error) {
    if (!(error instanceof AwsFault && error.kind === 'gone')) throw error;
  }
  return 'deleted';
}

/** Whether our statements, and no others of ours, are in the live policy. Writes them anew where somebody undid them. */
export async function confirmPolicy(target: PolicyTarget): Promise<boolean> {
  return (await mergePolicy(target)) === 'kept';
}

function isInPlace(live: PolicyDocument | undefined, { owner, statements, partition }: PolicyTarget): boolean {
  return diffStatements(ownStatements(live, owner), statements, { partition }).length === 0;
}
