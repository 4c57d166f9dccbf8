// Exercises arn.ts: ARNs, and what is none.
// It must not know what they name.
import { expect, test } from 'vitest';
import { accountOfArn, fieldsOfArn, nameOfArn, partitionOfArn, regionOfArn } from './arn.js';

test.each([
  [
    'arn:aws:ecr:eu-west-1:111111111111:repository/a',
    ['arn', 'aws', 'ecr', 'eu-west-1', '111111111111', 'repository/a'],
  ],
  ['arn:aws:kms::1:a:b::c', ['arn', 'aws', 'kms', '', '1', 'a:b::c']],
  ['arn:aws:iam::1:', ['arn', 'aws', 'iam', '', '1', '']],
  ['arn:aws:iam::1', ['arn', 'aws', 'iam', '', '1']],
  ['x', ['x']],
  ['', ['']],
])('the fields of %j', (arn, fields) => {
  expect(fieldsOfArn(arn)).toEqual(fields);
});

test('single fields, which are empty where they are missing', () => {
  const arn = 'arn:aws-cn:ecr:cn-north-1:111111111111:repository/red/app';
  expect([partitionOfArn(arn), regionOfArn(arn), accountOfArn(arn), nameOfArn(arn)]).toEqual([
    'aws-cn',
    'cn-north-1',
    '111111111111',
    'app',
  ]);
  expect([partitionOfArn('x'), regionOfArn('x'), accountOfArn('x'), nameOfArn('x')]).toEqual(['', '', '', 'x']);
});
