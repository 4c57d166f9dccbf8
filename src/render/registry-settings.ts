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
import type { RenderedRegistry } from './model.js';

export interface RegistryPolicyDocument {
  /** The whole of it: ours, and those of others where somebody looked, as `slipway apply` would leave it. */
  readonly document: PolicyDocument;
  readonly others: readonly Statement[];
}

export interface ReplicationDocument {
  /** All of them: ours, and those of others where somebody looked, in the order in which `slipway apply` would leave them. */
  readonly rules: readonly ReplicationRule[];
  /** Those of `rules` that are ours, by identity; never empty. All copy to the same Regions, and to each repository by its whole name. */
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
  const { owner, registryPolicy } = desired;
  const { statements = [], scope } = isShared(rendered, 'policy') ? {} : (registryPolicy ?? {});
  const there = livePolicy(live);
  const document = statements.length === 0 ? undefined : mergeStatements(there, statements, owner);
  const ours = isShared(rendered, 'replication') ? [] : replicationRulesOf(desired);
  return {
    ...(document === undefined ? {} : { policy: { document, others: foreignStatements(there, owner) } }),
    ...(scope === undefined ? {} : { scope }),
    ...(ours.length === 0
      ? {}
      : { replication: { rules: mergeRules(live?.settings?.replication ?? [], ours, ruleOwner(desired)), ours } }),
  };
}

function isShared({ sharedWith }: RenderedRegistry, document: keyof NonNullable<typeof sharedWith>): boolean {
  return (sharedWith?.[document] ?? []).length > 0;
}

function livePolicy(live: RenderedRegistry['live']): PolicyDocument | undefined {
  const text = live?.settings?.policy;
  return text === undefined ? undefined : parsePolicy(text, 'registry');
}

function ruleOwner({ account, repositories }: DesiredRegistry) {
  return { account, repositories: repositories.map(({ name }) => name) };
}

/** What an engine that owns the documents does to others, or leaves behind. `engine`: what people call it. */
export function remarksOnRegistrySettings(rendered: RenderedRegistry, engine: string): readonly Diagnostic[] {
  return [...remarksOnSharing(rendered), ...remarksOnPolicy(rendered, engine), ...remarksOnRules(rendered, engine)];
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
    ...(registryPolicy === undefined ? [] : told('the policy of the registry', sharedWith?.policy ?? [], policyPath)),
    ...(replication === undefined
      ? []
      : told('the rule of replication', sharedWith?.replication ?? [], replicasPath(desired))),
  ];
}

function remarksOnPolicy(rendered: RenderedRegistry, engine: string): readonly Diagnostic[] {
  const { desired, live } = rendered;
  if (isShared(rendered, 'policy') || desired.registryPolicy === undefined) return [];
  const start = `${desired.owner.environment}: `;
  const { policy } = registrySettings(rendered);
  if (policy === undefined) {
    if (ownStatements(livePolicy(live), desired.owner).length === 0) return [];
    const message = `${start}statements of this environment stay in the policy of the registry, and there shall be none`;
    return [diagnostic('render/left-behind', message, { path: policyPath })];
  }
  if (live !== undefined && policy.others.length === 0) return [];
  const message =
    live === undefined
      ? `${start}${engine} writes the whole policy of the registry: statements of others go, unless --import finds them`
      : `${start}the policy of the registry has statements of others, ${policy.others.map(({ Sid = 'without a Sid' }) => Sid).join(', ')}: they are in the code as they were found`;
  return [diagnostic('render/whole-registry', message, { path: policyPath })];
}

function remarksOnRules(rendered: RenderedRegistry, engine: string): readonly Diagnostic[] {
  const { desired, live } = rendered;
  if (isShared(rendered, 'replication') || desired.replication === undefined) return [];
  const start = `${desired.owner.environment}: `;
  const path = replicasPath(desired);
  const { ours, foreign } = divideRules(live?.settings?.replication ?? [], ruleOwner(desired));
  if (registrySettings(rendered).replication === undefined) {
    if (ours.length === 0) return [];
    const message = `${start}the rule of replication stays, and nothing shall be copied any more`;
    return [diagnostic('render/left-behind', message, { path })];
  }
  if (live !== undefined && foreign.length === 0) return [];
  const message =
    live === undefined
      ? `${start}${engine} writes the whole replication configuration: rules of others go, unless --import finds them`
      : `${start}there are replication rules of others, ${foreign.map((rule) => ruleInWords(rule, desired.account)).join('; ')}: they are in the code as they were found`;
  return [diagnostic('render/whole-registry', message, { path })];
}
