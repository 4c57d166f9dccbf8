// DescribeImages, ListImages and ListImageReferrers: every member, every filter, and pages that stay right while others push.
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { tagsOf } from '../../images/index.js';
import { imageManifest, indexManifest, layerOf, sha256, types } from '../../images/testing/manifests.js';
import { account, invalid, openWorld, start, type World } from '../../images/testing/world.js';
import { findingsOf } from '../../scanning/findings.js';
import { setFindings } from '../../scanning/scan.js';
import type { Repository } from '../repository.js';

let world: World;
let repository: Repository;
const repositoryName = 'team/app';

beforeEach(() => {
  world = openWorld();
  repository = world.repository(repositoryName);
});
afterEach(() => world.close());

type Item = Record<string, unknown>;
const list = (operation: string, member: string, input: Item = {}): Item[] =>
  world.call(operation, { repositoryName, ...input })[member] as Item[];

/** All pages, with what happens between two of them. */
function pages(operation: string, member: string, input: Item, between: () => void = () => undefined): Item[][] {
  const found: Item[][] = [];
  let nextToken: unknown;
  do {
    const page = world.call(operation, { repositoryName, ...input, ...(nextToken !== undefined && { nextToken }) });
    found.push(page[member] as Item[]);
    ({ nextToken } = page);
    between();
  } while (nextToken !== undefined);
  return found;
}

