// Requests about manifests, tags and referrers, from the text of the OCI distribution specification 1.1 (section names in brackets), and its
// draft after that where marked. Each with the answer the specification wants, and ECR's where that is another. Data only.
import { expect } from 'vitest';
import type { Check, Expected, Step } from './checks.js';
import {
  artifactContent,
  bytesOf,
  type Content,
  describeBlob,
  describeManifest,
  digestOf,
  emptyJson,
  imageContent,
  indexContent,
  type Manifest,
  manifestOf,
  mebibyte,
  types,
} from './content.js';
import { begin, close, get, json, removeBlob, step } from './steps.js';

const putManifest = (reference: string, manifest: Manifest, expected: Expected, ecr?: Step['ecr']): Step =>
  step('PUT', `/v2/{a}/manifests/${reference}`, expected, ecr, {
    message: () => ({ headers: { 'content-type': manifest.mediaType }, body: manifest.bytes }),
    ...(expected.status === 201 && { keep: { manifest: 'location' } }),
  });

/** A manifest that was pushed, by any of its names. */
function manifestPresent(reference: string, manifest: Manifest): readonly Step[] {
  const headers = { 'content-type': manifest.mediaType, 'content-length': String(manifest.bytes.length) };
  const digest = { 'docker-content-digest': manifest.digest };
  return [
    step(
      'GET',
      `/v2/{a}/manifests/${reference}`,
      { status: 200, headers: { ...headers, ...digest }, body: manifest.bytes },
      {
        headers: { ...headers, 'docker-content-digest': null, sizes: /^$/ },
      },
    ),
    step(
      'HEAD',
      `/v2/{a}/manifests/${reference}`,
      { status: 200, headers: { ...headers, ...digest }, body: '' },
      {
        headers: { ...headers, ...digest, sizes: /^$/ },
      },
    ),
  ];
}

const manifestAbsent = (reference: string): readonly Step[] => [
  get(`/v2/{a}/manifests/${reference}`, { status: 404, code: 'MANIFEST_UNKNOWN' }),
  step('HEAD', `/v2/{a}/manifests/${reference}`, { status: 404, body: '' }),
];

interface Shape {
  readonly name: string;
  readonly content: Content;
  /** The digest its `subject` names. */
  readonly subject?: string;
  /** What ECR answers to the last manifest. */
  readonly ecr?: Partial<Expected>;
  /** Blobs that are named and not pushed. */
  readonly unpushed?: ReadonlySet<string>;
  /** ECR has nothing of the kind. */
  readonly strictOnly?: true;
}

const sbom = 'application/vnd.example.sbom.v1';

function shapes(): readonly Shape[] {
  const one = imageContent('one');
  const two = imageContent('two', { layers: 1 });
  const foreign = bytesOf('foreign', 400);
  const subjectOf = (content: Content, manifest: Manifest, more: Record<string, unknown> = {}): Shape['content'] => {
    const artifact = artifactContent(`about ${manifest.digest}`, {
      artifactType: sbom,
      subject: describeManifest(manifest),
      annotations: { 'org.example.format': 'json' },
      ...more,
    });
    return { blobs: [...content.blobs, ...artifact.blobs], manifests: [...content.manifests, artifact.artifact] };
  };
  const nobody = imageContent('never pushed').image;
  const uncompressed = imageContent('uncompressed');
  const index = indexContent([imageContent('part a'), imageContent('part b')]);
  return [
    { name: 'an image', content: one },
    { name: 'an image of Docker’s schema 2', content: imageContent('docker', { docker: true }) },
    {
      name: 'a list of Docker’s',
      content: indexContent([imageContent('docker list', { docker: true })], {}, true),
    },
    { name: 'an image of uncompressed layers', content: uncompressed },
    {
      name: 'a large image manifest',
      content: imageContent('large', {
        more: { annotations: Object.fromEntries(Array.from({ length: 400 }, (_, n) => [`n${n}`, 'x'.repeat(10_000)])) },
      }),
    },
    { name: 'an index', content: index },
    { name: 'an index of indexes', content: indexContent([indexContent([one]), indexContent([two])]) },
    { name: 'an index of nothing', content: indexContent([]) },
    { name: 'an artifact', content: artifactContent('plain') },
    { name: 'an index with a type', content: indexContent([one], { artifactType: 'application/vnd.example.set.v1' }) },
    {
      name: 'an image without layers',
      content: imageContent('no layers', { layers: 0 }),
      ecr: { status: 405, code: 'UNSUPPORTED' },
    },
    {
      name: 'descriptors with data',
      content: artifactContent('data', {
        config: { ...describeBlob(emptyJson, types.empty), data: emptyJson.toString('base64') },
      }),
    },
    {
      name: 'members nobody knows',
      content: imageContent('custom', { more: { 'org.example': { a: [1, null] }, z: 1.5 } }),
    },
    {
      name: 'layers that are fetched elsewhere',
      content: imageContent('foreign', {
        more: {
          layers: [{ ...describeBlob(foreign, types.foreignLayer), urls: ['https://layers.example.org/x'] }],
        },
      }),
    },
    { name: 'an artifact with a subject', content: subjectOf(one, one.image), subject: one.image.digest },
    {
      name: 'an index with a subject',
      content: indexContent([two], { subject: describeManifest(two.image), artifactType: sbom }),
      subject: two.image.digest,
    },
    {
      name: 'an artifact whose subject is not there',
      content: subjectOf({ blobs: [], manifests: [] }, nobody),
      subject: nobody.digest,
    },
    {
      name: 'an image by sha512',
      content: imageContent('sha512', { algorithm: 'sha512' }),
      strictOnly: true,
    },
  ];
}

