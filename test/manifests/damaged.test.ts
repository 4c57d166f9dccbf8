// Any text at all: a project or located problems, never another error. Good and broken manifests are damaged at random.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { isSlipwayError } from '../../src/diagnostics/index.js';
import { parseProject, printProject, resolve } from '../../src/manifest/index.js';
import { checkRules } from '../../src/registry/index.js';

const folders = ['good', 'broken'].flatMap((kind) => {
  const root = join('test/manifests', kind);
  return readdirSync(root).map((name) => join(root, name, 'slipway.yaml'));
});
const texts = folders.filter((file) => existsSync(file)).map((file) => readFileSync(file, 'utf8'));
const pieces = [
  '',
  ' ',
  ':',
  '{',
  '}',
  '[',
  ']',
  '\n',
  '*a',
  '&a ',
  '- ',
  'null',
  '"',
  "'",
  '#',
  '|',
  '? ',
  '<<: ',
  '!!str ',
  '%',
  '---\n',
  '\t',
  '0',
  '😀',
];
const edit = fc.tuple(fc.nat(100_000), fc.nat(6), fc.constantFrom(...pieces));

it('a damaged manifest loads or says what is wrong with it', () => {
  fc.assert(
    fc.property(fc.constantFrom(...texts), fc.array(edit, { maxLength: 3 }), (whole, edits) => {
      let text = whole;
      for (const [at, remove, insert] of edits) {
        const place = at % (text.length + 1);
        text = text.slice(0, place) + insert + text.slice(place + remove);
      }
      try {
        const project = parseProject([{ file: 'slipway.yaml', text, own: true }], { furtherCheck: checkRules });
        for (const name of project.environments.keys()) resolve(project, name);
        expect(printProject(project)).not.toBe('');
      } catch (error) {
        if (!isSlipwayError(error)) throw error;
        expect(error.diagnostics.length).toBeGreaterThan(0);
      }
    }),
    { numRuns: 1000 },
  );
});
