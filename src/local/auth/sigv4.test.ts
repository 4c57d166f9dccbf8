// Signatures: what the repository's own signer and the SDK make is taken, whatever is signed, and nothing that differs in a byte.
import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Signer } from '../../aws/sdk/signer.js';
import { isSignedWith, readSignature, type Signable, stampOf, timeOf } from './sigv4.js';

const secretAccessKey = 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY';
const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey };

interface Request {
  readonly method: string;
  readonly path: string;
  readonly query: Record<string, string>;
  readonly headers: Record<string, string>;
  readonly body: string;
}

async function signed(
  request: Request,
  more: Partial<typeof credentials> & { sessionToken?: string } = {},
): Promise<Signable> {
  const signer = new Signer({ credentials: { ...credentials, ...more }, region: 'us-east-1', service: 'iam' });
  const made = await signer.sign({ ...request, headers: { host: 'localhost:4510', ...request.headers } });
  const query = new URLSearchParams(request.query).toString();
  return {
    method: request.method,
    url: query === '' ? request.path : `${request.path}?${query}`,
    rawHeaders: Object.entries(made.headers).flat(),
    body: Buffer.from(request.body),
  };
}

function verdict(request: Signable, secret = secretAccessKey): boolean {
  const read = readSignature(request);
  return read.kind === 'signed' && isSignedWith(request, read.signature, secret);
}

const requests: fc.Arbitrary<Request> = fc.record({
  method: fc.constantFrom('POST', 'GET'),
  path: fc.constantFrom('/', '/a/b', '/a%20b/c/'),
  query: fc.dictionary(
    fc.string({ unit: 'grapheme', minLength: 1, maxLength: 5 }),
    fc.string({ unit: 'grapheme', maxLength: 8 }),
    { maxKeys: 4 },
  ),
  headers: fc.dictionary(
    fc.stringMatching(/^x-[a-z]{1,8}$/),
    fc.stringMatching(/^[ -~]{0,20}$/).filter((text) => !/^\s|\s$/.test(text)),
    { maxKeys: 3 },
  ),
  body: fc.string({ unit: 'grapheme', maxLength: 50 }),
});

