// Holds our signatures against those of the SDK's own signer, which is the oracle.
import { ECRClient } from '@aws-sdk/client-ecr';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { quietSdk } from '../client.js';
import { Signer } from './signer.js';

quietSdk();

interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

const text = fc.string({ unit: 'grapheme', maxLength: 30 });
/** The SDK copies a query with assignments, by which this one name sets an object's prototype, and then signs another query than it sends. */
const queryName = text.filter((name) => name !== '__proto__');
const word = fc.stringMatching(/^[A-Za-z0-9/+_-]{1,40}$/);
const credentials: fc.Arbitrary<Credentials> = fc.oneof(
  fc.record({ accessKeyId: word, secretAccessKey: word }),
  fc.record({ accessKeyId: word, secretAccessKey: word, sessionToken: word }),
);
const headerName = fc.oneof(
  fc.stringMatching(/^[a-z][a-z0-9-]{0,20}$/),
  fc.constantFrom('host', 'content-type', 'user-agent', 'x-amzn-trace-id', 'proxy-x', 'sec-y', 'connection', 'date'),
  fc.constantFrom('authorization', 'x-amz-date', 'x-amz-content-sha256', 'X-Amz-Target', 'amz-sdk-request'),
);
const headerValue = fc.stringMatching(/^[ \ta-zA-Z0-9;=/.,()-]{0,40}$/);
const segment = fc.oneof(
  fc.constantFrom('', '.', '..', 'a%20b', "it's(*)!"),
  fc.stringMatching(/^[a-z0-9._~%-]{1,8}$/),
);
const request = fc.record({
  method: fc.constantFrom('GET', 'POST', 'PUT'),
  protocol: fc.constant('https:'),
  hostname: fc.constant('localhost'),
  path: fc.array(segment, { maxLength: 5 }).map((segments) => `/${segments.join('/')}`),
  query: fc.dictionary(queryName, fc.oneof(text, fc.array(text, { maxLength: 3 })), { maxKeys: 4 }),
  headers: fc.dictionary(headerName, headerValue, { maxKeys: 8 }),
  body: fc.oneof(fc.constant(undefined), text, fc.uint8Array({ maxLength: 60 })),
});
const date = fc.date({ min: new Date('2000-01-01'), max: new Date('2100-01-01'), noInvalidDate: true });

/** The signer that the SDK makes for a client of its own. */
async function oracle(given: Credentials, region: string) {
  const client = new ECRClient({ region, credentials: given });
  return client.config.signer();
}

describe('a signature', () => {
  it('is the SDK’s own, header for header', async () => {
    await fc.assert(
      fc.asyncProperty(request, credentials, date, async (asked, given, signingDate) => {
        const expected = await (await oracle(given, 'eu-west-1')).sign(asked, { signingDate });
        const signer = new Signer({ credentials: given, region: 'eu-west-1', service: 'ecr' });
        const signed = await signer.sign(asked, { signingDate });
        expect(signed.headers).toEqual(expected.headers);
      }),
      { numRuns: 300 },
    );
  });

  it('follows day, Region, service and credentials from one request to the next', async () => {
    let who: Credentials = { accessKeyId: 'first', secretAccessKey: 'one' };
    const signer = new Signer({ credentials: async () => who, region: async () => 'eu-west-1', service: 'ecr' });
    const asked = { method: 'POST', protocol: 'https:', hostname: 'h', path: '/', headers: { host: 'h' }, body: '{}' };
    const steps = [
      { at: '2026-01-01T23:59:59Z', who, region: 'eu-west-1', service: 'ecr' },
      { at: '2026-01-02T00:00:00Z', who, region: 'eu-west-1', service: 'ecr' },
      { at: '2026-01-02T00:00:00Z', who: { ...who, secretAccessKey: 'two' }, region: 'eu-west-1', service: 'ecr' },
      {
        at: '2026-01-02T00:00:01Z',
        who: { accessKeyId: 'second', secretAccessKey: 'two', sessionToken: 'token' },
        region: 'us-east-1',
        service: 'sts',
      },
    ];
    for (const step of steps) {
      who = step.who;
      const options = {
        signingDate: new Date(step.at),
        signingRegion: step.region,
        signingService: step.service,
      };
      const { headers } = await signer.sign(asked, options);
      const expected = await (await oracle(step.who, 'eu-west-1')).sign({ ...asked, query: {} }, options);
      expect(headers).toEqual(expected.headers);
    }
  });

  it('leaves the request it was given alone', async () => {
    const signer = new Signer({
      credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
      region: 'eu-west-1',
      service: 'ecr',
    });
    const asked = { method: 'POST', path: '/', headers: { host: 'h' }, body: '{}' };
    await signer.sign(asked);
    expect(asked).toEqual({ method: 'POST', path: '/', headers: { host: 'h' }, body: '{}' });
  });

  it('is refused for a body that cannot be read twice', async () => {
    const signer = new Signer({
      credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
      region: 'eu-west-1',
      service: 'ecr',
    });
    const asked = { method: 'POST', path: '/', headers: {}, body: new ReadableStream() };
    await expect(signer.sign(asked)).rejects.toThrow('only a text or bytes can be signed');
  });
});
