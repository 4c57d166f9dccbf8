// Exercises document.ts: what ECR stores and what it refuses, each rule from both sides.
// It must not know grants.
import { describe, expect, test } from 'vitest';
import { isSlipwayError } from '../diagnostics/index.js';
import { parsePolicy, validatePolicyText } from './document.js';

type Loose = Record<string, unknown>;
const good: Loose = { Sid: 'a', Effect: 'Allow', Principal: { AWS: '111111111111' }, Action: 'ecr:BatchGetImage' };
const answerTo = (value: unknown) => {
  const result = validatePolicyText(typeof value === 'string' ? value : JSON.stringify(value));
  return result.valid ? 'valid' : result.reason;
};
const answer = (...statements: unknown[]) => answerTo({ Version: '2012-10-17', Statement: statements });
const without = (name: string, rest: Loose = {}): Loose =>
  Object.fromEntries(Object.entries({ ...good, ...rest }).filter(([key]) => key !== name));

describe('the document', () => {
  test('a good one comes back, a single statement as a list', () => {
    expect(validatePolicyText(JSON.stringify({ Version: '2008-10-17', Id: 'x', Statement: good }))).toEqual({
      valid: true,
      document: { Version: '2008-10-17', Id: 'x', Statement: [good] },
    });
    expect(answer(good)).toBe('valid');
    expect(answerTo({ Statement: [good] })).toBe('valid');
  });
  test('length', () => {
    const text = JSON.stringify({ Statement: good });
    expect(answerTo(text.padEnd(10_240))).toBe('valid');
    expect(answerTo(text.padEnd(10_241))).toBe('the text has 10241 characters, more than 10240');
  });
  test('JSON, an object, with statements', () => {
    expect(answerTo('{')).toBe('the text is not JSON');
    expect(answerTo('')).toBe('the text is not JSON');
    for (const value of [[], null, 1, '"x"']) expect(answerTo(value)).toBe('the document is not an object');
    expect(answerTo({ Version: '2012-10-17' })).toBe('the document has no Statement');
    expect(answer()).toBe('Statement is an empty list');
    expect(answer(1)).toBe('statement 1 is not an object');
    expect(answer(good, null)).toBe('statement 2 is not an object');
  });
  test('members', () => {
    expect(answerTo({ Statement: good, Foo: 1 })).toBe('the document has the unknown member "Foo"');
    expect(answerTo({ Statement: good, Version: '2012-10-18' })).toBe(
      'Version is "2012-10-18", not "2008-10-17" or "2012-10-17"',
    );
    expect(answerTo({ Statement: good, Version: null })).toBe('Version is null, not "2008-10-17" or "2012-10-17"');
    expect(answerTo({ Statement: good, Id: 1 })).toBe('Id is 1, not a string');
  });
  test('Sids are used once; those without are many', () => {
    expect(answer(good, good)).toBe('Sid "a" is used by more than one statement');
    expect(answer(without('Sid'), without('Sid'))).toBe('valid');
    expect(answer({ ...good, Sid: '' }, { ...good, Sid: '' })).toBe('valid');
    expect(answer({ ...good, Sid: 'new statement 2' })).toBe('valid');
    expect(answer({ ...good, Sid: 1 })).toBe('statement 1: Sid is 1, not a string');
  });
});

