// Policies as grants and statements: whatever is read as grants, the access in total stays what it was.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { compileAccess, type Principal, type Statement } from '../access/index.js';
import { type ReadAccess, readAccess } from './access.js';
import { accessLines } from './testing/access-lines.js';

const context = { account: '111111111111', region: 'eu-west-1', partition: 'aws' };

function read(statements: readonly Statement[]): ReadAccess & { readonly remarks: readonly string[] } {
  const remarks: string[] = [];
  const text = JSON.stringify({ Version: '2012-10-17', Statement: statements });
  return { ...readAccess(text, context, ({ code, message }) => remarks.push(`${code}: ${message}`)), remarks };
}

function compiledBack({ grants, statements }: ReadAccess): readonly Statement[] {
  const { pull = [], push = [], pullAndPush = [], read: looking = [], manage = [] } = grants;
  return compileAccess(
    { pull: [...pull, ...pullAndPush], push: [...push, ...pullAndPush], read: looking, manage, statements },
    { project: 'a', environment: 'a' },
    context,
  );
}

const actions = [
  'ecr:BatchCheckLayerAvailability',
  'ecr:BatchGetImage',
  'ecr:GetDownloadUrlForLayer',
  'ecr:CompleteLayerUpload',
  'ecr:InitiateLayerUpload',
  'ecr:PutImage',
  'ecr:UploadLayerPart',
  'ecr:StartImageScan',
];
const named = [
  'arn:aws:iam::222222222222:root',
  'arn:aws:iam::222222222222:role/node',
  'arn:aws:iam::333333333333:user/me',
  // No grant names a session.
  'arn:aws:sts::222222222222:assumed-role/node/i-1',
];
const condition = fc.constantFrom<Statement['Condition'] | undefined>(
  undefined,
  undefined,
  undefined,
  undefined,
  { StringEquals: { 'aws:PrincipalOrgID': ['o-aaaaaaaaaa', 'o-bbbbbbbbbb'] } },
  { StringLike: { 'aws:PrincipalOrgID': 'o-aaaaaaaaaa' } },
  { IpAddress: { 'aws:SourceIp': '192.0.2.0/24' } },
);
const someActions = fc
  .tuple(
    fc.subarray(actions, { minLength: 1 }),
    // Whole grants, often enough.
    fc.constantFrom(actions.slice(0, 3), actions.slice(0, 7), []),
  )
  .map((parts) => [...new Set(parts.flat())]);
const statement: fc.Arbitrary<Statement> = fc
  .record({
    Effect: fc.constantFrom<Statement['Effect']>('Allow', 'Allow', 'Allow', 'Deny'),
    Principal: fc.oneof(
      fc.subarray(named.slice(0, 3), { minLength: 1 }).map((AWS) => ({ AWS })),
      fc.subarray(named.slice(0, 3), { minLength: 1 }).map((AWS) => ({ AWS })),
      fc.subarray(named, { minLength: 1 }).map((AWS) => ({ AWS })),
      fc.constant<'*'>('*'),
    ),
    Action: fc.oneof({ arbitrary: someActions, weight: 9 }, { arbitrary: fc.constant(['ecr:*']), weight: 1 }),
    Condition: condition,
  })
  .map(({ Condition, ...one }) => ({ ...one, ...(Condition === undefined ? {} : { Condition }) }));

it('the access in total stays what it was, however statements share it', () => {
  let granting = 0;
  fc.assert(
    fc.property(fc.array(statement, { minLength: 1, maxLength: 5 }), (statements) => {
      const found = read(statements);
      expect(found.remarks.filter((one) => one.startsWith('adopt/statement-left-out'))).toEqual([]);
      expect(accessLines(compiledBack(found))).toEqual(accessLines(statements));
      granting += Object.keys(found.grants).length;
    }),
  );
  expect(granting).toBeGreaterThan(20);
});

const node: Principal = { kind: 'role', arn: 'arn:aws:iam::222222222222:role/node' };

it('what one principal may do by several statements is one grant', () => {
  const { grants, statements } = read([
    { Sid: 'A', Effect: 'Allow', Principal: { AWS: [node.arn] }, Action: actions.slice(0, 2) },
    { Sid: 'B', Effect: 'Allow', Principal: { AWS: node.arn }, Action: actions.slice(2, 7) },
  ]);
  expect(grants).toEqual({ pullAndPush: [node] });
  expect(statements).toEqual([]);
});

