// Holds that the short way through the client asks for the same as the SDK's own, whatever happens on it.
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { DescribeRepositoriesCommand, ECRClient, GetLifecyclePolicyCommand } from '@aws-sdk/client-ecr';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { clientOptions, quietSdk } from '../client.js';
import { readFailure } from '../faults.js';
import { takeShortcut } from './shortcut.js';

quietSdk();

interface Heard {
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

interface Reply {
  readonly status?: number;
  readonly headers?: Record<string, string>;
  readonly body?: object;
  /** In the place of a body, no JSON; an answer that is cut off is longer than it. */
  readonly text?: string;
  readonly cut?: boolean;
  /** The body stalls after its first bytes, or never comes to an end. */
  readonly endless?: 'stalls' | 'goes on';
}

let server: Server;
let url: string;
let heard: Heard[];
/** The first answers; after them everything is well. */
let replies: Reply[];
let clients: ECRClient[];

beforeAll(async () => {
  server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      heard.push({ url: request.url ?? '', headers: request.headers, body });
      const reply = replies.shift() ?? {};
      response.writeHead(reply.status ?? 200, { 'content-type': 'application/x-amz-json-1.1', ...reply.headers });
      const answer = reply.text ?? JSON.stringify(reply.body ?? { lifecyclePolicyText: `of ${body}` });
      if (reply.endless !== undefined) {
        response.write(answer);
        const more = reply.endless === 'stalls' ? undefined : setInterval(() => response.write(' '), 10);
        response.once('close', () => clearInterval(more));
      } else if (reply.cut === true) response.write(answer, () => response.destroy());
      else response.end(answer);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => new Promise((resolve) => server.close(resolve)));
beforeEach(() => {
  heard = [];
  replies = [];
  clients = [];
});
afterEach(() => {
  for (const client of clients) client.destroy();
});

interface Identity {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  readonly expiration?: Date;
}

function open(
  short: boolean,
  credentials: Identity | (() => Promise<Identity>),
  endpoint = url,
  patience = 60_000,
): ECRClient {
  const options = clientOptions({ account: 'a', region: 'eu-west-1', concurrency: 8, patience, opened: [] });
  const { signerConstructor, ...plain } = options;
  const client = new ECRClient({ ...plain, ...(short ? { signerConstructor } : {}), endpoint, credentials });
  if (short) takeShortcut(client);
  clients.push(client);
  return client;
}

const me: Identity = { accessKeyId: 'me', secretAccessKey: 'secret', sessionToken: 'token' };
const policyOf = (client: ECRClient, repositoryName: string) =>
  client.send(new GetLifecyclePolicyCommand({ repositoryName }));

/** What stays the same from one request to the next. */
function lasting({ url, headers, body }: Heard) {
  const { authorization, ...rest } = headers;
  delete rest['amz-sdk-invocation-id'];
  delete rest['x-amz-date'];
  delete rest['x-amz-content-sha256'];
  const signed = /Credential=(\S+), SignedHeaders=(\S+),/.exec(authorization ?? '');
  return { url, headers: rest, body, credential: signed?.[1], signedHeaders: signed?.[2] };
}

describe('the short way', () => {
  it.each(['', '/behind/a/path'])('asks as the SDK does, at an endpoint with the path "%s"', async (path) => {
    for (const short of [false, true]) {
      const client = open(short, me, `${url}${path}`);
      for (const name of ['team/first', 'team/the-second', 'café']) await policyOf(client, name);
      await client.send(new DescribeRepositoriesCommand({ repositoryNames: ['a', 'b'], maxResults: 3 }));
    }
    const [plain, short] = [heard.slice(0, 4), heard.slice(4)];
    expect(short.map(lasting)).toEqual(plain.map(lasting));
    expect(new Set(short.map(({ headers }) => headers['amz-sdk-invocation-id'])).size).toBe(4);
    // The whole signature, made again by the SDK's own signer.
    const signer = await open(false, me).config.signer();
    for (const { url, headers, body } of short) {
      const date = String(headers['x-amz-date']).replace(/^(....)(..)(..T..)(..)(..Z)$/, '$1-$2-$3:$4:$5');
      const { authorization, 'content-length': length, connection: _, ...rest } = headers;
      const again = await signer.sign(
        {
          method: 'POST',
          protocol: 'http:',
          hostname: '127.0.0.1',
          path: url,
          query: {},
          headers: { ...(rest as Record<string, string>), 'content-length': String(length) },
          body,
        },
        { signingDate: new Date(date) },
      );
      expect(authorization).toBe(again.headers['authorization']);
    }
  });

  it('is taken: the endpoint is looked for once for each operation', async () => {
    const client = open(true, me);
    const { endpointProvider } = client.config;
    let asked = 0;
    client.config.endpointProvider = (...given) => {
      asked += 1;
      return endpointProvider(...given);
    };
    for (const name of ['a', 'b', 'c']) await policyOf(client, name);
    for (const name of ['a', 'b']) await client.send(new DescribeRepositoriesCommand({ repositoryNames: [name] }));
    expect(heard).toHaveLength(5);
    expect(asked).toBe(2);
  });

  it('gives each its own answer, however many ask at once', async () => {
    const client = open(true, me);
    const names = Array.from({ length: 40 }, (_, index) => `team/r${index}`);
    const answers = await Promise.all(names.map((name) => policyOf(client, name)));
    expect(answers.map((answer) => answer.lifecyclePolicyText)).toEqual(
      names.map((name) => `of {"repositoryName":"${name}"}`),
    );
    expect(new Set(heard.map(({ headers }) => headers['amz-sdk-invocation-id'])).size).toBe(40);
  });

  it('signs with the credentials of the hour', async () => {
    let hour = 0;
    const client = open(true, async () => {
      hour += 1;
      // Each expires at once, so that the SDK asks for the next.
      return { ...me, accessKeyId: `me-${hour}`, sessionToken: `token-${hour}`, expiration: new Date(1) };
    });
    for (let call = 0; call < 3; call += 1) await policyOf(client, 'a');
    const keys = heard.map(({ headers }) => /Credential=([^/]+)/.exec(headers.authorization ?? '')?.[1]);
    const tokens = heard.map(({ headers }) => headers['x-amz-security-token']);
    expect(new Set(keys).size).toBe(3);
    expect(tokens).toEqual(keys.map((key) => key?.replace('me', 'token')));
  });

  it('learns the server’s time from a refusal', async () => {
    const client = open(true, me);
    await policyOf(client, 'a');
    const early = new Date(Date.now() - 3_600_000);
    replies = [
      {
        status: 403,
        headers: { date: early.toUTCString() },
        body: { __type: 'InvalidSignatureException', message: 'Signature expired' },
      },
    ];
    const refused = await policyOf(client, 'a').catch((error: unknown) => error);
    expect(readFailure(refused)).toMatchObject({ kind: 'credentials', again: 'unreachable' });
    await policyOf(client, 'a');
    const date = String(heard[2]?.headers['x-amz-date']);
    expect(date.slice(0, 11)).toBe(early.toISOString().replaceAll('-', '').slice(0, 11));
  });

  it('tells an error as the SDK does', async () => {
    const refusals: Reply[] = [
      { status: 400, body: { __type: 'LifecyclePolicyNotFoundException', message: 'none' } },
      { status: 400, body: { __type: 'com.amazonaws.ecr#RepositoryNotFoundException', message: 'gone' } },
      { status: 400, body: { __type: 'ThrottlingException', message: 'Rate exceeded' } },
      { status: 503, text: '<html>' },
      { status: 500, text: '<html>' },
      { status: 404, text: '' },
      { status: 200, text: '<html>' },
      { status: 200, text: '{"lifecyclePolicyText"', cut: true },
    ];
    const told: unknown[][] = [];
    for (const short of [false, true]) {
      const client = open(short, me);
      await policyOf(client, 'a');
      const failures: unknown[] = [];
      for (const refusal of refusals) {
        replies = [refusal];
        failures.push(readFailure(await policyOf(client, 'a').catch((error: unknown) => error)));
      }
      told.push(failures);
    }
    expect(told[1]).toEqual(told[0]);
    expect(told[1]).toMatchObject([
      { kind: 'gone', awsCode: 'LifecyclePolicyNotFoundException' },
      { kind: 'gone' },
      { kind: 'unavailable', again: 'throttled' },
      { kind: 'unavailable', again: 'failing' },
      { kind: 'not-implemented' },
      { kind: 'not-implemented' },
      { kind: 'unavailable', again: 'failing' },
      { kind: 'unavailable', again: 'failing' },
    ]);
  });

  it.each(['stalls', 'goes on'] as const)(
    'has the whole answer soon or none, where one %s for ever',
    async (endless) => {
      for (const [status, short] of [
        [200, true],
        [200, false],
        [400, true],
      ] as const) {
        const client = open(short, me, url, 300);
        replies = [{ status, endless }];
        const failure = readFailure(await policyOf(client, 'a').catch((error: unknown) => error));
        expect(failure).toMatchObject({ kind: 'unavailable', again: 'failing' });
      }
    },
  );

  it('takes no answer that is larger than any of AWS', async () => {
    const client = open(true, me);
    replies = [{ text: ' '.repeat(70 * 1024 * 1024) }];
    const failure = readFailure(await policyOf(client, 'a').catch((error: unknown) => error));
    expect(failure).toMatchObject({ kind: 'other', again: 'never', message: 'the answer is larger than 64 MiB' });
  });

  it('goes the whole way again where the first call never came to a request', async () => {
    let known = false;
    const client = open(true, async () => {
      if (!known) throw new Error('Could not load credentials');
      return me;
    });
    const lost = await Promise.allSettled(['a', 'b', 'c'].map((name) => policyOf(client, name)));
    expect(lost.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
    expect(heard).toEqual([]);
    known = true;
    const found = await Promise.all(['a', 'b', 'c'].map((name) => policyOf(client, name)));
    expect(found.map((answer) => answer.lifecyclePolicyText)).toHaveLength(3);
    expect(heard).toHaveLength(3);
  });

  it('goes on after a first call that failed on the way', async () => {
    const client = open(true, me);
    replies = [{ status: 500, body: { __type: 'ServerException', message: 'x' } }];
    const [first, ...others] = await Promise.allSettled(['a', 'b', 'c'].map((name) => policyOf(client, name)));
    expect([first, ...others].filter((one) => one?.status === 'rejected')).toHaveLength(1);
    expect(heard).toHaveLength(3);
  });
});
