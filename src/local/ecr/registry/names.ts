// The prefixes and wildcards by which registry settings name repositories.
// It must not know which setting uses them.

/** "There is always an assumed / applied to the end of the prefix" (API model): `team` and `team/` are one prefix. */
export function prefixKey(prefix: string): string {
  return prefix.replace(/\/$/, '');
}

/** The one whose prefix names most of a repository's name; ROOT has every name, and yields to all others. */
export function longestPrefix<T>(
  candidates: readonly T[],
  prefixOf: (candidate: T) => string,
  repositoryName: string,
): T | undefined {
  const reach = (candidate: T): number => {
    const prefix = prefixKey(prefixOf(candidate));
    if (prefix === 'ROOT') return 0;
    return repositoryName.startsWith(`${prefix}/`) ? prefix.length : -1;
  };
  let best: { readonly candidate: T; readonly reach: number } | undefined;
  for (const candidate of candidates) {
    const found = { candidate, reach: reach(candidate) };
    if (found.reach > (best?.reach ?? -1)) best = found;
  }
  return best?.candidate;
}

/** Whether the whole name matches a pattern whose `*` stands for any characters. Takes linear time for any pattern. */
export function matchesWildcard(wildcard: string, name: string): boolean {
  const [first = '', ...rest] = wildcard.split('*');
  const last = rest.pop();
  if (last === undefined) return name === wildcard;
  if (!name.startsWith(first)) return false;
  let from = first.length;
  for (const part of rest) {
    const at = name.indexOf(part, from);
    if (at < 0) return false;
    from = at + part.length;
  }
  return name.length - last.length >= from && name.endsWith(last);
}
