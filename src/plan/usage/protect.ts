// Puts a protective tag on every image in use, and takes it off images that nobody uses any more.
// It must not know where uses come from, nor how anything is shown.
import { parseLifecycle, protectiveTag, protects } from '../../lifecycle/index.js';
import type { DesiredRegistry } from '../../registry/index.js';
import { AwsFault, type EcrPort, type ImageManifest, type RegistryPorts } from '../ports.js';
import { ignorance } from '../read.js';
import { sideBySide } from '../side-by-side.js';
import type { ImageUse, UnknownReading, UsageReading } from './model.js';
import { type RepositoryUsage, surveyUsage } from './survey.js';

/**
 * What becomes of one image.
 * `protect`: it gets the tag. `release`: the tag is taken off. `keep`: it has the tag, and is in use.
 * `leave`: it has the tag and nobody is known to use it, but it stays, and `reason` says why. `blocked`: it is in use and cannot get the
 * tag, since another image has it.
 */
export type ProtectionAction = 'protect' | 'release' | 'keep' | 'leave' | 'blocked';

export interface ProtectionStep {
  readonly repository: string;
  readonly digest: string;
  /** The protective tag. */
  readonly tag: string;
  /** The image's other tags. */
  readonly tags: readonly string[];
  readonly action: ProtectionAction;
  readonly uses: readonly ImageUse[];
  /** With `leave` and `blocked`: why. */
  readonly reason?: string;
  /** With `leave`: it would be the image's last tag. */
  readonly last?: true;
}

/** A repository to which nothing is done, and why. */
export interface ProtectionRefusal {
  readonly repository: string;
  /**
   * `missing`: it does not exist yet. `unread`: images or policy could not be read. `no-rule`: its policy does not keep what has the
   * tag. `no-policy`: nothing expires.
   */
  readonly why: 'missing' | 'unread' | 'no-rule' | 'no-policy';
  readonly reason: string;
}

export interface ProtectionPlan {
  /** Sorted by repository, then digest. */
  readonly steps: readonly ProtectionStep[];
  readonly refused: readonly ProtectionRefusal[];
  /** Uses that point at nothing. */
  readonly dangling: readonly ImageUse[];
  readonly unknownSources: readonly UnknownReading[];
}

/** Says what would be done, and does nothing. */
export async function planProtection(
  desired: DesiredRegistry,
  ports: RegistryPorts,
  readings: readonly UsageReading[],
  only: readonly string[] = [],
): Promise<ProtectionPlan> {
  const surveyed = await surveyUsage(desired, ports, readings, { only });
  const steps: ProtectionStep[] = [];
  const refused: ProtectionRefusal[] = [];
  const refusals = new Map<string, ProtectionRefusal>();
  await sideBySide(surveyed, ports.concurrency, async (repository) => {
    const refusal = await refusalOf(repository, ports.ecr);
    if (refusal !== undefined) refusals.set(repository.name, refusal);
  });
  for (const repository of surveyed) {
    const refusal = refusals.get(repository.name);
    if (refusal === undefined) steps.push(...stepsOf(repository));
    else refused.push(refusal);
  }
  return {
    steps,
    refused,
    dangling: surveyed.flatMap(({ inUse }) => inUse.dangling),
    unknownSources: readings.filter((reading) => reading.state === 'unknown'),
  };
}

async function refusalOf(found: RepositoryUsage, ecr: EcrPort): Promise<ProtectionRefusal | undefined> {
  const { name: repository, state, ignorance: why } = found;
  if (state === 'missing') return { repository, why: 'missing', reason: 'it does not exist yet' };
  if (why !== undefined) return { repository, why: 'unread', reason: `${why.operation}: ${why.reason}` };
  try {
    const text = await ecr.getLifecyclePolicy(repository);
    if (text === undefined) {
      const reason = 'it has no lifecycle policy, so nothing expires';
      return { repository, why: 'no-policy', reason };
    }
    const policy = parseLifecycle(text);
    if (policy !== null && protects(policy)) return undefined;
    const reason = 'its lifecycle policy does not begin with the rule that keeps images in use';
    return { repository, why: 'no-rule', reason };
  } catch (error) {
    if (error instanceof AwsFault && error.kind === 'gone') {
      return { repository, why: 'missing', reason: 'it does not exist any more' };
    }
    const { operation, reason } = ignorance(error);
    return { repository, why: 'unread', reason: `${operation}: ${reason}` };
  }
}

/**
 * Children of a manifest list in use need no tag, and none is kept for their sake: ECR expires no image that a list names (user guide,
 * "Lifecycle policies"). So lists need not be read, which to ECR would be a pull of them.
 */