function pushContent({ content, ecr, unpushed }: Shape): Step[] {
  const last = content.manifests.at(-1);
  return [
    ...content.blobs
      .filter(({ digest }) => unpushed?.has(digest) !== true)
      .flatMap(({ bytes, digest }) => [begin(), close(digest, bytes)]),
    ...content.manifests.map((manifest) =>
      putManifest(
        manifest.digest,
        manifest,
        { status: 201, headers: { location: /\S/, 'docker-content-digest': manifest.digest } },
        manifest === last ? ecr : undefined,
      ),
    ),
  ];
}

function referrersOf(shape: Shape, subject: string): readonly Step[] {
  const own = shape.content.manifests.at(-1);
  if (own === undefined) return [];
  const path = `/v2/{a}/referrers/${subject}`;
  const listed = {
    ...describeManifest(own),
    ...(own.artifactType !== undefined && { artifactType: own.artifactType }),
    ...(own.annotations !== undefined && { annotations: own.annotations }),
  };
  const list = (manifests: unknown[]) =>
    json((value) => expect(value).toEqual({ schemaVersion: 2, mediaType: types.index, manifests }));
  return [
    get(path, {
      status: 200,
      headers: { 'content-type': types.index, 'oci-filters-applied': null },
      body: list([listed]),
    }),
    get(`${path}?artifactType=${encodeURIComponent(sbom)}`, {
      status: 200,
      headers: { 'oci-filters-applied': 'artifactType' },
      body: list([listed]),
    }),
    get(`${path}?artifactType=${encodeURIComponent('application/vnd.example.other')}`, {
      status: 200,
      headers: { 'oci-filters-applied': 'artifactType' },
      body: list([]),
    }),
  ];
}

