// Every parser of the registry: its cases, and a run of hostile input through each.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isDigest } from '../blobs/blob-store.js';
import { openMemoryStore } from '../store/memory.js';
import { addressOf, pathOf, placeOf, type Registry } from './address.js';
import { layerPath, openLayerKey, readLayerPath } from './layer-url.js';
import { nextQuery, pageOf } from './paging.js';
import { targetOf } from './path.js';
import { profiles } from './profile.js';
import { first, queryOf, queryText } from './query.js';
import { contentRangeOf, rangeOf, receivedRange } from './range.js';
import { referenceOf } from './reference.js';

const home: Registry = { account: '123456789012', region: 'us-east-1' };
const away: Registry = { account: '111111111111', region: 'eu-west-1' };
const sha256 = `sha256:${'a'.repeat(64)}`;

const hostilePieces = [
  '/v2/ blobs uploads manifests tags/list referrers .. . / // %2f %2F %00 % %zz %c3%28 %0d%0a : @ ? # & = + é 𝟙',
  'sha256: bytes= 0- -0 99999999999999999999 /* , 123456789012 .dkr.ecr. us-east-1 .amazonaws.com :4510 localhost',
  '__proto__ constructor n last',
]
  .flatMap((line) => line.split(' '))
  .concat('a'.repeat(64), 'bytes ', ' ', '\r\n', '\0', '\u202e');

/** Text of any kind, and text made of the pieces the parsers look for. */
const hostile = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc.array(fc.constantFrom(...hostilePieces), { maxLength: 12 }).map((pieces) => pieces.join('')),
);
const repositoryName = fc.stringMatching(/^[a-z0-9]{1,8}([._-][a-z0-9]{1,8}){0,2}(\/[a-z0-9]{1,8}){0,3}$/);
const registry = fc.record({
  account: fc.stringMatching(/^[0-9]{12}$/),
  region: fc.constantFrom('us-east-1', 'eu-west-1', 'us-gov-west-1', 'cn-north-1', 'eusc-de-east-1', 'us-isob-east-1'),
});

