// What each remark turns on: the nearest policies and repositories between which it changes.
import { describe, expect, test } from 'vitest';
import {
  archive,
  brief,
  days,
  image,
  images,
  last,
  messages,
  now,
  prefixed,
  replacements,
  rest,
  rule,
  tagged,
  untagged,
} from './testing/build.js';

const of = (code: string, ...given: Parameters<typeof brief>) =>
  brief(...given).filter((one) => one.split(' ')[1] === code);

describe('one count for many branches', () => {
  const three = [rule(1, { ...tagged('feature-*'), ...last(3) }), ...rest];
  test('is said of one entry alone', () => {
    expect(of('shared-count', [rule(1, { ...tagged('feature-*', '*-arm64'), ...last(3) }), ...rest])).toEqual([]);
  });
  test('counts the branches of its own tags', () => {
    const others = images(9, (index) => `main-${index}`);
    const said = (...names: string[]) =>
      messages('shared-count', three, { images: [...others, ...names.map((name) => image(name, 1))], now });
    expect(said('feature-a-1', 'feature-b-1')[0]).toContain('; there are 2 now |');
    expect(said()[0]).toContain('not of each |');
    expect(said('feature-1', 'feature-2', 'feature-3', 'feature-4')[0]).toMatch(/^warning: .* there are 4 now/);
  });
});

describe('too few to go back to', () => {
  test('is said of counts that expire', () => {
    expect(brief([rule(1, { ...tagged('v*'), ...days(1) }), ...rest])).toEqual([
      'warning may-empty rules.0.selection.countType',
    ]);
    expect(of('short-rollback', [rule(1, { ...tagged('v*'), ...last(1) }, archive), ...rest])).toEqual([]);
    expect(of('short-rollback', [rule(1, { ...tagged('v*'), ...last(1) }), ...rest])).toHaveLength(1);
  });
  test('names every entry', () => {
    expect(messages('short-rollback', [rule(1, { ...tagged('v*', '*-prod'), ...last(1) }), ...rest])[0]).toContain(
      'it keeps the newest of "v*" and "*-prod" alone',
    );
  });
  test('is by the images that are its own', () => {
    const given = { images: images(40, (index) => `v1.${index}`, 0, 0.5), now };
    const behind = (...first: string[]) => [
      rule(1, { ...tagged(...first), ...last(50) }),
      rule(2, { ...tagged('*'), ...last(2) }),
    ];
    expect(of('short-rollback', behind('v*'), given)).toEqual([]);
    expect(of('short-rollback', behind('w*'), given)).toEqual(['info short-rollback rules.1.selection.countNumber']);
  });
  test('is by the pace of tagged images', () => {
    const given = { images: [...images(30, (index) => `v1.${index}`), ...images(90, () => [], 0.1, 0.3)], now };
    expect(of('short-rollback', [rule(1, last(8))], given)).toEqual([]);
    expect(of('short-rollback', [rule(1, last(7))], given)).toHaveLength(1);
  });
});

describe('an age alone', () => {
  test('is no less alone beside untagged images that are kept by number', () => {
    const some = { tagStatus: 'untagged', ...last(3) } as const;
    expect(of('may-empty', [rule(1, some), rule(2, days(30))])).toHaveLength(1);
  });
  test('takes what no rule before it selects', () => {
    const policy = [
      rule(1, { ...tagged('v*'), ...last(10) }),
      rule(2, { ...tagged('release-*', '*'), ...days(30) }),
      ...rest,
    ];
    const given = { images: [image(['release-2', 'v2'], 1), image('release-1', 40), image('other', 50)], now };
    expect(messages('may-empty', policy, given)).toEqual([
      'warning: it deletes all 1 image of "release-*" and "*" there is: the newest was pushed 40 days ago | keep a number instead: "imageCountMoreThan" with 10',
    ]);
    expect(messages('may-empty', policy, { images: [image('v1', 90)], now })[0]).toContain(
      'warning: 30 days without a push',
    );
    const long = [rule(2, { ...tagged('v*'), ...days(200) }), ...rest];
    expect(of('may-empty', long, { images: [image('w1', 900)], now })).toEqual([
      'info may-empty rules.0.selection.countType',
    ]);
  });
});

