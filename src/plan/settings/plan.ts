// Reads what a registry has once, compares it with what is declared, and says what a change does and which of it needs consent.
// It must not write, nor know repositories but by their names.
import { needsScopeV2, type RegistryScope, registryAccessChange, type Statement } from '../../access/index.js';
import { type Diagnostic, diagnostic, SlipwayError } from '../../diagnostics/index.js';
import type { DesiredRegistry, DesiredRegistryPolicy, Reading } from '../../registry/index.js';
import { compareStatements, type StatementsComparison } from '../compare-policies.js';
import type { Hazard, PlanPurpose } from '../model.js';
import type { RegistryPorts } from '../ports.js';
import { read } from '../read.js';
import type { SettingAspect, SettingChange, SettingsPlan } from './model.js';
import { planReplication } from './replication.js';

export interface PlannedSettings {
  /** Absent: nothing of the kind is declared, and nothing was read. */
  readonly settings?: SettingsPlan;
  readonly hazards: readonly Hazard[];
  readonly notes: readonly string[];
}

const nothing: PlannedSettings = { hazards: [], notes: [] };
/** Of a policy that could not be read. */
const unseen: Exclude<StatementsComparison, { readonly unreadable: string }> = { foreign: [], kept: [] };

interface Purpose {
  readonly purpose: Exclude<PlanPurpose, 'drift'>;
  /** Whether what a change does is found out. */
  readonly assess: boolean;
}

/** `ours`: names of repositories that carry our tags. Throws where a setting cannot become what is declared. */
export async function planSettings(
  desired: DesiredRegistry,
  ports: RegistryPorts,
  ours: () => Promise<readonly string[]>,
  purpose: Purpose,
): Promise<PlannedSettings> {
  const [policy, replication] = await Promise.all([
    planPolicy(desired, ports, purpose),
    planReplication(desired, ports.ecr, ours, { isGoing: purpose.purpose === 'destroy', assess: purpose.assess }),
  ]);
  if (desired.replication === undefined) return policy;
  const { settings } = policy;
  return {
    settings: {
      ...settings,
      changes: [...(settings?.changes ?? []), ...replication.changes],
      kept: [...(settings?.kept ?? []), ...replication.kept],
      unknown: [...(settings?.unknown ?? []), ...replication.unknown],
    },
    hazards: [...policy.hazards, ...(purpose.assess ? replication.hazards : [])],
    notes: policy.notes,
  };
}

async function planPolicy(
  desired: DesiredRegistry,
  ports: RegistryPorts,
  { purpose, assess }: Purpose,
): Promise<PlannedSettings> {
  const declared = desired.registryPolicy;
  if (declared === undefined) return nothing;
  // What is destroyed are our statements: the scope is that of the registry, whose it was before us.
  const isGoing = purpose === 'destroy';
  const wanted: DesiredRegistryPolicy = isGoing ? { statements: [] } : declared;
  const [policy, scope] = await Promise.all([
    readSetting(() => ports.ecr.getRegistryPolicy()),
    isGoing ? ({ state: 'unread' } as const) : readSetting(() => ports.ecr.registryPolicyScope()),
  ]);
  const changes: SettingChange[] = [];
  const unknown: SettingsPlan['unknown'][number][] = [];
  if (wanted.scope !== undefined) {
    if (scope.state !== 'present') unknown.push(...unknownOf('registryPolicy.scope', scope));
    else if (scope.value !== wanted.scope)
      changes.push({ aspect: 'registryPolicy.scope', before: scope.value, after: wanted.scope });
  }
  unknown.push(...unknownOf('registryPolicy', policy));
  const compared: StatementsComparison =
    policy.state === 'present' || policy.state === 'absent'
      ? compareStatements(wanted.statements, policy.state === 'present' ? policy.value : null, desired, 'registry')
      : unseen;
  // What cannot be read is not replaced; a change of the scope still needs its consent.
  if ('unreadable' in compared)
    unknown.push({ aspect: 'registryPolicy', operation: 'ecr:GetRegistryPolicy', reason: compared.unreadable });
  const found = 'unreadable' in compared ? unseen : compared;
  const { difference, foreign, kept, size } = found;
  if (difference !== undefined) changes.push({ aspect: 'registryPolicy', ...difference });
  const live = scope.state === 'present' ? scope.value : undefined;
  const problems = [
    ...(size === undefined ? [] : [size]),
    ...scopeProblem(wanted, live, desired),
    ...(difference === undefined ? [] : foreignScopeProblem(wanted, live, foreign, desired)),
  ];
  // Drift is told all the same.
  if (assess && problems.length > 0) throw new SlipwayError(problems);
  const settings: SettingsPlan = {
    changes,
    kept,
    unknown,
    ...(difference !== undefined && foreign.length > 0 ? { foreignStatements: foreign } : {}),
  };
  if (!assess || isGoing || changes.length === 0) return { ...nothing, settings };
  return assessed(settings, wanted, { foreign, before: difference?.before ?? wanted.statements, scope }, desired);
}