describe('a statement', () => {
  test('nested without end is refused like any other', () => {
    const nested = '['.repeat(4_900) + ']'.repeat(4_900);
    const statement = JSON.stringify({ ...good, Condition: 0 }).replace('"Condition":0', `"Condition":${nested}`);
    // Even where little is left of the stack: how much there is differs from thread to thread.
    const roomFor = (): number => {
      try {
        return 1 + roomFor();
      } catch {
        return 1;
      }
    };
    const below = (depth: number): string =>
      depth === 0 ? answerTo(`{"Statement":${statement}}`) : below(depth - 1).slice();
    expect(below(Math.floor(roomFor() * 0.8))).toMatch(/^statement 1: Condition is .*, not an object$/);
  });
  test('unknown members', () => {
    expect(answer({ ...good, principal: '*' })).toBe('statement 1 has the unknown member "principal"');
  });
  test('effect', () => {
    expect(answer({ ...good, Effect: 'Deny' })).toBe('valid');
    expect(answer({ ...good, Effect: 'allow' })).toBe('statement 1: Effect is "allow", not "Allow" or "Deny"');
    expect(answer(without('Effect'))).toBe('statement 1 has no Effect');
  });
  test('principal or its opposite', () => {
    expect(answer(without('Principal'))).toBe('statement 1 has neither Principal nor NotPrincipal');
    expect(answer({ ...good, NotPrincipal: '*' })).toBe('statement 1 has both Principal and NotPrincipal');
    expect(answer(without('Principal', { NotPrincipal: { AWS: '111111111111' } }))).toBe('valid');
    expect(answer(without('Principal', { NotPrincipal: 'me' }))).toBe(
      'statement 1: NotPrincipal is "me", not "*" or an object',
    );
    expect(answer({ ...good, Principal: {} })).toBe('statement 1: Principal is empty');
    expect(answer({ ...good, Principal: { aws: '*' } })).toBe('statement 1: Principal has the unknown member "aws"');
    expect(answer({ ...good, Principal: { AWS: [] } })).toBe('statement 1: Principal.AWS is an empty list');
    expect(answer({ ...good, Principal: { AWS: [1] } })).toBe('statement 1: Principal.AWS holds 1, not a string');
  });
  test.each([
    ['AWS', '*'],
    ['AWS', '111111111111'],
    ['AWS', 'arn:aws:iam::111111111111:root'],
    ['AWS', 'arn:aws-cn:iam::111111111111:role/path/ci'],
    ['AWS', 'arn:aws:iam::111111111111:user/me'],
    ['AWS', 'arn:aws:sts::111111111111:assumed-role/ci/session'],
    ['AWS', 'arn:aws:sts::111111111111:federated-user/me'],
    ['AWS', 'AROAEXAMPLEEXAMPLE123'],
    ['Service', 'lambda.amazonaws.com'],
    ['Service', 'delivery.logs.amazonaws.com'],
    ['Service', 'ec2.amazonaws.com.cn'],
    ['Federated', 'arn:aws:iam::111111111111:oidc-provider/token.actions.githubusercontent.com'],
    ['Federated', 'cognito-identity.amazonaws.com'],
    ['CanonicalUser', 'a'.repeat(64)],
  ])('principal %s %s is legal', (kind, value) => {
    expect(answer({ ...good, Principal: { [kind]: [value] } })).toBe('valid');
  });
  test.each([
    ['AWS', '11111111111'],
    ['AWS', '1111111111111'],
    ['AWS', 'me'],
    ['AWS', 'arn:aws:iam::111111111111:role/*'],
    ['AWS', 'arn:aws:iam::111111111111:role/'],
    ['AWS', 'arn:aws:iam::*:root'],
    ['AWS', 'arn:aws:iam::111111111111:group/ops'],
    ['AWS', 'arn:aws:s3:::bucket'],
    ['AWS', 'xarn:aws:iam::111111111111:root'],
    ['AWS', 'arn:aws:iam::111111111111:root/x'],
    ['AWS', 'AROA1'],
    ['Service', 'lambda'],
    ['Service', 'lambda.amazonaws.com.de'],
    ['Service', 'x lambda.amazonaws.com'],
    ['Federated', 'google'],
    ['CanonicalUser', 'a'.repeat(63)],
  ])('principal %s %s is not', (kind, value) => {
    expect(answer({ ...good, Principal: { [kind]: value } })).toBe(
      `statement 1: Principal.${kind} names "${value}", which is not a principal`,
    );
  });
  test('action or its opposite', () => {
    expect(answer(without('Action'))).toBe('statement 1 has neither Action nor NotAction');
    expect(answer({ ...good, NotAction: '*' })).toBe('statement 1 has both Action and NotAction');
    expect(answer(without('Action', { NotAction: ['ecr:Delete*'] }))).toBe('valid');
    expect(answer({ ...good, Action: ['ecr:*', '*', 'ECR:batchgetimag?'] })).toBe('valid');
    expect(answer({ ...good, Action: [] })).toBe('statement 1: Action is an empty list');
    expect(answer({ ...good, Action: ['ecr:PutImage', 'PutImage'] })).toBe(
      'statement 1: Action names "PutImage", which is not an action',
    );
    expect(answer({ ...good, Action: 'ecr:' })).toBe('statement 1: Action names "ecr:", which is not an action');
  });
  test('resource', () => {
    expect(answer({ ...good, Resource: '*' })).toBe('valid');
    expect(answer({ ...good, NotResource: ['x'] })).toBe('valid');
    expect(answer({ ...good, Resource: '*', NotResource: '*' })).toBe('statement 1 has both Resource and NotResource');
    expect(answer({ ...good, Resource: [] })).toBe('statement 1: Resource is an empty list');
    expect(answer({ ...good, NotResource: 1 })).toBe('statement 1: NotResource holds 1, not a string');
  });
  test('condition', () => {
    const condition = (Condition: unknown) => answer({ ...good, Condition });
    expect(
      condition({
        'ForAnyValue:StringLike': { 'aws:PrincipalOrgPaths': ['o-1/*'] },
        BoolIfExists: { 'aws:SecureTransport': true },
        NumericEquals: { 'aws:x': 1 },
      }),
    ).toBe('valid');
    expect(condition({})).toBe('valid');
    expect(condition([])).toBe('statement 1: Condition is [], not an object');
    for (const [operator, meant] of [
      ['StringSame', '; did you mean "StringLike"?'],
      ['IpAdress', '; did you mean "IpAddress"?'],
      ['NullIfExists', ''],
      ['ForSome:StringLike', ''],
      ['ForAnyValue:StringLike:x', ''],
    ] as const) {
      expect(condition({ [operator]: { 'aws:x': 'y' } })).toBe(
        `statement 1: Condition uses the unknown operator "${operator}"${meant}`,
      );
    }
    expect(condition({ Bool: true })).toBe('statement 1: Condition.Bool is true, not an object');
    expect(condition({ Bool: { SecureTransport: 'true' } })).toBe(
      'statement 1: Condition.Bool has "SecureTransport", which is not a condition key',
    );
    expect(condition({ Bool: { 'aws:x': [] } })).toBe('statement 1: Condition.Bool gives "aws:x" the value []');
    expect(condition({ Bool: { 'aws:x': [true, null] } })).toBe(
      'statement 1: Condition.Bool gives "aws:x" the value [true,null]',
    );
  });
});

describe('a live policy', () => {
  test('is read with whatever it holds', () => {
    const document = { Version: '2030-01-01', New: { a: 1 }, Statement: { Sid: 'x', Effect: 'Allow', Novel: [1] } };
    expect(parsePolicy(JSON.stringify(document))).toEqual({ ...document, Statement: [document.Statement] });
    expect(parsePolicy('{"Statement":[]}')).toEqual({ Statement: [] });
    expect(parsePolicy('{}')).toEqual({ Statement: [] });
  });
  test.each([
    ['{', 'the repository policy is not JSON'],
    ['[]', 'the repository policy is not a JSON object'],
    ['{"Statement":[1]}', 'a statement of the repository policy is not an object'],
    ['{"Statement":"x"}', 'a statement of the repository policy is not an object'],
  ])('%s is not taken for an absent one', (text, message) => {
    try {
      parsePolicy(text);
      expect.unreachable();
    } catch (error) {
      expect(isSlipwayError(error) && error.diagnostics.map((one) => [one.code, one.message])).toEqual([
        ['access/unreadable-policy', message],
      ]);
    }
  });
});
