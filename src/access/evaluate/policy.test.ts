// Exercises policy.ts: what a policy may tell resources apart by, and which policies say the same.
// It must not know how policies are decided.
import { describe, expect, test } from 'vitest';
import type { PolicyKind } from './model.js';
import { compilePolicy, unreadablePolicy } from './policy.js';

const compiled = (...Statement: readonly unknown[]) => compilePolicy('identity', 'one', { Statement });
const allow = (more: object) => ({ Effect: 'Allow', Action: '*', ...more });
const arn = 'arn:aws:ecr:*:*:repository/red/*';

describe('resources are told apart', () => {
  test.each<[string, readonly unknown[], unknown]>([
    ['by nothing', [allow({ Resource: '*' }), allow({ Resource: ['*'] }), null, 7], undefined],
    [
      'by patterns, each once',
      [allow({ Resource: [arn, '*', 7] }), allow({ Resource: arn })],
      { patterns: [arn], tags: false },
    ],
    ['by what is not meant', [allow({ NotResource: arn })], { patterns: [arn], tags: false }],
    [
      'by variables',
      // biome-ignore lint/suspicious/noTemplateCurlyInString: a policy variable
      [allow({ Resource: [arn, 'arn:aws:ecr:*:*:repository/${aws:username}/*'] })],
      { patterns: 'variable', tags: false },
    ],
    [
      'by tags',
      [allow({ Resource: '*', Condition: { StringEquals: { 'ECR:ResourceTag/team': 'red' } } })],
      { patterns: [], tags: true },
    ],
    [
      'by both',
      [allow({ Resource: arn, Condition: { StringEquals: { 'aws:resourcetag/team': 'red' } } })],
      { patterns: [arn], tags: true },
    ],
  ])('%s', (_, statements, apart) => {
    expect(compiled(...statements).tellsApart).toEqual(apart);
  });
});

describe('the policy of a resource', () => {
  const kinds: readonly PolicyKind[] = ['repository', 'registry', 'key', 'trust'];
  test.each(kinds)('of kind %s is read without Resource, not without Principal', (kind) => {
    const Statement = { Effect: 'Allow', Principal: '*', Action: '*' };
    expect(compilePolicy(kind, 'p', { Statement }).statements).toHaveLength(1);
    const { Principal: _, ...rest } = Statement;
    expect(compilePolicy(kind, 'p', { Statement: rest }).unreadable).toHaveLength(1);
  });
  test.each<PolicyKind>(['identity', 'boundary', 'session', 'service-control', 'resource-control'])(
    'and of kind %s is not',
    (kind) => {
      expect(compilePolicy(kind, 'p', { Statement: { Effect: 'Allow', Action: '*' } }).unreadable).toHaveLength(1);
    },
  );
});

test.each([[''], [7], [null], [undefined]])('a Sid of %j is none', (Sid) => {
  const { statements } = compiled({ ...allow({ Resource: '*' }), Sid });
  expect(statements.map(({ place }) => place)).toEqual([{ policy: 'one', kind: 'identity', index: 0 }]);
});

describe('a policy means the same', () => {
  const { meaning } = compiled(allow({ Resource: '*' }));
  test('under another name, and as text', () => {
    const document = { Statement: [allow({ Resource: '*' })] };
    expect(compilePolicy('identity', 'two', JSON.stringify(document, undefined, 2)).meaning).toBe(meaning);
  });
  test('not of another kind, and not with another statement', () => {
    expect(compilePolicy('boundary', 'one', { Statement: [allow({ Resource: '*' })] }).meaning).not.toBe(meaning);
    expect(compiled(allow({ Resource: arn })).meaning).not.toBe(meaning);
  });
  test('unread, where it is of one kind and for one reason', () => {
    const unread = unreadablePolicy('identity', 'one', 'denied');
    expect(unreadablePolicy('identity', 'two', 'denied').meaning).toBe(unread.meaning);
    expect(unreadablePolicy('identity', 'one', 'gone').meaning).not.toBe(unread.meaning);
    expect(unreadablePolicy('session', 'one', 'denied').meaning).not.toBe(unread.meaning);
    expect(compilePolicy('identity', 'one', '{').meaning).not.toBe(unread.meaning);
    expect(unread.meaning).toContain('unread');
  });
});
