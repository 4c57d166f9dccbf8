// The grammar of a grantee written as a string: `account:…`, `role:…`, `user:…`, `org:…`, `service:…`.
// It must not know YAML, policies, or what a grant becomes.
import type { MessageRow } from './table.js';

/** One pattern for every string that is a grantee, for JSON Schema. */
export function granteePattern(row: MessageRow): string {
  const choices = row.fields
    .filter((field) => row.exactlyOne?.[0]?.includes(field.name) === true)
    .map((field) => `${field.name}:${(field.rules?.pattern ?? '^.+$').slice(1, -1)}`);
  return `^(${choices.join('|')})$`;
}

export type GranteeReading =
  | { readonly kind: string; readonly value: string }
  /** What to write instead, where it can be guessed. */
  | { readonly kind: undefined; readonly instead?: string };

const account = /^[0-9]{12}$/;
const arn = /^arn:aws(-[a-z]+)*:iam::([0-9]{12}):(role|user|root)(\/.*)?$/;
const organization = /^o-[a-z0-9]{10,32}$/;

/** Takes `kind:value` apart. The value is checked by the rules of the field `kind`. */
export function readGrantee(text: string, kinds: readonly string[]): GranteeReading {
  const colon = text.indexOf(':');
  const kind = text.slice(0, Math.max(colon, 0));
  if (kinds.includes(kind)) return { kind, value: text.slice(colon + 1) };
  if (account.test(text)) return { kind: undefined, instead: `account:${text}` };
  if (organization.test(text)) return { kind: undefined, instead: `org:${text}` };
  const parts = arn.exec(text);
  if (parts !== null) {
    return {
      kind: undefined,
      instead: parts[3] === 'root' ? `account:${parts[2] ?? ''}` : `${parts[3] ?? ''}:${text}`,
    };
  }
  if (/^[a-z0-9-]+\.amazonaws\.com(\.cn)?$/.test(text)) return { kind: undefined, instead: `service:${text}` };
  return { kind: undefined };
}
