// What every service of the local cloud is made of: operations over a store, the caller, and errors with a code.
// It must not know HTTP, the wire protocols, or any one service.
import type { Store } from './store/store.js';

export interface ServiceContext {
  /** The caller's account. */
  readonly account: string;
  readonly region: string;
  readonly partition: string;
  readonly callerArn: string;
  /** The reference of who calls (iam/principal.ts); the account's administrator where it is left out. */
  readonly principal?: string;
  /** The service of AWS that calls for the caller; nothing where the caller calls. */
  readonly invokedBy?: string;
  /** The ARN of the role that the service was handed to act as, in the caller's place. */
  readonly actingRole?: string;
  /** Milliseconds since the epoch. */
  now(): number;
  readonly store: Store;
}

export type Operation = (input: Record<string, unknown>, context: ServiceContext) => Record<string, unknown>;

/** One that waits for bytes or for another machine. It has no transaction of its own, and makes those it needs. */
export type AsyncOperation = (
  input: Record<string, unknown>,
  context: ServiceContext,
) => Promise<Record<string, unknown>>;

/** An answer that is an error: a code, a message and, for a few codes, further members. */
export class ServiceError extends Error {
  readonly code: string;
  readonly status: number;
  readonly members: Readonly<Record<string, unknown>> | undefined;

  constructor(code: string, message: string, status = 400, members?: Readonly<Record<string, unknown>>) {
    super(message);
    this.name = 'ServiceError';
    this.code = code;
    this.status = status;
    this.members = members;
  }
}

/** A service that speaks one of the JSON protocols. */
export interface JsonService {
  /** As in IAM actions and in a signature's scope. */
  readonly name: string;
  /** What stands before the dot in X-Amz-Target. */
  readonly target: string;
  readonly operations: ReadonlyMap<string, Operation>;
  readonly asyncOperations?: ReadonlyMap<string, AsyncOperation>;
  /** Operations the real service has and this one does not serve. */
  readonly unserved: ReadonlySet<string>;
  /** Of operations whose inputs are larger than those of all others, in bytes. */
  readonly bodyLimits?: ReadonlyMap<string, number>;
  /** The resource a call is about, as IAM names it; `*` where there is none. */
  resourceOf(input: Record<string, unknown>, context: ServiceContext): string;
}

/** The store's scope of an account in a Region. */
export function scope(account: string, region: string): string {
  return `${account}/${region}`;
}

/** Opaque to clients; `kind` keeps a token of one list from being taken by another. */
export function encodeToken(kind: string, position: string): string {
  return Buffer.from(`slipway:${kind}:${position}`, 'utf8').toString('base64url');
}

/** The position, or nothing where it is no token of this kind. */
export function decodeToken(kind: string, token: string): string | undefined {
  const text = Buffer.from(token, 'base64url').toString('utf8');
  const start = `slipway:${kind}:`;
  // Encoding it again refuses what base64 would read leniently.
  if (!text.startsWith(start) || Buffer.from(text, 'utf8').toString('base64url') !== token) return undefined;
  return text.slice(start.length);
}
