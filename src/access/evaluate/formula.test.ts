// Exercises formula.ts: what formulas come out as, against every way in which their parts may come out.
// It must not know policies.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { all, any, type Clause, type Formula, not, solve } from './formula.js';
import type { Need, Requirement, Unread } from './model.js';

const requirement = (key: string, met = true): Requirement => ({
  key,
  operator: 'StringEquals',
  values: ['x'],
  every: false,
  orAbsent: false,
  met,
});
const is = (key: string) => ({ open: requirement(key) });
const isNot = (key: string): Clause => ({ open: requirement(key, false) });
const unread = (policy: string): Unread => ({ policy, kind: 'identity', reason: 'access denied' });
const lost = (policy: string): Clause => ({ unread: unread(policy) });
const anything = () => true;
const words = (need: Need): string =>
  'key' in need
    ? `${need.met ? '' : '!'}${need.key}`
    : 'all' in need
      ? `(${need.all.map(words).join('&')})`
      : `(${need.any.map(words).join('|')})`;
const solved = (formula: Formula, consistent: (all: readonly Requirement[]) => boolean = anything): string => {
  const solution = solve(formula, consistent);
  if (solution.answer === 'yes-if') return words(solution.need);
  return solution.answer === 'unknown' ? `? ${solution.unread.map(({ policy }) => policy).join()}` : solution.answer;
};

describe('parts', () => {
  test('nothing, constants and single parts', () => {
    expect([all([]), any([]), all([true]), any([false]), all([false, is('a')]), any([true, is('a')])]).toEqual([
      true,
      false,
      true,
      false,
      false,
      true,
    ]);
    expect([all([true, is('a')]), any([false, is('a')])]).toEqual([is('a'), is('a')]);
  });
  test('are flat, and each there once', () => {
    expect(all([is('a'), all([is('b'), is('a')]), is('c')])).toEqual({ all: [is('a'), is('b'), is('c')] });
    expect(any([is('a'), any([is('b'), is('a')]), is('c')])).toEqual({ any: [is('a'), is('b'), is('c')] });
    expect(all([is('a'), any([is('b'), is('c')])])).toEqual({ all: [is('a'), { any: [is('b'), is('c')] }] });
  });
  test('with their opposite', () => {
    expect(all([is('a'), isNot('a')])).toBe(false);
    expect(any([is('a'), isNot('a')])).toBe(true);
    expect(all([is('b'), all([is('a'), any([isNot('a')])])])).toBe(false);
  });
  test('are the same whatever the order and case in which they are given', () => {
    const one = { ...requirement('aws:Key'), values: ['x', 'y'] };
    const other = { ...requirement('AWS:key'), values: ['y', 'x', 'y'] };
    expect(all([{ open: one }, { open: other }])).toEqual({ open: one });
    for (const rest of [{ operator: 'StringLike' as const }, { every: true }, { orAbsent: true }, { values: ['x'] }])
      expect(all([{ open: one }, { open: { ...one, ...rest } }])).toHaveProperty('all');
  });
  test('turned round', () => {
    expect([not(true), not(false), not(is('a')), not(isNot('a')), not(lost('p'))]).toEqual([
      false,
      true,
      isNot('a'),
      is('a'),
      lost('p'),
    ]);
    expect(not(all([is('a'), any([is('b'), isNot('c')])]))).toEqual(any([isNot('a'), all([isNot('b'), is('c')])]));
  });
});

