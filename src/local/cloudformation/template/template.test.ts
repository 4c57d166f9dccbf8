// Templates: read alike from JSON and YAML, each function, parameters with their constraints, and the order of resources.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { ServiceError } from '../../service.js';
import type { Json } from '../../store/store.js';
import { parseTemplate } from './model.js';
import { inOrder, neededBy } from './order.js';
import { parameterValues } from './parameters.js';
import { readTemplate } from './read.js';
import { holds, resolve, type Scope, unknownYet } from './resolve.js';

function told(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof ServiceError) return error.message;
    throw error;
  }
  return 'accepted';
}

const handle = { Type: 'AWS::CloudFormation::WaitConditionHandle' };

function scopeOf(sections: object = {}, parameters: Record<string, string> = {}): Scope {
  return {
    template: parseTemplate(JSON.stringify({ Resources: { A: handle, B: handle }, ...sections })),
    parameters,
    place: {
      account: '123456789012',
      region: 'eu-west-1',
      partition: 'aws',
      urlSuffix: 'amazonaws.com',
      stackName: 'app',
      stackId: 'arn:aws:cloudformation:eu-west-1:123456789012:stack/app/1',
      notificationArns: ['topic'],
    },
    reference: (id) => `${id}-id`,
    attribute: (id, name) => `${id}.${name}`,
    imported: (name) => `value of ${name}`,
  };
}

const mappings = { Mappings: { Regions: { 'eu-west-1': { Name: 'Ireland', Zones: ['a', 'b'] } } } };

