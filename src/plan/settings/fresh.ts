// Whether a plan still fits what a registry has once.
// It must not change the plan; a plan that does not fit is refused, not mended.
import { diffStatements, ownStatements, parsePolicy } from '../../access/index.js';
import { type Diagnostic, diagnostic, SlipwayError } from '../../diagnostics/index.js';
import { divideRules, type Owner, sameRules } from '../../registry/index.js';
import type { EcrPort } from '../ports.js';
import { ignorance } from '../read.js';
import type { SettingChange, SettingsPlan } from './model.js';

interface Place {
  readonly owner: Owner;
  readonly account: string;
  readonly partition: string;
}

/** Whether nothing is left to write. Throws `plan/stale` for what moved. */
export async function verifySettings(settings: SettingsPlan | undefined, ecr: EcrPort, place: Place): Promise<boolean> {
  const problems: Diagnostic[] = [];
  let settled = true;
  for (const change of settings?.changes ?? []) {
    const standing = await standingOf(change, ecr, place);
    if (standing !== 'after') settled = false;
    if (typeof standing === 'object') problems.push(diagnostic('plan/stale', `${change.aspect}: ${standing.moved}`));
  }
  if (problems.length > 0) throw new SlipwayError(problems);
  return settled;
}

async function standingOf(
  change: SettingChange,
  ecr: EcrPort,
  place: Place,
): Promise<'before' | 'after' | { readonly moved: string }> {
  try {
    if (change.aspect === 'registryPolicy.scope') {
      const now = await ecr.registryPolicyScope();
      return now === change.after ? 'after' : 'before';
    }
    if (change.aspect === 'replication') {
      const { ours } = divideRules(await ecr.replicationRules(), { account: place.account, ...change });
      if (sameRules(ours, change.after)) return 'after';
      if (sameRules(ours, change.before)) return 'before';
      return { moved: 'our rules are neither as the plan found them nor as it leaves them' };
    }
    const text = await ecr.getRegistryPolicy();
    const own = text === undefined ? [] : ownStatements(parsePolicy(text, 'registry'), place.owner);
    if (diffStatements(own, change.after, place).length === 0) return 'after';
    if (diffStatements(own, change.before, place).length === 0) return 'before';
    return { moved: 'statements of ours are neither as the plan found them nor as it leaves them' };
  } catch (error) {
    if (error instanceof SlipwayError) return { moved: error.diagnostics[0]?.message ?? error.message };
    const { operation, reason } = ignorance(error);
    return { moved: `it could not be read (${operation}: ${reason})` };
  }
}
