// The server as strangers meet it: AWS's own clients, raw sockets, hostile bodies, faults, several accounts, a second start.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CreateRepositoryCommand,
  DescribeRepositoriesCommand,
  ECRClient,
  TagResourceCommand,
} from '@aws-sdk/client-ecr';
import {
  GetResourcesCommand,
  paginateGetResources,
  ResourceGroupsTaggingAPIClient,
} from '@aws-sdk/client-resource-groups-tagging-api';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type LocalEcr, type LocalEcrOptions, startLocalEcr } from './index.js';

let local: LocalEcr;
let defects: string[] = [];
const start = (options: LocalEcrOptions = {}): Promise<LocalEcr> =>
  startLocalEcr({
    port: 0,
    onDefect: (error, operation) => defects.push(`${operation}: ${String(error)}`),
    ...options,
  });

beforeEach(async () => {
  defects = [];
  local = await start();
});
afterEach(() => local.close());

function settings(
  account: string,
  region = 'us-east-1',
): {
  endpoint: string;
  region: string;
  maxAttempts: number;
  credentials: { accessKeyId: string; secretAccessKey: string };
} {
  return { endpoint: local.url, region, maxAttempts: 1, credentials: { accessKeyId: account, secretAccessKey: 'x' } };
}
const ecr = (account = 'AKIAEXAMPLE', region = 'us-east-1'): ECRClient => new ECRClient(settings(account, region));

const target = (operation: string): Record<string, string> => ({
  'content-type': 'application/x-amz-json-1.1',
  'x-amz-target': `AmazonEC2ContainerRegistry_V20150921.${operation}`,
});
const post = (body: string | Uint8Array<ArrayBuffer>, headers: Record<string, string>): Promise<Response> =>
  fetch(local.url, { method: 'POST', body, headers });
const raw = async (operation: string, body: string | Uint8Array<ArrayBuffer> = '{}'): Promise<[number, unknown]> => {
  const response = await post(body, target(operation));
  return [response.status, await response.json()];
};

describe('an option', () => {
  it.each([
    ['{"profile":"strict-ocl"}', `profile: 'strict-ocl' is none of ecr and strict-oci; did you mean "strict-oci"?`],
    ['{"uriStyle":"nonsense"}', "uriStyle: 'nonsense' is none of local and aws"],
  ])('with a value that does not exist is refused: %s', async (options, text) => {
    await expect(start(JSON.parse(options) as LocalEcrOptions)).rejects.toThrow(`local/bad-option: ${text}`);
  });
});