describe('a function', () => {
  it.each<[Json, Json | undefined, object?, Record<string, string>?]>([
    [{ Ref: 'A' }, 'A-id'],
    [{ Ref: 'AWS::Region' }, 'eu-west-1'],
    [{ Ref: 'AWS::AccountId' }, '123456789012'],
    [{ Ref: 'AWS::Partition' }, 'aws'],
    [{ Ref: 'AWS::URLSuffix' }, 'amazonaws.com'],
    [{ Ref: 'AWS::NotificationARNs' }, ['topic']],
    [{ Ref: 'AWS::NoValue' }, undefined],
    [{ Ref: 'P' }, 'x', { Parameters: { P: { Type: 'String' } } }, { P: 'x' }],
    [{ Ref: 'P' }, ['x', 'y'], { Parameters: { P: { Type: 'CommaDelimitedList' } } }, { P: 'x, y' }],
    [{ 'Fn::GetAtt': ['A', 'Arn'] }, 'A.Arn'],
    [{ 'Fn::Sub': 'x-${A}-${B.Arn}-${AWS::StackName}' }, 'x-A-id-B.Arn-app'],
    [{ 'Fn::Sub': '${!A} ${A}' }, '${A} A-id'],
    [{ 'Fn::Sub': ['${x}/${A}', { x: { Ref: 'B' } }] }, 'B-id/A-id'],
    [{ 'Fn::Join': ['/', ['a', { Ref: 'A' }, 3]] }, 'a/A-id/3'],
    [{ 'Fn::Split': ['-', { Ref: 'A' }] }, ['A', 'id']],
    [{ 'Fn::Select': [1, { 'Fn::Split': ['-', 'a-b-c'] }] }, 'b'],
    [{ 'Fn::Select': ['0', ['x']] }, 'x'],
    [{ 'Fn::FindInMap': ['Regions', { Ref: 'AWS::Region' }, 'Name'] }, 'Ireland', mappings],
    [{ 'Fn::Select': [0, { 'Fn::FindInMap': ['Regions', 'eu-west-1', 'Zones'] }] }, 'a', mappings],
    [{ 'Fn::Base64': 'text' }, 'dGV4dA=='],
    [{ 'Fn::ImportValue': { 'Fn::Sub': '${AWS::StackName}-key' } }, 'value of app-key'],
    [{ 'Fn::ToJsonString': { a: { Ref: 'A' } } }, '{"a":"A-id"}'],
    [{ 'Fn::Length': ['a', 'b'] }, 2],
    [{ a: { Ref: 'AWS::NoValue' }, b: [{ Ref: 'AWS::NoValue' }, 1] }, { b: [1] }],
    [
      { Ref: 'A', Other: 1 },
      { Ref: 'A', Other: 1 },
    ],
  ])('%j is %j', (value, expected, sections, parameters) => {
    expect(resolve(scopeOf(sections, parameters), value)).toEqual(expected);
  });

  it.each<[Json, string]>([
    [
      { Ref: 'None' },
      'Template format error: Unresolved resource dependencies [None] in the Resources block of the template',
    ],
    [{ 'Fn::GetAtt': ['None', 'Arn'] }, 'Template error: instance of Fn::GetAtt references undefined resource None'],
    [{ 'Fn::Select': [3, ['a']] }, 'Template error: Fn::Select cannot select nonexistent value at index 3'],
    [
      { 'Fn::FindInMap': ['None', 'a', 'b'] },
      "Template error: Mapping named 'None' is not present in the 'Mappings' section of template.",
    ],
    [{ 'Fn::FindInMap': ['Regions', 'a', 'b'] }, 'Template error: Unable to get mapping for Regions::a::b'],
    [
      { 'Fn::FindInMap': ['Regions', '__proto__', 'b'] },
      'Template error: Unable to get mapping for Regions::__proto__::b',
    ],
    [{ 'Fn::Join': ['/'] }, 'Template error: Fn::Join object requires a list argument with 2 elements.'],
    [
      { 'Fn::Sub': '${a b}' },
      'Template error: variable names in Fn::Sub syntax must contain only alphanumeric characters, underscores, periods, and colons',
    ],
    [{ 'Fn::Nothing': 1 }, "Template error: unsupported function 'Fn::Nothing'"],
    [
      { 'Fn::If': ['None', 1, 2] },
      'Template format error: Unresolved condition dependency None in the Conditions block of the template',
    ],
  ])('%j is refused', (value, text) => {
    expect(told(() => resolve(scopeOf(mappings), value))).toBe(text);
  });

  it('keeps what is not known yet as it is told', () => {
    const scope: Scope = { ...scopeOf(), reference: () => unknownYet };
    expect(resolve(scope, { 'Fn::Sub': 'x/${A}' })).toBe(`x/${unknownYet}`);
    for (const value of [
      { 'Fn::Split': ['/', { Ref: 'A' }] },
      { 'Fn::Select': [1, { 'Fn::Split': ['/', { Ref: 'A' }] }] },
      { 'Fn::Base64': { Ref: 'A' } },
    ]) {
      expect(resolve(scope, value)).toBe(unknownYet);
    }
  });
});

describe('a condition', () => {
  it('leads to others, and not back to itself', () => {
    const yes = { 'Fn::Equals': [{ Ref: 'AWS::Region' }, 'eu-west-1'] };
    const scope = scopeOf({
      Conditions: {
        Yes: yes,
        No: { 'Fn::Not': [{ Condition: 'Yes' }] },
        Both: { 'Fn::And': [{ Condition: 'Yes' }, { Condition: 'No' }] },
        Either: { 'Fn::Or': [{ Condition: 'Both' }, yes] },
        Round: { 'Fn::Not': [{ Condition: 'Circle' }] },
        Circle: { Condition: 'Round' },
      },
    });
    expect(['Yes', 'No', 'Both', 'Either'].map((name) => holds(scope, name))).toEqual([true, false, false, true]);
    expect(told(() => holds(scope, 'Round'))).toBe(
      'Template format error: Circular dependency between conditions: [Round, Circle, Round]',
    );
  });

  it('is like De Morgan', () => {
    const text = fc.constantFrom('a', 'b');
    const leaf = fc.tuple(text, text).map((pair): Json => ({ 'Fn::Equals': pair }));
    fc.assert(
      fc.property(fc.array(leaf, { minLength: 2, maxLength: 4 }), (leaves) => {
        const not = (one: Json): Json => ({ 'Fn::Not': [one] });
        const scope = scopeOf({
          Conditions: { One: not({ 'Fn::And': leaves }), Other: { 'Fn::Or': leaves.map(not) } },
        });
        expect(holds(scope, 'One')).toBe(holds(scope, 'Other'));
      }),
    );
  });
});

