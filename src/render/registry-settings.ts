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

/**
 * What an engine that owns the documents does to others, or leaves behind. `engine`: what people call it. `imports`: whether it can take over
 * a document that is there; where it cannot, nobody has looked.
 */
export function remarksOnRegistrySettings(
  rendered: RenderedRegistry,
  engine: string,
  { imports = true }: { readonly imports?: boolean } = {},
): readonly Diagnostic[] {
  const remarks = [
    ...remarksOnSharing(rendered),
    ...remarksOnPolicy(rendered, engine, imports),
    ...remarksOnRules(rendered, engine, imports),
  ];
  if (imports) return remarks;
  const mend = 'let nobody but this code write it, or leave it to `slipway apply`';
  return remarks.map((one) => (one.code === 'render/whole-registry' ? { ...one, mend } : one));
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

function remarksOnPolicy(rendered: RenderedRegistry, engine: string, imports: boolean): readonly Diagnostic[] {
  const { desired, live } = rendered;
  if (isShared(rendered, 'policy') || desired.registryPolicy === undefined) return [];
  const start = `${desired.owner.environment}: `;
  const { policy } = registrySettings(rendered);
  if (policy === undefined) {
    // The scope alone was declared.
    if (desired.registryPolicy.scope !== undefined && live === undefined) return [];
    const there = livePolicy(live);
    const others = foreignStatements(there, desired.owner).length > 0;
    return remarksOnNothing(rendered, {
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

function remarksOnRules(rendered: RenderedRegistry, engine: string, imports: boolean): readonly Diagnostic[] {
  const { desired, live } = rendered;
  if (isShared(rendered, 'replication') || desired.replication === undefined) return [];
  const start = `${desired.owner.environment}: `;
  const path = replicasPath(desired);
  const { ours, foreign } = divideRules(live?.settings?.replication ?? [], ruleOwner(desired));
  if (registrySettings(rendered).replication === undefined)
    return remarksOnNothing(rendered, {
      engine,
      start,
      path,
      what: 'the replication configuration',
      isOurs: ours.length > 0,
      others: foreign.length > 0,
    });
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
  { live }: RenderedRegistry,
  { engine, start, path, what, isOurs, others }: Nothing,
): readonly Diagnostic[] {
  const written = `${start}${what} is not in the code: where the code has had it, ${engine} takes away the whole of it`;
  if (live === undefined || others)
    return [diagnostic('render/whole-registry', `${written}, and what others have in it`, { path })];
  if (!isOurs) return [];
  return [diagnostic('render/left-behind', `${written}; otherwise what is ours in it stays`, { path })];
}
