// Calls of AWS's operations in a notation that any client can take, and the two clients that take them: boto3 and the AWS CLI.
// It must not know what the calls are for.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Answer, answerOf, aws, type Endpoint, type JsonObject, kebab } from './clients.js';
import { awsEnvironment } from './environment.js';
import { toolPath } from './find-tool.js';
import { digestOf } from './oci-image.js';
import { run } from './processes.js';

export interface Call {
  /** `http` for a bare request: `{method, url, json}`, its answer `{status, size, digest}`. A path is one of the endpoint. */
  readonly service: string;
  readonly operation: string;
  readonly input: JsonObject;
  /** Through the client's own paginator, with pages of this size; the output is that of all pages together. */
  readonly pageSize?: number;
  /** The operation is one of the client's waiters. */
  readonly waits?: true;
  /** Members of the output that later calls need, by the name they use. */
  readonly keeps?: Readonly<Record<string, string>>;
}

/** Stands for what an earlier call kept. */
export const kept = (name: string): JsonObject => ({ $kept: name });
/** Stands for bytes. */
export const bytes = (value: Buffer): JsonObject => ({ $bytes: value.toString('base64') });

/** All calls in one Python process; the answers in their order. */
export async function boto3Calls(at: Endpoint, calls: readonly Call[]): Promise<Answer[]> {
  const program = join(import.meta.dirname, 'boto3-calls.py');
  const done = await run(toolPath('boto3'), [program], { env: awsEnvironment(at), input: JSON.stringify(calls) });
  if (done.code !== 0) throw new Error(`boto3: ${done.stderr}`);
  return JSON.parse(done.stdout) as Answer[];
}

/** What botocore knows of a service. */
export async function boto3Operations(service: string): Promise<string[]> {
  const program = `import boto3, json; print(json.dumps(boto3.client('${service}').meta.service_model.operation_names))`;
  const at = { endpoint: 'http://127.0.0.1:9', account: '111111111111', region: 'eu-west-1' };
  const done = await run(toolPath('boto3'), ['-c', program], { env: awsEnvironment(at) });
  if (done.code !== 0) throw new Error(`boto3: ${done.stderr}`);
  return JSON.parse(done.stdout) as string[];
}

function isMark(value: unknown, mark: '$kept' | '$bytes'): value is Record<typeof mark, string> {
  return typeof value === 'object' && value !== null && mark in value;
}

function withKept(input: JsonObject, memory: ReadonlyMap<string, unknown>): JsonObject {
  return Object.fromEntries(
    Object.entries(input).map(([name, value]) => [name, isMark(value, '$kept') ? memory.get(value.$kept) : value]),
  );
}

async function bare(at: Endpoint, { method = 'GET', url, json }: JsonObject): Promise<Answer> {
  const answer = await fetch(new URL(String(url), at.endpoint), {
    method: String(method),
    ...(json !== undefined && { body: JSON.stringify(json) }),
  });
  const body = Buffer.from(await answer.arrayBuffer());
  return { output: { status: answer.status, size: body.length, digest: digestOf(body) } };
}

async function takenByCli(at: Endpoint, call: Call, input: JsonObject, folder: string): Promise<Answer> {
  if (call.service === 'http') return bare(at, input);
  const args = [call.service, ...(call.waits ? ['wait'] : []), kebab(call.operation)];
  const plain: JsonObject = {};
  for (const [name, value] of Object.entries(input)) {
    if (isMark(value, '$bytes')) {
      const file = join(folder, name);
      writeFileSync(file, Buffer.from(value.$bytes, 'base64'));
      args.push(`--${kebab(name)}`, `fileb://${file}`);
    } else if (call.waits && typeof value === 'string') args.push(`--${kebab(name)}`, value);
    else if (call.waits) args.push(`--${kebab(name)}`, JSON.stringify(value));
    else plain[name] = value;
  }
  if (call.pageSize !== undefined) args.push('--page-size', String(call.pageSize));
  if (Object.keys(plain).length > 0) args.push('--cli-input-json', JSON.stringify(plain));
  return answerOf(args, await aws(at, args));
}

/** Each call in a process of its own, be it a new one or a copy of one that has read its program; one after the other; the answers in their order. */
export async function awsCalls(at: Endpoint, calls: readonly Call[]): Promise<Answer[]> {
  const folder = mkdtempSync(join(tmpdir(), 'slipway-aws-'));
  const memory = new Map<string, unknown>();
  const answers: Answer[] = [];
  try {
    for (const call of calls) {
      const answer = await takenByCli(at, call, withKept(call.input, memory), folder);
      for (const [name, member] of Object.entries(call.keeps ?? {})) memory.set(name, answer.output?.[member]);
      answers.push(answer);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return answers;
}
