// Holds the table of diagnostics, the code that gives them, and the page that explains them together.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { allDefinitions } from './index.js';

/** Every source file but tests and the table itself, as one text. */
function sources(folder: string): string {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts') && !entry.name.endsWith('.test.ts'))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => !file.includes(join('diagnostics', 'codes')))
    .map((file) => readFileSync(file, 'utf8'))
    .join('\n');
}

describe('the table of diagnostics', () => {
  const given = sources('src');
  const page = readFileSync('docs/diagnostics.md', 'utf8');

  it.each(allDefinitions().map((one) => [one.code, one] as const))(
    '%s is given somewhere and explained',
    (code, one) => {
      expect(given.includes(`'${code}'`)).toBe(true);
      expect(page).toContain(`### \`${code}\``);
      expect(code).toMatch(/^[a-z]+\/[a-z0-9]+(-[a-z0-9]+)*$/);
      for (const text of [one.title, one.meaning, one.mend]) expect(text.trim()).not.toBe('');
    },
  );

  it('holds codes of every room that reports problems', () => {
    const rooms = new Set(allDefinitions().map((one) => one.code.slice(0, one.code.indexOf('/'))));
    expect([...rooms].sort()).toEqual([
      'access',
      'adopt',
      'audit',
      'cli',
      'lifecycle',
      'local',
      'login',
      'manifest',
      'plan',
      'registry',
      'render',
    ]);
  });
});