describe('the clients of AWS', () => {
  it('take the account from the access key id and the Region from the signature', async () => {
    const name = { repositoryName: 'app/api' };
    const home = await ecr().send(new CreateRepositoryCommand(name));
    expect(home.repository).toMatchObject({
      registryId: '123456789012',
      repositoryUri: `localhost:${local.port}/app/api`,
    });
    expect(home.repository?.createdAt).toBeInstanceOf(Date);
    const away = await ecr('111111111111', 'eu-west-1').send(new CreateRepositoryCommand(name));
    expect(away.repository).toMatchObject({
      repositoryArn: 'arn:aws:ecr:eu-west-1:111111111111:repository/app/api',
      repositoryUri: `localhost:${local.port}/111111111111.eu-west-1/app/api`,
    });
    const { repositories } = await ecr('111111111111', 'us-east-1').send(new DescribeRepositoriesCommand({}));
    expect(repositories).toEqual([]);
  });

  it('see errors as they know them', async () => {
    await expect(ecr().send(new DescribeRepositoriesCommand({ repositoryNames: ['none'] }))).rejects.toMatchObject({
      name: 'RepositoryNotFoundException',
      message: "The repository with name 'none' does not exist in the registry with id '123456789012'",
      $metadata: { httpStatusCode: 400, requestId: expect.stringMatching(/^[0-9a-f-]{36}$/) as string },
    });
  });

  it('learn who they are', async () => {
    expect(await new STSClient(settings('111111111111')).send(new GetCallerIdentityCommand({}))).toMatchObject({
      Account: '111111111111',
      Arn: 'arn:aws:iam::111111111111:user/local',
    });
    local.setFaults([{ operation: 'GetCallerIdentity', kind: 'deny' }]);
    await expect(new STSClient(settings('111111111111')).send(new GetCallerIdentityCommand({}))).rejects.toMatchObject({
      name: 'AccessDenied',
    });
  });

  it('find repositories by their tags', async () => {
    const client = ecr();
    for (let index = 0; index < 5; index += 1) {
      const tags = [
        { Key: 'n', Value: String(index) },
        { Key: 'kind', Value: index < 3 ? 'low' : 'high' },
      ];
      await client.send(new CreateRepositoryCommand({ repositoryName: `app${index}`, tags }));
    }
    await client.send(new CreateRepositoryCommand({ repositoryName: 'untagged' }));
    const tagging = new ResourceGroupsTaggingAPIClient(settings('123456789012'));
    const found = async (
      TagFilters: { Key: string; Values?: string[] }[],
      ResourceTypeFilters?: string[],
    ): Promise<string[]> => {
      const answer = await tagging.send(
        new GetResourcesCommand({ TagFilters, ...(ResourceTypeFilters && { ResourceTypeFilters }) }),
      );
      return (answer.ResourceTagMappingList ?? []).map((one) => one.ResourceARN?.split('/')[1] ?? '');
    };
    expect(await found([])).toEqual(['app0', 'app1', 'app2', 'app3', 'app4']);
    expect(
      await found(
        [
          { Key: 'kind', Values: ['low'] },
          { Key: 'n', Values: ['1', '4'] },
        ],
        ['ecr'],
      ),
    ).toEqual(['app1']);
    expect(await found([{ Key: 'kind' }], ['ecr:repository'])).toHaveLength(5);
    expect(await found([{ Key: 'kind' }], ['s3'])).toEqual([]);
    const pages: number[] = [];
    for await (const page of paginateGetResources({ client: tagging, pageSize: 2 }, { TagFilters: [{ Key: 'n' }] })) {
      pages.push(page.ResourceTagMappingList?.length ?? 0);
    }
    expect(pages).toEqual([2, 2, 1]);
    await expect(tagging.send(new GetResourcesCommand({ ResourcesPerPage: 101 }))).rejects.toMatchObject({
      name: 'InvalidParameterException',
    });
    await expect(tagging.send(new GetResourcesCommand({ PaginationToken: 'x' }))).rejects.toMatchObject({
      name: 'PaginationTokenExpiredException',
    });
    const arn = 'arn:aws:ecr:us-east-1:123456789012:repository/app1';
    await expect(
      tagging.send(new GetResourcesCommand({ ResourceARNList: [arn], TagFilters: [{ Key: 'n' }] })),
    ).rejects.toMatchObject({ name: 'InvalidParameterException' });
    const one = await tagging.send(new GetResourcesCommand({ ResourceARNList: [arn, `${arn}no`] }));
    expect(one.ResourceTagMappingList).toHaveLength(1);
  });
});

describe('whoever starts one in a test', () => {
  const at = (login: { readonly authorization: string }, name = ''): Promise<number> =>
    fetch(`${local.url}/v2/${name}`, { headers: { authorization: login.authorization } }).then(({ status }) => status);

  it('is given what AWS tools need, for any account and Region', async () => {
    expect(local.registry).toBe(`localhost:${local.port}`);
    const variables = local.variables({ account: '222222222222' });
    expect(variables).toEqual({
      AWS_ENDPOINT_URL: local.url,
      AWS_ACCESS_KEY_ID: '222222222222',
      AWS_SECRET_ACCESS_KEY: 'local',
      AWS_REGION: 'us-east-1',
      AWS_DEFAULT_REGION: 'us-east-1',
    });
    const sts = new STSClient(settings(variables['AWS_ACCESS_KEY_ID'] ?? ''));
    expect((await sts.send(new GetCallerIdentityCommand({}))).Account).toBe('222222222222');
  });

  it('is given what container clients log in with, for that account and Region and no other', async () => {
    const home = local.login();
    expect(home.authorization).toBe(`Basic ${Buffer.from(`${home.username}:${home.password}`).toString('base64')}`);
    expect(await at(home)).toBe(200);
    const elsewhere = local.login({ account: '222222222222', region: 'eu-west-1' });
    expect(await at(elsewhere, '222222222222.eu-west-1/app/tags/list')).toBe(404);
    expect(await at(home, '222222222222.eu-west-1/app/tags/list')).toBe(403);
    await local.clock.advance(13 * 3_600_000);
    expect(await at(home)).not.toBe(200);
    expect(await at(local.login())).toBe(200);
  });
});

