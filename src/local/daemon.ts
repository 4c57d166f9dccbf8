// The local ECR in the background: starts a process of its own, asks how it is, asks it to end. All of it over HTTP.
// It must not know the command line beyond the arguments it passes on, nor what the server serves.
import { spawn } from 'node:child_process';
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { allDefinitions, type DiagnosticCode, fail } from '../diagnostics/index.js';
import { type Health, serviceName } from './control.js';
import { makeDataFolder } from './data-folder.js';
import { lacking, type Settings } from './settings.js';

export type DaemonStatus =
  | ({ readonly state: 'running' } & RunningEcr)
  /** Nothing listens. */
  | { readonly state: 'absent'; readonly port: number }
  /** Something listens that is no local ECR. */
  | { readonly state: 'foreign'; readonly port: number; readonly what: string };

export interface RunningEcr {
  readonly port: number;
  readonly pid: number;
  readonly dataDirectory: string | null;
  /** Path of the certificate to trust, where the port speaks HTTPS as well. */
  readonly certificateAuthority: string | null;
  /** Path of the file that administrators' keys follow from; only in strict mode. */
  readonly administratorFile?: string;
  /** An older server does not tell them. */
  readonly settings?: Settings;
}

export interface DaemonOptions {
  readonly port: number;
  readonly dataDirectory?: string;
  readonly memory?: boolean;
  /** One that runs without is not joined. */
  readonly tls?: boolean;
  /** What was asked for in so many words: one that runs otherwise is not joined. */
  readonly asked?: Partial<Settings>;
  /** The program to run with `local start --foreground …`. */
  readonly entry: string;
  /** Further arguments, for instance `--uri-style aws`. */
  readonly extraArguments?: readonly string[];
  /** How long to wait for it to answer; 15,000 where it is left out. */
  readonly timeoutMilliseconds?: number;
}

/** How often a process that starts or ends is asked again, in milliseconds. */
const interval = 25;

function url(port: number, path: string): string {
  return `http://127.0.0.1:${port}/_slipway/${path}`;
}

function refused(error: unknown): boolean {
  const cause = error instanceof Error ? error.cause : undefined;
  return cause instanceof Error && 'code' in cause && (cause.code === 'ECONNREFUSED' || cause.code === 'ECONNRESET');
}

function isHealth(value: unknown): value is Health {
  if (typeof value !== 'object' || value === null) return false;
  const { service, pid, dataDirectory } = value as Record<string, unknown>;
  return (
    service === serviceName && typeof pid === 'number' && (dataDirectory === null || typeof dataDirectory === 'string')
  );
}

/** What is on a port. Never throws. */
export async function daemonStatus(port: number): Promise<DaemonStatus> {
  let response: Response;
  try {
    response = await fetch(url(port, 'health'), { redirect: 'manual', signal: AbortSignal.timeout(3000) });
  } catch (error) {
    if (refused(error)) return { state: 'absent', port };
    return { state: 'foreign', port, what: 'a program that does not speak HTTP' };
  }
  try {
    const health: unknown = await response.json();
    if (isHealth(health)) {
      const { pid, dataDirectory, certificateAuthority = null, administratorFile, settings } = health;
      const told = {
        ...(administratorFile !== undefined && { administratorFile }),
        ...(settings !== undefined && { settings }),
      };
      return { state: 'running', port, pid, dataDirectory, certificateAuthority, ...told };
    }
  } catch {
    // Not JSON: told below.
  }
  const server = response.headers.get('server');
  return {
    state: 'foreign',
    port,
    what: `another program (${server === null ? '' : `${server}, `}HTTP ${response.status})`,
  };
}

/** Words for a message. */
export function describeStatus(status: DaemonStatus): string {
  if (status.state === 'running') {
    return `a local ECR (process ${status.pid}, ${status.dataDirectory === null ? 'in memory' : `data in '${status.dataDirectory}'`})`;
  }
  return status.state === 'foreign' ? status.what : 'a program that has just ended';
}

/** What the background process printed last. */
function tail(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim().split('\n').slice(-8).join('\n');
  } catch {
    return '';
  }
}

