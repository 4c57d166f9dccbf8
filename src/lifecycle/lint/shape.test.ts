// What is understood of a rule although something is wrong with it, and each thing that is wrong in words.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Json } from '../schema.js';
import { shapeOf } from './shape.js';

const selection = { tagStatus: 'untagged', countType: 'sinceImagePushed', countUnit: 'days', countNumber: 14 };
const action = { type: 'expire' };
const good = { rulePriority: 1, selection, action };
const letters = 'abcdefghijk'.split('');
const of = (...rules: Json[]) => shapeOf({ rules });
/** The rule as it is understood, and whether it is whole and comparable. */
const read = (rule: Json) => of(rule).rules.map(({ raw, whole, comparable }) => [raw, whole, comparable]);
const told = (value: Json) =>
  shapeOf(value).problems.map(({ code, path, message, mend }) => {
    return `${code.slice('lifecycle/'.length)} [${path}] ${message.replace(/; ECR would answer.*/, '')} | ${mend}`;
  });

describe('a rule that is whole', () => {
  test('is what it says, every member of it', () => {
    const tags = fc.array(fc.string(), { minLength: 1, maxLength: 3 });
    const raw = fc.record(
      {
        rulePriority: fc.constantFrom(1, 2, 2_147_483_647),
        description: fc.string(),
        selection: fc.oneof(
          fc.record({
            tagStatus: fc.constant('tagged'),
            tagPatternList: tags,
            storageClass: fc.constantFrom('standard', 'archive'),
            countType: fc.constant('imageCountMoreThan'),
            countNumber: fc.constantFrom(1, 7, 2_147_483_647),
          }),
          fc.record({
            tagStatus: fc.constantFrom('untagged', 'any'),
            countType: fc.constantFrom('sinceImagePushed', 'sinceImagePulled', 'sinceImageTransitioned'),
            countUnit: fc.constant('days'),
            countNumber: fc.constantFrom(1, 90),
          }),
        ),
        action: fc.constantFrom({ type: 'expire' }, { type: 'transition', targetStorageClass: 'archive' }),
      },
      { requiredKeys: ['rulePriority', 'selection', 'action'] },
    );
    fc.assert(
      fc.property(raw, (rule) => {
        // Members that are left out are so in JSON too.
        const { rules, whole } = of(good, JSON.parse(JSON.stringify(rule)) as Json);
        expect(rules[1]).toEqual({ raw: rule, index: 1, whole: true, comparable: true });
        expect(whole).toBe(true);
      }),
    );
  });
  test('stands beside one that is not', () => {
    const { rules, whole } = of(good, { ...good, rulePriority: 'x' }, good);
    expect([rules.map((one) => [one.index, one.whole, one.comparable]), whole]).toEqual([
      [
        [0, true, true],
        [1, false, false],
        [2, true, true],
      ],
      false,
    ]);
  });
  test('of eleven, the second is not the eleventh', () => {
    const list: Json[] = Array.from({ length: 11 }, (_, index) => ({ ...good, rulePriority: index + 1 }));
    list[10] = { ...good, rulePriority: 'x' };
    expect(of(...list).rules.flatMap((one) => (one.whole ? [] : [one.index]))).toEqual([10]);
  });
});

