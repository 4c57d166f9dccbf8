// What a registry has once, as resources that own such a document as a whole: the policy and its scope, and the rules by which ECR copies images.
// It must not know how replicas are made, nor what a statement means.
import type { PolicyDocument } from '../../access/index.js';
import type { ReplicationRule } from '../../registry/index.js';
import type { LiveSettings, RenderedRegistry, SharedRegistry } from '../model.js';
import {
  type RegistrySettings,
  type ReplicationDocument,
  registrySettings,
  sharedSettings,
} from '../registry-settings.js';
import { attributes, block, code, membersOf, type Value } from './hcl.js';
import { replicaModule } from './names.js';

const policyAddress = 'aws_ecr_registry_policy.this';
const scopeAddress = 'aws_ecr_account_setting.policy_scope';
const replicationAddress = 'aws_ecr_replication_configuration.this';

/** What ECR calls the setting (API reference, PutAccountSetting). */
const scopeSetting = 'REGISTRY_POLICY_SCOPE';

/** The text of `registry.tf`; `undefined`: there is nothing to say. `regions`: of the replicas. */
export function registryText(rendered: RenderedRegistry, regions: readonly string[]): string | undefined {
  return textOf(registrySettings(rendered), (replication) =>
    replicationText(rulesOfOne(replication), rendered.desired.region, regions.map(replicaModule)),
  );
}

/** The same of a registry that several environments share, whose repositories and replicas are in roots of their own. */
export function sharedRegistryText(shared: SharedRegistry): string | undefined {
  return textOf(sharedSettings(shared), (replication) =>
    replicationText(rulesOfSeveral(replication, shared.of), shared.of[0].region, []),
  );
}

function textOf(
  { policy, scope, replication }: RegistrySettings,
  replicated: (replication: ReplicationDocument) => string,
): string | undefined {
  const blocks = [
    ...(scope === undefined ? [] : [scopeText(scope)]),
    ...(policy === undefined ? [] : [policyText(policy.document, scope !== undefined)]),
    ...(replication === undefined ? [] : [replicated(replication)]),
  ];
  return blocks.length === 0 ? undefined : `${heading}\n${blocks.join('\n')}`;
}

const heading = `\
# What the registry has once, for all who use it. A policy and a replication configuration are written whole: what somebody else adds to
# them is taken away by the next apply.
`;

function scopeText(scope: string): string {
  return `\
# About which requests ECR asks the policy, whoever wrote it. When this is destroyed, the setting stays as it is.
${block(headOf(scopeAddress), membersOf({ name: scopeSetting, value: scope }))}`;
}

function policyText(document: PolicyDocument, hasScope: boolean): string {
  const lines = attributes([{ key: 'policy', value: plainValue(document) }], 1);
  const [first = '', ...others] = lines.split('\n');
  const body = [first.replace('= {', '= jsonencode({'), ...others.slice(0, -1), '  })'];
  // The scope decides which statements ECR takes.
  const order = hasScope
    ? `\n\n  # Under V1 ECR refuses statements that need V2.\n  depends_on = [${scopeAddress}]`
    : '';
  return `${headOf(policyAddress)} {\n${body.join('\n')}${order}\n}\n`;
}

/** `modules`: those of the replicas, where they are in the same root. */
function replicationText(rules: readonly string[], region: string, modules: readonly string[]): string {
  const order =
    modules.length === 0
      ? ''
      : `
  # Into a Region without the repository, ECR would make one of its own, with mutable tags and no policies.
  depends_on = [${modules.map((one) => `module.${one}`).join(', ')}]
`;
  return `\
# What is pushed to ${region} from now on is copied.
${headOf(replicationAddress)} {
  replication_configuration {
${rules.join('\n')}  }
${order}}
`;
}

function rulesOfOne({ rules, ours }: ReplicationDocument): readonly string[] {
  const first = rules.findIndex((rule) => ours.includes(rule));
  const others = (some: readonly ReplicationRule[]) => some.filter((rule) => !ours.includes(rule)).map(ruleOfOthers);
  const [{ destinations } = { destinations: [] }] = ours;
  return [...others(rules.slice(0, first)), ruleOfOurs(destinations), ...others(rules.slice(first))];
}

