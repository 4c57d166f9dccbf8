// A hundred thousand tags in one repository: they are listed and paged through whole, and pushes and pulls go on as ever.
// It must not know how the local ECR keeps them; they are given by its own hand, for pushes would take minutes.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readRepository } from '../../src/local/ecr/repository.js';
import { putImage } from '../../src/local/images/index.js';
import { changeImage } from '../../src/local/images/record.js';
import { type LocalEcr, startLocalEcr } from '../../src/local/index.js';
import { openFileStore } from '../../src/local/store/file.js';
import { type Endpoint, type JsonObject, wireOk } from '../support/clients.js';
import { registryAt } from '../support/life.js';
import { makeImage, pullWhole, pushImage, type Registry } from '../support/oci-image.js';

const repositoryName = 'many/tags';
const account = '123456789012';
const region = 'us-east-1';
const images = 1000;
const tagsOfEach = 100;

function tagOf(image: number, number: number): string {
  return `v${String(image).padStart(4, '0')}.${String(number).padStart(3, '0')}`;
}

const all = Array.from({ length: images }, (_, image) =>
  Array.from({ length: tagsOfEach }, (__, number) => tagOf(image, number)),
);

describe('a repository of 100,000 tags', () => {
  const folder = mkdtempSync(join(tmpdir(), 'slipway-many-tags-'));
  const first = makeImage();
  const variant = (number: number): Buffer => {
    const members = JSON.parse(first.manifest.bytes.toString()) as JsonObject;
    return Buffer.from(JSON.stringify({ ...members, annotations: { number: String(number) } }));
  };
  let local: LocalEcr;
  let at: Endpoint;
  let registry: Registry;

  async function open(): Promise<void> {
    local = await startLocalEcr({ dataDirectory: folder, port: 0 });
    at = { endpoint: local.url, account, region };
    registry = await registryAt(at);
  }

  beforeAll(async () => {
    await open();
    await wireOk(at, 'ecr', 'CreateRepository', { repositoryName });
    await pushImage(registry, repositoryName, 'first', first);
    await local.close();

    const store = openFileStore(folder);
    const repository = readRepository(store, account, region, repositoryName);
    if (repository === undefined) throw new Error('the repository is gone');
    const context = {
      store,
      account,
      region,
      partition: 'aws',
      callerArn: `arn:aws:iam::${account}:root`,
      now: Date.now,
      uriOf: () => '',
      endpointOf: () => '',
    };
    store.transaction(() => {
      for (const [number, tags] of all.entries()) {
        const { image } = putImage(context, repository, { manifest: variant(number), origin: 'push' });
        changeImage(context, repository, image, { ...image, tags });
      }
    });
    store.flush();
    store.close();
    await open();
  }, 120_000);
  afterAll(async () => {
    await local?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  async function pages(operation: string, member: string): Promise<JsonObject[]> {
    const found: JsonObject[] = [];
    let nextToken: unknown;
    do {
      const page = await wireOk(at, 'ecr', operation, {
        repositoryName,
        maxResults: 1000,
        ...(nextToken === undefined ? {} : { nextToken }),
      });
      found.push(...(page[member] as JsonObject[]));
      nextToken = page['nextToken'];
    } while (nextToken !== undefined);
    return found;
  }

  it('tells container clients of each, a page at a time', async () => {
    const found: string[] = [];
    let next: string | undefined = `/v2/${repositoryName}/tags/list?n=1000`;
    while (next !== undefined) {
      const headers = { authorization: registry.authorization };
      const answer: Response = await fetch(new URL(next, registry.url), { headers });
      expect(answer.status).toBe(200);
      found.push(...((await answer.json()) as { tags: string[] }).tags);
      next = /<([^>]+)>; *rel="next"/.exec(answer.headers.get('link') ?? '')?.[1];
    }
    expect(found).toEqual(['first', ...all.flat()]);
  }, 60_000);

  it('lists them through the API, each once', async () => {
    const found = (await pages('ListImages', 'imageIds')).map((id) => String(id['imageTag']));
    expect(found.length).toBe(images * tagsOfEach + 1);
    expect(new Set(found)).toEqual(new Set(['first', ...all.flat()]));
  }, 60_000);

  it('describes each image with its tags', async () => {
    const found = await pages('DescribeImages', 'imageDetails');
    expect(found.length).toBe(images + 1);
    const tags = found.flatMap((image) => image['imageTags'] as string[]);
    expect(new Set(tags)).toEqual(new Set(['first', ...all.flat()]));
    const { imageDetails } = await wireOk(at, 'ecr', 'DescribeImages', {
      repositoryName,
      imageIds: [{ imageTag: tagOf(417, 42) }],
    });
    expect(imageDetails).toMatchObject([{ imageTags: all[417] }]);
  }, 60_000);

  it('takes pushes, gives images out, and lets tags go', async () => {
    const image = makeImage();
    await pushImage(registry, repositoryName, 'latest', image);
    expect(await pullWhole(registry, repositoryName, 'latest')).toBe(image.manifest.digest);
    await pullWhole(registry, repositoryName, tagOf(999, 99));
    // A tag that moves leaves its old image.
    await pushImage(registry, repositoryName, tagOf(0, 0), image);
    expect(await pullWhole(registry, repositoryName, tagOf(0, 0))).toBe(image.manifest.digest);
    const doomed = (all[7] ?? []).map((imageTag) => ({ imageTag }));
    const { imageIds, failures } = (await wireOk(at, 'ecr', 'BatchDeleteImage', {
      repositoryName,
      imageIds: doomed,
    })) as { imageIds: unknown[]; failures: unknown[] };
    expect(failures).toEqual([]);
    expect(imageIds).toHaveLength(doomed.length);
    expect(await pages('DescribeImages', 'imageDetails')).toHaveLength(images + 1);
  }, 60_000);
});