describe('answers', () => {
  test('constants', () => {
    expect([solved(true), solved(false)]).toEqual(['yes', 'no']);
  });
  test('one requirement', () => {
    expect([solved(is('a')), solved(isNot('a'))]).toEqual(['a', '!a']);
  });
  test('what is said once is not said again', () => {
    expect(solved(all([is('a'), any([is('a'), is('b')])]))).toBe('a');
    expect(solved(any([is('a'), all([is('a'), is('b')])]))).toBe('a');
    expect(solved(all([is('a'), any([isNot('a'), is('b')])]))).toBe('(a&b)');
    expect(solved(any([is('a'), all([isNot('a'), is('b')])]))).toBe('(a|b)');
    // Both parts come to the same in the end.
    expect(solved(any([isNot('a'), all([any([is('b'), isNot('a')]), isNot('a')])]))).toBe('!a');
    expect(solved(all([is('a'), any([all([is('b'), is('a')]), is('a')])]))).toBe('a');
    expect(solved(all([any([isNot('b'), is('c')]), any([isNot('a'), is('b')]), is('a')]))).toBe('(c&b&a)');
  });
  test('what always or never holds', () => {
    expect(solved(any([all([is('a'), is('b')]), isNot('a'), isNot('b')]))).toBe('yes');
    expect(solved(all([any([is('a'), is('b')]), isNot('a'), isNot('b')]))).toBe('no');
    expect(solved(all([any([is('a'), is('b')]), any([is('a'), isNot('b')]), isNot('a')]))).toBe('no');
  });
  test('what cannot hold together', () => {
    const not2 = (found: readonly Requirement[]) => found.filter(({ met }) => met).length < 2;
    expect(solved(all([is('a'), is('b')]), not2)).toBe('no');
    expect(solved(any([isNot('a'), isNot('b')]), not2)).toBe('yes');
    expect(solved(any([is('a'), is('b')]), not2)).toBe('(a|b)');
    expect(solved(is('a'), () => false)).toBe('no');
  });
  test('what could not be read', () => {
    expect(solved(lost('p'))).toBe('? p');
    expect(solved(all([lost('p'), lost('q'), lost('p')]))).toBe('? p,q');
    expect(solved(all([lost('p'), false]))).toBe('no');
    expect(solved(any([lost('p'), true]))).toBe('yes');
    expect(solved(all([lost('p'), is('a')]))).toBe('? p');
    expect(solved(any([lost('p'), is('a')]))).toBe('? p');
    expect(solved(all([lost('p'), is('a'), isNot('a')]))).toBe('no');
    expect(solved(any([lost('p'), any([is('a'), isNot('a')])]))).toBe('yes');
    // Either way something else decides.
    expect(solved(any([all([lost('p'), is('a')]), isNot('a'), is('a')]))).toBe('yes');
    expect(solved(all([is('a'), any([all([is('a'), is('b')]), all([lost('p'), isNot('a')])])]))).toBe('(a&b)');
  });
  test('very many requirements are left as they are', () => {
    // Each pair has to differ: no choice can be made early.
    const odd = all(
      Array.from({ length: 14 }, (_, index) =>
        any([all([is(`a${index}`), isNot(`b${index}`)]), all([isNot(`a${index}`), is(`b${index}`)])]),
      ),
    );
    const none = (found: readonly Requirement[]) => found.length < 28;
    expect(solve(odd, none).answer).toBe('yes-if');
  });
  test('what tidying finds counts, also where there is too much to try', () => {
    const pairs = Array.from({ length: 14 }, (_, index) =>
      any([all([is(`a${index}`), isNot(`b${index}`)]), all([isNot(`a${index}`), is(`b${index}`)])]),
    );
    // Whatever the pairs come to, either c or its opposite decides.
    const always = any([all(pairs.map((pair) => any([pair, isNot('c')]))), is('c')]);
    const never = not(always);
    expect([solved(always), solved(never)]).toEqual(['yes', 'no']);
    expect(solve(all([lost('p'), always]), anything)).toEqual({
      answer: 'unknown',
      unread: [unread('p')],
      best: { answer: 'yes' },
    });
  });
  test('at best, where what could not be read lets it', () => {
    expect(solve(all([lost('p'), is('a')]), anything)).toMatchObject({
      best: { answer: 'yes-if', need: is('a').open },
    });
    expect(solve(any([lost('p'), is('a')]), anything)).toMatchObject({ best: { answer: 'yes' } });
    const never = (found: readonly Requirement[]) => found.every(({ met }) => met);
    expect(solve(all([lost('p'), is('a')]), never)).toMatchObject({ best: { answer: 'yes' } });
  });
});

const leaf = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom('a', 'b', 'c', 'd').chain((key) => fc.constantFrom(is(key), isNot(key))) },
  { weight: 1, arbitrary: fc.constantFrom(lost('p'), lost('q')) },
  { weight: 1, arbitrary: fc.boolean() },
);
/** A formula as it may be written, with constants anywhere. */
type Written = Formula | { readonly all: readonly Written[] } | { readonly any: readonly Written[] };

const { tree } = fc.letrec<{ tree: Written }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    leaf,
    fc.array(tie('tree'), { maxLength: 3 }).map((parts): Written => ({ all: parts })),
    fc.array(tie('tree'), { maxLength: 3 }).map((parts): Written => ({ any: parts })),
  ),
}));

/** Plain reading of a formula, with what could not be read as `p` and `q` say for one occurrence as for all. */
function value(formula: Written, state: Readonly<Record<string, boolean>>): boolean {
  if (typeof formula === 'boolean') return formula;
  if ('open' in formula) return (state[formula.open.key] ?? false) === formula.open.met;
  if ('unread' in formula) return state[formula.unread.policy] ?? false;
  return 'all' in formula
    ? formula.all.every((part) => value(part, state))
    : formula.any.some((part) => value(part, state));
}

const states = (keys: readonly string[]) =>
  Array.from({ length: 2 ** keys.length }, (_, bits) =>
    Object.fromEntries(keys.map((key, index) => [key, ((bits >> index) & 1) === 1])),
  );
const valueOfNeed = (need: Need, state: Readonly<Record<string, boolean>>): boolean =>
  'key' in need
    ? (state[need.key] ?? false) === need.met
    : 'all' in need
      ? need.all.every((one) => valueOfNeed(one, state))
      : need.any.some((one) => valueOfNeed(one, state));

test('the answer is right in every case', () => {
  const everything = states(['a', 'b', 'c', 'd', 'p', 'q']);
  fc.assert(
    fc.property(tree, (formula) => {
      const built = rebuilt(formula);
      const values = everything.map((state) => value(formula, state));
      expect(everything.map((state) => value(built, state))).toEqual(values);
      // What could not be read may be either, turned round too.
      const opposite = (state: Readonly<Record<string, boolean>>) => ({ ...state, p: !state['p'], q: !state['q'] });
      expect(everything.map((state) => value(not(built), opposite(state)))).toEqual(values.map((one) => !one));
      const solution = solve(built, anything);
      switch (solution.answer) {
        case 'yes':
          expect(values).not.toContain(false);
          break;
        case 'no':
          expect(values).not.toContain(true);
          break;
        case 'yes-if':
          expect(everything.map((state) => valueOfNeed(solution.need, state))).toEqual(values);
          expect(values).toContain(true);
          expect(values).toContain(false);
          break;
        case 'unknown':
          expect(solution.unread.length).toBeGreaterThan(0);
          expect(values).toContain(true);
          expect(values).toContain(false);
      }
    }),
    { numRuns: 400 },
  );
});

/** As the evaluator builds them. */
function rebuilt(formula: Written): Formula {
  if (typeof formula === 'boolean' || 'open' in formula || 'unread' in formula) return formula;
  return 'all' in formula ? all(formula.all.map(rebuilt)) : any(formula.any.map(rebuilt));
}
