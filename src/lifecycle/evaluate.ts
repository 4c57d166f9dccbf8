// Says what a lifecycle policy does to images at a given moment, by ECR's own rules (user guide, "Lifecycle policy
// evaluation rules" and its worked examples). It must not know a clock: the moment is given. It changes nothing.
import type { Image, LifecyclePolicy, LifecycleRule } from './model.js';
import { compileSelection } from './selection.js';

export interface ImageOutcome {
  readonly digest: string;
  readonly tags: readonly string[];
  /** `fail`: a rule would act, but a manifest list that stays refers to the image. */
  readonly action: 'expire' | 'archive' | 'keep' | 'fail';
  /** Of the rule that acts or fails to; `null` with `keep`. */
  readonly rulePriority: number | null;
}

/** What happens to the images that exist; the shape of a plan's `LifecycleEffect`. */
export interface LifecycleSummary {
  readonly images: number;
  readonly expiring: number;
  readonly archiving: number;
  readonly expiringBytes: number;
  /** The first ten that expire, in the order of the images: a tag, or else the digest. */
  readonly examples: readonly string[];
}

const day = 86_400_000;
const examplesShown = 10;

/** Evaluates a policy at `now` (milliseconds since the epoch). Outcomes come in the order of the images. */
export function evaluate(policy: LifecyclePolicy, images: readonly Image[], now: number): ImageOutcome[] {
  // One sort serves every rule. Nobody documents the order of images of one push time: by digest, so that it is stable.
  const newestFirst = images.toSorted(
    (one, other) =>
      pushTime(other) - pushTime(one) || (one.digest < other.digest ? -1 : one.digest > other.digest ? 1 : 0),
  );
  const marked = new Map<Image, LifecycleRule>();
  const shielded = new Set<Image>();
  for (const rule of policy.rules.toSorted((one, other) => one.rulePriority - other.rulePriority)) {
    const identified = newestFirst.filter(compileSelection(rule.selection));
    for (const image of candidates(rule, identified, now)) {
      if (!shielded.has(image)) marked.set(image, rule);
    }
    // Identified is enough: a rule that keeps an image keeps it from every later rule too. Later rules still count it.
    for (const image of identified) shielded.add(image);
  }
  const failed = referenced(newestFirst, marked);
  return images.map((image) => {
    const { digest, tags } = image;
    const rule = marked.get(image);
    if (rule === undefined) return { digest, tags, action: 'keep', rulePriority: null };
    const action = failed.has(image) ? 'fail' : rule.action.type === 'expire' ? 'expire' : 'archive';
    return { digest, tags, action, rulePriority: rule.rulePriority };
  });
}

/** A restored image counts as pushed when it was restored: the guide says so of the order, and we read it so of the age. */
function pushTime(image: Image): number {
  return image.lastActivatedAt ?? image.pushedAt;
}

/** Of the images a rule identifies, newest first, those it would act on by count or age. */
function candidates(rule: LifecycleRule, identified: readonly Image[], now: number): readonly Image[] {
  const { countType, countNumber } = rule.selection;
  const older = (time: number | undefined) => time !== undefined && now - time > countNumber * day;
  switch (countType) {
    case 'imageCountMoreThan':
      return identified.slice(countNumber);
    case 'sinceImagePushed':
      return identified.filter((image) => older(pushTime(image)));
    case 'sinceImagePulled':
      return identified.filter((image) => older(pullTime(image)));
    case 'sinceImageTransitioned':
      return identified.filter((image) => older(image.lastArchivedAt));
  }
}

/** The last pull; the restoration, if there was none since; the push, if there was never one. */
function pullTime({ lastPulledAt, lastActivatedAt, pushedAt }: Image): number {
  if (lastActivatedAt !== undefined && (lastPulledAt === undefined || lastPulledAt < lastActivatedAt))
    return lastActivatedAt;
  return lastPulledAt ?? pushedAt;
}

/** Marked images that cannot go, acting oldest first: a list must be gone before what it refers to. */
function referenced(newestFirst: readonly Image[], marked: ReadonlyMap<Image, LifecycleRule>): ReadonlySet<Image> {
  const references = new Map<string, number>();
  const count = (image: Image, by: number) => {
    for (const child of new Set(image.children)) references.set(child, (references.get(child) ?? 0) + by);
  };
  for (const image of newestFirst) count(image, 1);
  const failed = new Set<Image>();
  for (const image of newestFirst.toReversed()) {
    const rule = marked.get(image);
    if (rule === undefined) continue;
    if ((references.get(image.digest) ?? 0) > 0) failed.add(image);
    else if (rule.action.type === 'expire') count(image, -1);
  }
  return failed;
}

/** Adds outcomes up; `outcomes` are those of `images`, in the same order. */
export function summarise(images: readonly Image[], outcomes: readonly ImageOutcome[]): LifecycleSummary {
  const expiring = outcomes.filter(({ action }) => action === 'expire');
  const bytes = outcomes.map(({ action }, index) => (action === 'expire' ? (images[index]?.sizeInBytes ?? 0) : 0));
  return {
    images: images.length,
    expiring: expiring.length,
    archiving: outcomes.filter(({ action }) => action === 'archive').length,
    expiringBytes: bytes.reduce((sum, size) => sum + size, 0),
    examples: expiring.slice(0, examplesShown).map(({ tags, digest }) => tags[0] ?? digest),
  };
}
