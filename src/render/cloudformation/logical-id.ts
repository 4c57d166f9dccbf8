// The name of a repository within its template: readable, and the same as long as its key is.
// It must not know templates.
import { pascal, shortHash } from '../../registry/companions/context.js';

/** Words of small letters and digits that begin with a letter: of these, no two keys have one name. */
const plain = /^[a-z][a-z0-9]*(-[a-z][a-z0-9]*)*$/;
/** CloudFormation takes 255 characters, and outputs add to them. */
const longest = 200;

/** `api-v2` is `ApiV2Repository`; a key whose letters alone do not tell it from another has a hash behind that. */
export function logicalId(key: string): string {
  const words = pascal(key).slice(0, longest);
  const isPlain = plain.test(key) && key.length < longest;
  return `${words}Repository${isPlain ? '' : shortHash(key)}`;
}
