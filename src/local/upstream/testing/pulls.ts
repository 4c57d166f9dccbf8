// A cache and what is behind it for each test of a file, and one repository as clients pull it; afterwards nothing has gone wrong inside.
// For tests. It must not know how anything is cached.
import { afterEach, beforeEach, expect } from 'vitest';
import type { Content, Manifest } from '../../distribution/testing/content.js';
import { openPair, type Pair } from './registries.js';

/** The repository of the cache that stands for `library/app` of the upstream. */
export const name = 'hub/library/app';
/** In milliseconds. */
export const day = 86_400_000;

interface Kept {
  readonly imageDigest: string;
  readonly imageTags?: string[];
}

/** Asks again until it is so: what comes in the background is not answered for. */
export async function eventually(ask: () => Promise<boolean>): Promise<void> {
  const end = performance.now() + 20_000;
  while (!(await ask())) {
    if (performance.now() > end) throw new Error('it never came to be');
    await new Promise((done) => setTimeout(done, 5));
  }
}

export class Pulls {
  #pair: Pair | undefined;

  /** To be called once, outside of tests: it registers what has to be done before and after them. */
  constructor() {
    beforeEach(async () => {
      this.#pair = await openPair();
    });
    afterEach(async () => {
      const { cache, upstream, close } = this.pair;
      await close();
      expect(cache.defects).toEqual([]);
      expect(upstream.defects).toEqual([]);
    });
  }

  get pair(): Pair {
    if (this.#pair === undefined) throw new Error('the registries are there within tests alone');
    return this.#pair;
  }

  async manifest(reference: string, method = 'GET', from: Pick<Pair, 'client'> = this.pair) {
    return from.client.send(method, `/v2/${name}/manifests/${reference}`);
  }

  async blob(digest: string, client = this.pair.client): Promise<{ status: number; body: Buffer }> {
    const answer = await client.send('GET', `/v2/${name}/blobs/${digest}`);
    return answer.status === 307 ? client.anonymous().send('GET', answer.headers.location ?? '') : answer;
  }

  /** Pulls as clients do, and compares every byte. */
  async pull(reference: string, content: Content, top: Manifest): Promise<void> {
    const answer = await this.manifest(reference);
    expect([answer.status, answer.body.equals(top.bytes)]).toEqual([200, true]);
    for (const one of content.manifests) expect((await this.manifest(one.digest)).body.equals(one.bytes)).toBe(true);
    for (const { bytes, digest } of content.blobs) expect((await this.blob(digest)).body.equals(bytes)).toBe(true);
  }

  /** Images of the repository in the cache; none where there is no repository yet. */
  async kept(): Promise<Kept[]> {
    try {
      const { imageDetails } = await this.pair.api('DescribeImages', { repositoryName: name });
      return imageDetails as Kept[];
    } catch (error) {
      if (String(error).includes('RepositoryNotFoundException')) return [];
      throw error;
    }
  }

  async isKept(digest: string, tag?: string): Promise<boolean> {
    return (await this.kept()).some(
      ({ imageDigest, imageTags = [] }) => imageDigest === digest && (tag === undefined || imageTags.includes(tag)),
    );
  }

  /** What EventBridge was told of pulls through the cache. */
  async events(): Promise<Record<string, unknown>[]> {
    const answer = await fetch(`${this.pair.cache.url}/_slipway/events?log=events&follow=false`);
    const lines = (await answer.text()).split('\n').filter((line) => line !== '');
    return lines
      .map((line) => (JSON.parse(line) as { event: Record<string, unknown> }).event)
      .filter((event) => event['detail-type'] === 'ECR Pull Through Cache Action');
  }
}
