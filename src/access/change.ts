// Says who gains and who loses access between two sets of statements, and what opens to those whom nothing names: by the evaluator.
// It must not know consent or plans. What nobody can read is taken to mean the same before and after.
import { servedActions } from './evaluate/actions.js';
import { accountOf, decide } from './evaluate/evaluate.js';
import { all, any, type Formula, not, solve } from './evaluate/formula.js';
import type { Need, Requester, Requirement } from './evaluate/model.js';
import { compilePolicy, type ResourcePolicies } from './evaluate/policy.js';
import { areConsistent } from './evaluate/requirements.js';
import { documentOf } from './merge.js';
import type { Statement } from './model.js';
import { actionsOnRepositories } from './names.js';
import { names } from './open.js';
import { reachOf } from './reach.js';
import { requestersNamed } from './who.js';
import { actionWords, requesterWho, whereOf } from './words.js';

export interface AccessChange {
  /** Who gains what, a phrase each, sorted: `account 444444444444 gains pull`. */
  readonly gained: readonly string[];
  /** Who loses what: `account 111111111111 loses pull`. */
  readonly lost: readonly string[];
  /** Who gains what beyond named accounts, principals and organisations: `everyone gains pull`. */
  readonly opened: readonly string[];
}

/** Where the repository is. */
export interface ChangeContext {
  readonly account: string;
  readonly region: string;
  readonly partition: string;
  /** Its name. */
  readonly name: string;
}

/** What somebody's own policies say, as far as it matters here. */
type Own = 'nothing' | 'everything';

/**
 * Compares all statements of a policy before and after, whoever wrote them, action by action and for everybody they name, for the
 * repository's own account, and for strangers. What the policies of another account allow is up to it: here they allow everything.
 * Those of the own account may allow nothing, so that it is the repository's policy that gives, or everything, so that its Deny takes.
 */
export function accessChange(
  before: readonly Statement[],
  after: readonly Statement[],
  context: ChangeContext,
): AccessChange {
  const found = new FoundChanges();
  const sideOf = (statements: readonly Statement[]) => ({
    resource: [compilePolicy('repository', 'policy', documentOf(statements))],
  });
  compareAccess({ before: sideOf(before), after: sideOf(after) }, [...before, ...after], context, found, '');
  return found.all();
}

/** What changes, with the words of where it does. */
export class FoundChanges {
  readonly gained = new Phrases('gains');
  readonly lost = new Phrases('loses');
  readonly opened = new Phrases('gains');

  all(): AccessChange {
    return { gained: this.gained.sorted(), lost: this.lost.sorted(), opened: this.opened.sorted() };
  }
}

/** `statements`: all that are in the policies, of either side. `on`: words for the repository, where a change tells of several. */
export function compareAccess(
  policies: { readonly before: ResourcePolicies; readonly after: ResourcePolicies },
  statements: readonly Statement[],
  { partition, region, account, name }: ChangeContext,
  { gained, lost, opened }: FoundChanges,
  on: string,
): void {
  const resource = `arn:${partition}:ecr:${region}:${account}:repository/${name}`;
  const groups = actionGroups(statements, partition);
  const differences = (requester: Requester, own: Own, actions: readonly string[]) => {
    const was = access(requester, own, actions[0] ?? '', resource, policies.before);
    const is = access(requester, own, actions[0] ?? '', resource, policies.after);
    return { more: all([is, not(was)]), less: all([was, not(is)]) };
  };
  const ofStrangers = groups.map((actions) => differences({ kind: 'anyone' }, 'everything', actions));
  for (const requester of everybody(requestersNamed(documentOf(statements)), account)) {
    const isStranger = requester.kind === 'anyone' && requester.account === undefined;
    const isOpen = isStranger || requester.kind === 'service';
    for (const [at, actions] of groups.entries())
      for (const own of ownOf(requester, account)) {
        const { more, less } = differences(requester, own, actions);
        const strangers = isStranger ? undefined : ofStrangers[at];
        if (!goesWithoutSaying(more, strangers?.more)) gained.add(requester, actions, more, on);
        if (!goesWithoutSaying(less, strangers?.less)) lost.add(requester, actions, less, on);
        if (isOpen) opened.add(requester, actions, toStrangers(more), on);
      }
  }
}

/** What everyone gains or loses under a condition is said of everyone, and not once more of each who is named for something else. */
function goesWithoutSaying(formula: Formula, ofStrangers: Formula | undefined): boolean {
  return typeof formula !== 'boolean' && JSON.stringify(formula) === JSON.stringify(ofStrangers);
}

const everything = compilePolicy(
  'identity',
  'everything',
  documentOf([{ Effect: 'Allow', Action: '*', Resource: '*' }]),
);

function everybody(named: readonly Requester[], account: string): readonly Requester[] {
  const found = new Map(named.map((one) => [JSON.stringify(one), one]));
  for (const one of [{ kind: 'anyone', account }, { kind: 'anyone' }] as const) found.set(JSON.stringify(one), one);
  return [...found.values()];
}