describe('hostile input', () => {
  it.each([
    ['{', 'SerializationException'],
    ['[]', 'SerializationException'],
    ['"x"', 'SerializationException'],
    [new Uint8Array([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]), 'SerializationException'],
    ['['.repeat(1_000_000), 'SerializationException'],
    [`{"repositoryNames":${'['.repeat(100_000)}${']'.repeat(100_000)}}`, 'SerializationException'],
    ['{"__proto__":{"maxResults":0},"constructor":{"prototype":{"x":1}}}', undefined],
    ['', undefined],
  ])('%.60s', async (body, code) => {
    const [status, answer] = await raw('DescribeRepositories', body);
    expect([status, (answer as { __type?: string }).__type]).toEqual(
      code === undefined ? [200, undefined] : [400, code],
    );
    expect(Object.prototype).not.toHaveProperty('x');
    expect(defects).toEqual([]);
  });

  it('is told when a body is too large', async () => {
    const [status, answer] = await raw('DescribeRepositories', new Uint8Array(10 * 1024 * 1024 + 1));
    expect([status, (answer as { __type: string }).__type]).toEqual([413, 'RequestEntityTooLargeException']);
    expect((await raw('DescribeRepositories', ' '.repeat(10 * 1024 * 1024 - 2) + '{}'))[0]).toBe(200);
  });

  it.each(['toString', '__proto__', 'Nothing', ''])('names no operation: %j', async (operation) => {
    const [status, answer] = await raw(operation);
    expect([status, (answer as { __type: string }).__type]).toEqual([404, 'UnknownOperationException']);
    expect(local.calls()).toEqual({});
  });

  it('asks for what is not there', async () => {
    expect((await fetch(local.url)).status).toBe(404);
    expect((await fetch(`${local.url}/_slipway/none`)).status).toBe(404);
    const form = await post('Action=<Evil>&Version=1', { 'content-type': 'application/x-www-form-urlencoded' });
    expect([form.status, await form.text()]).toEqual([
      400,
      expect.stringContaining('<Code>InvalidAction</Code><Message>Could not find operation &lt;Evil&gt;'),
    ]);
  });

  const talk = (text: string): Promise<string> =>
    new Promise((resolve, reject) => {
      let heard = '';
      const socket = connect(local.port, '127.0.0.1', () => socket.write(text));
      socket.on('data', (data) => {
        heard += data.toString('latin1');
      });
      socket.on('close', () => resolve(heard));
      socket.on('error', reject);
    });

  it('is no HTTP, or has a header without end', async () => {
    expect(await talk('hello\r\n\r\n')).toMatch(/^HTTP\/1\.1 400 /);
    expect(await talk(`GET / HTTP/1.1\r\nHost: x\r\nX: ${'a'.repeat(17_000)}\r\n\r\n`)).toMatch(/^HTTP\/1\.1 431 /);
    expect((await raw('DescribeRepositories'))[0]).toBe(200);
  });

  it('goes away half way', async () => {
    await new Promise<void>((resolve) => {
      const socket = connect(local.port, '127.0.0.1', () => {
        socket.write('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n{', () => socket.destroy());
      });
      socket.on('close', () => resolve());
    });
    expect((await raw('DescribeRepositories'))[0]).toBe(200);
    expect(defects).toEqual([]);
  });

  it('does not reach the control addresses from a web page or by another name', async () => {
    const stop = (headers: Record<string, string>): Promise<string> =>
      talk(
        `POST /_slipway/stop HTTP/1.1\r\n${Object.entries(headers)
          .map(([name, value]) => `${name}: ${value}\r\n`)
          .join('')}Connection: close\r\nContent-Length: 0\r\n\r\n`,
      );
    expect(await stop({ Host: 'evil.example' })).toMatch(/^HTTP\/1\.1 403 /);
    expect(await stop({ Host: `localhost:${local.port}`, Origin: 'https://evil.example' })).toMatch(/^HTTP\/1\.1 403 /);
    expect(await stop({ Host: `localhost:${local.port}`, 'Sec-Fetch-Site': 'cross-site' })).toMatch(/^HTTP\/1\.1 403 /);
    expect((await raw('DescribeRepositories'))[0]).toBe(200);
  });

  it('gives a web page no token, and does nothing for it', async () => {
    const asPage = async (operation: string, headers: Record<string, string>): Promise<unknown[]> => {
      const response = await fetch(local.url, {
        method: 'POST',
        body: '{"repositoryName":"app"}',
        headers: { 'x-amz-target': `AmazonEC2ContainerRegistry_V20150921.${operation}`, ...headers },
      });
      return [response.status, await response.json()];
    };
    const denied = {
      __type: 'AccessDeniedException',
      message: 'The local ECR is not for pages in a browser.',
    };
    // A page whose own name points here by now is not asked for leave by its browser.
    for (const headers of [{ origin: `http://evil.example:${local.port}` }, { origin: 'null' }]) {
      expect(await asPage('GetAuthorizationToken', headers)).toEqual([403, denied]);
      expect(await asPage('CreateRepository', headers)).toEqual([403, denied]);
    }
    expect(await raw('DescribeRepositories')).toEqual([200, { repositories: [] }]);
  });

  it('meets a defect of ours and hears only that there is one', async () => {
    await local.close();
    local = await start({
      clock: {
        now: () => {
          throw new Error('the clock stands still');
        },
      },
    });
    expect(await raw('CreateRepository', '{"repositoryName":"app"}')).toEqual([
      500,
      { __type: 'ServerException', message: 'These errors are usually caused by a server-side issue.' },
    ]);
    expect(defects).toEqual(['CreateRepository: Error: the clock stands still']);
    expect((await raw('DescribeRepositories'))[0]).toBe(200);
  });
});

