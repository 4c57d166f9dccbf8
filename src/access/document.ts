// Reads repository policies: strictly, as ECR does before it stores one, and leniently, as they lie in ECR.
// It must not know grants or what statements mean.
import { fail } from '../diagnostics/index.js';
import { didYouMean } from '../diagnostics/suggest.js';
import type { PolicyDocument, Statement } from './model.js';
import { operators, parseOperator } from './names.js';

/** Characters of a repository policy (API model, RepositoryPolicyText). */
export const maxPolicyText = 10_240;

export type PolicyValidation =
  | { readonly valid: true; readonly document: PolicyDocument }
  | { readonly valid: false; readonly reason: string };

type Fields = { readonly [name: string]: unknown };

/** IAM user guide, "JSON policy element reference". */
export const documentMembers: readonly string[] = ['Version', 'Id', 'Statement'];
/** In the order in which policies are written. */
export const statementMembers: readonly string[] = [
  'Sid',
  'Effect',
  'Principal',
  'NotPrincipal',
  'Action',
  'NotAction',
  'Resource',
  'NotResource',
  'Condition',
];
const versions: readonly unknown[] = ['2008-10-17', '2012-10-17'];

const accountId = /^\d{12}$/;
// IAM user guide, "AWS JSON policy elements: Principal". No wildcards within a principal's ARN.
const principalArn =
  /^arn:aws[a-z-]*:(iam::\d{12}:(root|(role|user)\/[^*?\s]+)|sts::\d{12}:(assumed-role\/[^*?\s/]+\/[^*?\s/]+|federated-user\/[^*?\s]+|self))$/;
/** What AWS puts in the place of a role or user that was deleted. */
const uniqueId = /^A[A-Z0-9]{3}[A-Z0-9]{12,124}$/;
const serviceName = /^[a-z0-9-]+(\.[a-z0-9-]+)*\.amazonaws\.com(\.cn)?$/;
const federated = /^(arn:aws[a-z-]*:iam::\d{12}:(saml|oidc)-provider\/\S+|[a-z0-9-]+(\.[a-z0-9-]+)+)$/;
const canonicalUser = /^[0-9a-f]{64}$/;
const actionName = /^(\*|[a-z0-9-]+:[a-z0-9*?]+)$/i;

export function isAccountId(value: string): boolean {
  return accountId.test(value);
}

/** Whether it is an ARN that AWS takes as a principal. */
export function isPrincipalArn(value: string): boolean {
  return principalArn.test(value);
}

export function isServiceName(value: string): boolean {
  return serviceName.test(value);
}

class Refusal extends Error {}

function refuse(reason: string): never {
  throw new Refusal(reason);
}

/**
 * Whether ECR would take the text as a repository policy. ECR's own answer is always `Invalid repository policy provided`;
 * `reason` says what is wrong.
 */
export function validatePolicyText(text: string): PolicyValidation {
  try {
    return { valid: true, document: strictDocument(text) };
  } catch (error) {
    if (error instanceof Refusal) return { valid: false, reason: error.message };
    throw error;
  }
}

function strictDocument(text: string): PolicyDocument {
  if (text.length > maxPolicyText) refuse(`the text has ${text.length} characters, more than ${maxPolicyText}`);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    refuse('the text is not JSON');
  }
  if (!isFields(value)) refuse('the document is not an object');
  onlyMembers(value, documentMembers, 'the document');
  if (value.Version !== undefined && !versions.includes(value.Version)) {
    refuse(`Version is ${show(value.Version)}, not "2008-10-17" or "2012-10-17"`);
  }
  if (value.Id !== undefined && typeof value.Id !== 'string') refuse(`Id is ${show(value.Id)}, not a string`);
  if (value.Statement === undefined) refuse('the document has no Statement');
  const statements: readonly unknown[] = Array.isArray(value.Statement) ? value.Statement : [value.Statement];
  if (statements.length === 0) refuse('Statement is an empty list');
  const sids = new Set<string>();
  statements.forEach((statement, index) => {
    const sid = strictStatement(statement, `statement ${index + 1}`);
    if (sid === undefined || sid === '') return;
    if (sids.has(sid)) refuse(`Sid ${show(sid)} is used by more than one statement`);
    sids.add(sid);
  });
  return { ...value, Statement: statements } as unknown as PolicyDocument;
}

function strictStatement(statement: unknown, place: string): string | undefined {
  if (!isFields(statement)) refuse(`${place} is not an object`);
  onlyMembers(statement, statementMembers, place);
  const { Sid, Effect, Condition } = statement;
  if (Sid !== undefined && typeof Sid !== 'string') refuse(`${place}: Sid is ${show(Sid)}, not a string`);
  if (Effect !== 'Allow' && Effect !== 'Deny') {
    refuse(
      Effect === undefined ? `${place} has no Effect` : `${place}: Effect is ${show(Effect)}, not "Allow" or "Deny"`,
    );
  }
  const principal = oneOf(statement, 'Principal', 'NotPrincipal', place);
  strictPrincipal(statement[principal], `${place}: ${principal}`);
  const action = oneOf(statement, 'Action', 'NotAction', place);
  for (const name of strings(statement[action], `${place}: ${action}`)) {
    if (!actionName.test(name)) refuse(`${place}: ${action} names ${show(name)}, which is not an action`);
  }
  if (statement.Resource !== undefined && statement.NotResource !== undefined)
    refuse(`${place} has both Resource and NotResource`);
  if (statement.Resource !== undefined) strings(statement.Resource, `${place}: Resource`);
  if (statement.NotResource !== undefined) strings(statement.NotResource, `${place}: NotResource`);
  if (Condition !== undefined) {
    const [problem] = conditionProblems(Condition);
    if (problem !== undefined) refuse(`${place}: ${problem.message}`);
  }
  return Sid;
}

