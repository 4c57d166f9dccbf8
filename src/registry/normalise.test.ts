// Tests of the values by which settings are compared.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Encryption, MutabilityMode } from './model.js';
import {
  byText,
  canonicalEncryption,
  canonicalMutability,
  canonicalTags,
  compareEncryption,
  hasTags,
  sameMutability,
  sortedSet,
} from './normalise.js';

const id = '1234abcd-12ab-34cd-56ef-1234567890ab';
const arn = `arn:aws:kms:eu-west-1:111111111111:key/${id}`;
const aliasArn = 'arn:aws:kms:eu-west-1:111111111111:alias/ecr-images';

describe('tag mutability', () => {
  it.each([
    ['IMMUTABLE', [], 'IMMUTABLE', []],
    ['IMMUTABLE', ['a*'], 'IMMUTABLE', []],
    ['MUTABLE', ['a*'], 'MUTABLE', []],
    ['MUTABLE_WITH_EXCLUSION', ['b', 'a', 'b'], 'MUTABLE_WITH_EXCLUSION', ['a', 'b']],
    ['IMMUTABLE_WITH_EXCLUSION', ['b', 'a'], 'IMMUTABLE_WITH_EXCLUSION', ['a', 'b']],
    ['IMMUTABLE_WITH_EXCLUSION', [], 'IMMUTABLE', []],
    ['MUTABLE_WITH_EXCLUSION', [], 'MUTABLE', []],
  ] as const)('%s %j is %s %j', (mode, exclusions, canonicalMode, canonicalExclusions) => {
    expect(canonicalMutability({ mode, exclusions })).toEqual({ mode: canonicalMode, exclusions: canonicalExclusions });
  });

  it('does not mind the order of filters, and minds everything else', () => {
    const one = { mode: 'IMMUTABLE_WITH_EXCLUSION', exclusions: ['a', 'b'] } as const;
    expect(sameMutability(one, { ...one, exclusions: ['b', 'a'] })).toBe(true);
    expect(sameMutability(one, { ...one, exclusions: ['b'] })).toBe(false);
    expect(sameMutability(one, { ...one, mode: 'MUTABLE_WITH_EXCLUSION' })).toBe(false);
    expect(sameMutability({ mode: 'MUTABLE', exclusions: [] }, { mode: 'IMMUTABLE', exclusions: [] })).toBe(false);
  });
});

describe('encryption', () => {
  it.each<[Encryption | undefined, Encryption]>([
    [undefined, { type: 'AES256' }],
    [{ type: 'AES256' }, { type: 'AES256' }],
    [{ type: 'AES256', kmsKey: arn }, { type: 'AES256' }],
    [{ type: 'KMS' }, { type: 'KMS' }],
    [{ type: 'KMS', kmsKey: '' }, { type: 'KMS' }],
    [{ type: 'KMS', kmsKey: 'alias/aws/ecr' }, { type: 'KMS' }],
    [{ type: 'KMS_DSSE', kmsKey: 'arn:aws:kms:eu-west-1:111111111111:alias/aws/ecr' }, { type: 'KMS_DSSE' }],
    [
      { type: 'KMS', kmsKey: id },
      { type: 'KMS', kmsKey: id },
    ],
  ])('%j is %j', (encryption, canonical) => {
    expect(canonicalEncryption(encryption)).toEqual(canonical);
  });

  it.each<[string, Encryption, Encryption, 'same' | 'different' | 'unknown']>([
    ['the default', { type: 'AES256' }, { type: 'AES256' }, 'same'],
    ['another type', { type: 'AES256' }, { type: 'KMS' }, 'different'],
    ['another kind of KMS', { type: 'KMS' }, { type: 'KMS_DSSE' }, 'different'],
    ['whichever key', { type: 'KMS' }, { type: 'KMS', kmsKey: arn }, 'same'],
    ['the managed alias', { type: 'KMS', kmsKey: 'alias/aws/ecr' }, { type: 'KMS', kmsKey: arn }, 'same'],
    ['a key, but none is told', { type: 'KMS', kmsKey: arn }, { type: 'KMS' }, 'different'],
    ['id and ARN', { type: 'KMS', kmsKey: id }, { type: 'KMS', kmsKey: arn }, 'same'],
    ['ARN and id', { type: 'KMS', kmsKey: arn }, { type: 'KMS', kmsKey: id }, 'same'],
    ['key/id and ARN', { type: 'KMS', kmsKey: `key/${id}` }, { type: 'KMS', kmsKey: arn }, 'same'],
    ['another id', { type: 'KMS', kmsKey: id.replace('1', '2') }, { type: 'KMS', kmsKey: arn }, 'different'],
    ['one ARN', { type: 'KMS', kmsKey: arn }, { type: 'KMS', kmsKey: arn }, 'same'],
    [
      'another account',
      { type: 'KMS', kmsKey: arn },
      { type: 'KMS', kmsKey: arn.replaceAll('1111', '2222') },
      'different',
    ],
    ['alias and ARN of a key', { type: 'KMS', kmsKey: 'alias/ecr-images' }, { type: 'KMS', kmsKey: arn }, 'unknown'],
    ['ARNs of alias and key', { type: 'KMS', kmsKey: aliasArn }, { type: 'KMS', kmsKey: arn }, 'unknown'],
    ['ARN of a key and alias', { type: 'KMS', kmsKey: arn }, { type: 'KMS', kmsKey: 'alias/ecr-images' }, 'unknown'],
    ['alias and its ARN', { type: 'KMS', kmsKey: 'alias/ecr-images' }, { type: 'KMS', kmsKey: aliasArn }, 'same'],
    ['another alias', { type: 'KMS', kmsKey: 'alias/other' }, { type: 'KMS', kmsKey: aliasArn }, 'different'],
    ['ARNs of two aliases', { type: 'KMS', kmsKey: aliasArn }, { type: 'KMS', kmsKey: `${aliasArn}2` }, 'different'],
  ])('%s', (_, wanted, live, answer) => {
    expect(compareEncryption(wanted, live)).toBe(answer);
  });
});

