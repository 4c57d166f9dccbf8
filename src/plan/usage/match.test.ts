// Which images are in use: by digest, by tag, through lists; held against a second, naive way to say the same.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Image } from '../../lifecycle/index.js';
import { matchUses } from './match.js';
import type { ImageUse, UsageReading } from './model.js';

const registry = { account: '111111111111', region: 'eu-west-1' };
const repository = 'team/api';

const image = (digest: string, tags: readonly string[] = [], children?: readonly string[]): Image => ({
  digest,
  tags,
  pushedAt: 0,
  ...(children === undefined ? {} : { children }),
});
const use = (by: string, at: Partial<ImageUse>): ImageUse => ({ registry, repository, by, ...at });
const read = (...uses: ImageUse[]): UsageReading => ({ source: 'test', state: 'read', uses });
const names = (uses: readonly ImageUse[]) => uses.map(({ by }) => by);

describe('an image in use', () => {
  const images = [image('a', ['v1', 'latest']), image('b', ['v2']), image('c')];
  const match = (...uses: ImageUse[]) => matchUses({ registry, repository, images }, [read(...uses)]);

  it('is so by a tag it carries or by its digest', () => {
    const found = match(use('one', { tag: 'latest' }), use('two', { digest: 'c' }), use('three', { tag: 'v1' }));
    expect(names(found.usesOf('a'))).toEqual(['one', 'three']);
    expect(names(found.usesOf('b'))).toEqual([]);
    expect(names(found.usesOf('c'))).toEqual(['two']);
    expect(found.dangling).toEqual([]);
  });

  it('is so by the digest alone where there are both, since runtimes look at nothing else', () => {
    const found = match(use('one', { tag: 'v2', digest: 'a' }));
    expect(names(found.usesOf('a'))).toEqual(['one']);
    expect(found.usesOf('b')).toEqual([]);
  });

  it('is not so in another account, Region or repository', () => {
    const elsewhere = [
      use('account', { tag: 'v1', registry: { ...registry, account: '222222222222' } }),
      use('region', { tag: 'v1', registry: { ...registry, region: 'eu-west-2' } }),
      use('repository', { tag: 'v1', repository: 'team/api2' }),
    ];
    const found = match(...elsewhere);
    expect([...found.usesOf('a'), ...found.dangling]).toEqual([]);
  });

  it('is not found for what points at nothing, which is told', () => {
    const found = match(
      use('tag', { tag: 'v3' }),
      use('digest', { digest: 'd' }),
      use('both', { tag: 'v1', digest: 'd' }),
    );
    expect(names(found.dangling)).toEqual(['tag', 'digest', 'both']);
  });

  it('is told of by every source, and by one that could not be read to its end', () => {
    const cut: UsageReading = {
      source: 'cut',
      state: 'unknown',
      operation: 'ecs:ListServices',
      reason: 'denied',
      uses: [use('half', { tag: 'v2' })],
    };
    const blind: UsageReading = { source: 'blind', state: 'unknown', operation: 'read', reason: 'gone' };
    const found = matchUses({ registry, repository, images }, [read(use('one', { tag: 'v2' })), cut, blind]);
    expect(names(found.usesOf('b'))).toEqual(['one', 'half']);
    expect(found.unknownSources.map(({ source }) => source)).toEqual(['cut', 'blind']);
  });
});

describe('a manifest list in use', () => {
  const images = [
    image('index', ['v1'], ['arm', 'amd', 'nested']),
    image('nested', [], ['amd', 'wasm', 'index']),
    image('arm'),
    image('amd'),
    image('wasm'),
    image('other', ['v2'], ['amd']),
  ];

  it('is a use of its children, and theirs, once each', () => {
    const found = matchUses({ registry, repository, images }, [read(use('list', { tag: 'v1' }))]);
    for (const digest of ['index', 'nested', 'arm', 'amd', 'wasm'])
      expect(names(found.usesOf(digest))).toEqual(['list']);
    expect(found.usesOf('other')).toEqual([]);
    expect(found.directUsesOf('arm')).toEqual([]);
    expect(names(found.directUsesOf('index'))).toEqual(['list']);
  });

  it('is not in use because a child is', () => {
    const found = matchUses({ registry, repository, images }, [read(use('child', { digest: 'arm' }))]);
    expect(names(found.usesOf('arm'))).toEqual(['child']);
    expect(found.usesOf('index')).toEqual([]);
  });
});

describe('matching at random', () => {
  const digests = ['a', 'b', 'c', 'd', 'e'];
  const tags = ['v1', 'v2', 'v3', 'v4'];
  const world = fc.record({
    owners: fc.array(fc.constantFrom(...digests, undefined), { minLength: 4, maxLength: 4 }),
    children: fc.array(fc.subarray(digests), { minLength: 5, maxLength: 5 }),
    there: fc.subarray(digests),
    uses: fc.array(
      fc.oneof(
        fc.record({ tag: fc.constantFrom(...tags) }),
        fc.record({ digest: fc.constantFrom(...digests) }),
        fc.record({ tag: fc.constantFrom(...tags), digest: fc.constantFrom(...digests) }),
      ),
      { maxLength: 6 },
    ),
  });

  it('says what a walk from every use says', () => {
    fc.assert(
      fc.property(world, ({ owners, children, there, uses }) => {
        const images = there.map((digest) =>
          image(
            digest,
            tags.filter((_, index) => owners[index] === digest),
            children[digests.indexOf(digest)],
          ),
        );
        const reaches = (from: string, to: string, steps: number): boolean =>
          from === to ||
          (steps > 0 &&
            (images.find(({ digest }) => digest === from)?.children ?? []).some((one) => reaches(one, to, steps - 1)));
        const all = uses.map((at, index) => use(String(index), at));
        const found = matchUses({ registry, repository, images }, [read(...all)]);
        const startOf = ({ tag, digest }: ImageUse) => {
          const start = digest ?? owners[tags.indexOf(tag ?? '')];
          return start !== undefined && there.includes(start) ? start : undefined;
        };
        for (const digest of there) {
          const expected = all.filter((one) => {
            const start = startOf(one);
            return start !== undefined && reaches(start, digest, digests.length);
          });
          expect([...found.usesOf(digest)].sort(byName)).toEqual(expected);
        }
        expect(found.dangling).toEqual(all.filter((one) => startOf(one) === undefined));
      }),
      { numRuns: 300 },
    );
    function byName(one: ImageUse, other: ImageUse): number {
      return Number(one.by) - Number(other.by);
    }
  });
});
