// IAM's validation of policy documents: those of identities, and trust policies.
// It must not know who has a policy, nor what statements mean.
// Source: the texts of MalformedPolicyDocument as AWS answers them (moto's policy tests were taken from AWS; Terraform's and CDK's
// issues have the others), and IAM user guide, "IAM JSON policy element reference".

import { conditionProblems, documentMembers, statementMembers } from '../../access/document.js';
import { malformedPolicy } from './errors.js';

type Fields = { readonly [name: string]: unknown };

export interface PolicyRules {
  /** Identity policies say which resources, trust policies say who. */
  readonly kind: 'identity' | 'trust';
  /** Managed policies must be of the newer version. */
  readonly newVersion?: true;
}

const partitions = /^(\*|aws|aws-cn|aws-us-gov|aws-eusc|aws-iso(-[bef])?)$/;

function syntaxError(): never {
  throw malformedPolicy('Syntax errors in policy.');
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function fieldsOf(value: unknown, members: readonly string[]): Fields {
  if (!isFields(value) || Object.keys(value).some((name) => !members.includes(name))) syntaxError();
  return value;
}

function texts(value: unknown): readonly string[] | undefined {
  if (value === undefined) return undefined;
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  return list.map((one) => (typeof one === 'string' ? one : syntaxError()));
}

function parse(text: string): unknown {
  if (/^\s/.test(text)) throw malformedPolicy('JSON strings must not have leading spaces');
  try {
    return JSON.parse(text);
  } catch {
    return syntaxError();
  }
}

/** Throws MalformedPolicyDocument; gives what the text says. */
export function checkPolicy(text: string, rules: PolicyRules): Fields {
  const document = fieldsOf(parse(text), documentMembers);
  const { Version, Id, Statement } = document;
  if (Version !== undefined && Version !== '2012-10-17' && Version !== '2008-10-17') syntaxError();
  if (Id !== undefined && typeof Id !== 'string') syntaxError();
  if (Statement === undefined) syntaxError();
  if (rules.newVersion === true && Version !== '2012-10-17') {
    throw malformedPolicy('Policy document must be version 2012-10-17 or greater.');
  }
  const list: readonly unknown[] = Array.isArray(Statement) ? Statement : [Statement];
  if (list.length === 0) syntaxError();
  const statements = list.map((one) => fieldsOf(one, statementMembers));
  for (const statement of statements) checkShape(statement);
  checkSids(statements);
  for (const statement of statements) {
    if (rules.kind === 'identity') checkIdentity(statement);
    else checkTrust(statement);
  }
  return document;
}

function checkShape(statement: Fields): void {
  const { Sid, Effect, Condition } = statement;
  if (Effect !== 'Allow' && Effect !== 'Deny') syntaxError();
  if (Sid !== undefined && typeof Sid !== 'string') syntaxError();
  for (const pair of ['Action', 'Resource', 'Principal']) {
    if (statement[pair] !== undefined && statement[`Not${pair}`] !== undefined) syntaxError();
  }
  if (Condition === undefined) return;
  const problem = conditionProblems(Condition)[0];
  if (problem === undefined) return;
  if (problem.path === '' || !problem.message.includes('unknown operator')) syntaxError();
  throw malformedPolicy(`Invalid Condition type : ${problem.path}.`);
}

function checkSids(statements: readonly Fields[]): void {
  const sids = statements.map(({ Sid }) => Sid).filter((sid) => typeof sid === 'string' && sid !== '');
  if (new Set(sids).size < sids.length) {
    throw malformedPolicy('Statement IDs (SID) in a single policy must be unique.');
  }
  if (sids.some((sid) => typeof sid === 'string' && !/^[0-9A-Za-z]*$/.test(sid))) {
    throw malformedPolicy(
      'Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression [0-9A-Za-z]*',
    );
  }
}

function checkAction(action: string): void {
  if (action === '*') return;
  const [vendor = '', , more] = action.split(':');
  if (!action.includes(':')) {
    throw malformedPolicy('Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.');
  }
  if (more !== undefined) throw malformedPolicy('Actions/Condition can contain only one colon.');
  if (!/^[a-zA-Z0-9.-]+$/.test(vendor)) throw malformedPolicy(`Vendor ${vendor} is not valid`);
}

function checkResource(resource: string): void {
  if (resource === '*') return;
  const [scheme, partition = '', service = '', ...rest] = resource.split(':');
  if (scheme !== 'arn' || !resource.includes(':')) {
    throw malformedPolicy(`Resource ${resource} must be in ARN format or "*".`);
  }
  if (!partitions.test(partition) && !partition.includes('*') && !partition.includes('$')) {
    const [region = '*', account = '*', ...name] = rest;
    throw malformedPolicy(
      `Partition "${partition}" is not valid for resource "arn:${partition}:${service}:${region}:${account}:${name.join(':') || '*'}".`,
    );
  }
  if (service === '' || (rest.length < 3 && !resource.includes('*'))) {
    throw malformedPolicy('The policy failed legacy parsing');
  }
}

function checkIdentity(statement: Fields): void {
  if (statement['Principal'] !== undefined || statement['NotPrincipal'] !== undefined) {
    throw malformedPolicy('Policy document should not specify a principal.');
  }
  const actions = texts(statement['Action']) ?? texts(statement['NotAction']) ?? [];
  if (actions.length === 0) throw malformedPolicy('Policy statement must contain actions.');
  const resources = texts(statement['Resource']) ?? texts(statement['NotResource']) ?? [];
  if (resources.length === 0) throw malformedPolicy('Policy statement must contain resources.');
  for (const resource of resources) checkResource(resource);
  for (const action of actions) checkAction(action);
}

function checkTrust(statement: Fields): void {
  if (statement['Resource'] !== undefined || statement['NotResource'] !== undefined) {
    throw malformedPolicy('Has prohibited field Resource');
  }
  const principal = statement['Principal'] ?? statement['NotPrincipal'];
  if (principal === undefined) throw malformedPolicy('Missing required field Principal');
  if (principal !== '*') {
    if (!isFields(principal) || Object.keys(principal).length === 0) syntaxError();
    for (const [kind, names] of Object.entries(principal)) {
      if (!['AWS', 'Service', 'Federated', 'CanonicalUser'].includes(kind)) syntaxError();
      for (const name of texts(names) ?? []) checkPrincipal(kind, name);
    }
  }
  const actions = texts(statement['Action']) ?? texts(statement['NotAction']) ?? [];
  if (actions.length === 0) throw malformedPolicy('Missing required field Action');
  for (const action of actions) {
    checkAction(action);
    if (action !== '*' && !/^sts:/i.test(action)) {
      throw malformedPolicy('AssumeRole policy may only specify STS AssumeRole actions.');
    }
  }
}

const legal: Readonly<Record<string, RegExp>> = {
  AWS: /^(\*|\d{12}|A[A-Z0-9]{3}[A-Z0-9]{12,124}|arn:[a-z-]+:(iam::\d{12}:(root|(role|user)\/[^*?\s]+)|sts::\d{12}:(assumed-role|federated-user)\/[^*?\s]+))$/,
  Service: /^[a-z0-9-]+(\.[a-z0-9-]+)*\.amazonaws\.com(\.cn)?$/,
  Federated: /^(arn:[a-z-]+:iam::\d{12}:(saml|oidc)-provider\/\S+|[a-z0-9-]+(\.[a-z0-9-]+)+)$/,
  CanonicalUser: /^[0-9a-f]{64}$/,
};

function checkPrincipal(kind: string, name: string): void {
  if (legal[kind]?.test(name) !== true) throw invalidPrincipal(kind, name);
}

export function invalidPrincipal(kind: string, name: string): Error {
  return malformedPolicy(`Invalid principal in policy: "${kind}":"${name}"`);
}

/** "IAM doesn't count white space when calculating the size of a policy against these quotas." */
export function policySize(text: string): number {
  return text.replace(/\s/g, '').length;
}

/** Policies are given back encoded as in a URL, "compliant with RFC 3986". */
export function encodePolicy(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`);
}
