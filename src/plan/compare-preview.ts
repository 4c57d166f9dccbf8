// ECR's own preview of a policy, held against ours image by image.
// It must not know where the policy comes from, nor how a difference is shown.
import { type ImageOutcome, inPreview } from '../lifecycle/index.js';
import { AwsFault, type PreviewedImage, type RegistryPorts } from './ports.js';
import { ignorance } from './read.js';

/** What each side does to one image; `keep` is ECR's silence. */
export interface PreviewDifference {
  readonly digest: string;
  readonly tags: readonly string[];
  readonly ours: Fate;
  readonly theirs: Fate;
}

interface Fate {
  readonly action: ImageOutcome['action'];
  readonly rulePriority: number | null;
}

export type PreviewComparison =
  | { readonly state: 'agrees'; readonly images: number }
  | { readonly state: 'differs'; readonly images: number; readonly differences: readonly PreviewDifference[] }
  /** ECR could not be asked, or gave no answer. */
  | { readonly state: 'unknown'; readonly operation: string; readonly reason: string };

/** What ECR says that it would do. */
export type PreviewReading =
  | { readonly state: 'read'; readonly images: readonly PreviewedImage[] }
  | Extract<PreviewComparison, { state: 'unknown' }>;

/** Milliseconds: the first wait, and the longest; each is half as long again as the one before. Some five minutes in all. */
const firstWait = 200;
const longestWait = 10_000;
const mostWaits = 45;

const start = 'ecr:StartLifecyclePolicyPreview';
const get = 'ecr:GetLifecyclePolicyPreview';

/**
 * Begins the preview, waits until it is made, and reads all of it. A preview that somebody else has begun is waited for first. Ends with a
 * fault `interrupted` when the signal fires.
 */
export async function ecrPreview(
  { ecr, clock }: Pick<RegistryPorts, 'ecr' | 'clock'>,
  name: string,
  text: string,
  signal?: AbortSignal,
): Promise<PreviewReading> {
  let wait = firstWait;
  let waits = 0;
  const pause = async (operation: string): Promise<boolean> => {
    waits += 1;
    if (waits > mostWaits) return false;
    await clock.sleep(wait, signal);
    if (signal?.aborted === true) throw new AwsFault('interrupted', operation, 'AbortError', 'interrupted');
    wait = Math.min(longestWait, wait * 1.5);
    return true;
  };
  try {
    for (let begun = false; !begun; ) {
      try {
        await ecr.startLifecyclePreview(name, text);
        begun = true;
      } catch (error) {
        if (!(error instanceof AwsFault) || error.kind !== 'in-progress') throw error;
        if (!(await pause(start))) return unknown(start, 'a preview that somebody else has begun does not end');
      }
    }
    for (;;) {
      const first = await ecr.getLifecyclePreview(name);
      if (!sameJson(first.text, text))
        return unknown(get, 'somebody else has begun a preview of another policy meanwhile');
      if (first.status === 'COMPLETE') {
        const images = [...first.images];
        for (let token = first.next; token !== undefined; ) {
          const page = await ecr.getLifecyclePreview(name, token);
          images.push(...page.images);
          token = page.next;
        }
        return { state: 'read', images };
      }
      if (first.status !== 'IN_PROGRESS') return unknown(get, `the preview ended as ${first.status}`);
      if (!(await pause(get))) return unknown(get, 'the preview is still in progress after several minutes');
    }
  } catch (error) {
    const { operation, reason } = ignorance(error);
    return { state: 'unknown', operation, reason };
  }
}

function unknown(operation: string, reason: string): Extract<PreviewReading, { state: 'unknown' }> {
  return { state: 'unknown', operation, reason };
}

/** ECR may lay the text out anew. */
function sameJson(one: string, other: string): boolean {
  if (one === other) return true;
  try {
    return JSON.stringify(JSON.parse(one)) === JSON.stringify(JSON.parse(other));
  } catch {
    return false;
  }
}

/**
 * Image by image. `ours` are outcomes for the moments between which ECR looked: time went on meanwhile, so that an image agrees where any
 * of them does. That ECR is silent of what its previews leave out is no difference.
 */
export function comparePreviews(
  ours: readonly (readonly ImageOutcome[])[],
  theirs: readonly PreviewedImage[],
): PreviewComparison {
  const said = new Map(theirs.map((one) => [one.digest, one]));
  const differences: PreviewDifference[] = [];
  const [outcomes = []] = ours;
  outcomes.forEach(({ digest, tags, action, rulePriority }, index) => {
    const ecr = said.get(digest);
    said.delete(digest);
    const agrees = ours.some((moment) => moment[index] !== undefined && same(moment[index], ecr));
    if (!agrees) differences.push({ digest, tags, ours: { action, rulePriority }, theirs: fateOf(ecr) });
  });
  for (const one of said.values()) {
    // Pushed since the images were read, or gone.
    const { digest, tags } = one;
    differences.push({ digest, tags, ours: { action: 'keep', rulePriority: null }, theirs: fateOf(one) });
  }
  const images = outcomes.length;
  return differences.length === 0 ? { state: 'agrees', images } : { state: 'differs', images, differences };
}

function fateOf(ecr: PreviewedImage | undefined): Fate {
  return ecr === undefined
    ? { action: 'keep', rulePriority: null }
    : { action: ecr.action, rulePriority: ecr.rulePriority };
}

function same(ours: ImageOutcome, ecr: PreviewedImage | undefined): boolean {
  // What follows its subject goes on its own, and what a list holds does not go: ECR's preview is silent of both.
  if (!inPreview(ours)) return ecr === undefined;
  return ecr !== undefined && ours.action === ecr.action && ours.rulePriority === ecr.rulePriority;
}