interface Live {
  readonly foreign: readonly Statement[];
  /** Our own statements. */
  readonly before: readonly Statement[];
  readonly scope: Reading<RegistryScope>;
}

async function readSetting<T>(call: () => Promise<T | undefined>): Promise<Reading<T>> {
  const reading = await read(call);
  return reading === 'gone' ? { state: 'absent' } : reading;
}

function unknownOf(aspect: SettingAspect, reading: Reading<unknown>): SettingsPlan['unknown'] {
  return reading.state === 'unknown' ? [{ aspect, operation: reading.operation, reason: reading.reason }] : [];
}

/** ECR takes no statement that the scope in place leaves without a say. */
function scopeProblem(
  wanted: DesiredRegistryPolicy,
  live: RegistryScope | undefined,
  { account, region }: DesiredRegistry,
): readonly Diagnostic[] {
  if (wanted.scope !== undefined || live !== 'V1' || !needsScopeV2(wanted.statements)) return [];
  const message = `the policy of the registry of ${account} in ${region} has scope V1, and grants under registryPolicy need V2`;
  return [diagnostic('access/needs-scope-v2', message)];
}

/** It takes a policy as a whole: one of others' statements that it would refuse now keeps ours from being written. */
function foreignScopeProblem(
  wanted: DesiredRegistryPolicy,
  live: RegistryScope | undefined,
  foreign: readonly Statement[],
  { account, region }: DesiredRegistry,
): readonly Diagnostic[] {
  const stuck = foreign.filter((statement) => needsScopeV2([statement]));
  if (wanted.scope === 'V2' || live !== 'V1' || stuck.length === 0) return [];
  const message = `the policy of the registry of ${account} in ${region} has scope V1, under which it cannot be written as long as ${sids(stuck)} of others is in it`;
  const mend = 'set `registryPolicy: {scope: V2}`, or have that statement taken out by whoever wrote it';
  return [diagnostic('access/needs-scope-v2', message, { mend })];
}

function sids(statements: readonly Statement[]): string {
  return `statement ${statements.map(({ Sid = '(no Sid)' }) => Sid).join(', ')}`;
}

function assessed(
  settings: SettingsPlan,
  wanted: DesiredRegistryPolicy,
  { foreign, before, scope }: Live,
  desired: DesiredRegistry,
): PlannedSettings {
  const live = scope.state === 'present' ? scope.value : undefined;
  const later = wanted.scope ?? live;
  const access = registryAccessChange(
    { statements: [...foreign, ...before], ...(live === undefined ? {} : { scope: live }) },
    { statements: [...foreign, ...wanted.statements], ...(later === undefined ? {} : { scope: later }) },
    desired,
    desired.repositories.map(({ name }) => name),
  );
  const hazard = (kind: Hazard['kind'], of: SettingAspect, reason: string, mustBeNamed = false): Hazard => ({
    kind,
    repository: of,
    reason,
    mustBeNamed,
  });
  const change = settings.changes.find((one) => one.aspect === 'registryPolicy.scope');
  const isUnseen = settings.unknown.some(({ aspect }) => aspect === 'registryPolicy');
  const beside = isUnseen ? '; the policy could not be read, so whom that touches is not known' : '';
  return {
    settings: { ...settings, access },
    hazards: [
      ...(access.lost.length === 0 ? [] : [hazard('lose-access', 'registryPolicy', access.lost.join('; '))]),
      ...(access.opened.length === 0 ? [] : [hazard('open-access', 'registryPolicy', access.opened.join('; '))]),
      ...(change === undefined
        ? []
        : [hazard('overwrite-shared', 'registryPolicy.scope', scopeWords(change, foreign) + beside, true)]),
    ],
    notes:
      scope.state === 'unknown' && wanted.scope === undefined
        ? [
            `which scope the registry's policy has could not be read (${scope.operation}: ${scope.reason}); V2 is assumed`,
          ]
        : [],
  };
}

function scopeWords(
  { before, after }: { readonly before: RegistryScope; readonly after: RegistryScope },
  foreign: readonly Statement[],
): string {
  const start = `the registry has scope ${before}, for all who use it; with ${after},`;
  if (after === 'V2') return `${start} every statement of its policy would decide on every request`;
  const idle = foreign.filter((statement) => needsScopeV2([statement]));
  const stuck = idle.length === 0 ? '' : `, and cannot be written again as long as ${sids(idle)} of others is in it`;
  return `${start} its policy would decide on replication, pull-through caches and the making of repositories alone${stuck}`;
}
