// Exercises values.ts: each kind of value from both sides.
// It must not know operators.
import { describe, expect, test } from 'vitest';
import { isInRange, parseAddress, parseBoolean, parseDate, parseNumber, parseRange } from './values.js';

test.each([
  ['12', 12],
  ['-1.5', -1.5],
  ['+3', 3],
  ['.5', 0.5],
  ['7.', 7],
  ['1e3', 1000],
  ['1e+2', 100],
  ['5e-10', 5e-10],
  ['.25', 0.25],
  [' 5 ', 5],
  ['', undefined],
  ['x', undefined],
  ['1x', undefined],
  ['x1', undefined],
  ['0x10', undefined],
  ['.', undefined],
])('the number %j', (text, value) => {
  expect(parseNumber(text)).toBe(value);
});

test.each([
  ['2026', '2026-01-01T00:00:00.000Z'],
  ['2026-06', '2026-06-01T00:00:00.000Z'],
  ['2026-06-01', '2026-06-01T00:00:00.000Z'],
  ['2026-06-01T10:20', '2026-06-01T10:20:00.000Z'],
  ['2026-06-01T10:20Z', '2026-06-01T10:20:00.000Z'],
  ['2026-06-01T10:20:30Z', '2026-06-01T10:20:30.000Z'],
  ['2026-06-01T10:20:30.5Z', '2026-06-01T10:20:30.500Z'],
  ['2026-06-01T10:20:30+02:00', '2026-06-01T08:20:30.000Z'],
  ['2026-06-01T10:20:30-0130', '2026-06-01T11:50:30.000Z'],
  ['1780272000', '2026-06-01T00:00:00.000Z'],
  ['86400', '1970-01-02T00:00:00.000Z'],
  ['-86400', '1969-12-31T00:00:00.000Z'],
])('the date %j', (text, value) => {
  expect(new Date(parseDate(text) ?? Number.NaN).toISOString()).toBe(value);
});

test.each([
  '',
  'x',
  '2026-13-01',
  '20260601T102030Z',
  '2026-06-01T',
  'x2026',
  '2026-06-01x',
  '123',
  '1 2345',
  '12345x',
  'x12345',
  // Dates to others, but in none of the two forms.
  '1 Jan 2026',
  '2026/01/01',
])('no date: %j', (text) => {
  expect(parseDate(text)).toBeUndefined();
});

test('a time without a zone is UTC, wherever this runs', () => {
  const zone = process.env['TZ'];
  process.env['TZ'] = 'America/New_York';
  try {
    const texts = ['2026', '2026-06-01', '2026-06-01T10:20', '2026-06-01T10:20:30.5'];
    expect(texts.map((text) => new Date(parseDate(text) ?? 0).toISOString())).toEqual([
      '2026-01-01T00:00:00.000Z',
      '2026-06-01T00:00:00.000Z',
      '2026-06-01T10:20:00.000Z',
      '2026-06-01T10:20:30.500Z',
    ]);
  } finally {
    if (zone === undefined) delete process.env['TZ'];
    else process.env['TZ'] = zone;
  }
});

test('booleans', () => {
  expect(['true', 'TRUE', 'false', 'False', 'yes', ''].map(parseBoolean)).toEqual([
    true,
    true,
    false,
    false,
    undefined,
    undefined,
  ]);
});

describe('addresses', () => {
  test.each([
    ['10.0.0.1', [10, 0, 0, 1]],
    ['255.255.255.255', [255, 255, 255, 255]],
    ['::', Array.from({ length: 16 }, () => 0)],
    ['::1', [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]],
    ['2001:DB8::', [0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]],
    ['1:2:3:4:5:6:7:8', [0, 1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6, 0, 7, 0, 8]],
    ['1:2:3:4:5:6:7::', [0, 1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6, 0, 7, 0, 0]],
    ['::ffff:10.1.2.3', [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 10, 1, 2, 3]],
  ])('%s', (text, bytes) => {
    expect(parseAddress(text)).toEqual(bytes);
  });
  test.each([
    '',
    '10.0.0',
    '10.0.0.0.0',
    '10.0.0.256',
    '10.0.0.x',
    '10.0.0.',
    '0x1.0.0.1',
    '10.0.0.1e1',
    '1000.0.0.0',
    '10.0.0.1x',
    'x10.0.0.1',
    ':',
    ':::',
    '1::2::3',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    '1:2:3:4::5:6:7:8',
    '12345::',
    'g::',
    '::g',
    '::12345',
    'x1::',
    '10.0.0.1::',
    '::10.0.0.1:5',
    '::10.0.0.999',
  ])('not %j', (text) => {
    expect(parseAddress(text)).toBeUndefined();
  });
});

describe('ranges', () => {
  test.each([
    ['10.0.0.0/8', 8],
    ['10.0.0.0/0', 0],
    ['10.0.0.1/32', 32],
    ['10.0.0.1', 32],
    ['2001:db8::/32', 32],
    ['::1', 128],
    ['::1/128', 128],
  ])('%s', (text, bits) => {
    expect(parseRange(text)?.bits).toBe(bits);
  });
  test.each([
    '10.0.0.0/33',
    '::/129',
    '10.0.0.0/',
    '10.0.0.0/x',
    '10.0.0.0/8/8',
    'x/8',
    '/8',
    '10.0.0.0/-1',
    '10.0.0.0/8x',
    '10.0.0.0/0008',
  ])('not %j', (text) => {
    expect(parseRange(text)).toBeUndefined();
  });
  test.each([
    ['10.255.255.255', '10.0.0.0/8', true],
    ['11.0.0.0', '10.0.0.0/8', false],
    ['10.0.127.255', '10.0.0.0/17', true],
    ['10.0.128.0', '10.0.0.0/17', false],
    ['10.0.0.1', '10.0.0.1', true],
    ['10.0.0.2', '10.0.0.1', false],
    ['10.9.9.9', '10.1.2.3/8', true],
    ['255.0.0.1', '0.0.0.0/0', true],
    ['::1', '0.0.0.0/0', false],
    ['2001:db8:ffff::', '2001:db8::/32', true],
    ['2001:db9::', '2001:db8::/32', false],
  ])('%s in %s: %s', (address, range, expected) => {
    const parsed = parseRange(range);
    expect(parsed !== undefined && isInRange(parseAddress(address) ?? [], parsed)).toBe(expected);
  });
});
