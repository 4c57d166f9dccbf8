// What a policy does to images, told image by image: the answer of `slipway preview`, and its totals.
// It must not know where policy and images come from, a clock, or how the answer is shown.
import type { Diagnostic } from '../diagnostics/index.js';
import { readDescribedImages } from './describe-images.js';
import { evaluate, type ImageOutcome } from './evaluate.js';
import type { Image, LifecyclePolicy } from './model.js';
import { readPolicyText } from './policy-text.js';
import { reasonOf } from './reason.js';
import { sized } from './sized.js';

/** One image; names and order are those of the JSON that the command prints. */
export interface PreviewResult {
  readonly imageDigest: string;
  readonly imageTags: readonly string[];
  readonly action: ImageOutcome['action'];
  /** Of the rule that acts or would act; `null` with `keep`. */
  readonly rulePriority: number | null;
  /** One sentence: lower case, no full stop. */
  readonly reason: string;
}

/** Bytes as DescribeImages tells them: layers that images share count in each, and a list for nothing beside what it names. */
export interface PreviewSummary {
  readonly images: number;
  readonly bytes: number;
  readonly expire: number;
  readonly expireBytes: number;
  readonly archive: number;
  readonly archiveBytes: number;
  readonly keep: number;
  readonly fail: number;
}

/** `results` are in the order of the images. */
export interface ImagesPreview {
  readonly results: readonly PreviewResult[];
  readonly summary: PreviewSummary;
}

/**
 * The same for texts: of a policy (or of what `aws ecr get-lifecycle-policy` prints), and of what `aws ecr describe-images` prints. `now`
 * is in milliseconds since the epoch. Throws every problem of a text at its place in it.
 */
export function previewImages(
  policyText: string,
  describeImagesJson: string,
  now: number,
): ImagesPreview & { readonly images: readonly Image[]; readonly warnings: readonly Diagnostic[] } {
  const policy = readPolicyText(policyText);
  const { images, warnings } = readDescribedImages(describeImagesJson);
  return { ...previewOf(policy, images, now), images, warnings };
}

/** What the policy does at `now`; without one, nothing. */
export function previewOf(policy: LifecyclePolicy | null, images: readonly Image[], now: number): ImagesPreview {
  const outcomes = evaluate(policy ?? { rules: [] }, images, now);
  const results = outcomes.map((outcome): PreviewResult => {
    const { digest, tags, action, rulePriority } = outcome;
    const reason = policy === null ? 'there is no lifecycle policy' : reasonOf(outcome, policy);
    return { imageDigest: digest, imageTags: tags, action, rulePriority, reason };
  });
  return { results, summary: summaryOf(images, results) };
}

/** Adds results up; they are those of `images`, in the same order. */
export function summaryOf(images: readonly Image[], results: readonly PreviewResult[]): PreviewSummary {
  const count = { expire: 0, archive: 0, keep: 0, fail: 0 };
  const bytes = { expire: 0, archive: 0, keep: 0, fail: 0 };
  const stored = sized(images);
  results.forEach(({ action }, index) => {
    count[action] += 1;
    bytes[action] += stored[index]?.sizeInBytes ?? 0;
  });
  return {
    images: images.length,
    bytes: bytes.expire + bytes.archive + bytes.keep + bytes.fail,
    expire: count.expire,
    expireBytes: bytes.expire,
    archive: count.archive,
    archiveBytes: bytes.archive,
    keep: count.keep,
    fail: count.fail,
  };
}