describe('DescribeImages', () => {
  it('tells everything that is known of an image', async () => {
    const { digest } = await world.image(repository, 'one', 'v2', {
      artifactType: 'application/vnd.example+json',
      subject: { mediaType: types.image, digest: sha256('subject'), size: 1 },
    });
    const text = imageManifest([layerOf('one')], {
      artifactType: 'application/vnd.example+json',
      subject: { mediaType: types.image, digest: sha256('subject'), size: 1 },
    });
    await world.pass(10_000);
    world.put(repository, text, 'v10');
    world.call('BatchGetImage', { repositoryName, imageIds: [{ imageTag: 'v2' }] });
    const imageId = { imageDigest: digest };
    world.call('UpdateImageStorageClass', { repositoryName, imageId, targetStorageClass: 'ARCHIVE' });
    world.call('UpdateImageStorageClass', { repositoryName, imageId, targetStorageClass: 'STANDARD' });
    await world.pass(20 * 60_000);
    expect(list('DescribeImages', 'imageDetails')).toEqual([
      {
        registryId: account,
        repositoryName,
        imageDigest: digest,
        imageTags: ['v10', 'v2'],
        imageSizeInBytes: 5,
        imagePushedAt: start / 1000,
        imageManifestMediaType: types.image,
        artifactMediaType: 'application/vnd.example+json',
        lastRecordedPullTime: start / 1000 + 10,
        subjectManifestDigest: sha256('subject'),
        imageStatus: 'ACTIVE',
        lastArchivedAt: start / 1000 + 10,
        lastActivatedAt: start / 1000 + 10 + 1_200,
      },
    ]);
  });

  it('tells of scans where scanning is enhanced', async () => {
    const { digest } = await world.image(repository, 'one', 'v1');
    await world.image(repository, 'two', 'v2');
    const summaries = (): unknown[] =>
      ['v1', 'v2'].map((imageTag) => {
        const [detail] = list('DescribeImages', 'imageDetails', { imageIds: [{ imageTag }] });
        return [detail?.['imageScanStatus'], detail?.['imageScanFindingsSummary']];
      });
    const scanning = (scanType: string, rules: unknown[]): unknown =>
      world.call('PutRegistryScanningConfiguration', { scanType, rules });
    expect(summaries()).toEqual([
      [undefined, undefined],
      [undefined, undefined],
    ]);
    scanning('ENHANCED', []);
    expect(summaries()[0]).toEqual([undefined, undefined]);
    const everything = [{ filter: '*', filterType: 'WILDCARD' }];
    scanning('ENHANCED', [{ scanFrequency: 'CONTINUOUS_SCAN', repositoryFilters: everything }]);
    const given = { enhancedFindings: [{ severity: 'HIGH' }, { severity: 'HIGH' }] };
    setFindings(world.context, repository, digest, findingsOf(given, start));
    await world.pass(1_000);
    const [first, second] = summaries();
    expect(first).toEqual([
      { status: 'ACTIVE', description: 'Continuous scan is selected for image.' },
      {
        imageScanCompletedAt: start / 1000,
        vulnerabilitySourceUpdatedAt: start / 1000,
        findingSeverityCounts: { HIGH: 2 },
      },
    ]);
    expect(second).toEqual([
      { status: 'FAILED', description: expect.stringContaining('The local ECR has no scanner') as string },
      undefined,
    ]);
    const imageId = { imageTag: 'v1' };
    world.call('UpdateImageStorageClass', { repositoryName, imageId, targetStorageClass: 'ARCHIVE' });
    expect(summaries()[0]).toEqual([{ status: 'IMAGE_ARCHIVED' }, undefined]);
  });

  it('leaves out what an image has not', () => {
    const { digest } = world.put(repository, indexManifest([]));
    expect(list('DescribeImages', 'imageDetails')).toEqual([
      {
        registryId: account,
        repositoryName,
        imageDigest: digest,
        imageSizeInBytes: 0,
        imagePushedAt: start / 1000,
        imageManifestMediaType: types.index,
        imageStatus: 'ACTIVE',
      },
    ]);
  });

  it('finds images by name, each once, in the order they are asked for', async () => {
    const one = await world.image(repository, 'one', 'v1');
    const two = await world.image(repository, 'two', 'v2');
    world.call('UpdateImageStorageClass', {
      repositoryName,
      imageId: { imageTag: 'v1' },
      targetStorageClass: 'ARCHIVE',
    });
    const ask = (imageIds: Item[], filter?: Item): unknown[] =>
      list('DescribeImages', 'imageDetails', { imageIds, ...(filter !== undefined && { filter }) }).map(
        (one) => one['imageDigest'],
      );
    expect(ask([{ imageTag: 'v2' }, { imageDigest: one.digest }, { imageDigest: two.digest, imageTag: 'v2' }])).toEqual(
      [two.digest, one.digest],
    );
    expect(ask([{ imageTag: 'v1' }, { imageTag: 'v2' }], { imageStatus: 'ACTIVE' })).toEqual([two.digest]);
    expect(ask([{ imageTag: 'v1' }, { imageTag: 'v2' }], { tagStatus: 'UNTAGGED' })).toEqual([]);
    const bare = await world.image(repository, 'three');
    const both = [{ imageDigest: bare.digest }, { imageTag: 'v2' }];
    expect(ask(both, { tagStatus: 'UNTAGGED' })).toEqual([bare.digest]);
    expect(ask(both, { tagStatus: 'TAGGED' })).toEqual([two.digest]);
  });

  it.each([
    [
      [{ imageTag: 'none' }],
      `ImageNotFoundException: The image with imageId {imageDigest:'null', imageTag:'none'} does not exist within the repository with name '${repositoryName}' in the registry with id '${account}'`,
    ],
    [
      [{ imageDigest: 'sha256:00', imageTag: 'a' }],
      `ImageNotFoundException: The image with imageId {imageDigest:'sha256:00', imageTag:'a'} does not exist within the repository with name '${repositoryName}' in the registry with id '${account}'`,
    ],
    [[{}], 'InvalidParameterException: Invalid request parameters: both tag and digest cannot be null'],
    [
      [{ imageDigest: '../x' }],
      "InvalidParameterException: Invalid request parameters: image digest should satisfy the regex '[a-zA-Z0-9-_+.]+:[a-fA-F0-9]+'",
    ],
    [[], invalid('imageIds', 'must have length greater than or equal to 1')],
  ])('refuses %j', (imageIds, text) => {
    expect(world.refusal('DescribeImages', { repositoryName, imageIds })).toBe(text);
  });

  it.each([
    [{ imageIds: [{ imageTag: 'a' }], maxResults: 1 }, invalid('maxResults', 'must be null when imageIds is set')],
    [{ imageIds: [{ imageTag: 'a' }], nextToken: 'x' }, invalid('nextToken', 'must be null when imageIds is set')],
    [{ maxResults: 0 }, invalid('maxResults', 'Member must have value greater than or equal to 1')],
    [{ maxResults: 1_001 }, invalid('maxResults', 'Member must have value less than or equal to 1000')],
    [{ nextToken: 'x' }, invalid('nextToken', 'Invalid token')],
    [
      { filter: { tagStatus: 'MAYBE' } },
      invalid('filter.tagStatus', 'Member must satisfy enum value set: [TAGGED, UNTAGGED, ANY]'),
    ],
    [
      { filter: { imageStatus: 'GONE' } },
      invalid('filter.imageStatus', 'Member must satisfy enum value set: [ACTIVE, ARCHIVED, ACTIVATING, ANY]'),
    ],
  ])('refuses %j, as ListImages does where it knows the member', (input, text) => {
    expect(world.refusal('DescribeImages', { repositoryName, ...input })).toBe(text);
    if (!('imageIds' in input)) expect(world.refusal('ListImages', { repositoryName, ...input })).toBe(text);
  });
});

