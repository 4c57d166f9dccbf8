// Tokens kept between processes: one file for each identity, for its owner alone. A file that is damaged, or that others may read or
// could have written, counts as none. It must not know how tokens are got, nor when they are to be renewed.
import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { replaceFile } from './files.js';
import type { Authorization } from './model.js';

/** Times are milliseconds since the epoch. */
export interface Kept extends Authorization {
  readonly requestedAt: number;
  /** From then on a new one is asked for. */
  readonly refreshAt: number;
  /** How often that has failed in a row. */
  readonly failures: number;
  /** Hosts it was asked for. */
  readonly hosts: readonly string[];
}

const version = 1;

function keptIn(text: string): Kept | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const found = value as Partial<Record<keyof Kept | 'version', unknown>>;
  const texts = [found.username, found.password, found.proxyEndpoint];
  const numbers = [found.expiresAt, found.requestedAt, found.refreshAt, found.failures];
  const sound =
    found.version === version &&
    texts.every((one) => typeof one === 'string') &&
    found.username !== '' &&
    found.password !== '' &&
    numbers.every((one) => Number.isFinite(one)) &&
    Array.isArray(found.hosts) &&
    found.hosts.every((one) => typeof one === 'string');
  return sound ? (value as Kept) : undefined;
}

export class TokenCache {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  lockOf(key: string): string {
    return join(this.#folder, `${key}.lock`);
  }

  read(key: string): Kept | undefined {
    return this.#load(`${key}.json`);
  }

  /** Throws what the operating system says. Takes out of the folder what has expired. */
  write(key: string, kept: Kept, now: number): void {
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
    chmodSync(this.#folder, 0o700);
    replaceFile(join(this.#folder, `${key}.json`), `${JSON.stringify({ version, ...kept })}\n`);
    for (const name of this.#names()) {
      const other = this.#load(name);
      if (other !== undefined && other.expiresAt <= now) rmSync(join(this.#folder, name), { force: true });
    }
  }

  /** Forgets the tokens that were asked for this host, whoever asked. */
  forget(host: string): void {
    for (const name of this.#names()) {
      if (this.#load(name)?.hosts.includes(host) === true) rmSync(join(this.#folder, name), { force: true });
    }
  }

  /** The users by the hosts that there is a valid token for. */
  hosts(now: number): ReadonlyMap<string, string> {
    const found = new Map<string, string>();
    for (const name of this.#names()) {
      const kept = this.#load(name);
      if (kept === undefined || kept.expiresAt <= now) continue;
      for (const host of kept.hosts) found.set(host, kept.username);
    }
    return found;
  }

  #names(): string[] {
    try {
      return readdirSync(this.#folder).filter((name) => name.endsWith('.json'));
    } catch {
      return [];
    }
  }

  #load(name: string): Kept | undefined {
    const file = join(this.#folder, name);
    try {
      const { mode, uid } = statSync(file);
      const own = process.getuid === undefined || (uid === process.getuid() && (mode & 0o077) === 0);
      return own ? keptIn(readFileSync(file, 'utf8')) : undefined;
    } catch {
      return undefined;
    }
  }
}
