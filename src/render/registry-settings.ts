// What a registry has once, for engines that own such a document as a whole: its policy and its scope, and the rules by which ECR copies images.
// It must not know any target, nor how a document is printed.
import {
  foreignStatements,
  mergeStatements,
  ownStatements,
  type PolicyDocument,
  parsePolicy,
  type RegistryScope,
  type Statement,
} from '../access/index.js';
import { type Diagnostic, diagnostic } from '../diagnostics/index.js';
import {
  type DesiredRegistry,
  divideRules,
  mergeRules,
  type ReplicationRule,
  replicationRulesOf,
  ruleInWords,
} from '../registry/index.js';
import type { LiveRegistry, RenderedRegistry, SharedRegistry } from './model.js';

export interface RegistryPolicyDocument {
  /** The whole of it: ours, and those of others where somebody looked, as `slipway apply` would leave it. */
  readonly document: PolicyDocument;
  readonly others: readonly Statement[];
}

export interface ReplicationDocument {
  /** All of them: ours, and those of others where somebody looked, in the order in which `slipway apply` would leave them. */
  readonly rules: readonly ReplicationRule[];
  /** Those of `rules` that are ours, by identity; never empty. Of one environment all copy to the same Regions, each repository by its whole name. */
  readonly ours: readonly ReplicationRule[];
}

/** What the code of a registry has to say. Absent: it has nothing to say of it, and leaves it alone. */
export interface RegistrySettings {
  readonly policy?: RegistryPolicyDocument;
  readonly scope?: RegistryScope;
  readonly replication?: ReplicationDocument;
}

export function registrySettings(rendered: RenderedRegistry): RegistrySettings {
  const { desired, live } = rendered;
  return settingsOf(live, {
    policies: isShared(rendered, 'policy') ? [] : [desired],
    copies: isShared(rendered, 'replication') ? [] : [desired],
  });
}

/** What more than one environment writes to, merged in the order of the manifest; the scope only where they agree on it. */
export function sharedSettings({ of, live }: SharedRegistry): RegistrySettings {
  const several = (some: readonly DesiredRegistry[]) => (some.length > 1 ? some : []);
  return settingsOf(live, {
    policies: several(of.filter(({ registryPolicy }) => registryPolicy !== undefined)),
    copies: several(of.filter(({ replication }) => replication !== undefined)),
  });
}

/** `policies` and `copies`: who writes to the policy with its scope, and to the rules. */
function settingsOf(
  live: LiveRegistry | undefined,
  { policies, copies }: { readonly policies: readonly DesiredRegistry[]; readonly copies: readonly DesiredRegistry[] },
): RegistrySettings {
  const there = livePolicy(live);
  const scopes = new Set(policies.flatMap(({ registryPolicy }) => registryPolicy?.scope ?? []));
  const [scope] = scopes.size === 1 ? scopes : [];
  const hasStatements = policies.some(({ registryPolicy }) => (registryPolicy?.statements ?? []).length > 0);
  const document = policies.reduce(
    (merged, { registryPolicy, owner }) => mergeStatements(merged, registryPolicy?.statements ?? [], owner),
    there,
  );
  const others = policies.reduce<readonly Statement[]>(
    (left, { owner }) => foreignStatements({ Statement: left }, owner),
    there?.Statement ?? [],
  );
  const own = copies.map((one) => ({ owner: ruleOwner(one), rules: replicationRulesOf(one) }));
  const ours = own.flatMap(({ rules }) => rules);
  const rules = own.reduce(
    (merged, one) => mergeRules(merged, one.rules, one.owner),
    live?.settings?.replication ?? [],
  );
  return {
    ...(document === undefined || !hasStatements ? {} : { policy: { document, others } }),
    ...(scope === undefined ? {} : { scope }),
    ...(ours.length === 0 ? {} : { replication: { rules, ours } }),
  };
}

type Document = keyof NonNullable<RenderedRegistry['sharedWith']>;

function isShared({ sharedWith }: RenderedRegistry, document: Document): boolean {
  return (sharedWith?.[document] ?? []).length > 0;
}

function livePolicy(live: LiveRegistry | undefined): PolicyDocument | undefined {
  const text = live?.settings?.policy;
  return text === undefined ? undefined : parsePolicy(text, 'registry');
}

function ruleOwner({ account, repositories }: DesiredRegistry) {
  return { account, repositories: repositories.map(({ name }) => name) };
}

export interface RemarkOptions {
  /** Whether the engine can take over a document that is there; where it cannot, nobody has looked. */
  readonly imports?: boolean;
  /** Those whose documents the code has, merged; for an engine that does that. */
  readonly shared?: readonly SharedRegistry[];
}

/** What an engine that owns the documents does to others, or leaves behind. `engine`: what people call it. */
export function remarksOnRegistrySettings(
  rendered: RenderedRegistry,
  engine: string,
  { imports = true, shared = [] }: RemarkOptions = {},
): readonly Diagnostic[] {
  const merged = shared.find(({ of: [{ account, region }] }) => isAt(rendered.desired, account, region));
  const remarks = [
    ...(merged === undefined ? remarksOnSharing(rendered) : remarksOnScope(rendered, merged)),
    ...remarksOnPolicy(rendered, viewOf(rendered, 'policy', merged), engine, imports),
    ...remarksOnRules(rendered, viewOf(rendered, 'replication', merged), engine, imports),
  ];
  if (imports && rendered.live === undefined) return remarks;
  // There is nothing to import, or that was done.
  const mend = 'let nobody but this code write it, or leave it to `slipway apply`';
  return remarks.map((one) => (one.code === 'render/whole-registry' ? { ...one, mend } : one));
}

function isAt(desired: DesiredRegistry, account: string, region: string): boolean {
  return desired.account === account && desired.region === region;
}

