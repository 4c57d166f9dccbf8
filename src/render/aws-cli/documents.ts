// The policies of an environment as files beside its script: one for each thing that has one, and one for what most repositories share.
// It must not know how the script names or uses them.
import { documentOf } from '../../access/index.js';
import type { CiRole, EncryptionKey, PullRole } from '../../registry/companions/model.js';
import type { DesiredRegistryPolicy, DesiredRepository, Place, ReplicationRule } from '../../registry/index.js';
import { keyPolicyOf } from '../key-policy.js';
import { lifecycleLines, policyLines, replicationLines } from '../policy-lines.js';
import { most } from '../settings.js';

/** Beside the script. */
export interface Document {
  readonly path: string;
  readonly text: string;
}

/** Repositories may be named like folders of each other; `~` is in no name that ECR takes. */
function fileOf(name: string): string {
  return name.replaceAll('/', '~');
}

/** The documents of a repository. What is absent it has not. */
export interface RepositoryDocuments {
  readonly lifecycle?: Document;
  readonly policy?: Document;
}

/**
 * Of each repository, in their order. What most of them have alike is one file beside the script, `lifecycle.json` or `policy.json`; what differs has
 * a file of its own. `elsewhere`: those of the same repositories in another Region, whose files are used where they say the same; others go
 * to `folder`.
 */
export function repositoryDocuments(
  repositories: readonly DesiredRepository[],
  elsewhere?: { readonly folder: string; readonly known: readonly RepositoryDocuments[] },
): readonly RepositoryDocuments[] {
  const placed = (member: keyof RepositoryDocuments, texts: readonly (string | undefined)[]) => {
    const known = texts.map((text, index) => {
      const there = elsewhere?.known[index]?.[member];
      return there?.text === text ? there : undefined;
    });
    const common = most(texts.filter((text, index) => text !== undefined && known[index] === undefined));
    const folder = elsewhere === undefined ? '' : `${elsewhere.folder}/`;
    return repositories.map(({ name }, index): Document | undefined => {
      const text = texts[index];
      if (text === undefined) return undefined;
      const { one, own } = names[member];
      return known[index] ?? { path: `${folder}${text === common ? one : `${own}/${fileOf(name)}.json`}`, text };
    });
  };
  const lifecycles = placed('lifecycle', repositories.map(lifecycleText));
  const policies = placed('policy', repositories.map(policyText));
  return repositories.map((_, index) => {
    const [lifecycle, policy] = [lifecycles[index], policies[index]];
    return { ...(lifecycle === undefined ? {} : { lifecycle }), ...(policy === undefined ? {} : { policy }) };
  });
}

/** The file that most share, and the folder of those that have their own. */
const names = {
  lifecycle: { one: 'lifecycle.json', own: 'lifecycle' },
  policy: { one: 'policy.json', own: 'policies' },
} as const;

function lifecycleText({ lifecyclePolicy }: DesiredRepository): string | undefined {
  return lifecyclePolicy == null ? undefined : `${lifecycleLines(lifecyclePolicy)}\n`;
}

/** Our own statements; those of others are put beside them when the script runs. */
function policyText({ statements }: DesiredRepository): string | undefined {
  return statements.length === 0 ? undefined : `${policyLines(documentOf(statements))}\n`;
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