describe('YAML', () => {
  it('has short tags for all that JSON says', () => {
    const yaml = `
Resources:
  A:
    Type: T
    Properties:
      Ref: !Ref B
      Att: !GetAtt B.Arn.More
      Long: {"Fn::GetAtt": B.Arn}
      Sub: !Sub ["\${x}", {x: !Select [0, !Split [",", "a,b"]]}]
      If: !If [Yes, !Ref "AWS::NoValue", !Join ["", [a]]]
      Date: 2010-09-09
      Zero: 012345678901
      Number: 12
      Flag: true
      Text: "yes"
      Yes: yes
`;
    expect(readTemplate(yaml)).toEqual({
      Resources: {
        A: {
          Type: 'T',
          Properties: {
            Ref: { Ref: 'B' },
            Att: { 'Fn::GetAtt': ['B', 'Arn.More'] },
            Long: { 'Fn::GetAtt': ['B', 'Arn'] },
            Sub: { 'Fn::Sub': ['${x}', { x: { 'Fn::Select': [0, { 'Fn::Split': [',', 'a,b'] }] } }] },
            If: { 'Fn::If': ['Yes', { Ref: 'AWS::NoValue' }, { 'Fn::Join': ['', ['a']] }] },
            Date: '2010-09-09',
            Zero: '012345678901',
            Number: 12,
            Flag: true,
            Text: 'yes',
            Yes: 'yes',
          },
        },
      },
    });
  });

  it('says what JSON says, whatever is said', () => {
    const key = fc.stringMatching(/^[A-Za-z][A-Za-z0-9:]{0,8}$/);
    const { tree } = fc.letrec<{ tree: Json }>((tie) => ({
      tree: fc.oneof(
        { depthSize: 'small' },
        fc.string(),
        fc.boolean(),
        fc.integer(),
        fc.array(tie('tree'), { maxLength: 3 }),
        fc.dictionary(key, tie('tree'), { maxKeys: 3 }),
      ),
    }));
    fc.assert(
      fc.property(fc.dictionary(key, tree, { minKeys: 1, maxKeys: 4 }), (template) => {
        expect(readTemplate(stringify(template))).toEqual(readTemplate(JSON.stringify(template)));
      }),
    );
  });

  it('is refused where it is a bomb', () => {
    const lines = ['a: &a [x, x, x, x, x, x, x, x, x]'];
    for (let level = 0; level < 9; level += 1) {
      const before = String.fromCharCode(97 + level);
      const name = String.fromCharCode(98 + level);
      lines.push(
        `${name}: &${name} [*${before}, *${before}, *${before}, *${before}, *${before}, *${before}, *${before}, *${before}]`,
      );
    }
    expect(told(() => readTemplate(lines.join('\n')))).toMatch(/^Template format error: /);
  });
});

