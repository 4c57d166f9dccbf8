// Says who loses access and who gains it beyond named accounts, principals and organisations, between two sets of statements.
// It must not know consent or plans. It is conservative: where it cannot prove that nothing changes, it reports a change.
import type { Statement } from './model.js';
import type { CanonicalContext } from './normalise.js';
import { isEveryone, isOpen } from './open.js';
import { type Grant, grantsOf, type Reach, reachOf, uncovered } from './reach.js';
import { actionWords, whereWords, whoWords } from './words.js';

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
