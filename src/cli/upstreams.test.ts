// What `local start` takes of upstream registries, and what it says of the rest.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { isSlipwayError } from '../diagnostics/index.js';
import { readUpstreams, upstreamArguments } from './upstreams.js';

const folder = mkdtempSync(join(tmpdir(), 'slipway-upstreams-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function file(name: string, text: string): string {
  writeFileSync(join(folder, name), text);
  return name;
}

async function refusal(upstream: readonly string[], upstreamSecrets?: string): Promise<string | undefined> {
  try {
    await readUpstreams({ upstream, upstreamSecrets }, folder);
    return undefined;
  } catch (error) {
    if (!isSlipwayError(error)) throw error;
    return `${error.diagnostics[0]?.code}: ${error.diagnostics[0]?.message.replace(folder, '')}`;
  }
}

describe('readUpstreams', () => {
  it('is nothing where nothing is said', async () => {
    expect(await readUpstreams({ upstream: [], upstreamSecrets: undefined }, folder)).toEqual({});
  });

  it('reads addresses and secrets', async () => {
    const secret = { 'ecr-pullthroughcache/hub': { username: 'me', accessToken: 'secret=1' } };
    const upstreamSecrets = file('secrets.json', JSON.stringify(secret));
    const upstream = ['registry-1.docker.io=http://127.0.0.1:5000', 'quay=https://mirror.example.org'];
    expect(await readUpstreams({ upstream, upstreamSecrets }, folder)).toEqual({
      upstreams: { 'registry-1.docker.io': 'http://127.0.0.1:5000', quay: 'https://mirror.example.org' },
      upstreamSecrets: secret,
    });
  });

  it.each([
    [['quay.io'], undefined, 'local/bad-upstream: "quay.io" is not NAME=URL'],
    [['=http://127.0.0.1'], undefined, 'local/bad-upstream: "=http://127.0.0.1" is not NAME=URL'],
    [
      ['quay.io=http://192.0.2.1'],
      undefined,
      'local/bad-upstream: the upstream "quay.io" is reached by plain HTTP, but not on this machine',
    ],
    [[], 'none.json', 'local/bad-secrets: cannot read /none.json: '],
    [[], file('text', 'password'), 'local/bad-secrets: /text is not JSON'],
    [[], file('list', '[]'), 'local/bad-secrets: /list holds no JSON object'],
    [[], file('half', '{"x":{"username":"me"}}'), 'local/bad-secrets: the secret "x" has no username and accessToken'],
  ])('refuses %j and %j', async (upstream, secrets, expected) => {
    const said = await refusal(upstream, secrets);
    expect(said?.slice(0, expected.length)).toBe(expected);
    expect(said).not.toContain('password');
  });
});

it('what is passed on names the file, not its content', () => {
  const given = { upstream: ['a=https://b.example'], upstreamSecrets: 'secrets.json' };
  expect(upstreamArguments(given, '/project')).toEqual([
    '--upstream',
    'a=https://b.example',
    '--upstream-secrets',
    '/project/secrets.json',
  ]);
  expect(upstreamArguments({ upstream: [], upstreamSecrets: undefined }, '/project')).toEqual([]);
});
