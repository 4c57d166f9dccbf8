// Child processes for tests: run one to its end, start a server and wait for it by polling, end it by its own id.
// It must not know what the processes are.
import { type ChildProcess, spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

export interface Finished {
  /** `null` where a signal ended it. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly env: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly input?: string;
}

export interface Running {
  readonly pid: number;
  kill(signal: NodeJS.Signals): void;
  /** What it has written so far. */
  output(): { readonly stdout: string; readonly stderr: string };
  readonly finished: Promise<Finished>;
}

/** Starts a process and gathers what it says. */
export function start(command: string, args: readonly string[], options: RunOptions): Running {
  const child = spawn(command, args, { cwd: options.cwd, env: options.env, stdio: ['pipe', 'pipe', 'pipe'] });
  const text = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    text.stdout += chunk;
  });
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    text.stderr += chunk;
  });
  // A child that ends before it has read its input is no failure of the test.
  child.stdin.on('error', () => undefined);
  child.stdin.end(options.input ?? '');
  const finished = new Promise<Finished>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => {
      resolve({ code, signal, ...text });
    });
  });
  return {
    pid: child.pid ?? -1,
    kill: (signal) => {
      child.kill(signal);
    },
    output: () => ({ ...text }),
    finished,
  };
}

/** Runs a process to its end. */
export function run(command: string, args: readonly string[], options: RunOptions): Promise<Finished> {
  return start(command, args, options).finished;
}

/** Asks again and again, at most about `seconds`, until the answer is something. */
export async function until<T>(
  what: string,
  ask: () => Promise<T | undefined> | T | undefined,
  seconds = 60,
): Promise<T> {
  const end = performance.now() + seconds * 1000;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (performance.now() > end) throw new Error(`waited ${seconds} s in vain: ${what}`);
    await pause(25);
  }
}

/** A port of the loopback address that nobody listens on at this moment. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => {
        if (address !== null && typeof address === 'object') resolve(address.port);
        else reject(new Error('no port'));
      });
    });
  });
}

export interface Server {
  readonly url: string;
  readonly port: number;
  stop(): Promise<void>;
}

/** Starts a server as a child process on a free loopback port, waits until it is healthy, and can end it. */
export async function startServer(
  command: string,
  argsFor: (port: number) => readonly string[],
  healthPath: string,
  env: Readonly<Record<string, string>>,
): Promise<Server> {
  // Between asking for a free port and listening on it somebody else may take it: then once more, elsewhere.
  for (let attempt = 1; ; attempt += 1) {
    const port = await freePort();
    const child = spawn(command, argsFor(port), { env, stdio: ['ignore', 'ignore', 'pipe'] });
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
      said = (said + chunk).slice(-4000);
    });
    const url = `http://127.0.0.1:${port}`;
    const healthy = await until(`${command} on port ${port} to be healthy`, async () => {
      if (child.exitCode !== null || child.signalCode !== null) return 'ended' as const;
      try {
        const answer = await fetch(url + healthPath);
        await answer.arrayBuffer();
        return 'healthy' as const;
      } catch {
        return undefined;
      }
    });
    if (healthy === 'healthy') return { url, port, stop: () => stop(child) };
    if (attempt === 3) throw new Error(`${command} does not start: ${said}`);
  }
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise<void>((resolve) => {
    child.once('exit', () => {
      resolve();
    });
  });
  child.kill('SIGTERM');
  const stubborn = setTimeout(() => child.kill('SIGKILL'), 5000);
  await gone;
  clearTimeout(stubborn);
}
