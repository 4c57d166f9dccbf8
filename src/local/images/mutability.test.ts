// Wildcards and the four modes of tag mutability.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Repository } from '../ecr/repository.js';
import { isTagImmutable, matchesWildcard } from './mutability.js';

describe('matchesWildcard', () => {
  it.each([
    ['latest', 'latest', true],
    ['latest', 'latest-1', false],
    ['latest', 'Latest', false],
    ['dev-*', 'dev-', true],
    ['dev-*', 'dev-1', true],
    ['dev-*', 'my-dev-1', false],
    ['*-rc', '1-rc', true],
    ['*-rc', '1-rc2', false],
    ['v*.*', 'v1.2', true],
    ['v*.*', 'v12', false],
    ['*', '', true],
    ['**', 'x', true],
    ['a*b*c', 'aXbXbYc', true],
    ['a*b*c', 'acb', false],
    ['', '', true],
    ['', 'a', false],
    ['.', 'a', false],
  ])('%s on %s: %s', (pattern, text, expected) => {
    expect(matchesWildcard(pattern, text)).toBe(expected);
  });

  it('agrees with a regular expression', () => {
    const letters = fc.string({ unit: fc.constantFrom('a', 'b', '.'), maxLength: 12 });
    const patterns = fc.string({ unit: fc.constantFrom('a', 'b', '.', '*'), maxLength: 8 });
    fc.assert(
      fc.property(patterns, letters, (pattern, text) => {
        const source = pattern.replaceAll('.', '\\.').replaceAll('*', '.*');
        expect(matchesWildcard(pattern, text)).toBe(new RegExp(`^${source}$`).test(text));
      }),
      { numRuns: 3_000 },
    );
  });

  it('is not slow on a hostile pattern', () => {
    expect(matchesWildcard(`${'*a'.repeat(60)}b`, 'a'.repeat(300))).toBe(false);
  });
});

describe('isTagImmutable', () => {
  const base: Repository = {
    name: 'r',
    account: '1',
    createdAt: 0,
    imageTagMutability: 'MUTABLE',
    scanOnPush: false,
    encryption: { encryptionType: 'AES256' },
    tags: [],
    exclusionFilters: [
      { filterType: 'WILDCARD', filter: 'latest' },
      { filterType: 'WILDCARD', filter: 'dev-*' },
    ],
  };
  const { exclusionFilters: _, ...plain } = base;
  it.each([
    ['MUTABLE', false, false],
    ['IMMUTABLE', true, true],
    ['IMMUTABLE_WITH_EXCLUSION', false, true],
    ['MUTABLE_WITH_EXCLUSION', true, false],
  ])('%s: of dev-1 %s, of v1 %s', (imageTagMutability, excluded, other) => {
    expect(isTagImmutable({ ...base, imageTagMutability }, 'dev-1')).toBe(excluded);
    expect(isTagImmutable({ ...base, imageTagMutability }, 'v1')).toBe(other);
    expect(isTagImmutable({ ...plain, imageTagMutability }, 'v1')).toBe(other);
  });
});
