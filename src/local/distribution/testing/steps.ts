// Requests that checks of a registry are made of: to read something, to upload a blob in one piece, to take it away.
// Data only. It must not know any check.
import type { Expected, Step } from './checks.js';

/** `ecr`: what ECR answers otherwise. */
export const get = (path: string, expected: Expected, ecr?: Step['ecr']): Step => step('GET', path, expected, ecr);

/** `more`: the message, and what is kept of the answer. */
export function step(
  method: string,
  path: string,
  expected: Expected,
  ecr?: Step['ecr'],
  more: Partial<Step> = {},
): Step {
  return { method, path, expected, ...(ecr !== undefined && { ecr }), ...more };
}

/** A check of a body that has to be JSON. */
export const json = (check: (value: unknown) => void) => (body: Buffer) => check(JSON.parse(body.toString()));

/** An upload begins: its address is kept as {upload}. */
export const begin = (repository = '{a}'): Step =>
  step('POST', `/v2/${repository}/blobs/uploads/`, { status: 202, headers: { location: /\S/ } }, undefined, {
    message: () => ({ headers: { 'content-length': '0' } }),
    keep: { upload: 'location' },
  });

/** It ends, with its only or its last bytes where there are any: the address of the blob is kept as {blob}. */
export function close(digest: string, body?: Buffer, headers: Record<string, string> = {}, expected?: Expected): Step {
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

/** ECR deletes no blobs. */
export const removeBlob = (digest: string, repository = '{a}'): readonly Step[] => [
  step('DELETE', `/v2/${repository}/blobs/${digest}`, { status: 202 }, { status: 405, code: 'UNSUPPORTED' }),
];
