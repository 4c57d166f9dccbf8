// What a process of the local ECR holds in memory while layers of some hundred MiB go in and out: it does not grow with them.
// It must not know how bytes are kept.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { request } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { wireOk } from '../support/clients.js';
import { cleanEnvironment } from '../support/environment.js';
import { type Life, live } from '../support/life.js';
import { type Workspace, workspace } from '../support/slipway.js';

const MiB = 1024 * 1024;
const repository = 'large/app';
/** The bound for everything that registries do. */
const bound = 300;

let project: Workspace;
let life: Life;

beforeAll(async () => {
  project = await workspace({}, cleanEnvironment());
  life = await live(project, { account: '123456789012', region: 'us-east-1' });
  await wireOk(life.at, 'ecr', 'CreateRepository', { repositoryName: repository });
}, 300_000);
afterAll(async () => {
  life?.process.kill('SIGTERM');
  await life?.process.finished;
  project?.remove();
});

/** The most memory that the process has held, in MiB. */
function peak(): number {
  const kibibytes = /^VmHWM:\s*(\d+)/m.exec(readFileSync(`/proc/${life.process.pid}/status`, 'utf8'))?.[1];
  return Number(kibibytes) / 1024;
}

/** So many MiB, each another, none of them kept. */
function* content(name: string, mebibytes: number): Generator<Buffer> {
  for (let number = 0; number < mebibytes; number += 1) yield Buffer.alloc(MiB, `${name}/${number};`);
}

function digestOf(pieces: Iterable<Buffer>): string {
  const hash = createHash('sha256');
  for (const piece of pieces) hash.update(piece);
  return `sha256:${hash.digest('hex')}`;
}

/** Sends bytes as fast as they are taken; fetch would gather them. */
async function send(method: string, path: string, pieces: Iterable<Buffer>, size: number): Promise<number> {
  const { url, authorization } = life.registry;
  const headers = { authorization, 'content-type': 'application/octet-stream', 'content-length': size };
  const message = request(new URL(path, url), { method, headers });
  const answered = new Promise<number>((resolve, reject) => {
    message.once('error', reject);
    message.once('response', (answer) => {
      answer.resume();
      resolve(answer.statusCode ?? 0);
    });
  });
  await pipeline(Readable.from(pieces), message);
  return answered;
}

async function begin(): Promise<string> {
  const { url, authorization } = life.registry;
  const headers = { authorization };
  const begun = await fetch(`${url}/v2/${repository}/blobs/uploads/`, { method: 'POST', headers });
  return begun.headers.get('location') ?? '';
}

function ending(place: string, digest: string): string {
  return `${place}${place.includes('?') ? '&' : '?'}digest=${digest}`;
}

async function pull(digest: string): Promise<string> {
  const { url, authorization } = life.registry;
  const answer = await fetch(`${url}/v2/${repository}/blobs/${digest}`, { headers: { authorization } });
  const hash = createHash('sha256');
  for await (const piece of answer.body ?? []) hash.update(piece as Uint8Array);
  return `sha256:${hash.digest('hex')}`;
}

async function pushWhole(name: string, mebibytes: number): Promise<string> {
  const digest = digestOf(content(name, mebibytes));
  const place = ending(await begin(), digest);
  expect(await send('PUT', place, content(name, mebibytes), mebibytes * MiB)).toBe(201);
  return digest;
}

describe.skipIf(!existsSync('/proc/self/status'))('the memory of a local ECR', () => {
  it('does not grow with a layer of 512 MiB that is pushed and pulled', async () => {
    const digest = await pushWhole('whole', 512);
    expect(await pull(digest)).toBe(digest);
    expect(peak()).toBeLessThan(bound);
  }, 120_000);

  it('nor with layers in chunks', async () => {
    const pieces = [...content('chunks', 96)];
    const place = await begin();
    for (let start = 0; start < pieces.length; start += 32) {
      const chunk = pieces.slice(start, start + 32);
      expect(await send('PATCH', place, chunk, chunk.length * MiB)).toBe(201);
    }
    expect(await send('PUT', ending(place, digestOf(pieces)), [], 0)).toBe(201);
    expect(peak()).toBeLessThan(bound);
  }, 120_000);

  it('nor with sixteen at once', async () => {
    const names = Array.from({ length: 16 }, (_, number) => `together${number}`);
    const digests = await Promise.all(names.map((name) => pushWhole(name, 24)));
    expect(await Promise.all(digests.map(pull))).toEqual(digests);
    expect(peak()).toBeLessThan(bound);
  }, 120_000);

  it('nor with parts that come through the API', async () => {
    const { uploadId } = await wireOk(life.at, 'ecr', 'InitiateLayerUpload', { repositoryName: repository });
    const pieces = [...content('parts', 60)];
    for (let start = 0; start < pieces.length; start += 10) {
      const part = Buffer.concat(pieces.slice(start, start + 10));
      const partFirstByte = start * MiB;
      await wireOk(life.at, 'ecr', 'UploadLayerPart', {
        repositoryName: repository,
        uploadId,
        partFirstByte,
        partLastByte: partFirstByte + part.length - 1,
        layerPartBlob: part.toString('base64'),
      });
    }
    const layerDigests = [digestOf(pieces)];
    await wireOk(life.at, 'ecr', 'CompleteLayerUpload', { repositoryName: repository, uploadId, layerDigests });
    expect(peak()).toBeLessThan(bound);
  }, 120_000);
});