describe('filters', () => {
  it('tell tagged from untagged, and active from archived', async () => {
    const images = new Map<string, string>();
    for (const name of ['active', 'archived', 'activating']) {
      for (const tagged of ['tagged', 'untagged']) {
        const image = await world.image(repository, `${name}/${tagged}`, tagged === 'tagged' ? name : undefined);
        images.set(image.digest, `${name}/${tagged}`);
        const imageId = { imageDigest: image.digest };
        const move = (targetStorageClass: string): unknown =>
          world.call('UpdateImageStorageClass', { repositoryName, imageId, targetStorageClass });
        if (name !== 'active') move('ARCHIVE');
        if (name === 'activating') move('STANDARD');
      }
    }
    const expected = (filter: { tagStatus?: string; imageStatus?: string }): string[] =>
      [...images.values()]
        .filter(
          (one) => filter.imageStatus === 'ANY' || one.startsWith(`${(filter.imageStatus ?? 'ACTIVE').toLowerCase()}/`),
        )
        .filter((one) => (filter.tagStatus ?? 'ANY') === 'ANY' || one.endsWith(`/${filter.tagStatus?.toLowerCase()}`))
        .sort();
    for (const imageStatus of [undefined, 'ACTIVE', 'ARCHIVED', 'ACTIVATING', 'ANY']) {
      for (const tagStatus of [undefined, 'TAGGED', 'UNTAGGED', 'ANY']) {
        const filter = {
          ...(imageStatus !== undefined && { imageStatus }),
          ...(tagStatus !== undefined && { tagStatus }),
        };
        for (const [operation, member] of [
          ['DescribeImages', 'imageDetails'],
          ['ListImages', 'imageIds'],
        ] as const) {
          const found = list(operation, member, { filter }).map((one) => images.get(String(one['imageDigest'])));
          expect(found.sort(), `${operation} ${JSON.stringify(filter)}`).toEqual(expected(filter));
        }
      }
    }
    expect(tagsOf(world.context, repository, undefined, 10)).toEqual(['active']);
  });
});

