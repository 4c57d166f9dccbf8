// What people say of the issuers of OIDC tokens: other addresses of their keys, checked before anything is asked of anybody.
// It must not know tokens.
import { fail } from '../../diagnostics/index.js';
import { isLoopback } from '../upstream/http.js';

export interface IssuerOptions {
  /**
   * Where an issuer's keys are, by the issuer's name without a scheme (`token.actions.githubusercontent.com`):
   * `http://127.0.0.1:8080`, below which `/.well-known/openid-configuration` is. Plain HTTP only on this machine.
   */
  readonly oidcIssuers?: Readonly<Record<string, string>>;
}

const name = /^[a-zA-Z0-9][a-zA-Z0-9.-]*(?::\d+)?(?:\/[a-zA-Z0-9._~-]+)*$/;

function addressOf(key: string, text: string): string {
  const refuse = (why: string): never => fail('local/bad-issuer', `the issuer "${key}" ${why}`);
  if (!name.test(key)) refuse('is not named as a provider of IAM is: its host and path, without https://');
  if (!URL.canParse(text)) return refuse(`has the address "${text}", which is none`);
  const url = new URL(text);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') refuse(`is not reached by ${url.protocol.slice(0, -1)}`);
  if (url.protocol === 'http:' && !isLoopback(url)) refuse('is reached by plain HTTP, but not on this machine');
  if (url.username !== '' || url.password !== '') refuse('has credentials in its address; its keys are public');
  if (url.search !== '' || url.hash !== '') refuse('has more than scheme, host, port and path');
  return url.href.replace(/\/+$/, '');
}

/** Addresses without a slash at their end, by the issuer's name. Throws `local/bad-issuer`. */
export function knownIssuers({ oidcIssuers = {} }: IssuerOptions): ReadonlyMap<string, string> {
  return new Map(Object.entries(oidcIssuers).map(([key, text]) => [key, addressOf(key, text)]));
}
