// Reads one statement, and says of a request: it applies, it does not, or under which conditions it would.
// It must not know other statements, nor what follows from an Allow or a Deny.
import { type Condition, compileConditions } from './conditions.js';
import type { Context } from './context.js';
import { all, any, type Formula, not } from './formula.js';
import type { Requester, StatementPlace } from './model.js';
import { compilePrincipals, type Grip, type Principals } from './principal.js';
import { fill, isPlain, parseTemplate, type Template } from './variables.js';
import { type Matcher, matcherOf, parseArnWildcards, parseWildcards } from './wildcard.js';

/** A request, as statements see it. */
export interface Subject {
  readonly requester: Requester;
  /** In small letters. */
  readonly action: string;
  readonly resource: string;
  readonly context: Context;
  /** Whether the requester has a permissions boundary. */
  readonly bounded: boolean;
}

export interface Application {
  /** Of a policy that names no principals: `direct`. */
  readonly grip: Grip;
  readonly when: Formula;
}

export interface CompiledStatement {
  readonly place: StatementPlace;
  readonly effect: 'Allow' | 'Deny';
  /** Ways in which it applies; none where it does not. */
  readonly applies: (subject: Subject) => readonly Application[];
}

export interface UnreadableStatement {
  readonly place: StatementPlace;
  /** Left out: not even that. */
  readonly effect?: 'Allow' | 'Deny';
  readonly problem: string;
}

type Fields = { readonly [name: string]: unknown };

/** Whether a policy of this kind names principals, and may leave resources out: it is that of the resource itself. */
export type Attachment = 'requester' | 'resource' | 'organization';

type ResourceTest = (subject: Subject) => Formula;

const nothing: readonly Application[] = [];

/** A statement with a part that cannot be read is unreadable: nobody can say what AWS makes of it, for it takes no such thing. */
export function compileStatement(
  value: unknown,
  place: StatementPlace,
  attachment: Attachment,
  variables: boolean,
): CompiledStatement | UnreadableStatement {
  if (!isFields(value)) return { place, problem: 'it is not an object' };
  const { Effect: effect } = value;
  if (effect !== 'Allow' && effect !== 'Deny') return { place, problem: 'its Effect is neither Allow nor Deny' };
  const unreadable = (problem: string): UnreadableStatement => ({ place, effect, problem });

  const actions = compileActions(value);
  if (typeof actions === 'string') return unreadable(actions);
  const resources = compileResources(value, attachment, variables);
  if (typeof resources === 'string') return unreadable(resources);
  const principals = compileWho(value, attachment, effect);
  if (typeof principals === 'string') return unreadable(principals);
  const condition = compileConditions(value['Condition'], variables);
  if (typeof condition !== 'function') return unreadable(condition.problem);
  return { place, effect, applies: (subject) => applications(subject, actions, resources, principals, condition) };
}

function applications(
  subject: Subject,
  actions: Matcher,
  resources: ResourceTest,
  principals: (subject: Subject) => readonly Application[],
  condition: Condition,
): readonly Application[] {
  if (!actions(subject.action)) return nothing;
  const resource = resources(subject);
  if (resource === false) return nothing;
  const who = principals(subject);
  if (who.length === 0) return nothing;
  const met = condition(subject.context);
  return who.map(({ grip, when }) => ({ grip, when: all([when, resource, met]) })).filter(({ when }) => when !== false);
}

/** "The prefix and the action name are case insensitive." */
function compileActions(statement: Fields): Matcher | string {
  const chosen = oneOf(statement, 'Action', 'NotAction');
  if (typeof chosen === 'string') return chosen;
  const matchers = chosen.values.map((one) => matcherOf(parseWildcards(one.toLowerCase())));
  const named: Matcher = (action) => matchers.some((matches) => matches(action));
  return chosen.negated ? (action) => !named(action) : named;
}

function compileResources(statement: Fields, attachment: Attachment, variables: boolean): ResourceTest | string {
  // A repository's, a key's and a role's policy is about that one: "Resource" may be left out.
  if (attachment === 'resource' && statement['Resource'] === undefined && statement['NotResource'] === undefined)
    return () => true;
  const chosen = oneOf(statement, 'Resource', 'NotResource');
  if (typeof chosen === 'string') return chosen;
  const patterns = chosen.values.map((pattern) => compileResource(pattern, variables));
  return (subject) => {
    const parts = patterns.map((pattern) => pattern(subject));
    if (!chosen.negated) return any(parts.map((part) => part ?? false));
    // The statement holds for nobody then.
    return all(parts.map((part) => (part === undefined ? false : not(part))));
  };
}

