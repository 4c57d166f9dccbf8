// Broken manifests and what is said of each, to the letter.
// `SLIPWAY_WRITE_EXPECTED=1` writes what is said now into expected.txt; read it before it is committed.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Diagnostic, isSlipwayError } from '../../src/diagnostics/index.js';
import { loadProject } from '../../src/manifest/index.js';
import { checkRules } from '../../src/registry/index.js';

const root = 'test/manifests/broken';
const cases = readdirSync(root).sort();

/** One line a problem: place, severity, code, message. */
function rendered(one: Diagnostic, folder: string): string {
  const place = one.range === undefined ? '-' : `${one.range.file}:${one.range.line}:${one.range.column}`;
  return `${place} ${one.severity} ${one.code} ${one.message}`.replaceAll(`${folder}/`, '').replaceAll(folder, '.');
}

async function problemsOf(folder: string): Promise<readonly Diagnostic[]> {
  const settings = join(folder, 'set.txt');
  const set = existsSync(settings) ? readFileSync(settings, 'utf8').trimEnd().split('\n') : [];
  try {
    await loadProject(folder, { set, furtherCheck: checkRules });
    return [];
  } catch (error) {
    if (isSlipwayError(error)) return error.diagnostics;
    throw error;
  }
}

describe('broken manifests', () => {
  it('are at least sixty', () => expect(cases.length).toBeGreaterThanOrEqual(60));

  it.each(cases)('%s', async (name) => {
    const folder = join(root, name);
    const problems = await problemsOf(folder);
    const said = `${problems.map((one) => rendered(one, folder)).join('\n')}\n`;
    const file = join(folder, 'expected.txt');
    if (process.env['SLIPWAY_WRITE_EXPECTED'] === '1') writeFileSync(file, said);
    expect(said).toBe(readFileSync(file, 'utf8'));
    expect(problems.some((one) => one.severity === 'error')).toBe(true);
    for (const { range, message, mend } of problems) {
      // House style: lower case, no full stop, and always a way out.
      expect(message).toMatch(/^(?:[^A-Z]|Planton).*[^.]$/s);
      expect(mend ?? '').not.toBe('');
      if (range === undefined) continue;
      expect(range.endLine > range.line || range.endColumn >= range.column).toBe(true);
      expect(range.line).toBeGreaterThan(0);
    }
  });
});
