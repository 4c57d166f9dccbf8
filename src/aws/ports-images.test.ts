// The ports against an endpoint that has images of every kind, page by page, and may not know the filter of the archive.
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type AwsPorts, awsPorts } from './ports.js';
import { account, all, quick, region } from './testing/conformance.js';

describe('an endpoint with images', () => {
  let server: Server;
  let bodies: Record<string, unknown>[];
  let refusesFilter: boolean;
  let ports: AwsPorts;

  beforeAll(async () => {
    server = createServer((request, response) => {
      let text = '';
      request.on('data', (chunk: Buffer) => {
        text += chunk.toString();
      });
      request.on('end', () => {
        const body = JSON.parse(text) as Record<string, unknown>;
        bodies.push(body);
        const refuse = refusesFilter && 'filter' in body;
        response.writeHead(refuse ? 400 : 200, { 'content-type': 'application/x-amz-json-1.1' });
        const second = body['nextToken'] === 'two';
        const detail = {
          imageDigest: second ? 'sha256:b' : 'sha256:a',
          imagePushedAt: 1_700_000_000.5,
          imageSizeInBytes: 7,
          ...(second
            ? { imageStatus: 'ARCHIVED', lastArchivedAt: 1_700_000_100, lastActivatedAt: 1_700_000_050 }
            : { imageTags: ['v1'], imageStatus: 'ACTIVE', lastRecordedPullTime: 1_700_000_001 }),
        };
        const returning = { imageDigest: 'sha256:c', imagePushedAt: 1_700_000_000, imageStatus: 'ACTIVATING' };
        const pageOf = {
          imageDetails: [detail, ...(second ? [returning] : []), { imageTags: ['no-digest'] }],
          ...(second ? {} : { nextToken: 'two' }),
        };
        const refusal = { __type: 'InvalidParameterException', message: 'unknown filter' };
        response.end(JSON.stringify(refuse ? refusal : pageOf));
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterAll(() => new Promise((resolve) => server.close(resolve)));
  beforeEach(async () => {
    bodies = [];
    refusesFilter = false;
    const { port } = server.address() as AddressInfo;
    ports = awsPorts({ account, region, local: { endpoint: `http://127.0.0.1:${port}` }, backoff: quick });
  });
  afterEach(() => ports.close());

  const images = [
    {
      digest: 'sha256:a',
      tags: ['v1'],
      pushedAt: 1_700_000_000_500,
      sizeInBytes: 7,
      storageClass: 'standard',
      lastPulledAt: 1_700_000_001_000,
    },
    {
      digest: 'sha256:b',
      tags: [],
      pushedAt: 1_700_000_000_500,
      sizeInBytes: 7,
      storageClass: 'archive',
      lastArchivedAt: 1_700_000_100_000,
      lastActivatedAt: 1_700_000_050_000,
    },
    { digest: 'sha256:c', tags: [], pushedAt: 1_700_000_000_000, storageClass: 'standard', activating: true },
  ];

  it('tells of archived images and of every time', async () => {
    expect(await all(ports.ecr.describeImages('a'))).toEqual(images);
    const first = { repositoryName: 'a', maxResults: 1000, filter: { imageStatus: 'ANY' } };
    expect(bodies).toEqual([first, { ...first, nextToken: 'two' }]);
  });

  it('asks again without the filter where it is refused, and from then on without', async () => {
    refusesFilter = true;
    expect(await all(ports.ecr.describeImages('a'))).toEqual(images);
    expect(bodies.map((body) => 'filter' in body)).toEqual([true, false, false]);
    await all(ports.ecr.describeImages('b'));
    expect(bodies).toHaveLength(5);
  });
});
