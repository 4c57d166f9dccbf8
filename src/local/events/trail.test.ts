// The trail: records as CloudTrail writes them, batches in the store, and nothing bulky or secret in either.
import { describe, expect, it } from 'vitest';
import type { ServiceContext } from '../service.js';
import { openMemoryStore } from '../store/memory.js';
import type { Store } from '../store/store.js';
import { placeOf } from './events.js';
import { type ApiCall, Trail } from './trail.js';

const arn = 'arn:aws:ecr:eu-west-1:123456789012:repository/app';

function open(store: Store = openMemoryStore()): { trail: Trail; store: Store; context: ServiceContext } {
  const context: ServiceContext = {
    account: '123456789012',
    region: 'eu-west-1',
    partition: 'aws',
    callerArn: 'arn:aws:iam::123456789012:user/dev',
    now: () => 1_700_000_000_500,
    store,
  };
  return { trail: new Trail(store), store, context };
}

function call(context: ServiceContext, over: Partial<ApiCall> = {}): ApiCall {
  return {
    context,
    service: 'ecr',
    name: 'PutImage',
    parameters: { repositoryName: 'app' },
    requestId: 'r-1',
    resource: () => arn,
    ...over,
  };
}

describe('a record', () => {
  it('of a call says who did what to which repository, and what came of it', () => {
    const { trail, context } = open();
    trail.call(call(context, { response: { image: { registryId: '1', imageManifest: '{}' } }, userAgent: 'aws-cli' }));
    trail.flush();
    expect(trail.after(placeOf(0), 10)).toEqual([
      [
        placeOf(1),
        {
          eventVersion: '1.09',
          userIdentity: {
            type: 'IAMUser',
            arn: 'arn:aws:iam::123456789012:user/dev',
            accountId: '123456789012',
            userName: 'dev',
          },
          eventTime: '2023-11-14T22:13:20Z',
          eventSource: 'ecr.amazonaws.com',
          eventName: 'PutImage',
          awsRegion: 'eu-west-1',
          sourceIPAddress: '127.0.0.1',
          userAgent: 'aws-cli',
          requestParameters: { repositoryName: 'app' },
          responseElements: { image: { registryId: '1' } },
          requestID: 'r-1',
          readOnly: false,
          resources: [{ ARN: arn, accountId: '123456789012', type: 'AWS::ECR::Repository' }],
          eventType: 'AwsApiCall',
          managementEvent: true,
          recipientAccountId: '123456789012',
          eventCategory: 'Management',
          eventID: '00000000-0000-4000-9000-000000000001',
        },
      ],
    ]);
  });

  it('of a read has no response, and of a refusal its code', () => {
    const { trail, context } = open();
    trail.call(call(context, { name: 'BatchGetImage', response: { images: [] } }));
    const error = { code: 'RepositoryNotFoundException', message: 'no such repository' };
    trail.call(call(context, { error, resource: () => '*' }));
    trail.flush();
    const [read, refusal] = trail.after(placeOf(0), 10).map(([, record]) => record);
    expect(read).toMatchObject({ readOnly: true, responseElements: null });
    expect(refusal).toMatchObject({
      errorCode: 'RepositoryNotFoundException',
      errorMessage: 'no such repository',
      responseElements: null,
      resources: [],
    });
  });

  it('leaves out bytes, manifests and the values of parameters, and cuts what is long or deep', () => {
    const { trail, context } = open();
    let deep: Record<string, unknown> = {};
    for (let depth = 0; depth < 10_000; depth += 1) deep = { deep };
    const parameters = {
      layerPartBlob: 'AAAA',
      imageManifest: '{}',
      policyText: 'x'.repeat(5000),
      imageIds: Array.from({ length: 500 }, () => ({})),
      deep,
      [`k${'y'.repeat(500)}`]: 1,
    };
    trail.call(call(context, { parameters }));
    trail.call(call(context, { service: 'ssm', name: 'PutParameter', parameters: { Name: '/a', Value: 'secret' } }));
    trail.call(call(context, { parameters: { tags: [{ Key: 'a', Value: 'b' }] } }));
    trail.flush();
    const records = trail.after(placeOf(0), 10).map(([, record]) => record['requestParameters']);
    expect(records[0]).toEqual({
      policyText: `${'x'.repeat(1024)}…`,
      imageIds: Array.from({ length: 100 }, () => ({})),
      deep: { deep: { deep: { deep: { deep: { deep: null } } } } },
      [`k${'y'.repeat(99)}`]: 1,
    });
    expect(records[1]).toMatchObject({ Name: '/a', Value: null });
    expect(records[2]).toEqual({ tags: [{ Key: 'a', Value: 'b' }] });
  });

  it('is small whatever was sent', () => {
    const { trail, store, context } = open();
    const texts = Array.from({ length: 100 }, () => 'x'.repeat(1000));
    const bulk = Array.from({ length: 100 }, () => Array.from({ length: 100 }, () => texts));
    const digests = Array.from({ length: 100 }, (_, index) => `sha256:${String(index).padStart(64, '0')}`);
    for (const parameters of [{ bulk, digests }, { many: texts.map(() => Object.fromEntries(texts.entries())) }]) {
      trail.call(call(context, { parameters, response: { bulk }, resource: () => 'y'.repeat(1_000_000) }));
    }
    trail.call(call(context, { parameters: { layerDigests: digests } }));
    trail.flush();
    const [[, batch] = ['', null]] = store.list('trail', 'all');
    expect(JSON.stringify(batch).length).toBeLessThan(200_000);
    expect(trail.after(placeOf(2), 1)[0]?.[1]).toMatchObject({ requestParameters: { layerDigests: digests } });
  });

  it('of what the service did of itself has nobody behind it', () => {
    const { trail, context } = open();
    const { account, region } = context;
    const details = { repositoryName: 'app' };
    trail.serviceEvent({ account, region, time: context.now(), name: 'DryRunEvent', resource: arn, details });
    trail.flush();
    expect(trail.after(placeOf(0), 10)[0]?.[1]).toMatchObject({
      userIdentity: { accountId: '123456789012', invokedBy: 'AWS Internal' },
      eventName: 'DryRunEvent',
      eventType: 'AwsServiceEvent',
      sourceIPAddress: 'AWS Internal',
      requestParameters: null,
      serviceEventDetails: { repositoryName: 'app' },
    });
  });
});

