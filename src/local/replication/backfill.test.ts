// Backfills: what they copy, what they tell while they go on and afterwards, how they are stopped, and what is refused.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Faults } from '../faults.js';
import { describe as described, imageManifest, indexManifest, layerOf } from '../images/testing/manifests.js';
import { invalid, openWorld, start, type World } from '../images/testing/world.js';
import { nextStep, stepBackfill } from './backfill.js';
import { away, contentAt, home, repositoryAt, setRules, stranger, tagsAt, work } from './testing/registries.js';
import { attempt } from './work.js';

let world: World;
beforeEach(() => {
  world = openWorld();
});
afterEach(() => world.close());

const day = 86_400_000;
const destination = { region: away.region, registryId: away.account };

function begin(place: Record<string, unknown> = destination): string {
  return String(world.call('StartReplicationBackfill', { destination: place })['replicationBackfillId']);
}

function results(id: string, more: Record<string, unknown> = {}): Record<string, unknown> {
  return world.call('DescribeReplicationBackfillResults', { replicationBackfillId: id, ...more });
}

/** The next step alone. */
function step(): void {
  stepBackfill(world.context, (copy) => attempt(world.context, copy));
}

function list(): unknown[] {
  return world.call('ListReplicationBackfills', {})['backfills'] as unknown[];
}