function oneOf(statement: Fields, one: string, other: string, place: string): string {
  if (statement[one] !== undefined && statement[other] !== undefined) refuse(`${place} has both ${one} and ${other}`);
  if (statement[one] === undefined && statement[other] === undefined)
    refuse(`${place} has neither ${one} nor ${other}`);
  return statement[one] === undefined ? other : one;
}

function strictPrincipal(principal: unknown, place: string): void {
  if (principal === '*') return;
  if (!isFields(principal)) refuse(`${place} is ${show(principal)}, not "*" or an object`);
  if (Object.keys(principal).length === 0) refuse(`${place} is empty`);
  for (const [kind, value] of Object.entries(principal)) {
    const legal = principalKinds.get(kind);
    if (legal === undefined) refuse(`${place} has the unknown member ${show(kind)}`);
    for (const one of strings(value, `${place}.${kind}`)) {
      if (!legal(one)) refuse(`${place}.${kind} names ${show(one)}, which is not a principal`);
    }
  }
}

const principalKinds = new Map<string, (value: string) => boolean>([
  ['AWS', (value) => value === '*' || isAccountId(value) || isPrincipalArn(value) || uniqueId.test(value)],
  ['Service', isServiceName],
  ['Federated', (value) => federated.test(value)],
  ['CanonicalUser', (value) => canonicalUser.test(value)],
]);

export interface ConditionProblem {
  /** Within the block: `StringEquals.aws:SourceArn`; empty for all of it. */
  readonly path: string;
  readonly message: string;
}

/** Everything wrong with the shape of a condition block. */
export function conditionProblems(condition: unknown): readonly ConditionProblem[] {
  if (!isFields(condition)) return [{ path: '', message: `Condition is ${show(condition)}, not an object` }];
  return Object.entries(condition).flatMap(([operator, keys]) => operatorProblems(operator, keys));
}

function operatorProblems(operator: string, keys: unknown): readonly ConditionProblem[] {
  const found: ConditionProblem[] = [];
  if (parseOperator(operator) === undefined) {
    const message = `Condition uses the unknown operator ${show(operator)}${didYouMean(operator, operators)}`;
    found.push({ path: operator, message });
  }
  if (!isFields(keys))
    return [...found, { path: operator, message: `Condition.${operator} is ${show(keys)}, not an object` }];
  for (const [key, value] of Object.entries(keys)) {
    const path = `${operator}.${key}`;
    if (!/^[a-z0-9.-]+:.+$/i.test(key))
      found.push({ path, message: `Condition.${operator} has ${show(key)}, which is not a condition key` });
    const values: readonly unknown[] = Array.isArray(value) ? value : [value];
    if (values.length === 0 || values.some((one) => !['string', 'boolean', 'number'].includes(typeof one)))
      found.push({ path, message: `Condition.${operator} gives ${show(key)} the value ${show(value)}` });
  }
  return found;
}

function strings(value: unknown, place: string): readonly string[] {
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  if (list.length === 0) refuse(`${place} is an empty list`);
  return list.map((one) => (typeof one === 'string' ? one : refuse(`${place} holds ${show(one)}, not a string`)));
}

function onlyMembers(value: Fields, members: readonly string[], place: string): void {
  const unknown = Object.keys(value).find((name) => !members.includes(name));
  if (unknown !== undefined) refuse(`${place} has the unknown member ${show(unknown)}`);
}

function show(value: unknown): string {
  try {
    return JSON.stringify(value) ?? 'undefined';
  } catch {
    // The parser has no bound of depth, the printer has.
    return 'something nested without end';
  }
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * Reads a live policy. Members that Slipway does not know are kept, a single statement becomes a list.
 * Throws `access/unreadable-policy` where it is no policy at all: it must never be taken for an absent one.
 */
export function parsePolicy(text: string, of: 'repository' | 'registry' = 'repository'): PolicyDocument {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    fail('access/unreadable-policy', `the ${of} policy is not JSON`, { cause });
  }
  if (!isFields(value)) fail('access/unreadable-policy', `the ${of} policy is not a JSON object`);
  const statements: readonly unknown[] = Array.isArray(value.Statement)
    ? value.Statement
    : value.Statement === undefined
      ? []
      : [value.Statement];
  if (!statements.every(isFields)) fail('access/unreadable-policy', `a statement of the ${of} policy is not an object`);
  return { ...value, Statement: statements as unknown as readonly Statement[] };
}