describe('the trail', () => {
  const names = (trail: Trail, after: string, limit: number): unknown[] =>
    trail.after(after, limit).map(([place, record]) => [Number(place), record['eventName']]);

  it('is read on from any place, within a batch and over several', () => {
    const { trail, context } = open();
    for (const name of ['A', 'B', 'C']) trail.call(call(context, { name }));
    trail.flush();
    for (const name of ['D', 'E']) trail.call(call(context, { name }));
    expect(trail.bounds()).toEqual({ oldest: placeOf(1), newest: placeOf(3) });
    trail.flush();
    trail.flush();
    expect(names(trail, placeOf(0), 10)).toEqual([
      [1, 'A'],
      [2, 'B'],
      [3, 'C'],
      [4, 'D'],
      [5, 'E'],
    ]);
    expect(names(trail, placeOf(1), 3)).toEqual([
      [2, 'B'],
      [3, 'C'],
      [4, 'D'],
    ]);
    expect(names(trail, placeOf(5), 3)).toEqual([]);
  });

  it('goes on where it was when it is opened again', () => {
    const { trail, store, context } = open();
    trail.call(call(context, { name: 'A' }));
    trail.flush();
    trail.call(call(context, { name: 'never written' }));
    const again = new Trail(store);
    again.call(call(context, { name: 'B' }));
    again.flush();
    expect(names(again, placeOf(0), 10)).toEqual([
      [1, 'A'],
      [2, 'B'],
    ]);
  });

  it('keeps what it could not write, up to a bound, and writes it when it can', () => {
    const store = openMemoryStore();
    let full = true;
    const trail = new Trail({
      ...store,
      put: (...document) => {
        if (full) throw new Error('the disk is full');
        store.put(...document);
      },
    });
    const { context } = open(store);
    for (let index = 1; index <= 10_005; index += 1) trail.call(call(context, { name: `N${index}` }));
    expect(() => trail.flush()).toThrow('the disk is full');
    full = false;
    trail.flush();
    expect(trail.bounds()).toEqual({ oldest: placeOf(6), newest: placeOf(10_005) });
    expect(names(trail, placeOf(0), 2)).toEqual([
      [6, 'N6'],
      [7, 'N7'],
    ]);
    expect(names(trail, placeOf(10_004), 5)).toEqual([[10_005, 'N10005']]);
  });

  it('lets go of its oldest batches', () => {
    const { trail, context } = open();
    for (let batch = 0; batch < 5; batch += 1) {
      for (let index = 0; index < 10; index += 1) trail.call(call(context));
      trail.flush();
    }
    expect(trail.trim(25, 1)).toBe(true);
    expect(trail.trim(25, 100)).toBe(false);
    // Whole batches: never fewer than are to be kept.
    expect(trail.bounds().oldest).toBe(placeOf(21));
  });
});
