// The file that the keys of every account's administrator follow from, in strict mode: whoever may read it may do everything.
// It must not know how keys are used.
import { randomBytes } from 'node:crypto';
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fail } from '../../diagnostics/index.js';
import { administratorKey, type KeyPair } from '../iam/administrator.js';

function secretIn(path: string): Buffer | undefined {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    return fail('local/data-unusable', `cannot read ${path}`, { cause: error });
  }
  try {
    const { administratorSecret } = JSON.parse(text) as { administratorSecret?: unknown };
    if (typeof administratorSecret === 'string' && /^[A-Za-z0-9+/]{43}=$/.test(administratorSecret)) {
      return Buffer.from(administratorSecret, 'base64');
    }
  } catch {
    // Told below, without what it holds.
  }
  return fail('local/data-unusable', `${path} does not hold the secret of administrators; delete it for a new one`);
}

export interface AdministratorFile {
  readonly path: string;
  readonly secret: Buffer;
}

/** Made once in a folder, for its owner's eyes alone. Throws `local/data-unusable`. */
export function openAdministratorFile(folder: string): AdministratorFile {
  const path = join(folder, 'administrator.json');
  const found = secretIn(path);
  if (found !== undefined) {
    chmodSync(path, 0o600);
    return { path, secret: found };
  }
  const secret = randomBytes(32);
  const text = `${JSON.stringify({ administratorSecret: secret.toString('base64') }, undefined, 2)}\n`;
  try {
    writeFileSync(path, text, { mode: 0o600, flag: 'wx' });
  } catch (error) {
    return fail('local/data-unusable', `cannot write ${path}`, { cause: error });
  }
  return { path, secret };
}

/** The access key of an account's administrator, as the file of a server says. Throws `local/data-unusable`. */
export function administratorCredentials(path: string, account: string): KeyPair {
  const secret = secretIn(path) ?? fail('local/data-unusable', `there is no ${path}`);
  return administratorKey(secret, account);
}
