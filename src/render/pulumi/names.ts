// What programs, stacks and resources are called: a name that changes means another resource to Pulumi, which makes it anew.
// It must not know what they are.
import { shortHash } from '../../registry/companions/context.js';
import type { RenderedRegistry } from '../model.js';

/** The stack of what an account has once. Names of environments have no point in them, so that none is called the same. */
export function accountStack(account: string): string {
  return `account.${account}`;
}

/**
 * What comes to the project's name, and to those of resources, for a registry beside the first of an environment. The first has nothing: a
 * replica that is added later must not rename it. The `_` tells `api` in us-east-1 from `us-east-1-api`: what follows the name of the first
 * is a hyphen and a key.
 */
export function registrySuffix({ desired }: RenderedRegistry, [first]: readonly RenderedRegistry[]): string {
  const { account, region } = desired;
  if (first === undefined || first.desired === desired) return '';
  return account === first.desired.account ? `_${region}` : `_${account}_${region}`;
}

/**
 * What a key of the manifest is called where only letters, digits and hyphens will do; no two are alike: one that looks as if it had a hash
 * at its end gets one.
 */
export function plainName(key: string): string {
  const isPlain = /^[A-Za-z0-9-]+$/.test(key) && !/-[0-9a-f]{8}$/.test(key);
  return isPlain ? key : `${key.replaceAll(/[^A-Za-z0-9-]/g, '-')}-${shortHash(key)}`;
}

/** ECMAScript's reserved words, in strict code, and what the program calls its own things. */
const taken = new Set(
  `await break case catch class const continue debugger default delete do else enum export extends false finally for function if implements
import in instanceof interface let new null package private protected public return static super switch this throw true try typeof var
void while with yield arguments eval undefined aws pulumi accounts environments stack config registries account environment`.split(
    /\s+/,
  ),
);

/** An environment as an identifier of TypeScript. */
export function identifier(environment: string): string {
  // A name has no `_` of its own, so that no two are alike.
  const name = environment.replaceAll('-', '_');
  return /^[0-9]/.test(name) || taken.has(name) ? `_${name}` : name;
}
