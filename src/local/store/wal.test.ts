// The log's own file: it stays open as long as a flush needs it, and no longer.
import { mkdtempSync, readdirSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Wal } from './wal.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'slipway-wal-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** How many files of this process are open on a path. */
function openOn(path: string): number {
  return readdirSync('/proc/self/fd').filter((file) => {
    try {
      return readlinkSync(`/proc/self/fd/${file}`) === path;
    } catch {
      return false;
    }
  }).length;
}

describe('the write-ahead log', () => {
  it('must be there', () => {
    expect(() => new Wal(join(folder, 'state.db-wal'))).toThrow('ENOENT');
  });

  it.runIf(process.platform === 'linux')('keeps its file until the flush that is under way has ended', async () => {
    const path = join(folder, 'state.db-wal');
    writeFileSync(path, 'frames');
    const wal = new Wal(path);
    wal.flushNow();
    await wal.flush();
    const last = wal.flush();
    wal.close();
    expect(openOn(path)).toBe(1);
    await last;
    expect(openOn(path)).toBe(0);
  });

  it.runIf(process.platform === 'linux')('lets go of its file at once where nothing is under way', () => {
    const path = join(folder, 'state.db-wal');
    writeFileSync(path, '');
    new Wal(path).close();
    expect(openOn(path)).toBe(0);
  });
});