/** What the code says of a document, be it that of the environment or that of the registry; `undefined`: no code has it. */
interface View {
  readonly settings: RegistrySettings;
  readonly live: LiveRegistry | undefined;
}

function viewOf(rendered: RenderedRegistry, document: Document, merged: SharedRegistry | undefined): View | undefined {
  if (!isShared(rendered, document)) return { settings: registrySettings(rendered), live: rendered.live };
  return merged && { settings: sharedSettings(merged), live: merged.live };
}

/** A registry has one scope, and environments may not agree on it. */
function remarksOnScope(rendered: RenderedRegistry, merged: SharedRegistry): readonly Diagnostic[] {
  const { owner, registryPolicy } = rendered.desired;
  const { scope } = registryPolicy ?? {};
  if (scope === undefined || !isShared(rendered, 'policy') || sharedSettings(merged).scope !== undefined) return [];
  const others = merged.of.flatMap(({ owner: { environment }, registryPolicy: { scope: other = scope } = {} }) =>
    other === scope ? [] : [`${other} in ${environment}`],
  );
  const message = `${owner.environment}: the scope of the registry's policy is not in the code: it is ${scope} here, and ${others.join(', ')}`;
  return [diagnostic('render/shared-registry', message, { path: `${policyPath}.scope` })];
}

/** Of a document that nobody looked at. */
function fateOf(others: string, imports: boolean): string {
  return imports ? `${others} of others go, unless --import finds them` : 'where there is one already, it fails';
}

const policyPath = 'spec.registryPolicy';

function replicasPath({ owner }: DesiredRegistry): string {
  return `spec.environments.${owner.environment}.replicas`;
}

/** The code of each environment would take away what that of the other has put there. */
function remarksOnSharing({ desired, sharedWith }: RenderedRegistry): readonly Diagnostic[] {
  const { owner, account, region, registryPolicy, replication } = desired;
  const told = (what: string, others: readonly string[], path: string): readonly Diagnostic[] => {
    if (others.length === 0) return [];
    const message = `${owner.environment}: ${what} is not in the code: ${others.join(', ')} in ${account}, ${region} would write it, too`;
    return [diagnostic('render/shared-registry', message, { path })];
  };
  return [
    ...(registryPolicy === undefined
      ? []
      : told('the policy of the registry, with its scope,', sharedWith?.policy ?? [], policyPath)),
    ...(replication === undefined
      ? []
      : told('the rule of replication', sharedWith?.replication ?? [], replicasPath(desired))),
  ];
}

function remarksOnPolicy(
  { desired }: RenderedRegistry,
  view: View | undefined,
  engine: string,
  imports: boolean,
): readonly Diagnostic[] {
  if (view === undefined || desired.registryPolicy === undefined) return [];
  const { live } = view;
  const start = `${desired.owner.environment}: `;
  const { policy } = view.settings;
  if (policy === undefined) {
    // The scope alone was declared.
    if (desired.registryPolicy.scope !== undefined && live === undefined) return [];
    const there = livePolicy(live);
    const others = foreignStatements(there, desired.owner).length > 0;
    return remarksOnNothing(live, {
      engine,
      start,
      path: policyPath,
      what: 'the policy of the registry',
      isOurs: ownStatements(there, desired.owner).length > 0,
      others,
    });
  }
  if (live !== undefined && policy.others.length === 0) return [];
  const message =
    live === undefined
      ? `${start}${engine} writes the whole policy of the registry: ${fateOf('statements', imports)}`
      : `${start}the policy of the registry has statements of others, ${policy.others.map(({ Sid = 'without a Sid' }) => Sid).join(', ')}: they are in the code as they were found`;
  return [diagnostic('render/whole-registry', message, { path: policyPath })];
}

function remarksOnRules(
  { desired }: RenderedRegistry,
  view: View | undefined,
  engine: string,
  imports: boolean,
): readonly Diagnostic[] {
  if (view === undefined || desired.replication === undefined) return [];
  const { live } = view;
  const start = `${desired.owner.environment}: `;
  const path = replicasPath(desired);
  const { replication } = view.settings;
  if (replication === undefined) {
    const { ours, foreign } = divideRules(live?.settings?.replication ?? [], ruleOwner(desired));
    return remarksOnNothing(live, {
      engine,
      start,
      path,
      what: 'the replication configuration',
      isOurs: ours.length > 0,
      others: foreign.length > 0,
    });
  }
  const foreign = replication.rules.filter((rule) => !replication.ours.includes(rule));
  if (live !== undefined && foreign.length === 0) return [];
  const message =
    live === undefined
      ? `${start}${engine} writes the whole replication configuration: ${fateOf('rules', imports)}`
      : `${start}there are replication rules of others, ${foreign.map((rule) => ruleInWords(rule, desired.account)).join('; ')}: they are in the code as they were found`;
  return [diagnostic('render/whole-registry', message, { path })];
}

interface Nothing {
  readonly engine: string;
  readonly start: string;
  readonly path: string;
  /** The document of which nothing shall be ours. */
  readonly what: string;
  /** Whether there is something of ours in it. */
  readonly isOurs: boolean;
  readonly others: boolean;
}

/** The code has no such document then. Whether it had one before, nobody can tell from the manifest. */
function remarksOnNothing(
  live: LiveRegistry | undefined,
  { engine, start, path, what, isOurs, others }: Nothing,
): readonly Diagnostic[] {
  const written = `${start}${what} is not in the code: where the code has had it, ${engine} takes away the whole of it`;
  if (live === undefined || others)
    return [diagnostic('render/whole-registry', `${written}, and what others have in it`, { path })];
  if (!isOurs) return [];
  return [diagnostic('render/left-behind', `${written}; otherwise what is ours in it stays`, { path })];
}
