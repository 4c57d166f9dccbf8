// The local ECR as a process of its own, started by a small program in place of the command line.
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { CreateRepositoryCommand, DescribeRepositoriesCommand, ECRClient } from '@aws-sdk/client-ecr';
import { build } from 'esbuild';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { serviceName } from './control.js';
import { type DaemonOptions, daemonStatus, startDaemon, stopDaemon } from './index.js';

// Inside the checkout, so that the program finds its packages.
const cache = resolve('node_modules/.cache/slipway-local-test', String(process.pid));
const entry = join(cache, 'entry.mjs');
let folder: string;
let port: number;
const servers: Server[] = [];

beforeAll(async () => {
  mkdirSync(cache, { recursive: true });
  const program = `
    import { startLocalEcr } from ${JSON.stringify(resolve('src/local/index.ts'))};
    const [local, start, foreground, , port, where, folder, tls] = process.argv.slice(2);
    if ([local, start, foreground].join(' ') !== 'local start --foreground') throw new Error('called wrongly');
    try {
      await startLocalEcr({ port: Number(port), tls: tls === '--tls', ...(where === '--data' ? { dataDirectory: folder } : { memory: true }) });
    } catch (error) {
      process.stderr.write(error.message + '\\n');
      process.exitCode = 1;
    }`;
  await build({
    stdin: { contents: program, resolveDir: cache, loader: 'ts' },
    outfile: entry,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    packages: 'external',
  });
});
afterAll(() => rmSync(cache, { recursive: true, force: true }));

const listen = (server: Server): Promise<number> =>
  new Promise((done) => {
    servers.push(server);
    server.listen(0, '127.0.0.1', () => done((server.address() as AddressInfo).port));
  });

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'slipway-daemon-'));
  const probe = createServer();
  port = await listen(probe);
  await new Promise((done) => probe.close(done));
});
afterEach(async () => {
  if ((await daemonStatus(port)).state === 'running') await stopDaemon(port);
  for (const server of servers.splice(0)) await new Promise((done) => server.close(done));
  rmSync(folder, { recursive: true, force: true });
});

const client = (): ECRClient =>
  new ECRClient({
    endpoint: `http://127.0.0.1:${port}`,
    region: 'us-east-1',
    credentials: { accessKeyId: 'x', secretAccessKey: 'x' },
  });

