// Which endpoints are AWS, and when two places are one.
import { describe, expect, it } from 'vitest';
import { type Place, placeAt, samePlace } from './place.js';

const aws: Place = { kind: 'aws' };
const local: Place = { kind: 'local', endpoint: 'http://127.0.0.1:4510' };
const other: Place = { kind: 'endpoint', endpoint: 'http://127.0.0.1:5000' };

describe('an endpoint', () => {
  it.each([
    undefined,
    'https://api.ecr.eu-west-1.amazonaws.com',
    'https://ecr-fips.us-east-1.amazonaws.com/',
    'https://ecr.eu-west-1.api.aws',
    'https://vpce-0f1.api.ecr.eu-west-1.vpce.amazonaws.com',
    'https://api.ecr.cn-north-1.amazonaws.com.cn',
  ])('of AWS is AWS: %s', (endpoint) => expect(placeAt(endpoint)).toEqual(aws));

  it.each(['http://127.0.0.1:5000', 'https://amazonaws.com.example.org', 'https://notamazonaws.com', 'what is this'])(
    'of anybody else is not: %s',
    (endpoint) => expect(placeAt(endpoint)).toEqual({ kind: 'endpoint', endpoint }),
  );
});

describe('two places', () => {
  it.each<[Place, Place, boolean]>([
    [aws, aws, true],
    [aws, local, false],
    [aws, other, false],
    [local, other, false],
    [local, { kind: 'local', endpoint: 'http://127.0.0.1:4600' }, true],
    [local, placeAt('http://localhost:4510/'), true],
    [other, placeAt('http://127.0.0.1:5000'), true],
    [other, placeAt('http://127.0.0.1:5001'), false],
    [placeAt('nonsense'), placeAt('nonsense'), true],
  ])('%o and %o: %s', (one, another, same) => {
    expect(samePlace(one, another)).toBe(same);
    expect(samePlace(another, one)).toBe(same);
  });
});
