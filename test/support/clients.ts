// The clients other people wrote, as a test drives them: AWS CLI, boto3, moto_server, and a bare ECR wire call.
// It must not know Slipway's rooms; it knows endpoints, credentials and JSON.
import { join } from 'node:path';
import { runAws } from './aws-cli-server.js';
import { awsEnvironment, cleanEnvironment } from './environment.js';
import { toolPath } from './find-tool.js';
import { ask } from './http.js';
import { type Finished, run, type Server, startServer } from './processes.js';

export type JsonObject = Record<string, unknown>;

export interface Endpoint {
  readonly endpoint: string;
  readonly account: string;
  readonly region: string;
}

/** The account moto gives every caller whose credentials it did not make itself. */
export const motoAccount = '123456789012';

export function startMoto(): Promise<Server> {
  return startServer(
    toolPath('moto_server'),
    (port) => ['-H', '127.0.0.1', '-p', String(port)],
    '/moto-api/',
    cleanEnvironment(),
  );
}

/** An operation's answer: its output, or the error it was refused with. */
export type Answer =
  | { readonly output: JsonObject; readonly error?: undefined }
  | { readonly output?: undefined; readonly error: { readonly code: string; readonly message: string } };

/** `PutImageTagMutability` as the AWS CLI calls it: `put-image-tag-mutability`. */
export function kebab(operation: string): string {
  return operation.replaceAll(/(?<=[a-z])(?=[A-Z])/g, '-').toLowerCase();
}

export function aws(at: Endpoint, args: readonly string[]): Promise<Finished> {
  return runAws([...args, '--output', 'json'], { env: awsEnvironment(at) });
}

/** The same where the CLI waits for a state: it asks every second. Version 1 of the CLI finds the plugin by PYTHONPATH. */
export function awsEagerly(at: Endpoint, args: readonly string[]): Promise<Finished> {
  const folder = join(import.meta.dirname, 'aws-cli');
  return run(toolPath('aws'), [...args, '--output', 'json'], {
    env: {
      ...awsEnvironment(at),
      AWS_CONFIG_FILE: join(folder, 'config'),
      PYTHONPATH: folder,
      PYTHONDONTWRITEBYTECODE: '1',
    },
  });
}

/** What the AWS CLI has told; throws where it never came to ask. */
export function answerOf(args: readonly string[], done: Finished): Answer {
  if (done.code === 0) return { output: done.stdout.trim() === '' ? {} : (JSON.parse(done.stdout) as JsonObject) };
  const refused = /An error occurred \(([A-Za-z]+)\) when calling the [A-Za-z]+ operation[^:]*: ([\s\S]*)/.exec(
    done.stderr,
  );
  if (refused?.[1] === undefined) throw new Error(`aws ${args.join(' ')}: ${done.stderr}`);
  return { error: { code: refused[1], message: (refused[2] ?? '').trim() } };
}

/** One operation through the AWS CLI, its input given as JSON. */
export async function awsCall(
  at: Endpoint,
  service: string,
  operation: string,
  input: JsonObject = {},
): Promise<Answer> {
  const args = [service, kebab(operation), '--cli-input-json', JSON.stringify(input)];
  return answerOf(args, await aws(at, args));
}

/** The output of an operation that must succeed. */
export async function awsOk(
  at: Endpoint,
  service: string,
  operation: string,
  input: JsonObject = {},
): Promise<JsonObject> {
  const answer = await awsCall(at, service, operation, input);
  if (answer.error !== undefined) throw new Error(`${operation}: ${answer.error.code}: ${answer.error.message}`);
  return answer.output;
}

const targets: Readonly<Record<string, string>> = {
  ecr: 'AmazonEC2ContainerRegistry_V20150921',
  ssm: 'AmazonSSM',
  kms: 'TrentService',
  resourcegroupstaggingapi: 'ResourceGroupsTaggingAPI_20170126',
};

/** One call on the wire, without any SDK: for setting a scene and looking at it afterwards, fast. */
export async function wire(
  at: Endpoint,
  service: 'ecr' | 'ssm' | 'kms' | 'resourcegroupstaggingapi',
  operation: string,
  input: JsonObject = {},
): Promise<Answer> {
  const scope = `${at.account}/20260101/${at.region}/${service === 'resourcegroupstaggingapi' ? 'tagging' : service}/aws4_request`;
  const { status, body: bytes } = await ask(at.endpoint, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': `${targets[service] ?? service}.${operation}`,
      'x-amz-date': '20260101T000000Z',
      authorization: `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host;x-amz-date;x-amz-target, Signature=${'0'.repeat(64)}`,
    },
    body: JSON.stringify(input),
  });
  const text = bytes.toString();
  // moto has a page for people where it lacks an operation.
  const body = text === '' || text.startsWith('<') ? {} : (JSON.parse(text) as JsonObject);
  if (status < 300) return { output: body };
  const type = typeof body['__type'] === 'string' ? body['__type'] : `HTTP ${status}`;
  const message = body['message'] ?? body['Message'];
  return { error: { code: type.split('#').at(-1) ?? type, message: typeof message === 'string' ? message : text } };
}

export async function wireOk(
  at: Endpoint,
  service: 'ecr' | 'ssm' | 'kms' | 'resourcegroupstaggingapi',
  operation: string,
  input: JsonObject = {},
): Promise<JsonObject> {
  const answer = await wire(at, service, operation, input);
  if (answer.error !== undefined) throw new Error(`${operation}: ${answer.error.code}: ${answer.error.message}`);
  return answer.output;
}
