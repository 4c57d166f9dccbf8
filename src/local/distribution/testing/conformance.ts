// Requests to a registry, from the text of the OCI distribution specification 1.1 (section names in brackets), its draft after that
// where marked, and RFC 9110 for ranges. Each with the answer the specification wants, and ECR's where that is another.
// Data only. Repositories {a} and {b} are there, {nowhere} is not.
import { Readable } from 'node:stream';
import { expect } from 'vitest';
import type { Check, Expected, Step } from './checks.js';
import {
  type Algorithm,
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
  types,
} from './content.js';

const get = (path: string, expected: Expected, ecr?: Step['ecr']): Step => step('GET', path, expected, ecr);

function step(method: string, path: string, expected: Expected, ecr?: Step['ecr'], more: Partial<Step> = {}): Step {
  return { method, path, expected, ...(ecr !== undefined && { ecr }), ...more };
}

const json = (check: (value: unknown) => void) => (body: Buffer) => check(JSON.parse(body.toString()));

/** ECR gives blobs out elsewhere; the check goes there, and finds there what it is to find. */
const begin = (repository = '{a}'): Step =>
  step('POST', `/v2/${repository}/blobs/uploads/`, { status: 202, headers: { location: /\S/ } }, undefined, {
    message: () => ({ headers: { 'content-length': '0' } }),
    keep: { upload: 'location' },
  });

function part(bytes: Buffer, start: number, end: number, expected: Expected, ecr?: Step['ecr']): Step {
  const piece = bytes.subarray(start, end);
  return step('PATCH', '{upload}', expected, ecr, {
    message: () => ({
      headers: {
        'content-type': 'application/octet-stream',
        'content-length': String(piece.length),
        'content-range': `${start}-${end - 1}`,
      },
      body: piece,
    }),
    ...(expected.status === 202 && { keep: { upload: 'location' } }),
  });
}

/** How ECR tells of a part: by its own status, and by the length of the first part for ever (aws/containers-roadmap#2831). */
const partOf = (bytes: Buffer, start: number, end: number, first: number): Step =>
  part(
    bytes,
    start,
    end,
    { status: 202, headers: { location: /\S/, range: `0-${end - 1}` } },
    { status: 201, headers: { location: /\S/, range: `0-${first - 1}` } },
  );

function close(digest: string, body?: Buffer, headers: Record<string, string> = {}, expected?: Expected): Step {
  return step(
    'PUT',
    `{upload}?digest=${digest}`,
    expected ?? { status: 201, headers: { location: /\S/, 'docker-content-digest': digest } },
    undefined,
    {
      message: () => ({
        headers: {
          'content-type': 'application/octet-stream',
          'content-length': String(body?.length ?? 0),
          ...headers,
        },
        ...(body !== undefined && { body }),
      }),
      ...(expected === undefined && { keep: { blob: 'location' } }),
    },
  );
}

const present = (bytes: Buffer, digest: string, path = `/v2/{a}/blobs/${digest}`): readonly Step[] => [
  get(path, {
    status: 200,
    headers: { 'content-length': String(bytes.length), 'docker-content-digest': digest },
    body: bytes,
  }),
  step('HEAD', `/v2/{a}/blobs/${digest}`, {
    status: 200,
    headers: { 'content-length': String(bytes.length), 'docker-content-digest': digest },
    body: '',
  }),
];

const absent = (digest: string, repository = '{a}'): readonly Step[] => [
  get(`/v2/${repository}/blobs/${digest}`, { status: 404, code: 'BLOB_UNKNOWN' }),
  step('HEAD', `/v2/${repository}/blobs/${digest}`, { status: 404, body: '' }),
];

const removeBlob = (digest: string, repository = '{a}'): readonly Step[] => [
  step('DELETE', `/v2/${repository}/blobs/${digest}`, { status: 202 }, { status: 405, code: 'UNSUPPORTED' }),
];

