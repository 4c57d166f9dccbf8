// Compares what was predicted of a repository with the images that are there on a later day. Pure.
// It must not know how either was read.
import { type Image, type LifecyclePolicy, parseLifecycle } from '../../lifecycle/index.js';
import { byText } from '../../registry/index.js';
import type {
  Cause,
  ImageVerdict,
  PredictedRepository,
  RepositoryVerification,
  Verdict,
  VerdictCounts,
} from './model.js';
import { type Due, replay, runEvery, type Span } from './replay.js';

/** The repository as it is now. */
export interface Present {
  readonly images: readonly Image[];
  /** The canonical text of the policy in place; `null`: none; `undefined`: it could not be read. */
  readonly policy: string | null | undefined;
}

type Compared = Omit<RepositoryVerification, 'account' | 'region'>;

export const nothing: VerdictCounts = {
  recorded: 0,
  kept: 0,
  expired: 0,
  archived: 0,
  waiting: 0,
  overdue: 0,
  unforeseen: 0,
  new: 0,
};

/**
 * The recorded images are let age until now under the recorded policy, with those pushed since coming in at their time: only
 * what that does not explain is a difference. Images that came and went between cannot be seen.
 */
export function compareRepository(recorded: PredictedRepository, present: Present, span: Span): Compared {
  const comparison = new Comparison(recorded, present, span);
  const images = comparison.verdicts();
  const policy = present.policy === undefined ? 'unknown' : present.policy === recorded.policy ? 'same' : 'changed';
  const counts = { ...nothing, recorded: recorded.images.length };
  for (const { verdict } of images) counts[verdict] += 1;
  counts.kept = counts.recorded - (images.length - counts.new);
  const differs = counts.overdue + counts.unforeseen > 0 || policy === 'changed';
  return { name: recorded.name, state: differs ? 'differs' : 'as-predicted', policy, counts, images };
}

const order: readonly Verdict[] = ['unforeseen', 'overdue', 'waiting', 'expired', 'archived', 'new'];

class Comparison {
  readonly #recorded: PredictedRepository;
  readonly #present: Present;
  readonly #span: Span;
  readonly #now: ReadonlyMap<string, Image>;
  /** Whoever has a tag now. */
  readonly #holders: ReadonlyMap<string, Image>;
  readonly #arrivals: ReadonlySet<Image>;
  readonly #policy: LifecyclePolicy | null;
  readonly #due: ReadonlyMap<string, Due>;
  #byPolicyInPlace: ReadonlyMap<string, Due> | undefined;

  constructor(recorded: PredictedRepository, present: Present, span: Span) {
    this.#recorded = recorded;
    this.#present = present;
    this.#span = span;
    this.#now = new Map(present.images.map((image) => [image.digest, image]));
    this.#holders = new Map(present.images.flatMap((image) => image.tags.map((tag) => [tag, image] as const)));
    const known = new Set(recorded.images.map(({ digest }) => digest));
    this.#arrivals = new Set(present.images.filter(({ digest }) => !known.has(digest)));
    this.#policy = recorded.policy === null ? null : parseLifecycle(recorded.policy);
    this.#due = this.#dueUnder(this.#policy);
  }

