// What `aws ecr describe-images` prints, read: every member, both forms of times, and every way in which it may be something else.
import { describe, expect, it } from 'vitest';
import { isSlipwayError } from '../diagnostics/index.js';
import { readDescribedImages } from './describe-images.js';
import { parseTime } from './time.js';

const digest = (letter: string): string => `sha256:${letter.repeat(64)}`;
const whole = {
  registryId: '123456789012',
  repositoryName: 'team/app',
  imageDigest: digest('a'),
  imageTags: ['v1', 'latest'],
  imageSizeInBytes: 1234,
  imagePushedAt: '2026-03-01T12:00:00.123456+01:00',
  imageManifestMediaType: 'application/vnd.oci.image.index.v1+json',
  artifactMediaType: 'application/vnd.oci.image.config.v1+json',
  lastRecordedPullTime: 1_772_366_400,
  subjectManifestDigest: digest('b'),
  imageStatus: 'ARCHIVED',
  lastArchivedAt: 1.7723664e9,
  lastActivatedAt: '2026-03-02T12:00:00Z',
  children: [digest('c')],
  imageScanStatus: { status: 'COMPLETE' },
};
const images = (value: unknown) => readDescribedImages(JSON.stringify(value)).images;
/** `path: message` of each problem. */
const problems = (value: unknown): string[] => {
  try {
    readDescribedImages(typeof value === 'string' ? value : JSON.stringify(value));
  } catch (error) {
    if (isSlipwayError(error)) return error.diagnostics.map(({ path, message }) => `${path}: ${message}`);
    throw error;
  }
  return [];
};

describe('what the AWS CLI prints', () => {
  it('is read, every member of it', () => {
    expect(images({ imageDetails: [whole] })).toEqual([
      {
        digest: digest('a'),
        tags: ['v1', 'latest'],
        pushedAt: Date.UTC(2026, 2, 1, 11, 0, 0, 123),
        sizeInBytes: 1234,
        storageClass: 'archive',
        lastPulledAt: Date.UTC(2026, 2, 1, 12),
        lastArchivedAt: Date.UTC(2026, 2, 1, 12),
        lastActivatedAt: Date.UTC(2026, 2, 2, 12),
        mediaType: 'application/vnd.oci.image.index.v1+json',
        artifactMediaType: 'application/vnd.oci.image.config.v1+json',
        subject: digest('b'),
        children: [digest('c')],
      },
    ]);
  });

  it('may be as little as a digest and a time, or the list alone', () => {
    const least = { imageDigest: digest('a'), imagePushedAt: 0, imageTags: null };
    const read = [{ digest: digest('a'), tags: [], pushedAt: 0, storageClass: 'standard' }];
    expect(images({ imageDetails: [least] })).toEqual(read);
    expect(images([least])).toEqual(read);
    expect(images({ imageDetails: [] })).toEqual([]);
  });

  it('that ends with a token is not all there is', () => {
    const { warnings } = readDescribedImages(JSON.stringify({ imageDetails: [whole], NextToken: 'x' }));
    expect(warnings).toMatchObject([{ code: 'lifecycle/some-images', path: 'NextToken' }]);
    expect(readDescribedImages(JSON.stringify({ imageDetails: [], NextToken: null })).warnings).toEqual([]);
  });
});

describe('anything else', () => {
  it.each([
    ['{', '@1: the images are no JSON: it ends too early'],
    ['null', ': it is null, not an object with imageDetails'],
    ['{"imageIds": []}', ': there is no imageDetails in it'],
    ['{"imageDetails": {}}', 'imageDetails: imageDetails is an object, not a list'],
    ['"x"', ': it is the text "x", not an object with imageDetails'],
  ])('%s', (text, problem) => {
    expect(problems(text)).toEqual([problem]);
  });

  it.each([
    [7, 'imageDetails.0: an image is the number 7, not an object'],
    [{ imagePushedAt: 1 }, 'imageDetails.0: an image has no imageDigest'],
    [{ imageDigest: digest('a') }, `imageDetails.0: ${digest('a')} has no imagePushedAt`],
    [{ ...whole, imageDigest: '' }, 'imageDetails.0.imageDigest: imageDigest is the text "", not a text'],
    [{ ...whole, imageTags: 'v1' }, 'imageDetails.0.imageTags: imageTags is the text "v1", not a list'],
    [{ ...whole, imageTags: ['v1', 2] }, 'imageDetails.0.imageTags.1: one of imageTags is the number 2, not a text'],
    [{ ...whole, children: [{}] }, 'imageDetails.0.children.0: one of children is an object, not a text'],
    [
      { ...whole, imageSizeInBytes: -1 },
      'imageDetails.0.imageSizeInBytes: imageSizeInBytes is the number -1, not a whole number of bytes',
    ],
    [
      { ...whole, imagePushedAt: 'yesterday' },
      'imageDetails.0.imagePushedAt: imagePushedAt is the text "yesterday", not a time',
    ],
    [{ ...whole, lastArchivedAt: true }, 'imageDetails.0.lastArchivedAt: lastArchivedAt is true, not a time'],
    [
      { ...whole, imageStatus: 'GONE' },
      'imageDetails.0.imageStatus: imageStatus is "GONE", none of ACTIVE, ARCHIVED, ACTIVATING',
    ],
  ])('%j', (entry, problem) => {
    expect(problems({ imageDetails: [entry] })).toEqual([problem]);
  });

  it('a digest listed twice, and images of two repositories', () => {
    const other = { ...whole, imageDigest: digest('d') };
    expect(problems({ imageDetails: [whole, other, whole] })).toEqual([
      `imageDetails.2.imageDigest: ${digest('a')} is listed twice: entry 3 repeats entry 1`,
    ]);
    expect(problems([whole, { ...other, repositoryName: 'team/web' }])).toEqual([
      '1.repositoryName: entry 2 is an image of team/web, those before it are of team/app',
    ]);
  });

  it('is told of all at once, within reason', () => {
    const bad = Array.from({ length: 25 }, () => 7);
    const told = problems({ imageDetails: bad });
    expect(told).toHaveLength(21);
    expect(told.at(-1)).toBe('undefined: there are 5 more problems like these');
  });
});

describe('a time', () => {
  it.each([
    ['2026-10-01', Date.UTC(2026, 9, 1)],
    ['2026-10-01T12:30Z', Date.UTC(2026, 9, 1, 12, 30)],
    ['2026-10-01T12:30:15', Date.UTC(2026, 9, 1, 12, 30, 15)],
    ['2026-10-01 12:30:15', Date.UTC(2026, 9, 1, 12, 30, 15)],
    ['2026-10-01T12:30:15.1234567+0200', Date.UTC(2026, 9, 1, 10, 30, 15, 123)],
    ['2024-02-29', Date.UTC(2024, 1, 29)],
    [1.563223656e9, 1_563_223_656_000],
    ['1563223656', 1_563_223_656_000],
    ['1.563223656E9', 1_563_223_656_000],
    [1_563_223_656.789, 1_563_223_656_789],
    [1_563_223_656_789, 1_563_223_656_789],
    ['2026-02-29', undefined],
    ['2026-13-01', undefined],
    ['2026-10-01T25:00Z', undefined],
    ['10/01/2026', undefined],
    ['', undefined],
    [-1, undefined],
    [Number.NaN, undefined],
    [1e20, undefined],
  ])('%j', (text, time) => {
    expect(parseTime(text)).toBe(time);
  });
});