function stepsOf({ name: repository, images, inUse }: RepositoryUsage): readonly ProtectionStep[] {
  const tagged = new Set(images.flatMap(({ tags }) => tags));
  const steps = images.flatMap((image): readonly ProtectionStep[] => {
    const tag = protectiveTag(image.digest);
    const tags = image.tags.filter((one) => one !== tag);
    const uses = inUse.directUsesOf(image.digest);
    const step = { repository, digest: image.digest, tag, tags, uses };
    const has = image.tags.includes(tag);
    // Where tags may be moved, ECR would take it from the other image without a word.
    if (uses.length > 0 && !has && tagged.has(tag)) return [{ ...step, action: 'blocked', reason: elsewhere }];
    if (uses.length > 0) return [{ ...step, action: has ? 'keep' : 'protect' }];
    if (!has) return [];
    if (inUse.unknownSources.length > 0) {
      return [{ ...step, action: 'leave', reason: 'not every source could be read, so it may be in use' }];
    }
    if (tags.length === 0) return [{ ...step, action: 'leave', reason: lastTag, last: true }];
    if (image.storageClass === 'archive') return [{ ...step, action: 'leave', reason: archived }];
    return [{ ...step, action: 'release' }];
  });
  return steps.toSorted((one, other) => (one.digest < other.digest ? -1 : 1));
}

const lastTag = 'it is the last tag, and with it the image would be deleted';
const elsewhere = 'another image carries its protective tag, which somebody must have put there by hand';
const archived = 'the image is archived, so that it could not be put back';

/** How one step ended. `done`: also where somebody else had done it. `left`: the tag stays after all. */
export interface ProtectionEvent {
  readonly step: ProtectionStep;
  readonly outcome: 'done' | 'left' | 'failed';
  /** Why it was left, or failed. */
  readonly reason?: string;
}

/**
 * Carries steps out, some at once, and tells of each. Every write is one call that does all or nothing, so that a run which is killed
 * leaves only what the next one does. A failure stops nothing else; lost credentials and an interrupt end the run.
 */
export async function protect(
  { steps }: ProtectionPlan,
  ports: RegistryPorts,
  told: (event: ProtectionEvent) => void = () => undefined,
): Promise<readonly ProtectionEvent[]> {
  const events: ProtectionEvent[] = [];
  const work = steps.filter(({ action }) => action === 'protect' || action === 'release');
  // What is in use first: a run that does not come to its end has then protected more and released less.
  const ordered = work.toSorted((one, other) => Number(one.action === 'release') - Number(other.action === 'release'));
  await sideBySide(ordered, ports.concurrency, async (step) => {
    const event = await carryOut(step, ports.ecr);
    events.push(event);
    told(event);
  });
  return events;
}

async function carryOut(step: ProtectionStep, ecr: EcrPort): Promise<ProtectionEvent> {
  try {
    return step.action === 'protect' ? await add(step, ecr) : await takeOff(step, ecr);
  } catch (error) {
    const { operation, reason } = ignorance(error);
    return { step, outcome: 'failed', reason: `${operation}: ${reason}` };
  }
}

async function add(step: ProtectionStep, ecr: EcrPort): Promise<ProtectionEvent> {
  const { repository, digest, tag } = step;
  const manifest = await ecr.getManifest(repository, digest);
  if (manifest === undefined) {
    const now = await ecr.imageTags(repository, digest);
    const reason = now === undefined ? 'it was deleted meanwhile' : 'it is archived: restore it first';
    return { step, outcome: 'failed', reason };
  }
  await ecr.addImageTag(repository, manifest, tag);
  return { step, outcome: 'done' };
}

/**
 * ECR knows no "take this tag off if it is not the last": between the look at the image's tags and the call somebody else may take the
 * other ones away, and then the call deletes the image. So the manifest is read before, the look comes right before the call, and
 * right after it a second one: where the image has gone it is put back, tag and all, while its layers are still there.
 */
async function takeOff(step: ProtectionStep, ecr: EcrPort): Promise<ProtectionEvent> {
  const { repository, digest, tag } = step;
  const manifest = await ecr.getManifest(repository, digest);
  const tags = await ecr.imageTags(repository, digest);
  if (tags === undefined || !tags.includes(tag)) return { step, outcome: 'done' };
  if (tags.length < 2) return { step, outcome: 'left', reason: lastTag };
  if (manifest === undefined) return { step, outcome: 'left', reason: archived };
  await ecr.removeImageTag(repository, tag);
  if ((await ecr.imageTags(repository, digest)) !== undefined) return { step, outcome: 'done' };
  await putBack(repository, manifest, tag, ecr);
  const reason = 'its other tags were taken away in the same moment; the image was put back';
  return { step, outcome: 'left', reason };
}

async function putBack(repository: string, manifest: ImageManifest, tag: string, ecr: EcrPort): Promise<void> {
  try {
    await ecr.addImageTag(repository, manifest, tag);
  } catch (error) {
    if (!(error instanceof AwsFault)) throw error;
    const { kind, operation, awsCode, message } = error;
    const said = `the image was deleted with its last tag and could not be put back: ${message}`;
    throw new AwsFault(kind, operation, awsCode, said, { cause: error });
  }
}
