// Manifests of every kind, and each way not to be one.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EcrError } from '../ecr/operation.js';
import { annotationsOf, isForeign, isIndex, parseManifest } from './manifest.js';
import { describe as described, imageManifest, indexManifest, layerOf, sha256, types } from './testing/manifests.js';

const config = layerOf('{}', types.config);
const layer = layerOf('one');
const read = (text: string, options = {}): ReturnType<typeof parseManifest> =>
  parseManifest(Buffer.from(text), options);

function constraintOf(text: string | Buffer, options = {}): string {
  try {
    parseManifest(Buffer.from(text as string), options);
  } catch (error) {
    if (!(error instanceof EcrError)) throw error;
    expect(error.code).toBe('InvalidParameterException');
    return /^Invalid parameter at 'ImageManifest' failed to satisfy constraint: '(.*)'$/.exec(error.message)?.[1] ?? '';
  }
  return 'taken';
}

describe('what is taken', () => {
  it('is an OCI image, its configuration first', () => {
    expect(read(imageManifest([layer, layer]))).toMatchObject({
      mediaType: types.image,
      artifactMediaType: types.config,
      layers: [config, layer, layer],
      children: [],
      annotations: {},
    });
  });

  it('is an artifact with a subject', () => {
    const subject = described('{}');
    const manifest = read(
      imageManifest([layer], { artifactType: 'application/spdx+json', subject, annotations: { a: 'b' } }),
    );
    expect(manifest).toMatchObject({
      artifactMediaType: 'application/spdx+json',
      subject: subject.digest,
      annotations: { a: 'b' },
    });
    expect(annotationsOf(manifest.text)).toEqual({ a: 'b' });
  });

  it('is an index, with an artifact type or without', () => {
    const child = described('child');
    expect(read(indexManifest([child]))).toEqual({
      mediaType: types.index,
      text: indexManifest([child]),
      annotations: {},
      layers: [],
      children: [child],
    });
    expect(read(indexManifest([], { artifactType: 'a/b', subject: child }))).toMatchObject({
      artifactMediaType: 'a/b',
      subject: child.digest,
    });
  });

  it('is Docker’s image and list, which have no subject', () => {
    const text = imageManifest([layer], { mediaType: types.dockerImage, subject: layer });
    expect(read(text).mediaType).toBe(types.dockerImage);
    expect(read(text).subject).toBeUndefined();
    expect(read(indexManifest([], { mediaType: types.dockerList })).mediaType).toBe(types.dockerList);
  });

  it('may be called by its type in the request alone, or in both', () => {
    const silent = imageManifest([layer], { mediaType: undefined });
    expect(read(silent, { mediaType: types.image }).mediaType).toBe(types.image);
    expect(read(imageManifest([layer]), { mediaType: types.image }).mediaType).toBe(types.image);
    expect(constraintOf(silent)).toBe('Invalid JSON syntax');
    expect(constraintOf(imageManifest([layer]), { mediaType: types.dockerImage })).toBe(
      `The media type '${types.dockerImage}' is not that of the manifest, which is '${types.image}'`,
    );
  });

  it('keeps its bytes', () => {
    const text = ` ${imageManifest([layer], { annotations: { name: 'käse \u{1F9C0}' } })}\n`;
    expect(read(text).text).toBe(text);
    expect(sha256(read(text).text)).toBe(sha256(Buffer.from(text)));
  });

  it('has nulls and empty texts for what it has not, as Go’s clients write', () => {
    const manifest = read(imageManifest([layer], { artifactType: '', subject: null, annotations: null }));
    expect(manifest.artifactMediaType).toBe(types.config);
    expect(manifest.subject).toBeUndefined();
  });
});

