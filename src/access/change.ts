// Says who loses access and who gains it beyond named accounts, principals and organisations, between two sets of statements.
// It must not know consent or plans. It is conservative: where it cannot prove that nothing changes, it reports a change.
import type { Statement } from './model.js';
import { actionsOnRepositories, parseOperator, pullActions, pushActions } from './names.js';
import type { CanonicalContext } from './normalise.js';
import { type ConditionPart, type Grant, grantsOf, kindOf, type Reach, reachOf, uncovered } from './reach.js';

export interface AccessChange {
  /** Who loses what, a phrase each, sorted: `account 111111111111 loses pull`. */
  readonly lost: string[];
  /** Who gains what, beyond named accounts, principals and organisations: `everyone gains pull`. */
  readonly opened: string[];
}

/**
 * Compares all statements of a policy before and after, whoever wrote them. A `Deny` counts too: a new one takes access
 * away, and one that is lifted for everyone opens it.
 */
export function accessChange(
  before: readonly Statement[],
  after: readonly Statement[],
  context: CanonicalContext = { partition: 'aws' },
): AccessChange {
  const old = before.map((statement) => reachOf(statement, context));
  const wanted = after.map((statement) => reachOf(statement, context));
  return {
    lost: [
      ...phrases(grants(old, 'Allow'), (grant) => uncovered(grant, wanted, 'Allow'), 'loses'),
      ...phrases(grants(wanted, 'Deny'), (grant) => uncovered(grant, old, 'Deny'), 'is denied'),
    ].sort(),
    opened: [
      ...phrases(grants(wanted, 'Allow').filter(isOpen), (grant) => uncovered(grant, old, 'Allow'), 'gains'),
      ...phrases(
        grants(old, 'Deny').filter(({ principal }) => isEveryone(principal)),
        (grant) => uncovered(grant, wanted, 'Deny'),
        'is no longer denied',
      ),
    ].sort(),
  };
}

function grants(reaches: readonly Reach[], effect: Reach['effect']): readonly Grant[] {
  return reaches.filter((reach) => reach.effect === effect).flatMap(grantsOf);
}

function isEveryone(principal: string): boolean {
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

/** Whether anyone who is not named could use the grant. A service acts for any account unless its source is named. */
function isOpen({ principal, conditions }: Grant): boolean {
  return (isEveryone(principal) || principal.startsWith('Service ')) && !conditions.some(names);
}

function names({ operator, key, values }: ConditionPart): boolean {
  const parsed = parseOperator(operator);
  // With IfExists and ForAllValues, a request that lacks the key passes.
  if (parsed === undefined || parsed.ifExists || parsed.quantifier === 'ForAllValues') return false;
  return identifyingOperators.has(parsed.base) && identifying.has(key) && values.every((value) => isNamed(key, value));
}

function isNamed(key: string, value: string): boolean {
  const account = key.endsWith('Arn') ? (value.split(':')[4] ?? '') : value.split(/[/:]/, 1).join('');
  return account !== '' && !/[*?]/.test(account);
}

function phrases(all: readonly Grant[], changed: (grant: Grant) => readonly string[], verb: string): string[] {
  const actions = new Map<string, Set<string>>();
  for (const grant of all) {
    const names = changed(grant);
    if (names.length === 0) continue;
    const who = `${whoWords(grant)} ${verb}`;
    const where = whereWords(grant);
    const key = JSON.stringify([who, where]);
    actions.set(key, new Set([...(actions.get(key) ?? []), ...names]));
  }
  return [...actions].map(([key, names]) => {
    const [who, where] = JSON.parse(key) as [string, string];
    return `${who} ${actionWords(names)}${where}`;
  });
}

const organisationKey = 'aws:PrincipalOrgID';

function isOrganisation({ operator, key }: ConditionPart): boolean {
  return key === organisationKey && operator === 'StringEquals';
}

function whoWords({ principal, conditions }: Grant): string {
  if (principal === '*') {
    const organisation = conditions.find(isOrganisation);
    return organisation === undefined ? 'everyone' : `everyone in organisation ${organisation.values.join(' or ')}`;
  }
  if (principal.startsWith('not ')) return `everyone but ${principal.slice('not '.length)}`;
  const value = principal.slice(principal.indexOf(' ') + 1);
  const iam = /^arn:[^:]+:iam::(\d+):(root|role|user)/.exec(value);
  if (principal.startsWith('Service ')) return `service ${value}`;
  if (iam === null) return value;
  return iam[2] === 'root' ? `account ${iam[1]}` : `${iam[2]} ${value}`;
}

function whereWords({ principal, conditions }: Grant): string {
  const rest = conditions.filter((part) => principal !== '*' || !isOrganisation(part));
  if (rest.length === 0) return '';
  const words = rest.map(({ operator, key, values }) => {
    const kind = kindOf(operator);
    const relation = kind === 'alternatives' ? 'is' : kind === 'exclusions' ? 'is not' : operator;
    return `${key} ${relation} ${values.join(' or ')}`;
  });
  return ` where ${words.join(' and ')}`;
}

const pull = new Set(pullActions);
const push = new Set(pushActions);
/** These are what pushing needs and pulling does not. */
const onlyPush = pushActions.filter((action) => !pull.has(action));

/** Actions in words: `pull`, `push`, `delete images`, and the names of the others. */
function actionWords(actions: ReadonlySet<string>): string {
  if (actionsOnRepositories.every((action) => actions.has(action))) return 'everything';
  const pushes = onlyPush.some((action) => actions.has(action));
  const pulls = actions.has('ecr:GetDownloadUrlForLayer') || (actions.has('ecr:BatchGetImage') && !pushes);
  const words: string[] = [];
  if (pulls) words.push('pull');
  if (pushes || (!pulls && actions.has('ecr:BatchCheckLayerAvailability'))) words.push('push');
  if (actions.has('ecr:BatchDeleteImage')) words.push('delete images');
  const others = [...actions]
    .filter((action) => !pull.has(action) && !push.has(action) && action !== 'ecr:BatchDeleteImage')
    .sort();
  words.push(...others);
  const last = words.pop() ?? '';
  return words.length === 0 ? last : `${words.join(', ')} and ${last}`;
}