describe('a backfill', () => {
  it('copies each image with each tag, of the repositories that the rules name', async () => {
    const app = world.repository('team/app');
    const one = await world.image(app, 'one', 'v1');
    world.put(app, imageManifest([layerOf('one')]), 'v2');
    const two = await world.image(app, 'two');
    await world.image(world.repository('other'), 'three', 'v3');
    world.repository('team/empty');
    setRules(world, [{ to: [away], prefixes: ['team/'] }]);

    const begun = world.call('StartReplicationBackfill', { destination });
    const id = String(begun['replicationBackfillId']);
    expect(begun).toEqual({
      replicationBackfillId: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
      registryId: home.account,
      destination,
      status: 'PREPARING',
      startedAt: start / 1000,
    });
    await world.pass(5000);
    await work(world);
    expect(tagsAt(world, away, 'team/app')).toEqual({ [one.digest]: 'v1 v2', [two.digest]: '-' });
    expect(repositoryAt(world, away, 'other')).toBeUndefined();
    expect(repositoryAt(world, away, 'team/empty')).toBeUndefined();
    const { results: told, ...rest } = results(id);
    expect(rest).toEqual({
      registryId: home.account,
      replicationBackfillId: id,
      destination,
      status: 'COMPLETE',
      progress: {
        totalReplicationCount: 3,
        completedReplicationCount: 3,
        failedReplicationCount: 0,
        failureCodes: [],
      },
      startedAt: start / 1000,
      endedAt: (start + 5000) / 1000,
    });
    const done = { repositoryName: 'team/app', status: 'COMPLETE' };
    const expected = [
      { ...done, imageId: { imageDigest: one.digest, imageTag: 'v1' } },
      { ...done, imageId: { imageDigest: one.digest, imageTag: 'v2' } },
      { ...done, imageId: { imageDigest: two.digest } },
    ];
    expect(told).toHaveLength(3);
    expect(told).toEqual(expect.arrayContaining(expected));
    const statuses = world.call('DescribeImageReplicationStatus', {
      repositoryName: 'team/app',
      imageId: { imageTag: 'v2' },
    });
    expect(statuses['replicationStatuses']).toEqual([{ ...destination, status: 'COMPLETE' }]);
    expect(world.events('ECR Replication Action')).toHaveLength(3);
  });

  it('leaves out what is archived and what came by replication', async () => {
    const repository = world.repository();
    await world.image(repository, 'one', 'v1');
    world.call('UpdateImageStorageClass', {
      repositoryName: 'team/app',
      imageId: { imageTag: 'v1' },
      targetStorageClass: 'ARCHIVE',
    });
    setRules(world, [{ to: [away] }]);
    await world.image(repository, 'two', 'v2');
    await work(world);
    const kind = 'replication-configuration';
    const rules = { rules: [{ destinations: [{ region: 'ap-south-1', registryId: home.account }] }] };
    world.store.put(kind, `${away.account}/${away.region}`, 'registry', rules);
    setRules(world, [{ to: [away, { account: home.account, region: 'ap-south-1' }] }]);
    const there = openThere();
    const id = String(there.call('StartReplicationBackfill', { destination: elsewhere })['replicationBackfillId']);
    await work(world);
    expect(there.call('DescribeReplicationBackfillResults', { replicationBackfillId: id })['progress']).toMatchObject({
      totalReplicationCount: 0,
    });
    const here = begin(elsewhere);
    await work(world);
    expect(results(here)['progress']).toMatchObject({ totalReplicationCount: 1, completedReplicationCount: 1 });
  });

  it('tells of its progress as it goes, and of results in the end', async () => {
    const repository = world.repository();
    await world.image(repository, 'one', 'v1');
    await world.image(repository, 'two', 'v2');
    setRules(world, [{ to: [away] }]);
    const id = begin();
    const told = (): unknown => {
      const { status, progress, results: found } = results(id);
      return { status, progress: (progress as Record<string, unknown>)?.['completedReplicationCount'], found };
    };
    expect(told()).toEqual({ status: 'PREPARING', progress: undefined, found: undefined });
    while (nextStep(world.store) === 'list') step();
    expect(told()).toEqual({ status: 'IN_PROGRESS', progress: 0, found: undefined });
    step();
    expect(told()).toEqual({ status: 'IN_PROGRESS', progress: 1, found: undefined });
    step();
    step();
    expect(told()).toEqual({ status: 'COMPLETE', progress: 2, found: expect.any(Array) as unknown[] });
    expect(nextStep(world.store)).toBeUndefined();
  });

  it('tells of failures, and of those below an index', async () => {
    const repository = world.repository();
    const child = await world.image(repository, 'one');
    const index = world.put(repository, indexManifest([described(imageManifest([layerOf('one')]))]), 'v1');
    const plain = await world.image(repository, 'two', 'v2');
    setRules(world, [{ to: [stranger] }]);
    const id = begin({ region: stranger.region, registryId: stranger.account });
    await work(world);
    const code = { status: 'FAILED', failureCode: 'AccessDenied', repositoryName: 'team/app' };
    const answer = results(id);
    expect(answer).toMatchObject({
      status: 'COMPLETE',
      progress: {
        totalReplicationCount: 3,
        completedReplicationCount: 0,
        failedReplicationCount: 3,
        failureCodes: ['AccessDenied'],
      },
    });
    expect(answer['results']).toHaveLength(3);
    expect(answer['results']).toEqual(
      expect.arrayContaining([
        { ...code, imageId: { imageDigest: child.digest } },
        { ...code, imageId: { imageDigest: index.digest, imageTag: 'v1' }, subImageFailureCodes: [] },
        { ...code, imageId: { imageDigest: plain.digest, imageTag: 'v2' } },
      ]),
    );
  });

  it('tells of an image that is deleted meanwhile', async () => {
    const { digest } = await world.image(world.repository(), 'one', 'v1');
    setRules(world, [{ to: [away] }]);
    const id = begin();
    while (nextStep(world.store) === 'list') step();
    world.call('BatchDeleteImage', { repositoryName: 'team/app', imageIds: [{ imageDigest: digest }] });
    await work(world);
    expect(results(id)['results']).toEqual([
      {
        repositoryName: 'team/app',
        imageId: { imageDigest: digest, imageTag: 'v1' },
        status: 'FAILED',
        failureCode: 'ImageNotFound',
      },
    ]);
  });

  it('fails where its destination is taken out of the rules before all is listed', async () => {
    await world.image(world.repository(), 'one', 'v1');
    setRules(world, [{ to: [away] }]);
    const id = begin();
    setRules(world, []);
    await work(world);
    expect(results(id)).toMatchObject({ status: 'FAILED', failureCode: 'DestinationNotConfigured', results: [] });
    expect(results(id)).not.toHaveProperty('progress');
    expect(contentAt(world, away)).toEqual([]);
  });

  it('lists more images than a page holds', async () => {
    const repository = world.repository();
    for (const layer of ['{}', 'one']) await world.layer(repository, layer);
    world.store.transaction(() => {
      for (let number = 0; number < 1234; number += 1) {
        world.put(repository, imageManifest([layerOf('one')], { annotations: { number: String(number) } }));
      }
    });
    setRules(world, [{ to: [away] }]);
    const id = begin();
    await work(world);
    expect(results(id)['progress']).toMatchObject({ totalReplicationCount: 1234, completedReplicationCount: 1234 });
    expect(contentAt(world, away)).toHaveLength(1234);

    const pages: Record<string, unknown>[] = [];
    let nextToken: unknown;
    do {
      const page = results(id, { maxResults: 500, ...(nextToken !== undefined && { nextToken }) });
      pages.push(page);
      nextToken = page['nextToken'];
    } while (nextToken !== undefined);
    const all = pages.flatMap((page) => page['results'] as { imageId: { imageDigest: string } }[]);
    expect(pages).toHaveLength(3);
    expect(new Set(all.map(({ imageId }) => imageId.imageDigest)).size).toBe(1234);
  });

  it('gives results of one status alone', async () => {
    const repository = world.repository();
    await world.image(repository, 'one', 'v1');
    await world.image(repository, 'two', 'v2');
    setRules(world, [{ to: [away] }]);
    const id = begin();
    const faults = new Faults();
    faults.set([{ operation: 'ReplicateImage', kind: 'deny', times: 1 }]);
    await work(world, faults);
    const of = (status: string) =>
      (results(id, { resultStatusFilter: status, maxResults: 1 })['results'] as unknown[]).length;
    expect([of('COMPLETE'), of('FAILED')]).toEqual([1, 1]);
    const failed = results(id, { resultStatusFilter: 'FAILED', maxResults: 1 });
    expect(failed).not.toHaveProperty('nextToken');
    expect(failed['results']).toMatchObject([{ failureCode: 'AccessDenied' }]);
  });
});

