// The two headers that name a piece of a blob: Range of a download, Content-Range of an upload. Pure.
// It must not know where the bytes are.

/** Both ends included. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

/** Numbers of up to fifteen digits are exact. */
const one = /^bytes=(?:([0-9]{1,15})-([0-9]{0,15})|-([0-9]{1,15}))$/i;

/**
 * The piece of `size` bytes that is asked for; `whole` where nothing is, or nothing that has to be understood (several pieces, other
 * units: RFC 9110, 14.2 lets a server ignore them); `none` where no byte of it exists, or the end is before the start.
 */
export function rangeOf(header: string | undefined, size: number): Range | 'whole' | 'none' {
  const match = header === undefined ? null : one.exec(header.trim());
  if (match === null) return 'whole';
  const [, from, to, suffix] = match;
  if (suffix !== undefined) {
    const length = Math.min(Number(suffix), size);
    return length === 0 ? 'none' : { start: size - length, end: size - 1 };
  }
  const start = Number(from);
  const end = to === undefined || to === '' ? size - 1 : Math.min(Number(to), size - 1);
  return start >= size || end < start ? 'none' : { start, end };
}

/** `0-1023` (OCI distribution 1.1, "Pushing a blob in chunks"), or HTTP's own form `bytes 0-1023/*`. */
const piece = /^(?:bytes[ =])?([0-9]{1,15})-([0-9]{1,15})(?:\/(?:[0-9]{1,15}|\*))?$/i;

/** The piece that an upload brings; `malformed` where the header cannot be read, or its end is before its start. */
export function contentRangeOf(header: string): Range | 'malformed' {
  const match = piece.exec(header.trim());
  if (match === null) return 'malformed';
  const start = Number(match[1]);
  const end = Number(match[2]);
  return end < start ? 'malformed' : { start, end };
}

/** What an upload has, as its Range header tells it. Of nothing it is `0-0`, as Docker's registry has it: there is no other form. */
export function receivedRange(bytes: number): string {
  return `0-${Math.max(bytes - 1, 0)}`;
}
