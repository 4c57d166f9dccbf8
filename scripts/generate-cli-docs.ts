// Writes docs/cli.md from the commands' data; with --check, says whether it is current.
import { readFileSync, writeFileSync } from 'node:fs';
import { catalog } from '../src/cli/catalog.js';
import { referencePage } from '../src/cli/reference.js';

const file = 'docs/cli.md';
const page = referencePage(catalog.map((one) => one.spec));

if (process.argv.includes('--check')) {
  let current = '';
  try {
    current = readFileSync(file, 'utf8');
  } catch {
    // A missing page is an outdated one.
  }
  if (current !== page) {
    process.stderr.write(`${file} is out of date: run npm run generate\n`);
    process.exitCode = 1;
  }
} else {
  writeFileSync(file, page);
}