const mebibyte = 1024 * 1024;

/** Each way of pushing a blob, as steps between nothing and a blob that is there. */
function pushes(bytes: Buffer, digest: string): readonly (readonly [name: string, steps: readonly Step[]])[] {
  const third = Math.floor(bytes.length / 3);
  return [
    [
      'in a single POST [Single POST]',
      [
        step(
          'POST',
          `/v2/{a}/blobs/uploads/?digest=${digest}`,
          { status: 201, headers: { location: /\S/, 'docker-content-digest': digest } },
          undefined,
          {
            message: () => ({
              headers: { 'content-type': 'application/octet-stream', 'content-length': String(bytes.length) },
              body: bytes,
            }),
            keep: { blob: 'location' },
          },
        ),
      ],
    ],
    ['by POST and PUT [POST then PUT]', [begin(), close(digest, bytes)]],
    ['in one part [Pushing a blob in chunks]', [begin(), partOf(bytes, 0, bytes.length, bytes.length), close(digest)]],
    [
      'in three parts [Pushing a blob in chunks]',
      [
        begin(),
        partOf(bytes, 0, third, third),
        partOf(bytes, third, 2 * third, third),
        partOf(bytes, 2 * third, bytes.length, third),
        close(digest),
      ],
    ],
    [
      'with the last part in the PUT [Pushing a blob in chunks]',
      [
        begin(),
        partOf(bytes, 0, third, third),
        partOf(bytes, third, 2 * third, third),
        close(digest, bytes.subarray(2 * third), { 'content-range': `${2 * third}-${bytes.length - 1}` }),
      ],
    ],
    [
      'with parts out of order between [Pushing a blob in chunks]',
      [
        begin(),
        part(bytes, third, 2 * third, { status: 416, headers: { location: /\S/, range: '0-0' } }),
        get('{upload}', { status: 204, headers: { location: /\S/, range: '0-0' } }),
        partOf(bytes, 0, third, third),
        part(bytes, 2 * third, bytes.length, { status: 416, headers: { range: `0-${third - 1}` } }),
        part(bytes, 0, third, { status: 416, headers: { range: `0-${third - 1}` } }),
        close(
          digest,
          bytes.subarray(2 * third),
          { 'content-range': `${2 * third}-${bytes.length - 1}` },
          { status: 416 },
        ),
        get('{upload}', { status: 204, headers: { location: /\S/, range: `0-${third - 1}` } }),
        partOf(bytes, third, bytes.length, third),
        close(digest),
      ],
    ],
    [
      'in a stream of unknown length (docker push)',
      [
        begin(),
        step(
          'PATCH',
          '{upload}',
          { status: 202, headers: { location: /\S/, range: `0-${bytes.length - 1}` } },
          { status: 201, headers: { location: /\S/, range: `0-${bytes.length - 1}` } },
          {
            message: () => ({
              headers: { 'content-type': 'application/octet-stream', 'transfer-encoding': 'chunked' },
              body: Readable.from([bytes.subarray(0, third), bytes.subarray(third)]),
            }),
            keep: { upload: 'location' },
          },
        ),
        close(digest),
      ],
    ],
  ];
}

/** ECR has parts of five mebibytes, so three of them make sixteen. */
const large = bytesOf('large', 16 * mebibyte);

