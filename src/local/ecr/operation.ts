// What an ECR operation is: a pure function of its input, the caller and the store, and the errors it may answer with.
// It must not know HTTP, the wire protocol, or which operations there are.
import { decodeToken, encodeToken, type ServiceContext, ServiceError, scope } from '../service.js';

export interface EcrContext extends ServiceContext {
  /** The address of a repository, without a scheme; ECR's own form where it is left out. */
  readonly uriOf?: (account: string, region: string, repositoryName: string) => string;
  /** What clients log in to, with its scheme; ECR's own form where it is left out. */
  readonly endpointOf?: (account: string, region: string) => string;
  /** What becomes of a repository whose key the local KMS has never heard of; accepted where it is left out. */
  readonly unknownKeys?: 'accept' | 'refuse';
  /** Why policies do not let the caller do something more that an operation comes to; they are not asked where it is left out. */
  readonly refuse?: (action: string, resource: string, context: ServiceContext) => string | undefined;
}

export type EcrOperation = (input: Record<string, unknown>, context: EcrContext) => Record<string, unknown>;

export class EcrError extends ServiceError {
  constructor(code: string, message: string, status = 400, members?: Readonly<Record<string, unknown>>) {
    super(code, message, status, members);
    this.name = 'EcrError';
  }
}

export function invalidParameter(message: string): EcrError {
  return new EcrError('InvalidParameterException', message);
}

export function validation(message: string): EcrError {
  return new EcrError('ValidationException', message);
}

/** ECR's sentence about one member of the input. */
export function invalidMember(member: string, constraint: string): EcrError {
  return invalidParameter(`Invalid parameter at '${member}' failed to satisfy constraint: '${constraint}'`);
}

/** The store's scope of an account in the context's Region. */
export function scopeOf(context: EcrContext, account: string = context.account): string {
  return scope(account, context.region);
}

export interface PageLimits {
  readonly max: number;
  readonly default: number;
}

/** `maxResults` as asked for, checked against the operation's limits. */
function pageSize(input: Record<string, unknown>, limits: PageLimits): number {
  const asked = input['maxResults'];
  if (asked === undefined || asked === null) return limits.default;
  if (typeof asked !== 'number' || !Number.isInteger(asked)) {
    throw invalidMember('maxResults', 'Member must be an integer');
  }
  // The model's range, in the words its other ranges are told in.
  if (asked < 1) throw invalidMember('maxResults', 'Member must have value greater than or equal to 1');
  if (asked > limits.max)
    throw invalidMember('maxResults', `Member must have value less than or equal to ${limits.max}`);
  return asked;
}

/** The position a token names, or nothing where the first page is asked for. */
function pagePosition(input: Record<string, unknown>, kind: string): string | undefined {
  const token = input['nextToken'];
  if (token === undefined || token === null || token === '') return undefined;
  const position = typeof token === 'string' ? decodeToken(kind, token) : undefined;
  if (position === undefined) throw invalidMember('nextToken', 'Invalid token');
  return position;
}

/** One page of a sorted list, with the token of the next one where there is more. */
export function paginate<T>(
  items: readonly T[],
  input: Record<string, unknown>,
  limits: PageLimits,
): { items: T[]; nextToken?: string } {
  const size = pageSize(input, limits);
  const position = pagePosition(input, 'offset') ?? '0';
  if (!/^\d{1,9}$/.test(position)) throw invalidMember('nextToken', 'Invalid token');
  const end = Number(position) + size;
  const page = items.slice(Number(position), end);
  if (end >= items.length) return { items: page };
  return { items: page, nextToken: encodeToken('offset', String(end)) };
}

/**
 * The same over a list that is fetched piece by piece, so that a page costs what a page holds. `room` tells how many of the items that
 * could be on a page are; all of them where it is left out.
 */
export function paginateKeys<T>(
  fetch: (after: string | undefined, limit: number) => readonly (readonly [key: string, item: T])[],
  input: Record<string, unknown>,
  limits: PageLimits,
  room: (items: readonly T[]) => number = (items) => items.length,
): { items: T[]; nextToken?: string } {
  const size = pageSize(input, limits);
  const found = fetch(pagePosition(input, 'after'), size + 1);
  const candidates = found.slice(0, size).map(([, item]) => item);
  const items = candidates.slice(0, room(candidates));
  const last = found[items.length - 1];
  if (items.length === found.length || last === undefined) return { items };
  return { items, nextToken: encodeToken('after', last[0]) };
}
