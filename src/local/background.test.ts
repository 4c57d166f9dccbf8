// Time in a whole server: policies, restores and scans that come due while its clock is moved, and all of it over a restart.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  DescribeImageScanFindingsCommand,
  ECRClient,
  GetLifecyclePolicyPreviewCommand,
  StartLifecyclePolicyPreviewCommand,
  waitUntilImageScanComplete,
  waitUntilLifecyclePolicyPreviewComplete,
} from '@aws-sdk/client-ecr';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Client, callApi, login } from './distribution/testing/client.js';
import { imageContent } from './distribution/testing/content.js';
import { startRegistry, type TestRegistry } from './distribution/testing/registry.js';

const day = 86_400_000;
const start = Date.UTC(2026, 9, 1);
const repositoryName = 'team/app';
let folder: string;
let machine: number;
let registry: TestRegistry;

async function open(): Promise<void> {
  registry = await startRegistry({ dataDirectory: folder, clock: { now: () => machine } });
}
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'slipway-time-'));
  machine = start;
  await open();
  await api('CreateRepository', {});
});
afterEach(async () => {
  expect(registry.defects).toEqual([]);
  await registry.close();
  rmSync(folder, { recursive: true, force: true });
});

const api = (operation: string, input: Record<string, unknown>): Promise<Record<string, unknown>> =>
  callApi(registry, operation, { repositoryName, ...input });

async function push(seed: string, tag: string): Promise<void> {
  const client = new Client(registry.port, await login(registry));
  const { blobs, image } = imageContent(seed);
  for (const { digest, bytes } of blobs) {
    await client.send('POST', `/v2/${repositoryName}/blobs/uploads/?digest=${digest}`, { body: bytes });
  }
  const put = await client.send('PUT', `/v2/${repositoryName}/manifests/${tag}`, {
    headers: { 'content-type': image.mediaType },
    body: image.bytes,
  });
  expect(put.status).toBe(201);
  client.close();
}
async function tags(): Promise<(string | undefined)[]> {
  const { imageIds } = (await api('ListImages', { filter: { imageStatus: 'ANY' } })) as {
    imageIds: { imageTag?: string }[];
  };
  return imageIds.map(({ imageTag }) => imageTag).sort();
}
const olderThan = (countNumber: number): string =>
  JSON.stringify({
    rules: [
      {
        rulePriority: 1,
        selection: { tagStatus: 'any', countType: 'sinceImagePushed', countUnit: 'days', countNumber },
        action: { type: 'expire' },
      },
    ],
  });
/** Asks until it is so: what is due now is done when the server comes to it. */
async function until(
  operation: string,
  input: Record<string, unknown>,
  ready: (answer: never) => boolean,
): Promise<unknown> {
  for (;;) {
    const answer = await api(operation, input);
    if (ready(answer as never)) return answer;
    await new Promise((done) => setImmediate(done));
  }
}

describe('ninety days', () => {
  it('pass with a policy that runs on each, while the server answers', async () => {
    await push('a', 'v1');
    await api('PutLifecyclePolicy', { lifecyclePolicyText: olderThan(60) });
    const passing = registry.clock.advance(90 * day);
    const meanwhile = await api('DescribeRepositories', { repositoryName: undefined });
    expect(meanwhile['repositories']).toHaveLength(1);
    expect(await passing).toEqual({
      now: start + 90 * day,
      machine: start,
      offset: 90 * day,
      done: { lifecycle: 90 },
      came: {
        lifecycle: {
          '123456789012/us-east-1/team/app': { expired: 1, expiredBytes: 2071, archived: 0, archivedBytes: 0 },
        },
      },
    });
    expect(await tags()).toEqual([]);
    expect((await api('GetLifecyclePolicy', {}))['lastEvaluatedAt']).toBe((start + 90 * day) / 1000);
    await push('a', 'v2');
    const { imageDetails } = (await api('DescribeImages', {})) as { imageDetails: { imagePushedAt: number }[] };
    expect(imageDetails[0]?.imagePushedAt).toBe((start + 90 * day) / 1000);
  });

  it('stay passed over a restart, and what is due goes on', async () => {
    await push('a', 'v1');
    await api('PutLifecyclePolicy', { lifecyclePolicyText: olderThan(10) });
    await registry.clock.advance(5 * day);
    await registry.close();
    machine += 3 * day;
    await open();
    expect(registry.clock.now()).toBe(start + 8 * day);
    expect(await tags()).toEqual(['v1']);
    expect((await registry.clock.advance(3 * day)).done).toEqual({ lifecycle: 3 });
    expect(await tags()).toEqual([]);
    await registry.close();
    // The machine's clock was put back while nobody looked.
    machine -= 30 * day;
    await open();
    expect(registry.clock.now()).toBe(start + 11 * day);
    await expect(registry.clock.set(start)).rejects.toThrow('local/clock-backwards');
    expect((await registry.clock.reset()).now).toBe(start + 3 * day - 30 * day);
  });

  it('pass as the machine’s own time does, too', async () => {
    await push('a', 'v1');
    await api('PutLifecyclePolicy', { lifecyclePolicyText: olderThan(1) });
    machine += 2 * day;
    // The timer waits for real time, which does not pass here: whatever puts something on the timetable wakes it.
    await api('StartLifecyclePolicyPreview', {});
    await until('GetLifecyclePolicyPreview', {}, ({ status }: { status: string }) => status === 'COMPLETE');
    expect(await tags()).toEqual([]);
  });
});

