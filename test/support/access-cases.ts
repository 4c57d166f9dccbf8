// Reads the decided cases of test/cases/access and turns each into a request and its policies.
// It must not know what the right answers are: the cases say.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type {
  AccessAnswer,
  AccessReason,
  AccessRequest,
  PolicyKind,
  Requester,
} from '../../src/access/evaluate/model.js';
import {
  type AccessPolicies,
  type CompiledPolicy,
  compilePolicy,
  unreadablePolicy,
} from '../../src/access/evaluate/policy.js';

/** A list of statements, a whole document, or `unreadable: REASON`. */
type Policy = readonly unknown[] | { readonly [name: string]: unknown } | string;

/** An ARN, a service, `anyone`, or an ARN with what else is known. */
type Named =
  | string
  | { readonly kind: 'federated-user'; readonly arn: string; readonly user: string }
  | { readonly arn: string; readonly [name: string]: unknown };

interface Setting extends Partial<Pick<AccessRequest, 'resourceTags' | 'context' | 'otherKeys'>> {
  readonly requester?: Named;
  readonly action?: string;
  readonly resource?: string;
  readonly identity?: Policy;
  readonly boundary?: Policy;
  readonly session?: Policy;
  /** By level. */
  readonly serviceControl?: readonly Policy[];
  readonly resourceControl?: readonly Policy[];
  readonly repository?: Policy;
  readonly registry?: Policy;
  readonly key?: Policy;
  readonly trust?: Policy;
  readonly registryScope?: 'V1' | 'V2';
}

export interface DecidedCase extends Setting {
  readonly name: string;
  /** The rule it follows from, in a sentence. */
  readonly because: string;
  /** The page of AWS's documentation that says so. */
  readonly source: string;
  readonly expect: {
    readonly answer: AccessAnswer['answer'];
    readonly reason: AccessReason;
    /** Sid of the statement that decides. */
    readonly statement?: string;
    /** In words. */
    readonly conditions?: string;
    /** Names of the policies. */
    readonly unread?: readonly string[];
  };
}

interface CaseFile {
  readonly about: string;
  readonly defaults: Setting;
  readonly cases: readonly DecidedCase[];
}

const folder = join(import.meta.dirname, '../cases/access');

export function readCases(): readonly { readonly file: string; readonly cases: readonly DecidedCase[] }[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .sort()
    .map((file) => {
      const { defaults, cases } = JSON.parse(readFileSync(join(folder, file), 'utf8')) as CaseFile;
      return { file, cases: cases.map((one) => ({ ...defaults, ...one })) };
    });
}

export function requestOf(one: Setting): AccessRequest {
  const { requester = '', action = '', resource = '*', resourceTags, context, otherKeys } = one;
  return {
    requester: requesterOf(requester),
    action,
    resource,
    ...(resourceTags === undefined ? {} : { resourceTags }),
    ...(context === undefined ? {} : { context }),
    ...(otherKeys === undefined ? {} : { otherKeys }),
  };
}

export function requesterOf(named: Named): Requester {
  if (typeof named !== 'string') {
    if ('kind' in named) return named as Requester;
    return { ...requesterOf(named.arn), ...named, arn: roleOf(named.arn) } as unknown as Requester;
  }
  const [, partition = '', service, , account = '', rest = ''] = named.split(':');
  if (named === 'anyone') return { kind: 'anyone' };
  if (partition === '') return { kind: 'service', service: named };
  if (rest === 'root') return { kind: 'root', account, partition };
  if (/^(oidc|saml)-provider\//.test(rest)) return { kind: 'web-identity', provider: named };
  if (service === 'sts') return { kind: 'role', arn: roleOf(named), session: named.slice(named.lastIndexOf('/') + 1) };
  return { kind: rest.startsWith('user/') ? 'user' : 'role', arn: named };
}

function roleOf(arn: string): string {
  return arn.replace(/:sts::(\d+):assumed-role\/([^/]+)\/.*$/, ':iam::$1:role/$2');
}

export function policiesOf(one: Setting): AccessPolicies {
  const read = (kind: PolicyKind, name: string, policy: Policy): CompiledPolicy => {
    if (typeof policy === 'string') return unreadablePolicy(kind, name, policy.replace(/^unreadable: /, ''));
    return compilePolicy(kind, name, Array.isArray(policy) ? { Version: '2012-10-17', Statement: policy } : policy);
  };
  const some = (kind: PolicyKind, name: string, policy: Policy | undefined) =>
    policy === undefined ? [] : [read(kind, name, policy)];
  const [boundary] = some('boundary', 'boundary', one.boundary);
  const levels = (kind: PolicyKind, policies: readonly Policy[]) =>
    policies.map((policy, index) => [read(kind, `level ${index + 1}`, policy)]);
  return {
    requester: {
      identity: some('identity', 'identity', one.identity),
      ...(boundary === undefined ? {} : { boundary }),
      ...(one.session === undefined ? {} : { session: some('session', 'session', one.session) }),
      ...(one.serviceControl === undefined ? {} : { serviceControl: levels('service-control', one.serviceControl) }),
    },
    resource: {
      resource: [
        ...some('repository', 'repository', one.repository),
        ...some('registry', 'registry', one.registry),
        ...some('key', 'key', one.key),
        ...some('trust', 'trust', one.trust),
      ],
      ...(one.registryScope === undefined ? {} : { registryScope: one.registryScope }),
      ...(one.resourceControl === undefined
        ? {}
        : { resourceControl: levels('resource-control', one.resourceControl) }),
    },
  };
}
