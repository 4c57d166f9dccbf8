// HTTP for tests that ask thousands of times: connections are kept, and an answer costs less than half of what fetch takes of the processor.
// It must not know what is asked for.
import { Agent, type IncomingHttpHeaders, request } from 'node:http';

export interface HttpAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export interface Asked {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | string;
}

/** The timeout is of idle connections: they go before a server (Node's closes them after five seconds) would close them under a request. */
const agent = new Agent({ keepAlive: true, timeout: 2000 });

/** The whole answer, whatever its status, of where a registry sends a GET on to; rejects where there is none, or half of one. */
export async function ask(url: string | URL, asked: Asked = {}): Promise<HttpAnswer> {
  const answer = await once(url, asked);
  const { location } = answer.headers;
  if (answer.status !== 307 || location === undefined) return answer;
  const next = new URL(location, url);
  // As everybody does, no credentials are shown to somebody else.
  return ask(next, next.origin === new URL(url).origin ? asked : { ...asked, headers: {} });
}

function once(url: string | URL, { method = 'GET', headers = {}, body }: Asked): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
    const asked = request(url, { method, agent, headers: { ...headers, ...length } }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.once('error', reject);
      answer.once('end', () => {
        resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: Buffer.concat(chunks) });
      });
    });
    asked.once('error', reject);
    asked.end(body);
  });
}
