// IAM's pages: `Marker` and `MaxItems` in, `IsTruncated` and `Marker` out.
// It must not know what is listed.
import { decodeToken, encodeToken } from '../service.js';
import { validationError } from './errors.js';

export interface PageInput {
  readonly Marker?: string | undefined;
  readonly MaxItems?: number | undefined;
}

export interface IamPage<T> {
  readonly items: readonly T[];
  readonly more: { readonly IsTruncated: boolean; readonly Marker?: string };
}

/** What IAM gives where nothing is asked (API reference, `MaxItems`). */
const usual = 100;

function positionOf({ Marker }: PageInput): string | undefined {
  if (Marker === undefined) return undefined;
  const position = decodeToken('iam', Marker);
  if (position === undefined) throw validationError('Invalid Marker.');
  return position;
}

/** One page of rows that `rows` gives in the order of their keys, of those that are wanted. */
export function pageOf<T>(
  input: PageInput,
  rows: (after: string | undefined, limit: number) => readonly (readonly [key: string, item: T])[],
  wanted: (item: T) => boolean = () => true,
): IamPage<T> {
  const size = input.MaxItems ?? usual;
  const piece = Math.max(size + 1, 200);
  const found: (readonly [string, T])[] = [];
  let after = positionOf(input);
  while (found.length <= size) {
    const read = rows(after, piece);
    found.push(...read.filter(([, item]) => wanted(item)));
    after = read.at(-1)?.[0];
    if (read.length < piece) break;
  }
  const last = found[size - 1];
  const items = found.slice(0, size).map(([, item]) => item);
  if (found.length <= size || last === undefined) return { items, more: { IsTruncated: false } };
  return { items, more: { IsTruncated: true, Marker: encodeToken('iam', last[0]) } };
}

/** The same of a short list, each item with what it is sorted by. */
export function pageOfList<T>(input: PageInput, items: readonly T[], keyOf: (item: T) => string): IamPage<T> {
  const sorted = items
    .map((item) => [keyOf(item), item] as const)
    .sort(([one], [other]) => (one < other ? -1 : one > other ? 1 : 0));
  return pageOf(input, (after, limit) => sorted.filter(([key]) => after === undefined || key > after).slice(0, limit));
}