  verdicts(): readonly ImageVerdict[] {
    const found = [
      ...this.#recorded.images.flatMap((image) => this.#verdict(image) ?? []),
      ...Array.from(this.#arrivals, (image) => verdict(image, 'new')),
    ];
    return found.sort(
      (one, other) =>
        order.indexOf(one.verdict) - order.indexOf(other.verdict) ||
        byText(one.pushedAt, other.pushedAt) ||
        byText(one.digest, other.digest),
    );
  }

  #dueUnder(policy: LifecyclePolicy | null): ReadonlyMap<string, Due> {
    if (policy === null) return new Map();
    const images = this.#recorded.images.map((image) => this.#asItWent(image));
    return replay(policy, images, [...this.#arrivals], this.#span).due;
  }

  /**
   * A recorded image with what has become of it since, as far as that tells what the policy saw: its pulls, its tags. Tags that
   * came with an image pushed since are still on it here, until that image takes them.
   */
  #asItWent({ activating, ...recorded }: Image): Image {
    const now = this.#now.get(recorded.digest);
    // What was on its way back from the archive was there soon after, and ECR counts it from then.
    const image =
      activating === undefined ? recorded : { ...recorded, lastActivatedAt: now?.lastActivatedAt ?? this.#span.from };
    const taken = image.tags.filter((tag) => {
      const holder = this.#holders.get(tag);
      return holder !== undefined && this.#arrivals.has(holder);
    });
    if (now === undefined) {
      const left = image.tags.filter((tag) => !this.#holders.has(tag));
      return { ...image, tags: [...left, ...taken] };
    }
    return {
      ...image,
      tags: [...now.tags, ...taken.filter((tag) => !now.tags.includes(tag))],
      pushedAt: now.pushedAt,
      ...(now.lastPulledAt === undefined ? {} : { lastPulledAt: now.lastPulledAt }),
    };
  }

  #verdict(image: Image): ImageVerdict | undefined {
    const now = this.#now.get(image.digest);
    const due = this.#due.get(image.digest);
    const was = classOf(image);
    if (now === undefined) {
      if (due?.action === 'expire') return verdict(image, 'expired', due);
      return verdict(image, 'unforeseen', due, this.#whyGone(image));
    }
    const is = classOf(now);
    if (due?.action === 'archive' && is === 'archive') return verdict(image, 'archived', due);
    if (due !== undefined) return this.#still(image, now, due);
    if (was === 'standard' && is === 'archive') return verdict(image, 'unforeseen', due, this.#whyArchived(image));
    return undefined;
  }

  /** Due, and still there. */
  #still(image: Image, now: Image, due: Due): ImageVerdict {
    const changed = changeOf(image, now);
    // When it changed nobody knows: it may have met the rule an hour ago.
    if (changed !== undefined) return verdict(image, 'waiting', due, { cause: changed });
    if (this.#span.to - due.at < runEvery) return verdict(image, 'waiting', due);
    return verdict(image, 'overdue', due, { cause: this.#whyStill(image) });
  }

  #whyStill({ digest }: Image): Cause {
    const { policy } = this.#present;
    if (policy !== undefined && policy !== this.#recorded.policy && !this.#inPlace().has(digest)) return 'policy-gone';
    const referenced = this.#present.images.some(({ children }) => children?.includes(digest));
    return referenced ? 'referenced' : 'late';
  }

  #whyGone(image: Image): Why {
    if (this.#inPlace().get(image.digest)?.action === 'expire') return { cause: 'policy-changed' };
    const tag = image.tags.find((one) => this.#holders.has(one));
    const to = tag === undefined ? undefined : this.#holders.get(tag)?.digest;
    if (tag !== undefined && to !== undefined) return { cause: 'tag-moved', moved: { tag, to } };
    return { cause: this.#wasNext(image) ? 'pushed-out-or-deleted' : 'deleted' };
  }

  #whyArchived({ digest }: Image): Why {
    return { cause: this.#inPlace().get(digest)?.action === 'archive' ? 'policy-changed' : 'archived-by-hand' };
  }

  /** What the policy in place would have taken, had it been there all the time; nothing where it is the recorded one. */
  #inPlace(): ReadonlyMap<string, Due> {
    const { policy } = this.#present;
    if (policy === undefined || policy === this.#recorded.policy) return new Map();
    this.#byPolicyInPlace ??= this.#dueUnder(policy === null ? null : parseLifecycle(policy));
    return this.#byPolicyInPlace;
  }

  /**
   * Whether one more push would have had it taken by a rule that counts: then images that came and went may have done it.
   * Asked of the policy itself: with a copy of the image pushed this moment, under its own tags.
   */
  #wasNext(image: Image): boolean {
    if (this.#policy === null) return false;
    const { to } = this.#span;
    const standing = this.#recorded.images.filter(({ digest }) => this.#now.has(digest) || digest === image.digest);
    const push: Image = { digest: `${image.digest}+`, tags: image.tags, pushedAt: to };
    const { due } = replay(this.#policy, [...standing, ...this.#arrivals, push], [], { from: to, to });
    return due.get(image.digest)?.action === 'expire';
  }
}

interface Why {
  readonly cause: Cause;
  readonly moved?: { readonly tag: string; readonly to: string };
}

function verdict(image: Image, verdict: Verdict, due?: Due, why?: Why): ImageVerdict {
  const { digest, tags, pushedAt } = image;
  return {
    digest,
    tags,
    pushedAt: new Date(pushedAt).toISOString(),
    verdict,
    ...(due === undefined ? {} : { rulePriority: due.rulePriority, dueAt: new Date(due.at).toISOString() }),
    ...why,
  };
}

function changeOf(image: Image, now: Image): Cause | undefined {
  if (now.pushedAt !== image.pushedAt) return 'pushed-again';
  return JSON.stringify(image.tags.toSorted()) === JSON.stringify(now.tags.toSorted()) ? undefined : 'tags-changed';
}

function classOf({ storageClass = 'standard' }: Image): 'standard' | 'archive' {
  return storageClass;
}
