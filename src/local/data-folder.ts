// Makes folders, one level after the other.
// It must not know what is kept in them.
import { existsSync, mkdirSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { fail } from '../diagnostics/index.js';

/** For its owner alone. */
const ownersAlone = 0o700;

function makeOne(path: string, mode: number): void {
  try {
    mkdirSync(path, { mode });
  } catch (error) {
    // Another may have made it meanwhile.
    if (statSync(path, { throwIfNoEntry: false })?.isDirectory() !== true) throw error;
  }
}

/**
 * With the folders above it. Not Node's `recursive`: that one tries for ever where a folder answers ENOENT to whoever would
 * make something in it, as those below /proc do.
 */
export function makeFolder(path: string, mode = ownersAlone): void {
  const whole = resolve(path);
  const above = dirname(whole);
  if (above !== whole && !existsSync(above)) makeFolder(above, mode);
  makeOne(whole, mode);
}

/** Throws `local/data-unusable`. */
export function makeDataFolder(path: string): void {
  try {
    makeFolder(path);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    fail('local/data-unusable', `cannot make the data directory '${path}': ${reason}`, {
      cause: error,
      mend: 'choose another directory with --data, or mend what the message says of this one',
    });
  }
}
