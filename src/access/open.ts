// Tells grants to somebody in particular from grants that anyone could use.
// It must not know which statement is older, whose it is, nor words for people.
import { parseOperator } from './names.js';
import type { ConditionPart, Grant } from './reach.js';

export function isEveryone(principal: string): boolean {
  return principal === '*' || principal.startsWith('not ');
}

/** Keys that tie a request to accounts, principals, organisations or networks the policy names. */
const identifying = new Set([
  'aws:PrincipalAccount',
  'aws:PrincipalArn',
  'aws:PrincipalOrgID',
  'aws:PrincipalOrgPaths',
  'aws:SourceAccount',
  'aws:SourceArn',
  'aws:SourceOrgID',
  'aws:SourceOrgPaths',
  'aws:SourceVpc',
  'aws:SourceVpce',
  'aws:VpceAccount',
  'aws:VpceOrgID',
  'aws:VpceOrgPaths',
  'aws:userid',
]);
const identifyingOperators = new Set(['StringEquals', 'StringEqualsIgnoreCase', 'StringLike', 'ArnEquals', 'ArnLike']);

/** Whether anyone who is not named could use a grant to everyone or to a service, which acts for any account unless its source is named. */
export function isOpen({ conditions }: Grant): boolean {
  return !conditions.some(names);
}

export function isService(principal: string): boolean {
  return principal.startsWith('Service ');
}

/** Whether a condition lets only those through whom it names. */
export function names({ operator, key, values }: ConditionPart): boolean {
  const parsed = parseOperator(operator);
  // With IfExists and ForAllValues, a request that lacks the key passes.
  if (parsed === undefined || parsed.ifExists || parsed.quantifier === 'ForAllValues') return false;
  return identifyingOperators.has(parsed.base) && identifying.has(key) && values.every((value) => isNamed(key, value));
}

function isNamed(key: string, value: string): boolean {
  const account = accountIn(key, value);
  return account !== '' && !/[*?]/.test(account);
}

/** What a value names somebody with: the account of an ARN, the organisation of a path, or all of it. */
function accountIn(key: string, value: string): string {
  return key.endsWith('Arn') ? (value.split(':')[4] ?? '') : value.replace(/[/:].*$/s, '');
}

const excludingOperators = new Set([
  'StringNotEquals',
  'StringNotEqualsIgnoreCase',
  'StringNotLike',
  'ArnNotEquals',
  'ArnNotLike',
]);

/** Whether a Deny under this condition still meets everybody whom the condition does not name. */
export function spares({ operator, key, values }: ConditionPart): boolean {
  const parsed = parseOperator(operator);
  if (parsed === undefined) return false;
  // Everyone does not include services, so that a Deny may well leave them out.
  if (key === 'aws:PrincipalIsAWSService') return parsed.base === 'Bool' && values.every((value) => value === 'false');
  // A negated operator is met where the request lacks the key, but not under ForAnyValue.
  if (parsed.quantifier === 'ForAnyValue') return false;
  return excludingOperators.has(parsed.base) && identifying.has(key) && values.every((value) => isNamed(key, value));
}

const accountKeys = new Set([
  'aws:PrincipalAccount',
  'aws:PrincipalArn',
  'aws:SourceAccount',
  'aws:SourceArn',
  'aws:VpceAccount',
]);

/** The account a condition demands, where it is one. */
export function accountOf({ key, values }: ConditionPart): string | undefined {
  if (!accountKeys.has(key)) return undefined;
  const accounts = new Set(values.map((value) => accountIn(key, value)));
  const [account] = accounts;
  return accounts.size === 1 ? account : undefined;
}