describe('a signature', () => {
  it('of the repository’s own signer is taken, and of no other secret', async () => {
    await fc.assert(
      fc.asyncProperty(requests, async (request) => {
        const made = await signed(request);
        expect(verdict(made)).toBe(true);
        expect(verdict(made, `${secretAccessKey}x`)).toBe(false);
      }),
    );
  });

  it('fits nothing that was changed afterwards', async () => {
    await fc.assert(
      fc.asyncProperty(requests, fc.nat(), async (request, place) => {
        const made = await signed({ ...request, body: `${request.body}.` });
        const body = Buffer.from(made.body);
        const at = place % body.length;
        body[at] = (body[at] ?? 0) ^ 1;
        expect(verdict({ ...made, body })).toBe(false);
        expect(verdict({ ...made, method: 'PUT' })).toBe(false);
        expect(verdict({ ...made, url: `${made.url}${made.url.includes('?') ? '&' : '?'}more=1` })).toBe(false);
        const others = made.rawHeaders.map((one) => (one === 'localhost:4510' ? 'localhost:4511' : one));
        expect(verdict({ ...made, rawHeaders: others })).toBe(false);
      }),
      { numRuns: 50 },
    );
  });

  it('may stand in the query, and tells how long it holds', async () => {
    // From the documentation's form; signed by hand below.
    const { createHash, createHmac } = await import('node:crypto');
    const query = [
      'Action=GetCallerIdentity',
      'Version=2011-06-15',
      'X-Amz-Algorithm=AWS4-HMAC-SHA256',
      'X-Amz-Credential=AKIDEXAMPLE%2F20260101%2Fus-east-1%2Fsts%2Faws4_request',
      'X-Amz-Date=20260101T000000Z',
      'X-Amz-Expires=60',
      'X-Amz-SignedHeaders=host',
    ].join('&');
    const sha = (text: string): string => createHash('sha256').update(text).digest('hex');
    const canonical = `GET\n/\n${query}\nhost:localhost\n\nhost\n${sha('')}`;
    const key = ['20260101', 'us-east-1', 'sts', 'aws4_request'].reduce<Buffer>(
      (secret, part) => createHmac('sha256', secret).update(part).digest(),
      Buffer.from(`AWS4${secretAccessKey}`),
    );
    const text = `AWS4-HMAC-SHA256\n20260101T000000Z\n20260101/us-east-1/sts/aws4_request\n${sha(canonical)}`;
    const signature = createHmac('sha256', key).update(text).digest('hex');
    const request: Signable = {
      method: 'GET',
      url: `/?${query}&X-Amz-Signature=${signature}`,
      rawHeaders: ['Host', 'localhost'],
      body: Buffer.alloc(0),
    };
    expect(verdict(request)).toBe(true);
    expect(readSignature(request)).toMatchObject({ signature: { expires: 60, keyId: 'AKIDEXAMPLE', service: 'sts' } });
    expect(verdict({ ...request, url: request.url.replace('Expires=60', 'Expires=600') })).toBe(false);
  });

  it('has to cover the host, the time and the operation', async () => {
    const made = await signed({ method: 'POST', path: '/', query: {}, headers: {}, body: '{}' });
    expect(verdict({ ...made, rawHeaders: [...made.rawHeaders, 'X-Amz-Target', 'Evil.Delete'] })).toBe(false);
  });

  it('carries a session token that was signed', async () => {
    const made = await signed(
      { method: 'POST', path: '/', query: {}, headers: {}, body: '' },
      { sessionToken: 'token' },
    );
    expect(readSignature(made)).toMatchObject({ signature: { token: 'token' } });
    expect(verdict({ ...made, rawHeaders: made.rawHeaders.map((one) => (one === 'token' ? 'other' : one)) })).toBe(
      false,
    );
  });

  it.each([
    ['AWS4-HMAC-SHA256 Credential=a', 'incomplete'],
    ['AWS4-HMAC-SHA256 Credential=a/20260101/r/s/aws4_request, SignedHeaders=host, Signature=0', 'incomplete'],
    ['AWS4-ECDSA-P256-SHA256 Credential=a', 'incomplete'],
    ['Basic eDp5', 'incomplete'],
    ['AWS4-HMAC-SHA256', 'incomplete'],
    ['AWS4-HMAC-SHA256 =,=,,', 'incomplete'],
  ])('%s is none', (authorization, kind) => {
    expect(readSignature({ url: '/', rawHeaders: ['Authorization', authorization] }).kind).toBe(kind);
  });

  it('never breaks the reader', () => {
    const parts = fc.constantFrom(
      'AWS4-HMAC-SHA256 ',
      'Credential=',
      'a/20260101/r/s/aws4_request',
      ',',
      ' ',
      '=',
      '%',
      '?',
      '&',
      'X-Amz-Signature',
      'X-Amz-Credential',
    );
    fc.assert(
      fc.property(fc.array(parts, { maxLength: 20 }), fc.array(parts, { maxLength: 20 }), (header, url) => {
        const rawHeaders = ['Authorization', header.join(''), 'X-Amz-Date', '20260101T000000Z', 'Host', 'x'];
        const request = { method: 'GET', url: `/${url.join('')}`, rawHeaders, body: randomBytes(1) };
        expect(verdict(request)).toBe(false);
      }),
      { numRuns: 500 },
    );
  });
});

describe('a time', () => {
  it('is read as it is written', () => {
    fc.assert(
      fc.property(
        fc.date({ min: new Date('2000-01-01'), max: new Date('2100-01-01'), noInvalidDate: true }),
        (date) => {
          const seconds = Math.floor(date.getTime() / 1000) * 1000;
          expect(timeOf(stampOf(seconds))).toBe(seconds);
        },
      ),
    );
  });
});
