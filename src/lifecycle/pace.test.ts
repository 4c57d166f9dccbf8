// Exercises families.ts and pace.ts. It must not know a clock.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { familiesOf } from './families.js';
import type { Image } from './model.js';
import { type FamilyPace, paceAmong, paceOf } from './pace.js';
import { compilePattern } from './pattern.js';

const day = 86_400_000;
const now = 20_000 * day;
let made = 0;
const image = (daysAgo: number, rest: Partial<Image> = {}): Image => ({
  digest: `d${++made}`,
  tags: [],
  pushedAt: now - daysAgo * day,
  sizeInBytes: 100,
  ...rest,
});
const series = (count: number, tags: (at: number) => string[], every = 1, rest: Partial<Image> = {}): Image[] =>
  Array.from({ length: count }, (_, at) => image((at + 1) * every, { tags: tags(at), ...rest }));
const family = (images: readonly Image[], name: string): FamilyPace | undefined =>
  paceOf(images, now).families.find((one) => one.name === name);
const rates = (images: readonly Image[]): Record<string, number> =>
  Object.fromEntries(paceOf(images, now).families.map(({ name, perDay }) => [name, Number(perDay.toFixed(3))]));

describe('families of tags', () => {
  it.each([
    ['v1.2.3', 'v*'],
    ['1.2.3', '*'],
    ['v1.2.3-rc1', 'v*-rc*'],
    ['main-3f9c2ab', 'main-*'],
    ['main-20240101-3f9c2ab', 'main-*'],
    ['3f9c2ab90b1d4e', '*'],
    ['3F9C2AB', '*'],
    ['deadbeef', 'deadbeef'],
    ['pr-12-arm64', 'pr-*-arm64'],
    ['pr-12-x86_64', 'pr-*-x86_*'],
    ['k3j9x2a', '*'],
    ['build-v1beta2', 'build-v*beta*'],
    ['latest', 'latest'],
    ['v1..2', 'v*'],
    ['abcdef1', '*'],
    ['zabcdef12', 'zabcdef*'],
    ['abcdef12z', 'abcdef*z'],
    ['k3j9x', '*'],
    ['k3j9', 'k*j*'],
    ...[
      'amd64',
      'arm64',
      'arm64v8',
      'armv6',
      'armv7',
      'i386',
      'x86',
      'x64',
      's390x',
      'ppc64le',
      'riscv64',
      'ARM64',
    ].map((word): [string, string] => [`pr-12-${word}`, `pr-*-${word}`]),
    [`sha256-${'ab12'.repeat(16)}.sig`, 'sha*.sig'],
  ])('%s is of %s', (tag, name) => {
    expect(familiesOf([tag])(tag)).toEqual({ name, moves: !name.includes('*') });
  });
  it('three with one beginning are a series, two are not', () => {
    const two = familiesOf(['feature-login', 'feature-search', 'feature-login', 'feature-v1']);
    expect(two('feature-login')).toEqual({ name: 'feature-login', moves: true });
    const three = familiesOf(['feature-login', 'feature-search', 'feature-cart', 'main']);
    expect(three('feature-cart')).toEqual({ name: 'feature-*', moves: false });
    expect(three('feature-new')).toEqual({ name: 'feature-*', moves: false });
    expect(three('main')).toEqual({ name: 'main', moves: true });
    for (const tags of [
      ['main', 'latest', 'stable'],
      ['_a-x', '_a-y', '_a-z'],
    ])
      expect(tags.map(familiesOf(tags))).toEqual(tags.map((name) => ({ name, moves: true })));
  });
  it('a name is a pattern that every tag of the family matches', () => {
    const tag = fc.stringMatching(/^[A-Za-z0-9_][A-Za-z0-9._-]{0,20}$/);
    fc.assert(
      fc.property(fc.array(tag, { minLength: 1, maxLength: 6 }), (tags) => {
        const familyOf = familiesOf(tags);
        for (const one of tags) expect(compilePattern(familyOf(one).name)(one)).toBe(true);
      }),
    );
  });
});

