// What interop suites would each do for themselves: the programs of Python are looked for, and the AWS CLI is started, which they call hundreds
// of times; it ends when they are over.
// It must not know the suites.
import { awsCliVariable, startAwsCli } from '../support/aws-cli-server.js';
import { findTool, toolVariables } from '../support/find-tool.js';

/** To be asked whether they are there takes them a second each. */
const slow = ['aws', 'boto3', 'moto_server'] as const;

export async function setup(): Promise<(() => Promise<void>) | undefined> {
  for (const tool of slow) {
    const found = findTool(tool);
    if (found !== undefined) process.env[toolVariables[tool]] = found;
  }
  if (findTool('aws') === undefined) return undefined;
  const { env, stop } = await startAwsCli();
  const { AWS_SERVER_PORT: port } = env;
  if (port !== undefined) process.env[awsCliVariable] = port;
  return stop;
}