describe('stopping one', () => {
  it('keeps what was copied, and copies nothing more', async () => {
    const repository = world.repository();
    await world.image(repository, 'one', 'v1');
    await world.image(repository, 'two', 'v2');
    setRules(world, [{ to: [away] }]);
    const id = begin();
    while (nextStep(world.store) === 'list') step();
    step();
    expect(world.call('StopReplicationBackfill', { replicationBackfillId: id })).toEqual({
      registryId: home.account,
      replicationBackfillId: id,
      destination,
      status: 'STOPPED',
      startedAt: start / 1000,
    });
    await work(world);
    expect(contentAt(world, away)).toHaveLength(1);
    const answer = results(id);
    expect(answer).toMatchObject({ status: 'STOPPED', progress: { completedReplicationCount: 1 } });
    expect(answer['results']).toHaveLength(1);
    // Of an image that was not copied there is nothing to tell.
    const statuses = ['v1', 'v2'].flatMap((imageTag) => {
      const input = { repositoryName: 'team/app', imageId: { imageTag } };
      return world.call('DescribeImageReplicationStatus', input)['replicationStatuses'];
    });
    expect(statuses).toEqual([{ ...destination, status: 'COMPLETE' }]);
  });

  it('while it is prepared leaves it without progress', async () => {
    await world.image(world.repository(), 'one', 'v1');
    setRules(world, [{ to: [away] }]);
    const id = begin();
    world.call('StopReplicationBackfill', { replicationBackfillId: id });
    await work(world);
    expect(results(id)).toMatchObject({ status: 'STOPPED', results: [] });
    expect(results(id)).not.toHaveProperty('progress');
    expect(contentAt(world, away)).toEqual([]);
  });

  it('is refused where it has ended', async () => {
    setRules(world, [{ to: [away] }]);
    const id = begin();
    await work(world);
    expect(world.refusal('StopReplicationBackfill', { replicationBackfillId: id })).toBe(
      `ReplicationBackfillInvalidStatusException: The replication backfill with id '${id}' cannot be stopped because its status is 'COMPLETE'`,
    );
  });
});