describe('the pace', () => {
  it('of a push a day', () => {
    expect(rates(series(30, (at) => [`v1.0.${at}`]))).toEqual({ 'v*': Number((29 / 30).toFixed(3)) });
  });
  it('of what a policy has thinned out is that of what is left', () => {
    // Ten a day, of which the newest ten are left.
    expect(rates(series(10, (at) => [`v${at}`], 0.1))).toEqual({ 'v*': 9 });
    expect(rates(series(40, (at) => [`v${at}`], 0.1))).toEqual({ 'v*': 9.75 });
  });
  it('is that of the last thirty days, where there were enough pushes', () => {
    const images = [
      ...series(10, (at) => [`v${at}`], 3),
      ...series(50, (at) => [`v1${at}`], 1).map((one) => ({ ...one, pushedAt: one.pushedAt - 40 * day })),
    ];
    expect(rates(images)).toEqual({ 'v*': 0.3 });
    // Seven are not enough: the eighth is taken from before.
    const few = [...series(7, (at) => [`v${at}`], 1), image(70, { tags: ['v8'] }), image(100, { tags: ['v9'] })];
    expect(rates(few)).toEqual({ 'v*': 0.1 });
  });
  it('of one image is none, of two is that between the older and now', () => {
    expect(rates([image(3, { tags: ['v1'] })])).toEqual({ 'v*': 0 });
    expect(rates([image(10, { tags: ['v2'] }), image(20, { tags: ['v1'] })])).toEqual({ 'v*': 0.05 });
    expect(rates([image(500, { tags: ['v2'] }), image(600, { tags: ['v1'] })])).toEqual({ 'v*': 0 });
    expect(rates([])).toEqual({});
  });
  it('of an hour’s move from elsewhere is at most what came in a day', () => {
    expect(rates(series(25, (at) => [`v${at}`], 1 / 1000))).toEqual({ 'v*': 24 });
  });
  it('of a tag that moves is that of the images it left', () => {
    const images = [image(1, { tags: ['latest'], sizeInBytes: 300 }), ...series(14, () => [], 1).slice(1)];
    expect(rates(images)).toEqual({ latest: Number((13 / 14).toFixed(3)) });
    expect(family(images, 'latest')?.push).toMatchObject({ tags: ['latest'], moves: ['latest'] });
  });
  it('of several tags that move is shared', () => {
    const images = [image(1, { tags: ['main'] }), image(2, { tags: ['develop'] }), ...series(10, () => [], 1).slice(2)];
    expect(rates(images)).toEqual({ develop: 0.4, main: 0.4 });
    // What is newer than a tag's image has never had that tag.
    expect(rates([image(1, { tags: ['main'] }), image(9, { tags: ['old'] }), image(3), image(4)])).toEqual({
      main: 0.5,
      old: 0,
    });
  });
  it('of images without a tag, where none moves', () => {
    expect(rates([image(9, { tags: ['v1'] }), image(2), image(4), image(8)])).toEqual({ untagged: 0.25, 'v*': 0 });
  });
  it('of images without a tag, where what came later cannot have taken it', () => {
    const untagged = [image(4), image(8)];
    for (const [newer, name] of [
      [image(1, { tags: ['v1'] }), 'v*'],
      [image(1, { tags: ['latest', 'v1'] }), 'v*'],
      [image(8, { tags: ['latest'] }), 'latest'],
    ] as const)
      expect(rates([newer, ...untagged])).toEqual({ untagged: 0.125, [name]: 0 });
  });
  it('of tags with one beginning is that of all of them', () => {
    const images = ['a', 'b', 'c', 'd', 'e'].map((name, at) => image(2 * at + 2, { tags: [`feature-${name}`] }));
    expect(rates(images)).toEqual({ 'feature-*': 0.4 });
  });
  it('of images in several series is that of both together', () => {
    const images = series(10, (at) => [`v1.${at}`, `main-${1_000_000 + at}`, ...(at === 0 ? ['latest'] : [])]);
    expect(rates(images)).toEqual({ 'main-* + v*': 0.9 });
    expect(family(images, 'main-* + v*')?.push).toMatchObject({
      tags: ['v1.0', 'main-1000000', 'latest'],
      moves: ['latest'],
    });
  });
});

describe('the pace of images whatever their tags', () => {
  it('is that of a family of them', () => {
    const images = series(10, (at) => [`v1.${at}`], 0.5);
    expect(paceAmong(images, now)).toBe(rates(images)['v*']);
    expect(paceAmong(images.toReversed(), now)).toBe(1.8);
  });
  it('is none of fewer than three, nor of what was pushed more than a year ago', () => {
    const old = [image(366), image(367), image(368)];
    expect(paceAmong([image(1), image(2), ...old], now)).toBeUndefined();
    expect(paceAmong([image(2), image(4), image(365)], now)).toBe(2 / 365);
  });
});

