// People and services as requesters: as somebody writes them, and as policies name them.
// It must not know what anybody may do.
import { fail } from '../diagnostics/index.js';
import { isAccountId } from './document.js';
import type { Requester } from './evaluate/model.js';

/** Where a name that is no whole ARN belongs. */
export interface WhoContext {
  readonly account: string;
  readonly partition: string;
}

/**
 * Whom a text names: the ARN of a role, a user, a session or an account's root, an account id, `role/NAME` and `user/NAME` of the
 * account, a service (`lambda`, `lambda.amazonaws.com`), or `anyone`: somebody of another account. The manifest's own prefixes will do
 * too: `account:`, `role:`, `user:`, `service:`. Throws `access/bad-requester`.
 */
export function requesterNamed(text: string, context: WhoContext): Requester {
  const [, prefix, rest] = /^(account|role|user|service):(.+)$/.exec(text) ?? [];
  const name = rest ?? text;
  const found = requesterOf(name, context);
  if (found !== undefined && (prefix === undefined || prefix === nounOf(found))) return found;
  return fail('access/bad-requester', `"${text.slice(0, 200)}" is nobody that a request could come from`);
}

function requesterOf(name: string, { account, partition }: WhoContext): Requester | undefined {
  if (name === 'anyone') return { kind: 'anyone' };
  const [, kind] = /^(role|user)\/[\w+=,.@/-]+$/.exec(name) ?? [];
  if (kind !== undefined) return requesterOfPrincipal(`arn:${partition}:iam::${account}:${name}`);
  if (isAccountId(name) || name.startsWith('arn:')) return requesterOfPrincipal(name, partition);
  if (/^[a-z][a-z0-9-]*$/.test(name)) return { kind: 'service', service: `${name}.amazonaws.com` };
  return /^[a-z0-9-]+(\.[a-z0-9-]+)*\.amazonaws\.com(\.cn)?$/.test(name)
    ? { kind: 'service', service: name }
    : undefined;
}

function nounOf({ kind }: Requester): string {
  return kind === 'root' ? 'account' : kind;
}

/** A principal of a policy; `undefined` for what no request comes from any more, such as the id of somebody who was deleted. */
export function requesterOfPrincipal(principal: string, partition = 'aws'): Requester | undefined {
  if (isAccountId(principal)) return { kind: 'root', account: principal, partition };
  const [, where = '', service, account = '', rest = ''] =
    /^arn:([^:]+):(iam|sts)::(\d{12}):(.+)$/.exec(principal) ?? [];
  if (service === undefined || /[*?]/.test(rest)) return undefined;
  if (rest === 'root') return { kind: 'root', account, partition: where };
  if (/^(oidc|saml)-provider\/./.test(rest)) return { kind: 'web-identity', provider: principal };
  if (/^user\/./.test(rest)) return { kind: 'user', arn: principal };
  if (/^role\/./.test(rest)) return { kind: 'role', arn: principal };
  const [, role, session] = /^assumed-role\/([^/]+)\/(.+)$/.exec(rest) ?? [];
  return role === undefined || session === undefined
    ? undefined
    : { kind: 'role', arn: `arn:${where}:iam::${account}:role/${role}`, session };
}

/**
 * Whom the Allow statements of a resource's policy name, each once, in their order. Everyone, and everyone but some, is `anyone`;
 * `account` as a whole is left out, for IAM tells by name who that is.
 */
export function requestersIn(document: unknown, { account, partition }: WhoContext): readonly Requester[] {
  const found = new Map<string, Requester>();
  const add = (requester: Requester | undefined) => {
    if (requester === undefined || (requester.kind === 'root' && requester.account === account)) return;
    found.set(JSON.stringify(requester), requester);
  };
  for (const statement of listOf(fieldsOf(document)['Statement']).map(fieldsOf)) {
    if (statement['Effect'] !== 'Allow') continue;
    const { Principal, NotPrincipal } = statement;
    if (NotPrincipal !== undefined || Principal === '*') add({ kind: 'anyone' });
    for (const [kind, value] of Object.entries(fieldsOf(Principal)))
      for (const name of listOf(value)) {
        if (typeof name !== 'string') continue;
        if (kind === 'AWS') add(name === '*' ? { kind: 'anyone' } : requesterOfPrincipal(name, partition));
        else if (kind === 'Service') add({ kind: 'service', service: name.toLowerCase() });
        else if (kind === 'Federated') add(requesterOfPrincipal(name));
      }
  }
  return [...found.values()];
}

type Fields = { readonly [name: string]: unknown };

/** What lies in AWS was not checked by us. */
function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : value === undefined ? [] : [value];
}