describe('the rule for all images', () => {
  const keeper = (priority: number, pattern: string, count: number) =>
    rule(priority, { ...tagged(pattern), ...last(count) });
  const said = (...given: Parameters<typeof brief>) => messages('any-outpaced', ...given);
  test('is not outpaced by a rule for untagged images, nor by none', () => {
    expect(said([rule(1, { tagStatus: 'untagged', ...last(30) }), rule(2, last(10))])).toEqual([]);
    const given = { images: [...images(10, () => []), ...images(5, (index) => `v${index}`, 20)], now };
    expect(said([rule(1, untagged(14)), rule(2, last(4))], given)).toEqual([]);
  });
  test('is outpaced where as many are kept as it counts', () => {
    expect(said([keeper(1, 'v*', 9), rule(2, last(10))])).toEqual([]);
    expect(said([keeper(1, 'v*', 10), rule(2, last(10))])[0]).toContain(
      'keeps the newest 10, and counts among them up to 10 that the rule before it keeps: of others nothing may be left | count beyond 20, which leaves room for 10 others',
    );
    expect(said([keeper(1, 'v*', 6), keeper(2, 'w*', 5), rule(3, last(10))])[0]).toContain(
      'up to 11 that the 2 rules before it keep: of others nothing may be left | count beyond 21',
    );
    expect(said([keeper(1, 'v*', 10), rule(2, last(10))], { images: [], now })).toHaveLength(1);
  });
  test('is, as the images show, where at least half of its number is of others', () => {
    const given = (theirs: number) => ({
      images: [...images(theirs, (index) => `v${index}`), ...images(20, (index) => `x${index}`, theirs)],
      now,
    });
    const policy = [keeper(1, 'v*', 50), rule(2, last(10))];
    expect(said(policy, given(4))).toEqual([]);
    expect(said(policy, given(5))[0]).toContain(
      'warning: of 20 images that no rule before it selects, the rule for all images keeps 5 and not 10: it counts the images that the rule before it keeps as well',
    );
    const two = [keeper(1, 'v*', 50), keeper(2, 'w*', 50), rule(3, last(10))];
    expect(said(two, given(5))[0]).toContain('it counts the images that the 2 rules before it keep as well');
  });
  test('is proposed with a rule for untagged images, unless there is one', () => {
    const found = (first: Parameters<typeof rule>[1]) =>
      replacements('any-counts-untagged', [rule(1, first), rule(2, last(30))]).map((rules) => rules?.length);
    expect(found({ ...tagged('v*'), ...last(5) })).toEqual([2]);
    expect(found(untagged(14))).toEqual([1]);
  });
});

