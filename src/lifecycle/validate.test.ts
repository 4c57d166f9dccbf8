// Exercises validate.ts and schema.ts with every case recorded from ECR, and with both sides of every limit.
// It must not know anything but texts and answers.
import { describe, expect, test } from 'vitest';
import recorded from '../../test/cases/lifecycle-validation.json' with { type: 'json' };
import { validateLifecyclePolicyText } from './validate.js';

const frame = (core: string) => `Invalid parameter at 'LifecyclePolicyText' failed to satisfy constraint: '${core}'`;
const failure = (core: string) => frame(`Lifecycle policy validation failure: ${core}`);
const noVariant = 'instance failed to match exactly one schema (matched 0 out of 4)';
const mapping = frame('Lifecycle policy parsing failure: Could not map policyString into LifecyclePolicy.');

type Loose = Record<string, unknown>;
const description = 'a description long enough for the text to reach one hundred characters';
const rule = (selection: Loose = {}, rest: Loose = {}): Loose => ({
  rulePriority: 1,
  description,
  selection: { tagStatus: 'any', countType: 'imageCountMoreThan', countNumber: 1, ...selection },
  action: { type: 'expire' },
  ...rest,
});
const age = { countType: 'sinceImagePushed', countUnit: 'days' };
const archive = { countType: 'sinceImageTransitioned', countUnit: 'days', countNumber: 90, storageClass: 'archive' };
const transition = { action: { type: 'transition', targetStorageClass: 'archive' } };

function answer(...rules: unknown[]): string {
  return answerTo(JSON.stringify({ rules }));
}
function answerTo(text: string): string {
  const result = validateLifecyclePolicyText(text);
  return result.valid ? 'valid' : result.message;
}

