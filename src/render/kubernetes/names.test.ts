// Names of objects: legal, and no two alike, whatever a repository is called.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { keyName, labelOf, objectName } from './names.js';

/** Kubernetes, "Object Names and IDs". */
const label = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;

const word = fc.constantFrom('a', 'api', 'v2', '0', 'x'.repeat(54), 'x'.repeat(55));
const joint = fc.constantFrom('/', '.', '_', '-', '--', '__', '-.', '/-');
/** As repositories are called, those of long ago too, and made to be taken for one another. */
const keys = fc.oneof(
  fc.array(fc.tuple(word, joint), { maxLength: 8 }).map((parts) => `${parts.flat().join('')}z`),
  fc.stringMatching(/^[a-zA-Z0-9._/-]{1,256}$/),
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 30 }),
);
const separators = fc.constantFrom('/', '.');

describe('the name of an object', () => {
  it('is a DNS subdomain with room for a hash', () => {
    fc.assert(
      fc.property(keys, keys, keys, separators, (project, place, key, separator) => {
        const name = objectName(project, labelOf(place), key, separator);
        expect(name.length).toBeLessThanOrEqual(253 - '-12345678'.length);
        const labels = `${name}-12345678`.split('.');
        expect(labels.filter((one) => !label.test(one) || one.length > 63)).toEqual([]);
      }),
    );
  });

  it('is another for another key', () => {
    fc.assert(
      fc.property(fc.uniqueArray(keys, { minLength: 2, maxLength: 20 }), separators, (all, separator) => {
        const names = all.map((key) => keyName(key, separator));
        expect(new Set(names).size).toBe(all.length);
      }),
    );
  });

  it('is another in another environment, in another Region and for another project', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.tuple(keys, keys, keys), { minLength: 2, selector: String }), (all) => {
        const names = all.flatMap(([project, place, key]) => [
          objectName(project, labelOf(place), key),
          objectName(project, labelOf(place, 'us-east-1'), key),
        ]);
        const different = new Set(all.map((parts) => JSON.stringify(parts))).size;
        expect(new Set(names).size).toBe(different * 2);
      }),
    );
  });

  it('can be read', () => {
    expect(objectName('payments', 'prod', 'api')).toBe('payments.prod.api');
    expect(objectName('payments', 'prod', 'team-a/api')).toBe('payments.prod.team-a.api');
    expect(objectName('payments', 'prod', 'team-a.api')).toBe('payments.prod.team-a-api--342870be');
    expect(objectName('payments', labelOf('prod', 'us-east-1'), 'github-acme.api', '.')).toBe(
      'payments.prod--us-east-1.github-acme.api',
    );
  });
});
