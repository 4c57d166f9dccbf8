// The token of a local ECR, over plain HTTP on this machine. Node's own client: the AWS SDK takes longer to load than this takes.
// It must not know how the local ECR works.
import { request } from 'node:http';
import { fail } from '../diagnostics/index.js';
import { type Authorization, readAuthorization } from './model.js';

/** Milliseconds; it is on this machine. */
const patience = 5000;

interface Asked {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** The answer's JSON; nothing where there is no answer, or none in JSON. */
function ask(
  port: number,
  { method, path, headers = {}, body = '' }: Asked,
): Promise<Record<string, unknown> | undefined> {
  return new Promise((resolve) => {
    const sent = request(
      { host: '127.0.0.1', port, method, path, headers, timeout: patience, agent: false },
      (answer) => {
        let text = '';
        answer.setEncoding('utf8').on('data', (piece: string) => {
          text += piece;
          if (text.length > 1_000_000) sent.destroy();
        });
        answer.on('error', () => resolve(undefined));
        answer.on('end', () => {
          try {
            const value: unknown = JSON.parse(text);
            resolve(typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined);
          } catch {
            resolve(undefined);
          }
        });
      },
    );
    sent.on('timeout', () => sent.destroy());
    sent.on('error', () => resolve(undefined));
    sent.on('close', () => resolve(undefined));
    sent.end(body);
  });
}

/** What a local ECR says of itself; nothing where none listens on this port. */
async function healthOf(port: number): Promise<Readonly<Record<string, unknown>> | undefined> {
  const health = await ask(port, { method: 'GET', path: '/_slipway/health', headers: { host: `localhost:${port}` } });
  return health?.['service'] === 'slipway-local' ? health : undefined;
}

/** Signs a call for one that verifies signatures, and tells where its administrators' keys are; gives all headers. */
export type SignCall = (
  call: { readonly path: string; readonly headers: Readonly<Record<string, string>>; readonly body: string },
  administratorFile: string,
) => Promise<Readonly<Record<string, string>>>;

/**
 * A token for an account in a Region, or the server's own account where none is named. Nothing where no local ECR listens; it
 * throws where one does and refuses.
 */
export async function localAuthorization(
  port: number,
  caller: { readonly account: string | undefined; readonly region: string },
  sign?: SignCall,
): Promise<Authorization | undefined> {
  const health = await healthOf(port);
  if (health === undefined) return undefined;
  const { administratorFile } = health;
  const scope = `${caller.account ?? 'local'}/20260101/${caller.region}/ecr/aws4_request`;
  const plain = {
    host: `localhost:${port}`,
    'content-type': 'application/x-amz-json-1.1',
    'x-amz-target': 'AmazonEC2ContainerRegistry_V20150921.GetAuthorizationToken',
  };
  const call = { path: '/', body: '{}' };
  const headers =
    sign !== undefined && typeof administratorFile === 'string'
      ? await sign({ ...call, headers: plain }, administratorFile)
      : // An open one reads the caller from it and verifies nothing.
        {
          ...plain,
          authorization: `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host, Signature=${'0'.repeat(64)}`,
        };
  const answer = await ask(port, { ...call, method: 'POST', headers });
  const [data] = Array.isArray(answer?.['authorizationData']) ? (answer['authorizationData'] as unknown[]) : [];
  const { authorizationToken, expiresAt, proxyEndpoint } = (data ?? {}) as Record<string, unknown>;
  const authorization = readAuthorization({
    authorizationToken: typeof authorizationToken === 'string' ? authorizationToken : undefined,
    expiresAt: typeof expiresAt === 'number' ? expiresAt * 1000 : undefined,
    proxyEndpoint: typeof proxyEndpoint === 'string' ? proxyEndpoint : undefined,
  });
  if (authorization !== undefined) return authorization;
  const said = typeof answer?.['message'] === 'string' ? answer['message'] : 'no answer that can be read';
  return fail('login/no-token', `the local ECR on port ${port} gave no token: ${said}`);
}