function ownOf(requester: Requester, account: string): readonly Own[] {
  const hasPolicies = requester.kind === 'role' || requester.kind === 'user';
  return hasPolicies && accountOf(requester) === account ? ['nothing', 'everything'] : ['everything'];
}

function access(requester: Requester, own: Own, action: string, resource: string, policies: ResourcePolicies): Formula {
  const identity = own === 'nothing' ? [] : [everything];
  const { formula } = decide({ requester, action, resource }, { requester: { identity }, resource: policies });
  return mapped(formula, (leaf) => ('unread' in leaf ? { open: opaque(JSON.stringify(leaf.unread)) } : leaf));
}

const unread = 'unread ';

/** A statement that nobody can read says the same wherever it stands. */
function opaque(key: string): Requirement {
  return { key: `${unread}${key}`, operator: 'Exists', values: [], every: false, orAbsent: false, met: true };
}

function isOpaque({ key }: Requirement): boolean {
  return key.startsWith(unread);
}

function requirementsOf(need: Need): readonly Requirement[] {
  if ('key' in need) return [need];
  return ('all' in need ? need.all : need.any).flatMap(requirementsOf);
}

type Leaf = Extract<Formula, { readonly open: Requirement } | { readonly unread: unknown }>;

function mapped(formula: Formula, change: (leaf: Leaf) => Formula): Formula {
  if (typeof formula === 'boolean') return formula;
  if ('all' in formula) return all(formula.all.map((part) => mapped(part, change)));
  if ('any' in formula) return any(formula.any.map((part) => mapped(part, change)));
  return change(formula);
}

/** What is left for somebody who is none of those that conditions name: not in the organisation, not of the account. */
function toStrangers(formula: Formula): Formula {
  return mapped(formula, (leaf) => {
    if (!('open' in leaf)) return leaf;
    const { key, operator, values, every, orAbsent, met } = leaf.open;
    // With IfExists and ForAllValues, a request that lacks the key passes.
    return !every && !orAbsent && names({ operator, key, values }) ? !met : leaf;
  });
}

/** Actions on which no statement decides otherwise, so that one stands for all of them. */
function actionGroups(statements: readonly Statement[], partition: string): readonly (readonly string[])[] {
  const reaches = statements.map((statement) => reachOf(statement, { partition }).actions);
  // An action made after our table was, named in a statement.
  const others = reaches.flatMap((actions) => [...actions]).filter((action) => /^[\w-]+:\w+$/.test(action));
  const groups = new Map<string, string[]>();
  for (const action of new Set([...actionsOnRepositories, ...others])) {
    const spoken = reaches.map((actions) => actions.has(action));
    if (!spoken.includes(true)) continue;
    const key = JSON.stringify([spoken, servedActions.get(action.toLowerCase())?.keys]);
    groups.set(key, [...(groups.get(key) ?? []), action]);
  }
  return [...groups.values()];
}

class Phrases {
  readonly #verb: 'gains' | 'loses';
  /** Actions by who, where and on which repositories. */
  readonly #found = new Map<
    string,
    { readonly start: string; readonly where: string; readonly on: string; readonly actions: Set<string> }
  >();

  constructor(verb: 'gains' | 'loses') {
    this.#verb = verb;
  }

  /** Where the formula can hold. */
  add(requester: Requester, actions: readonly string[], formula: Formula, on: string): void {
    const solution = solve(formula, areConsistent);
    if (solution.answer === 'no') return;
    const need: Need = solution.answer === 'yes-if' ? solution.need : { all: [] };
    const isUncertain = requirementsOf(need).some(isOpaque);
    // What takes the reading of something that nobody can read has no words.
    const { who, where } = whereOf(requesterWho(requester), isUncertain ? { all: [] } : need);
    const does = isUncertain ? `perhaps ${this.#verb}` : this.#verb;
    const key = JSON.stringify([who, does, where, on]);
    const known = this.#found.get(key) ?? { start: `${who} ${does}`, where, on, actions: new Set() };
    this.#found.set(key, known);
    for (const action of actions) known.actions.add(action);
  }

  /** What holds for several repositories is said once, with all of them; what holds for every one, without the others. */
  sorted(): readonly string[] {
    const places = new Map<string, { readonly start: string; readonly where: string; readonly on: Set<string> }>();
    for (const { start, where, on, actions } of this.#found.values()) {
      const phrase = `${start} ${actionWords(actions)}`;
      const key = JSON.stringify([phrase, where]);
      const known = places.get(key) ?? { start: phrase, where, on: new Set() };
      places.set(key, known);
      known.on.add(on);
    }
    return [...places.values()]
      .map(({ start, where, on }) => `${start}${on.has('*') ? ' on *' : onWords([...on])}${where}`)
      .sort();
  }
}

function onWords(names: readonly string[]): string {
  const named = names.filter((name) => name !== '').sort();
  return named.length === 0 ? '' : ` on ${named.join(', ')}`;
}
