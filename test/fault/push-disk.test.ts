// A disk that fills up while images are pushed: each door says so, what was acknowledged pulls whole, and room made again is enough.
// It must not know how the local ECR keeps its data.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { startLocalEcr } from '../../src/local/index.js';
import { type Endpoint, type JsonObject, wire, wireOk } from '../support/clients.js';
import { registryAt } from '../support/life.js';
import {
  digestOf,
  type Image,
  makeImage,
  makeIndex,
  pullWhole,
  pushImage,
  type Registry,
} from '../support/oci-image.js';
import { fillUp, smallDisk } from '../support/small-disk.js';

const repositoryName = 'full/app';
const noSpace = 'No space is left where the local ECR keeps its data.';

/** What a request was answered with. */
interface Told {
  readonly status: number;
  readonly text: string;
}

async function ask(
  registry: Registry,
  method: string,
  path: string,
  body?: Buffer,
  type?: string,
): Promise<Told & { headers: Headers }> {
  const answer = await fetch(new URL(path, registry.url), {
    method,
    headers: { authorization: registry.authorization, ...(type !== undefined && { 'content-type': type }) },
    ...(body !== undefined && { body: new Uint8Array(body) }),
  });
  return { status: answer.status, text: await answer.text(), headers: answer.headers };
}

/** Asks again and again, with something new each time, until it is refused. */
async function untilRefused(attempt: (number: number) => Promise<Told>): Promise<Told> {
  for (let number = 0; number < 5000; number += 1) {
    const told = await attempt(number);
    if (told.status >= 300) return told;
  }
  throw new Error('the disk never filled up');
}

describe('a disk that fills up while images are pushed', () => {
  const disk = smallDisk(24);
  afterAll(() => disk?.remove());

  it.skipIf(disk === undefined)(
    'costs what did not fit, and nothing that was acknowledged',
    async () => {
      const folder = disk?.folder ?? '';
      const data = join(folder, 'data');
      const ballast = join(folder, 'ballast');
      mkdirSync(data);
      writeFileSync(ballast, Buffer.alloc(12 * 1024 * 1024));
      const open = async (): Promise<{ close(): Promise<void>; at: Endpoint; registry: Registry }> => {
        const local = await startLocalEcr({ dataDirectory: data, port: 0, onDefect: () => undefined });
        const at = { endpoint: local.url, account: '123456789012', region: 'us-east-1' };
        return { close: () => local.close(), at, registry: await registryAt(at) };
      };
      const first = await open();
      const { at, registry } = first;
      await wireOk(at, 'ecr', 'CreateRepository', { repositoryName });

      /** Tag to image. */
      const acknowledged = new Map<string, Image>();
      const clients = ['a', 'b', 'c', 'd'].map(async (client) => {
        for (let number = 0; ; number += 1) {
          const image = number % 3 === 0 ? makeIndex() : makeImage({ size: 300_000 });
          const tag = `${client}${number}`;
          try {
            await pushImage(registry, repositoryName, tag, image);
          } catch (error) {
            return String(error);
          }
          acknowledged.set(tag, image);
        }
      });
      for (const refusal of await Promise.all(clients)) expect(refusal).toMatch(/HTTP 507 .*No space is left/);
      expect(acknowledged.size).toBeGreaterThan(8);

      fillUp(ballast);
      const base = `/v2/${repositoryName}`;
      const [[, present] = []] = [...acknowledged].filter(([, { children }]) => children.length === 0);
      if (present === undefined) throw new Error('no image came through');
      const variant = (number: number): Buffer => {
        const members = JSON.parse(present.manifest.bytes.toString()) as JsonObject;
        return Buffer.from(
          JSON.stringify({ ...members, annotations: { number: String(number), x: 'x'.repeat(9000) } }),
        );
      };
      const api = async (operation: string, input: JsonObject): Promise<Told> => {
        const { error } = await wire(at, 'ecr', operation, { repositoryName, ...input });
        if (error === undefined) return { status: 200, text: '' };
        return { status: error.code === 'ServerException' ? 500 : 400, text: error.message };
      };
      // A few documents may still fit in what SQLite has of the disk; bytes of a layer do not.
      const begun = await untilRefused(() => ask(registry, 'POST', `${base}/blobs/uploads/`));
      const manifest = await untilRefused((number) =>
        ask(registry, 'PUT', `${base}/manifests/m${number}`, variant(number), present.manifest.mediaType),
      );
      for (const told of [begun, manifest]) {
        expect(told).toMatchObject({ status: 507 });
        expect(JSON.parse(told.text)).toEqual({ errors: [{ code: 'UNKNOWN', message: noSpace }] });
      }
      const put = await untilRefused((number) =>
        api('PutImage', { imageManifest: variant(10_000 + number).toString(), imageTag: `p${number}` }),
      );
      const made = await untilRefused((number) => api('CreateRepository', { repositoryName: `full/more${number}` }));
      const initiated = await untilRefused(() => api('InitiateLayerUpload', {}));
      for (const told of [put, made, initiated]) expect(told).toMatchObject({ status: 500 });

      // What needs no room is not hindered by what does.
      const done = new AbortController();
      const hopeless = (async () => {
        for (let number = 0; !done.signal.aborted; number += 1) {
          const type = present.manifest.mediaType;
          await ask(registry, 'PUT', `${base}/manifests/h${number}`, variant(20_000 + number), type);
        }
      })();
      for (const [tag, image] of acknowledged) {
        expect(await pullWhole(registry, repositoryName, tag)).toBe(image.manifest.digest);
        await wireOk(at, 'ecr', 'DescribeImages', { repositoryName, imageIds: [{ imageTag: tag }] });
      }
      done.abort();
      await hopeless;

      rmSync(ballast);
      const late = makeImage({ size: 300_000 });
      await pushImage(registry, repositoryName, 'late', late);
      acknowledged.set('late', late);
      // An upload that met the end of the room in its midst goes on from what it has.
      const upload = await ask(registry, 'POST', `${base}/blobs/uploads/`);
      const place = upload.headers.get('location') ?? '';
      // ECR takes no part below 5 MiB but the last.
      const content = Buffer.alloc(6_000_000, 'upload');
      const had = 5_500_000;
      const octets = 'application/octet-stream';
      expect(await ask(registry, 'PATCH', place, content.subarray(0, had), octets)).toMatchObject({ status: 201 });
      fillUp(ballast);
      expect(await ask(registry, 'PATCH', place, content.subarray(had), octets)).toMatchObject({ status: 507 });
      rmSync(ballast);
      const state = await ask(registry, 'GET', place);
      expect(state.headers.get('range')).toBe(`0-${had - 1}`);
      expect(await ask(registry, 'PATCH', place, content.subarray(had), octets)).toMatchObject({ status: 201 });
      const end = `${place}${place.includes('?') ? '&' : '?'}digest=${digestOf(content)}`;
      expect(await ask(registry, 'PUT', end)).toMatchObject({ status: 201, text: '' });
      await first.close();

      const second = await open();
      for (const [tag, image] of acknowledged) {
        expect(await pullWhole(second.registry, repositoryName, tag)).toBe(image.manifest.digest);
      }
      await second.close();
    },
    120_000,
  );
});
