// Every form in which an image of ECR is written, and what is none.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ImageReference, readReference, shownImage } from './reference.js';

const digest = `sha256:${'0123456789abcdef'.repeat(4)}`;
const account = '111111111111';
const localHome = { account: '123456789012', region: 'us-east-1' };

function ecr(region: string, rest: { tag?: string; digest?: string }, owner = account, repository = 'team/api') {
  return { kind: 'ecr', image: { registry: { account: owner, region }, repository, ...rest } };
}

describe('an address of ECR', () => {
  it.each<[string, string]>([
    [`${account}.dkr.ecr.eu-west-1.amazonaws.com`, 'eu-west-1'],
    [`${account}.dkr.ecr-fips.us-gov-west-1.amazonaws.com`, 'us-gov-west-1'],
    [`${account}.dkr.ecr.cn-north-1.amazonaws.com.cn`, 'cn-north-1'],
    [`${account}.dkr.ecr.eusc-de-east-1.amazonaws.eu`, 'eusc-de-east-1'],
    [`${account}.dkr-ecr.eu-west-1.on.aws`, 'eu-west-1'],
    [`${account}.dkr-ecr-fips.us-east-2.on.aws`, 'us-east-2'],
    [`${account}.dkr-ecr.cn-northwest-1.on.amazonwebservices.com.cn`, 'cn-northwest-1'],
    [`${account}.dkr.ecr.us-iso-east-1.c2s.ic.gov`, 'us-iso-east-1'],
    [`${account}.dkr.ecr.us-isob-east-1.sc2s.sgov.gov`, 'us-isob-east-1'],
    [`${account}.dkr.ecr.eu-west-1.amazonaws.com:443`, 'eu-west-1'],
    [`${account}.DKR.ECR.EU-WEST-1.amazonaws.com`, 'eu-west-1'],
  ])('is read at %s', (host, region) => {
    expect(readReference(`${host}/team/api:v1`)).toEqual(ecr(region, { tag: 'v1' }));
    expect(readReference(`${host}/team/api`)).toEqual(ecr(region, { tag: 'latest' }));
    expect(readReference(`${host}/team/api@${digest}`)).toEqual(ecr(region, { digest }));
    expect(readReference(`${host}/team/api:v1@${digest}`)).toEqual(ecr(region, { tag: 'v1', digest }));
  });

  it('may have the scheme of a runtime in front of it', () => {
    const image = `${account}.dkr.ecr.eu-west-1.amazonaws.com/team/api@${digest}`;
    expect(readReference(`docker-pullable://${image}`)).toEqual(ecr('eu-west-1', { digest }));
    expect(readReference(`https://${image}\n`)).toEqual(ecr('eu-west-1', { digest }));
  });

  it.each([
    'nginx',
    'nginx:1.27',
    'library/nginx@sha256:abc',
    'ghcr.io/acme/api:v1',
    'public.ecr.aws/nginx/nginx:latest',
    'localhost:5000/api',
    digest,
    `docker://${digest}`,
    `11111111111.dkr.ecr.eu-west-1.amazonaws.com/api`,
    `${account}.dkr.ecr.eu-west-1.amazonaws.com.example.org/api`,
    `evil.${account}.dkr.ecr.eu-west-1.amazonaws.com/api`,
    `${account}.dkr.ecr.eu-west-1.amazonaws.com`,
  ])('is not %s', (address) => {
    expect(readReference(address)).toEqual({ kind: 'elsewhere' });
  });

  it.each([
    '',
    ' ',
    'two words',
    '${REGISTRY}/api:v1',
    `${account}.dkr.ecr.eu-west-1.amazonaws.com/`,
    `${account}.dkr.ecr.eu-west-1.amazonaws.com/Api:v1`,
    `${account}.dkr.ecr.eu-west-1.amazonaws.com/api:`,
    `${account}.dkr.ecr.eu-west-1.amazonaws.com/api:v1:v2`,
    `${account}.dkr.ecr.eu-west-1.amazonaws.com/api@`,
    `${account}.dkr.ecr.eu-west-1.amazonaws.com/api@latest`,
  ])('is nothing a client could pull: "%s"', (address) => {
    expect(readReference(address).kind).toBe('malformed');
  });
});

describe('an address of a local ECR', () => {
  it.each<[string, ReturnType<typeof ecr>]>([
    ['localhost:4510/team/api:v1', ecr('us-east-1', { tag: 'v1' }, '123456789012')],
    ['127.0.0.1:4510/team/api', ecr('us-east-1', { tag: 'latest' }, '123456789012')],
    ['[::1]:4510/team/api', ecr('us-east-1', { tag: 'latest' }, '123456789012')],
    [`localhost:4510/${account}.eu-west-1/team/api@${digest}`, ecr('eu-west-1', { digest })],
    [`${account}.dkr.ecr.eu-west-1.localhost:4510/team/api:v1`, ecr('eu-west-1', { tag: 'v1' })],
    [`${account}.dkr.ecr.eu-west-1.amazonaws.com/team/api:v1`, ecr('eu-west-1', { tag: 'v1' })],
  ])('is read where that is asked: %s', (address, expected) => {
    expect(readReference(address, { localHome })).toEqual(expected);
  });

  it('is another registry’s where it is not', () => {
    expect(readReference(`localhost:4510/${account}.eu-west-1/api`)).toEqual({ kind: 'elsewhere' });
    expect(readReference(`${account}.dkr.ecr.eu-west-1.localhost:4510/api`)).toEqual({ kind: 'elsewhere' });
  });
});

describe('reading addresses', () => {
  const word = fc.stringMatching(/^[a-z0-9]{1,8}([._-][a-z0-9]{1,4})?$/);
  const repository = fc.array(word, { minLength: 1, maxLength: 3 }).map((words) => words.join('/'));
  const region = fc.constantFrom('eu-west-1', 'us-gov-east-1', 'ap-southeast-2', 'cn-north-1');
  const owner = fc.stringMatching(/^[0-9]{12}$/);
  const end = fc.oneof(
    fc.record({ tag: fc.stringMatching(/^\w[\w.-]{0,20}$/) }),
    fc.record({ digest: fc.stringMatching(/^sha256:[0-9a-f]{64}$/) }),
    fc.record({ tag: fc.stringMatching(/^\w[\w.-]{0,20}$/), digest: fc.stringMatching(/^sha256:[0-9a-f]{64}$/) }),
  );

  it('is the inverse of writing them', () => {
    fc.assert(
      fc.property(repository, region, owner, end, (name, place, who, rest) => {
        const image = { registry: { account: who, region: place }, repository: name, ...rest };
        const host = `${who}.dkr.ecr.${place}.amazonaws.com`;
        expect(readReference(`${host}/${shownImage(image)}`)).toEqual({ kind: 'ecr', image });
      }),
    );
  });

  it('never throws, and gives no names that ECR does not have', () => {
    const start = fc.constantFrom('', `${account}.dkr.ecr.eu-west-1.amazonaws.com/`, 'localhost:4510/');
    fc.assert(
      fc.property(start, fc.string({ unit: 'grapheme' }), (host, text) => {
        const read: ImageReference = readReference(host + text, { localHome });
        if (read.kind !== 'ecr') return;
        expect(read.image.repository).toMatch(/^[a-z0-9][a-z0-9._/-]*$/);
        expect(read.image.tag ?? read.image.digest).toBeDefined();
      }),
      { numRuns: 500 },
    );
  });
});
