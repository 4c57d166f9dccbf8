// Reads policies once, so that many requests can be held against them.
// It must not know who asks, nor how policies work together.
import type { PolicyKind, StatementPlace, Unread } from './model.js';
import { type Attachment, type CompiledStatement, compileStatement, type UnreadableStatement } from './statement.js';
import { supportsVariables } from './variables.js';

const attachments: Readonly<Record<PolicyKind, Attachment>> = {
  identity: 'requester',
  boundary: 'requester',
  session: 'requester',
  'service-control': 'organization',
  'resource-control': 'organization',
  repository: 'resource',
  registry: 'resource',
  key: 'resource',
  trust: 'resource',
};

export interface CompiledPolicy {
  readonly kind: PolicyKind;
  /** For people: `role/ci: inline policy push`, `AmazonEC2ContainerRegistryReadOnly`. */
  readonly name: string;
  /** The same for all policies of this kind that say the same, whatever their names. */
  readonly meaning: string;
  /** By what it may tell one resource from another; `undefined` where it cannot. */
  readonly tellsApart: TellsApart | undefined;
  readonly statements: readonly CompiledStatement[];
  /** What may allow, deny, or both, but nobody can say. */
  readonly unreadable: readonly { readonly effect: 'Allow' | 'Deny' | undefined; readonly unread: Unread }[];
}

export interface TellsApart {
  /** Of resources, each once; `variable` where one has a policy variable in it. */
  readonly patterns: readonly string[] | 'variable';
  /** Whether a condition, or a variable, is about the tags of the resource. */
  readonly tags: boolean;
}

/** Policies of the requester, and of its account. */
export interface RequesterPolicies {
  /** Inline and managed ones of the user, its groups or the role. */
  readonly identity: readonly CompiledPolicy[];
  readonly boundary?: CompiledPolicy;
  /** Those a session was made with; left out where it was made with none. */
  readonly session?: readonly CompiledPolicy[];
  /**
   * Service control policies: one list for the root of the organisation, each unit on the way and the account. Left out for
   * accounts in no organisation and for the management account, which they do not limit.
   */
  readonly serviceControl?: readonly (readonly CompiledPolicy[])[];
}

/** Policies of the resource, and of its account. */
export interface ResourcePolicies {
  /** Repository and registry policy, or a key policy, or a role's trust policy. */
  readonly resource: readonly CompiledPolicy[];
  /** ECR's account setting REGISTRY_POLICY_SCOPE. `V2`, the default, puts the registry policy into every request. */
  readonly registryScope?: 'V1' | 'V2';
  /** Resource control policies, by level as service control policies. */
  readonly resourceControl?: readonly (readonly CompiledPolicy[])[];
}

export interface AccessPolicies {
  readonly requester: RequesterPolicies;
  readonly resource: ResourcePolicies;
}

/** `document` is the text of a policy, or what its JSON says. What cannot be read in it makes answers `unknown`, never an error. */
export function compilePolicy(kind: PolicyKind, name: string, document: unknown): CompiledPolicy {
  let value = document;
  if (typeof document === 'string') {
    try {
      value = JSON.parse(document);
    } catch {
      return unreadablePolicy(kind, name, 'it is not JSON');
    }
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return unreadablePolicy(kind, name, 'it is not a JSON object');
  const fields: { readonly [name: string]: unknown } = { ...value };
  const statements = fields['Statement'];
  const list: readonly unknown[] = Array.isArray(statements)
    ? statements
    : statements === undefined
      ? []
      : [statements];
  const variables = supportsVariables(fields['Version']);
  const compiled = list.map((one, index) =>
    compileStatement(one, placeOf(kind, name, one, index), attachments[kind], variables),
  );
  return {
    kind,
    name,
    meaning: JSON.stringify([kind, value]),
    tellsApart: tellsApart(list),
    statements: compiled.filter((one): one is CompiledStatement => 'applies' in one),
    unreadable: compiled.filter((one): one is UnreadableStatement => 'problem' in one).map(unreadOf),
  };
}

/** A policy that is there, or may be, but could not be read: `reason` says why, for instance `access denied`. */
export function unreadablePolicy(kind: PolicyKind, name: string, reason: string): CompiledPolicy {
  const meaning = JSON.stringify([kind, 'unread', reason]);
  const unread = { policy: name, kind, reason };
  return { kind, name, meaning, tellsApart: undefined, statements: [], unreadable: [{ effect: undefined, unread }] };
}

function tellsApart(statements: readonly unknown[]): TellsApart | undefined {
  const patterns = new Set<string>();
  for (const statement of statements) {
    const { Resource, NotResource } = fieldsOf(statement);
    for (const pattern of [Resource, NotResource].flat()) if (typeof pattern === 'string') patterns.add(pattern);
  }
  patterns.delete('*');
  const tags = /resourcetag/i.test(JSON.stringify(statements));
  if (patterns.size === 0 && !tags) return undefined;
  const all = [...patterns];
  return { patterns: all.some((pattern) => pattern.includes('${')) ? 'variable' : all, tags };
}

function fieldsOf(statement: unknown): { readonly [name: string]: unknown } {
  return typeof statement === 'object' ? { ...statement } : {};
}

function placeOf(kind: PolicyKind, policy: string, statement: unknown, index: number): StatementPlace {
  const { Sid: sid } = fieldsOf(statement);
  return { policy, kind, index, ...(typeof sid === 'string' && sid !== '' ? { sid } : {}) };
}

function unreadOf({ effect, place, problem }: UnreadableStatement): CompiledPolicy['unreadable'][number] {
  const name = place.sid === undefined ? `statement ${place.index + 1}` : `statement "${place.sid}"`;
  const unread = { policy: place.policy, kind: place.kind, index: place.index, reason: `${name}: ${problem}` };
  return { effect, unread };
}