describe('the registry a client means', () => {
  it.each([
    ['localhost:4510', undefined],
    ['127.0.0.1:4510', undefined],
    ['[::1]:4510', undefined],
    ['123456789012.dkr.ecr.us-east-1.amazonaws.com', home],
    ['123456789012.DKR.ECR.us-east-1.amazonaws.com:443', home],
    ['111111111111.dkr.ecr-fips.eu-west-1.amazonaws.com', away],
    ['111111111111.dkr-ecr.eu-west-1.on.aws', away],
    ['111111111111.dkr-ecr-fips.eu-west-1.on.aws', away],
    ['111111111111.dkr.ecr.cn-north-1.amazonaws.com.cn', { account: away.account, region: 'cn-north-1' }],
    ['111111111111.dkr-ecr.cn-north-1.on.amazonwebservices.com.cn', { account: away.account, region: 'cn-north-1' }],
    ['111111111111.dkr.ecr.eusc-de-east-1.amazonaws.eu', { account: away.account, region: 'eusc-de-east-1' }],
    ['111111111111.dkr.ecr.us-iso-east-1.c2s.ic.gov', { account: away.account, region: 'us-iso-east-1' }],
    ['111111111111.dkr.ecr.us-isob-east-1.sc2s.sgov.gov', { account: away.account, region: 'us-isob-east-1' }],
    ['111111111111.dkr.ecr.eu-isoe-west-1.cloud.adc-e.uk', { account: away.account, region: 'eu-isoe-west-1' }],
    ['111111111111.dkr.ecr.us-isof-south-1.csp.hci.ic.gov', { account: away.account, region: 'us-isof-south-1' }],
    ['123456789012.dkr.ecr.us-east-1.localhost:4510', home],
    ['12345678901.dkr.ecr.us-east-1.amazonaws.com', undefined],
    ['123456789012.dkr.ecr.us-east-1.amazonaws.com.example.org', undefined],
    ['example.org.123456789012.dkr.ecr.us-east-1.amazonaws.com', undefined],
  ])('by Host %s', (host, expected) => {
    expect(placeOf(host).registry).toEqual(expected);
  });

  it.each([undefined, '', 'a b', 'a"b', 'a\r\nb', 'a,b', '<a>', 'a/b', `${'a'.repeat(300)}.com`])(
    'is not told by Host %j, which is not given back either',
    (host) => {
      expect(placeOf(host)).toEqual({ host: undefined, registry: undefined });
    },
  );

  it.each([
    ['team/app', home, 'team/app'],
    ['111111111111.eu-west-1/team/app', away, 'team/app'],
    ['111111111111.eu-west-1', home, '111111111111.eu-west-1'],
    ['111111111111.eu-west-1/', home, '111111111111.eu-west-1/'],
    ['1.eu-west-1/team', home, '1.eu-west-1/team'],
    ['111111111111.nowhere/team', home, '111111111111.nowhere/team'],
  ])('by path %s', (path, expected, name) => {
    const place = placeOf('localhost:4510');
    expect(addressOf(path, place, home)).toEqual({ registry: expected, name });
  });

  it('is that of the Host where both speak', () => {
    const place = placeOf('111111111111.dkr.ecr.eu-west-1.amazonaws.com');
    expect(addressOf('123456789012.us-east-1/app', place, home)).toEqual({
      registry: away,
      name: '123456789012.us-east-1/app',
    });
  });

  it('is found again by the path it is given', () => {
    const hosts = fc.constantFrom('localhost:4510', undefined, '127.0.0.1:1');
    fc.assert(
      fc.property(registry, repositoryName, hosts, (where, name, host) => {
        const place = placeOf(host);
        const address = { registry: where, name };
        expect(addressOf(pathOf(address, place, home), place, home)).toEqual(address);
      }),
    );
    fc.assert(
      fc.property(registry, repositoryName, (where, name) => {
        const place = placeOf(`${where.account}.dkr.ecr.${where.region}.amazonaws.com`);
        const address = { registry: where, name };
        expect(addressOf(pathOf(address, place, home), place, home)).toEqual(address);
      }),
    );
  });

  it('can be told from anything, and gives back no host that could break a header', () => {
    fc.assert(
      fc.property(hostile, hostile, (host, path) => {
        const place = placeOf(host);
        expect(place.host ?? '').toMatch(/^[a-z0-9._:[\]-]*$/);
        const { registry: where, name } = addressOf(path, place, home);
        expect(where.account).toMatch(/^[0-9]{12}$/);
        expect(path.endsWith(name)).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('what a path names', () => {
  it.each([
    ['/v2/', 'base', '', ''],
    ['/v2', 'base', '', ''],
    ['/v2/_catalog', 'catalog', '', ''],
    ['/v2/app/tags/list', 'tags', 'app', ''],
    ['/v2/team/app/tags/list', 'tags', 'team/app', ''],
    ['/v2/app/manifests/v1', 'manifest', 'app', 'v1'],
    [`/v2/app/manifests/${sha256}`, 'manifest', 'app', sha256],
    [`/v2/app/manifests/${sha256.replace(':', '%3A')}`, 'manifest', 'app', sha256],
    [`/v2/app/blobs/${sha256}`, 'blob', 'app', sha256],
    ['/v2/app/blobs/uploads/', 'uploads', 'app', ''],
    ['/v2/app/blobs/uploads', 'uploads', 'app', ''],
    ['/v2/app/blobs/uploads/x-1', 'upload', 'app', 'x-1'],
    [`/v2/app/referrers/${sha256}`, 'referrers', 'app', sha256],
    ['/v2/manifests/manifests/manifests', 'manifest', 'manifests', 'manifests'],
    ['/v2/blobs/uploads/blobs/uploads/x', 'upload', 'blobs/uploads', 'x'],
    ['/v2/tags/list/tags/list', 'tags', 'tags/list', ''],
    ['/v2/app/manifests/', 'manifest', 'app', ''],
    ['/v2/../app/manifests/v1', 'manifest', '../app', 'v1'],
    ['/v2//manifests/v1', 'manifest', '', 'v1'],
  ])('%s', (path, kind, name, reference) => {
    expect(targetOf(path)).toEqual({ kind, path: name, reference });
  });

  it.each([
    '/',
    '/v1/',
    '/v2x',
    '/v2/app',
    '/v2/tags/list',
    '/v2/manifests/v1',
    '/v2/app/unknown/v1',
    '/v2/app/manifests/a%2Fb',
    '/v2/a%2fb/manifests/v1',
    '/v2/app/manifests/%zz',
    '/v2/app/manifests/%c3%28',
    '/v2/app/manifests/a%0d%0ab',
    '/v2/app/manifests/a%00',
    '/v2/app/manifests/a%20b',
    '/v2/app/manifests/a\u00e9',
  ])('%s is no address', (path) => {
    expect(targetOf(path)).toBeUndefined();
  });

  it('never holds what could break a header, a line of a log or a folder', () => {
    fc.assert(
      fc.property(hostile, (tail) => {
        const target = targetOf(`/v2/${tail}`);
        if (target === undefined) return;
        expect(target.path).toMatch(/^[!-~]*$/);
        expect(target.reference).toMatch(/^[!-.0-~]*$/);
      }),
      { numRuns: 5000 },
    );
  });
});

describe('a reference', () => {
  it.each(['v1', 'V1', '_', 'a.b-c_d', 'a'.repeat(128), '1'])('%s is a tag', (tag) => {
    expect(referenceOf(tag)).toEqual({ tag });
  });

  it.each(['', '.a', '-a', 'a b', 'a/b', 'a'.repeat(129), 'é', 'a\n'])('%j is no tag', (text) => {
    expect(referenceOf(text)).toEqual({ malformed: 'tag' });
  });

  it.each([sha256, `sha512:${'0'.repeat(128)}`])('%s is a digest', (digest) => {
    expect(referenceOf(digest)).toEqual({ digest });
  });

  it.each(['sha256:baddigeststring', 'sha256:', ':', `SHA256:${'a'.repeat(64)}`, `sha256:${'A'.repeat(64)}`, 'md5:00'])(
    '%s is no digest',
    (text) => {
      expect(referenceOf(text)).toEqual({ malformed: 'digest' });
    },
  );

  it('is one, the other, or neither, whatever it is made of', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const reference = referenceOf(text);
        if ('digest' in reference) expect(isDigest(text)).toBe(true);
        else if ('tag' in reference) expect(text).toMatch(/^[\w.-]+$/);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('a range of a download', () => {
  it.each([
    [undefined, 'whole'],
    ['bytes=0-', { start: 0, end: 9 }],
    ['bytes=0-0', { start: 0, end: 0 }],
    ['bytes=5-7', { start: 5, end: 7 }],
    ['Bytes=5-7', { start: 5, end: 7 }],
    ['bytes=5-100', { start: 5, end: 9 }],
    ['bytes=5-999999999999999', { start: 5, end: 9 }],
    ['bytes=-3', { start: 7, end: 9 }],
    ['bytes=-100', { start: 0, end: 9 }],
    ['bytes=-0', 'none'],
    ['bytes=10-', 'none'],
    ['bytes=10-20', 'none'],
    ['bytes=7-5', 'none'],
    ['bytes=500-0', 'none'],
    ['bytes=0-1,3-4', 'whole'],
    ['bytes=', 'whole'],
    ['bytes=-', 'whole'],
    ['bytes=a-b', 'whole'],
    ['items=0-1', 'whole'],
    ['bytes=9999999999999999-', 'whole'],
  ])('%s of ten bytes', (header, expected) => {
    expect(rangeOf(header, 10)).toEqual(expected);
  });

  it('of nothing is none', () => {
    for (const header of ['bytes=0-', 'bytes=0-0', 'bytes=-1']) expect(rangeOf(header, 0)).toBe('none');
  });

  it('lies within the bytes there are', () => {
    const written = fc.tuple(fc.nat(), fc.option(fc.nat())).map(([from, to]) => `bytes=${from}-${to ?? ''}`);
    fc.assert(
      fc.property(
        fc.oneof(
          hostile,
          written,
          fc.nat().map((n) => `bytes=-${n}`),
        ),
        fc.nat(),
        (header, size) => {
          const range = rangeOf(header, size);
          if (typeof range === 'string') return;
          expect(range.start).toBeGreaterThanOrEqual(0);
          expect(range.end).toBeGreaterThanOrEqual(range.start);
          expect(range.end).toBeLessThan(size);
        },
      ),
      { numRuns: 5000 },
    );
  });
});

describe('a range of an upload', () => {
  it.each([
    ['0-9', { start: 0, end: 9 }],
    ['10-10', { start: 10, end: 10 }],
    ['bytes 0-9/10', { start: 0, end: 9 }],
    ['bytes 0-9/*', { start: 0, end: 9 }],
    ['bytes=0-9', { start: 0, end: 9 }],
    ['9-0', 'malformed'],
    ['-9', 'malformed'],
    ['0-', 'malformed'],
    ['', 'malformed'],
    ['0-9,10-19', 'malformed'],
    ['0x0-9', 'malformed'],
    ['0-9999999999999999', 'malformed'],
  ])('%s', (header, expected) => {
    expect(contentRangeOf(header)).toEqual(expected);
  });

  it('is exact or refused', () => {
    fc.assert(
      fc.property(hostile, (header) => {
        const range = contentRangeOf(header);
        if (range === 'malformed') return;
        expect(Number.isSafeInteger(range.start) && Number.isSafeInteger(range.end)).toBe(true);
        expect(range.end).toBeGreaterThanOrEqual(range.start);
      }),
      { numRuns: 5000 },
    );
  });

  it('of what was received', () => {
    expect([0, 1, 2, 1024].map(receivedRange)).toEqual(['0-0', '0-0', '0-1', '0-1023']);
  });
});

describe('a query', () => {
  it('gives the first of each parameter', () => {
    const query = queryOf('a=1&b=%2F%3d&a=2&c&d=&__proto__=x&e=f=g&artifactType=application/vnd.a+json');
    if (query === undefined) throw new Error('no query');
    expect(['a', 'b', 'c', 'd', 'e', '__proto__', 'none', 'toString'].map((name) => first(query, name))).toEqual([
      '1',
      '/=',
      '',
      '',
      'f=g',
      'x',
      undefined,
      undefined,
    ]);
    expect(first(query, 'artifactType')).toBe('application/vnd.a+json');
    expect(query.get('a')).toEqual(['1', '2']);
  });

  it.each(['a=%', 'a=%zz', '%c3%28=1', 'a&'.repeat(65)])('%j cannot be read', (text) => {
    expect(queryOf(text)).toBeUndefined();
  });

  it('survives what is made of it', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (value) => {
        const query = queryOf(
          queryText([
            ['last', value],
            ['n', undefined],
          ]).slice(1),
        );
        expect(query === undefined ? undefined : first(query, 'last')).toBe(value);
      }),
    );
    fc.assert(
      fc.property(hostile, (text) => void queryOf(text)),
      { numRuns: 5000 },
    );
  });
});

describe('a page', () => {
  const asked = (text: string) => queryOf(text) ?? new Map();
  const ecr = profiles.ecr;
  const strict = profiles['strict-oci'];

  it('has each profile’s size', () => {
    expect(pageOf(asked(''), ecr, 'tags')).toEqual({ limit: 100, after: undefined });
    expect(pageOf(asked('n=1000'), ecr, 'tags').limit).toBe(1000);
    expect(pageOf(asked('n=7'), strict, 'tags').limit).toBe(7);
    expect(pageOf(asked('n=0'), strict, 'tags').limit).toBe(0);
    expect(pageOf(asked('n=99999999'), strict, 'tags').limit).toBe(10_000);
  });

  it.each([
    ['n=1001', "'maxResults' failed to satisfy constraint: 'Member must have value less than or equal to 1000'"],
    ['n=0', "'maxResults' failed to satisfy constraint: 'Member must have value greater than or equal to 1'"],
    ['n=x', "'maxResults' failed to satisfy constraint: 'Member must be an integer'"],
    ['last=v1', "'NextToken' failed to satisfy constraint: 'Invalid next token provided'"],
  ])('?%s is refused by ECR', (text, words) => {
    expect(() => pageOf(asked(text), ecr, 'tags')).toThrow(words);
  });

  it('goes on where the last one ended', () => {
    for (const profile of [ecr, strict]) {
      const next = nextQuery(asked('n=3'), profile, 'tags', 'v1.0').slice(1);
      expect(pageOf(asked(next), profile, 'tags')).toEqual({ limit: 3, after: 'v1.0' });
    }
    expect(nextQuery(asked(''), strict, 'tags', 'a')).toBe('?last=a');
    const other = nextQuery(asked(''), ecr, 'catalog', 'a').slice(1);
    expect(() => pageOf(asked(other), ecr, 'tags')).toThrow('Invalid next token');
  });

  it('is told from anything or refused', () => {
    fc.assert(
      fc.property(hostile, hostile, (n, last) => {
        for (const profile of [ecr, strict]) {
          try {
            const { limit } = pageOf(
              new Map([
                ['n', [n]],
                ['last', [last]],
              ]),
              profile,
              'tags',
            );
            expect(limit).toBeLessThanOrEqual(profile.pageMost.size);
          } catch (error) {
            expect(error).toMatchObject({ error: 'bad-query' });
          }
        }
      }),
      { numRuns: 2000 },
    );
  });
});

describe('the address of a layer', () => {
  const store = openMemoryStore();
  const key = openLayerKey(store);
  const now = Date.UTC(2026, 10, 22, 10, 11, 12, 345);
  const hour = 3600_000;
  const layer = { digest: sha256, size: 7 };

  it('opens that layer for an hour', () => {
    const path = layerPath(key, layer, now);
    expect(path).toMatch(
      /^\/_slipway\/layers\/sha256:a{64}\?size=7&X-Amz-Date=20261122T101112Z&X-Amz-Expires=3600&X-Amz-Sig/,
    );
    expect(readLayerPath(key, path, now + hour - 1000)).toEqual(layer);
    expect(readLayerPath(key, path.replace(':', '%3A'), now)).toEqual(layer);
    expect(readLayerPath(key, path, now + hour)).toEqual({ refused: 'expired' });
  });

  it('outlives the process, in the same store only', () => {
    expect(openLayerKey(store)).toEqual(key);
    expect(readLayerPath(openLayerKey(openMemoryStore()), layerPath(key, layer, now), now)).toEqual({
      refused: 'unsigned',
    });
  });

  it('opens nothing once anything in it is changed', () => {
    const path = layerPath(key, layer, now);
    fc.assert(
      fc.property(fc.nat({ max: path.length - 1 }), fc.string({ maxLength: 2 }), (position, text) => {
        const other = path.slice(0, position) + text + path.slice(position + 1);
        fc.pre(other !== path && other.startsWith('/_slipway/layers/'));
        const read = readLayerPath(key, other, now);
        if ('digest' in read) expect(decodeURIComponent(other).startsWith(decodeURIComponent(path))).toBe(true);
      }),
      { numRuns: 3000 },
    );
    fc.assert(
      fc.property(hostile, (text) => {
        expect(readLayerPath(key, `/_slipway/layers/${text}`, now)).toEqual({ refused: 'unsigned' });
      }),
      { numRuns: 2000 },
    );
  });
});
