// What was predicted of images, and what a later look says of it: plain values. docs/json-output.md documents them.
// It must not know how images are read, nor how a difference is shown.
import type { Image } from '../../lifecycle/model.js';
import type { Owner } from '../../registry/model.js';

export const predictionVersion = 1;

/** One repository as it stood: with the policy in place and these images, everything to come follows. */
export interface PredictedRepository {
  readonly name: string;
  /** The canonical text of the policy in place; `null`: none. */
  readonly policy: string | null;
  /** Every image, sorted by digest; times in milliseconds since the epoch. */
  readonly images: readonly Image[];
}

export interface PredictedRegistry {
  readonly account: string;
  /** Absent in a prediction made of files. */
  readonly region?: string;
  /** Sorted by name. */
  readonly repositories: readonly PredictedRepository[];
}

export interface Prediction {
  readonly version: typeof predictionVersion;
  /** ISO 8601. */
  readonly at: string;
  /** Absent in a prediction made of files. */
  readonly owner?: Owner;
  readonly registries: readonly PredictedRegistry[];
}

/**
 * `expired`, `archived`: as predicted. `waiting`: due, but within the 24 hours that ECR takes. `overdue`: due for longer, and
 * still as it was. `unforeseen`: gone or archived, and no rule says so. `new`: pushed since.
 */
export type Verdict = 'expired' | 'archived' | 'waiting' | 'overdue' | 'unforeseen' | 'new';

/**
 * Why an image is not as predicted, as far as can be told.
 * `deleted`: no rule takes it, so somebody deleted it. `archived-by-hand`: the same of the storage class.
 * `pushed-out-or-deleted`: it was next in line of a rule that counts; images pushed and gone since may have pushed it out.
 * `policy-changed`: the policy in place now takes it. `tag-moved`: one of its tags is on another image now.
 * `tags-changed`, `pushed-again`, `pulled`: it changed, and with it what the policy says.
 * `referenced`: a manifest list in the repository may refer to it. `policy-gone`: another policy, or none, is in place.
 * `late`: nothing explains it.
 */
export type Cause =
  | 'deleted'
  | 'archived-by-hand'
  | 'pushed-out-or-deleted'
  | 'policy-changed'
  | 'tag-moved'
  | 'tags-changed'
  | 'pushed-again'
  | 'referenced'
  | 'policy-gone'
  | 'late';

export interface ImageVerdict {
  readonly digest: string;
  /** As recorded; of a new image, as they are. */
  readonly tags: readonly string[];
  /** ISO 8601. */
  readonly pushedAt: string;
  readonly verdict: Verdict;
  /** Of the rule that was to take it. */
  readonly rulePriority?: number;
  /** ISO 8601: when it was, or is, due. */
  readonly dueAt?: string;
  readonly cause?: Cause;
  /** With `tag-moved`: which tag, and the digest of the image that has it now. */
  readonly moved?: { readonly tag: string; readonly to: string };
}

export interface VerdictCounts {
  /** Images there were. */
  readonly recorded: number;
  /** Of those, images that were to stay and stayed. */
  readonly kept: number;
  readonly expired: number;
  readonly archived: number;
  readonly waiting: number;
  readonly overdue: number;
  readonly unforeseen: number;
  readonly new: number;
}

export interface RepositoryVerification {
  readonly account: string;
  readonly region?: string;
  readonly name: string;
  /** `gone`: the repository itself does not exist any more. `unknown`: its images could not be read. */
  readonly state: 'as-predicted' | 'differs' | 'gone' | 'unknown';
  /** Of the policy in place, against the one recorded. */
  readonly policy: 'same' | 'changed' | 'unknown';
  readonly counts: VerdictCounts;
  /** All but those that stayed as predicted: by verdict, then oldest first. */
  readonly images: readonly ImageVerdict[];
  readonly unknown?: { readonly operation: string; readonly reason: string };
}

export interface Verification {
  /** ISO 8601. */
  readonly recordedAt: string;
  /** ISO 8601. */
  readonly now: string;
  /** Whether everything that could be read is as predicted. */
  readonly asPredicted: boolean;
  readonly repositories: readonly RepositoryVerification[];
}
