// Every corner in both of its positions, and in the table of docs/lifecycle-evaluation.md. It must not know a clock.
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { type Corners, defaultCorners } from './corners.js';
import { evaluate, inPreview } from './evaluate.js';
import type { Image, LifecycleRule, LifecycleSelection } from './model.js';

const day = 86_400_000;
const now = 20_000 * day;
const image = (digest: string, daysAgo: number, rest: Partial<Image> = {}): Image => ({
  digest,
  tags: [],
  pushedAt: now - daysAgo * day,
  ...rest,
});
const rule = (
  rulePriority: number,
  selection: Partial<LifecycleSelection>,
  action: LifecycleRule['action'] = { type: 'expire' },
): LifecycleRule => ({
  rulePriority,
  selection: { tagStatus: 'any', countType: 'imageCountMoreThan', countNumber: 1, ...selection },
  action,
});
const archive = { type: 'transition', targetStorageClass: 'archive' } as const;
const pushed = (countNumber: number): Partial<LifecycleSelection> => ({
  countType: 'sinceImagePushed',
  countUnit: 'days',
  countNumber,
});
/** `digest action rule` of all but what is kept. */
const acted = (rules: LifecycleRule[], images: Image[], corners: Partial<Corners>): string[] =>
  evaluate({ rules }, images, now, corners)
    .filter(({ action }) => action !== 'keep')
    .map(({ digest, action, rulePriority }) => `${digest} ${action} ${rulePriority}`);

const archivedOne = image('old', 200, { storageClass: 'archive', lastArchivedAt: now - 95 * day });
const inArchive = rule(9, {
  storageClass: 'archive',
  countType: 'sinceImageTransitioned',
  countUnit: 'days',
  countNumber: 90,
});
const list = image('list', 1, { tags: ['v2'], children: ['child'] });
const subject = image('subject', 9, { tags: ['v1'] });
const signature = image('signature', 8, { subject: 'subject' });

interface Position {
  readonly rules: LifecycleRule[];
  readonly images: Image[];
  /** By the value of the switch. */
  readonly acted: Readonly<Record<string, readonly string[]>>;
}
const positions: Readonly<Record<Exclude<keyof Corners, 'heldInPreview'>, Position>> = {
  ties: {
    rules: [rule(1, {})],
    images: [image('a', 1), image('b', 1)],
    acted: { 'lower-digest-newer': ['b expire 1'], 'higher-digest-newer': ['a expire 1'] },
  },
  restoredAge: {
    rules: [rule(1, pushed(5))],
    images: [image('a', 9, { lastActivatedAt: now - 2 * day })],
    acted: { restoration: [], push: ['a expire 1'] },
  },
  archivedImages: {
    // It takes the second place of rule 1, which shields it from rule 9 and never acts on it.
    rules: [rule(1, { countNumber: 2 }), inArchive],
    images: [image('new', 1), { ...archivedOne, pushedAt: now - 2 * day }, image('third', 3), image('fourth', 4)],
    acted: {
      apart: ['old expire 9', 'fourth expire 1'],
      identified: ['third expire 1', 'fourth expire 1'],
    },
  },
  children: {
    rules: [rule(1, { countNumber: 2 })],
    images: [list, image('child', 2), image('third', 3), image('fourth', 4)],
    acted: { ranked: ['third expire 1', 'fourth expire 1'], unranked: ['fourth expire 1'] },
  },
  referrers: {
    rules: [rule(1, { countNumber: 2 })],
    images: [image('a', 1), image('sig', 2, { subject: 'a' }), image('third', 3), image('fourth', 4)],
    acted: { ranked: ['third expire 1', 'fourth expire 1'], unranked: ['fourth expire 1'] },
  },
  referrersOfTheGone: {
    rules: [rule(1, { tagStatus: 'tagged', tagPatternList: ['*'], ...pushed(5) })],
    images: [subject, signature],
    acted: { follow: ['subject expire 1', 'signature expire 1'], wait: ['subject expire 1'] },
  },
  archivedLists: {
    rules: [rule(1, pushed(5), archive)],
    images: [image('list', 9, { children: ['child'] }), image('child', 8)],
    acted: { hold: ['list archive 1', 'child fail 1'], release: ['list archive 1', 'child archive 1'] },
  },
  patternCase: {
    rules: [
      rule(1, { tagStatus: 'tagged', tagPatternList: ['V*'], ...pushed(5) }),
      rule(2, { tagStatus: 'tagged', tagPrefixList: ['PR-'], ...pushed(5) }),
    ],
    images: [image('a', 9, { tags: ['v1'] }), image('b', 9, { tags: ['V1'] }), image('c', 9, { tags: ['pr-1'] })],
    acted: { sensitive: ['b expire 1'], insensitive: ['a expire 1', 'b expire 1', 'c expire 2'] },
  },
};

it.each(Object.entries(positions))('%s, in both positions', (name, { rules, images, acted: expected }) => {
  const found = Object.keys(expected).map((value) => [value, acted(rules, images, { [name]: value })]);
  expect(Object.fromEntries(found)).toEqual(expected);
  const [first] = Object.keys(expected);
  expect(defaultCorners[name as keyof Corners]).toBe(first);
});

it('an archived list that was archived before holds its children, or does not', () => {
  const images = [{ ...archivedOne, digest: 'list', children: ['child'] }, image('child', 8)];
  expect(acted([rule(1, pushed(5))], images, { archivedLists: 'hold' })).toEqual(['child fail 1']);
  expect(acted([rule(1, pushed(5))], images, { archivedLists: 'release' })).toEqual(['child expire 1']);
});

it('heldInPreview, in both positions: a preview tells of what a rule acts on, and maybe of what a list holds', () => {
  const rules = [rule(1, { tagStatus: 'untagged', ...pushed(1) }), rule(2, { ...pushed(5) })];
  const images = [list, image('child', 2), subject, image('signature', 0.5, { subject: 'subject' }), image('kept', 0)];
  const shown = (corners?: Partial<Corners>): string[] =>
    evaluate({ rules }, images, now)
      .filter((outcome) => inPreview(outcome, corners))
      .map(({ digest, action }) => `${digest} ${action}`);
  expect(shown()).toEqual(['subject expire']);
  expect(shown({ heldInPreview: 'left-out' })).toEqual(['subject expire']);
  expect(shown({ heldInPreview: 'shown' })).toEqual(['child fail', 'subject expire']);
});

it('every corner is in the table, with its values, the default first', () => {
  const text = readFileSync(new URL('../../docs/lifecycle-evaluation.md', import.meta.url), 'utf8');
  const rows = [...text.matchAll(/^\| `(\w+)` \| `([\w-]+)` \| `([\w-]+)` \|/gm)].map(([, name, value, other]) => ({
    name,
    values: [value, other],
  }));
  const values = Object.entries({
    ...positions,
    heldInPreview: { acted: { 'left-out': [], shown: [] } },
  }).map(([name, position]) => ({ name, values: Object.keys(position.acted) }));
  expect(rows).toEqual(values);
});
