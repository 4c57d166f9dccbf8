// docs/security.md names the test of each thing it claims: those tests are there.
import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

const tests = ['src', 'test', 'scripts'].flatMap((folder) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.test.ts'))
    .map((path) => `${folder}/${path}`),
);

/** Of the suite that every registry is held to. */
const cases = readdirSync('src/local/distribution/testing')
  .map((name) => readFileSync(`src/local/distribution/testing/${name}`, 'utf8'))
  .join('\n');

/** Rows of the tables: what is named as a test's file, and the names that follow it. */
const rows = readFileSync('docs/security.md', 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('| ') && line.includes('.test.ts'))
  .map((line) => line.split(' | '));

it.each(rows.map((row) => [row[0] ?? '', row.at(-1) ?? ''] as const))('%s', (_, shown) => {
  const claims = shown.split(';').map((claim) => ({
    file: /`([\w/-]+\.test\.ts)`/.exec(claim)?.[1] ?? '',
    names: [...claim.matchAll(/"([^"]+)"/g)].map(([, name = '']) => name),
  }));
  for (const { file, names } of claims) {
    const found = tests.filter((path) => path === file || path.endsWith(`/${file}`));
    expect(found, file).not.toEqual([]);
    const text = found.map((path) => readFileSync(path, 'utf8')).join('\n');
    // Names of cases that are made of data lie in the data.
    const data = found.some((path) => path.endsWith('conformance.test.ts')) ? cases : '';
    for (const name of names) expect(text + data, `${file}: ${name}`).toContain(name.replaceAll("'", '’'));
  }
});

it('names a test on every line', () => {
  expect(rows.length).toBeGreaterThan(15);
});