describe('what is guessed, so that no more is said of it', () => {
  test.each<readonly [string, Json, unknown, boolean]>([
    ['a priority in words', { ...good, rulePriority: 'first' }, { ...good, rulePriority: 1 }, false],
    ['a priority of nothing', { ...good, rulePriority: 0 }, { ...good, rulePriority: 1 }, false],
    ['a priority too large', { ...good, rulePriority: 2_147_483_648 }, { ...good, rulePriority: 1 }, false],
    ['a priority of a half', { ...good, rulePriority: 1.5 }, { ...good, rulePriority: 1 }, false],
    ['a priority in quotes', { ...good, rulePriority: '7' }, { ...good, rulePriority: 1 }, false],
    ['a description that is none', { ...good, description: 7 }, good, true],
    [
      'a number of nothing',
      { ...good, selection: { ...selection, countNumber: 0 } },
      { ...good, selection: { ...selection, countNumber: 90 } },
      true,
    ],
    ['a unit that is none', { ...good, selection: { ...selection, countUnit: 'hours' } }, good, true],
    [
      'a unit that is none, of images',
      { ...good, selection: { tagStatus: 'any', countType: 'imageCountMoreThan', countNumber: 3, countUnit: 'x' } },
      { ...good, selection: { tagStatus: 'any', countType: 'imageCountMoreThan', countNumber: 3 } },
      true,
    ],
    ['a class that is none', { ...good, selection: { ...selection, storageClass: 'cold' } }, good, false],
    [
      'a class that is none, of archived images',
      { ...good, selection: { ...selection, storageClass: 5, countType: 'sinceImageTransitioned' } },
      { ...good, selection: { ...selection, storageClass: 'archive', countType: 'sinceImageTransitioned' } },
      false,
    ],
    [
      'the standard class of archived images',
      {
        ...good,
        rulePriority: 'x',
        selection: { ...selection, storageClass: 'standard', countType: 'sinceImageTransitioned' },
      },
      { ...good, selection: { ...selection, storageClass: 'standard', countType: 'sinceImageTransitioned' } },
      false,
    ],
    [
      'tags that are no list',
      { ...good, selection: { ...selection, tagStatus: 'tagged', tagPatternList: 'v*' } },
      { ...good, selection: { ...selection, tagStatus: 'tagged', tagPatternList: ['x'] } },
      true,
    ],
    [
      'tags of which some are none',
      { ...good, selection: { ...selection, tagStatus: 'tagged', tagPatternList: [1, 'v*'] } },
      { ...good, selection: { ...selection, tagStatus: 'tagged', tagPatternList: ['v*'] } },
      true,
    ],
    [
      'prefixes of which some are none, which tell rules apart',
      { ...good, selection: { ...selection, tagStatus: 'tagged', tagPrefixList: ['v', null] } },
      { ...good, selection: { ...selection, tagStatus: 'tagged', tagPrefixList: ['v'] } },
      false,
    ],
    [
      'the twelfth of the prefixes, which tell rules apart',
      { ...good, selection: { ...selection, tagStatus: 'tagged', tagPrefixList: [...letters, 1] } },
      { ...good, selection: { ...selection, tagStatus: 'tagged', tagPrefixList: letters } },
      false,
    ],
    [
      'prefixes that are no list',
      { ...good, selection: { ...selection, tagStatus: 'tagged', tagPrefixList: {} } },
      { ...good, selection: { ...selection, tagStatus: 'tagged', tagPrefixList: ['x'] } },
      false,
    ],
    [
      'no tags at all',
      { ...good, action: 1, selection: { ...selection, tagStatus: 'tagged', tagPatternList: [] } },
      { ...good, selection: { ...selection, tagStatus: 'tagged', tagPatternList: [] } },
      true,
    ],
    ['an action that is none', { ...good, action: { type: 'delete' } }, good, true],
    ['no action', { rulePriority: 1, selection }, good, true],
    [
      'an action that is none, of pulls',
      { ...good, selection: { ...selection, countType: 'sinceImagePulled' }, action: { type: 'delete' } },
      {
        ...good,
        selection: { ...selection, countType: 'sinceImagePulled' },
        action: { type: 'transition', targetStorageClass: 'archive' },
      },
      true,
    ],
    [
      'a target that is none',
      { ...good, action: { type: 'transition', targetStorageClass: 'cold' } },
      { ...good, action: { type: 'transition', targetStorageClass: 'archive' } },
      true,
    ],
    [
      'a target that is none, of expiry',
      { ...good, action: { type: 'expire', targetStorageClass: 'cold' } },
      good,
      true,
    ],
  ])('%s', (_, rule, raw, comparable) => {
    expect(read(rule)).toEqual([[raw, false, comparable]]);
  });
  test.each<readonly [string, Json]>([
    ['no object', 7],
    ['without a selection', { rulePriority: 1, action }],
    ['with a list for a selection', { ...good, selection: [] }],
    ['of no known count', { ...good, selection: { ...selection, countType: 'x' } }],
    ['of no known status', { ...good, selection: { ...selection, tagStatus: 'x' } }],
  ])('too little is there: %s', (_, rule) => {
    expect(read(rule)).toEqual([]);
  });
  test('a policy that is none has no rules', () => {
    expect([shapeOf(null).rules, shapeOf({ rules: 3 }).rules, shapeOf([good]).rules]).toEqual([[], [], []]);
  });
});

