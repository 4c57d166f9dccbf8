// When AWS is asked for a token and when the cache is, on a clock that a test moves.
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Authorization, readAuthorization } from './model.js';
import { type Obtained, type ObtainOptions, obtain, type Patience } from './obtain.js';
import { TokenCache } from './token-cache.js';

const hour = 60 * 60 * 1000;
const start = Date.UTC(2026, 0, 1);
const host = '123456789012.dkr.ecr.eu-west-1.amazonaws.com';

let folder: string;
let now: number;
let asked: Patience[];
let failing: Error | undefined;
beforeEach(() => {
  folder = join(mkdtempSync(join(tmpdir(), 'slipway-cache-')), 'ecr');
  now = start;
  asked = [];
  failing = undefined;
});
afterEach(() => rmSync(join(folder, '..'), { recursive: true, force: true }));

const cache = (): TokenCache => new TokenCache(folder);
const clock = {
  now: () => now,
  // Whoever waits lets the others go on.
  sleep: async (milliseconds: number): Promise<void> => {
    await new Promise((done) => setImmediate(done));
    now += milliseconds;
  },
};

function ask(more: Partial<ObtainOptions> = {}): Promise<Obtained> {
  return obtain({
    cache: cache(),
    key: 'me',
    host,
    clock,
    random: () => 0.5,
    fetch: async (patience) => {
      asked.push(patience);
      await new Promise((done) => setImmediate(done));
      if (failing !== undefined) throw failing;
      return {
        username: 'AWS',
        password: `token-${asked.length}`,
        expiresAt: now + 12 * hour,
        proxyEndpoint: `https://${host}`,
      };
    },
    ...more,
  });
}
const password = async (more: Partial<ObtainOptions> = {}): Promise<string> => (await ask(more)).password;

describe('a token', () => {
  it('is asked for once, and again at half of its life', async () => {
    expect(await password()).toBe('token-1');
    now += 5 * hour;
    expect(await password()).toBe('token-1');
    now += hour;
    expect(await password()).toBe('token-2');
    expect(asked).toEqual(['full', 'short']);
  });

  it('is renewed earlier on some machines than on others, never later', async () => {
    await fc.assert(
      fc.asyncProperty(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), async (random) => {
        now = start;
        await password({ key: 'other', anew: true, random: () => random });
        const { refreshAt } = cache().read('other') ?? { refreshAt: 0 };
        expect(refreshAt - start).toBeGreaterThan(4.7 * hour);
        expect(refreshAt - start).toBeLessThanOrEqual(6 * hour);
      }),
      { numRuns: 30 },
    );
  });

  it('that still holds is used where AWS cannot be asked, and AWS is left alone for a while', async () => {
    await password();
    now += 7 * hour;
    failing = new Error('Rate exceeded');
    const first = await ask();
    expect([first.password, first.stale]).toEqual(['token-1', failing]);
    expect(await password()).toBe('token-1');
    expect(asked).toEqual(['full', 'short']);
    // Each failure doubles the wait, up to half an hour; a success ends that.
    const waits: number[] = [];
    for (let time = 0; time < 8; time += 1) {
      const { refreshAt } = cache().read('me') ?? { refreshAt: 0 };
      waits.push(refreshAt - now);
      now = refreshAt;
      await password();
    }
    const minute = 60_000;
    expect(waits.map((wait) => wait / minute)).toEqual([0.75, 1.5, 3, 6, 12, 22.5, 22.5, 22.5]);
    failing = undefined;
    now = cache().read('me')?.refreshAt ?? 0;
    expect(await password()).toBe(`token-${asked.length}`);
    expect(cache().read('me')?.failures).toBe(0);
  });

  it('that has ended, or nearly, is never given', async () => {
    await password();
    failing = new Error('AccessDenied');
    now += 12 * hour - 4 * 60_000;
    await expect(ask()).rejects.toBe(failing);
    expect(asked).toEqual(['full', 'full']);
    // And the failure took nothing away.
    expect(cache().read('me')?.password).toBe('token-1');
  });

  it('is asked for anew where somebody wants that, with the old one to fall back on', async () => {
    await password();
    expect(await password({ anew: true })).toBe('token-2');
    failing = new Error('no network');
    expect((await ask({ anew: true })).password).toBe('token-2');
  });

  it('is asked for by one of many', async () => {
    const all = await Promise.all(Array.from({ length: 25 }, () => password()));
    expect(new Set(all)).toEqual(new Set(['token-1']));
    expect(asked).toEqual(['full']);
    now += 7 * hour;
    // Those who come while it is renewed take the old one, which still holds.
    const later = await Promise.all(Array.from({ length: 25 }, () => password()));
    expect(later.every((one) => one === 'token-1' || one === 'token-2')).toBe(true);
    expect(asked).toEqual(['full', 'short']);
  });

  it('of one identity is no other’s', async () => {
    expect(await password()).toBe('token-1');
    expect(await password({ key: 'you' })).toBe('token-2');
    expect(await password()).toBe('token-1');
  });

  it('is given, and not kept, where the clock is wrong', async () => {
    const early: Authorization = { username: 'AWS', password: 'p', expiresAt: start - hour, proxyEndpoint: '' };
    expect(await password({ fetch: () => Promise.resolve(early) })).toBe('p');
    expect(cache().read('me')).toBeUndefined();
    // One that was kept under a clock that went ahead counts for nothing.
    await password();
    now -= hour;
    expect(await password()).toBe('token-2');
  });

  it('is given where nothing can be kept', async () => {
    writeFileSync(folder, '');
    expect([await password(), await password()]).toEqual(['token-1', 'token-2']);
  });
});

