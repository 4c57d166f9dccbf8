// Tokens of this server: makes them for callers, and checks the Basic credentials of requests.
// It must not know HTTP beyond one header's text, nor what a token opens. Nothing here may be logged.
import { createHash, randomBytes } from 'node:crypto';
import type { EcrContext } from '../ecr/operation.js';
import { awsUri } from '../ecr/repository.js';
import type { Store } from '../store/store.js';
import { type Claims, openPassword, passwordOf } from './token.js';

/** API reference, GetAuthorizationToken. */
const lifetime = 12 * 60 * 60 * 1000;

/** Tokens in use at one time on one machine are far fewer. */
const remembered = 1000;

/** Beside ECR's own kind of user there is none. */
const user = 'AWS';

/** Longer credentials are nobody's; the server takes no header line over 16 KiB in any case. */
const longest = 12 * 1024;

export interface Tokens {
  readonly secret: Buffer;
  /** Claims of credentials that were proven, by the digest of the header's text; the oldest first. */
  readonly proven: Map<string, Claims>;
}

export type Verdict =
  | ({ readonly ok: true } & Claims)
  | { readonly ok: false; readonly reason: 'missing' | 'malformed' | 'foreign' | 'forged' | 'expired' };

/** Made once; whoever has it can be anyone. */
function secretOf(store: Store): Buffer {
  return store.transaction(() => {
    const found = store.get('secret', 'local', 'tokens');
    if (typeof found === 'string') return Buffer.from(found, 'base64');
    const secret = randomBytes(32);
    store.put('secret', 'local', 'tokens', secret.toString('base64'));
    return secret;
  });
}

export function openTokens(store: Store): Tokens {
  return { secret: secretOf(store), proven: new Map() };
}

export interface Issued {
  /** Base64 of `AWS:PASSWORD`. */
  readonly authorizationToken: string;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
  readonly proxyEndpoint: string;
}

/** A token for the caller, with the address of a registry to use it at: it serves every registry the caller may reach (API model). */
export function issueToken(
  context: EcrContext,
  registry: { readonly account: string; readonly region: string },
): Issued {
  const expiresAt = context.now() + lifetime;
  const { account, region, callerArn: arn, principal } = context;
  const claims = { account, region, arn, ...(principal !== undefined && { principal }), expiresAt };
  const password = passwordOf(secretOf(context.store), claims);
  const endpointOf = context.endpointOf ?? awsEndpoint;
  return {
    authorizationToken: Buffer.from(`${user}:${password}`).toString('base64'),
    expiresAt,
    proxyEndpoint: endpointOf(registry.account, registry.region),
  };
}

/** ECR's own address of a registry. */
export function awsEndpoint(account: string, region: string): string {
  return `https://${awsUri(account, region, '').replace('/', '')}`;
}

const basic = /^basic +([a-z0-9+/]+={0,2})$/i;

/** The password in a header's text, where the user is the one there is and nothing is encoded in an unusual way. */
function passwordIn(header: string): string | undefined {
  const encoded = header.length > longest ? undefined : basic.exec(header)?.[1];
  if (encoded === undefined) return undefined;
  const bytes = Buffer.from(encoded, 'base64');
  const start = `${user}:`;
  const given = bytes.toString('latin1');
  return given.startsWith(start) && bytes.toString('base64') === encoded ? given.slice(start.length) : undefined;
}

/** Judges the Authorization header of a request to a registry. */
export function verifyBasic(tokens: Tokens, header: string | undefined, now: number): Verdict {
  if (header === undefined || header === '') return { ok: false, reason: 'missing' };
  // What is looked up is a digest: how long that takes tells nothing about any token.
  const key = createHash('sha256').update(header).digest('base64');
  const known = tokens.proven.get(key);
  if (known !== undefined) return judged(known, now);
  const password = passwordIn(header);
  if (password === undefined) return { ok: false, reason: 'malformed' };
  const opened = openPassword(tokens.secret, password);
  if (!('claims' in opened)) return { ok: false, reason: opened.reason };
  // Only proven tokens are remembered, so that no flood of false ones drives them out.
  remember(tokens.proven, key, opened.claims);
  return judged(opened.claims, now);
}

function judged(claims: Claims, now: number): Verdict {
  return claims.expiresAt > now ? { ok: true, ...claims } : { ok: false, reason: 'expired' };
}

function remember(proven: Map<string, Claims>, key: string, claims: Claims): void {
  const [oldest] = proven.keys();
  if (proven.size >= remembered && oldest !== undefined) proven.delete(oldest);
  proven.set(key, claims);
}
