// Who runs this on which machine, for the lock that keeps two applies apart.
// It must not know what a lock is made of.
import { hostname, userInfo } from 'node:os';
import type { LockOptions } from '../plan/index.js';

function userName(env: Readonly<Record<string, string | undefined>>): string {
  try {
    return userInfo().username;
  } catch {
    // A container may run as a number that has no name.
    return env.USER ?? 'somebody';
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Not ours to signal, but there.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/** How a lock names this run, and how it tells whether another run of this machine still lives. */
export function thisRun(env: Readonly<Record<string, string | undefined>>): LockOptions {
  const host = hostname();
  return { holder: `${userName(env)}@${host}`, host, pid: process.pid, isAlive };
}
