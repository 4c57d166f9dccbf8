// Reads WWW-Authenticate: which ways to prove oneself a registry offers (RFC 9110, section 11; "Token Authentication" of distribution).
// It must not know credentials. Whatever it cannot read is not offered.

export interface Challenge {
  /** In lower case. */
  readonly scheme: string;
  /** By name, in lower case. */
  readonly parameters: Readonly<Record<string, string>>;
}

/** No registry needs more. */
const longest = 8 * 1024;

const scheme = /[!#$%&'*+.^_`|~0-9A-Za-z-]+(?=[ \t,]|$)/y;
const parameter = /[ \t,]*([!#$%&'*+.^_`|~0-9A-Za-z-]+)[ \t]*=[ \t]*(?:"((?:[^"\\]|\\[^])*)"|([^\s,"]+))/y;
const separator = /[ \t,]*/y;

export function challengesIn(header: string | undefined): Challenge[] {
  if (header === undefined || header.length > longest) return [];
  const challenges: Challenge[] = [];
  let at = 0;
  const take = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at;
    const found = pattern.exec(header);
    if (found !== null) at = pattern.lastIndex;
    return found;
  };
  for (;;) {
    take(separator);
    const found = take(scheme);
    if (found === null) return challenges;
    const parameters: Record<string, string> = Object.create(null) as Record<string, string>;
    for (let one = take(parameter); one !== null; one = take(parameter)) {
      const [, name = '', quoted, bare] = one;
      parameters[name.toLowerCase()] = quoted === undefined ? (bare ?? '') : quoted.replace(/\\([^])/g, '$1');
    }
    challenges.push({ scheme: found[0].toLowerCase(), parameters });
  }
}