function launch(
  options: DaemonOptions,
  dataDirectory: string | undefined,
): { ended: Promise<number | string>; log: string; abandon: () => void; tidy: () => void } {
  if (dataDirectory !== undefined) makeDataFolder(dataDirectory);
  const folder = dataDirectory ?? mkdtempSync(join(tmpdir(), 'slipway-local-'));
  const log = join(folder, 'local.log');
  const output = openSync(log, 'w', 0o600);
  const where = dataDirectory === undefined ? ['--memory'] : ['--data', dataDirectory];
  const child = spawn(
    process.execPath,
    [
      options.entry,
      'local',
      'start',
      '--foreground',
      '--port',
      String(options.port),
      ...where,
      ...(options.tls === true ? ['--tls'] : []),
      ...(options.extraArguments ?? []),
    ],
    { detached: true, stdio: ['ignore', output, output] },
  );
  closeSync(output);
  const ended = new Promise<number | string>((done) => {
    child.once('error', (error) => done(error.message));
    child.once('exit', (code, signal) => done(code ?? signal ?? 'unknown'));
  });
  child.unref();
  // Nobody looks for the log of a server in memory: it was for this start alone. On Windows it stays, being open.
  const tidy = (): void => {
    if (dataDirectory === undefined && process.platform !== 'win32') rmSync(folder, { recursive: true, force: true });
  };
  return { ended, log, abandon: () => void child.kill(), tidy };
}

function sameData(status: DaemonStatus, dataDirectory: string | undefined): boolean {
  return status.state === 'running' && status.dataDirectory === (dataDirectory ?? null);
}

/**
 * Starts a local ECR that outlives this process, and waits until it answers. One that runs on the same port and data already is
 * left as it is (`started: false`). Throws `local/port-in-use`, `local/data-locked`, `local/data-unusable` or `local/start-failed`.
 */
export async function startDaemon(options: DaemonOptions): Promise<RunningEcr & { readonly started: boolean }> {
  const { port } = options;
  const dataDirectory =
    options.memory === true || options.dataDirectory === undefined ? undefined : resolve(options.dataDirectory);
  const before = await daemonStatus(port);
  if (before.state === 'running' && sameData(before, dataDirectory)) {
    return { started: false, ...joined(before, options) };
  }
  if (before.state !== 'absent') fail('local/port-in-use', `port ${port} is taken by ${describeStatus(before)}`);

  const launched = launch(options, dataDirectory);
  try {
    return await answering(launched, dataDirectory, options);
  } finally {
    launched.tidy();
  }
}

/** Waits until the launched one answers, or one that was launched at the same time. */
async function answering(
  { ended, log, abandon }: ReturnType<typeof launch>,
  dataDirectory: string | undefined,
  options: DaemonOptions,
): Promise<RunningEcr & { readonly started: boolean }> {
  const { port, timeoutMilliseconds = 15_000 } = options;
  const deadline = Date.now() + timeoutMilliseconds;
  let end: number | string | undefined;
  void ended.then((how) => {
    end = how;
  });
  for (;;) {
    const status = await daemonStatus(port);
    // Two that start together: the one that came second joins the first.
    if (status.state === 'running' && sameData(status, dataDirectory))
      return { started: end === undefined, ...joined(status, options) };
    if (end !== undefined) {
      // Locked data without anybody on the port may be held by one that is about to listen there: it is waited for.
      const joining = locked(tail(log)) && status.state === 'absent' && !(await heldElsewhere(port, dataDirectory));
      if (!joining || Date.now() > deadline) startFailed(port, end, tail(log), status, dataDirectory);
      await delay(interval);
      continue;
    }
    if (Date.now() > deadline) {
      abandon();
      fail('local/start-failed', `the local ECR did not answer on port ${port} in time${said(tail(log))}`);
    }
    await Promise.race([delay(interval), ended]);
  }
}

function running({ port, pid, dataDirectory, certificateAuthority, administratorFile }: RunningEcr): RunningEcr {
  const common = { port, pid, dataDirectory, certificateAuthority };
  return administratorFile === undefined ? common : { ...common, administratorFile };
}

/** One that runs, where it is as was asked for. Throws `local/no-tls` or `local/other-settings`. */
function joined(status: RunningEcr, { tls, asked = {} }: DaemonOptions): RunningEcr {
  const who = `the local ECR on port ${status.port} (process ${status.pid})`;
  if (tls === true && status.certificateAuthority === null) fail('local/no-tls', `${who} runs without TLS`);
  const missing = lacking(asked, status.settings);
  if (missing.length > 0) {
    const how = status.settings === undefined ? 'does not tell whether it runs with' : 'runs without';
    fail('local/other-settings', `${who} ${how} ${missing.join(', ')}`);
  }
  return running(status);
}

