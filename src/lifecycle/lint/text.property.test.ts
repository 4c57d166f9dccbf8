// Any JSON and any text: the linter never throws, every place is in the text, and an error is told exactly where ECR refuses.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { agrees } from './testing/told.js';
import { lintText } from './text.js';

describe('on anything', () => {
  const key = fc.constantFrom(
    'rules',
    'rulePriority',
    'selection',
    'action',
    'type',
    'tagStatus',
    'countType',
    'countUnit',
    'countNumber',
    'tagPatternList',
    'tagPrefixList',
    'storageClass',
    'targetStorageClass',
    'description',
    'lifecyclePolicyText',
    'policy',
    '__proto__',
    'a.b',
    '0',
  );
  const leaf = fc.oneof(
    fc.constantFrom<unknown>(
      null,
      true,
      0,
      1,
      2,
      1.5,
      3e9,
      '1',
      'tagged',
      'untagged',
      'any',
      'expire',
      'transition',
      'days',
      'imageCountMoreThan',
      'sinceImagePushed',
      'sinceImagePulled',
      'sinceImageTransitioned',
      'archive',
      'standard',
      '{"rules":[]}',
      '{',
    ),
    fc.string(),
  );
  const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
    tree: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      leaf,
      fc.array(tie('tree'), { maxLength: 3 }),
      fc.dictionary(key, tie('tree'), { maxKeys: 4 }),
    ),
  }));
  const nearly = fc.record({
    rules: fc.array(
      fc.record(
        {
          rulePriority: fc.oneof(fc.nat(4), leaf),
          selection: fc.oneof(
            fc.record(
              {
                tagStatus: fc.constantFrom('tagged', 'untagged', 'any', 'x'),
                tagPatternList: fc.oneof(fc.array(fc.constantFrom('v*', 'a', '*****'), { maxLength: 2 }), leaf),
                tagPrefixList: fc.oneof(fc.array(fc.constantFrom('v', 'a'), { maxLength: 2 }), leaf),
                storageClass: fc.constantFrom<unknown>('standard', 'archive', 'x', null),
                countType: fc.constantFrom<unknown>(
                  'imageCountMoreThan',
                  'sinceImagePushed',
                  'sinceImagePulled',
                  'sinceImageTransitioned',
                  'x',
                  1,
                ),
                countUnit: fc.constantFrom<unknown>('days', 'x', null, 1),
                countNumber: fc.oneof(fc.nat(100), leaf),
              },
              { requiredKeys: ['tagStatus', 'countType', 'countNumber'] },
            ),
            leaf,
          ),
          action: fc.oneof(
            fc.record(
              {
                type: fc.constantFrom('expire', 'transition', 'x'),
                targetStorageClass: fc.constantFrom<unknown>('archive', null, 'x'),
              },
              { requiredKeys: ['type'] },
            ),
            leaf,
          ),
        },
        { requiredKeys: ['rulePriority', 'selection', 'action'] },
      ),
      { maxLength: 3 },
    ),
  });
  const places = (source: string) => {
    const all = source.split('\n');
    for (const { remarks } of lintText(source, 'f')) {
      for (const { range, message, mend } of remarks) {
        const line = all[range.line - 1];
        expect(line).toBeDefined();
        expect(range.column).toBeGreaterThanOrEqual(1);
        expect(range.column).toBeLessThanOrEqual((line ?? '').length + 1);
        expect(message).not.toMatch(/undefined|NaN/);
        expect(mend).toMatch(/\w/);
      }
    }
  };
  test('never throws, on any JSON, and every place is in the text', () => {
    fc.assert(
      fc.property(tree, (value) => places(JSON.stringify(value, null, 1) ?? '')),
      { numRuns: 300 },
    );
  });
  test('nor on any text', () => {
    const piece = fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      '"',
      ',',
      ':',
      'rules',
      '\\',
      '1',
      '-',
      'e',
      'null',
      ' ',
      '\n',
      '//',
      '/*',
      '*/',
      '#',
      '\ufeff',
      '"rules"',
      "'",
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 25 }), (pieces) => places(pieces.join(''))),
      { numRuns: 500 },
    );
  });
  test('an error is told exactly where ECR refuses', () => {
    fc.assert(
      fc.property(nearly, (value) => agrees(JSON.stringify(value, null, 2))),
      { numRuns: 500 },
    );
  });
  test('is JSON exactly where JSON.parse takes it', () => {
    const piece = fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      '"a"',
      ',',
      ':',
      '1',
      '-1.5e3',
      'true',
      'null',
      ' ',
      '\n',
      '"\\u00e9"',
      '0',
      '.',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 9 }), (pieces) => {
        const source = pieces.join('');
        let parses = true;
        try {
          JSON.parse(source);
        } catch {
          parses = false;
        }
        const notJson = lintText(source, 'f').some(({ remarks }) =>
          remarks.some(({ code }) => code === 'lifecycle/not-json'),
        );
        expect([source, !notJson]).toEqual([source, parses]);
      }),
      { numRuns: 1000 },
    );
  });
});