describe('the fault switch', () => {
  const kinds = async (count: number): Promise<string[]> => {
    const seen: string[] = [];
    for (let index = 0; index < count; index += 1) {
      try {
        const [status, answer] = await raw('DescribeRepositories');
        seen.push(status === 200 ? 'ok' : `${status} ${(answer as { __type: string }).__type}`);
      } catch {
        seen.push('cut');
      }
    }
    return seen;
  };

  it.each([
    ['throttle', '400 ThrottlingException'],
    ['server-error', '500 ServerException'],
    ['deny', '400 AccessDeniedException'],
    ['drop', 'cut'],
    ['drop-after', 'cut'],
  ] as const)('%s', async (kind, seen) => {
    local.setFaults([
      { operation: 'DescribeRepositories', kind },
      { operation: 'Other', kind: 'drop' },
    ]);
    expect(await kinds(2)).toEqual([seen, seen]);
    local.clearFaults();
    expect(await kinds(1)).toEqual(['ok']);
    expect(local.calls()).toEqual({ DescribeRepositories: 3 });
    local.resetCalls();
    expect(local.calls()).toEqual({});
  });

  it('does the work before it cuts, or does not', async () => {
    local.setFaults([
      { operation: 'CreateRepository', kind: 'drop', times: 1 },
      { operation: 'CreateRepository', kind: 'drop-after' },
    ]);
    const create = (repositoryName: string): Promise<unknown> =>
      raw('CreateRepository', JSON.stringify({ repositoryName }));
    await expect(create('lost')).rejects.toThrow();
    await expect(create('made')).rejects.toThrow();
    const { repositories } = await ecr().send(new DescribeRepositoriesCommand({}));
    expect(repositories?.map((one) => one.repositoryName)).toEqual(['made']);
  });

  it('counts: after, every, times', async () => {
    local.setFaults([{ operation: '*', kind: 'throttle', after: 1, every: 2, times: 2 }]);
    const bad = '400 ThrottlingException';
    expect(await kinds(8)).toEqual(['ok', 'ok', bad, 'ok', bad, 'ok', 'ok', 'ok']);
  });

  it('draws the same lots from the same seed', async () => {
    const draw = async (seed: number): Promise<string[]> => {
      local.setFaults([{ operation: '*', kind: 'throttle', probability: 0.5, seed }]);
      return kinds(24);
    };
    const first = await draw(7);
    expect(await draw(7)).toEqual(first);
    expect(await draw(8)).not.toEqual(first);
    expect(new Set(first).size).toBe(2);
  });

  it('delays, and is not waited for at the end', async () => {
    const began = performance.now();
    local.setFaults([
      { operation: '*', kind: 'latency', milliseconds: 60 },
      { operation: '*', kind: 'throttle' },
    ]);
    expect(await kinds(1)).toEqual(['400 ThrottlingException']);
    expect(performance.now() - began).toBeGreaterThan(50);
    local.setFaults([{ operation: '*', kind: 'latency', milliseconds: 600_000 }]);
    const waiting = kinds(1);
    while (local.calls()['DescribeRepositories'] !== 2) await new Promise((resolve) => setImmediate(resolve));
    await local.close();
    expect(await waiting).toEqual(['cut']);
  });

  it('names the resource it denies', async () => {
    local.setFaults([{ operation: 'TagResource', kind: 'deny' }]);
    const resourceArn = 'arn:aws:ecr:us-east-1:123456789012:repository/app';
    await expect(ecr().send(new TagResourceCommand({ resourceArn, tags: [] }))).rejects.toMatchObject({
      name: 'AccessDeniedException',
      message: `User: arn:aws:iam::123456789012:user/local is not authorized to perform: ecr:TagResource on resource: ${resourceArn} because no identity-based policy allows the ecr:TagResource action`,
    });
  });

  it('is set over HTTP too', async () => {
    const control = async (method: string, path: string, body?: string): Promise<[number, unknown]> => {
      const response = await fetch(`${local.url}/_slipway/${path}`, { method, ...(body !== undefined && { body }) });
      return [response.status, await response.json()];
    };
    expect(await control('POST', 'faults', '[{"operation":"*","kind":"throttle"}]')).toEqual([200, {}]);
    expect(await kinds(1)).toEqual(['400 ThrottlingException']);
    expect(await control('DELETE', 'faults')).toEqual([200, {}]);
    expect(await control('GET', 'calls')).toEqual([200, { DescribeRepositories: 1 }]);
    expect(await control('DELETE', 'calls')).toEqual([200, {}]);
    expect(await control('GET', 'calls')).toEqual([200, {}]);
    expect(await control('GET', 'health')).toEqual([
      200,
      {
        service: 'slipway-local',
        version: 1,
        pid: process.pid,
        dataDirectory: null,
        certificateAuthority: null,
        settings: {
          profile: 'ecr',
          uriStyle: 'local',
          quotas: false,
          upstreams: {},
          upstreamSecrets: [],
          oidcIssuers: {},
        },
      },
    ]);
    for (const [body, message] of [
      ['{', 'the body is not JSON'],
      ['{}', 'faults must be a list'],
      ['[1]', 'fault 1 is not an object'],
      ['[{"kind":"deny"}]', 'fault 1 has no operation'],
      ['[{"operation":"*"}]', 'fault 1 has no kind'],
      ['[{"operation":"a b","kind":"deny"}]', 'fault 1 has an operation that is no name'],
      [
        '[{"operation":"*","kind":"explode"}]',
        'fault 1 has kind "explode", which is none of throttle, server-error, latency, drop, drop-after, deny',
      ],
      ['[{"operation":"*","kind":"deny","toString":1}]', "fault 1 has an unknown member 'toString'"],
      [
        '[{"operation":"*","kind":"deny","every":0}]',
        'fault 1 has every 0, which is no whole number from 1 to 1000000000',
      ],
      ['[{"operation":"*","kind":"latency"}]', 'fault 1 has no milliseconds, which latency needs'],
    ] as const) {
      expect(await control('POST', 'faults', body)).toEqual([400, { message }]);
    }
    expect(() => local.setFaults([{ operation: '*', kind: 'deny', every: 0 }])).toThrow('local/bad-fault');
  });
});

