// Which tags of a repository may be moved (user guide, "Image tag mutability").
// It must not know images.
import type { Repository } from '../ecr/repository.js';

/** `*` stands for any run of characters; the whole tag must match. Only the last star is gone back to, so no pattern is slow. */
export function matchesWildcard(pattern: string, text: string): boolean {
  let at = 0;
  let star = -1;
  let resume = 0;
  for (let next = 0; next < text.length; ) {
    if (pattern[at] === '*') {
      star = at;
      at += 1;
      resume = next;
    } else if (at < pattern.length && pattern[at] === text[next]) {
      at += 1;
      next += 1;
    } else if (star >= 0) {
      at = star + 1;
      resume += 1;
      next = resume;
    } else return false;
  }
  while (pattern[at] === '*') at += 1;
  return at === pattern.length;
}

/** True where a tag, once it is there, may not be given to another image. */
export function isTagImmutable(repository: Repository, tag: string): boolean {
  const excluded = (): boolean =>
    (repository.exclusionFilters ?? []).some(({ filter }) => matchesWildcard(filter, tag));
  switch (repository.imageTagMutability) {
    case 'IMMUTABLE':
      return true;
    case 'IMMUTABLE_WITH_EXCLUSION':
      return !excluded();
    case 'MUTABLE_WITH_EXCLUSION':
      return excluded();
    default:
      return false;
  }
}
