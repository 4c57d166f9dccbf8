// The query of a request: its parameters by name, the first of each. Pure.
// It must not know what any parameter means.

export type Query = ReadonlyMap<string, readonly string[]>;

const none: Query = new Map();
const most = 64;

/** Nothing where it is no query that can be read. A plus sign is one: no parameter here has blanks, and media types have plus signs. */
export function queryOf(raw: string): Query | undefined {
  if (raw === '') return none;
  const found = new Map<string, string[]>();
  const pairs = raw.split('&');
  if (pairs.length > most) return undefined;
  try {
    for (const pair of pairs) {
      const [name = '', ...rest] = pair.split('=');
      if (name === '') continue;
      const key = decodeURIComponent(name);
      const value = decodeURIComponent(rest.join('='));
      const values = found.get(key);
      if (values === undefined) found.set(key, [value]);
      else values.push(value);
    }
  } catch {
    return undefined;
  }
  return found;
}

export function first(query: Query, name: string): string | undefined {
  return query.get(name)?.[0];
}

/** `?a=b&…` of the parameters that have a value; nothing where none has. */
export function queryText(parameters: readonly (readonly [name: string, value: string | undefined])[]): string {
  const pairs = parameters.flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}=${encodeURIComponent(value)}`],
  );
  return pairs.length === 0 ? '' : `?${pairs.join('&')}`;
}
