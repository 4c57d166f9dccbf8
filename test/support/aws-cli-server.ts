// The AWS CLI for scripts that call it hundreds of times: started once, where it is a program of Python; else the one on the path.
// It must not know the scripts.
import { delimiter, dirname, join } from 'node:path';
import { findTool, toolPath } from './find-tool.js';
import { start, until } from './processes.js';

export interface AwsCli {
  /** Puts `aws` on the path. */
  readonly env: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

const folder = join(import.meta.dirname, 'aws-cli');

/** The calls are those of the installed AWS CLI, each in a process of its own, without the half second in which Python reads it. */
export async function startAwsCli(): Promise<AwsCli> {
  const path = (first: string): string => [first, process.env['PATH'] ?? ''].join(delimiter);
  const plain = { env: { PATH: path(dirname(toolPath('aws'))) }, stop: () => Promise.resolve() };
  const python = findTool('boto3');
  if (python === undefined) return plain;
  const server = start(python, ['-B', join(folder, 'server.py')], { env: { PATH: process.env['PATH'] ?? '' } });
  // Version 2 of the AWS CLI is no package of Python.
  const ended = server.finished.then(() => 'none' as const);
  const port = await Promise.race([ended, until('the AWS CLI', () => /^(\d+)\n/.exec(server.output().stdout)?.[1])]);
  if (port === 'none') return plain;
  return {
    env: { PATH: path(folder), AWS_SERVER_PORT: port },
    async stop() {
      server.kill('SIGTERM');
      await server.finished;
    },
  };
}
