// Places in a JSON text: of what is wrong with a value, of what is missing, of where the text stops being JSON.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Diagnostic, diagnostic, pathOfOffset, placed, readJson } from './index.js';

const text = `{
  "imageDetails": [
    {"imageDigest": "sha256:a", "imageTags": ["v1", "é", 7]},
    {
      "imageDigest": "sha256:b"
    }
  ]
}
`;
const of = (path: string): Diagnostic => diagnostic('lifecycle/bad-images', 'x', { path });
/** `line:column-endColumn what stands there`. */
const shown = (path: string, source = text): string => {
  const range = placed([of(path)], source, 'images.json')[0]?.range;
  if (range === undefined) return 'nowhere';
  const stretch = source.split('\n')[range.line - 1]?.slice(range.column - 1, range.endColumn - 1);
  return `${range.line}:${range.column} ${stretch ?? ''}`;
};

describe('a value', () => {
  it('is shown where it stands, of a long one its beginning', () => {
    expect(shown('imageDetails.0.imageTags.2')).toBe('3:58 7');
    expect(shown('imageDetails.1.imageDigest')).toBe('5:22 "sha256:b"');
    expect(shown('imageDetails')).toBe('2:19 [');
    expect(shown('')).toBe('1:1 {');
  });

  it('that is missing is shown at the nearest around it', () => {
    expect(shown('imageDetails.1.imagePushedAt')).toBe('4:5 {');
    expect(shown('imageDetails.7.imageDigest')).toBe('2:19 [');
    expect(shown('rules.0')).toBe('1:1 {');
  });

  it('keeps the place it has, and needs none', () => {
    const range = { file: 'f', line: 1, column: 1, endLine: 1, endColumn: 2 };
    const kept = [{ ...of('imageDetails'), range }, diagnostic('lifecycle/bad-images', 'more')];
    expect(placed(kept, text, 'images.json')).toEqual(kept);
  });
});

describe('a text that is no JSON', () => {
  it.each([
    ['', 0, 'it ends too early'],
    ['{"a": 1,}', 8, '"}" does not belong here'],
    ['[1 2]', 3, '"2" does not belong here'],
    ['{"a" 1}', 5, '"1" does not belong here'],
    ['{"a": 1', 7, 'it ends too early'],
    ['{a: 1}', 1, '"a" does not belong here'],
    ['[01]', 2, '"1" does not belong here'],
    ['["a\nb"]', 3, '"\\n" does not belong here'],
    ['["a\\x"]', 3, '"\\\\" does not belong here'],
    ['["a', 3, 'it ends too early'],
    ['{} {}', 3, '"{" does not belong here'],
    ['nul', 0, '"n" does not belong here'],
    ['\uFEFF{}', 0, '"\uFEFF" does not belong here'],
  ])('%j stops at %i', (source, offset, message) => {
    expect(readJson(source)).toEqual({ syntax: { message, offset } });
    expect(placed([of(pathOfOffset(offset))], source, 'f')[0]?.range).toMatchObject({ line: 1, column: offset + 1 });
  });

  it('is not read deeper than anybody writes', () => {
    const deep = `${'['.repeat(300)}${']'.repeat(299)}`;
    expect(readJson(deep)).toMatchObject({ syntax: { message: 'it is nested too deeply' } });
  });
});

it('agrees with JSON.parse on what is JSON, and finds every value of it', () => {
  fc.assert(
    fc.property(fc.json(), fc.nat(), fc.constantFrom('', ',', '}', '"', '\\', '1', 'x'), (source, at, noise) => {
      const damaged = source.slice(0, at % (source.length + 1)) + noise + source.slice((at % (source.length + 1)) + 1);
      for (const one of [source, damaged]) {
        const isJson = ((): boolean => {
          try {
            JSON.parse(one);
            return true;
          } catch {
            return false;
          }
        })();
        expect('value' in readJson(one)).toBe(isJson);
      }
    }),
  );
});