/** Repositories of other roots are called by their names. */
function rulesOfSeveral({ rules, ours }: ReplicationDocument, of: SharedRegistry['of']): readonly string[] {
  return rules.map((rule) => {
    if (!ours.includes(rule)) return ruleOfOthers(rule);
    const names = rule.repositoryFilters?.map(({ filter }) => filter) ?? [];
    const whose = of.find(({ repositories }) => repositories.some(({ name }) => name === names[0]));
    return namedRule(rule.destinations, names, `Repositories of ${whose?.owner.environment ?? ''}.`);
  });
}

function ruleOfOurs(destinations: ReplicationRule['destinations']): string {
  return `\
    # Of every repository: a rule takes a hundred filters. A filter is a whole name, and stands for what begins with it.
    dynamic "rule" {
      for_each = chunklist(sort([for repository in values(local.repositories) : repository.name]), 100)
      content {
${destinations.map((one) => destinationText(one, 4)).join('\n')}
        dynamic "repository_filter" {
          for_each = rule.value
          content {
${attributes(membersOf({ filter: code('repository_filter.value'), filter_type: 'PREFIX_MATCH' }), 6)}
          }
        }
      }
    }
`;
}

/** Filters that are alike but for the name in them are a list of names. */
function namedRule(destinations: ReplicationRule['destinations'], names: readonly string[], about: string): string {
  return `\
    # ${about}
    rule {
${destinations.map((one) => destinationText(one, 3)).join('\n')}
      dynamic "repository_filter" {
${attributes([{ key: 'for_each', value: names }], 4)}
        content {
${attributes(membersOf({ filter: code('repository_filter.value'), filter_type: 'PREFIX_MATCH' }), 5)}
        }
      }
    }
`;
}

function ruleOfOthers({ destinations, repositoryFilters = [] }: ReplicationRule): string {
  const blocks = [
    ...destinations.map((one) => destinationText(one, 3)),
    ...repositoryFilters.map(({ filter, filterType }) =>
      nested('repository_filter', { filter, filter_type: filterType }, 3),
    ),
  ];
  return `    # Somebody else's, as it was found.\n    rule {\n${blocks.join('\n')}    }\n`;
}

function destinationText({ region, registryId }: ReplicationRule['destinations'][number], depth: number): string {
  return nested('destination', { region, registry_id: registryId }, depth);
}

function nested(name: string, values: Readonly<Record<string, string>>, depth: number): string {
  const indent = '  '.repeat(depth);
  return `${indent}${name} {\n${attributes(membersOf(values), depth + 1)}\n${indent}}\n`;
}

function headOf(address: string): string {
  const [type = '', name = ''] = address.split('.');
  return `resource "${type}" "${name}"`;
}

/** A document as it is. What JSON does not have is no part of one. */
function plainValue(value: unknown): Value {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' || value === null)
    return value;
  if (Array.isArray(value)) return value.map(plainValue);
  return {
    kind: 'object',
    members: Object.entries(value ?? {}).map(([key, one]) => ({ key, value: plainValue(one) })),
  };
}

/** What is there already, with what the provider imports it by. */
interface ExistingDocument {
  readonly address: string;
  readonly id: string;
}

/** Of what `registryText` writes. */
export function existingSettings(rendered: RenderedRegistry): readonly ExistingDocument[] {
  return existingOf(registrySettings(rendered), rendered.live?.settings, rendered.desired.account);
}

/** Of what `sharedRegistryText` writes. */
export function existingSharedSettings(shared: SharedRegistry): readonly ExistingDocument[] {
  return existingOf(sharedSettings(shared), shared.live?.settings, shared.of[0].account);
}

function existingOf(
  { policy, scope, replication }: RegistrySettings,
  there: LiveSettings | undefined,
  account: string,
): readonly ExistingDocument[] {
  // A registry that never had a rule has an empty document, which is as good as none.
  const replicates = (there?.replication ?? []).length > 0;
  return [
    ...(scope === undefined || there?.scope === undefined ? [] : [{ address: scopeAddress, id: scopeSetting }]),
    ...(policy === undefined || there?.policy === undefined ? [] : [{ address: policyAddress, id: account }]),
    ...(replication === undefined || !replicates ? [] : [{ address: replicationAddress, id: account }]),
  ];
}
