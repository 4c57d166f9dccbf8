// Reads to which Regions a registry copies images, compares it with what is declared, and says what of it needs consent.
// It must not write, nor know any other setting.
import { diagnostic, SlipwayError } from '../../diagnostics/index.js';
import {
  type DesiredRegistry,
  divideRules,
  mergeRules,
  type ReplicationRule,
  regionsByFilter,
  replicationRulesOf,
  ruleInWords,
  rulesProblem,
  sameRules,
} from '../../registry/index.js';
import type { Hazard } from '../model.js';
import type { Kept, PieceChange } from '../pieces.js';
import type { EcrPort } from '../ports.js';
import { read } from '../read.js';
import type { SettingChange, SettingsPlan } from './model.js';

export interface PlannedReplication {
  readonly changes: readonly SettingChange[];
  readonly kept: readonly Kept[];
  readonly unknown: SettingsPlan['unknown'];
  readonly hazards: readonly Hazard[];
}

export const nothing: PlannedReplication = { changes: [], kept: [], unknown: [], hazards: [] };

/** `ours`: names of repositories that carry our tags. Throws where ECR would not take the document. */
export async function planReplication(
  desired: DesiredRegistry,
  ecr: EcrPort,
  ours: () => Promise<readonly string[]>,
  { isGoing, assess }: { readonly isGoing: boolean; readonly assess: boolean },
): Promise<PlannedReplication> {
  if (desired.replication === undefined) return nothing;
  const { account, region } = desired;
  const aspect = 'replication' as const;
  const [reading, tagged] = await Promise.all([read(() => ecr.replicationRules()), ours()]);
  if (reading === 'gone' || reading.state !== 'present') {
    const { operation = 'ecr:DescribeRegistry', reason = 'it is gone' } =
      reading !== 'gone' && reading.state === 'unknown' ? reading : {};
    return { ...nothing, unknown: [{ aspect, operation, reason }] };
  }
  const declared = desired.repositories.map(({ name }) => name);
  const repositories = [...new Set([...declared, ...tagged])].sort();
  const owner = { account, repositories };
  const { ours: before, foreign } = divideRules(reading.value, owner);
  const after = isGoing ? [] : replicationRulesOf(desired);
  const kept = foreign.map(
    (rule): Kept => ({ what: 'replicationRule', id: ruleInWords(rule, account), note: 'written by somebody else' }),
  );
  if (sameRules(before, after)) return { ...nothing, kept };
  const problem = rulesProblem(mergeRules(reading.value, after, owner));
  // Drift is told all the same.
  if (assess && problem !== undefined) {
    const message = `the replication configuration of ${account} in ${region} is full: ${problem}`;
    throw new SlipwayError([diagnostic('plan/replication-full', message)]);
  }
  const change: SettingChange = { aspect, before, after, filters: filtersOf(before, after), repositories };
  return { changes: [change], kept, unknown: [], hazards: lostOf(before, new Set(repositories)) };
}

function filtersOf(
  before: readonly ReplicationRule[],
  after: readonly ReplicationRule[],
): readonly PieceChange<readonly string[]>[] {
  const [left, right] = [regionsByFilter(before), regionsByFilter(after)];
  return [...new Set([...left.keys(), ...right.keys()])].sort().flatMap((id): PieceChange<readonly string[]>[] => {
    const [first, then] = [left.get(id), right.get(id)];
    if (first === undefined) return then === undefined ? [] : [{ id, action: 'add', after: then }];
    if (then === undefined) return [{ id, action: 'remove', before: first }];
    return first.join() === then.join() ? [] : [{ id, action: 'change', before: first, after: then }];
  });
}

/** Somebody may have put more into a rule of ours than our repositories: that goes with it. */
function lostOf(before: readonly ReplicationRule[], names: ReadonlySet<string>): readonly Hazard[] {
  const others = [...regionsByFilter(before)].filter(([filter]) => !names.has(filter));
  if (others.length === 0) return [];
  const told = others.map(([filter, regions]) => `${filter}* to ${regions.join(', ')}`).join('; ');
  const reason = `the rule that copies repositories of this environment copies others too, which would end: ${told}`;
  return [{ kind: 'overwrite-shared', repository: 'replication', reason, mustBeNamed: true }];
}
