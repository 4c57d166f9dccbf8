// Every request that a registry is asked in a check of conformance, with its answer; here are those that find out what there is.
// Data only. Repositories {a} and {b} are there, {nowhere} is not.
import { expect } from 'vitest';
import { blobChecks, uploadChecks } from './blob-checks.js';
import type { Check } from './checks.js';
import { digestOf, types } from './content.js';
import { manifestChecks } from './manifest-checks.js';
import { get, json, step } from './steps.js';

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

export const checks: readonly Check[] = [
  ...discoveryChecks,
  ...blobChecks('sha256'),
  ...blobChecks('sha512'),
  ...uploadChecks,
  ...manifestChecks,
];
