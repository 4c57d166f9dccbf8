// Talks to the credential helper that a client's configuration names, as docker does: a program, one word, JSON on its input.
// It must not know configurations, nor any one helper beyond its name.
import { spawn } from 'node:child_process';
import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { diagnostic, fail, SlipwayError, type SourceRange } from '../diagnostics/index.js';
import type { Credential, Environment } from './model.js';

/** Helpers that make ECR's tokens themselves: there is nothing to store in them. */
const making: ReadonlySet<string> = new Set(['slipway', 'ecr-login']);

export function makesTokens(helper: string): boolean {
  return making.has(helper);
}

export interface Store {
  /** As in `credsStore`: `desktop`, `pass`, `osxkeychain`. */
  readonly name: string;
  /** The file that names it, and where. */
  readonly range: SourceRange;
}

/** Milliseconds; some ask a person for a passphrase. */
const patience = 120_000;

/** The file of a program on the PATH. */
export function onPath(program: string, env: Environment): string | undefined {
  return (env['PATH'] ?? '')
    .split(delimiter)
    .filter((folder) => folder !== '')
    .map((folder) => join(folder, program))
    .find((file) => {
      try {
        accessSync(file, constants.X_OK);
        return statSync(file).isFile();
      } catch {
        return false;
      }
    });
}

interface Finished {
  readonly code: number | null;
  readonly said: string;
}

function run(file: string, args: readonly string[], input: string, env: Environment): Promise<Finished> {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { env, stdio: ['pipe', 'pipe', 'pipe'], timeout: patience });
    let said = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (piece: string) => {
        said = (said + piece).slice(0, 4000);
      });
    }
    // One that ends before it has read its input says so by its code.
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, said }));
  });
}

/** Gives a credential to a store. Throws `login/store-missing` or `login/store-failed`. */
export async function storeCredential(
  store: Store,
  host: string,
  credential: Credential,
  env: Environment,
): Promise<void> {
  const program = `docker-credential-${store.name}`;
  const file = /^[\w.-]+$/.test(store.name) ? onPath(program, env) : undefined;
  if (file === undefined) {
    fail(
      'login/store-missing',
      `${program} is not on the PATH, and ${store.range.file} says to keep credentials there`,
      {
        range: store.range,
      },
    );
  }
  const { username, password } = credential;
  const input = JSON.stringify({ ServerURL: host, Username: username, Secret: password });
  let finished: Finished;
  try {
    finished = await run(file, ['store'], input, env);
  } catch (error) {
    finished = { code: null, said: error instanceof Error ? error.message : String(error) };
  }
  if (finished.code === 0) return;
  // Whatever it says, the secret is not passed on.
  const line = finished.said.replaceAll(password, '***').trim().split('\n')[0] ?? '';
  const said = line === '' ? `it ended with ${finished.code ?? 'a signal'}` : line.replace(/\.$/, '');
  throw new SlipwayError(
    diagnostic('login/store-failed', `${program} does not keep the credentials of ${host}: ${said}`, {
      range: store.range,
    }),
  );
}
