// One value changes, and every other byte stays.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { JsonProblem, spanOf, withValue } from './json-text.js';

describe('a value is put', () => {
  const auth = { auth: 'QVdTOng=' };

  it('into docker’s own layout, and into any other', () => {
    expect(withValue('', ['auths', 'h'], auth)).toBe(
      '{\n\t"auths": {\n\t\t"h": {\n\t\t\t"auth": "QVdTOng="\n\t\t}\n\t}\n}\n',
    );
    expect(withValue('{}', ['a'], 1)).toBe('{\n\t"a": 1\n}');
    expect(withValue('{\n  "auths": {\n    "x": {}\n  },\n  "z": 1\n}\n', ['auths', 'h'], auth)).toBe(
      '{\n  "auths": {\n    "x": {},\n    "h": {\n      "auth": "QVdTOng="\n    }\n  },\n  "z": 1\n}\n',
    );
    expect(withValue('{"auths":{},"z":1}', ['auths', 'h'], auth)).toBe('{"auths":{"h":{"auth":"QVdTOng="}},"z":1}');
    expect(withValue('{\r\n  "z": 1\r\n}', ['auths', 'h'], 1)).toBe(
      '{\r\n  "z": 1,\r\n  "auths": {\r\n    "h": 1\r\n  }\r\n}',
    );
  });

  it('in place of the old one, the last where there are several, and of null', () => {
    expect(withValue('{ "a" : {"h":{"auth":"old"}} , "b":2}', ['a', 'h'], 7)).toBe('{ "a" : {"h":7} , "b":2}');
    expect(withValue('{"h":1,"h":2}', ['h'], 3)).toBe('{"h":1,"h":3}');
    expect(withValue('{"auths":null}', ['auths', 'h'], 3)).toBe('{"auths":{"h":3}}');
    expect(withValue('{"\\u0061":1}', ['a'], 2)).toBe('{"\\u0061":2}');
  });

  it('beside numbers, escapes and order that parsing would lose', () => {
    const text =
      '{"10":1.0,"2":12345678901234567890,"e":1E+2,"__proto__":{"x":-0},"s":"\\u00e9\\/","auths":{"b":{},"1":{}}}';
    expect(withValue(text, ['auths', 'h'], 1)).toBe(text.replace('"1":{}', '"1":{},"h":1'));
  });

  it('so that it reads as one would have set it, and nothing else has moved', () => {
    const name = fc.oneof(
      fc.constantFrom('auths', 'credHelpers', '__proto__', '', 'localhost:4510'),
      fc.string({ unit: 'binary' }),
    );
    const documents = fc
      .tuple(
        fc.dictionary(name, fc.jsonValue({ maxDepth: 3 })),
        fc.dictionary(name, fc.jsonValue({ maxDepth: 2 })),
        fc.constantFrom(undefined, 1, 2, '\t'),
        fc.constantFrom('\n', '\r\n'),
      )
      .map(([all, auths, indent, line]) => JSON.stringify({ ...all, auths }, null, indent).replaceAll('\n', line));
    fc.assert(
      fc.property(documents, name, fc.jsonValue({ maxDepth: 2 }), (text, host, value) => {
        const next = withValue(text, ['auths', host], value);
        const before = JSON.parse(text) as { auths: Record<string, unknown> };
        const after = JSON.parse(next) as { auths: Record<string, unknown> };
        expect(Object.entries(after.auths).find(([one]) => one === host)?.[1]).toEqual(
          JSON.parse(JSON.stringify(value)),
        );
        const others = (object: object): unknown[] => Object.entries(object).filter(([one]) => one !== host);
        expect(others(after.auths)).toEqual(others(before.auths));
        expect(Object.keys(after)).toEqual(Object.keys(before));
        const span = spanOf(next, ['auths', host]);
        expect(JSON.parse(next.slice(span?.start, span?.end))).toEqual(JSON.parse(JSON.stringify(value)));
        // What was cut out is the old value, or the space of an empty object; all else is there still, in its place.
        const old = spanOf(text, ['auths', host]);
        if (old !== undefined)
          expect(next).toBe(text.slice(0, old.start) + next.slice(span?.start, span?.end) + text.slice(old.end));
        else {
          let start = 0;
          while (start < text.length && text[start] === next[start]) start += 1;
          let end = 0;
          while (end < text.length - start && text.at(-1 - end) === next.at(-1 - end)) end += 1;
          expect(text.slice(start, text.length - end).trim()).toBe('');
        }
      }),
      { numRuns: 150 },
    );
  });
});

describe('what is no JSON', () => {
  const refused = (text: string): [string, number] => {
    try {
      withValue(text, ['auths', 'h'], 1);
    } catch (error) {
      if (error instanceof JsonProblem) return [error.message, error.offset];
      throw error;
    }
    throw new Error(`taken: ${text}`);
  };

  it('is refused where it goes wrong', () => {
    expect(refused('{"auths": {"a": 1,}}')).toEqual(["'}' does not belong here", 18]);
    expect(refused('{"auths": {"a" 1}}')).toEqual(["'1' does not belong here", 15]);
    expect(refused('{"auths": {')).toEqual(['it ends too early', 11]);
    expect(refused('{"a": "x')).toEqual(['it ends too early', 8]);
    expect(refused('{"a": "\t"}')).toEqual(["'\t' does not belong here", 7]);
    expect(refused('{} // mine')).toEqual(["'/' does not belong here", 3]);
    expect(refused('[]')).toEqual(["'[' does not belong here", 0]);
    expect(refused('{"auths": []}')).toEqual(["'auths' is not an object", 10]);
    expect(refused(`{"a":${'['.repeat(100_000)}`)).toEqual(['it is nested too deeply', 205]);
  });

  it('is exactly what JSON.parse refuses too', () => {
    const texts = fc.oneof(
      fc.json(),
      fc.tuple(fc.json(), fc.nat(), fc.string({ maxLength: 2 })).map(([text, at, more]) => {
        const index = at % (text.length + 1);
        return text.slice(0, index) + more + text.slice(index + 1);
      }),
      fc
        .array(fc.constantFrom('{', '}', '[', ']', ',', ':', '"a"', '1', '-', '.', 'e', ' ', 'null', '\\'), {
          maxLength: 12,
        })
        .map((all) => all.join('')),
    );
    fc.assert(
      fc.property(texts, (text) => {
        fc.pre(text.trim() !== '');
        let valid = true;
        try {
          JSON.parse(text);
        } catch {
          valid = false;
        }
        let taken = true;
        try {
          spanOf(text, []);
        } catch (error) {
          expect(error).toBeInstanceOf(JsonProblem);
          taken = false;
        }
        expect(taken).toBe(valid);
      }),
      { numRuns: 1000 },
    );
  });
});