describe('the local ECR in the background', () => {
  it('starts, answers, is joined, stops, and starts again with its data', async () => {
    expect(await daemonStatus(port)).toEqual({ state: 'absent', port });
    expect(await stopDaemon(port)).toBe(false);
    const first = await startDaemon({ port, dataDirectory: folder, entry });
    expect(first).toMatchObject({ started: true, port, dataDirectory: folder });
    expect(JSON.parse(readFileSync(join(folder, 'local.json'), 'utf8'))).toEqual({ pid: first.pid, port });
    expect(await daemonStatus(port)).toEqual({
      state: 'running',
      port,
      pid: first.pid,
      dataDirectory: folder,
      certificateAuthority: null,
      settings: {
        profile: 'ecr',
        uriStyle: 'local',
        quotas: false,
        upstreams: {},
        upstreamSecrets: [],
        oidcIssuers: {},
      },
    });
    expect(await startDaemon({ port, dataDirectory: folder, entry })).toEqual({ ...first, started: false });
    await client().send(new CreateRepositoryCommand({ repositoryName: 'app' }));
    expect(await stopDaemon(port)).toBe(true);
    expect(await daemonStatus(port)).toEqual({ state: 'absent', port });
    await startDaemon({ port, dataDirectory: folder, entry });
    expect((await client().send(new DescribeRepositoriesCommand({}))).repositories).toHaveLength(1);
  });

  it('keeps what it acknowledged when it is killed', async () => {
    const { pid } = await startDaemon({ port, dataDirectory: folder, entry });
    for (let index = 0; index < 20; index += 1) {
      await client().send(new CreateRepositoryCommand({ repositoryName: `app${index}` }));
    }
    process.kill(pid, 'SIGKILL');
    while ((await daemonStatus(port)).state !== 'absent') await new Promise((done) => setImmediate(done));
    await startDaemon({ port, dataDirectory: folder, entry });
    expect((await client().send(new DescribeRepositoriesCommand({}))).repositories).toHaveLength(20);
  });

  it('that runs otherwise than was asked for is not taken for one that does', async () => {
    const { pid } = await startDaemon({ port, dataDirectory: folder, entry });
    const asking = (asked: NonNullable<DaemonOptions['asked']>) =>
      startDaemon({ port, dataDirectory: folder, entry, asked });
    await expect(
      asking({
        profile: 'strict-oci',
        uriStyle: 'aws',
        quotas: true,
        upstreams: { quay: 'http://127.0.0.1:5000' },
        upstreamSecrets: ['ecr-pullthroughcache/x'],
      }),
    ).rejects.toThrow(
      `local/other-settings: the local ECR on port ${port} (process ${pid}) runs without --profile strict-oci, ` +
        `--uri-style aws, --quotas, --upstream quay=http://127.0.0.1:5000, the secret 'ecr-pullthroughcache/x' of --upstream-secrets`,
    );
    const asItIs = { profile: 'ecr', uriStyle: 'local', quotas: false } as const;
    expect(await asking(asItIs)).toMatchObject({ started: false, pid });
  });

  it('clears up what one in memory has left that was killed, whatever starts next', async () => {
    const { pid } = await startDaemon({ port, memory: true, entry });
    const left = (): string[] =>
      readdirSync(tmpdir()).filter((name) => {
        try {
          const owner = readFileSync(join(tmpdir(), name, 'owner.json'), 'utf8');
          return name.startsWith('slipway-') && (JSON.parse(owner) as { pid: number }).pid === pid;
        } catch {
          return false;
        }
      });
    expect(left()).toHaveLength(1);
    process.kill(pid, 'SIGKILL');
    while ((await daemonStatus(port)).state !== 'absent') await new Promise((done) => setImmediate(done));
    await startDaemon({ port, dataDirectory: folder, entry });
    expect(left()).toEqual([]);
  });

  it('that runs without TLS is not taken for one with', async () => {
    const { pid, certificateAuthority } = await startDaemon({ port, dataDirectory: folder, entry });
    expect(certificateAuthority).toBeNull();
    await expect(startDaemon({ port, dataDirectory: folder, entry, tls: true })).rejects.toThrow(
      `local/no-tls: the local ECR on port ${port} (process ${pid}) runs without TLS`,
    );
    await stopDaemon(port);
    const second = await startDaemon({ port, dataDirectory: folder, entry, tls: true });
    expect(second.certificateAuthority).toBe(join(folder, 'tls', 'ca.crt'));
    expect(await startDaemon({ port, dataDirectory: folder, entry })).toEqual({ ...second, started: false });
  });

  it('in memory leaves nothing on the disk when it has ended', async () => {
    const temporary = process.env.TMPDIR;
    process.env.TMPDIR = folder;
    try {
      await startDaemon({ port, memory: true, entry });
      // Its layers, but no log.
      expect(readdirSync(folder)).toEqual([expect.stringMatching(/^slipway-blobs-/)]);
      await stopDaemon(port);
    } finally {
      if (temporary === undefined) delete process.env.TMPDIR;
      else process.env.TMPDIR = temporary;
    }
    // The port is free a moment before the process has gone.
    await expect.poll(() => readdirSync(folder), { timeout: 10_000 }).toEqual([]);
  });

  it('started twice at once is one', async () => {
    const both = await Promise.all([1, 2].map(() => startDaemon({ port, dataDirectory: folder, entry })));
    expect(new Set(both.map((one) => one.pid)).size).toBe(1);
  });

  it('says who holds its data, and who holds its port', async () => {
    const { pid } = await startDaemon({ port, dataDirectory: folder, entry });
    const probe = createServer();
    const other = await listen(probe);
    await new Promise((done) => probe.close(done));
    servers.splice(servers.indexOf(probe), 1);
    await expect(startDaemon({ port: other, dataDirectory: folder, entry })).rejects.toThrow(
      `local/data-locked: the data directory '${folder}' is in use by another local ECR (process ${pid}, port ${port})`,
    );
    await expect(startDaemon({ port, memory: true, entry })).rejects.toThrow(
      `local/port-in-use: port ${port} is taken by a local ECR (process ${pid}, data in '${folder}')`,
    );
    const web = await listen(
      createHttpServer((_request, response) => {
        response.setHeader('server', 'nginx');
        response.end('hello');
      }),
    );
    await expect(startDaemon({ port: web, memory: true, entry })).rejects.toThrow(
      `local/port-in-use: port ${web} is taken by another program (nginx, HTTP 200)`,
    );
    await expect(stopDaemon(web)).rejects.toThrow('local/port-in-use');
    const mute = await listen(createServer((socket) => socket.resume().end('220 mail\r\n')));
    expect(await daemonStatus(mute)).toEqual({
      state: 'foreign',
      port: mute,
      what: 'a program that does not speak HTTP',
    });
  });

  it('is stopped once its certificate is gone too, which goes after the port', async () => {
    const certificateAuthority = join(folder, 'ca.pem');
    writeFileSync(certificateAuthority, '');
    let asked = 0;
    const fake = createHttpServer(({ url }, response) => {
      if (url?.endsWith('/stop') === true || asked > 0) asked += 1;
      // The port is another's at once, and the certificate goes when somebody looks for the third time.
      if (asked === 4) rmSync(certificateAuthority);
      const pid = asked === 0 ? 1 : 2;
      response.end(JSON.stringify({ service: serviceName, pid, dataDirectory: null, certificateAuthority }));
    });
    expect(await stopDaemon(await listen(fake))).toBe(true);
    expect(existsSync(certificateAuthority)).toBe(false);
  });

  it('says why it did not start', async () => {
    const broken = join(cache, 'broken.mjs');
    writeFileSync(broken, "process.stderr.write('out of luck\\n'); process.exitCode = 7;");
    await expect(startDaemon({ port, memory: true, entry: broken })).rejects.toThrow(
      'local/start-failed: the local ECR ended at once (7); it said:\nout of luck',
    );
    const idle = join(cache, 'idle.mjs');
    writeFileSync(idle, "process.stdin.resume(); setInterval(() => {}, 1000); process.stderr.write('thinking\\n');");
    await expect(startDaemon({ port, dataDirectory: folder, entry: idle, timeoutMilliseconds: 500 })).rejects.toThrow(
      'did not answer',
    );
    writeFileSync(join(folder, 'state.db'), 'no database'.repeat(1000));
    await expect(startDaemon({ port, dataDirectory: folder, entry })).rejects.toThrow(
      `local/data-unusable: cannot open the store in '${folder}': file is not a database`,
    );
    const wrapped = join(cache, 'wrapped.mjs');
    const lines = ['error[local/data-newer]: the data are', '    of a newer one', '  = help: update'];
    writeFileSync(wrapped, `console.error(${JSON.stringify(lines.join('\n'))}); process.exitCode = 1;`);
    await expect(startDaemon({ port, memory: true, entry: wrapped })).rejects.toThrow(
      /^local\/data-newer: the data are of a newer one$/,
    );
    writeFileSync(join(folder, 'file'), '');
    await expect(startDaemon({ port, dataDirectory: join(folder, 'file'), entry })).rejects.toThrow(
      'local/data-unusable',
    );
  });
});