describe('what is wrong', () => {
  test.each<readonly [string, Json, readonly string[]]>([
    [
      'numbers in quotes, and texts that begin or end like one',
      { rules: ['12', '0', '1x', 'x1'].map((rulePriority) => ({ ...good, rulePriority })) },
      [
        'wrong-type [rules.0.rulePriority] rulePriority is "12", a text, not a whole number | write 12 without quotes',
        ...['0', '1x', 'x1'].map(
          (one, index) =>
            `wrong-type [rules.${index + 1}.rulePriority] rulePriority is "${one}", a text, not a whole number | write a value of the type that is named`,
        ),
      ],
    ],
    [
      'a number and a list for a text',
      {
        rules: [
          { ...good, description: 12 },
          { ...good, description: ['a'] },
        ],
      },
      [
        'wrong-type [rules.0.description] description is 12, a whole number, not a text | write a value of the type that is named',
        'wrong-type [rules.1.description] description is a list, not a text | write a value of the type that is named',
      ],
    ],
    [
      'a number for a list, and the twelfth entry of one',
      {
        rules: [
          { ...good, selection: { ...selection, tagStatus: 'tagged', tagPatternList: 12 } },
          { ...good, selection: { ...selection, tagStatus: 'tagged', tagPatternList: [...letters, 1] } },
        ],
      },
      [
        'wrong-type [rules.0.selection.tagPatternList] tagPatternList is 12, a whole number, not a list | write a value of the type that is named',
        'wrong-type [rules.1.selection.tagPatternList.11] entry 12 of tagPatternList is 1, a whole number, not a text | write a value of the type that is named',
      ],
    ],
    [
      'fifty-one rules',
      { rules: Array.from({ length: 51 }, () => good) },
      ['too-many-rules [rules] there are 51 rules | join patterns with a wildcard, or drop some'],
    ],
    [
      'members that are missing, in the order of their names',
      { rules: [{}] },
      [
        'missing-member [rules.0.action] rule 1 lacks action | add "action"',
        'missing-member [rules.0.rulePriority] rule 1 lacks rulePriority | add "rulePriority"',
        'missing-member [rules.0.selection] rule 1 lacks selection | add "selection"',
      ],
    ],
    [
      'members that nobody knows, in the order of their names; what is there already was not meant',
      { rules: [{ ...good, zeta: 1, actions: 2 }], also: 3 },
      [
        'unknown-member [also] the policy has no member "also" | its members are rules',
        'unknown-member [rules.0.actions] rule 1 has no member "actions" | its members are rulePriority, description, selection and action',
        'unknown-member [rules.0.zeta] rule 1 has no member "zeta" | its members are rulePriority, description, selection and action',
      ],
    ],
    [
      'a member whose name is but digits at its end or its beginning',
      { rules: [{ ...good, x1: 1, '1x': 1 }] },
      ['1x', 'x1'].map(
        (name) =>
          `unknown-member [rules.0.${name}] rule 1 has no member "${name}" | its members are rulePriority, description, selection and action`,
      ),
    ],
  ])('%s', (_, value, expected) => {
    expect(told(value)).toEqual(expected);
  });
  test('a long text is cut where it would be longer than sixty signs', () => {
    const said = (length: number) =>
      /"x.*/.exec(String(told({ rules: [{ ...good, selection: 'x'.repeat(length) }] })[0]))?.[0];
    expect(said(58)).toBe(`"${'x'.repeat(58)}", a text, not an object | write a value of the type that is named`);
    expect(said(59)).toBe(`"${'x'.repeat(55)}…", a text, not an object | write a value of the type that is named`);
  });
  test('what ECR would answer of a count that it does not know is the answer to the whole selection', () => {
    const ecrOf = (rule: Json) => of(rule).problems.map(({ message }) => message.replace(/^.*ECR would answer /, ''));
    expect(ecrOf({ ...good, selection: { ...selection, countType: 'x' } })).toEqual([
      '"instance failed to match exactly one schema (matched 0 out of 4)"',
    ]);
  });
});
