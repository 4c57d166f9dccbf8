// Principals, conditions and actions in words for people.
// It must not know which statement they come from, nor what becomes of them.
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
