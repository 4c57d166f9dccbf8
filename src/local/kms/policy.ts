// Key policies: the one a key has by default, what KMS asks of one, and the form it is given back in.
// It must not know how a policy is evaluated.
import { expandPrincipals, jacksonPretty } from '../ecr/texts.js';
import { type ServiceContext, ServiceError } from '../service.js';
import { limitExceeded } from './errors.js';

/** "Key policy document size: 32 KB" (developer guide, "Resource quotas"). */
const mostBytes = 32 * 1024;

type Members = Readonly<Record<string, unknown>>;

function isMembers(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : value === undefined ? [] : [value];
}

function malformed(message: string): ServiceError {
  return new ServiceError('MalformedPolicyDocumentException', message);
}

function read(text: string): { readonly document: Members; readonly statements: readonly Members[] } {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    throw malformed('The policy is not valid JSON.');
  }
  const statements = isMembers(document) ? list(document['Statement']) : [];
  if (!isMembers(document) || statements.length === 0 || !statements.every(isMembers)) {
    throw malformed('Policy document must contain a Statement element.');
  }
  const broken = (one: Members): boolean =>
    (one['Effect'] !== 'Allow' && one['Effect'] !== 'Deny') ||
    (one['Action'] === undefined) === (one['NotAction'] === undefined) ||
    (one['Principal'] === undefined) === (one['NotPrincipal'] === undefined) ||
    (one['Resource'] === undefined) === (one['NotResource'] === undefined);
  if (statements.some(broken)) throw malformed('Policy document must be version 2012-10-17 or greater.');
  return { document, statements };
}

/** Whether an action of a statement covers PutKeyPolicy. */
function setsPolicy(action: unknown): boolean {
  const pattern = String(action).toLowerCase();
  const start = pattern.indexOf('*');
  return start < 0 ? pattern === 'kms:putkeypolicy' : 'kms:putkeypolicy'.startsWith(pattern.slice(0, start));
}

/**
 * Whether somebody of the account could still change the policy. KMS asks that of the very caller; whoever calls here without
 * signatures is nobody in particular.
 */
function keepsDoor(statements: readonly Members[], account: string): boolean {
  return statements.some(({ Effect, Principal, Action }) => {
    if (Effect !== 'Allow' || !list(Action).some(setsPolicy)) return false;
    const principals = isMembers(Principal) ? list(Principal['AWS']) : list(Principal);
    return principals.some((one) => one === '*' || one === account || String(one).includes(`::${account}:`));
  });
}

/** The policy of a key that was given none (developer guide, "Default key policy"). */
export function defaultPolicy({ partition, account }: ServiceContext): string {
  return jacksonPretty({
    Version: '2012-10-17',
    Id: 'key-default-1',
    Statement: [
      {
        Sid: 'Enable IAM User Permissions',
        Effect: 'Allow',
        Principal: { AWS: `arn:${partition}:iam::${account}:root` },
        Action: 'kms:*',
        Resource: '*',
      },
    ],
  });
}

/** A policy as KMS keeps it. Throws MalformedPolicyDocumentException or LimitExceededException. */
export function keptPolicy(context: ServiceContext, text: string, bypass: boolean): string {
  if (Buffer.byteLength(text) > mostBytes) throw limitExceeded(`The key policy is larger than ${mostBytes} bytes.`);
  const { document, statements } = read(text);
  if (!bypass && !keepsDoor(statements, context.account)) {
    throw malformed('The new key policy will not allow you to update the key policy in the future.');
  }
  return jacksonPretty(expandPrincipals(document, context.partition));
}
