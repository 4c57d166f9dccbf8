// The prefixes and wildcards by which registry settings name repositories.
// It must not know which setting uses them.

/** "There is always an assumed / applied to the end of the prefix" (API model): `team` and `team/` are one prefix. */
export function prefixKey(prefix: string): string {
  return prefix.replace(/\/$/, '');
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
