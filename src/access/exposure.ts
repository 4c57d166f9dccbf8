// Says whom a statement lets in from outside the repository's own account, as long as no Deny beside it keeps them out.
// It must not know plans or whose the statement is. Where it cannot prove that somebody stays out, it says that they get in.
import type { Statement } from './model.js';
import { accountOf, isEveryone, isOpen, isService, names, spares } from './open.js';
import { type Grant, grantsOf, type Reach, reachOf, undenied } from './reach.js';
import { actionWords, whereWords, whoWords } from './words.js';

export interface Exposure {
  /** `everyone`: whoever has an AWS account. `others`: who is named, or a service, but outside the account. */
  readonly to: 'everyone' | 'others';
  /** For instance `anybody with an AWS account may pull`. */
  readonly phrase: string;
}

export interface ExposureContext {
  readonly partition: string;
  /** The account of the repository: what is let in from there is not exposed. */
  readonly account: string;
}

/** Names in one phrase; a statement may have hundreds. */
const mostNames = 5;

/** `policy` is all of the policy that the statement stands in, itself included. Everyone first, then by phrase. */
export function exposuresOf(
  statement: Statement,
  policy: readonly Statement[],
  context: ExposureContext,
): readonly Exposure[] {
  const reach = reachOf(statement, context);
  if (reach.effect !== 'Allow') return [];
  const denials = policy.map((one) => reachOf(one, context)).filter((one) => one.effect === 'Deny');
  const groups = new Map<string, { to: Exposure['to']; who: Set<string>; may: string }>();
  for (const grant of grantsOf(reach)) {
    const to = audienceOf(grant, context.account);
    if (to === undefined) continue;
    const actions = remaining(grant, to, denials);
    if (actions.size === 0) continue;
    const may = `${mayWords(actions)}${whereWords(grant)}`;
    const key = `${to} ${may}`;
    const group = groups.get(key) ?? { to, who: new Set(), may };
    groups.set(key, group);
    group.who.add(to === 'everyone' ? everyoneWords(grant) : whoWords(grant));
  }
  return [...groups.values()]
    .map(({ to, who, may }) => ({ to, phrase: `${enumeration([...who])} may ${may}` }))
    .sort((one, other) => (`${one.to} ${one.phrase}` < `${other.to} ${other.phrase}` ? -1 : 1));
}

/** Who a grant is for, seen from the repository's account; `undefined` for that account itself, and for nobody. */
function audienceOf(grant: Grant, account: string): Exposure['to'] | undefined {
  const { principal, conditions } = grant;
  if (isEveryone(principal) || isService(principal)) {
    if (isOpen(grant)) return isService(principal) ? 'others' : 'everyone';
    return conditions.some((part) => names(part) && accountOf(part) === account) ? undefined : 'others';
  }
  // AWS puts a bare id in the place of a role or user that was deleted: nobody can use it any more.
  if (principal.startsWith('AWS ') && !principal.startsWith('AWS arn:')) return undefined;
  return principal.split(':')[4] === account ? undefined : 'others';
}

/** The actions that no Deny takes away from all of them. */
function remaining(grant: Grant, to: Exposure['to'], denials: readonly Reach[]): ReadonlySet<string> {
  const closing = to === 'everyone' ? denials.filter(closesToStrangers) : [];
  const actions = undenied(grant, denials);
  return new Set(actions.filter((action) => !closing.some((denial) => denial.actions.has(action))));
}

/** Whether a Deny is for everyone but those whom its conditions or its NotPrincipal name. */
function closesToStrangers({ principals, conditions }: Reach): boolean {
  return principals.some((one) => isEveryone(one) && one !== 'not "*"') && conditions.every(spares);
}

function everyoneWords({ principal }: Grant): string {
  // ECR knows no anonymous pull: a token of some AWS account is always needed (user guide, "Private registry authentication").
  const anybody = 'anybody with an AWS account';
  return principal === '*' ? anybody : `${anybody} but ${principal.slice('not '.length)}`;
}

function mayWords(actions: ReadonlySet<string>): string {
  const words = actionWords(actions);
  return words === 'everything' ? 'do everything' : words;
}

function enumeration(all: readonly string[]): string {
  const more = all.length - mostNames;
  // "and one other" would take as much room as the name.
  const shown = more > 1 ? [...all.slice(0, mostNames), `${more} others`] : all;
  return [shown.slice(0, -1).join(', '), ...shown.slice(-1)].filter((part) => part !== '').join(' and ');
}