describe('parameters', () => {
  const template = parseTemplate(
    JSON.stringify({
      Parameters: {
        Name: { Type: 'String', AllowedPattern: '[a-z]+', MinLength: 2, MaxLength: 4 },
        Size: { Type: 'Number', Default: 3, MinValue: 1, MaxValue: 5 },
        Kind: { Type: 'String', Default: 'a', AllowedValues: ['a', 'b'] },
        Told: { Type: 'String', Default: 'x', AllowedPattern: 'x', ConstraintDescription: 'must be x' },
      },
      Resources: { A: handle },
    }),
  );
  const given = (values: Record<string, string>) =>
    Object.entries(values).map(([ParameterKey, ParameterValue]) => ({ ParameterKey, ParameterValue }));

  it('are given, kept, or by default', () => {
    expect(parameterValues(template, given({ Name: 'abc' }))).toEqual({ Name: 'abc', Size: '3', Kind: 'a', Told: 'x' });
    const kept = [{ ParameterKey: 'Name', UsePreviousValue: true }];
    expect(parameterValues(template, kept, { Name: 'old' })).toMatchObject({ Name: 'old' });
  });

  it.each([
    [{}, 'Parameters: [Name] must have values'],
    [{ Name: 'abc', Other: 'x', More: 'y' }, 'Parameters: [Other, More] do not exist in the template'],
    [{ Name: 'ABC' }, "Parameter 'Name' must match pattern [a-z]+"],
    [{ Name: 'a' }, "Parameter 'Name' must contain at least 2 characters"],
    [{ Name: 'abcde' }, "Parameter 'Name' must contain at most 4 characters"],
    [{ Name: 'abc', Size: 'x' }, "Parameter 'Size' must be a number."],
    [{ Name: 'abc', Size: '0' }, "Parameter 'Size' must be a number not less than 1."],
    [{ Name: 'abc', Size: '6' }, "Parameter 'Size' must be a number not greater than 5."],
    [{ Name: 'abc', Kind: 'c' }, "Parameter 'Kind' must be one of AllowedValues"],
    [{ Name: 'abc', Told: 'y' }, 'Parameter Told failed to satisfy constraint: must be x'],
  ])('%j are refused', (values, text) => {
    expect(told(() => parameterValues(template, given(values)))).toBe(text);
  });
});

describe('the order of resources', () => {
  /** Resources that refer only to earlier ones, listed in any order. */
  const graph = fc.integer({ min: 1, max: 12 }).chain((size) =>
    fc.record({
      needs: fc.tuple(
        ...Array.from({ length: size }, (_, index) =>
          index === 0 ? fc.constant<number[]>([]) : fc.uniqueArray(fc.nat(index - 1), { maxLength: 3 }),
        ),
      ),
      order: fc.shuffledSubarray(
        Array.from({ length: size }, (_, index) => index),
        { minLength: size },
      ),
      how: fc.array(fc.nat(3), { minLength: size, maxLength: size }),
    }),
  );

  const resourceOf = (needs: readonly number[], how: number): object => {
    const ids = needs.map((one) => `R${one}`);
    if (how === 0) return { ...handle, DependsOn: ids };
    if (how === 1) return { ...handle, Properties: { x: ids.map((Ref) => ({ Ref })) } };
    if (how === 2) return { ...handle, Properties: { x: { y: ids.map((id) => ({ 'Fn::GetAtt': [id, 'Id'] })) } } };
    return { ...handle, Properties: { x: { 'Fn::Sub': ids.map((id) => `\${${id}.Id}`).join('') } } };
  };

  it('has each after those it needs, all of them once, and the same every time', () => {
    fc.assert(
      fc.property(graph, ({ needs, order, how }) => {
        const Resources = Object.fromEntries(
          order.map((index) => [`R${index}`, resourceOf(needs[index] ?? [], how[index] ?? 0)]),
        );
        const scope = scopeOf({ Resources });
        const found = inOrder(scope);
        expect(found.map(({ id }) => id).sort()).toEqual(Object.keys(Resources).sort());
        for (const [position, resource] of found.entries()) {
          for (const id of neededBy(scope.template, resource)) {
            expect(found.findIndex((one) => one.id === id)).toBeLessThan(position);
          }
        }
        expect(inOrder(scope)).toEqual(found);
      }),
    );
  });

  it('is refused where they need each other, and is without those whose conditions do not hold', () => {
    const Resources = {
      A: { ...handle, DependsOn: 'C' },
      B: { ...handle, DependsOn: 'A' },
      C: { ...handle, DependsOn: 'B' },
    };
    expect(told(() => inOrder(scopeOf({ Resources })))).toBe('Circular dependency between resources: [A, B, C]');
    const Conditions = { No: { 'Fn::Equals': ['a', 'b'] } };
    const open = { ...Resources, C: { ...Resources.C, Condition: 'No' } };
    expect(inOrder(scopeOf({ Resources: open, Conditions })).map(({ id }) => id)).toEqual(['A', 'B']);
  });
});
