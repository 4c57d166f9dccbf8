// Where docker and its relatives keep credentials, and how one is put there: in the file itself, or in the store that the file names.
// It must not know tokens, or how they are got.
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fail, type SourceRange } from '../diagnostics/index.js';
import { type ChangeOptions, changeFile } from './files.js';
import { JsonProblem, spanOf, withValue } from './json-text.js';
import type { Credential, Environment } from './model.js';
import { makesTokens, onPath, type Store, storeCredential } from './store.js';

export type Client = 'docker' | 'podman';

export interface Machine {
  readonly env: Environment;
  readonly home: string;
  readonly platform: NodeJS.Platform;
  /** The user's number, where there are such. */
  readonly uid: number | undefined;
}

/** The programs that read each file; nerdctl reads docker's. */
const programs: Readonly<Record<Client, readonly string[]>> = {
  docker: ['docker', 'nerdctl'],
  podman: ['podman', 'buildah', 'skopeo'],
};

/** The clients that are here; docker's file where there are none, since nearly everything reads that. */
export function clientsOf({ env }: Machine): readonly Client[] {
  const found = (Object.keys(programs) as Client[]).filter((client) =>
    programs[client].some((program) => onPath(program, env) !== undefined),
  );
  return found.length === 0 ? ['docker'] : found;
}

function given(text: string | undefined): string | undefined {
  return text === '' ? undefined : text;
}

/** Docker's documentation of `config.json`, and containers-auth.json(5). */
export function fileOf(client: Client, { env, home, platform, uid }: Machine): string {
  if (client === 'docker') return join(given(env['DOCKER_CONFIG']) ?? join(home, '.docker'), 'config.json');
  const named = given(env['REGISTRY_AUTH_FILE']);
  if (named !== undefined) return named;
  if (platform !== 'linux') return join(home, '.config', 'containers', 'auth.json');
  const runtime = given(env['XDG_RUNTIME_DIR']);
  return runtime === undefined ? `/run/containers/${uid ?? 0}/auth.json` : join(runtime, 'containers', 'auth.json');
}

/** How the credential of a host is kept. */
export type Kept =
  | { readonly how: 'file'; readonly file: string }
  | { readonly how: 'store'; readonly file: string; readonly store: string }
  /** A helper makes tokens whenever the client asks: nothing had to be kept. */
  | { readonly how: 'helper'; readonly file: string; readonly store: string };

function rangeIn(file: string, text: string, start: number, end: number): SourceRange {
  const at = (offset: number): [line: number, column: number] => {
    const before = text.slice(0, offset).split('\n');
    return [before.length, (before.at(-1)?.length ?? 0) + 1];
  };
  const [line, column] = at(start);
  const [endLine, endColumn] = at(end);
  return { file, line, column, endLine, endColumn };
}

/** Changes a file's text; problems of its JSON are told with their place. */
function told<T>(file: string, text: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof JsonProblem)) throw error;
    const range = rangeIn(file, text, error.offset, error.offset + 1);
    return fail('login/file-broken', `${basename(file)} cannot be read: ${error.message}`, { range, cause: error });
  }
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return '';
    const reason = error instanceof Error ? error.message : String(error);
    return fail('login/cannot-write', `${file} cannot be read: ${reason}`, { cause: error });
  }
}

/** The helper that keeps the credentials of a host, as the client finds it: the host's own, or docker's for all. */
function storeOf(client: Client, file: string, host: string): Store | undefined {
  const text = textOf(file);
  if (text.trim() === '') return undefined;
  const own = [['credHelpers', host]];
  for (const path of client === 'docker' ? [...own, ['credsStore']] : own) {
    const span = told(file, text, () => spanOf(text, path));
    const value: unknown = span === undefined ? undefined : JSON.parse(text.slice(span.start, span.end));
    if (span !== undefined && typeof value === 'string' && value !== '') {
      return { name: value, range: rangeIn(file, text, span.start, span.end) };
    }
  }
  return undefined;
}

function changeJson(
  file: string,
  path: readonly [string, string],
  value: unknown,
  options: ChangeOptions,
): Promise<boolean> {
  return changeFile(file, (text = '') => told(file, text, () => withValue(text, path, value)), options);
}

/** Puts a credential where the client looks for it. Throws `login/file-broken` and what stores and files throw. */
export async function keepCredential(
  client: Client,
  host: string,
  credential: Credential,
  machine: Machine,
  options: ChangeOptions,
): Promise<Kept> {
  const file = fileOf(client, machine);
  const store = storeOf(client, file, host);
  if (store !== undefined && makesTokens(store.name)) return { how: 'helper', file, store: store.name };
  if (store !== undefined) {
    await storeCredential(store, host, credential, machine.env);
    // What docker leaves in the file, so that it is listed and can be logged out of.
    await changeJson(file, ['auths', host], {}, options);
    return { how: 'store', file, store: store.name };
  }
  const auth = Buffer.from(`${credential.username}:${credential.password}`).toString('base64');
  await changeJson(file, ['auths', host], { auth }, options);
  return { how: 'file', file };
}

/** Tells the client to ask our helper for the tokens of a host. */
export async function installHelper(
  client: Client,
  host: string,
  machine: Machine,
  options: ChangeOptions,
): Promise<Kept> {
  const file = fileOf(client, machine);
  await changeJson(file, ['credHelpers', host], 'slipway', options);
  return { how: 'helper', file, store: 'slipway' };
}