describe('what a push brings', () => {
  it('is of the mean size; what ECR tells no size of does not count', () => {
    const images = [
      image(1, { tags: ['v3'], sizeInBytes: 10 }),
      image(2, { tags: ['v2'], sizeInBytes: 20 }),
      { digest: 'x', tags: ['v1'], pushedAt: now - 3 * day },
    ];
    expect(family(images, 'v*')?.push.sizeInBytes).toBe(15);
    expect(family([{ digest: 'x', tags: ['v1'], pushedAt: now }], 'v*')?.push.sizeInBytes).toBe(0);
  });
  it('of two images of one time is as of the lower digest', () => {
    const [a, b] = [image(1, { digest: 'a', tags: ['v1'] }), image(1, { digest: 'b', tags: ['v2'] })];
    for (const images of [
      [a, b],
      [b, a],
    ])
      expect(family(images, 'v*')?.push.tags).toEqual(['v1']);
  });
  it('is as of the newest, where all are old; nothing beside it', () => {
    const images = [image(500, { tags: ['v2'], sizeInBytes: 30 }), image(600, { tags: ['v1'], sizeInBytes: 50 })];
    const none = { count: 0, sizeInBytes: 0 };
    expect(family(images, 'v*')).toEqual({
      name: 'v*',
      perDay: 0,
      push: { tags: ['v2'], moves: [], sizeInBytes: 30, children: none, referrers: none },
    });
    expect(family([image(1)], 'untagged')?.push.tags).toEqual([]);
  });
  it('is of no image that refers to itself, nor of a circle', () => {
    const own = [image(1, { digest: 'a', subject: 'a' }), image(2, { digest: 'b', children: ['b'] })];
    expect(paceOf(own, now)).toMatchObject({ families: [{ name: 'untagged' }], familyOf: [0, 0] });
    const circle = [image(1, { digest: 'a', subject: 'b' }), image(2, { digest: 'b', subject: 'a' })];
    expect(paceOf(circle, now)).toEqual({ families: [], familyOf: [-1, -1] });
  });
  it('is not that of a signature with a tag, which is a family of its own', () => {
    const images = [image(1, { digest: 'a', tags: ['v1'] }), image(1, { tags: ['v1.sig'], subject: 'a' })];
    expect(paceOf(images, now)).toMatchObject({ families: [{ name: 'v*' }, { name: 'v*.sig' }], familyOf: [0, 1] });
  });
  it('are children and referrers, which are no family of their own', () => {
    const images = [1, 2, 3].flatMap((daysAgo) => [
      image(daysAgo, {
        digest: `list${daysAgo}`,
        tags: [`v${daysAgo}`],
        children: [`amd${daysAgo}`, `arm${daysAgo}`, 'gone'],
      }),
      image(daysAgo, { digest: `amd${daysAgo}`, sizeInBytes: 10 }),
      image(daysAgo, { digest: `arm${daysAgo}`, sizeInBytes: 20 }),
      image(daysAgo, { digest: `sig${daysAgo}`, sizeInBytes: 3, subject: `list${daysAgo}` }),
      image(daysAgo, { digest: `sbom${daysAgo}`, sizeInBytes: 5, subject: `sig${daysAgo}` }),
    ]);
    const pace = paceOf(images, now);
    expect(pace.families.map(({ name }) => name)).toEqual(['v*']);
    expect(pace.families[0]?.push).toMatchObject({
      children: { count: 2, sizeInBytes: 15 },
      referrers: { count: 1, sizeInBytes: 3 },
    });
    expect(pace.familyOf).toEqual(images.map(() => 0));
  });
  it('a child with a tag is a family of its own', () => {
    const images = [
      image(1, { digest: 'list', tags: ['v1'], children: ['amd', 'list'] }),
      image(1, { digest: 'amd', tags: ['v1-amd64'] }),
    ];
    expect(paceOf(images, now).families.map(({ name }) => name)).toEqual(['v*', 'v*-amd64']);
    expect(paceOf(images, now).familyOf).toEqual([0, 1]);
  });
});

it('does not depend on the order of the images', () => {
  const images = [...series(9, (at) => [`v${at}`]), ...series(5, () => [], 2), image(1, { tags: ['latest'] })];
  expect(paceOf(images.toReversed(), now).families).toEqual(paceOf(images, now).families);
});