describe('limits', () => {
  it('one for a destination Region at a time', async () => {
    setRules(world, [{ to: [away, { account: stranger.account, region: away.region }] }]);
    begin();
    const other = { region: away.region, registryId: stranger.account };
    expect(world.refusal('StartReplicationBackfill', { destination: other })).toBe(
      `ReplicationBackfillInProgressException: A replication backfill is already in progress for the destination Region '${away.region}'`,
    );
    await work(world);
    begin(other);
  });

  it('ten at once in a registry', () => {
    const regions = Array.from({ length: 11 }, (_, index) => `us-west-${index + 1}`);
    setRules(world, [{ to: regions.map((region) => ({ account: home.account, region })) }]);
    for (const region of regions.slice(0, 10)) begin({ region, registryId: home.account });
    const last = { region: 'us-west-11', registryId: home.account };
    expect(world.refusal('StartReplicationBackfill', { destination: last })).toMatch(/^LimitExceededException: /);
    expect(list()).toHaveLength(10);
  });

  it('only to a destination of the rules', () => {
    expect(world.refusal('StartReplicationBackfill', { destination })).toBe(
      invalid('destination', 'The destination is not part of the replication configuration of the registry'),
    );
  });

  it('ninety days after its end it is forgotten', async () => {
    await world.image(world.repository(), 'one', 'v1');
    setRules(world, [{ to: [away] }]);
    const id = begin();
    await work(world);
    await world.pass(90 * day - 1);
    expect(list()).toHaveLength(1);
    expect(results(id)['results']).toHaveLength(1);
    await world.pass(1);
    expect(list()).toEqual([]);
    expect(world.refusal('DescribeReplicationBackfillResults', { replicationBackfillId: id })).toBe(
      `ReplicationBackfillNotFoundException: The replication backfill with id '${id}' does not exist in the registry with id '${home.account}'`,
    );
    expect(world.store.scopes('backfill-result')).toEqual([]);
  });
});

describe('the list', () => {
  it('has the newest first, in pages', async () => {
    setRules(world, [{ to: [away] }]);
    const ids: string[] = [];
    for (let count = 0; count < 30; count += 1) {
      ids.unshift(begin());
      await work(world);
      await world.pass(1000);
    }
    const first = world.call('ListReplicationBackfills', {});
    const second = world.call('ListReplicationBackfills', { nextToken: first['nextToken'] });
    const of = (page: Record<string, unknown>) =>
      (page['backfills'] as { replicationBackfillId: string }[]).map((one) => one.replicationBackfillId);
    expect(of(first)).toHaveLength(25);
    expect([...of(first), ...of(second)]).toEqual(ids);
    expect(world.refusal('ListReplicationBackfills', { maxResults: 51 })).toBe(
      invalid('maxResults', 'Member must have value less than or equal to 50'),
    );
  });

  it.each([
    ['StartReplicationBackfill', { destination }],
    ['StopReplicationBackfill', { replicationBackfillId: 'x' }],
    ['ListReplicationBackfills', {}],
    ['DescribeReplicationBackfillResults', { replicationBackfillId: 'x' }],
  ])('%s is one registry’s own', (operation, input) => {
    const refusal = world.refusal(operation, { ...input, registryId: stranger.account });
    expect(refusal).toMatch(/^AccessDeniedException/);
    if (operation !== 'ListReplicationBackfills' && operation !== 'StartReplicationBackfill') {
      expect(world.refusal(operation, input)).toMatch(/^ReplicationBackfillNotFoundException/);
    }
  });
});

const elsewhere = { region: 'ap-south-1', registryId: home.account };

/** The registry where images have arrived. */
function openThere(): World {
  return world.as({ region: away.region });
}
