// Who calls in strict mode: the signature is verified, and who made it must be there. No message holds a secret, nor what one would
// have to sign.
// It must not know what is asked.
// Source of codes and texts: IAM user guide, "Troubleshoot AWS API request signing errors"; the answers that people have pasted.
import { administratorOf } from '../iam/administrator.js';
import { type Credential, findCredential, principalBehind } from '../iam/principal.js';
import { ServiceError } from '../service.js';
import type { Store } from '../store/store.js';
import { type Caller, callerOf } from '../wire/caller.js';
import type { Callers, SignedCall } from './callers.js';
import { isSignedWith, readSignature, type Signature, stampOf, timeOf } from './sigv4.js';

/** How far clocks may differ, in milliseconds. */
const skew = 5 * 60 * 1000;

export interface StrictOptions {
  readonly store: Store;
  readonly home: { readonly account: string; readonly region: string };
  readonly now: () => number;
  /** The clock that clients sign by, which the local one may be far ahead of. */
  readonly machine: () => number;
  /** Administrators' keys follow from it. */
  readonly secret: Buffer;
}

type Trouble = 'missing' | 'incomplete' | 'unknown' | 'expired' | 'mismatch';

/** By protocol, since the JSON protocols have codes of their own. */
const codes: Readonly<Record<Trouble, readonly [json: string, query: string, status: number]>> = {
  missing: ['MissingAuthenticationTokenException', 'MissingAuthenticationToken', 403],
  incomplete: ['IncompleteSignatureException', 'IncompleteSignature', 400],
  unknown: ['UnrecognizedClientException', 'InvalidClientTokenId', 403],
  expired: ['ExpiredTokenException', 'ExpiredToken', 403],
  mismatch: ['InvalidSignatureException', 'SignatureDoesNotMatch', 403],
};

function trouble(kind: Trouble, protocol: SignedCall['protocol'], message: string): ServiceError {
  const [json, query, status] = codes[kind];
  return protocol === 'query' ? new ServiceError(query, message, status) : new ServiceError(json, message, 400);
}

const invalidToken = 'The security token included in the request is invalid.';

/** The session's token has to come with its key, and a key of a user comes alone. */
function tokenFits({ token }: Credential, signature: Signature): boolean {
  return token === undefined ? signature.token === undefined : token === signature.token;
}

function timeTrouble({ time, expires }: Signature, now: number): string | undefined {
  const made = timeOf(time);
  if (Number.isNaN(made)) return 'Date must be in ISO-8601 basic format.';
  if (made > now + skew) {
    return `Signature not yet current: ${time} is still later than ${stampOf(now + skew)} (${stampOf(now)} + 5 min.)`;
  }
  const until = expires === undefined ? made + skew : made + expires * 1000;
  if (until >= now) return undefined;
  const allowed = expires === undefined ? '5 min.' : `${expires} s`;
  return `Signature expired: ${time} is now earlier than ${stampOf(now - (until - made))} (${stampOf(now)} - ${allowed})`;
}

export function strictCallers({ store, home, now, machine, secret }: StrictOptions): Callers {
  const credentialOf = (keyId: string): Credential | undefined => {
    const administrator = administratorOf(secret, keyId);
    if (administrator === undefined) return findCredential(store, keyId);
    return { secret: administrator.secret, reference: `administrator/${administrator.account}` };
  };
  return (call) => {
    const { protocol, request, anonymous, service: wanted } = call;
    const read = readSignature(request);
    if (read.kind === 'unsigned') {
      if (anonymous) return nobody(home);
      const message = protocol === 'query' ? 'Request is missing Authentication Token' : 'Missing Authentication Token';
      throw trouble('missing', protocol, message);
    }
    if (read.kind === 'incomplete') throw trouble('incomplete', protocol, read.message);
    const { signature } = read;
    if (wanted !== undefined && signature.service !== wanted) {
      throw trouble('mismatch', protocol, `Credential should be scoped to correct service: '${wanted}'.`);
    }
    const credential = credentialOf(signature.keyId);
    if (credential === undefined || !tokenFits(credential, signature)) {
      throw trouble('unknown', protocol, invalidToken);
    }
    if (!isSignedWith(request, signature, credential.secret)) {
      throw trouble(
        'mismatch',
        protocol,
        'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.',
      );
    }
    const late = timeTrouble(signature, machine());
    if (late !== undefined) throw trouble('mismatch', protocol, late);
    if (credential.expiresAt !== undefined && credential.expiresAt <= now()) {
      throw trouble('expired', protocol, 'The security token included in the request is expired');
    }
    const principal = principalBehind(store, credential.reference, signature.region);
    if (principal === undefined) throw trouble('unknown', protocol, invalidToken);
    const { account, partition, arn, reference } = principal;
    const { region, service, keyId } = signature;
    return { account, partition, arn, region, service, keyId, principal: reference };
  };
}

/** Of calls that need no credentials: a token within them says who it is. */
function nobody(home: StrictOptions['home']): Caller {
  const { keyId: _, ...caller } = callerOf(undefined, home);
  return { ...caller, arn: 'anonymous', keyId: undefined, principal: 'anonymous' };
}