function blobChecks(algorithm: Algorithm): readonly Check[] {
  const small = bytesOf(`small ${algorithm}`, 2048);
  const missing = digestOf('nothing has this', algorithm);
  const digest = digestOf(large, algorithm);
  const bad = digestOf('other bytes', algorithm);
  const refusedByEcr: readonly Step[] = [
    begin(),
    step(
      'PUT',
      `{upload}?digest=${digestOf(small, 'sha512')}`,
      { status: 400, code: 'BLOB_UPLOAD_INVALID' },
      undefined,
      {
        message: () => ({ headers: { 'content-length': String(small.length) }, body: small }),
      },
    ),
    ...absent(digestOf(small, 'sha512')),
  ];
  const strictOnly = algorithm === 'sha512' ? { ecr: [] as readonly Step[] } : {};
  const wrong: Expected = { status: 400, code: 'DIGEST_INVALID' };
  const wrongEcr: Step['ecr'] = { code: 'BLOB_UPLOAD_INVALID' };
  const closeWrong = (body?: Buffer): Step => ({ ...close(bad, body, {}, wrong), ecr: wrongEcr });
  return [
    { name: `a blob that is not there, ${algorithm} [Pull]`, steps: absent(missing) },
    ...(algorithm === 'sha512'
      ? [{ name: 'a blob by sha512 is none of ECR’s', steps: [], ecr: refusedByEcr } satisfies Check]
      : []),
    ...pushes(large, digest).map(
      ([name, steps]): Check => ({
        name: `a blob pushed ${name}, ${algorithm}`,
        steps: [
          ...steps,
          ...present(large, digest),
          get('{blob}', { status: 200, body: large }),
          ...removeBlob(digest),
        ],
        ...strictOnly,
      }),
    ),
    {
      name: `bytes that are not those of the digest, ${algorithm} [Digests]`,
      steps: [
        step('POST', `/v2/{a}/blobs/uploads/?digest=${bad}`, wrong, wrongEcr, {
          message: () => ({ headers: { 'content-length': String(small.length) }, body: small }),
        }),
        begin(),
        closeWrong(small),
        begin(),
        partOf(small, 0, small.length, small.length),
        closeWrong(),
        begin(),
        partOf(large, 0, 6 * mebibyte, 6 * mebibyte),
        closeWrong(small),
        ...absent(bad),
      ],
      ...strictOnly,
    },
    {
      name: `no blob at all, ${algorithm}`,
      steps: [
        begin(),
        close(digestOf('', algorithm), Buffer.alloc(0)),
        ...present(Buffer.alloc(0), digestOf('', algorithm)),
        ...removeBlob(digestOf('', algorithm)),
      ],
      // radius-project/radius#7855
      ecr:
        algorithm === 'sha512'
          ? []
          : [
              begin(),
              close(
                digestOf(''),
                Buffer.alloc(0),
                {},
                {
                  status: 400,
                  code: 'BLOB_UPLOAD_INVALID',
                  body: json((value) => expect(JSON.stringify(value)).toContain('because it does not have any parts')),
                },
              ),
            ],
    },
    {
      name: `the blob {}, ${algorithm}`,
      steps: [
        begin(),
        close(digestOf(emptyJson, algorithm), emptyJson),
        ...present(emptyJson, digestOf(emptyJson, algorithm)),
        ...removeBlob(digestOf(emptyJson, algorithm)),
      ],
      ...strictOnly,
    },
    {
      name: `pieces of a blob, ${algorithm} [Pull; RFC 9110, 14]`,
      steps: [
        begin(),
        close(digestOf(small, algorithm), small),
        ...(
          [
            ['bytes=500-1499', 500, 1500],
            ['bytes=500-', 500, 2048],
            ['bytes=-500', 1548, 2048],
            ['bytes=2000-5000', 2000, 2048],
            ['bytes=0-0', 0, 1],
          ] as const
        ).map(([range, start, end]) =>
          step(
            'GET',
            `/v2/{a}/blobs/${digestOf(small, algorithm)}`,
            {
              status: 206,
              headers: { 'content-range': `bytes ${start}-${end - 1}/2048`, 'content-length': String(end - start) },
              body: small.subarray(start, end),
            },
            undefined,
            { message: () => ({ headers: { range } }) },
          ),
        ),
        ...['bytes=500-0', 'bytes=5000-10000', 'bytes=2048-'].map((range) =>
          step(
            'GET',
            `/v2/{a}/blobs/${digestOf(small, algorithm)}`,
            { status: 416, headers: { 'content-range': 'bytes */2048' } },
            undefined,
            { message: () => ({ headers: { range } }) },
          ),
        ),
        ...removeBlob(digestOf(small, algorithm)),
      ],
      ...strictOnly,
    },
  ];
}

