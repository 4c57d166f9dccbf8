// What a call costs: the documents it reads, which must be those of its page, however many others there are and whatever the filter.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Repository } from '../ecr/repository.js';
import { openMemoryStore } from '../store/memory.js';
import type { Store } from '../store/store.js';
import { tagsOf } from './index.js';
import { indexManifest, sha256, types } from './testing/manifests.js';
import { openWorld, type World } from './testing/world.js';

interface Counted {
  readonly store: Store;
  /** Documents read, and written or deleted. */
  readonly count: { read: number; written: number };
}

function counted(inner: Store): Counted {
  const count = { read: 0, written: 0 };
  const store: Store = {
    ...inner,
    get: (...args) => {
      count.read += 1;
      return inner.get(...args);
    },
    list: (...args) => {
      const found = inner.list(...args);
      count.read += found.length + 1;
      return found;
    },
    put: (...args) => {
      count.written += 1;
      inner.put(...args);
    },
    delete: (...args) => {
      count.written += 1;
      return inner.delete(...args);
    },
  };
  return { store, count };
}

let world: World;
let repository: Repository;
let count: Counted['count'];
const repositoryName = 'large';
const size = 6_000;
const subject = sha256('subject');

function cost(work: () => unknown): { read: number; written: number } {
  count.read = 0;
  count.written = 0;
  work();
  return { ...count };
}

/** A thousandth of the images is untagged, a thousandth archived, a thousandth refers to another. */
beforeAll(() => {
  const { store, count: counter } = counted(openMemoryStore());
  count = counter;
  world = openWorld(store);
  repository = world.repository(repositoryName);
  for (let index = 0; index < size; index += 1) {
    const refers = index % 1_000 === 3 ? { subject: { mediaType: types.index, digest: subject, size: 1 } } : {};
    const text = indexManifest([], { annotations: { index: String(index) }, ...refers });
    const { digest } = world.put(repository, text, index % 1_000 === 1 ? undefined : `t${index}`);
    if (index % 1_000 !== 2) continue;
    const imageId = { imageDigest: digest };
    world.call('UpdateImageStorageClass', { repositoryName, imageId, targetStorageClass: 'ARCHIVE' });
  }
});
afterAll(() => world.close());

describe('a page costs what it holds', () => {
  // An index entry and an image for each item, one more for the question whether there is more, and the repository.
  const of = (items: number): number => 6 * (items + 2) + 8;
  it.each([
    ['DescribeImages', {}, 100],
    ['DescribeImages', { maxResults: 10 }, 10],
    ['DescribeImages', { filter: { tagStatus: 'UNTAGGED' } }, 6],
    ['DescribeImages', { filter: { imageStatus: 'ARCHIVED' } }, 6],
    ['DescribeImages', { filter: { imageStatus: 'ANY', tagStatus: 'UNTAGGED' } }, 6],
    ['DescribeImages', { filter: { imageStatus: 'ACTIVATING' } }, 0],
    ['ListImages', { filter: { tagStatus: 'UNTAGGED' } }, 6],
    ['ListImages', { filter: { imageStatus: 'ARCHIVED', tagStatus: 'TAGGED' } }, 6],
    ['ListImages', { maxResults: 20, filter: { imageStatus: 'ANY' } }, 20],
    ['ListImageReferrers', { subjectId: { imageDigest: subject } }, 6],
    ['ListImageReferrers', { subjectId: { imageDigest: subject }, filter: { artifactTypes: ['a/b'] } }, 0],
  ])('%s %j', (operation, input, items) => {
    let answer: Record<string, unknown> = {};
    const { read, written } = cost(() => {
      answer = world.call(operation, { repositoryName, ...input });
    });
    const found = Object.values(answer).find(Array.isArray) as unknown[];
    expect(found).toHaveLength(items);
    expect(read).toBeLessThanOrEqual(of(items));
    expect(written).toBe(0);
  });

  it('also in the middle', () => {
    let nextToken: unknown;
    for (let page = 0; page < 20; page += 1) {
      const { read } = cost(() => {
        const input = { repositoryName, maxResults: 50, ...(nextToken !== undefined && { nextToken }) };
        ({ nextToken } = world.call('ListImages', input));
      });
      expect(read).toBeLessThanOrEqual(of(50));
    }
    expect(cost(() => tagsOf(world.context, repository, 't3', 100)).read).toBeLessThanOrEqual(101);
  });
});

describe('an image costs the same among many', () => {
  it('to put, to tag, to move a tag, to find, to delete', () => {
    const text = indexManifest([], { annotations: { name: 'new' } });
    const other = indexManifest([], { annotations: { name: 'other' } });
    const imageIds = [{ imageTag: 'new' }];
    const costs = [
      cost(() => world.put(repository, text, 'new')),
      cost(() => world.put(repository, text, 'again')),
      cost(() => world.put(repository, other, 'again')),
      cost(() => world.call('DescribeImages', { repositoryName, imageIds })),
      cost(() => world.call('BatchGetImage', { repositoryName, imageIds })),
      cost(() => world.call('BatchDeleteImage', { repositoryName, imageIds })),
      cost(() => world.call('BatchDeleteImage', { repositoryName, imageIds: [{ imageTag: 'again' }] })),
    ];
    for (const { read, written } of costs) {
      expect(read).toBeLessThanOrEqual(16);
      expect(written).toBeLessThanOrEqual(16);
    }
  });

  it('and a repository is known to be empty or not at once', () => {
    const { read } = cost(() => world.refusal('DeleteRepository', { repositoryName }));
    expect(read).toBeLessThanOrEqual(4);
  });
});
