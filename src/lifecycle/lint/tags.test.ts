// Remarks about the tag lists of single rules, both ways: a policy that deserves each, and the nearest one that does not.
import { describe, expect, test } from 'vitest';
import {
  brief,
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

describe('tag lists', () => {
  test('entries that no one tag can match need one rule each', () => {
    const trap = [rule(10, { ...tagged('prod-*', 'release-*'), ...last(20) }), ...rest];
    expect(brief(trap)).toEqual(['warning and-trap rules.0.selection.tagPatternList']);
    expect(messages('and-trap', trap)).toEqual([
      'warning: an image must match "prod-*" and "release-*" at once, with a tag for each | for images that match any of them, write one rule for each: "prod-*" with priority 10 and "release-*" with priority 11',
    ]);
    expect(replacements('and-trap', trap)).toEqual([
      [rule(10, { ...tagged('prod-*'), ...last(20) }), rule(11, { ...tagged('release-*'), ...last(20) })],
    ]);
    expect(
      brief([
        rule(10, { ...tagged('prod-*'), ...last(20) }),
        rule(11, { ...tagged('release-*'), ...last(20) }),
        ...rest,
      ]),
    ).toEqual([]);
  });
  test('entries that one tag can match are meant so', () => {
    expect(brief([rule(10, { ...tagged('prod-*', '*-arm64'), ...last(20) }), ...rest])).toEqual([]);
    expect(brief([rule(10, { ...prefixed('prod-'), ...last(20) }), ...rest])).toEqual([]);
    expect(brief([rule(10, { ...tagged('prod-*', 'prod-*'), ...last(20) }), ...rest])).toEqual([]);
  });
  test('prefixes trap as patterns do, and are proposed as prefixes', () => {
    const trap = [
      rule(1, { ...prefixed('alpha', 'beta', 'gamma'), ...last(20) }),
      rule(5, { ...tagged('*'), ...last(30) }),
      rule(6, untagged()),
    ];
    expect(brief(trap)).toEqual(['warning and-trap rules.0.selection.tagPrefixList']);
    expect(replacements('and-trap', trap)[0]?.map((one) => [one.rulePriority, one.selection.tagPrefixList])).toEqual([
      [1, ['alpha']],
      [2, ['beta']],
      [3, ['gamma']],
    ]);
  });
  test('where there is no room for the rules, none are proposed', () => {
    const tight = [
      rule(1, { ...tagged('a*', 'b*'), ...last(20) }),
      rule(2, { ...tagged('*'), ...last(30) }),
      rule(3, untagged()),
    ];
    expect(replacements('and-trap', tight)).toEqual([undefined]);
    expect(messages('and-trap', tight)[0]).toContain('| for images that match any of them, write one rule for each');
    // Below it there may be room.
    const below = [
      rule(9, { ...tagged('a*', 'b*'), ...last(20) }),
      rule(10, { ...tagged('*'), ...last(30) }),
      rule(11, untagged()),
    ];
    expect(replacements('and-trap', below)[0]?.map((one) => one.rulePriority)).toEqual([8, 9]);
  });
  test('images tell whether the author knew', () => {
    const trap = [rule(10, { ...tagged('a-*', 'b-*'), ...last(20) }), ...rest];
    const both = images(2, (index) => [`a-${index}`, `b-${index}`]);
    const one = images(3, (index) => `a-${index}`);
    expect(brief(trap, { images: [...both, ...one.slice(0, 2)], now })).toEqual([]);
    expect(brief(trap, { images: [...both, ...one], now })).toEqual(['info and-trap rules.0.selection.tagPatternList']);
    expect(messages('and-trap', trap, { images: [...both, ...one], now })[0]).toContain(
      '; of 5 images that match one of them, 2 match all',
    );
    expect(messages('and-trap', trap, { images: [...one, image('b-1', 1)], now })[0]).toContain(
      'warning: an image must match "a-*" and "b-*" at once, with a tag for each; of 4 images that match one of them, none matches all',
    );
    expect(messages('and-trap', trap, { images: [image('a-1', 1)], now })[0]).toContain(
      '; of 1 image that matches one of them, none matches all',
    );
    expect(messages('and-trap', trap, { images: [image([], 1)], now })[0]).toContain('with a tag for each |');
  });
  test('an entry that another implies says nothing', () => {
    const idle = [rule(10, { ...tagged('v*', 'v1*', 'v1.2*'), ...last(20) }), ...rest];
    expect(messages('redundant-entry', idle)).toEqual([
      'info: "v*" and "v1*" say nothing beside "v1.2*": every entry must match, and the narrower is the one that decides | for images that match either, write "v*" and "v1*" alone; for those of "v1.2*", remove the wider',
    ]);
    expect(brief(idle)).toEqual(['info redundant-entry rules.0.selection.tagPatternList']);
    expect(messages('redundant-entry', [rule(10, { ...tagged('v*', 'v1*'), ...last(20) })])[0]).toContain(
      '"v*" says nothing beside "v1*"',
    );
  });
  test('an entry that no tag can match', () => {
    const dead = (selection: Parameters<typeof rule>[1]) => brief([rule(10, { ...selection, ...last(20) }), ...rest]);
    expect(dead(tagged('feature/*'))).toEqual(['warning never-matches rules.0.selection.tagPatternList.0']);
    expect(dead(tagged('-x*'))).toEqual(['warning never-matches rules.0.selection.tagPatternList.0']);
    expect(dead(tagged('.x*'))).toEqual(['warning never-matches rules.0.selection.tagPatternList.0']);
    expect(dead(tagged('ok*', 'x y'))).toEqual(['warning never-matches rules.0.selection.tagPatternList.1']);
    expect(dead(prefixed('v*'))).toEqual(['warning never-matches rules.0.selection.tagPrefixList.0']);
    expect(dead(prefixed('feature/'))).toEqual(['warning never-matches rules.0.selection.tagPrefixList.0']);
    expect(dead(tagged('_x-*'))).toEqual([]);
    expect(dead(tagged('*-x'))).toEqual([]);
    expect(messages('never-matches', [rule(1, prefixed('v*'))])).toEqual([
      'warning: a prefix takes "*" literally, so no tag can match "v*" and the rule never acts | write tagPatternList ["v*"] instead, or the prefix without "*"',
    ]);
    expect(messages('never-matches', [rule(1, tagged('a/b'))])).toEqual([
      'warning: no tag can match "a/b", so the rule never acts | write a pattern that tags can match',
    ]);
  });
  test('an entry that matches none of the tags there are, with the nearest that would', () => {
    const found = (pattern: string, ...tags: string[]) =>
      messages('matches-nothing', [rule(10, { ...tagged(pattern), ...last(20) }), ...rest], {
        images: tags.map((tag, index) => image(tag, index)),
        now,
      });
    expect(found('prod', 'prod-1', 'prod-2')).toEqual([
      'warning: "prod" matches none of the repository\'s 2 tags; "prod-*" would match 2 tags, "prod-1" among them | write the pattern "prod-*"',
    ]);
    expect(found('Prod-*', 'prod-1')[0]).toContain('"prod-*" would match 1 tag,');
    expect(found('prod_*', 'prod-1')[0]).toContain('"prod-*" would match');
    expect(found('v1.*', '1.2.3')[0]).toContain('"1.*" would match');
    expect(found('1.*', 'v1.2.3')[0]).toContain('"v1.*" would match');
    expect(found('prodution-*', 'production-7')[0]).toContain('"production-*" would match');
    expect(found('qa-*', 'prod-1', 'latest', '1.2.3')).toEqual([
      'info: "qa-*" matches none of the repository\'s 3 tags; there are prod-*, latest and versions like 1.2.3 | correct it, or remove the rule where no such tag will come',
    ]);
    expect(found('prod-*', 'prod-1')).toEqual([]);
    expect(found('prod-*')).toEqual([]);
    // Untagged images have no tags to match.
    expect(messages('matches-nothing', [rule(1, tagged('a*'))], { images: [image([], 1)], now })).toEqual([]);
  });
  test('of prefixes, the nearest prefix; of a second entry, its own place', () => {
    const context = { images: [image('prod-1', 1)], now };
    expect(messages('matches-nothing', [rule(10, prefixed('Prod-'))], context)).toEqual([
      'warning: "Prod-" matches none of the repository\'s 1 tag; "prod-*" would match 1 tag, "prod-1" among them | write the prefix "prod-"',
    ]);
    expect(brief([rule(10, { ...tagged('prod-*', '*-amd'), ...last(20) }), ...rest], context)).toEqual([
      'info matches-nothing rules.0.selection.tagPatternList.1',
    ]);
    // Rules for what the protective tags mark, and for the archive, wait for what may come.
    expect(brief([rule(10, { ...tagged('slipway-in-use-*'), ...last(100_000) }), ...rest], context)).toEqual([]);
  });
});
