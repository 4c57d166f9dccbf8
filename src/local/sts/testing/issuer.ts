// An issuer of OIDC tokens on this machine, for tests: its discovery document, its keys, and tokens as a CI system would give them.
// It must not know roles or accounts.
import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

interface SigningKey {
  readonly kid: string;
  readonly alg: 'RS256' | 'ES256';
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}

export interface TestIssuer {
  /** `http://127.0.0.1:PORT`. */
  readonly url: string;
  /** The same without its scheme, as condition keys and ARNs have it. */
  readonly name: string;
  /** A token with these claims beside `iss`, `iat` and `exp`. `now` in milliseconds. */
  token(claims: Record<string, unknown>, now: number, alg?: 'RS256' | 'ES256'): string;
  /** Signs with keys that were never told. */
  forge(claims: Record<string, unknown>, now: number): string;
  /** What is answered at its addresses from now on; `undefined` puts it back. */
  answer(path: string, body: string | undefined): void;
  close(): Promise<void>;
}

function makeKey(kid: string, alg: SigningKey['alg']): SigningKey {
  const pair =
    alg === 'RS256'
      ? generateKeyPairSync('rsa', { modulusLength: 2048 })
      : generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  return { kid, alg, ...pair };
}

function jwt(key: SigningKey, claims: Record<string, unknown>): string {
  const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const signed = `${part({ alg: key.alg, kid: key.kid, typ: 'JWT' })}.${part(claims)}`;
  const signature = sign('sha256', Buffer.from(signed), { key: key.privateKey, dsaEncoding: 'ieee-p1363' });
  return `${signed}.${signature.toString('base64url')}`;
}

export async function startIssuer(): Promise<TestIssuer> {
  const keys = [makeKey('rsa', 'RS256'), makeKey('ec', 'ES256')];
  const answers = new Map<string, string>();
  const server = createServer((request, response) => {
    const told = answers.get(request.url ?? '');
    const body = told ?? usual(request.url ?? '');
    response.writeHead(body === undefined ? 404 : 200, { 'content-type': 'application/json' });
    response.end(body ?? '{}');
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', () => done()));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const usual = (path: string): string | undefined => {
    if (path === '/.well-known/openid-configuration') return JSON.stringify({ issuer: url, jwks_uri: `${url}/keys` });
    if (path !== '/keys') return undefined;
    return JSON.stringify({
      keys: keys.map(({ kid, alg, publicKey }) => ({ ...publicKey.export({ format: 'jwk' }), kid, alg, use: 'sig' })),
    });
  };
  const claimsAt = (claims: Record<string, unknown>, now: number): Record<string, unknown> => ({
    iss: url,
    iat: Math.floor(now / 1000),
    exp: Math.floor(now / 1000) + 300,
    ...claims,
  });
  return {
    url,
    name: url.replace('http://', ''),
    token: (claims, now, alg = 'RS256') => {
      const key = keys.find((one) => one.alg === alg);
      if (key === undefined) throw new Error(`no key for ${alg}`);
      return jwt(key, claimsAt(claims, now));
    },
    forge: (claims, now) => jwt({ ...makeKey('rsa', 'RS256'), kid: 'rsa' }, claimsAt(claims, now)),
    answer: (path, body) => void (body === undefined ? answers.delete(path) : answers.set(path, body)),
    close: () => new Promise((done) => void server.close(() => done())),
  };
}
