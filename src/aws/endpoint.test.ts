// The endpoint that the environment and the profiles of a machine choose, by the SDK's own rules.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { configuredEndpoint } from './index.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'slipway-endpoint-'));
  for (const name of [
    'AWS_ENDPOINT_URL',
    'AWS_ENDPOINT_URL_ECR',
    'AWS_PROFILE',
    'AWS_IGNORE_CONFIGURED_ENDPOINT_URLS',
    'AWS_SHARED_CREDENTIALS_FILE',
  ])
    vi.stubEnv(name, undefined);
  const config = join(folder, 'config');
  writeFileSync(config, '[profile other]\nregion = eu-west-1\nendpoint_url = http://127.0.0.1:4566\n');
  vi.stubEnv('AWS_CONFIG_FILE', config);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

describe('the endpoint in use', () => {
  it.each<[string, Readonly<Record<string, string>>, string | undefined]>([
    ['nobody names', {}, undefined],
    ['the environment names', { AWS_ENDPOINT_URL: 'http://127.0.0.1:5000' }, 'http://127.0.0.1:5000'],
    [
      'the environment names for ECR',
      { AWS_ENDPOINT_URL: 'http://127.0.0.1:5000', AWS_ENDPOINT_URL_ECR: 'http://127.0.0.1:5001' },
      'http://127.0.0.1:5001',
    ],
    ['the profile names', { AWS_PROFILE: 'other' }, 'http://127.0.0.1:4566'],
    [
      'is to be ignored',
      { AWS_ENDPOINT_URL: 'http://127.0.0.1:5000', AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'true' },
      undefined,
    ],
  ])('that %s', async (_, env, endpoint) => {
    for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
    expect(await configuredEndpoint('eu-west-1')).toBe(endpoint);
  });
});
