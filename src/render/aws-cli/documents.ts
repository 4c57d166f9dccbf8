// The policies of an environment as files beside its script, one for each thing that has one.
// It must not know how the script names or uses them.
import { documentOf } from '../../access/index.js';
import type { CiRole, EncryptionKey, PullRole } from '../../registry/companions/model.js';
import type { DesiredRegistryPolicy, DesiredRepository, Place, ReplicationRule } from '../../registry/index.js';
import { keyPolicyOf } from '../key-policy.js';
import { lifecycleLines, policyLines, replicationLines } from '../policy-lines.js';

/** Beside the script. */
export interface Document {
  readonly path: string;
  readonly text: string;
}

/** Repositories may be named like folders of each other; `~` is in no name that ECR takes. */
function fileOf(name: string): string {
  return name.replaceAll('/', '~');
}

export function lifecycleDocument({ name, lifecyclePolicy }: DesiredRepository): Document | undefined {
  if (lifecyclePolicy == null) return undefined;
  return { path: `lifecycle/${fileOf(name)}.json`, text: `${lifecycleLines(lifecyclePolicy)}\n` };
}

/** Our own statements; those of others are put beside them when the script runs. */
export function policyDocument({ name, statements }: DesiredRepository): Document | undefined {
  if (statements.length === 0) return undefined;
  return { path: `policies/${fileOf(name)}.json`, text: `${policyLines(documentOf(statements))}\n` };
}

export function trustDocument({ name, trust }: CiRole | PullRole): Document {
  return { path: `roles/${name}.trust.json`, text: `${policyLines(trust)}\n` };
}

export function permissionsDocument({ name, permissions }: CiRole | PullRole): Document {
  return { path: `roles/${name}.permissions.json`, text: `${policyLines(permissions)}\n` };
}

export function keyDocument(key: EncryptionKey, place: Place): Document {
  return { path: 'key.json', text: `${policyLines(keyPolicyOf(key, place))}\n` };
}

/** Our own statements, as in a policy of a repository. */
export function registryPolicyDocument({ statements }: DesiredRegistryPolicy): Document | undefined {
  if (statements.length === 0) return undefined;
  return { path: 'registry/policy.json', text: `${policyLines(documentOf(statements))}\n` };
}

/** Our own rules; those of others are put beside them when the script runs. */
export function replicationDocument(rules: readonly ReplicationRule[]): Document | undefined {
  if (rules.length === 0) return undefined;
  return { path: 'registry/replication.json', text: `${replicationLines(rules)}\n` };
}
