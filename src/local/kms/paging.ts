// Pages of KMS's lists: `Limit`, `Marker` and `Truncated`.
// It must not know what is listed.
import { decodeToken, encodeToken, ServiceError } from '../service.js';

interface Page {
  readonly Limit?: number;
  readonly Marker?: string;
}

/** One page of a list in a stable order; `name` is the list's member in the answer. */
export function pageOf(
  name: string,
  items: readonly unknown[],
  { Limit = 100, Marker }: Page,
): Record<string, unknown> {
  const position = Marker === undefined ? '0' : decodeToken('kms', Marker);
  if (position === undefined || !/^\d{1,9}$/.test(position)) {
    throw new ServiceError('InvalidMarkerException', 'Could not deserialize marker');
  }
  const end = Number(position) + Limit;
  const more = end < items.length;
  return {
    [name]: items.slice(Number(position), end),
    Truncated: more,
    ...(more && { NextMarker: encodeToken('kms', String(end)) }),
  };
}