describe('tags', () => {
  test('a prefix of nothing begins every tag; a pattern of nothing matches none', () => {
    expect(of('never-matches', [rule(1, { ...prefixed(''), ...last(20) })])).toEqual([]);
    expect(of('never-matches', [rule(1, { ...prefixed('-x'), ...last(20) })])).toHaveLength(1);
    expect(messages('never-matches', [rule(1, { ...tagged(''), ...last(20) })])).toEqual([
      'warning: no tag can match "", so the rule never acts | write a pattern that tags can match',
    ]);
  });
  test('what is left of a list beside what it implies', () => {
    expect(messages('redundant-entry', [rule(1, { ...tagged('v*', 'v1*'), ...last(20) })])[0]).toContain(
      '"v*" says nothing beside "v1*": every entry',
    );
  });
  test('an entry overlaps itself, and the order of two does not matter', () => {
    expect(of('and-trap', [rule(1, { ...tagged('a*', '*b'), ...last(20) })])).toEqual([]);
    expect(of('and-trap', [rule(1, { ...tagged('*', 'a*', '*b', 'c*'), ...last(20) })])).toHaveLength(1);
  });
  test('without room there is no number in the proposal', () => {
    const full = [rule(1, { ...tagged('a-*', 'b-*'), ...last(20) }), rule(2, { ...tagged('*'), ...last(30) })];
    expect(messages('and-trap', full)[0]).toMatch(/\| for images that match any of them, write one rule for each$/);
  });
  test('of archived images, and of protected ones, may match nothing', () => {
    const given = { images: images(12, (index) => `v1.${index}`), now };
    const archived = { storageClass: 'archive', ...days(100, 'sinceImageTransitioned') } as const;
    expect(of('matches-nothing', [rule(1, { ...tagged('w*'), ...archived })], given)).toEqual([]);
    expect(of('matches-nothing', [rule(1, { ...tagged('w*'), ...last(999_999) })], given)).toEqual([]);
    expect(of('matches-nothing', [rule(1, { ...tagged('w-*'), ...last(20) })], given)).toHaveLength(1);
  });
  test('that match nothing stand where they are written, and what there is is named: four kinds at most', () => {
    const tags = ['alpha-1', 'beta-1', 'gamma-1', 'delta-1', 'epsilon-1'];
    const given = { images: tags.map((tag, index) => image(tag, index)), now };
    const at = (...patterns: string[]) =>
      of('matches-nothing', [rule(1, { ...tagged(...patterns), ...last(20) })], given);
    expect(at('alpha-*', '9*')).toEqual(['info matches-nothing rules.0.selection.tagPatternList.1']);
    expect(at('alpha-*', 'alpha-*', '9*')).toEqual(['info matches-nothing rules.0.selection.tagPatternList.2']);
    expect(at('9**')).toEqual(['info matches-nothing rules.0.selection.tagPatternList.0']);
    expect(messages('matches-nothing', [rule(1, { ...tagged('9*'), ...last(20) })], given)[0]).toContain(
      '"9*" matches none of the repository\'s 5 tags; there are alpha-*, beta-*, gamma-* and delta-* |',
    );
    const near = { images: [...given.images, image('release-1', 9), image('release-2', 9)], now };
    expect(messages('matches-nothing', [rule(1, { ...tagged('realease-*'), ...last(20) })], near)[0]).toContain(
      '; "release-*" would match 2 tags, "release-1" among them | write the pattern "release-*"',
    );
  });
  test('a prefix that was meant is one only where its star is at its end', () => {
    const given = { images: [image('Prod-1', 1)], now };
    expect(messages('matches-nothing', [rule(1, { ...prefixed('prod'), ...last(20) })], given)[0]).toContain(
      'write the prefix "Prod"',
    );
  });
});

describe('untagged images', () => {
  test('stay for ever where one rule is for all but is not the only one', () => {
    expect(of('untagged-kept', [rule(1, { ...tagged('v*'), ...last(20) }), rule(2, last(30))])).toEqual([]);
  });
  test('that stay are those whose tag moved on, and referrers', () => {
    const subject = image('v1', 1);
    const signatures = Array.from({ length: 6 }, () => image([], 1, { subject: subject.digest }));
    const given = { images: [subject, ...signatures, ...images(4, () => [])], now };
    const policy = [rule(1, { ...tagged('*'), ...last(20) })];
    expect(messages('untagged-kept', policy, given)).toEqual([
      'warning: no rule is about untagged images, and they stay for ever, 10 so far | add a rule with tagStatus "untagged" and "sinceImagePushed" of 14 days',
    ]);
    expect(messages('untagged-kept', policy)).toEqual([
      'info: no rule is about untagged images, and they stay for ever | add a rule with tagStatus "untagged" and "sinceImagePushed" of 14 days',
    ]);
    expect(messages('untagged-kept', policy, { images: [subject], now })).toEqual([]);
  });
  test('where there are none, nothing is said; nor of tags that move where there is no tag', () => {
    expect(brief([rule(1, untagged(1)), ...rest.slice(1)], { images: [image('v1.0', 1)], now })).toEqual([]);
    expect(of('moved-tags', [rule(1, untagged(3))], { images: images(3, () => []), now })).toEqual([]);
  });
});

describe('the whole', () => {
  test('what else there is of a rule with a trap is said', () => {
    expect(
      brief([
        rule(1, { ...tagged('*'), ...last(30) }),
        rule(2, { ...tagged('a-*', 'b-*'), ...last(20) }),
        ...rest.slice(0, 1),
      ]),
    ).toEqual(['warning and-trap rules.1.selection.tagPatternList', 'warning shadowed-rule rules.1']);
  });
  test('what is about no one rule comes last', () => {
    const given = {
      images: [image(['v1.0', 'slipway-in-use-0123456789ab'], 1), image('pr-1', 1), image('pr-2', 1)],
      now,
    };
    expect(brief([rule(1, { ...tagged('pr-*'), ...last(1) }), ...rest], given)).toEqual([
      'warning shared-count rules.0.selection.countNumber',
      'warning unprotected rules',
    ]);
  });
});
