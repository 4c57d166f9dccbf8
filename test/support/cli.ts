// Slipway's command line inside this process: argv in, exit code and texts out, without starting Node again.
// It must not know what the commands do.
import { runCli } from '../../src/cli/run.js';
import type { Services, Sink } from '../../src/cli/services.js';

export interface CliResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CliOptions {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

function gather(into: string[]): Sink {
  return {
    write: (text) => {
      into.push(text);
    },
    isTTY: false,
    colour: false,
    columns: 120,
  };
}

function sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted === true) {
      resolve();
      return;
    }
    const timer = setTimeout(finish, milliseconds);
    signal?.addEventListener('abort', finish, { once: true });
    function finish(): void {
      clearTimeout(timer);
      signal?.removeEventListener('abort', finish);
      resolve();
    }
  });
}

/** Runs one command as a script would: no terminal, nobody to ask. */
export async function cli(args: readonly string[], options: CliOptions): Promise<CliResult> {
  const stdout: string[] = [];
  const stderr: string[] = [];
  const services: Services = {
    stdout: gather(stdout),
    stderr: gather(stderr),
    env: options.env,
    cwd: options.cwd,
    interactive: false,
    ask: () => Promise.resolve(undefined),
    input: () => Promise.resolve(new Uint8Array()),
    prompts: () => Promise.reject(new Error('nobody is there to answer')),
    signal: options.signal ?? new AbortController().signal,
    // Waiting between tries is real, and short.
    clock: { now: () => Date.now(), sleep: (milliseconds, signal) => sleep(milliseconds / 20, signal) },
    entry: 'slipway',
  };
  const code = await runCli(args, services);
  return { code, stdout: stdout.join(''), stderr: stderr.join('') };
}
