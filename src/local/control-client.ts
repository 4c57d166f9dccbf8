// Asks a running local ECR what it is to do or to tell, over its own addresses.
// It must not know what the answers mean.
import { type IncomingMessage, request } from 'node:http';
import { allDefinitions, type DiagnosticCode, fail } from '../diagnostics/index.js';
import { controlPrefix } from './control.js';
import { daemonStatus, describeStatus } from './daemon.js';

export interface Question {
  readonly port: number;
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** Below `/_slipway/`. */
  readonly path: string;
  readonly body?: unknown;
  readonly signal?: AbortSignal;
}

// Not fetch: it gives up on an answer that takes more than five minutes.
function send({ port, method, path, body, signal }: Question): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const text = body === undefined ? '' : JSON.stringify(body);
    const headers = { host: `localhost:${port}`, 'content-length': Buffer.byteLength(text) };
    const options = { host: '127.0.0.1', port, method, path: `${controlPrefix}${path}`, headers, agent: false };
    request({ ...options, ...(signal !== undefined && { signal }) }, resolve)
      .on('error', reject)
      .end(text);
  });
}

async function open(question: Question): Promise<IncomingMessage> {
  const { port } = question;
  const status = await daemonStatus(port);
  if (status.state !== 'running') {
    fail(
      'local/not-running',
      status.state === 'absent'
        ? `no local ECR runs on port ${port}`
        : `port ${port} is taken by ${describeStatus(status)}`,
    );
  }
  const answer = await send(question);
  if (answer.statusCode === 200) return answer;
  const { code, message } = refusal(await textOf(answer));
  fail(code, message ?? `the local ECR on port ${port} answered with HTTP ${answer.statusCode ?? 0}`);
}

async function textOf(answer: IncomingMessage): Promise<string> {
  let text = '';
  for await (const piece of answer.setEncoding('utf8')) text += piece as string;
  return text;
}

/** The server's own diagnostic; an older or newer one may have codes that are not ours. */
function refusal(text: string): { readonly code: DiagnosticCode; readonly message?: string } {
  try {
    const { code, message } = JSON.parse(text) as Record<string, unknown>;
    const known = allDefinitions().find((one) => one.code === code)?.code;
    return { code: known ?? 'local/control-failed', ...(typeof message === 'string' && { message }) };
  } catch {
    return { code: 'local/control-failed' };
  }
}

/** Its answer, from JSON. Throws what the server said, or `local/not-running`. */
export async function askControl(question: Question): Promise<unknown> {
  return JSON.parse(await textOf(await open(question))) as unknown;
}

/** Its answer line by line as it comes, each from JSON. Ends when either side does. */
export async function* readControl(question: Question): AsyncGenerator<unknown> {
  const answer = await open(question);
  let rest = '';
  try {
    for await (const piece of answer.setEncoding('utf8')) {
      const lines = (rest + (piece as string)).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) if (line !== '') yield JSON.parse(line) as unknown;
    }
  } catch (error) {
    // A server that was killed, or a reader that has had enough, is an end like any other.
    if (question.signal?.aborted !== true && !cutOff(error)) throw error;
  } finally {
    answer.destroy();
  }
}

function cutOff(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ECONNRESET';
}
