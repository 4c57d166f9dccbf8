// Widths, wrapping and quoting.
import { describe, expect, it } from 'vitest';
import { bytes, callLines, count, grouped, hang, list, paintFor, shellQuote, table, width, wrap } from './text.js';

describe('text for a terminal', () => {
  it('measures what is seen', () => {
    expect(width('plain')).toBe(5);
    expect(width(paintFor(true).red('red'))).toBe(3);
    expect(width('日本')).toBe(4);
    expect(width('e\u0301')).toBe(1);
  });

  it('wraps at spaces and leaves a long word whole', () => {
    expect(wrap('one two three', 7)).toEqual(['one two', 'three']);
    expect(wrap('a-word-that-is-too-long x', 5)).toEqual(['a-word-that-is-too-long', 'x']);
    expect(hang('head: ', 'one two three four five', 26)).toEqual(['head: one two three four', '      five']);
  });

  it('folds a long command so that a shell still takes it, options with their values, quotes whole', () => {
    const canvas = { paint: paintFor(false), columns: 40 };
    expect(callLines('slipway plan -e prod', 'looks', canvas)).toEqual(['  slipway plan -e prod', '      looks']);
    const long = `slipway apply -C 'my -e folder' -e production --only 'a*' && slipway plan --out "x y"`;
    const lines = callLines(long, 'does it', canvas);
    expect(lines).toEqual([
      "  slipway apply -C 'my -e folder' \\",
      "      -e production --only 'a*' \\",
      '      && slipway plan --out "x y"',
      '      does it',
    ]);
    const joined = lines
      .slice(0, -1)
      .join('\n')
      .replaceAll(/ \\\n +/g, ' ');
    expect(joined.trim()).toBe(long);
    expect(lines.filter((line) => line.length > 40)).toEqual([]);
  });

  it('aligns columns and never ends a line in spaces', () => {
    expect(
      table([
        ['a', 'b', 'c'],
        ['long', '', ''],
      ]),
    ).toEqual(['a     b  c', 'long']);
  });

  it('quotes for a shell only where it must', () => {
    expect(shellQuote('localhost:4510/111111111111.eu-west-1/api')).toBe('localhost:4510/111111111111.eu-west-1/api');
    expect(shellQuote("it's $HOME")).toBe(`'it'\\''s $HOME'`);
    expect(shellQuote('')).toBe("''");
  });

  it.each([0, 7, 999, 1000, 12_345, 999_999, 1_000_000, 1_234_567_890])(
    'groups the digits of %i as English does',
    (number) => {
      expect(grouped(number)).toBe(number.toLocaleString('en-US'));
    },
  );

  it('counts in words', () => {
    expect([count(1, 'day'), count(2, 'day'), count(1000, 'day')]).toEqual(['1 day', '2 days', '1,000 days']);
    expect([list([]), list(['a']), list(['a', 'b']), list(['a', 'b', 'c'], 'or')]).toEqual([
      '',
      'a',
      'a and b',
      'a, b or c',
    ]);
    expect([bytes(0), bytes(999), bytes(1_500), bytes(123_456_789)]).toEqual([
      '0 bytes',
      '999 bytes',
      '1.5 kB',
      '123 MB',
    ]);
  });
});
