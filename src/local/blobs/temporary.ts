// A folder in the system's temporary directory that goes with this process, and takes with it those of processes that were killed.
// It must not know what is kept in it.
import { lstatSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What is kept in such a folder: it goes into its name. */
export type Kept = 'blobs' | 'tls' | 'auth';

const names = /^slipway-(?:blobs|tls|auth)-/;
const note = 'owner.json';

interface Owner {
  readonly pid: number;
  /** Where the process ids of this machine are counted from: containers may share the directory and not the ids. */
  readonly space: string;
}

function space(): string {
  try {
    return readlinkSync('/proc/self/ns/pid');
  } catch {
    return process.platform;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return !(error instanceof Error && 'code' in error && error.code === 'ESRCH');
  }
}

function ownerOf(folder: string): Partial<Owner> {
  try {
    return JSON.parse(readFileSync(join(folder, note), 'utf8')) as Partial<Owner>;
  } catch {
    return {};
  }
}

/** Where all may write, somebody else's folder could become another one while it is emptied. */
function isMine(folder: string): boolean {
  try {
    const found = lstatSync(folder);
    return found.isDirectory() && (process.getuid === undefined || found.uid === process.getuid());
  } catch {
    return false;
  }
}

function remove(folder: string): void {
  // Whoever still writes there has lost its reader: a file more or less must not be the end of anybody.
  try {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 10 });
  } catch {
    // It is found again by the next one.
  }
}

function namesIn(directory: string): readonly string[] {
  try {
    return readdirSync(directory);
  } catch {
    // One may be allowed to write there and not to look round.
    return [];
  }
}

/** What processes have left that had no time to clear up. Only where it is certain that they are gone. */
export function removeLeftovers(directory: string = tmpdir()): void {
  for (const name of namesIn(directory)) {
    const folder = join(directory, name);
    if (!names.test(name) || !isMine(folder)) continue;
    const { pid, space: theirs } = ownerOf(folder);
    if (typeof pid === 'number' && theirs === space() && !isAlive(pid)) remove(folder);
  }
}

const ours = new Set<string>();

function removeOurs(): void {
  for (const folder of ours) remove(folder);
}

export interface TemporaryFolder {
  readonly path: string;
  remove(): void;
}

export function temporaryFolder(directory: string = tmpdir(), kept: Kept = 'blobs'): TemporaryFolder {
  removeLeftovers(directory);
  const path = mkdtempSync(join(directory, `slipway-${kept}-`));
  const owner: Owner = { pid: process.pid, space: space() };
  writeFileSync(join(path, note), JSON.stringify(owner), { mode: 0o600 });
  if (ours.size === 0) process.once('exit', removeOurs);
  ours.add(path);
  return {
    path,
    remove: () => {
      ours.delete(path);
      if (ours.size === 0) process.off('exit', removeOurs);
      remove(path);
    },
  };
}