function manifestCheck(shape: Shape): Check {
  const { name, content, subject } = shape;
  const top = content.manifests.at(-1);
  if (top === undefined) throw new Error(`${name} has no manifest`);
  const algorithm = top.digest.startsWith('sha512:') ? 'sha512' : 'sha256';
  const byTag: Step[] =
    algorithm === 'sha512'
      ? // A tag alone says nothing of the algorithm: the draft's parameter does.
        [
          putManifest(`${top.digest}?tag=latest&tag=second`, top, {
            status: 201,
            headers: { 'docker-content-digest': top.digest, 'oci-tag': 'latest, second' },
          }),
        ]
      : ['latest', 'second'].map((tag) =>
          putManifest(tag, top, {
            status: 201,
            headers: { location: /\S/, 'docker-content-digest': top.digest, 'oci-subject': subject ?? null },
          }),
        );
  const steps = [
    ...pushContent(shape),
    ...byTag,
    get('{manifest}', { status: 200, body: top.bytes }),
    ...content.manifests.flatMap((manifest) => manifestPresent(manifest.digest, manifest)),
    ...manifestPresent('latest', top),
    get('/v2/{a}/tags/list', {
      status: 200,
      body: json((value) => expect(value).toMatchObject({ tags: ['latest', 'second'] })),
    }),
    ...(subject === undefined ? [] : referrersOf(shape, subject)),
    step('DELETE', '/v2/{a}/manifests/latest', { status: 202 }),
    ...manifestAbsent('latest'),
    ...manifestPresent('second', top),
    step('DELETE', '/v2/{a}/manifests/second', { status: 202 }),
    ...manifestAbsent('second'),
    // With its last tag ECR has deleted the image.
    step(
      'GET',
      `/v2/{a}/manifests/${top.digest}`,
      { status: 200, body: top.bytes },
      { status: 404, code: 'MANIFEST_UNKNOWN' },
    ),
    ...content.manifests
      .toReversed()
      .flatMap((manifest) => [
        step(
          'DELETE',
          `/v2/{a}/manifests/${manifest.digest}`,
          { status: 202 },
          { status: manifest === top ? 404 : 202 },
        ),
        ...manifestAbsent(manifest.digest),
      ]),
    ...(subject === undefined
      ? []
      : [
          get(`/v2/{a}/referrers/${subject}`, {
            status: 200,
            body: json((value) => expect(value).toMatchObject({ manifests: [] })),
          }),
        ]),
    ...[...new Set(content.blobs.map(({ digest }) => digest))].flatMap((digest) => removeBlob(digest)),
  ];
  const ecr = shape.strictOnly === true ? { ecr: [] } : shape.ecr === undefined ? {} : { ecr: pushContent(shape) };
  return { name: `${name} [Pushing Manifests]`, steps, ...ecr };
}

const tagged = imageContent('tagged');
const tags = ['0', 'A', 'B', 'a', 'b', 'v1', 'v10', 'v2'];

