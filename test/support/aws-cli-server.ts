// The AWS CLI for scripts that call it hundreds of times: started once, where it is a program of Python; else the one on the path.
// It must not know the scripts.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { findTool, toolPath } from './find-tool.js';
import { type Finished, type RunOptions, run, start, until } from './processes.js';

export interface AwsCli {
  /** Puts `aws` on the path. */
  readonly env: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

const folder = join(import.meta.dirname, 'aws-cli');

/** Holds the port of one that has been started for all suites of a run. */
export const awsCliVariable = 'SLIPWAY_AWS_CLI_SERVER';

const path = (first: string): string => [first, process.env['PATH'] ?? ''].join(delimiter);
const served = (port: string) => ({ PATH: path(folder), AWS_SERVER_PORT: port });

/**
 * `aws ARGS` to its end, by the one that has been started for all where there is one. That reads no variables but those of AWS: a call that takes a
 * role, which it would keep in the home of whoever runs the tests, has to be a process of its own.
 */
export async function runAws(args: readonly string[], options: RunOptions): Promise<Finished> {
  const port = process.env[awsCliVariable];
  if (port === undefined) return run(toolPath('aws'), args, options);
  // What Node reads from is a socket, which only whoever was given it can write to.
  const output = mkdtempSync(join(tmpdir(), 'slipway-aws-output-'));
  try {
    const done = await run(
      'bash',
      ['-c', 'exec "$@" >"$0/stdout" 2>"$0/stderr"', output, join(folder, 'aws'), ...args],
      { ...options, env: { ...options.env, AWS_SERVER_PORT: port } },
    );
    const [stdout, stderr] = ['stdout', 'stderr'].map((name) => readFileSync(join(output, name), 'utf8'));
    return { ...done, stdout: stdout ?? '', stderr: stderr ?? '' };
  } finally {
    rmSync(output, { recursive: true, force: true });
  }
}

/** The calls are those of the installed AWS CLI, each in a process of its own, without the half second in which Python reads it. */
export async function startAwsCli(): Promise<AwsCli> {
  const shared = process.env[awsCliVariable];
  if (shared !== undefined) return { env: served(shared), stop: () => Promise.resolve() };
  const plain = { env: { PATH: path(dirname(toolPath('aws'))) }, stop: () => Promise.resolve() };
  const python = findTool('boto3');
  if (python === undefined) return plain;
  const server = start(python, ['-B', join(folder, 'server.py')], { env: { PATH: process.env['PATH'] ?? '' } });
  // Version 2 of the AWS CLI is no package of Python.
  const ended = server.finished.then(() => 'none' as const);
  const port = await Promise.race([ended, until('the AWS CLI', () => /^(\d+)\n/.exec(server.output().stdout)?.[1])]);
  if (port === 'none') return plain;
  return {
    env: served(port),
    async stop() {
      server.kill('SIGTERM');
      await server.finished;
    },
  };
}
