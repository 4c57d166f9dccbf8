// Parameters of the query protocol: what botocore writes is read as it was meant, and nothing that is sent breaks the reader.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type FormValue, readForm } from './form.js';

const inputOf = (text: string): unknown => readForm(text)?.input;

/** As botocore writes parameters (its QuerySerializer). */
function pairsOf(name: string, value: FormValue): [name: string, text: string][] {
  if (typeof value === 'string') return [[name, value]];
  if (Array.isArray(value)) {
    if (value.length === 0) return [[name, '']];
    return value.flatMap((one: FormValue, index) => pairsOf(`${name}.member.${index + 1}`, one));
  }
  return Object.entries(value).flatMap(([member, one]: [string, FormValue]) => pairsOf(`${name}.${member}`, one));
}

const names = fc.oneof(fc.stringMatching(/^[A-Z][A-Za-z0-9]{0,8}$/), fc.constantFrom('__proto__', 'constructor'));
const { value: values } = fc.letrec<{ value: FormValue; list: FormValue[]; structure: Record<string, FormValue> }>(
  (tie) => ({
    value: fc.oneof({ depthSize: 'small' }, fc.string({ unit: 'grapheme' }), tie('list'), tie('structure')),
    list: fc.array(tie('value'), { minLength: 1, maxLength: 12 }),
    structure: fc.dictionary(names, tie('value'), { minKeys: 1, maxKeys: 4 }),
  }),
);

describe('parameters', () => {
  it('are texts, lists and structures', () => {
    expect(
      readForm(
        'Action=TagRole&Version=2010-05-08&RoleName=ci&Tags.member.1.Key=Team&Tags.member.1.Value=a+b%26c&Tags.member.2.Key=x&Tags.member.2.Value=',
      ),
    ).toEqual({
      action: 'TagRole',
      version: '2010-05-08',
      input: {
        RoleName: 'ci',
        Tags: [
          { Key: 'Team', Value: 'a b&c' },
          { Key: 'x', Value: '' },
        ],
      },
    });
  });

  it('keep a list’s order, not the order of the request, and close gaps', () => {
    expect(inputOf('A.member.10=c&A.member.2=b&A.member.1=a')).toEqual({ A: ['a', 'b', 'c'] });
  });

  it('of a name that comes twice the first counts, and members come before a text', () => {
    expect(inputOf('A=1&A=2&B=&B.member.1=x')).toEqual({ A: '1', B: ['x'] });
  });

  it('are a structure where `member` has other names below it', () => {
    expect(inputOf('A.member.x=1&B.member=2&C.member.0=3')).toEqual({
      A: { member: { x: '1' } },
      B: { member: '2' },
      C: { member: { 0: '3' } },
    });
  });

  it('are nothing where they are too many, too deep or no UTF-8', () => {
    expect(readForm(Array.from({ length: 10_001 }, (_, index) => `A${index}=1`).join('&'))).toBeUndefined();
    expect(readForm(`${'a.'.repeat(40)}b=1`)).toBeUndefined();
    expect(readForm(Buffer.from([0x41, 0x3d, 0xff]))).toBeUndefined();
  });

  it('are read as they were written, whatever they hold', () => {
    fc.assert(
      fc.property(fc.dictionary(names, values, { maxKeys: 5 }), fc.string(), (input, action) => {
        const body = new URLSearchParams([
          ['Action', action],
          ...Object.entries(input).flatMap(([name, value]) => pairsOf(name, value)),
        ]).toString();
        const form = readForm(Buffer.from(body));
        expect(form?.action).toBe(action);
        expect(JSON.stringify(form?.input)).toBe(JSON.stringify({ ...input }));
      }),
    );
  });

  it('never break the reader', () => {
    const part = fc.constantFrom('Action', 'member', 'A', '.', '=', '&', '1', '0', '-', '%', '%4', '__proto__', '+');
    fc.assert(
      fc.property(fc.array(part, { maxLength: 40 }), (parts) => {
        readForm(parts.join(''));
        expect(Object.getPrototypeOf({})).toBe(Object.prototype);
      }),
      { numRuns: 500 },
    );
  });
});
