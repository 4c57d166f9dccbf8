// What `local start` is told of the issuers of OIDC tokens, read and checked before anything is started.
// It must not know what they are for.
import { fail } from '../diagnostics/index.js';
import type { IssuerOptions } from '../local/sts/issuers.js';

/** Throws `local/bad-issuer`. */
export async function readIssuers(list: readonly string[]): Promise<IssuerOptions> {
  if (list.length === 0) return {};
  const pairs = list.map((one) => {
    const equals = one.indexOf('=');
    if (equals < 1) fail('local/bad-issuer', `"${one}" is not NAME=URL`);
    return [one.slice(0, equals), one.slice(equals + 1)];
  });
  const options: IssuerOptions = { oidcIssuers: Object.fromEntries(pairs) };
  const { knownIssuers } = await import('../local/sts/issuers.js');
  knownIssuers(options);
  return options;
}