describe('what is not taken', () => {
  const without = (name: string): string =>
    JSON.stringify({ ...JSON.parse(imageManifest([layer])), [name]: undefined });
  it.each([
    ['no JSON', 'nonsense'],
    ['no object', '[]'],
    ['nothing', ''],
    ['null', 'null'],
    ['schema 1', imageManifest([layer], { schemaVersion: 1, mediaType: undefined })],
    ['another schema', imageManifest([layer], { schemaVersion: '2' })],
    ['no schema', without('schemaVersion')],
    ['another media type', imageManifest([layer], { mediaType: 'spdx+json' })],
    ['schema 1 by type', imageManifest([layer], { mediaType: 'application/vnd.docker.distribution.manifest.v1+json' })],
    [
      'the artifact manifest that never came',
      imageManifest([layer], { mediaType: 'application/vnd.oci.artifact.manifest.v1+json' }),
    ],
    ['a media type with parameters', imageManifest([layer], { mediaType: `${types.image}; charset=utf-8` })],
    ['a media type that is no text', imageManifest([layer], { mediaType: 1 })],
    ['an endless media type', imageManifest([layer], { artifactType: 'a'.repeat(256) })],
    ['no configuration', without('config')],
    ['no layers member', without('layers')],
    ['layers that are no list', imageManifest([layer], { layers: {} })],
    ['an image that could be an index', imageManifest([layer], { manifests: [] })],
    ['an index that could be an image', indexManifest([], { layers: [] })],
    ['an index with a configuration', indexManifest([], { config })],
    ['an index without manifests', JSON.stringify({ schemaVersion: 2, mediaType: types.index })],
    ['a name twice', imageManifest([layer]).replace('"layers"', '"layers":[],"layers"')],
    ['a digest that is none', imageManifest([{ ...layer, digest: 'sha256:abc' }])],
    ['a digest in capitals', imageManifest([{ ...layer, digest: layer.digest.toUpperCase().replace('SHA', 'sha') }])],
    ['a path for a digest', imageManifest([{ ...layer, digest: '../../etc/passwd' }])],
    ['a negative size', imageManifest([{ ...layer, size: -1 }])],
    ['half a byte', imageManifest([{ ...layer, size: 0.5 }])],
    ['a size beyond numbers', imageManifest([{ ...layer, size: 2 ** 60 }])],
    ['a descriptor without a type', imageManifest([{ ...layer, mediaType: '' }])],
    ['a descriptor that is a text', imageManifest([], { layers: ['x'] })],
    ['a subject that is none', imageManifest([layer], { subject: {} })],
    ['annotations that are no texts', imageManifest([layer], { annotations: { a: 1 } })],
    ['annotations that are a list', imageManifest([layer], { annotations: [] })],
  ])('%s', (_name, text) => {
    expect(constraintOf(text)).toBe('Invalid JSON syntax');
  });

  it('bytes that are no UTF-8, or begin with a mark', () => {
    expect(constraintOf(Buffer.from([0x7b, 0xff, 0x7d]))).toBe('Invalid JSON syntax');
    expect(constraintOf(Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), Buffer.from(imageManifest([layer]))]))).toBe(
      'Invalid JSON syntax',
    );
  });

  it('an image without layers, unless that is allowed', () => {
    expect(constraintOf(imageManifest([]))).toBe('Image has to have at least 1 layer');
    expect(constraintOf(imageManifest([]), { allowNoLayers: true })).toBe('taken');
  });

  it('more than there may be', () => {
    expect(constraintOf(imageManifest(Array.from({ length: 1_000 }, () => layer)))).toBe('taken');
    expect(constraintOf(imageManifest(Array.from({ length: 1_001 }, () => layer)))).toBe(
      'Limit on number of layers per image exceeded',
    );
    const base = imageManifest([layer]);
    const room = 4_194_304 - Buffer.byteLength(base);
    expect(constraintOf(base + ' '.repeat(room))).toBe('taken');
    expect(constraintOf(base + ' '.repeat(room + 1))).toBe('must have length less than or equal to 4194304');
  });

  it('never anything that would throw another error', () => {
    const values = fc.jsonValue({ maxDepth: 3 });
    const members = [
      'schemaVersion',
      'mediaType',
      'config',
      'layers',
      'manifests',
      'subject',
      'annotations',
      'artifactType',
    ];
    const half = fc.record(
      Object.fromEntries(
        members.map((name) => [name, fc.oneof(values, fc.constantFrom(2, types.image, types.index, config, [config]))]),
      ),
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(half, (value) => {
        constraintOf(JSON.stringify(value));
      }),
      { numRuns: 2_000 },
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(constraintOf(Buffer.from(bytes))).toBe('Invalid JSON syntax');
      }),
    );
  });
});

describe('kinds', () => {
  it('are told apart', () => {
    expect([types.image, types.index, types.dockerImage, types.dockerList].map(isIndex)).toEqual([
      false,
      true,
      false,
      true,
    ]);
    const foreign = [
      'application/vnd.docker.image.rootfs.foreign.diff.tar.gzip',
      'application/vnd.oci.image.layer.nondistributable.v1.tar',
      'application/vnd.oci.image.layer.nondistributable.v1.tar+zstd',
    ];
    for (const mediaType of foreign) expect(isForeign({ ...layer, mediaType })).toBe(true);
    expect(isForeign(layer)).toBe(false);
  });
});
