// `npm run bench:registry`: the local ECR's data plane beside Debian's docker-registry, its control plane beside moto, interleaved.
// It must not know Slipway's rooms: it starts the built command line and speaks HTTP. Numbers are measured, never judged here.
import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { Agent, type IncomingMessage, type RequestOptions, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { cleanEnvironment } from '../test/support/environment.js';
import { findTool, toolPath } from '../test/support/find-tool.js';
import { freePort, type Running, start, until } from '../test/support/processes.js';
import { download } from './download.js';
import { machine, median } from './measure.js';

const { values: flags } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    only: { type: 'string', default: 'data,control' },
    save: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

const usage = `npm run bench:registry -- [--rounds 3] [--only data|control] [--save]
`;

const MiB = 2 ** 20;
const account = '123456789012';
const region = 'us-east-1';
const say = (line = ''): void => {
  process.stdout.write(`${line}\n`);
};
const scratch = mkdtempSync(join(tmpdir(), 'slipway-bench-'));

interface Server {
  readonly name: string;
  readonly port: number;
  readonly authorization: string;
  /** The most memory its process has held, in MiB. */
  peakMiB(): number;
  stop(): Promise<void>;
}

function peakOf(pid: number): number {
  const peak = /^VmHWM:\s*(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Number(peak) / 1024;
}

/** Waits until it answers at all. */
async function whenUp(child: Running, port: number, path: string): Promise<void> {
  let ended: string | undefined;
  void child.finished.then((done) => {
    ended = `${done.stdout}${done.stderr}`;
  });
  await until('the server to answer', async () => {
    if (ended !== undefined) throw new Error(ended);
    try {
      await (await fetch(`http://127.0.0.1:${port}${path}`)).arrayBuffer();
      return true;
    } catch {
      return undefined;
    }
  });
}

function asServer(name: string, child: Running, port: number, authorization: string, folder: string): Server {
  return {
    name,
    port,
    authorization,
    peakMiB: () => peakOf(child.pid),
    stop: async () => {
      child.kill('SIGTERM');
      await child.finished;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function startSlipway(): Promise<Server> {
  const port = await freePort();
  const folder = mkdtempSync(join(scratch, 'slipway-'));
  const args = [
    resolve('dist/bin/slipway.js'),
    'local',
    'start',
    '--foreground',
    '--port',
    String(port),
    '--data',
    folder,
  ];
  const child = start(process.execPath, args, { env: cleanEnvironment() });
  await whenUp(child, port, '/_slipway/health');
  const { authorizationData } = JSON.parse((await api(port, 'GetAuthorizationToken', {})).text) as {
    authorizationData: { authorizationToken: string }[];
  };
  for (const repositoryName of ['bench/big', 'bench/mid', 'bench/manifests']) {
    await api(port, 'CreateRepository', { repositoryName });
  }
  return asServer('slipway', child, port, `Basic ${authorizationData[0]?.authorizationToken}`, folder);
}

async function startDockerRegistry(): Promise<Server> {
  const port = await freePort();
  const folder = mkdtempSync(join(scratch, 'registry-'));
  const configuration = join(folder, 'config.yml');
  writeFileSync(
    configuration,
    `version: 0.1\nlog:\n  level: error\n  accesslog:\n    disabled: true\nstorage:\n  filesystem:\n    rootdirectory: ${folder}/data\nhttp:\n  addr: 127.0.0.1:${port}\n`,
  );
  const child = start(toolPath('docker-registry'), ['serve', configuration], { env: cleanEnvironment() });
  await whenUp(child, port, '/v2/');
  return asServer('docker-registry', child, port, 'Basic QVdTOng=', folder);
}

async function startMoto(): Promise<Server> {
  const port = await freePort();
  const folder = mkdtempSync(join(scratch, 'moto-'));
  const child = start(toolPath('moto_server'), ['-H', '127.0.0.1', '-p', String(port)], { env: cleanEnvironment() });
  await whenUp(child, port, '/moto-api/');
  return asServer('moto', child, port, '', folder);
}

const agent = new Agent({ keepAlive: true, maxSockets: 32, noDelay: true });

interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly bytes: number;
  readonly text: string;
}

/** One request; the body of the answer is counted, and kept only where it is small. */
function call(options: RequestOptions, body?: Iterable<Buffer> | Buffer): Promise<Answer> {
  return new Promise((done, failed) => {
    const outgoing = request({ host: '127.0.0.1', agent, ...options }, (incoming) => {
      let bytes = 0;
      const kept: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes <= 65_536) kept.push(chunk);
      });
      incoming.once('error', failed);
      incoming.once('end', () =>
        done({
          status: incoming.statusCode ?? 0,
          headers: incoming.headers,
          bytes,
          text: Buffer.concat(kept).toString(),
        }),
      );
    });
    outgoing.once('error', failed);
    if (body === undefined || Buffer.isBuffer(body)) {
      outgoing.end(body);
      return;
    }
    void (async () => {
      for (const chunk of body) {
        if (!outgoing.write(chunk)) await new Promise((drained) => outgoing.once('drain', drained));
      }
      outgoing.end();
    })();
  });
}

function expect(what: string, answer: Answer, ...statuses: number[]): Answer {
  if (statuses.includes(answer.status)) return answer;
  throw new Error(`${what}: HTTP ${answer.status} ${answer.text}`);
}

async function api(port: number, operation: string, input: unknown): Promise<Answer> {
  const body = Buffer.from(JSON.stringify(input));
  const answer = await call(
    {
      port,
      method: 'POST',
      path: '/',
      headers: {
        'content-type': 'application/x-amz-json-1.1',
        'content-length': body.length,
        'x-amz-target': `AmazonEC2ContainerRegistry_V20150921.${operation}`,
        'x-amz-date': '20260101T000000Z',
        authorization: `AWS4-HMAC-SHA256 Credential=${account}/20260101/${region}/ecr/aws4_request, SignedHeaders=host, Signature=${'0'.repeat(64)}`,
      },
    },
    body,
  );
  return expect(operation, answer, 200);
}

/** Bytes to push: one random piece again and again behind a header of its own. */
interface Content {
  readonly size: number;
  readonly digest: string;
  pieces(): Iterable<Buffer>;
}

const piece = randomBytes(MiB);

function content(size: number): Content {
  const header = randomBytes(64);
  const pieces = function* (): Iterable<Buffer> {
    yield header;
    for (let left = size - header.length; left > 0; left -= piece.length)
      yield piece.subarray(0, Math.min(left, piece.length));
  };
  const hash = createHash('sha256');
  for (const one of pieces()) hash.update(one);
  return { size, digest: `sha256:${hash.digest('hex')}`, pieces };
}

/** As docker and skopeo push: HEAD, POST, PATCH with the whole, PUT. */
async function pushBlob(server: Server, repository: string, what: Content): Promise<void> {
  const { port, authorization } = server;
  const base = `/v2/${repository}/blobs`;
  const headers = { authorization };
  expect('HEAD blob', await call({ port, method: 'HEAD', path: `${base}/${what.digest}`, headers }), 404);
  const begun = expect('POST', await call({ port, method: 'POST', path: `${base}/uploads/`, headers }), 202);
  const place = (answer: Answer): string => {
    const url = new URL(answer.headers.location ?? '', `http://127.0.0.1:${port}`);
    return url.pathname + url.search;
  };
  const sent = expect(
    'PATCH',
    await call(
      {
        port,
        method: 'PATCH',
        path: place(begun),
        headers: { ...headers, 'content-type': 'application/octet-stream', 'content-length': what.size },
      },
      what.pieces(),
    ),
    201,
    202,
  );
  const last = place(sent);
  const path = `${last}${last.includes('?') ? '&' : '?'}digest=${encodeURIComponent(what.digest)}`;
  expect('PUT', await call({ port, method: 'PUT', path, headers: { ...headers, 'content-length': 0 } }), 201);
}

/** Follows redirects, as every client does. */
async function pullBlob(server: Server, repository: string, what: { size: number; digest: string }): Promise<void> {
  const { port, authorization } = server;
  let answer = await download(port, `/v2/${repository}/blobs/${what.digest}`, authorization);
  if (answer.status === 307) {
    const url = new URL(answer.location ?? '', `http://127.0.0.1:${port}`);
    answer = await download(port, url.pathname + url.search);
  }
  if (answer.status !== 200 || answer.bytes !== what.size) {
    throw new Error(`GET blob: HTTP ${answer.status}, ${answer.bytes} bytes of ${what.size}`);
  }
}

/** All the work, at most so many at once. */
async function atOnce<T>(width: number, work: readonly T[], run: (one: T) => Promise<unknown>): Promise<void> {
  const waiting = work.values();
  await Promise.all(
    Array.from({ length: width }, async () => {
      for (const one of waiting) await run(one);
    }),
  );
}

async function seconds(work: () => Promise<unknown>): Promise<number> {
  const begun = process.hrtime.bigint();
  await work();
  return Number(process.hrtime.bigint() - begun) / 1e9;
}

/** A phase's name, how its figure is told, and the figure. */
type Figures = Record<string, number>;

async function dataPlane(server: Server): Promise<Figures> {
  const { port, authorization } = server;
  const figures: Figures = {};
  const big = content(1024 * MiB);
  figures['push 1 GiB, MB/s'] = big.size / 1e6 / (await seconds(() => pushBlob(server, 'bench/big', big)));
  figures['pull 1 GiB, MB/s'] = big.size / 1e6 / (await seconds(() => pullBlob(server, 'bench/big', big)));

  const many = Array.from({ length: 200 }, () => content(5 * MiB));
  const total = (many.length * 5 * MiB) / 1e6;
  figures['push 200 x 5 MiB, 8 at once, MB/s'] =
    total / (await seconds(() => atOnce(8, many, (one) => pushBlob(server, 'bench/mid', one))));
  // The first second of a server's life is told apart from the rest: a compiler warms up in it.
  const pullAll = () => atOnce(8, many, (one) => pullBlob(server, 'bench/mid', one));
  figures['pull 200 x 5 MiB, 8 at once, the first time, MB/s'] = total / (await seconds(pullAll));
  const again = 4;
  figures[`pull 200 x 5 MiB, 8 at once, ${again} times more, MB/s`] =
    (again * total) /
    (await seconds(async () => {
      for (let time = 0; time < again; time += 1) await pullAll();
    }));

  const config = content(512);
  const layer = content(4096);
  for (const one of [config, layer]) await pushBlob(server, 'bench/manifests', one);
  const mediaType = 'application/vnd.oci.image.manifest.v1+json';
  const manifests = Array.from({ length: 2000 }, (_, number) => ({
    tag: `v${number}`,
    body: Buffer.from(
      JSON.stringify({
        schemaVersion: 2,
        mediaType,
        config: { mediaType: 'application/vnd.oci.image.config.v1+json', size: config.size, digest: config.digest },
        layers: [{ mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip', size: layer.size, digest: layer.digest }],
        annotations: { number: String(number) },
      }),
    ),
  }));
  const path = (tag: string): string => `/v2/bench/manifests/manifests/${tag}`;
  const put = await seconds(() =>
    atOnce(16, manifests, async ({ tag, body }) => {
      const headers = { authorization, 'content-type': mediaType, 'content-length': body.length };
      expect('PUT manifest', await call({ port, method: 'PUT', path: path(tag), headers }, body), 201);
    }),
  );
  figures['PUT manifest, 16 at once, 1/s'] = manifests.length / put;
  const get = await seconds(() =>
    atOnce(16, manifests, async ({ tag, body }) => {
      const answer = await call({ port, path: path(tag), headers: { authorization, accept: mediaType } });
      if (expect('GET manifest', answer, 200).text !== body.toString()) throw new Error('another manifest came back');
    }),
  );
  figures['GET manifest, 16 at once, 1/s'] = manifests.length / get;
  figures['peak memory, MiB'] = server.peakMiB();
  return figures;
}

const policy = JSON.stringify({
  rules: [
    {
      rulePriority: 1,
      description: 'untagged images after two weeks',
      selection: { tagStatus: 'untagged', countType: 'sinceImagePushed', countUnit: 'days', countNumber: 14 },
      action: { type: 'expire' },
    },
  ],
});

async function controlPlane(server: Server): Promise<Figures> {
  const names = Array.from({ length: 2000 }, (_, number) => `control/r${number}`);
  const steps: readonly (readonly [operation: string, input: (name: string) => unknown])[] = [
    ['CreateRepository', (repositoryName) => ({ repositoryName })],
    ['PutLifecyclePolicy', (repositoryName) => ({ repositoryName, lifecyclePolicyText: policy })],
    ['DescribeRepositories', (repositoryName) => ({ repositoryNames: [repositoryName] })],
    ['GetAuthorizationToken', () => ({})],
    ['DeleteRepository', (repositoryName) => ({ repositoryName })],
  ];
  const figures: Figures = {};
  for (const [operation, input] of steps) {
    const took = await seconds(() => atOnce(8, names, (name) => api(server.port, operation, input(name))));
    figures[`${operation}, 8 at once, 1/s`] = names.length / took;
  }
  figures['peak memory, MiB'] = server.peakMiB();
  return figures;
}

type Samples = Record<string, Record<string, number[]>>;

/** One subject after the other, in turns, each in a fresh process with fresh storage. */
async function compare(
  subjects: readonly (() => Promise<Server>)[],
  rounds: number,
  run: (server: Server) => Promise<Figures>,
): Promise<Samples> {
  const samples: Samples = {};
  for (let round = 0; round < rounds; round += 1) {
    for (const open of round % 2 === 0 ? subjects : [...subjects].reverse()) {
      const server = await open();
      try {
        for (const [phase, figure] of Object.entries(await run(server))) {
          const row = (samples[phase] ??= {});
          (row[server.name] ??= []).push(figure);
        }
      } finally {
        await server.stop();
      }
    }
  }
  return samples;
}

function table(title: string, samples: Samples): void {
  const names = [...new Set(Object.values(samples).flatMap((row) => Object.keys(row)))];
  say(`\n| ${title} | ${names.join(' | ')} | |\n| --- | ${names.map(() => '---:').join(' | ')} | ---: |`);
  for (const [phase, row] of Object.entries(samples)) {
    const figures = names.map((name) => median(row[name] ?? []));
    const [ours, peer] = [median(row['slipway'] ?? []), figures.find((_, place) => names[place] !== 'slipway') ?? 1];
    const ratio = phase.startsWith('peak') ? peer / ours : ours / peer;
    say(
      `| ${phase} | ${figures.map((one) => Math.round(one).toLocaleString('en')).join(' | ')} | ${ratio.toFixed(1)}x |`,
    );
  }
}

async function main(): Promise<void> {
  if (flags.help) {
    say(usage);
    return;
  }
  const rounds = Number(flags.rounds);
  const results: Record<string, Samples> = {};
  const wanted = flags.only.split(',');
  if (wanted.includes('data')) {
    const peer = findTool('docker-registry') === undefined ? [] : [startDockerRegistry];
    if (peer.length === 0)
      say('docker-registry is not installed (SLIPWAY_DOCKER_REGISTRY names it): its column is left out');
    results['data'] = await compare([startSlipway, ...peer], rounds, dataPlane);
    table('data plane', results['data']);
  }
  if (wanted.includes('control')) {
    const peer = findTool('moto_server') === undefined ? [] : [startMoto];
    if (peer.length === 0) say('moto_server is not installed (SLIPWAY_MOTO_SERVER names it): its column is left out');
    results['control'] = await compare([startSlipway, ...peer], rounds, controlPlane);
    table('control plane', results['control']);
  }
  if (flags.save) {
    mkdirSync('bench/results', { recursive: true });
    const stamp = new Date().toISOString().slice(0, 16).replace(':', '');
    const file = `bench/results/registry-${stamp}.json`;
    writeFileSync(file, `${JSON.stringify({ machine: machine(), rounds, results }, null, 2)}\n`);
    say(`\nsamples: ${file}`);
  }
}

try {
  await main();
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
