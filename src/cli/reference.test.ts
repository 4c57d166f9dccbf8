// docs/cli.md is what the commands say.
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { catalog } from './catalog.js';
import { referencePage } from './reference.js';

it('docs/cli.md is current; npm run generate writes it', () => {
  expect(readFileSync('docs/cli.md', 'utf8')).toBe(referencePage(catalog.map((one) => one.spec)));
});
