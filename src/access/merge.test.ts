// Exercises merge.ts and diff.ts: our statements come, change and go, everybody else's stay as they are.
// It must not know what statements say.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { diffStatements } from './diff.js';
import {
  documentOf,
  foreignStatements,
  mergeStatements,
  ownStatements,
  policySizeProblem,
  policyText,
} from './merge.js';
import type { PolicyDocument, Statement } from './model.js';
import { ownSid } from './sid.js';

const owner = { project: 'payments', environment: 'prod' };
const context = { partition: 'aws' };
const sid = (purpose: string) => `${ownSid(owner)}${purpose}`;
const own = (purpose: string, action = 'ecr:PutImage'): Statement => ({
  Sid: sid(purpose),
  Effect: 'Allow',
  Principal: '*',
  Action: action,
});
const lambda = {
  Sid: 'LambdaECRImageRetrievalPolicy',
  Effect: 'Allow',
  Principal: { Service: 'lambda.amazonaws.com' },
  Action: ['ecr:GetDownloadUrlForLayer', 'ecr:BatchGetImage'],
  Novel: 1,
} as Statement;
const nameless: Statement = { Effect: 'Deny', Principal: '*', Action: 'ecr:*' };
const other: Statement = {
  Sid: `${ownSid({ ...owner, environment: 'dev' })}Pull`,
  Effect: 'Allow',
  Principal: '*',
  Action: 'ecr:BatchGetImage',
};
const live = {
  Novel: 'kept',
  Version: '2008-10-17',
  Id: 'id',
  Statement: [own('A'), lambda, own('B'), nameless, other],
} as PolicyDocument;

test('ours and theirs', () => {
  expect(ownStatements(live, owner)).toEqual([own('A'), own('B')]);
  expect(foreignStatements(live, owner)).toEqual([lambda, nameless, other]);
  expect([ownStatements(undefined, owner), foreignStatements(undefined, owner)]).toEqual([[], []]);
});

describe('merging', () => {
  test('replaces in place, removes, and adds at the end', () => {
    expect(mergeStatements(live, [own('C'), own('B', 'ecr:ListImages')], owner)).toEqual({
      Novel: 'kept',
      Version: '2008-10-17',
      Id: 'id',
      Statement: [lambda, own('B', 'ecr:ListImages'), nameless, other, own('C')],
    });
  });
  test('from nothing and to nothing', () => {
    expect(mergeStatements(undefined, [own('A')], owner)).toEqual({ Version: '2012-10-17', Statement: [own('A')] });
    expect(mergeStatements(undefined, [], owner)).toBeUndefined();
    expect(mergeStatements(documentOf([own('A')]), [], owner)).toBeUndefined();
    expect(mergeStatements(documentOf([own('A'), lambda]), [], owner)).toEqual({
      Version: '2012-10-17',
      Statement: [lambda],
    });
  });
  test('a Sid of ours that stands twice is left once', () => {
    expect(mergeStatements(documentOf([own('A'), own('A')]), [own('A', 'ecr:ListImages')], owner)?.Statement).toEqual([
      own('A', 'ecr:ListImages'),
    ]);
  });
});

describe('the text', () => {
  test('compact, statements last, everything kept', () => {
    const document = { Statement: [lambda], Zeta: 1, Alpha: 2, Id: 'i', Version: 'v' } as unknown as PolicyDocument;
    expect(policyText(document)).toBe(
      `{"Version":"v","Id":"i","Alpha":2,"Zeta":1,"Statement":[${JSON.stringify(lambda)}]}`,
    );
    expect(policyText({ Statement: [] })).toBe('{"Statement":[]}');
  });
  test('at most 10,240 characters', () => {
    const sized = (length: number) => documentOf([{ Sid: 'x'.repeat(length), Effect: 'Allow' }]);
    const frame = policyText(sized(0)).length;
    expect(policySizeProblem(sized(10_240 - frame))).toBeUndefined();
    expect(policySizeProblem(sized(10_241 - frame))).toMatchObject({
      code: 'access/policy-too-large',
      severity: 'error',
      message: 'the repository policy has 10241 characters, more than the 10240 of ECR',
    });
  });
});

describe('comparing', () => {
  test('adds, changes, removes, by Sid', () => {
    const after = [own('C'), own('B', 'ecr:ListImages')];
    expect(diffStatements([own('B'), own('A')], after, context)).toEqual([
      { id: sid('A'), action: 'remove', before: own('A') },
      { id: sid('B'), action: 'change', before: own('B'), after: own('B', 'ecr:ListImages') },
      { id: sid('C'), action: 'add', after: own('C') },
    ]);
  });
  test('gives canonical statements, and nothing where the meaning is one', () => {
    const written: Statement = { ...own('A'), Principal: { AWS: ['111111111111'] }, Resource: '*' };
    const stored: Statement = { ...own('A'), Principal: { AWS: 'arn:aws:iam::111111111111:root' } };
    expect(diffStatements([written], [stored], context)).toEqual([]);
    expect(diffStatements([written], [], context)).toEqual([{ id: sid('A'), action: 'remove', before: stored }]);
    expect(diffStatements([written], [stored], { partition: 'aws-cn' }).map(({ action }) => action)).toEqual([
      'change',
    ]);
  });
  test('a statement without a Sid has an empty id', () => {
    expect(diffStatements([], [nameless], context)).toEqual([{ id: '', action: 'add', after: nameless }]);
  });
});

describe('properties', () => {
  const ours = fc
    .uniqueArray(fc.tuple(fc.constantFrom('A', 'B', 'C', 'D'), fc.constantFrom('ecr:PutImage', 'ecr:ListImages')), {
      selector: ([purpose]) => purpose,
    })
    .map((all) => all.map(([purpose, action]) => own(purpose, action)));
  const policies = fc
    .tuple(ours, fc.subarray([lambda, nameless, other]))
    .chain(([mine, theirs]) =>
      fc.shuffledSubarray([...mine, ...theirs], { minLength: mine.length + theirs.length }).map(documentOf),
    );

  test('after merging, ours are as wanted and theirs are untouched, in their order', () => {
    fc.assert(
      fc.property(policies, ours, (policy, wanted) => {
        const merged = mergeStatements(policy, wanted, owner);
        expect(foreignStatements(merged, owner)).toEqual(foreignStatements(policy, owner));
        expect(diffStatements(ownStatements(merged, owner), wanted, context)).toEqual([]);
      }),
    );
  });
  test('merging again changes nothing', () => {
    fc.assert(
      fc.property(policies, ours, (policy, wanted) => {
        const merged = mergeStatements(policy, wanted, owner);
        expect(mergeStatements(merged, wanted, owner)).toEqual(merged);
      }),
    );
  });
  test('two owners commute but for order', () => {
    const second = { project: 'other', environment: 'prod' };
    const hers: Statement = { Sid: `${ownSid(second)}Pull`, Effect: 'Allow', Principal: '*', Action: 'ecr:PutImage' };
    const sorted = (document: PolicyDocument | undefined) =>
      (document?.Statement ?? []).map((one) => JSON.stringify(one)).sort();
    fc.assert(
      fc.property(policies, ours, (policy, wanted) => {
        const one = mergeStatements(mergeStatements(policy, wanted, owner), [hers], second);
        const two = mergeStatements(mergeStatements(policy, [hers], second), wanted, owner);
        expect(sorted(one)).toEqual(sorted(two));
      }),
    );
  });
});
