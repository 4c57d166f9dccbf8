// One at a time among processes: a file that exists while somebody works, and is taken from those who died.
// It must not know what is worked on.
import { randomUUID } from 'node:crypto';
import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { dirname } from 'node:path';
import type { Clock } from './model.js';

export interface LockOptions {
  readonly clock: Clock;
  /** How long to wait for another holder, in milliseconds. */
  readonly patience: number;
  /** After so long a holder is taken for dead, whatever it is, in milliseconds. */
  readonly lifetime: number;
  /** From 0 up to, not including, 1. */
  readonly random: () => number;
}

/** Milliseconds between two looks, half of it at random. */
const interval = 40;

function code(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined;
}

function textOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

/** Whether whoever wrote this still lives; on another machine, or half written, that is not known. */
function isDead(text: string): boolean {
  const [, host, pid] = text.split(' ');
  if (host !== hostname() || !/^\d+$/.test(pid ?? '')) return false;
  try {
    process.kill(Number(pid), 0);
    return false;
  } catch (error) {
    return code(error) === 'ESRCH';
  }
}

function isOld(file: string, lifetime: number): boolean {
  try {
    return Date.now() - statSync(file).mtimeMs > lifetime;
  } catch {
    return false;
  }
}

/** Takes away the lock with this text. If it is another's by now, that one is put back. */
function breakLock(file: string, text: string): void {
  const aside = `${file}.${randomUUID()}`;
  try {
    renameSync(file, aside);
  } catch {
    return;
  }
  try {
    if (textOf(aside) !== text) linkSync(aside, file);
  } catch {
    // Somebody has it already.
  } finally {
    rmSync(aside, { force: true });
  }
}

/** Gives the lock up again, or nothing where it was not to be had in time. Throws where the folder cannot be written to. */
export async function takeLock(
  file: string,
  { clock, patience, lifetime, random }: LockOptions,
): Promise<(() => void) | undefined> {
  const mine = `${randomUUID()} ${hostname()} ${process.pid}`;
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const deadline = clock.now() + patience;
  for (;;) {
    try {
      writeFileSync(file, mine, { flag: 'wx', mode: 0o600 });
      return () => {
        if (textOf(file) === mine) rmSync(file, { force: true });
      };
    } catch (error) {
      if (code(error) !== 'EEXIST') throw error;
    }
    const theirs = textOf(file);
    if (theirs !== undefined && (isDead(theirs) || isOld(file, lifetime))) breakLock(file, theirs);
    else if (clock.now() >= deadline) return undefined;
    else await clock.sleep(interval * (0.5 + random() / 2));
  }
}
