// Lets a policy act on images from one moment to another, as ECR does, and says when each of them is due. Pure.
// It must not know which of them are still there.
import { evaluate, type Image, type LifecyclePolicy } from '../../lifecycle/index.js';

/** ECR acts within 24 hours of the moment at which an image meets a rule (user guide, "Automate the cleanup of images"). */
export const runEvery = 86_400_000;
const day = 86_400_000;

export interface Due {
  readonly action: 'expire' | 'archive';
  readonly rulePriority: number;
  /** Milliseconds since the epoch: the first run that takes it. */
  readonly at: number;
}

export interface Replay {
  /** What becomes of an image, by digest: the last of its dues, since what is archived may expire later. */
  readonly due: ReadonlyMap<string, Due>;
}

export interface Span {
  /** Milliseconds since the epoch. */
  readonly from: number;
  readonly to: number;
}

/**
 * Runs the policy at `from`, then so that the last runs are whole days before `to` and at `to` itself: what is due for a whole
 * day at the end is told apart from what is not. `arrivals` come in at their push, and take their tags from whoever has them.
 */
export function replay(
  policy: LifecyclePolicy,
  images: readonly Image[],
  arrivals: readonly Image[],
  { from, to }: Span,
): Replay {
  const moments = momentsOf(from, to);
  const busy = busyMoments(policy, [...images, ...arrivals], arrivals, moments);
  const coming = arrivals.toSorted((one, other) => one.pushedAt - other.pushedAt);
  const due = new Map<string, Due>();
  let standing: readonly Image[] = images;
  let next = 0;
  for (const [index, at] of moments.entries()) {
    if (!busy.has(index)) continue;
    const come: Image[] = [];
    for (let one = coming[next]; one !== undefined && one.pushedAt <= at; one = coming[next]) {
      come.push(one);
      next += 1;
    }
    if (come.length > 0) standing = withArrivals(standing, come);
    const outcomes = evaluate(policy, standing, at);
    let acted = false;
    standing = standing.flatMap((image, place) => {
      const outcome = outcomes[place];
      const rulePriority = outcome?.rulePriority ?? undefined;
      if (outcome === undefined || rulePriority === undefined) return [image];
      if (outcome.action !== 'expire' && outcome.action !== 'archive') return [image];
      acted = true;
      due.set(image.digest, { action: outcome.action, rulePriority, at });
      if (outcome.action === 'expire') return [];
      const archived: Image = { ...image, storageClass: 'archive', lastArchivedAt: at };
      for (const threshold of thresholdsOf(policy, archived)) mark(busy, moments, threshold);
      return [archived];
    });
    // What a manifest list held may go once the list is gone.
    if (acted) busy.add(index + 1);
  }
  return { due };
}

function momentsOf(from: number, to: number): readonly number[] {
  const moments: number[] = [];
  for (let at = to; at > from; at -= runEvery) moments.push(at);
  return [from, ...moments.reverse()];
}

/** The runs at which anything can happen that could not happen before: all others would only say the same again. */
function busyMoments(
  policy: LifecyclePolicy,
  images: readonly Image[],
  arrivals: readonly Image[],
  moments: readonly number[],
): Set<number> {
  const busy = new Set([0]);
  for (const image of images) for (const threshold of thresholdsOf(policy, image)) mark(busy, moments, threshold);
  for (const { pushedAt } of arrivals) mark(busy, moments, pushedAt - 1);
  return busy;
}

/** The first run later than a moment. */
function mark(busy: Set<number>, moments: readonly number[], moment: number): void {
  let low = 0;
  let high = moments.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((moments[middle] ?? 0) > moment) high = middle;
    else low = middle + 1;
  }
  if (low < moments.length) busy.add(low);
}

/** Every moment after which some rule that goes by age may think otherwise of an image. */
function thresholdsOf({ rules }: LifecyclePolicy, image: Image): readonly number[] {
  const times = [image.pushedAt, image.lastPulledAt, image.lastActivatedAt, image.lastArchivedAt];
  return rules.flatMap(({ selection: { countType, countNumber } }) =>
    countType === 'imageCountMoreThan'
      ? []
      : times.flatMap((time) => (time === undefined ? [] : [time + countNumber * day])),
  );
}

/** A tag is on one image at a time: whoever comes with it takes it. */
function withArrivals(standing: readonly Image[], come: readonly Image[]): readonly Image[] {
  const holder = new Map<string, Image>();
  for (const image of come) for (const tag of image.tags) holder.set(tag, image);
  const kept = [...standing, ...come].map((image) => {
    const tags = image.tags.filter((tag) => (holder.get(tag) ?? image) === image);
    return tags.length === image.tags.length ? image : { ...image, tags };
  });
  return kept;
}