const shared = bytesOf('shared', 3000);
const sharedDigest = digestOf(shared);
const mount = (query: string): Step => ({
  ...step(
    'POST',
    `/v2/{a}/blobs/uploads/?${query}`,
    { status: 201, headers: { location: /\S/, 'docker-content-digest': sharedDigest } },
    { status: 202, headers: { location: /\S/ } },
  ),
  keep: { blob: 'location' },
});

const uploadChecks: readonly Check[] = [
  {
    name: 'a mount [Mounting a blob from another repository]',
    steps: [
      begin('{b}'),
      close(sharedDigest, shared),
      mount(`mount=${sharedDigest}&from={b}`),
      get('{blob}', { status: 200, body: shared }, { status: 204 }),
      ...removeBlob(sharedDigest),
      step('DELETE', '{blob}', { status: 404 }, { status: 204 }),
    ],
  },
  {
    name: 'a mount without a source [Mounting a blob from another repository]',
    steps: [
      mount(`mount=${sharedDigest}`),
      get('{blob}', { status: 200, body: shared }, { status: 204 }),
      ...removeBlob(sharedDigest),
      ...removeBlob(sharedDigest, '{b}'),
      ...absent(sharedDigest),
    ],
  },
  {
    name: 'a mount of what is not there [Mounting a blob from another repository]',
    steps: [
      ...['mount={digest}&from={b}', 'mount={digest}&from={nowhere}', 'mount={digest}'].map((query) =>
        step(
          'POST',
          `/v2/{a}/blobs/uploads/?${query.replace('{digest}', digestOf('not there'))}`,
          { status: 202, headers: { location: /\S/ } },
          undefined,
          { keep: { upload: 'location' } },
        ),
      ),
      close(digestOf('x'), Buffer.from('x')),
      ...removeBlob(digestOf('x')),
    ],
  },
  {
    name: 'an upload that is cancelled [draft: Canceling a blob upload]',
    steps: [
      begin(),
      partOf(shared, 0, 1000, 1000),
      step('DELETE', '{upload}', { status: 204 }),
      get('{upload}', { status: 404, code: 'BLOB_UPLOAD_UNKNOWN' }),
      step('DELETE', '{upload}', { status: 404, code: 'BLOB_UPLOAD_UNKNOWN' }),
      part(shared, 1000, 2000, { status: 404, code: 'BLOB_UPLOAD_UNKNOWN' }),
      close(sharedDigest, undefined, {}, { status: 404, code: 'BLOB_UPLOAD_UNKNOWN' }),
    ],
  },
  {
    name: 'an upload that ends without a digest, or with one that is none',
    steps: [
      begin(),
      ...['', '?digest=', '?digest=sha256:baddigeststring', '?digest=md5:d41d8cd98f00b204e9800998ecf8427e'].map(
        (query) =>
          step(
            'PUT',
            `{upload}${query}`,
            { status: 400, code: 'DIGEST_INVALID' },
            { status: 405, code: 'UNSUPPORTED' },
          ),
      ),
      step('DELETE', '{upload}', { status: 204 }),
    ],
  },
  {
    name: 'parts that are not what they say',
    steps: [
      begin(),
      step('PATCH', '{upload}', { status: 400, code: 'SIZE_INVALID' }, undefined, {
        message: () => ({ headers: { 'content-range': '0-9', 'content-length': '5' }, body: 'abcde' }),
      }),
      ...['x', '0', '-', '5-0', '0-', '-5'].map((range) =>
        step('PATCH', '{upload}', { status: 416 }, undefined, {
          message: () => ({ headers: { 'content-range': range, 'content-length': '1' }, body: 'a' }),
        }),
      ),
      get('{upload}', { status: 204, headers: { range: '0-0' } }),
      step('DELETE', '{upload}', { status: 204 }),
    ],
  },
  {
    name: 'a push to a repository that does not exist',
    steps: [
      step(
        'PUT',
        '/v2/{nowhere}/manifests/v1',
        { status: 404, code: 'MANIFEST_BLOB_UNKNOWN' },
        { code: 'NAME_UNKNOWN' },
        {
          message: () => ({
            headers: { 'content-type': types.image },
            body: imageContent('without a repository').image.bytes,
          }),
        },
      ),
      { ...begin('{nowhere}'), ecr: 'cut', keep: {} },
      get(
        '/v2/{nowhere}/tags/list',
        { status: 200, body: json((value) => expect(value).toMatchObject({ tags: [] })) },
        { status: 404, code: 'NAME_UNKNOWN' },
      ),
    ],
  },
];

