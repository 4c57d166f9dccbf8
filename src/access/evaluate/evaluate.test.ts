// Holds the evaluator against the decided cases of test/cases/access, each of which names the page of AWS that decides it.
// It must not know how the evaluator comes to its answers.
import { describe, expect, test } from 'vitest';
import { policiesOf, readCases, requestOf } from '../../../test/support/access-cases.js';
import { evaluateAccess } from './evaluate.js';
import { needWords } from './requirements.js';

const files = readCases();

test('there are enough cases, each with a name of its own and a page of AWS', () => {
  const all = files.flatMap(({ file, cases }) => cases.map((one) => ({ file, ...one })));
  expect(all.length).toBeGreaterThanOrEqual(150);
  expect(new Set(all.map(({ file, name }) => `${file} ${name}`)).size).toBe(all.length);
  for (const { source, because } of all) {
    expect(source).toMatch(/^https:\/\/docs\.aws\.amazon\.com\/.+\.html/);
    expect(because).not.toBe('');
  }
});

describe.each(files)('$file', ({ cases }) => {
  test.each(cases)('$name', (one) => {
    const { answer, decision, conditions, unread } = evaluateAccess(requestOf(one), policiesOf(one));
    const { expect: wanted } = one;
    expect({
      answer,
      reason: decision.reason,
      ...(wanted.statement === undefined ? {} : { statement: decision.statement?.sid }),
      ...(conditions === undefined ? {} : { conditions: needWords(conditions) }),
      ...(unread.length === 0 ? {} : { unread: unread.map(({ policy }) => policy) }),
    }).toEqual({ ...wanted, ...(wanted.answer === 'unknown' ? { unread: wanted.unread ?? ['identity'] } : {}) });
  });
});
