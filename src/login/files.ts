// Changes files that other programs read and write too: whole or not at all, with their permissions, owner and links as they were.
// It must not know what is in them.
import { randomUUID } from 'node:crypto';
import {
  accessSync,
  chmodSync,
  chownSync,
  closeSync,
  constants,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, resolve } from 'node:path';
import { fail, isSlipwayError } from '../diagnostics/index.js';
import { takeLock } from './lock.js';
import type { Clock } from './model.js';

/** Links on the way to a file; more are a circle. */
const manyLinks = 40;

/** The file that is meant where the path is a link, even if it does not exist yet. */
function meant(path: string): string {
  let file = resolve(path);
  for (let links = 0; links < manyLinks; links += 1) {
    if (lstatSync(file, { throwIfNoEntry: false })?.isSymbolicLink() !== true) return file;
    file = resolve(dirname(file), readlinkSync(file));
  }
  return fail('login/cannot-write', `'${path}' is a circle of symbolic links`);
}

function textOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Writes a whole file in one step: a reader sees the old one or the new one. Throws what the operating system says. */
export function replaceFile(file: string, text: string, before?: Stats): void {
  const fresh = `${file}.${randomUUID()}.tmp`;
  try {
    const handle = openSync(fresh, 'wx', 0o600);
    try {
      writeFileSync(handle, text);
      fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
    if (before !== undefined) {
      // Root may write the file of somebody else, who is to be able to read it afterwards.
      if (before.uid !== process.getuid?.() || before.gid !== process.getgid?.())
        chownSync(fresh, before.uid, before.gid);
      chmodSync(fresh, before.mode & 0o777);
    }
    renameSync(fresh, file);
  } catch (error) {
    rmSync(fresh, { force: true });
    throw error;
  }
}

/** A change that others keep undoing is given up. */
const tries = 20;

export interface ChangeOptions {
  readonly clock: Clock;
  readonly random: () => number;
}

/**
 * Reads, changes and writes a file; `change` is given nothing where there is none, and may be called several times. A new file is
 * for its owner alone. False where nothing was to change. Throws `login/cannot-write`, `login/locked`, and what `change` throws.
 */
export async function changeFile(
  path: string,
  change: (text: string | undefined) => string,
  { clock, random }: ChangeOptions,
): Promise<boolean> {
  try {
    const file = meant(path);
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    const release = await takeLock(`${file}.lock`, { clock, random, patience: 10_000, lifetime: 30_000 });
    if (release === undefined)
      fail('login/locked', `'${path}' is being changed by another process, which does not end`);
    try {
      return changed(file, change);
    } finally {
      release();
    }
  } catch (error) {
    if (isSlipwayError(error) || !(error instanceof Error && 'code' in error)) throw error;
    return fail('login/cannot-write', `'${path}' cannot be changed: ${error.message}`, { cause: error });
  }
}

function changed(file: string, change: (text: string | undefined) => string): boolean {
  for (let attempt = 0; attempt < tries; attempt += 1) {
    const text = textOf(file);
    const next = change(text);
    if (next === text) return false;
    const before = statSync(file, { throwIfNoEntry: false });
    // A file that is not to be written is not replaced by one that is.
    if (before !== undefined) accessSync(file, constants.W_OK);
    // Programs that know nothing of our lock may have written meanwhile.
    if (textOf(file) !== text) continue;
    replaceFile(file, next, before);
    return true;
  }
  return fail('login/locked', `'${file}' is changed again and again by another process`);
}