describe('pages', () => {
  const key = (one: Item): string => JSON.stringify([one['imageDigest'], one['imageTag']]);

  it('hold a hundred where nothing is said, and tell whether there is more', () => {
    for (let index = 0; index < 101; index += 1)
      world.put(repository, indexManifest([], { annotations: { index: String(index) } }));
    expect(pages('ListImages', 'imageIds', {}).map((page) => page.length)).toEqual([100, 1]);
    expect(pages('DescribeImages', 'imageDetails', {}).map((page) => page.length)).toEqual([100, 1]);
    expect(pages('DescribeImages', 'imageDetails', { maxResults: 101 }).map((page) => page.length)).toEqual([101]);
    expect(pages('DescribeImages', 'imageDetails', { maxResults: 1000 }).map((page) => page.length)).toEqual([101]);
  });

  it('come to the same as one page, however they are cut and filtered', () => {
    const numbers = fc.integer({ min: 0, max: 15 });
    const pushes = fc.array(fc.tuple(numbers, fc.option(numbers, { nil: undefined }), fc.boolean()), { maxLength: 40 });
    const statuses = fc.constantFrom(undefined, 'ACTIVE', 'ARCHIVED', 'ANY');
    const tagged = fc.constantFrom(undefined, 'TAGGED', 'UNTAGGED', 'ANY');
    fc.assert(
      fc.property(
        pushes,
        fc.integer({ min: 1, max: 7 }),
        statuses,
        tagged,
        (made, maxResults, imageStatus, tagStatus) => {
          const name = world.repository('shuffled');
          for (const [image, tag, archive] of made) {
            const { digest } = world.put(
              name,
              indexManifest([], { annotations: { image: String(image) } }),
              tag === undefined ? undefined : `t${tag}`,
            );
            if (archive) {
              const imageId = { imageDigest: digest };
              world.call('UpdateImageStorageClass', {
                repositoryName: 'shuffled',
                imageId,
                targetStorageClass: 'ARCHIVE',
              });
            }
          }
          const filter = {
            ...(imageStatus !== undefined && { imageStatus }),
            ...(tagStatus !== undefined && { tagStatus }),
          };
          for (const [operation, member] of [
            ['DescribeImages', 'imageDetails'],
            ['ListImages', 'imageIds'],
          ] as const) {
            const whole = list(operation, member, { repositoryName: 'shuffled', filter, maxResults: 1000 });
            const cut = pages(operation, member, { repositoryName: 'shuffled', filter, maxResults });
            expect(cut.flat()).toEqual(whole);
            for (const page of cut.slice(0, -1)) expect(page).toHaveLength(maxResults);
            expect(new Set(whole.map(key)).size).toBe(whole.length);
          }
          world.call('DeleteRepository', { repositoryName: 'shuffled', force: true });
        },
      ),
      { numRuns: 60 },
    );
  });

  it.each([
    ['DescribeImages', 'imageDetails'],
    ['ListImages', 'imageIds'],
  ] as const)(
    '%s tells once of everything that was there all along, whatever comes and goes meanwhile',
    (operation, member) => {
      const text = (name: string): string => indexManifest([], { annotations: { name } });
      const stays = Array.from({ length: 30 }, (_, index) =>
        world.put(repository, text(`stays ${index}`), `stays-${index}`),
      );
      const goes = Array.from({ length: 30 }, (_, index) =>
        world.put(repository, text(`goes ${index}`), `goes-${index}`),
      );
      let round = 0;
      const found = pages(operation, member, { maxResults: 4 }, () => {
        round += 1;
        world.put(repository, text(`new ${round}`), `new-${round}`);
        const gone = goes.pop();
        if (gone !== undefined)
          world.call('BatchDeleteImage', { repositoryName, imageIds: [{ imageDigest: gone.digest }] });
      }).flat();
      const digests = found.map((one) => one['imageDigest']);
      expect(new Set(digests).size).toBe(digests.length);
      for (const { digest } of stays) expect(digests).toContain(digest);
    },
  );

  it('go on within an image that has many tags, and survive its end', () => {
    const text = indexManifest([]);
    const tags = Array.from({ length: 9 }, (_, index) => `t${index}`);
    for (const tag of tags) world.put(repository, text, tag);
    const imageDigest = sha256(text);
    expect(pages('ListImages', 'imageIds', { maxResults: 2 })).toEqual(
      [['t0', 't1'], ['t2', 't3'], ['t4', 't5'], ['t6', 't7'], ['t8']].map((page) =>
        page.map((imageTag) => ({ imageDigest, imageTag })),
      ),
    );
    const first = world.call('ListImages', { repositoryName, maxResults: 2 });
    world.call('BatchDeleteImage', { repositoryName, imageIds: [{ imageDigest }] });
    expect(world.call('ListImages', { repositoryName, nextToken: first['nextToken'] })).toEqual({ imageIds: [] });
    world.put(repository, text);
    expect(world.call('ListImages', { repositoryName, nextToken: first['nextToken'] })).toEqual({ imageIds: [] });
  });
});

