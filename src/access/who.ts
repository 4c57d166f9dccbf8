// People and services as requesters: as somebody writes them, and as policies name them.
// It must not know what anybody may do.
import { fail } from '../diagnostics/index.js';
import { isAccountId } from './document.js';
import { accountOfArn, nameOfArn, partitionOfArn } from './evaluate/arn.js';
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
  const prefixed = /^(account|role|user|service):(.+)$/.exec(text);
  const prefix = prefixed?.[1];
  const found = requesterOf(prefixed?.[2] ?? text, context);
  if (found !== undefined && (prefix === undefined || prefix === nounOf(found))) return found;
  return fail('access/bad-requester', `"${text.slice(0, 200)}" is nobody that a request could come from`);
}

function requesterOf(name: string, { account, partition }: WhoContext): Requester | undefined {
  if (name === 'anyone') return { kind: 'anyone' };
  if (/^(role|user)\/[\w+=,.@/-]+$/.test(name)) return requesterOfPrincipal(`arn:${partition}:iam::${account}:${name}`);
  if (isAccountId(name) || name.startsWith('arn:')) return requesterOfPrincipal(name);
  if (/^[a-z][a-z0-9-]*$/.test(name)) return { kind: 'service', service: `${name}.amazonaws.com` };
  return /^[a-z0-9-]+(\.[a-z0-9-]+)*\.amazonaws\.com(\.cn)?$/.test(name)
    ? { kind: 'service', service: name }
    : undefined;
}

function nounOf({ kind }: Requester): string {
  return kind === 'anyone' ? 'account' : kind;
}

/** A principal of a policy, where an account and its root user are the same; `undefined` for what no request comes from any more, such as the id of somebody who was deleted. */
export function requesterOfPrincipal(principal: string): Requester | undefined {
  if (isAccountId(principal)) return { kind: 'anyone', account: principal };
  if (/[*?]/.test(principal)) return undefined;
  if (/^arn:[^:]+:iam::\d{12}:root$/.test(principal)) return { kind: 'anyone', account: accountOfArn(principal) };
  if (/^arn:[^:]+:iam::\d{12}:(oidc|saml)-provider\/./.test(principal))
    return { kind: 'web-identity', provider: principal };
  if (/^arn:[^:]+:iam::\d{12}:user\/./.test(principal)) return { kind: 'user', arn: principal };
  if (/^arn:[^:]+:iam::\d{12}:role\/./.test(principal)) return { kind: 'role', arn: principal };
  if (!/^arn:[^:]+:sts::\d{12}:assumed-role\/[^/]+\/[^/]+$/.test(principal)) return undefined;
  const session = nameOfArn(principal);
  const role = nameOfArn(principal.slice(0, -session.length - 1));
  return {
    kind: 'role',
    arn: `arn:${partitionOfArn(principal)}:iam::${accountOfArn(principal)}:role/${role}`,
    session,
  };
}

/**
 * Whom the Allow statements of a resource's policy name, each once, in their order. Everyone, and everyone but some, is `anyone`;
 * `account` as a whole is left out, for IAM tells by name who that is.
 */
export function requestersIn(document: unknown, account: string): readonly Requester[] {
  const allows = statementsOf(document).filter(({ Effect }) => Effect === 'Allow');
  const own = keyOf({ kind: 'anyone', account });
  return distinct(
    allows.flatMap(({ Principal, NotPrincipal }) => [
      ...(NotPrincipal === undefined ? [] : [{ kind: 'anyone' } as const]),
      ...named(Principal),
    ]),
  ).filter((one) => keyOf(one) !== own);
}

/** Whom the statements of a resource's policy speak of in any way, each once, in their order. */
export function requestersNamed(document: unknown): readonly Requester[] {
  return distinct(
    statementsOf(document).flatMap(({ Principal, NotPrincipal }) => [...named(Principal), ...named(NotPrincipal)]),
  );
}

function statementsOf(document: unknown): readonly Fields[] {
  return listOf(fieldsOf(document)['Statement']).map(fieldsOf);
}

function distinct(requesters: readonly Requester[]): readonly Requester[] {
  return [...new Map(requesters.map((one) => [keyOf(one), one])).values()];
}

function keyOf(requester: Requester): string {
  return JSON.stringify(requester);
}

function named(principal: unknown): readonly Requester[] {
  if (principal === '*') return [{ kind: 'anyone' }];
  return Object.entries(fieldsOf(principal)).flatMap(([kind, value]) =>
    listOf(value).flatMap((name): readonly Requester[] => {
      if (typeof name !== 'string') return [];
      if (kind === 'AWS' && name === '*') return [{ kind: 'anyone' }];
      if (kind === 'Service') return [{ kind: 'service', service: name.toLowerCase() }];
      const found = kind === 'AWS' || kind === 'Federated' ? requesterOfPrincipal(name) : undefined;
      return found === undefined ? [] : [found];
    }),
  );
}

type Fields = { readonly [name: string]: unknown };

/** What lies in AWS was not checked by us. */
function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' ? { ...value } : {};
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [value];
}
