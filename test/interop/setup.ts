// Starts the AWS CLI once for all interop suites, which call it some five hundred times, and ends it when they are over.
// It must not know the suites.
import { awsCliVariable, startAwsCli } from '../support/aws-cli-server.js';
import { findTool } from '../support/find-tool.js';

export async function setup(): Promise<(() => Promise<void>) | undefined> {
  if (findTool('aws') === undefined) return undefined;
  const { env, stop } = await startAwsCli();
  const { AWS_SERVER_PORT: port } = env;
  if (port !== undefined) process.env[awsCliVariable] = port;
  return stop;
}