describe('ListImageReferrers', () => {
  const subject = sha256('subject');
  const refer = (name: string, more: Item = {}): Promise<string> =>
    world
      .image(repository, name, undefined, { subject: { mediaType: types.image, digest: subject, size: 1 }, ...more })
      .then(({ digest }) => digest);
  const ask = (input: Item = {}): Item[] =>
    list('ListImageReferrers', 'referrers', { subjectId: { imageDigest: subject }, ...input });

  it('describes what refers to an image, whether or not that is there', async () => {
    expect(ask()).toEqual([]);
    const annotations = { 'org.opencontainers.image.created': '2026' };
    const digest = await refer('sbom', { artifactType: 'application/spdx+json', annotations });
    expect(ask()).toEqual([
      {
        digest,
        mediaType: types.image,
        artifactType: 'application/spdx+json',
        size: expect.any(Number) as number,
        annotations,
        artifactStatus: 'ACTIVE',
      },
    ]);
    const text = imageManifest([layerOf('sbom')], {
      subject: { mediaType: types.image, digest: subject, size: 1 },
      artifactType: 'application/spdx+json',
      annotations,
    });
    expect(ask()[0]?.['size']).toBe(Buffer.byteLength(text));
    world.call('BatchDeleteImage', { repositoryName, imageIds: [{ imageDigest: digest }] });
    expect(ask()).toEqual([]);
  });

  it('has no type and no annotations for an index without', () => {
    const { digest, manifestSize } = world.put(
      repository,
      indexManifest([], { subject: { mediaType: types.image, digest: subject, size: 1 } }),
    );
    expect(ask()).toEqual([{ digest, mediaType: types.index, size: manifestSize, artifactStatus: 'ACTIVE' }]);
    expect(ask({ filter: { artifactTypes: [types.index] } })).toEqual([]);
  });

  it('filters by types and status', async () => {
    const sbom = await refer('sbom', { artifactType: 'application/spdx+json' });
    const odd = await refer('odd', { artifactType: 'x/y/z?"é' });
    const plain = await refer('plain');
    const longer = await refer('longer', { artifactType: 'application/spdx+json2' });
    const digests = (filter: Item): unknown[] => ask({ filter }).map((one) => one['digest']);
    const sorted = (...all: string[]): string[] => all.sort();
    expect(digests({})).toEqual(sorted(sbom, odd, plain, longer));
    expect(digests({ artifactTypes: [] })).toEqual(sorted(sbom, odd, plain, longer));
    expect(digests({ artifactTypes: ['application/spdx+json'] })).toEqual([sbom]);
    expect(digests({ artifactTypes: ['x/y/z?"é', types.config, types.config] })).toEqual(sorted(odd, plain));
    expect(digests({ artifactTypes: ['application'] })).toEqual([]);
    world.call('UpdateImageStorageClass', {
      repositoryName,
      imageId: { imageDigest: sbom },
      targetStorageClass: 'ARCHIVE',
    });
    expect(digests({})).toEqual(sorted(odd, plain, longer));
    expect(digests({ artifactStatus: 'ARCHIVED' })).toEqual([sbom]);
    expect(digests({ artifactStatus: 'ANY' })).toEqual(sorted(sbom, odd, plain, longer));
    expect(digests({ artifactStatus: 'ANY', artifactTypes: ['application/spdx+json'] })).toEqual([sbom]);
    world.call('UpdateImageStorageClass', {
      repositoryName,
      imageId: { imageDigest: sbom },
      targetStorageClass: 'STANDARD',
    });
    expect(digests({ artifactStatus: 'ACTIVATING' })).toEqual([sbom]);
  });

  it('comes in pages of twenty, and of fifty at most', () => {
    for (let index = 0; index < 51; index += 1) {
      world.put(
        repository,
        indexManifest([], {
          subject: { mediaType: types.image, digest: subject, size: 1 },
          annotations: { index: String(index) },
        }),
      );
    }
    const input = { subjectId: { imageDigest: subject } };
    expect(pages('ListImageReferrers', 'referrers', input).map((page) => page.length)).toEqual([20, 20, 11]);
    expect(pages('ListImageReferrers', 'referrers', { ...input, maxResults: 50 }).map((page) => page.length)).toEqual([
      50, 1,
    ]);
  });

  it('comes in smaller pages where its manifests are large', () => {
    const annotated = (bytes: number, index: number): string =>
      indexManifest([], {
        subject: { mediaType: types.image, digest: subject, size: 1 },
        annotations: { index: String(index), filling: 'x'.repeat(bytes) },
      });
    for (let index = 0; index < 3; index += 1) world.put(repository, annotated(2_000_000, index));
    world.put(repository, annotated(4_190_000, 3));
    const input = { subjectId: { imageDigest: subject } };
    const found = pages('ListImageReferrers', 'referrers', input);
    expect(found.flat()).toHaveLength(4);
    for (const page of found) {
      expect(page).not.toHaveLength(0);
      expect(JSON.stringify(page).length).toBeLessThan(4_200_000);
    }
  });

  it.each([
    [{ maxResults: 51 }, invalid('maxResults', 'Member must have value less than or equal to 50')],
    [{ subjectId: {} }, invalid('subjectId.imageDigest', 'must not be null')],
    [
      { subjectId: { imageDigest: 'x' } },
      invalid('subjectId.imageDigest', "must satisfy regular expression '[a-zA-Z0-9-_+.]+:[a-fA-F0-9]+'"),
    ],
    [
      { filter: { artifactTypes: ['a', 'b', 'c', 'd', 'e', 'f'] } },
      invalid('filter.artifactTypes', 'must have length less than or equal to 5'),
    ],
    [
      { filter: { artifactTypes: [''] } },
      invalid('filter.artifactTypes.1.member', 'must have length greater than or equal to 1'),
    ],
    [
      { filter: { artifactTypes: ['a'.repeat(256)] } },
      invalid('filter.artifactTypes.1.member', 'must have length less than or equal to 255'),
    ],
    [
      { repositoryName: 'none' },
      `RepositoryNotFoundException: The repository with name 'none' does not exist in the registry with id '${account}'`,
    ],
  ])('refuses %j', (input, text) => {
    expect(world.refusal('ListImageReferrers', { repositoryName, subjectId: { imageDigest: subject }, ...input })).toBe(
      text,
    );
  });
});
