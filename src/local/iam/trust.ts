// Whom trust policies name: IAM keeps the unique id of a user or role behind its ARN, so that whoever is later given the name is not
// trusted in its place, and shows the id once there is nobody with both (IAM user guide, "AWS JSON policy elements: Principal").
// It must not know what a trust policy allows.
import { expandPrincipals } from '../ecr/texts.js';
import type { ServiceContext } from '../service.js';
import { checkPolicy, invalidPrincipal } from './documents.js';
import { parseArn, type Role, roles, users, type Where } from './state.js';

/** The caller of open mode is no user of IAM, and may be trusted all the same. */
const localUser = /:user\/local$/;

function isFields(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A copy of a document with the AWS principals that `rename` gives. */
function withPrincipals(document: unknown, rename: (name: string) => string): unknown {
  const renamed = (value: unknown): unknown =>
    Array.isArray(value) ? value.map(renamed) : typeof value === 'string' ? rename(value) : value;
  const element = (value: unknown): unknown =>
    isFields(value) && value['AWS'] !== undefined ? { ...value, AWS: renamed(value['AWS']) } : value;
  const statement = (value: unknown): unknown =>
    isFields(value)
      ? Object.fromEntries(
          Object.entries(value).map(([name, one]) => [
            name,
            name === 'Principal' || name === 'NotPrincipal' ? element(one) : one,
          ]),
        )
      : value;
  if (!isFields(document)) return document;
  const { Statement } = document;
  return { ...document, Statement: Array.isArray(Statement) ? Statement.map(statement) : statement(Statement) };
}

/** The id of the user or role that an ARN names, where it is in this cloud. */
function idOf({ store }: Pick<Where, 'store'>, arn: string): string | undefined {
  const parts = parseArn(arn);
  if (parts === undefined) return undefined;
  const table = parts.kind === 'user' ? users : parts.kind === 'role' ? roles : undefined;
  const row = table?.find({ store, account: parts.account }, parts.name);
  return row?.path === parts.path ? row.id : undefined;
}

/**
 * A trust policy as it is kept. Throws MalformedPolicyDocument, also for users and roles of this account that are not there; those of
 * other accounts may be anywhere.
 */
export function trustOf(text: string, context: ServiceContext): Pick<Role, 'trust' | 'trusted'> {
  const document = expandPrincipals(checkPolicy(text, { kind: 'trust' }), context.partition);
  const trusted: Record<string, string> = {};
  withPrincipals(document, (name) => {
    const id = idOf(context, name);
    if (id !== undefined) trusted[name] = id;
    else {
      const parts = parseArn(name);
      const own = parts?.account === context.account && (parts.kind === 'user' || parts.kind === 'role');
      if (own && !localUser.test(name)) throw invalidPrincipal('AWS', name);
    }
    return name;
  });
  return { trust: JSON.stringify(document), trusted };
}

/** The text with ids in the place of ARNs: of those that now name somebody else or nobody to be shown, of all to be decided by. */
function trustWithIds({ trust, trusted }: Role, which: (arn: string, id: string) => boolean): string {
  const stale = new Map(Object.entries(trusted).filter(([arn, id]) => which(arn, id)));
  if (stale.size === 0) return trust;
  return JSON.stringify(withPrincipals(JSON.parse(trust), (name) => stale.get(name) ?? name));
}

export function shownTrust(where: Pick<Where, 'store'>, role: Role): string {
  return trustWithIds(role, (arn, id) => idOf(where, arn) !== id);
}

/** What AssumeRole is decided by. */
export function effectiveTrust(role: Role): string {
  return trustWithIds(role, () => true);
}
