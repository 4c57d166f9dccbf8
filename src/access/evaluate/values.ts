// Reads the values that conditions compare: numbers, dates, booleans, addresses.
// It must not know operators or policies.

export function parseNumber(text: string): number | undefined {
  return /^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i.test(text.trim()) ? Number(text) : undefined;
}

const isoDate = /^\d{4}(?:-\d\d(?:-\d\d(T\d\d:\d\d(?::\d\d(?:\.\d+)?)?(Z|[+-]\d\d:?\d\d)?)?)?)?$/;

/**
 * Milliseconds since the epoch, of "one of the W3C implementations of the ISO 8601 date formats or epoch (UNIX) time", which is
 * in seconds (IAM user guide, "Date condition operators"). Without a zone it is UTC.
 */
export function parseDate(text: string): number | undefined {
  if (/^-?\d{5,}$/.test(text)) return Number(text) * 1000;
  const found = isoDate.exec(text);
  if (found === null) return undefined;
  const [, clock, zone] = found;
  const time = Date.parse(clock !== undefined && zone === undefined ? `${text}Z` : text);
  return Number.isNaN(time) ? undefined : time;
}

export function parseBoolean(text: string): boolean | undefined {
  const lower = text.toLowerCase();
  return lower === 'true' ? true : lower === 'false' ? false : undefined;
}

/** The bytes of an address: 4 or 16. */
export type Address = readonly number[];

export interface Range {
  readonly address: Address;
  /** Leading bits that count. */
  readonly bits: number;
}

/** Without a prefix it is the one address (IAM user guide, "IP address condition operators": "the default prefix value of /32"). */
export function parseRange(text: string): Range | undefined {
  const [address, prefix, ...rest] = text.split('/');
  const bytes = parseAddress(address ?? '');
  if (bytes === undefined || rest.length > 0) return undefined;
  const most = bytes.length * 8;
  if (prefix === undefined) return { address: bytes, bits: most };
  return /^\d{1,3}$/.test(prefix) && Number(prefix) <= most ? { address: bytes, bits: Number(prefix) } : undefined;
}

export function parseAddress(text: string): Address | undefined {
  return text.includes(':') ? parseSixteen(text) : parseFour(text);
}

function parseFour(text: string): Address | undefined {
  const parts = text.split('.');
  if (parts.length !== 4 || !parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) < 256)) return undefined;
  return parts.map(Number);
}

function parseSixteen(text: string): Address | undefined {
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const [start, end] = halves.map((half, index) => groupsOf(half, index === halves.length - 1));
  if (start === undefined || (halves.length === 2 && end === undefined)) return undefined;
  const given = start.length + (end?.length ?? 0);
  if (halves.length === 1 ? given !== 16 : given > 14) return undefined;
  return [...start, ...Array.from({ length: 16 - given }, () => 0), ...(end ?? [])];
}

/** Groups of four hex digits, the last perhaps written as an IPv4 address. */
function groupsOf(text: string, isEnd: boolean): Address | undefined {
  if (text === '') return [];
  const bytes: number[] = [];
  const groups = text.split(':');
  for (const [index, group] of groups.entries()) {
    const four = isEnd && index === groups.length - 1 ? parseFour(group) : undefined;
    if (four !== undefined) bytes.push(...four);
    else if (/^[0-9a-f]{1,4}$/i.test(group))
      bytes.push(Number.parseInt(group, 16) >> 8, Number.parseInt(group, 16) & 255);
    else return undefined;
  }
  return bytes;
}

export function isInRange(address: Address, { address: base, bits }: Range): boolean {
  if (address.length !== base.length) return false;
  return address.every((byte, index) => {
    const kept = Math.min(Math.max(bits - index * 8, 0), 8);
    const mask = (0xff << (8 - kept)) & 0xff;
    return (byte & mask) === ((base[index] ?? 0) & mask);
  });
}