it.each([
  ['ArnEquals', 'arn:aws:lambda:*:222222222222:function:f*', true],
  ['StringLike', 'arn:aws:lambda:*:222222222222:function:f*', true],
  ['StringLike', 'arn:aws:lambda:eu-west-1:222222222222:*', true],
  ['StringEquals', 'arn:aws:lambda:eu-west-1:222222222222:function:f', true],
  // A star is a star to it.
  ['StringEquals', 'arn:aws:lambda:eu-west-1:222222222222:function:*', false],
  // These stars may reach into the next parts.
  ['StringLike', 'arn:aws:lambda:*', false],
  ['StringLike', 'arn:aws:lambda:*:*:function:f', false],
  ['StringLike', 'arn:*:lambda:eu-west-1:222222222222:function:f', false],
  ['StringNotLike', 'arn:aws:lambda:eu-west-1:222222222222:function:f', false],
  ['StringLikeIfExists', 'arn:aws:lambda:eu-west-1:222222222222:function:f', false],
])('a service whose source %s %s is a grant: %s', (operator, sourceArn, granted) => {
  const { grants, statements } = read([
    {
      Sid: 'Functions',
      Effect: 'Allow',
      Principal: { Service: 'lambda.amazonaws.com' },
      Action: ['ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'],
      Condition: { [operator]: { 'AWS:SourceArn': sourceArn } },
    },
  ]);
  expect(grants).toEqual(granted ? { pull: [{ kind: 'service', service: 'lambda.amazonaws.com', sourceArn }] } : {});
  expect(statements.map(({ name }) => name)).toEqual(granted ? [] : ['Functions']);
});

it('names statements as they were, but for what a grant’s statement is named', () => {
  const { statements } = read([
    { Sid: 'Pull', Effect: 'Allow', Principal: { AWS: node.arn }, Action: 'ecr:PutImage' },
    { Sid: 'PullOrganization', Effect: 'Allow', Principal: { AWS: node.arn }, Action: 'ecr:StartImageScan' },
    { Sid: 'PushAccess', Effect: 'Deny', Principal: '*', Action: 'ecr:PutImage' },
    { Sid: 'PushAccess', Effect: 'Deny', Principal: '*', Action: 'ecr:TagResource' },
    { Effect: 'Deny', Principal: '*', Action: 'ecr:UntagResource' },
    {
      Sid: 'PullLambda',
      Effect: 'Deny',
      Principal: { AWS: node.arn },
      Action: 'ecr:BatchGetImage',
    },
    {
      Sid: 'Functions',
      Effect: 'Allow',
      Principal: { Service: 'lambda.amazonaws.com' },
      Action: ['ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'],
      Condition: { ArnLike: { 'aws:SourceArn': 'arn:aws:lambda:eu-west-1:222222222222:function:*' } },
    },
  ]);
  expect(statements.map(({ name }) => name)).toEqual([
    'Statement1',
    'Statement2',
    'PushAccess',
    'PushAccess2',
    'Statement5',
    'PullLambda2',
  ]);
});

it('tells of what is a grant but for one or two actions', () => {
  const { remarks } = read([
    { Sid: 'Almost', Effect: 'Allow', Principal: { AWS: node.arn }, Action: actions.slice(1, 3) },
    { Sid: 'Far', Effect: 'Allow', Principal: { AWS: named[2] ?? '' }, Action: actions.slice(0, 1) },
    {
      Sid: 'Other',
      Effect: 'Allow',
      Principal: { AWS: named[0] ?? '' },
      Action: [...actions.slice(1, 3), 'ecr:TagResource'],
    },
  ]);
  expect(remarks).toEqual([
    'adopt/nearly-a-grant: statement "Almost" lacks ecr:BatchCheckLayerAvailability to be `pull`',
  ]);
});

it.each([
  null,
  1,
  'x',
  [],
  { StringEquals: null },
  { StringEquals: { 'aws:PrincipalOrgID': null } },
  { ArnLike: { 'aws:SourceArn': [1, {}] } },
])('a condition that is none (%j) is told, and stays', (Condition) => {
  const services = { Service: 'lambda.amazonaws.com' };
  for (const Principal of ['*', services, { AWS: node.arn }]) {
    const one: unknown = { Effect: 'Allow', Principal, Action: 'ecr:BatchGetImage', Condition };
    const remarks: string[] = [];
    const text = JSON.stringify({ Statement: [one] });
    expect(readAccess(text, context, ({ code }) => remarks.push(code)).grants).toEqual({});
  }
});