describe('cases recorded from ECR', () => {
  test.each(recorded.cases)('$name', (one) => {
    const text = 'policyText' in one && one.policyText !== undefined ? one.policyText : JSON.stringify(one.policy);
    const message = answerTo(text);
    // Where the text was never seen, that ECR refuses is all there is to know.
    if (one.messageCore === null) expect(message).toMatch(/^Invalid parameter at 'LifecyclePolicyText'.*'$/);
    else expect(message).toBe(recorded.fullMessage.replace('<messageCore>', one.messageCore));
  });
});

test('a valid policy comes back as it was written', () => {
  const rules = [rule({ tagStatus: 'tagged', tagPatternList: ['v*'] })];
  expect(validateLifecyclePolicyText(JSON.stringify({ rules }))).toEqual({ valid: true, policy: { rules } });
});

describe('the text', () => {
  const text = (length: number) => JSON.stringify({ rules: [rule({}, { description: undefined })] }).padEnd(length);
  test('has 100 to 30,720 characters', () => {
    expect(answerTo('{}'.padEnd(99))).toBe(frame('must have length greater than or equal to 100'));
    expect(answerTo('{}'.padEnd(100))).toBe(failure('object has missing required properties (["rules"])'));
    expect(answerTo(text(30_720))).toBe('valid');
    expect(answerTo(text(30_721))).toBe(frame('must have length less than or equal to 30720'));
  });
  test('is JSON', () => {
    expect(answerTo('{'.padEnd(100))).toBe(mapping);
  });
  test('holds an object', () => {
    expect(answerTo('[]'.padEnd(100))).toBe(
      failure('instance type (array) does not match any allowed primitive type (allowed: ["object"])'),
    );
    expect(answerTo('null'.padEnd(100))).toBe(
      failure('instance type (null) does not match any allowed primitive type (allowed: ["object"])'),
    );
    expect(answerTo('true'.padEnd(100))).toBe(
      failure('instance type (boolean) does not match any allowed primitive type (allowed: ["object"])'),
    );
  });
});

describe('the schema', () => {
  test('rules are a list of 1 to 50', () => {
    expect(answerTo('{"rules":{}}'.padEnd(100))).toBe(
      failure('instance type (object) does not match any allowed primitive type (allowed: ["array"])'),
    );
    expect(answerTo('{"rules":[]}'.padEnd(100))).toBe(
      failure('array is too short: must have at least 1 elements but instance has 0 elements'),
    );
    const many = (count: number) =>
      Array.from({ length: count }, (_, at) =>
        rule({ tagStatus: 'tagged', tagPatternList: [`p${at}`] }, { rulePriority: at + 1 }),
      );
    expect(answer(...many(50))).toBe('valid');
    expect(answer(...many(51))).toBe(
      failure('array is too long: must have at most 50 elements but instance has 51 elements'),
    );
  });
  test('unknown members are refused at every level', () => {
    const unknown = 'object instance has properties which are not allowed by the schema: (["a","b"])';
    const extra = { b: 1, a: 1 };
    expect(answerTo(JSON.stringify({ rules: [rule()], ...extra }))).toBe(failure(unknown));
    expect(answer(rule({}, extra))).toBe(failure(unknown));
    expect(answer(rule(extra))).toBe(failure(unknown));
    expect(answer(rule({}, { action: { type: 'expire', ...extra } }))).toBe(failure(unknown));
  });
  test('required members, at every level, are named together and sorted', () => {
    expect(answer({ description: description.repeat(2) })).toBe(
      failure('object has missing required properties (["action","rulePriority","selection"])'),
    );
    expect(answer(rule({}, { selection: {} }))).toBe(
      failure('object has missing required properties (["countNumber","countType","tagStatus"])'),
    );
    expect(answer(rule({}, { action: {} }))).toBe(failure('object has missing required properties (["type"])'));
  });
  test('types', () => {
    const type = (found: string, allowed: string) =>
      failure(`instance type (${found}) does not match any allowed primitive type (allowed: ["${allowed}"])`);
    expect(answer(1, 'x'.repeat(100))).toBe(
      `${type('integer', 'object').slice(0, -1)}\n${type('string', 'object').slice(frame('').length - 1 + 'Lifecycle policy validation failure: '.length)}`,
    );
    expect(answer(rule({}, { rulePriority: '1' }))).toBe(type('string', 'integer'));
    expect(answer(rule({}, { rulePriority: 1.5 }))).toBe(type('number', 'integer'));
    expect(answer(rule({}, { description: null }))).toBe(type('null', 'string'));
    expect(answer(rule({ tagStatus: 'tagged', tagPrefixList: 'dev-' }))).toBe(type('string', 'array'));
    expect(answer(rule({ tagStatus: 'tagged', tagPatternList: [1] }))).toBe(type('integer', 'string'));
    expect(answer(rule({ countNumber: true }))).toBe(type('boolean', 'integer'));
  });
  test('several violations, a line each', () => {
    const line = 'instance type (null) does not match any allowed primitive type (allowed: ["array"])';
    expect(answer(rule({ tagPatternList: null, tagPrefixList: null }))).toBe(failure(`${line}\n${line}`));
  });
  test('numbers start at 1', () => {
    expect(answer(rule({ countNumber: 0 }))).toBe(
      failure('numeric instance is lower than the required minimum (minimum: 1, found: 0)'),
    );
    expect(answer(rule({}, { rulePriority: -3 }))).toBe(
      failure('numeric instance is lower than the required minimum (minimum: 1, found: -3)'),
    );
  });
  test('numbers too large to map', () => {
    expect(answer(rule({ countNumber: 2_147_483_647 }, { rulePriority: 2_147_483_647 }))).toBe('valid');
    expect(answer(rule({ countNumber: 2_147_483_648 }))).toBe(mapping);
    expect(answer(rule({}, { rulePriority: 2_147_483_648 }))).toBe(mapping);
  });
  test('enumerations', () => {
    const not = (value: string, values: string) =>
      failure(`instance value (${value}) not found in enum :(possible values: ${values})`);
    expect(answer(rule({ tagStatus: 'all' }))).toBe(not('all', '["any","tagged","untagged"]'));
    expect(answer(rule({ ...age, countUnit: 'weeks' }))).toBe(not('weeks', '["days"]'));
    expect(answer(rule({ storageClass: 'cold' }))).toBe(not('cold', '["archive","standard"]'));
    expect(answer(rule({}, { action: { type: 'keep' } }))).toBe(not('keep', '["expire","transition"]'));
    expect(answer(rule(age, { action: { type: 'transition', targetStorageClass: 'standard' } }))).toBe(
      not('standard', '["archive"]'),
    );
  });
  test('the unit goes with ages alone', () => {
    expect(answer(rule({ countUnit: 'days' }))).toBe(failure(noVariant));
    for (const countType of ['sinceImagePushed', 'sinceImagePulled']) {
      expect(answer(rule({ countType }, transition))).toBe(failure(noVariant));
      expect(answer(rule({ countType, countUnit: 'days' }, transition))).toBe('valid');
    }
    expect(answer(rule({ ...archive, countUnit: undefined }))).toBe(failure(noVariant));
    expect(answer(rule({ countType: 5 }))).toBe(failure(noVariant));
  });
  test('expiry has no target, transition has one', () => {
    const none = failure('instance failed to match exactly one schema (matched 0 out of 2)');
    expect(answer(rule({}, { action: { type: 'expire', targetStorageClass: null } }))).toBe(none);
    expect(answer(rule({}, { action: { type: 'expire', targetStorageClass: 'archive' } }))).toBe(none);
    expect(answer(rule(age, { action: { type: 'transition', targetStorageClass: null } }))).toBe(none);
    expect(answer(rule(age, { action: { type: 'transition' } }))).toBe(mapping);
    expect(answer(rule(age, transition))).toBe('valid');
  });
});

describe('within a rule', () => {
  test('tag lists', () => {
    const tagged = (lists: Loose) => answer(rule({ tagStatus: 'tagged', ...lists }));
    expect(tagged({})).toBe(failure('Must specify tagPrefixList or tagPatternList when tagStatus=TAGGED.'));
    expect(tagged({ tagPatternList: [], tagPrefixList: [] })).toBe(
      failure('Must specify tagPrefixList or tagPatternList when tagStatus=TAGGED.'),
    );
    expect(tagged({ tagPatternList: ['a*'], tagPrefixList: ['a'] })).toBe(
      failure('If policy has a tagged rule, it must specify only one of tagPrefixList or tagPatternList'),
    );
    expect(tagged({ tagPatternList: ['a*'] })).toBe('valid');
    expect(tagged({ tagPrefixList: ['a'] })).toBe('valid');
    expect(answer(rule({ tagPrefixList: ['a'] }))).toBe(failure('Cannot specify tagPrefixList with tagStatus ANY'));
    expect(answer(rule({ tagStatus: 'untagged', tagPatternList: ['a'] }))).toBe(
      failure('Cannot specify tagPatternList with tagStatus UNTAGGED'),
    );
    expect(answer(rule({ tagPrefixList: [] }))).toBe('valid');
  });
  test('four wildcards', () => {
    expect(answer(rule({ tagStatus: 'tagged', tagPatternList: ['*a*b*c*'] }))).toBe('valid');
    expect(answer(rule({ tagStatus: 'tagged', tagPatternList: ['a', '*a*b*c**'] }))).toBe(
      failure('Invalid tag pattern provided. Total number of * must not exceed 4'),
    );
    expect(answer(rule({ tagStatus: 'tagged', tagPrefixList: ['*****'] }))).toBe('valid');
  });
  test('storage classes', () => {
    const standardOnly = failure(
      'SINCE_IMAGE_PUSHED, SINCE_IMAGE_PULLED and IMAGE_COUNT_MORE_THAN support the STANDARD storage class only',
    );
    expect(answer(rule({ storageClass: 'archive' }))).toBe(standardOnly);
    expect(answer(rule({ ...age, storageClass: 'archive' }))).toBe(standardOnly);
    expect(answer(rule({ storageClass: 'standard' }))).toBe('valid');
    expect(answer(rule(archive))).toBe('valid');
    expect(answer(rule({ ...archive, storageClass: undefined }))).toBe(failure(noVariant));
    expect(answer(rule({ ...archive, storageClass: 'standard' }))).toBe(failure(noVariant));
    expect(answer(rule({ ...archive, countNumber: 89 }))).toBe(
      failure('numeric instance is lower than the required minimum (minimum: 90, found: 89)'),
    );
  });
  test('actions', () => {
    const pulled = { ...age, countType: 'sinceImagePulled' };
    expect(answer(rule(pulled))).toBe(failure('SINCE_IMAGE_PULLED supports the TRANSITION action only'));
    expect(answer(rule(pulled, transition))).toBe('valid');
    expect(answer(rule(archive, transition))).toBe(failure('SINCE_IMAGE_TRANSITIONED supports the EXPIRE action only'));
    expect(answer(rule({}, transition))).toBe('valid');
  });
});

describe('between rules', () => {
  const at = (rulePriority: number, selection: Loose = {}) => rule(selection, { rulePriority });
  test('one priority each', () => {
    expect(answer(at(1, { tagStatus: 'untagged' }), at(1))).toBe(failure('Duplicate priority in multiple rules'));
    expect(answer(at(2), at(1, { tagStatus: 'untagged' }))).toBe('valid');
  });
  test('one rule for untagged and one for all images, in each storage class', () => {
    expect(answer(at(1, { tagStatus: 'untagged' }), at(2, { tagStatus: 'untagged' }))).toBe(
      failure('Only one rule can select Untagged images per storage class'),
    );
    expect(answer(at(1, { tagStatus: 'untagged' }), at(2, { ...archive, tagStatus: 'untagged' }))).toBe('valid');
    expect(answer(at(1), at(2))).toBe(failure('Only one rule can specify tagStatus=ANY'));
    expect(answer(at(1), at(2, archive))).toBe('valid');
  });
  test('the rule for all images is the last of its class', () => {
    expect(answer(at(1), at(2, { tagStatus: 'untagged' }))).toBe(
      failure('Rule for tagStatus=ANY must have the lowest priority per storage class'),
    );
    expect(answer(at(1), at(2, { ...archive, tagStatus: 'untagged' }))).toBe('valid');
  });
  test('different sets of prefixes', () => {
    const prefixes = (...tagPrefixList: string[]) => ({ tagStatus: 'tagged', tagPrefixList });
    expect(answer(at(1, prefixes('a', 'b')), at(2, prefixes('b', 'a', 'b')))).toBe(
      failure('Duplicate tag prefixes in multiple rules per storage class'),
    );
    expect(answer(at(1, prefixes('a', 'b')), at(2, prefixes('a')))).toBe('valid');
    expect(answer(at(1, prefixes('a')), at(2, { ...archive, ...prefixes('a') }))).toBe('valid');
  });
});
