// WWW-Authenticate as registries write it, and as nobody should.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Challenge, challengesIn } from './challenge.js';

/** Without the prototype that parameters do not have. */
function read(header: string | undefined): { scheme: string; parameters: Record<string, string> }[] {
  return challengesIn(header).map(({ scheme, parameters }: Challenge) => ({ scheme, parameters: { ...parameters } }));
}

describe('challengesIn', () => {
  it.each<[string, string, unknown]>([
    [
      'Docker Hub',
      'Bearer realm="https://auth.docker.io/token",service="registry.docker.io",scope="repository:library/nginx:pull"',
      [
        {
          scheme: 'bearer',
          parameters: {
            realm: 'https://auth.docker.io/token',
            service: 'registry.docker.io',
            scope: 'repository:library/nginx:pull',
          },
        },
      ],
    ],
    [
      'ECR',
      'Basic realm="https://123456789012.dkr.ecr.us-east-1.amazonaws.com/",service="ecr.amazonaws.com"',
      [
        {
          scheme: 'basic',
          parameters: {
            realm: 'https://123456789012.dkr.ecr.us-east-1.amazonaws.com/',
            service: 'ecr.amazonaws.com',
          },
        },
      ],
    ],
    [
      'two at once',
      'Basic realm="a, b" , BEARER Realm=x,service = "y\\"z"',
      [
        { scheme: 'basic', parameters: { realm: 'a, b' } },
        { scheme: 'bearer', parameters: { realm: 'x', service: 'y"z' } },
      ],
    ],
    ['a scheme alone', 'Negotiate', [{ scheme: 'negotiate', parameters: {} }]],
    ['names of the prototype', 'Basic __proto__="x"', [{ scheme: 'basic', parameters: {} }]],
    ['a quotation without an end', 'Bearer realm="x', [{ scheme: 'bearer', parameters: {} }]],
    ['nothing', '', []],
    ['garbage', '"', []],
    ['too much', `Basic realm="${'x'.repeat(9000)}"`, []],
  ])('%s', (_, header, expected) => {
    const found = read(header).map(({ scheme, parameters }) => {
      const { ['__proto__']: __, ...rest } = parameters;
      return { scheme, parameters: rest };
    });
    expect(found).toEqual(expected);
  });

  it('reads what it is not given as nothing', () => {
    expect(challengesIn(undefined)).toEqual([]);
  });

  it('never fails, and reads what it has written', () => {
    const name = fc.stringMatching(/^[a-z]{1,10}$/);
    const value = fc.string({ maxLength: 20 }).filter((text) => !/[\r\n]/.test(text));
    const challenge = fc.record({
      scheme: name,
      parameters: fc.dictionary(name, value, { minKeys: 1, maxKeys: 4, noNullPrototype: true }),
    });
    fc.assert(
      fc.property(fc.array(challenge, { maxLength: 3 }), (list) => {
        const header = list
          .map(({ scheme, parameters }) => {
            const written = Object.entries(parameters).map(
              ([key, text]) => `${key}="${text.replace(/["\\]/g, '\\$&')}"`,
            );
            return `${scheme} ${written.join(', ')}`;
          })
          .join(', ');
        expect(read(header)).toEqual(list);
      }),
    );
    fc.assert(
      fc.property(
        fc.string({ maxLength: 500, unit: fc.constantFrom('a', 'B', ' ', '=', ',', '"', '\\', '\t', '\u0000', 'é') }),
        (text) => {
          for (const { scheme } of challengesIn(text)) expect(scheme).toMatch(/^[^\s,"]+$/);
        },
      ),
    );
  });
});
