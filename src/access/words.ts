// Principals, conditions and actions in words for people.
// It must not know which statement they come from, nor what becomes of them.
import type { Need, Requester, Requirement } from './evaluate/model.js';
import { needWords } from './evaluate/requirements.js';
import { actionsOnRepositories, pullActions, pushActions } from './names.js';
import { type ConditionPart, type Grant, kindOf } from './reach.js';

const organisationKey = 'aws:PrincipalOrgID';

function isOrganisation({ operator, key }: ConditionPart): boolean {
  return key === organisationKey && operator === 'StringEquals';
}

export function whoWords({ principal, conditions }: Grant): string {
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

/** Under which conditions, beginning with a space; nothing where there are none. */
export function whereWords({ principal, conditions }: Grant): string {
  const rest = conditions.filter((part) => principal !== '*' || !isOrganisation(part));
  if (rest.length === 0) return '';
  const words = rest.map(({ operator, key, values }) => {
    const kind = kindOf(operator);
    const relation = kind === 'alternatives' ? 'is' : kind === 'exclusions' ? 'is not' : operator;
    return [key, relation, values.join(' or ')].filter((word) => word !== '').join(' ');
  });
  return ` where ${words.join(' and ')}`;
}

const pull = new Set(pullActions);
const push = new Set(pushActions);
/** These are what pushing needs and pulling does not. */
const onlyPush = pushActions.filter((action) => !pull.has(action));

/** Actions in words: `pull`, `push`, `delete images`, and the names of the others. */
export function actionWords(actions: ReadonlySet<string>): string {
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

/** `everyone`, `account 444444444444`, `role arn:…`. */
export function requesterWho(requester: Requester): string {
  switch (requester.kind) {
    case 'anyone':
      return requester.account === undefined ? 'everyone' : `account ${requester.account}`;
    case 'root':
      return `the root user of account ${requester.account}`;
    case 'service':
      return `service ${requester.service}`;
    case 'web-identity':
      return `whoever ${requester.provider} vouches for`;
    case 'role':
      return requester.session === undefined
        ? `role ${requester.arn}`
        : `session ${requester.session} of role ${requester.arn}`;
    case 'user':
    case 'federated-user':
      return `user ${requester.arn}`;
  }
}

/** Who it is under a condition, which says of everyone in which organisation they are; the rest is `where`, beginning with a space. */
export function whereOf(who: string, need: Need): { readonly who: string; readonly where: string } {
  const parts = simplified('all' in need ? need.all : [need]);
  const [only] = parts;
  if (who === 'everyone' && parts.length === 1 && only !== undefined && isMembership(only))
    return { who: `everyone in organisation ${only.values.join(' or ')}`, where: '' };
  return { who, where: parts.length === 0 ? '' : ` where ${needWords({ all: parts })}` };
}

function isMembership(need: Need): need is Requirement {
  return 'key' in need && isPlain(need) && need.met && need.key === organisationKey && need.operator === 'StringEquals';
}

function isPlain({ every, orAbsent }: Requirement): boolean {
  return !every && !orAbsent;
}

/** One of these values and none of those is one of the values that are left; that it is none of those goes without saying then. */
function simplified(parts: readonly Need[]): readonly Need[] {
  const gone = new Set<Need>();
  const found = parts.map((part): Need => {
    if (!('key' in part) || !part.met || !isPlain(part)) return part;
    const others = parts.filter((other): other is Requirement => 'key' in other && isOpposite(part, other));
    // Ranges may overlap, and patterns.
    if (part.operator.endsWith('Equals')) for (const other of others) gone.add(other);
    const without = new Set(others.flatMap(({ values }) => values));
    return { ...part, values: part.values.filter((value) => !without.has(value)) };
  });
  return found.filter((_, at) => !gone.has(parts[at] ?? { all: [] }));
}

function isOpposite(one: Requirement, other: Requirement): boolean {
  return isPlain(other) && !other.met && other.key === one.key && other.operator === one.operator;
}
