// Requests about blobs and their uploads, from the text of the OCI distribution specification 1.1 (section names in brackets), its draft after
// that where marked, and RFC 9110 for ranges. Each with the answer the specification wants, and ECR's where that is another. Data only.
import { Readable } from 'node:stream';
import { expect } from 'vitest';
import type { Check, Expected, Step } from './checks.js';
import { type Algorithm, bytesOf, digestOf, emptyJson, imageContent, mebibyte, types } from './content.js';
import { begin, close, get, json, removeBlob, step } from './steps.js';

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

/** ECR gives blobs out elsewhere; the check goes there, and finds there what it is to find. */
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

export function blobChecks(algorithm: Algorithm): readonly Check[] {
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

export const uploadChecks: readonly Check[] = [
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