const discoveryChecks: readonly Check[] = [
  {
    name: 'the API version check [Determining Support]',
    steps: [get('/v2/', { status: 200 }), get('/v2', { status: 200 })],
  },
  {
    name: 'lists of an empty repository [Content Discovery]',
    steps: [
      get(`/v2/{b}/referrers/${digestOf('anything')}`, {
        status: 200,
        headers: { 'content-type': types.index },
        body: json((value) => expect(value).toEqual({ schemaVersion: 2, mediaType: types.index, manifests: [] })),
      }),
      get('/v2/{b}/tags/list', {
        status: 200,
        headers: { link: null },
        body: json((value) => expect(value).toMatchObject({ tags: [] })),
      }),
    ],
  },
  {
    name: 'lists of a repository that does not exist',
    steps: [
      get('/v2/{absent}/tags/list', { status: 200 }, { status: 404, code: 'NAME_UNKNOWN' }),
      get(
        `/v2/{absent}/referrers/${digestOf('anything')}`,
        { status: 200, headers: { 'content-type': types.index } },
        { status: 404, code: 'NAME_UNKNOWN' },
      ),
      get('/v2/{absent}/manifests/v1', { status: 404, code: 'NAME_UNKNOWN' }),
      step('HEAD', '/v2/{absent}/manifests/v1', { status: 404 }),
    ],
  },
  {
    name: 'what is no digest, no tag, no name',
    steps: [
      step(
        'PUT',
        '/v2/{a}/manifests/sha256:baddigeststring',
        { status: 400, code: 'DIGEST_INVALID' },
        { status: 405, code: 'UNSUPPORTED' },
        {
          message: () => ({ headers: { 'content-type': types.image }, body: '{}' }),
        },
      ),
      get('/v2/{a}/manifests/sha256:baddigeststring', { status: [400, 404] }, { status: 405, code: 'UNSUPPORTED' }),
      get('/v2/{a}/blobs/sha256:baddigeststring', { status: [400, 404] }, { status: 405, code: 'UNSUPPORTED' }),
      get('/v2/{a}/referrers/sha256:baddigeststring', { status: 400 }, { status: 405, code: 'UNSUPPORTED' }),
      get('/v2/{a}/manifests/.hidden', { status: 400, code: 'TAG_INVALID' }, { status: 405, code: 'UNSUPPORTED' }),
      step('HEAD', '/v2/{a}/manifests/.hidden', { status: 400 }),
      get('/v2/Upper/manifests/v1', { status: 400, code: 'NAME_INVALID' }, { status: 405, code: 'UNSUPPORTED' }),
    ],
  },
];

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

export const checks: readonly Check[] = [
  ...discoveryChecks,
  ...blobChecks('sha256'),
  ...blobChecks('sha512'),
  ...uploadChecks,
  ...shapes().map(manifestCheck),
  ...otherManifestChecks,
];
