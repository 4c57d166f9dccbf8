// What is written as YAML reads back as the same value, by a reader that other people wrote, in both versions of YAML.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { Tagged, type Yaml, yamlText } from './yaml.js';

const words = fc.constantFrom(
  'yes',
  'No',
  'null',
  '~',
  'on',
  '012',
  '1e3',
  '2012-10-17',
  '1:30',
  '<<',
  '=',
  '.inf',
  '0x1F',
  'e0',
  'E07',
  'e+0',
  '',
);
const awkward = fc.constantFrom(
  "it's",
  'a: b',
  'a #b',
  '- a',
  ' a',
  'a ',
  'a\n\nb',
  'a\n',
  'a\n b\n',
  '\ta',
  'é ü',
  'a\u2028b',
  '!Sub x',
  '*a',
  '&a',
  '%',
  '@',
  '`',
  '{a',
  '[a',
  'a,b',
  'a:b',
  'a:',
  '"',
  '\u0085',
  '\uFEFF',
  '\u007f',
  '\ud83d\ude00',
);
const texts = fc.oneof(
  words,
  awkward,
  fc.string({ maxLength: 20 }),
  fc.string({ unit: 'grapheme', maxLength: 10 }),
  fc.string({ unit: fc.constantFrom('a', ' ', '\n', ':', '#', '-', "'"), maxLength: 12 }),
);
const { value: values } = fc.letrec<{ value: Yaml }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    texts,
    fc.boolean(),
    fc.constant(null),
    fc.integer(),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(texts, tie('value'), { maxKeys: 4, noNullPrototype: true }),
  ),
}));

describe('YAML', () => {
  it.each(['1.1', '1.2'] as const)('%s reads back what was written', (version) => {
    fc.assert(
      fc.property(values, (value) => {
        expect(parse(yamlText(value), { version, uniqueKeys: true, merge: false, logLevel: 'silent' })).toEqual(value);
      }),
      { numRuns: 500 },
    );
  });

  it('comments and empty lines change no value', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.stringMatching(/^[a-z]{1,4}$/), values, { noNullPrototype: true }),
        fc.string(),
        (value, said) => {
          const comment = said.replaceAll(/[^ -~\n]/g, '');
          const comments = new Map(['', ...Object.keys(value)].map((path) => [path, comment]));
          expect(parse(yamlText(value, { comments, spaced: () => true }), { merge: false })).toEqual(value);
        },
      ),
    );
  });

  it('keeps lines as lines, quotes what could be taken for something else, and leaves the rest as it is', () => {
    const value = {
      Version: '2012-10-17',
      Name: 'payments/api',
      Account: '222222222222',
      Text: '{"rules": [\n  {"rulePriority": 1}\n]}',
      On: 'on',
      Arn: new Tagged('!Sub', 'arn:${AWS::Partition}:iam::aws:policy/x'),
      Test: new Tagged('!Equals', [new Tagged('!Ref', 'Make'), 'true']),
      List: [{ Key: 'a', Value: 'b' }, 'ecr:GetImage', []],
      None: {},
    };
    const comments = new Map([
      ['', 'a head'],
      ['Name', 'why'],
    ]);
    expect(yamlText(value, { comments })).toBe(`# a head
Version: '2012-10-17'
# why
Name: payments/api
Account: '222222222222'
Text: |-
  {"rules": [
    {"rulePriority": 1}
  ]}
'On': 'on'
Arn: !Sub arn:\${AWS::Partition}:iam::aws:policy/x
Test: !Equals [!Ref Make, 'true']
List:
  - Key: a
    Value: b
  - ecr:GetImage
  - []
None: {}
`);
  });
});
