// Which addresses and secrets of upstreams are taken.

import { expect, it } from 'vitest';
import { isSlipwayError } from '../../diagnostics/index.js';
import { knownUpstreams, type UpstreamOptions } from './options.js';

function refusal(options: UpstreamOptions): string | undefined {
  try {
    knownUpstreams(options);
    return undefined;
  } catch (error) {
    if (!isSlipwayError(error)) throw error;
    return `${error.diagnostics[0]?.code}: ${error.diagnostics[0]?.message}`;
  }
}

it.each([
  [{ 'docker-hub': 'http://127.0.0.1:5000' }],
  [{ 'registry-1.docker.io': 'http://localhost:5000/' }],
  [{ 'team/cache': 'http://[::1]:5000' }],
  [{ 'quay.io': 'https://mirror.example.org' }],
  [{ ROOT: 'https://mirror.example.org:8443' }],
])('takes %j', (upstreams) => {
  expect(refusal({ upstreams })).toBeUndefined();
});

it.each([
  [{ 'quay.io': 'mirror.example.org:5000' }, 'is not reached by mirror.example.org'],
  [{ 'quay.io': 'nothing at all' }, 'has the address "nothing at all", which is none'],
  [{ 'quay.io': 'http://mirror.example.org' }, 'is reached by plain HTTP, but not on this machine'],
  [{ 'quay.io': 'http://127.0.0.1.example.org' }, 'is reached by plain HTTP, but not on this machine'],
  [{ 'quay.io': 'https://me:secret@quay.io' }, 'has credentials in its address; they belong among the secrets'],
  [{ 'quay.io': 'https://quay.io/path' }, 'has more than scheme, host and port'],
  [{ 'quay.io': 'https://quay.io?x' }, 'has more than scheme, host and port'],
  [{ '../x': 'https://quay.io' }, 'is neither a prefix nor a host'],
  [{ '': 'https://quay.io' }, 'is neither a prefix nor a host'],
])('refuses %j', (upstreams, why) => {
  const [key] = Object.keys(upstreams);
  expect(refusal({ upstreams })).toBe(`local/bad-upstream: the upstream "${key}" ${why}`);
});

it.each([
  [{ username: 'me' }, 'has no username and accessToken'],
  [{ username: 7, accessToken: 'x' }, 'has no username and accessToken'],
  [null, 'has no username and accessToken'],
  ['me:secret', 'has no username and accessToken'],
  [{ username: 'a:b', accessToken: 'x' }, 'has a username with a colon'],
])('refuses the secret %j, and does not repeat it', (secret, why) => {
  const upstreamSecrets = { 'ecr-pullthroughcache/hub': secret } as unknown as NonNullable<
    UpstreamOptions['upstreamSecrets']
  >;
  expect(refusal({ upstreamSecrets })).toBe(`local/bad-secrets: the secret "ecr-pullthroughcache/hub" ${why}`);
});
