// The AWS CLI for scripts that call it hundreds of times: started once, where it is a program of Python; else the one on the path.
// It must not know the scripts.
import { delimiter, dirname, join } from 'node:path';
import { findTool, toolPath } from './find-tool.js';
import { type Finished, type RunOptions, run, start, until } from './processes.js';

export interface AwsCli {
  /** Puts `aws` on the path. */
  readonly env: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

const folder = join(import.meta.dirname, 'aws-cli');
const anywhere = join(folder, 'anywhere');

/** Holds the port of one that has been started for all suites of a run. */
export const awsCliVariable = 'SLIPWAY_AWS_CLI_SERVER';

const path = (first: string): string => [first, process.env['PATH'] ?? ''].join(delimiter);
const served = (port: string, programs = folder) => ({ PATH: path(programs), AWS_SERVER_PORT: port });

/** Puts the one that has been started for all on the path, whatever reads what it says; nothing where there is none. */
export function sharedAwsCli(): AwsCli['env'] {
  const port = process.env[awsCliVariable];
  return port === undefined ? {} : served(port, anywhere);
}

/**
 * `aws ARGS` to its end, by the one that has been started for all where there is one. A call that takes a role is a process of its own: the AWS CLI
 * keeps sessions of roles at home, and the one for all has the home of whoever runs the tests.
 */
export function runAws(args: readonly string[], options: RunOptions): Promise<Finished> {
  const shared = sharedAwsCli();
  if (shared['AWS_SERVER_PORT'] === undefined || 'AWS_ROLE_ARN' in options.env)
    return run(toolPath('aws'), args, options);
  return run(join(anywhere, 'aws'), args, { ...options, env: { ...options.env, ...shared } });
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
