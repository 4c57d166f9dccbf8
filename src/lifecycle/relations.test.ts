// What images mean to each other: chains of referrers, lists that share a child, archived referrers. It must not know rules.
import { describe, expect, it } from 'vitest';
import { type Corners, cornersOf } from './corners.js';
import { verdicts } from './decide.js';
import { newestFirst } from './evaluate.js';
import type { Image } from './model.js';
import { childrenOf, letsGo, relate } from './relations.js';

type Fate = keyof typeof verdicts;
const names = Object.keys(verdicts) as Fate[];

/** Images named by letters, the first the newest, with what rules alone say of them: what becomes of them, held by whom, following whom. */
function settled(
  given: readonly (readonly [name: string, fate: Fate, rest?: Partial<Image>])[],
  corners?: Partial<Corners>,
) {
  const images = given.map(([digest, , rest], at): Image => ({ digest, tags: [], pushedAt: 100 - at, ...rest }));
  const verdict = Uint8Array.from(given, ([, fate]) => verdicts[fate]);
  const whole = cornersOf(corners);
  const { heldBy, follows } = relate(images, newestFirst(images, whole), { verdict }, whole);
  const digest = (at: number | undefined) => images[at ?? -1]?.digest ?? '-';
  return images.map(
    (one, at) =>
      `${one.digest} ${names[verdict[at] ?? 0]} held by ${digest(heldBy[at])}, follows ${digest(follows.get(at))}`,
  );
}

describe('referrers', () => {
  const gone = ['a expire held by -, follows -', 'b expire held by -, follows a', 'c expire held by -, follows b'];
  it.each([[['a', 'b', 'c']], [['c', 'b', 'a']], [['b', 'c', 'a']]])(
    'of referrers go too, in whatever order they came: %j',
    (order) => {
      const all = new Map([
        ['a', ['a', 'expire'] as const],
        ['b', ['b', 'keep', { subject: 'a' }] as const],
        ['c', ['c', 'keep', { subject: 'b' }] as const],
      ]);
      const found = settled(order.map((name) => all.get(name) ?? ['', 'keep']));
      expect(found.toSorted()).toEqual(gone);
    },
  );
  it('two of one subject, one of which has a referrer itself', () => {
    expect(
      settled([
        ['x', 'keep', { subject: 'b' }],
        ['b', 'keep', { subject: 'a' }],
        ['c', 'keep', { subject: 'a' }],
        ['a', 'archive'],
      ]),
    ).toEqual([
      'x archive held by -, follows b',
      'b archive held by -, follows a',
      'c archive held by -, follows a',
      'a archive held by -, follows -',
    ]);
  });
  it('that their own rule archives go with a subject that expires, and those that expire do so by their own', () => {
    expect(
      settled([
        ['a', 'expire'],
        ['archives', 'archive', { subject: 'a' }],
        ['expires', 'expire', { subject: 'a' }],
      ]),
    ).toEqual([
      'a expire held by -, follows -',
      'archives expire held by -, follows a',
      'expires expire held by -, follows -',
    ]);
  });
  it('that are archived stay where they are when the subject is archived, and go when it expires', () => {
    const archived = { subject: 'a', storageClass: 'archive' } as const;
    expect(
      settled([
        ['a', 'archive'],
        ['b', 'keep', archived],
      ])[1],
    ).toBe('b keep held by -, follows -');
    expect(
      settled([
        ['a', 'expire'],
        ['b', 'keep', archived],
      ])[1],
    ).toBe('b expire held by -, follows a');
  });
  it('of each other, or of themselves, go nowhere and end', () => {
    expect(
      settled([
        ['a', 'keep', { subject: 'a' }],
        ['b', 'keep', { subject: 'c' }],
        ['c', 'keep', { subject: 'b' }],
      ]),
    ).toEqual(['a keep held by -, follows -', 'b keep held by -, follows -', 'c keep held by -, follows -']);
  });
  it('that a list holds fail with the subject', () => {
    expect(
      settled([
        ['list', 'keep', { children: ['b'] }],
        ['b', 'keep', { subject: 'a' }],
        ['a', 'expire'],
      ]),
    ).toEqual(['list keep held by -, follows -', 'b fail held by list, follows a', 'a expire held by -, follows -']);
  });
  it('wait where that is how it is read, and one without its subject follows nobody', () => {
    expect(
      settled(
        [
          ['a', 'expire'],
          ['b', 'keep', { subject: 'a' }],
        ],
        { referrersOfTheGone: 'wait' },
      )[1],
    ).toBe('b keep held by -, follows -');
    expect(settled([['b', 'keep', { subject: 'elsewhere' }]])).toEqual(['b keep held by -, follows -']);
  });
});

describe('lists', () => {
  it('hold what they name, the newest of those that stay before any that goes', () => {
    const held = (...lists: (readonly [string, Fate])[]) =>
      settled([...lists.map(([name, fate]) => [name, fate, { children: ['c'] }] as const), ['c', 'expire']]).at(-1);
    expect(held(['a', 'keep'], ['b', 'keep'])).toBe('c fail held by a, follows -');
    expect(held(['a', 'keep'], ['b', 'expire'])).toBe('c fail held by a, follows -');
    expect(held(['a', 'expire'], ['b', 'keep'])).toBe('c fail held by b, follows -');
    expect(held(['a', 'archive'], ['b', 'keep'])).toBe('c fail held by a, follows -');
    expect(held(['a', 'expire'], ['b', 'keep'], ['d', 'keep'])).toBe('c fail held by b, follows -');
  });
  it('that are newer go after what they name', () => {
    expect(
      settled([
        ['a', 'expire', { children: ['c'] }],
        ['b', 'expire', { children: ['c'] }],
        ['c', 'expire'],
      ]).at(-1),
    ).toBe('c fail held by a, follows -');
    expect(
      settled([
        ['c', 'expire'],
        ['a', 'expire', { children: ['c', 'c', 'none'] }],
      ]),
    ).toEqual(['c expire held by a, follows -', 'a expire held by -, follows -']);
  });
  it('of lists hold them, too', () => {
    expect(
      settled([
        ['top', 'keep', { children: ['l'] }],
        ['l', 'expire', { children: ['c'] }],
        ['c', 'expire'],
      ]),
    ).toEqual(['top keep held by -, follows -', 'l fail held by top, follows -', 'c fail held by l, follows -']);
  });
  it('that are archived hold, or not', () => {
    const archived = { storageClass: 'archive', children: ['c'] } as const;
    expect(
      settled([
        ['a', 'keep', archived],
        ['c', 'expire'],
      ])[1],
    ).toBe('c fail held by a, follows -');
    expect(
      settled(
        [
          ['a', 'keep', archived],
          ['c', 'expire'],
        ],
        { archivedLists: 'release' },
      )[1],
    ).toBe('c expire held by -, follows -');
    const all = names.map((name) => [
      name,
      letsGo(verdicts[name], cornersOf()),
      letsGo(verdicts[name], cornersOf({ archivedLists: 'release' })),
    ]);
    expect(all).toEqual([
      ['keep', false, false],
      ['expire', true, true],
      ['archive', false, true],
      ['fail', false, false],
    ]);
  });
  it('have children, and other images have none', () => {
    expect(childrenOf([])).toEqual(new Set());
    expect(
      childrenOf([
        { digest: 'a', tags: [], pushedAt: 0, children: ['x', 'y'] },
        { digest: 'b', tags: [], pushedAt: 0 },
      ]),
    ).toEqual(new Set(['x', 'y']));
  });
});