function said(output: string): string {
  return output === '' ? '' : `; it said:\n${output}`;
}

function locked(output: string): boolean {
  return output.includes('local/data-locked');
}

/** Whether the data directory belongs to a server that answers on another port. */
async function heldElsewhere(port: number, dataDirectory: string | undefined): Promise<boolean> {
  const held = noteOf(dataDirectory)?.port;
  return typeof held === 'number' && held !== port && sameData(await daemonStatus(held), dataDirectory);
}

function startFailed(
  port: number,
  end: number | string,
  output: string,
  status: DaemonStatus,
  dataDirectory: string | undefined,
): never {
  if (status.state !== 'absent') fail('local/port-in-use', `port ${port} is taken by ${describeStatus(status)}`);
  if (locked(output)) {
    fail(
      'local/data-locked',
      `the data directory '${dataDirectory ?? ''}' is in use by another local ECR${holder(dataDirectory)}`,
    );
  }
  const fault = userFault(output);
  if (fault !== undefined) fail(fault.code, fault.message);
  fail('local/start-failed', `the local ECR ended at once (${end})${said(output)}`);
}

/** A diagnostic among what a process printed, where a person can mend it: then its end is no defect. */
function userFault(output: string): { readonly code: DiagnosticCode; readonly message: string } | undefined {
  const [, name, text = ''] = /^(?:error\[)?([a-z]+\/[a-z-]+)\]?: (.*(?:\n {4}.*)*)/m.exec(output) ?? [];
  const known = allDefinitions().find(({ code, fault }) => code === name && fault === 'user');
  return known === undefined ? undefined : { code: known.code, message: text.replaceAll(/\n +/g, ' ') };
}

/** What the server of a data directory has left there about itself. */
function noteOf(
  dataDirectory: string | null | undefined,
): { readonly pid?: unknown; readonly port?: unknown } | undefined {
  try {
    return JSON.parse(readFileSync(join(dataDirectory ?? '', 'local.json'), 'utf8')) as {
      pid?: unknown;
      port?: unknown;
    };
  } catch {
    return undefined;
  }
}

/** The local ECR that has a data directory open, as far as it says so there. */
export async function serverOf(dataDirectory: string): Promise<RunningEcr | undefined> {
  const port = noteOf(dataDirectory)?.port;
  if (typeof port !== 'number') return undefined;
  const status = await daemonStatus(port);
  return status.state === 'running' && sameData(status, dataDirectory) ? running(status) : undefined;
}

function holder(dataDirectory: string | undefined): string {
  const note = noteOf(dataDirectory);
  return note === undefined ? '' : ` (process ${String(note.pid)}, port ${String(note.port)})`;
}

/**
 * Asks the local ECR on a port to end, and waits until it has. False where nothing runs there.
 * Throws `local/port-in-use` where something else does, `local/stop-failed` where it does not end.
 */
export async function stopDaemon(port: number, timeoutMilliseconds = 10_000): Promise<boolean> {
  const before = await daemonStatus(port);
  if (before.state === 'absent') return false;
  if (before.state === 'foreign') fail('local/port-in-use', `port ${port} is taken by ${describeStatus(before)}`);
  try {
    await fetch(url(port, 'stop'), { method: 'POST', signal: AbortSignal.timeout(3000) });
  } catch (error) {
    if (!refused(error))
      fail('local/stop-failed', `process ${before.pid} on port ${port} does not answer`, { cause: error });
  }
  const deadline = Date.now() + timeoutMilliseconds;
  for (;;) {
    const status = await daemonStatus(port);
    // Another one may have taken the port meanwhile: ours is gone all the same.
    const gone = status.state !== 'running' || status.pid !== before.pid;
    if (gone && !holdsFiles(before)) return true;
    if (Date.now() > deadline)
      fail('local/stop-failed', `process ${before.pid} on port ${port} was asked to end and still runs`);
    await delay(interval);
  }
}

/** The port is free before the files are: the note of a data directory goes last, and what one in memory had in temporary folders. */
function holdsFiles({ pid, dataDirectory, certificateAuthority, administratorFile }: RunningEcr): boolean {
  if (dataDirectory !== null) return noteOf(dataDirectory)?.pid === pid;
  return [certificateAuthority, administratorFile].some((file) => typeof file === 'string' && existsSync(file));
}
