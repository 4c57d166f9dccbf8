// Inputs of the query protocol: what they become, and in which words they are refused.
import { describe, expect, it } from 'vitest';
import { type ServiceContext, ServiceError } from '../service.js';
import { openMemoryStore } from '../store/memory.js';
import { checkedQuery } from './check.js';

const context: ServiceContext = {
  account: '123456789012',
  region: 'us-east-1',
  partition: 'aws',
  callerArn: 'arn:aws:iam::123456789012:user/local',
  now: () => 0,
  store: openMemoryStore(),
};

const read = checkedQuery(
  {
    kind: 'structure',
    members: {
      RoleName: { kind: 'string', min: 1, max: 8, pattern: /^[\w+=,.@-]+$/ },
      MaxItems: { kind: 'integer', min: 1, max: 1000 },
      Force: { kind: 'boolean' },
      Tags: {
        kind: 'list',
        max: 2,
        of: { kind: 'structure', members: { Key: { kind: 'string', min: 1 } }, required: ['Key'] },
      },
      Status: { kind: 'string', oneOf: ['Active', 'Inactive'] },
      WebIdentityToken: { kind: 'string', min: 4 },
      Names: { kind: 'map', of: { kind: 'string' } },
    },
    required: ['RoleName'],
  },
  (input) => ({ input }),
);

function refusal(input: Record<string, unknown>): string {
  try {
    read(input, context);
  } catch (error) {
    if (error instanceof ServiceError) return `${error.code}: ${error.message}`;
  }
  return 'none';
}

describe('an input', () => {
  it('has maps by entries, as a form has them, or as they are', () => {
    const input = { RoleName: 'ci', Names: { a: 'one', b: 'two' } };
    const entry = { 1: { key: 'a', value: 'one' }, 2: { key: 'b', value: 'two' } };
    expect(read(input, context)).toEqual({ input });
    expect(read({ ...input, Names: { entry } }, context)).toEqual({ input });
    // A name of its own.
    expect(read({ ...input, Names: { entry: 'one' } }, context)).toEqual({
      input: { ...input, Names: { entry: 'one' } },
    });
  });

  it('may be of texts, as a form has it, or of plain values', () => {
    const plain = { RoleName: 'ci', MaxItems: 3, Force: true, Tags: [{ Key: 'a' }] };
    expect(read({ RoleName: 'ci', MaxItems: '3', Force: 'true', Tags: [{ Key: 'a' }] }, context)).toEqual({
      input: plain,
    });
    expect(read(plain, context)).toEqual({ input: plain });
    expect(read({ RoleName: 'ci', Tags: '', Force: 'false' }, context)).toEqual({
      input: { RoleName: 'ci', Tags: [], Force: false },
    });
  });

  it('loses what the operation does not know', () => {
    expect(read({ RoleName: 'ci', Evil: '1', Status: null }, context)).toEqual({ input: { RoleName: 'ci' } });
  });

  it.each([
    [{}, "Value null at 'roleName' failed to satisfy constraint: Member must not be null"],
    [
      { RoleName: 'far-too-long' },
      "Value 'far-too-long' at 'roleName' failed to satisfy constraint: Member must have length less than or equal to 8",
    ],
    [
      { RoleName: '' },
      "Value '' at 'roleName' failed to satisfy constraint: Member must have length greater than or equal to 1",
    ],
    [
      { RoleName: 'a/b' },
      "Value 'a/b' at 'roleName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\w+=,.@-]+",
    ],
    [
      { RoleName: 'a', MaxItems: 0 },
      "Value '0' at 'maxItems' failed to satisfy constraint: Member must have value greater than or equal to 1",
    ],
    [
      { RoleName: 'a', MaxItems: '1001' },
      "Value '1001' at 'maxItems' failed to satisfy constraint: Member must have value less than or equal to 1000",
    ],
    [
      { RoleName: 'a', Status: 'on' },
      "Value 'on' at 'status' failed to satisfy constraint: Member must satisfy enum value set: [Active, Inactive]",
    ],
    [
      { RoleName: 'a', Tags: [{ Key: '' }] },
      "Value '' at 'tags.1.member.key' failed to satisfy constraint: Member must have length greater than or equal to 1",
    ],
    [
      { RoleName: 'a', WebIdentityToken: 'abc' },
      "Value at 'webIdentityToken' failed to satisfy constraint: Member must have length greater than or equal to 4",
    ],
  ])('%j is refused in the words of AWS', (input, message) => {
    expect(refusal(input)).toBe(`ValidationError: 1 validation error detected: ${message}`);
  });

  it('is told of all its faults at once', () => {
    expect(refusal({ RoleName: '', Tags: [{}] })).toBe(
      "ValidationError: 2 validation errors detected: Value '' at 'roleName' failed to satisfy constraint: Member must have length greater than or equal to 1; Value null at 'tags.1.member.key' failed to satisfy constraint: Member must not be null",
    );
  });

  it.each([
    { RoleName: ['a'] },
    { RoleName: 'a', MaxItems: 'x' },
    { RoleName: 'a', MaxItems: 1.5 },
    { RoleName: 'a', Force: 'yes' },
    { RoleName: 'a', Tags: 'x' },
    { RoleName: 'a', Tags: ['x'] },
    { RoleName: { a: 'b' } },
  ])('%j is malformed', (input) => {
    expect(refusal(input)).toMatch(/^MalformedInput: /);
  });
});
