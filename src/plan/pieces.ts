// Parts of a plan that repositories and the registry itself have in common.
// It must not know what they are parts of.
import type { Exposure } from '../access/exposure.js';
import type { Statement } from '../access/model.js';

/** One member of a list that is compared piece by piece: before, after, or both. */
export interface PieceChange<T> {
  /** A rule's priority or a statement's Sid. */
  readonly id: string;
  readonly action: 'add' | 'change' | 'remove';
  readonly before?: T;
  readonly after?: T;
}

/** Something that is there, is not ours, and stays. */
export interface Kept {
  readonly what: 'tag' | 'statement' | 'lifecyclePolicy' | 'replicationRule';
  /** Tag key, Sid, or the rule in words. */
  readonly id: string;
  readonly note: string;
  /** A statement, word for word. */
  readonly statement?: Statement;
  /** Whom a statement lets in from outside the repository's account; absent where that is nobody. */
  readonly exposures?: readonly Exposure[];
}