describe('what is due at once', () => {
  it('is done without anybody moving the clock: a preview, a scan', async () => {
    await push('a', 'v1');
    await api('StartLifecyclePolicyPreview', { lifecyclePolicyText: olderThan(1) });
    expect(
      await until('GetLifecyclePolicyPreview', {}, ({ status }: { status: string }) => status !== 'IN_PROGRESS'),
    ).toMatchObject({ status: 'COMPLETE', previewResults: [] });
    const imageId = { imageTag: 'v1' };
    await api('StartImageScan', { imageId });
    expect(
      await until(
        'DescribeImageScanFindings',
        { imageId },
        ({ imageScanStatus }: { imageScanStatus: { status: string } }) => imageScanStatus.status !== 'IN_PROGRESS',
      ),
    ).toMatchObject({ imageScanStatus: { status: 'FAILED' } });
  });

  it('is done after a restart where the server ended before it came to it', async () => {
    await push('a', 'v1');
    await api('UpdateImageStorageClass', { imageId: { imageTag: 'v1' }, targetStorageClass: 'ARCHIVE' });
    await api('UpdateImageStorageClass', { imageId: { imageTag: 'v1' }, targetStorageClass: 'STANDARD' });
    await registry.close();
    machine += 20 * 60_000;
    await open();
    const { imageDetails } = (await until(
      'DescribeImages',
      { filter: { imageStatus: 'ANY' } },
      ({ imageDetails: [image] }: { imageDetails: { imageStatus: string }[] }) => image?.imageStatus !== 'ACTIVATING',
    )) as { imageDetails: unknown[] };
    expect(imageDetails).toMatchObject([{ imageStatus: 'ACTIVE' }]);
  });
});

it('AWS’s own client reads previews and scans, and its waiters end', async () => {
  await push('a', 'v1');
  const credentials = { accessKeyId: '123456789012', secretAccessKey: 'x' };
  const client = new ECRClient({ endpoint: registry.url, region: 'us-east-1', maxAttempts: 1, credentials });
  await registry.clock.advance(2 * day);
  const lifecyclePolicyText = olderThan(1);
  await client.send(new StartLifecyclePolicyPreviewCommand({ repositoryName, lifecyclePolicyText }));
  const patience = { client, maxWaitTime: 60, minDelay: 1, maxDelay: 1 };
  await waitUntilLifecyclePolicyPreviewComplete(patience, { repositoryName });
  const preview = await client.send(new GetLifecyclePolicyPreviewCommand({ repositoryName }));
  expect(preview.previewResults?.[0]?.imagePushedAt).toEqual(new Date(start));
  expect(preview.summary?.expiringImageTotalCount).toBe(1);
  const imageId = { imageTag: 'v1' };
  const findings = { findings: [{ name: 'CVE-1', severity: 'HIGH' }] };
  const body = JSON.stringify({ image: `${repositoryName}:v1`, findings });
  expect((await fetch(`${registry.url}/_slipway/scan-findings`, { method: 'POST', body })).status).toBe(200);
  await waitUntilImageScanComplete(patience, { repositoryName, imageId });
  const scan = await client.send(new DescribeImageScanFindingsCommand({ repositoryName, imageId }));
  expect(scan.imageScanFindings).toMatchObject({
    findings: [{ name: 'CVE-1', severity: 'HIGH' }],
    imageScanCompletedAt: new Date(start + 2 * day),
    findingSeverityCounts: { HIGH: 1 },
  });
  client.destroy();
});

it('tokens expire as the clock is moved', async () => {
  const client = new Client(registry.port, await login(registry));
  expect((await client.send('GET', '/v2/')).status).toBe(200);
  await registry.clock.advance(12 * 3_600_000 - 1);
  expect((await client.send('GET', '/v2/')).status).toBe(200);
  await registry.clock.advance(1);
  const { status, body } = await client.send('GET', '/v2/');
  expect([status, body.toString()]).toEqual([
    403,
    '{"errors":[{"code":"DENIED","message":"Your authorization token has expired. Reauthenticate and try again."}]}',
  ]);
  client.close();
});

describe('the end of a server', () => {
  it('writes the calls that waited to be written', async () => {
    await api('ListImages', {});
    await registry.close();
    await open();
    const text = await (await fetch(`${registry.url}/_slipway/events?log=trail`)).text();
    expect(text).toContain('"eventName":"ListImages"');
  });

  it('is not held up by a long way through time, and the way is gone on where it ended', async () => {
    await api('PutLifecyclePolicy', { lifecyclePolicyText: olderThan(1) });
    const passing = registry.clock.advance(3000 * day);
    await registry.close();
    const { done, now } = await passing;
    expect(now).toBe(start + 3000 * day);
    expect(done['lifecycle'] ?? 0).toBeLessThan(3000);
    await open();
    expect(registry.clock.now()).toBe(start + 3000 * day);
    expect(registry.defects).toEqual([]);
  });
});
