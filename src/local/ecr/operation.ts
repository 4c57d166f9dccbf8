// What an ECR operation is: a pure function of its input, the caller and the store, and the errors it may answer with.
// It must not know HTTP, the wire protocol, or which operations there are.
import type { Store } from '../store/store.js';

export interface EcrContext {
  /** The caller's account. */
  readonly account: string;
  readonly region: string;
  readonly partition: string;
  readonly callerArn: string;
  /** Milliseconds since the epoch. */
  now(): number;
  readonly store: Store;
}

export type EcrOperation = (input: Record<string, unknown>, context: EcrContext) => Record<string, unknown>;

/** An answer that is an error: `__type`, `message` and, for a few codes, further members. */
export class EcrError extends Error {
  readonly code: string;
  readonly status: number;
  readonly members: Readonly<Record<string, unknown>> | undefined;

  constructor(code: string, message: string, status = 400, members?: Readonly<Record<string, unknown>>) {
    super(message);
    this.name = 'EcrError';
    this.code = code;
    this.status = status;
    this.members = members;
  }
}

export function invalidParameter(message: string): EcrError {
  return new EcrError('InvalidParameterException', message);
}

export function validation(message: string): EcrError {
  return new EcrError('ValidationException', message);
}

/** The store's scope of an account in the context's Region. */
export function scopeOf(context: EcrContext, account: string = context.account): string {
  return `${account}/${context.region}`;
}

export interface PageLimits {
  readonly max: number;
  readonly default: number;
}

/** `maxResults` as asked for, checked against the operation's limits. */
function pageSize(input: Record<string, unknown>, limits: PageLimits): number {
  const asked = input['maxResults'];
  if (asked === undefined || asked === null) return limits.default;
  if (typeof asked !== 'number' || !Number.isInteger(asked) || asked < 1 || asked > limits.max) {
    throw invalidParameter(
      `Invalid parameter at 'maxResults' failed to satisfy constraint: 'Member must be between 1 and ${limits.max}'`,
    );
  }
  return asked;
}

/** Where the page starts. A token is opaque to clients and names a position in this list alone. */
function pageStart(input: Record<string, unknown>): number {
  const token = input['nextToken'];
  if (token === undefined || token === null || token === '') return 0;
  if (typeof token === 'string') {
    const match = /^slipway:(\d{1,9})$/.exec(Buffer.from(token, 'base64url').toString('latin1'));
    if (match?.[1] !== undefined) return Number(match[1]);
  }
  throw invalidParameter("Invalid parameter at 'nextToken' failed to satisfy constraint: 'Invalid token'");
}

/** One page of a sorted list, with the token of the next one where there is more. */
export function paginate<T>(
  items: readonly T[],
  input: Record<string, unknown>,
  limits: PageLimits,
): { items: T[]; nextToken?: string } {
  const size = pageSize(input, limits);
  const start = pageStart(input);
  const end = start + size;
  const page = items.slice(start, end);
  if (end >= items.length) return { items: page };
  return { items: page, nextToken: Buffer.from(`slipway:${end}`, 'latin1').toString('base64url') };
}