describe('a server', () => {
  const folders: string[] = [];
  afterEach(async () => {
    await local.close();
    for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
  });
  const folder = (): string => {
    const made = mkdtempSync(join(tmpdir(), 'slipway-local-test-'));
    folders.push(made);
    return made;
  };

  it('has everything after another start', async () => {
    const dataDirectory = folder();
    await local.close();
    local = await start({ dataDirectory });
    await ecr().send(new CreateRepositoryCommand({ repositoryName: 'app', tags: [{ Key: 'k', Value: 'v' }] }));
    expect(JSON.parse(readFileSync(join(dataDirectory, 'local.json'), 'utf8'))).toEqual({
      pid: process.pid,
      port: local.port,
    });
    await expect(start({ dataDirectory })).rejects.toThrow('local/data-locked');
    await local.close();
    await local.close();
    local = await start({ dataDirectory, uriStyle: 'aws' });
    const { repositories } = await ecr().send(new DescribeRepositoriesCommand({}));
    expect(repositories).toMatchObject([
      { repositoryName: 'app', repositoryUri: '123456789012.dkr.ecr.us-east-1.amazonaws.com/app' },
    ]);
  });

  it('takes another home', async () => {
    await local.close();
    local = await start({ home: { account: '111111111111', region: 'eu-west-1' } });
    const { repository } = await ecr('AKIA', 'eu-west-1').send(new CreateRepositoryCommand({ repositoryName: 'app' }));
    expect(repository).toMatchObject({ registryId: '111111111111', repositoryUri: `localhost:${local.port}/app` });
  });

  it('says what is on its port', async () => {
    await expect(start({ port: local.port })).rejects.toThrow(
      `local/port-in-use: port ${local.port} is taken by a local ECR (process ${process.pid}, in memory)`,
    );
  });

  it('ends when it is asked to, after its answer', async () => {
    const response = await fetch(`${local.url}/_slipway/stop`, { method: 'POST' });
    expect([response.status, await response.json()]).toEqual([200, {}]);
    await local.closed;
    await expect(fetch(local.url)).rejects.toThrow();
  });
});