/** `undefined` where a variable has no value. */
function compileResource(pattern: string, variables: boolean): (subject: Subject) => Formula | undefined {
  const template: Template = variables ? parseTemplate(pattern, parseArnWildcards) : parseArnWildcards(pattern);
  if (isPlain(template)) {
    const matches = resourceMatcher(pattern);
    return ({ resource }) => matches(resource);
  }
  // "You can't use a variable to replace parts of the ARN before the fifth colon."
  const beginning = pattern.slice(0, pattern.indexOf('${'));
  if (beginning.split(':').length < 6) return () => false;
  // What stands before the variable may tell already that it does not match.
  const begins = matcherOf(parseArnWildcards(`${beginning}*`));
  return ({ resource, context }) => {
    const value = fill(template, context);
    if (value === 'unresolved') return undefined;
    if (value !== 'unknown') return matcherOf(value.parts)(resource);
    if (!begins(resource)) return false;
    return {
      open: { key: 'Resource', operator: 'ArnLike', values: [pattern], every: false, orAbsent: false, met: true },
    };
  };
}

/** Of a pattern without variables. */
export function resourceMatcher(pattern: string): Matcher {
  const matches = matcherOf(parseArnWildcards(pattern));
  const completed = matcherOf(parseArnWildcards(completion(pattern)));
  return (resource) => matches(resource) || completed(resource);
}

/** "If you specify an incomplete ARN, AWS automatically completes the ARN by adding wildcard characters (*) to all missing fields." */
function completion(pattern: string): string {
  const missing = Math.max(0, 6 - pattern.split(':').length);
  return pattern.startsWith('arn:') ? `${pattern}${':*'.repeat(missing)}` : pattern;
}

function compileWho(
  statement: Fields,
  attachment: Attachment,
  effect: 'Allow' | 'Deny',
): ((subject: Subject) => readonly Application[]) | string {
  const { Principal, NotPrincipal } = statement;
  const everyone = [{ grip: 'direct', when: true }] as const;
  // Organisation policies may say `"Principal": "*"`, and nothing else.
  if (attachment === 'organization') return () => everyone;
  if (attachment === 'requester')
    return Principal === undefined && NotPrincipal === undefined
      ? () => everyone
      : 'it names a principal, which stands in policies of resources only';
  if (Principal !== undefined && NotPrincipal !== undefined) return 'it has both Principal and NotPrincipal';
  if (Principal === undefined && NotPrincipal === undefined) return 'it has no Principal';
  const principals = compilePrincipals(Principal === undefined ? NotPrincipal : Principal);
  if ('problem' in principals) return principals.problem;
  if (Principal !== undefined) return ({ requester }) => principals.matches(requester);
  return (subject) => others(principals, effect, subject, everyone);
}

/**
 * NotPrincipal. With Deny it "will always deny any IAM principal that has a permissions boundary policy attached, regardless of
 * the values specified". With Allow it "is not supported": here such a statement allows whoever it names in no way at all.
 */
function others(
  principals: Principals,
  effect: 'Allow' | 'Deny',
  { requester, bounded }: Subject,
  everyone: readonly Application[],
): readonly Application[] {
  if (effect === 'Allow') return principals.matches(requester).length > 0 ? nothing : everyone;
  if (bounded) return everyone;
  return principals.spares(requester) ? nothing : everyone;
}

interface Chosen {
  readonly values: readonly string[];
  readonly negated: boolean;
}

function oneOf(statement: Fields, name: string, negative: string): Chosen | string {
  if (statement[name] !== undefined && statement[negative] !== undefined) return `it has both ${name} and ${negative}`;
  const negated = statement[name] === undefined;
  const value = statement[negated ? negative : name];
  if (value === undefined) return `it has neither ${name} nor ${negative}`;
  const values: readonly unknown[] = Array.isArray(value) ? value : [value];
  return values.every((one) => typeof one === 'string')
    ? { values, negated }
    : `its ${negated ? negative : name} is not a list of texts`;
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