describe('the cache', () => {
  it('is for its owner alone', async () => {
    await password();
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    expect(readdirSync(folder)).toEqual(['me.json']);
    expect(statSync(join(folder, 'me.json')).mode & 0o777).toBe(0o600);
    chmodSync(join(folder, 'me.json'), 0o640);
    expect(await password()).toBe('token-2');
    expect(statSync(join(folder, 'me.json')).mode & 0o777).toBe(0o600);
  });

  it('is written anew where it is damaged, whatever the damage', async () => {
    await password();
    const file = join(folder, 'me.json');
    const good = readFileSync(file, 'utf8');
    const kept = JSON.parse(good) as Record<string, unknown>;
    const damaged = fc.oneof(
      fc.nat({ max: good.length - 3 }).map((size) => good.slice(0, size)),
      fc.json(),
      fc.constantFrom(...Object.keys(kept)).map((name) => JSON.stringify({ ...kept, [name]: undefined })),
      fc
        .tuple(fc.constantFrom(...Object.keys(kept)), fc.constantFrom(null, '', [1], {}, true))
        .filter(([name, value]) => !(name === 'proxyEndpoint' && value === ''))
        .map(([name, value]) => JSON.stringify({ ...kept, [name]: value })),
    );
    await fc.assert(
      fc.asyncProperty(damaged, async (text) => {
        writeFileSync(file, text);
        const before = asked.length;
        expect(await password()).toBe(`token-${before + 1}`);
        expect(await password()).toBe(`token-${before + 1}`);
      }),
      { numRuns: 60 },
    );
  });

  it('does not grow with identities that are gone', async () => {
    for (let day = 0; day < 20; day += 1) {
      await password({ key: `session-${day}` });
      now += 24 * hour;
    }
    expect(readdirSync(folder)).toEqual(['session-19.json']);
  });

  it('knows the hosts that were asked for, and forgets one', async () => {
    const other = '222222222222.dkr.ecr.eu-west-1.amazonaws.com';
    await password();
    await password({ host: other });
    await obtain({
      cache: cache(),
      key: 'own',
      clock,
      random: () => 0,
      fetch: () =>
        Promise.resolve({
          username: 'AWS',
          password: 'p',
          expiresAt: now + hour,
          proxyEndpoint: 'https://own.example',
        }),
    });
    expect(Object.fromEntries(cache().hosts(now))).toEqual({ [host]: 'AWS', [other]: 'AWS', 'own.example': 'AWS' });
    expect(asked).toHaveLength(1);
    cache().forget(other);
    expect([...cache().hosts(now).keys()]).toEqual(['own.example']);
    now += 2 * hour;
    expect([...cache().hosts(now).keys()]).toEqual([]);
    rmSync(folder, { recursive: true });
    expect([...cache().hosts(now).keys()]).toEqual([]);
    mkdirSync(folder);
    cache().forget(host);
  });
});

describe('what GetAuthorizationToken gives', () => {
  it('is taken apart, or is nothing', () => {
    const encode = (text: string): string => Buffer.from(text).toString('base64');
    const given = { authorizationToken: encode('AWS:secret=='), expiresAt: 5, proxyEndpoint: 'https://x' };
    expect(readAuthorization(given)).toEqual({
      username: 'AWS',
      password: 'secret==',
      expiresAt: 5,
      proxyEndpoint: 'https://x',
    });
    for (const token of ['', 'AWS', 'AWS:', ':x', 'AWS:a:b']) {
      expect(readAuthorization({ ...given, authorizationToken: encode(token) }), token).toBeUndefined();
    }
    expect(readAuthorization({ ...given, expiresAt: undefined })).toBeUndefined();
    expect(readAuthorization({})).toBeUndefined();
  });
});
