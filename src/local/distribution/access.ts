// Who is asking, and whether they may.
// It must not know what is asked beyond the name of the action.
import { EcrError } from '../ecr/operation.js';
import { repositoryArn } from '../ecr/repository.js';
import type { ServiceContext } from '../service.js';
import type { Address, Place, Registry } from './address.js';
import { Refusal } from './errors.js';
import type { Reply } from './exchange.js';

/** Of a token that was proven. */
export interface Caller extends Registry {
  readonly arn: string;
  /** The reference of a principal (iam/principal.ts), where one is behind the token. */
  readonly principal?: string;
}

export type Verdict = ({ readonly ok: true } & Caller) | { readonly ok: false; readonly reason: string };

/** The answer to whoever has no valid credentials, on every address (captures in NVIDIA/enroot#59, oras-project/oras-go#225). */
export function challenge({ host, registry }: Place, secure: boolean): Reply {
  const realm = `${registry !== undefined || secure ? 'https' : 'http'}://${host ?? 'localhost'}/`;
  return {
    status: 401,
    headers: {
      'WWW-Authenticate': `Basic realm="${realm}",service="ecr.amazonaws.com"`,
      'Content-Type': 'text/plain; charset=utf-8',
    },
    body: 'Not Authorized\n',
  };
}

/** The caller, or nothing where a challenge is due; throws where the credentials were good once. */
export function callerOf(verdict: Verdict): Caller | undefined {
  if (verdict.ok) return verdict;
  if (verdict.reason === 'expired') throw new Refusal('expired', '');
  return undefined;
}

/** Why policies do not let a caller do `action` on a resource, in AWS's words; nothing where they do. */
export type Refuse = (action: string, resource: string, context: ServiceContext) => string | undefined;

/** The same where policies decide: the token is for its Region, and everything else they say. Throws AccessDeniedException. */
export function authoriseByPolicies(
  refuse: Refuse,
  caller: Caller,
  action: string,
  { registry, name }: Address,
  context: ServiceContext,
): void {
  const arn = repositoryArn(context.partition, registry.region, registry.account, name === '' ? '*' : name);
  const message =
    caller.region === registry.region
      ? refuse(`ecr:${action}`, arn, context)
      : // The words are ours (?).
        `User: ${caller.arn} is not authorized to perform: ecr:${action} on resource: ${arn} because the authorization token is for ${caller.region}`;
  if (message !== undefined) throw new EcrError('AccessDeniedException', message);
}

/**
 * Whether a caller may do `action` in a repository. A token is for its account and its Region (user guide of 2023); what policies allow
 * beyond that is asked in strict mode alone. Throws AccessDeniedException.
 */
export function authorise(caller: Caller, action: string, { registry, name }: Address, context: ServiceContext): void {
  if (caller.account === registry.account && caller.region === registry.region) return;
  const arn = repositoryArn(context.partition, registry.region, registry.account, name);
  const why =
    caller.account === registry.account
      ? // The words are ours (?).
        `the authorization token is for ${caller.region}`
      : `no resource-based policy allows the ecr:${action} action`;
  throw new EcrError(
    'AccessDeniedException',
    `User: ${caller.arn} is not authorized to perform: ecr:${action} on resource: ${arn} because ${why}`,
  );
}
