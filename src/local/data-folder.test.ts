// Folders on a real disk, and where none can be made.
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isSlipwayError } from '../diagnostics/index.js';
import { makeDataFolder, makeFolder } from './data-folder.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'slipway-data-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('a folder', () => {
  it('is made with those above it, for its owner alone, and may be there', () => {
    const deep = join(folder, 'a', 'b', 'c');
    makeFolder(deep);
    makeFolder(deep);
    for (const one of [deep, join(folder, 'a')]) expect(statSync(one).mode & 0o777).toBe(0o700);
  });

  it('is for others too where that is asked for, as far as the umask lets them', () => {
    makeFolder(join(folder, 'a', 'b'), 0o777);
    for (const one of ['a', 'a/b']) expect(statSync(join(folder, one)).mode & 0o777).toBe(0o777 & ~process.umask());
  });

  it('is not made in a file, nor in its place', () => {
    const file = join(folder, 'file');
    writeFileSync(file, '');
    for (const path of [file, join(file, 'x'), join(file, 'x', 'y')]) expect(() => makeFolder(path)).toThrow();
    expect(statSync(file).isFile()).toBe(true);
  });

  it.runIf(existsSync('/proc/self'))('is given up where the system has no room for any', () => {
    expect(() => makeFolder('/proc/slipway/data')).toThrow('ENOENT');
  });

  it('for data that cannot be made is told of with what helps there', () => {
    writeFileSync(join(folder, 'file'), '');
    try {
      makeDataFolder(join(folder, 'file', 'data'));
      expect.unreachable();
    } catch (error) {
      if (!isSlipwayError(error)) throw error;
      expect(error.diagnostics).toMatchObject([{ code: 'local/data-unusable' }]);
      expect(error.message).toContain('ENOTDIR');
      expect(error.diagnostics[0]?.mend).not.toContain('state.db');
    }
  });
});