describe('tags', () => {
  it('are ordered by key', () => {
    expect(Object.keys(canonicalTags({ b: '1', a: '2', B: '3' }))).toEqual(['B', 'a', 'b']);
  });

  it('are there, whatever else is', () => {
    expect(hasTags({ a: '1', b: '2' }, { a: '1' })).toBe(true);
    expect(hasTags({ a: '1' }, { a: '2' })).toBe(false);
    expect(hasTags({ a: '1' }, { b: '1' })).toBe(false);
    expect(hasTags({}, {})).toBe(true);
    expect(hasTags({}, { toString: 'x' })).toBe(false);
  });
});

describe('order', () => {
  it('is that of code units', () => {
    expect([byText('a', 'b'), byText('b', 'a'), byText('a', 'a')]).toEqual([-1, 1, 0]);
    expect(sortedSet(['b', 'a', 'b'])).toEqual(['a', 'b']);
  });
});

describe('properties', () => {
  const mutability = fc.record({
    mode: fc.constantFrom<MutabilityMode>('IMMUTABLE', 'MUTABLE', 'IMMUTABLE_WITH_EXCLUSION', 'MUTABLE_WITH_EXCLUSION'),
    exclusions: fc.array(fc.constantFrom('a', 'b*', 'c')),
  });
  const encryption: fc.Arbitrary<Encryption> = fc.oneof(
    fc.record({ type: fc.constantFrom('AES256', 'KMS', 'KMS_DSSE') }),
    fc.record({
      type: fc.constantFrom('AES256', 'KMS', 'KMS_DSSE'),
      kmsKey: fc.constantFrom('', id, arn, aliasArn, 'alias/ecr-images', 'alias/aws/ecr'),
    }),
  );

  it('normalising twice is normalising once', () => {
    fc.assert(
      fc.property(mutability, encryption, fc.dictionary(fc.string(), fc.string()), (one, other, tags) => {
        expect(canonicalMutability(canonicalMutability(one))).toEqual(canonicalMutability(one));
        expect(canonicalEncryption(canonicalEncryption(other))).toEqual(canonicalEncryption(other));
        expect(JSON.stringify(canonicalTags(canonicalTags(tags)))).toBe(JSON.stringify(canonicalTags(tags)));
      }),
    );
  });

  it('everything is the same as itself', () => {
    fc.assert(
      fc.property(mutability, encryption, (one, other) => {
        expect(sameMutability(one, canonicalMutability(one))).toBe(true);
        expect(compareEncryption(other, canonicalEncryption(other))).toBe('same');
      }),
    );
  });
});
