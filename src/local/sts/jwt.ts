// JSON Web Tokens: read, and held against a key.
// It must not know where keys come from, nor what claims mean to anybody.
import { createPublicKey, type JsonWebKey, type KeyObject, verify } from 'node:crypto';

type Fields = Readonly<Record<string, unknown>>;

export interface Jwt {
  readonly header: { readonly alg: string; readonly kid: string | undefined };
  readonly claims: Fields;
  /** What was signed, and by what. */
  readonly signed: Buffer;
  readonly signature: Buffer;
}

/** By algorithm: the kind of key, its curve, the digest. No others, and above all not `none` or those of a shared secret. */
const algorithms: Readonly<
  Record<string, { readonly type: string; readonly digest: string; readonly curve?: string }>
> = {
  RS256: { type: 'rsa', digest: 'sha256' },
  RS384: { type: 'rsa', digest: 'sha384' },
  RS512: { type: 'rsa', digest: 'sha512' },
  ES256: { type: 'ec', digest: 'sha256', curve: 'prime256v1' },
  ES384: { type: 'ec', digest: 'sha384', curve: 'secp384r1' },
  ES512: { type: 'ec', digest: 'sha512', curve: 'secp521r1' },
};

function fieldsOf(part: string): Fields | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}

/** Nothing where the text is no signed token. */
export function parseJwt(text: string): Jwt | undefined {
  const [, head, body, tail] = /^([\w-]+)\.([\w-]+)\.([\w-]+)$/.exec(text) ?? [];
  if (head === undefined || body === undefined || tail === undefined) return undefined;
  const header = fieldsOf(head);
  const claims = fieldsOf(body);
  const alg = header?.['alg'];
  const kid = header?.['kid'];
  if (claims === undefined || typeof alg !== 'string' || (kid !== undefined && typeof kid !== 'string'))
    return undefined;
  return {
    header: { alg, kid },
    claims,
    signed: Buffer.from(`${head}.${body}`),
    signature: Buffer.from(tail, 'base64url'),
  };
}

export function isSupported({ header }: Jwt): boolean {
  return Object.hasOwn(algorithms, header.alg);
}

/** A public key as a JWKS holds it. */
export type Jwk = JsonWebKey & { readonly kid?: unknown; readonly alg?: unknown; readonly use?: unknown };

function keyOf(jwk: Jwk): KeyObject | undefined {
  try {
    return createPublicKey({ key: jwk, format: 'jwk' });
  } catch {
    return undefined;
  }
}

/** Whether the token was signed with the key, and by an algorithm for keys of its kind. */
export function isSignedBy({ header, signed, signature }: Jwt, jwk: Jwk): boolean {
  const algorithm = Object.hasOwn(algorithms, header.alg) ? algorithms[header.alg] : undefined;
  if (algorithm === undefined || (jwk.alg !== undefined && jwk.alg !== header.alg)) return false;
  const key = keyOf(jwk);
  if (key?.asymmetricKeyType !== algorithm.type) return false;
  const { namedCurve, modulusLength } = key.asymmetricKeyDetails ?? {};
  if (algorithm.curve !== undefined && namedCurve !== algorithm.curve) return false;
  if (algorithm.type === 'rsa' && (modulusLength ?? 0) < 2048) return false;
  return verify(algorithm.digest, signed, { key, dsaEncoding: 'ieee-p1363' }, signature);
}