const otherManifestChecks: readonly Check[] = [
  {
    name: 'tags in order and by pages [Listing Tags]',
    steps: [
      ...pushContent({ name: '', content: tagged }),
      ...tags.toReversed().map((tag) => putManifest(tag, tagged.image, { status: 201 })),
      get(
        '/v2/{a}/tags/list',
        {
          status: 200,
          headers: { 'content-type': 'application/json', link: null },
          body: json((value) => expect(value).toMatchObject({ tags })),
        },
        { headers: { 'content-type': 'text/plain; charset=utf-8', link: null } },
      ),
      get(
        '/v2/{a}/tags/list?n=0',
        { status: 200, headers: { link: null }, body: json((value) => expect(value).toMatchObject({ tags: [] })) },
        { status: 405, code: 'UNSUPPORTED' },
      ),
      get('/v2/{a}/tags/list?n=3', {
        status: 200,
        headers: { link: /<[^>]+>; rel="next"$/ },
        body: json((value) => expect(value).toMatchObject({ tags: tags.slice(0, 3) })),
      }),
      get(
        '/v2/{a}/tags/list?n=3&last=B',
        {
          status: 200,
          headers: { link: /<[^>]+>; rel="next"$/ },
          body: json((value) => expect(value).toMatchObject({ tags: tags.slice(3, 6) })),
        },
        { status: 405, code: 'UNSUPPORTED' },
      ),
      get(
        '/v2/{a}/tags/list?last=b',
        {
          status: 200,
          headers: { link: null },
          body: json((value) => expect(value).toMatchObject({ tags: ['v1', 'v10', 'v2'] })),
        },
        { status: 405, code: 'UNSUPPORTED' },
      ),
      get('/v2/{a}/tags/list?n=8', { status: 200, headers: { link: null } }),
      get('/v2/{a}/tags/list?n=100000', { status: 200 }, { status: 405, code: 'UNSUPPORTED' }),
      get('/v2/{a}/tags/list?n=x', { status: 400 }, { status: 405, code: 'UNSUPPORTED' }),
      step('DELETE', `/v2/{a}/manifests/${tagged.image.digest}`, { status: 202 }),
      ...tags.flatMap(manifestAbsent),
    ],
  },
  {
    name: 'a tag that moves',
    steps: [
      ...pushContent({ name: '', content: imageContent('first') }),
      ...pushContent({ name: '', content: imageContent('next') }),
      putManifest('moving', imageContent('first').image, { status: 201 }),
      putManifest('moving', imageContent('next').image, { status: 201 }),
      ...manifestPresent('moving', imageContent('next').image),
      ...manifestPresent(imageContent('first').image.digest, imageContent('first').image),
      step('DELETE', `/v2/{a}/manifests/${imageContent('first').image.digest}`, { status: 202 }),
      step('DELETE', `/v2/{a}/manifests/${imageContent('next').image.digest}`, { status: 202 }),
    ],
  },
  {
    name: 'manifests that are refused [Pushing Manifests]',
    steps: [
      putManifest(
        'v1',
        imageContent('without blobs').image,
        { status: 404, code: 'MANIFEST_BLOB_UNKNOWN' },
        { code: 'BLOB_UPLOAD_UNKNOWN' },
      ),
      putManifest('v1', indexContent([imageContent('without images')]).index, {
        status: 404,
        code: 'MANIFEST_BLOB_UNKNOWN',
      }),
      putManifest(
        digestOf('something else'),
        artifactContent('digest').artifact,
        { status: 400, code: 'DIGEST_INVALID' },
        { code: 'MANIFEST_INVALID' },
      ),
      ...['{', '[]', 'null', '""', '{"schemaVersion":2}'].map((text) =>
        putManifest(
          'v1',
          { mediaType: types.image, bytes: Buffer.from(text), digest: '' },
          { status: 400, code: 'MANIFEST_INVALID' },
          { status: 405, code: 'UNSUPPORTED' },
        ),
      ),
      putManifest(
        'v1',
        manifestOf({
          schemaVersion: 2,
          mediaType: types.index,
          manifests: [],
          annotations: { x: 'y'.repeat(4 * mebibyte) },
        }),
        { status: 413, code: 'MANIFEST_INVALID' },
      ),
      ...manifestAbsent('v1'),
      step('DELETE', '/v2/{a}/manifests/v1', { status: 404, code: 'MANIFEST_UNKNOWN' }),
      step('DELETE', `/v2/{a}/manifests/${digestOf('nothing')}`, { status: 404, code: 'MANIFEST_UNKNOWN' }),
    ],
  },
  {
    name: 'parameters of the media type [Pushing Manifests]',
    steps: [
      step(
        'PUT',
        '/v2/{a}/manifests/parameters',
        { status: 201 },
        { status: 405, code: 'UNSUPPORTED' },
        {
          message: () => ({
            headers: { 'content-type': `${types.index}; charset=utf-8` },
            body: indexContent([]).index.bytes,
          }),
        },
      ),
      step('DELETE', `/v2/{a}/manifests/${indexContent([]).index.digest}`, { status: 202 }, { status: 404 }),
    ],
  },
  {
    name: 'a manifest that an index names is deleted [Deleting Manifests]',
    steps: [
      ...pushContent({ name: '', content: indexContent([imageContent('child')]) }),
      step(
        'DELETE',
        `/v2/{a}/manifests/${imageContent('child').image.digest}`,
        { status: 202 },
        {
          status: 400,
          code: 'UNSUPPORTED',
          body: json((value) =>
            expect(JSON.stringify(value)).toContain('Requested image referenced by manifest list: [sha256:'),
          ),
        },
      ),
      step('DELETE', `/v2/{a}/manifests/${indexContent([imageContent('child')]).index.digest}`, { status: 202 }),
    ],
  },
  {
    name: 'a blob that a manifest names is not deleted [Deleting Blobs]',
    steps: [
      ...pushContent({ name: '', content: tagged }),
      step('DELETE', `/v2/{a}/blobs/${tagged.blobs[0]?.digest}`, { status: [400, 405], code: 'UNSUPPORTED' }),
      step('DELETE', `/v2/{a}/manifests/${tagged.image.digest}`, { status: 202 }),
      ...tagged.blobs.flatMap(({ digest }) => removeBlob(digest)),
    ],
  },
];

export const manifestChecks: readonly Check[] = [...shapes().map(manifestCheck), ...otherManifestChecks];
