// The keys of an issuer, fetched as OpenID Connect Discovery says: its configuration, and the key set that this names.
// It must not know tokens beyond the id of a key.
import { ServiceError } from '../service.js';
import type { Jwk } from './jwt.js';

export interface Issuer {
  readonly scheme: 'https' | 'http';
  /** Without a scheme. */
  readonly url: string;
}

export type FetchKeys = (issuer: Issuer) => Promise<readonly Jwk[]>;

const longest = 5000;
const largest = 512 * 1024;

/** Known by people's pastes. */
export function noKey(): ServiceError {
  return new ServiceError(
    'InvalidIdentityToken',
    "Couldn't retrieve verification key from your identity provider,  please reference AssumeRoleWithWebIdentity documentation for requirements",
  );
}

/** API reference, AssumeRoleWithWebIdentity, "Errors". */
function unreachable(): ServiceError {
  return new ServiceError(
    'IDPCommunicationError',
    'The request could not be fulfilled because the identity provider (IDP) that was asked to verify the incoming identity token could not be reached.',
  );
}

async function textOf(response: Response): Promise<string> {
  if (response.body === null) return '';
  const pieces: Uint8Array[] = [];
  let size = 0;
  for await (const piece of response.body) {
    size += piece.length;
    if (size > largest) throw noKey();
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString('utf8');
}

async function jsonAt(address: string, signal: AbortSignal): Promise<Readonly<Record<string, unknown>>> {
  let response: Response;
  try {
    response = await fetch(address, {
      redirect: 'error',
      headers: { accept: 'application/json' },
      signal: AbortSignal.any([signal, AbortSignal.timeout(longest)]),
    });
  } catch {
    throw unreachable();
  }
  if (!response.ok) {
    await response.body?.cancel();
    throw noKey();
  }
  const text = await textOf(response);
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null) return { ...value };
  } catch {
    // Told below.
  }
  throw noKey();
}

/** Keys may be elsewhere than the issuer, but not on this machine for an issuer that is not. */
function mayFetch(base: string, address: string): boolean {
  if (!URL.canParse(address)) return false;
  const { protocol, hostname } = new URL(address);
  if (protocol === 'https:') return true;
  return protocol === 'http:' && base.startsWith('http:') && ['localhost', '127.0.0.1', '[::1]'].includes(hostname);
}

function isJwk(value: unknown): value is Jwk {
  return typeof value === 'object' && value !== null && 'kty' in value;
}

/**
 * `signal` ends what is under way when the server ends. `elsewhere` has other addresses, by the issuer's name. Asked each time: keys are
 * changed, and a test's issuer changes them often.
 */
export function keyFetcher(signal: AbortSignal, elsewhere: ReadonlyMap<string, string> = new Map()): FetchKeys {
  return async (issuer) => {
    const own = `${issuer.scheme}://${issuer.url}`;
    const base = elsewhere.get(issuer.url) ?? own;
    const configuration = await jsonAt(`${base}/.well-known/openid-configuration`, signal);
    const { issuer: named, jwks_uri: address } = configuration;
    // "The issuer value returned MUST be identical to the Issuer URL" (OpenID Connect Discovery 1.0, 4.3).
    // One that stands in for another may give either name.
    if (typeof named !== 'string' || ![own, base].includes(named.replace(/\/$/, ''))) throw noKey();
    if (typeof address !== 'string' || !mayFetch(base, address)) throw noKey();
    const { keys } = await jsonAt(address, signal);
    return Array.isArray(keys) ? keys.filter(isJwk) : [];
  };
}
