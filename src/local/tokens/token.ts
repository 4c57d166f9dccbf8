// The text of a token: a function of the server's secret and of what the token claims, so that to check one is to make it again.
// It must not know time, the store, or who asks.
import { createHash, createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';

/** Whom a token speaks for, and until when. */
export interface Claims {
  readonly account: string;
  readonly region: string;
  readonly arn: string;
  /** The reference of a principal (iam/principal.ts), where one was behind the call. */
  readonly principal?: string;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
}

export type Opened =
  | { readonly claims: Claims }
  /** `foreign`: another server's, AWS's own among them. */
  | { readonly reason: 'malformed' | 'foreign' | 'forged' };

/** With it a password is about as long as ECR's, so that clients meet the header they will meet there. */
const proofLength = 820;

/** Names a secret without telling it. */
function issuerOf(secret: Buffer): string {
  return createHash('sha256').update('issuer').update(secret).digest('hex').slice(0, 16);
}

function proofOf(secret: Buffer, payload: string): Buffer {
  const mac = createHmac('sha256', secret).update(payload).digest();
  const more = hkdfSync('sha256', mac, '', 'length of a password', proofLength - mac.length);
  return Buffer.concat([mac, Buffer.from(more)]);
}

/** The password of a login, in the form of ECR's: base64 of JSON with these members. It holds no colon. */
export function passwordOf(secret: Buffer, { account, region, arn, principal, expiresAt }: Claims): string {
  const payload = Buffer.from(
    JSON.stringify({ issuer: issuerOf(secret), account, region, arn, principal, expiresAt }),
  ).toString('base64');
  return Buffer.from(
    JSON.stringify({
      payload,
      datakey: proofOf(secret, payload).toString('base64'),
      version: '2',
      type: 'DATA_KEY',
      expiration: Math.floor(expiresAt / 1000),
    }),
  ).toString('base64');
}

function jsonOf(base64: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(base64, 'base64').toString('utf8'));
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** What a password claims, once it is proven. Text that only decodes to the same bytes is no proof. */
export function openPassword(secret: Buffer, password: string): Opened {
  const outer = jsonOf(password);
  const payload = text(outer?.['payload']);
  if (outer?.['type'] !== 'DATA_KEY' || payload === undefined) return { reason: 'malformed' };
  const inner = jsonOf(payload);
  if (inner?.['issuer'] !== issuerOf(secret)) return { reason: 'foreign' };
  const [account, region, arn] = [text(inner['account']), text(inner['region']), text(inner['arn'])];
  const expiresAt = inner['expiresAt'];
  if (account === undefined || region === undefined || arn === undefined || typeof expiresAt !== 'number') {
    return { reason: 'forged' };
  }
  const principal = text(inner['principal']);
  const claims: Claims = { account, region, arn, ...(principal !== undefined && { principal }), expiresAt };
  const expected = Buffer.from(passwordOf(secret, claims));
  const given = Buffer.from(password);
  return expected.length === given.length && timingSafeEqual(expected, given) ? { claims } : { reason: 'forged' };
}
