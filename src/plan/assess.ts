// Says what a plan's changes do to images and to people's access, and which of it needs consent.
// It must not change which changes there are, nor decide whether consent was given.
import pLimit from 'p-limit';
import { accessChange } from '../access/index.js';
import { evaluate, type Image, parseLifecycle, summarise } from '../lifecycle/index.js';
import { byText, type ObservedRegistry, type Owner, ownershipOf } from '../registry/index.js';
import { whose } from './diff.js';
import type { Change, Hazard, LifecycleEffect, RegistryPlan, RepositoryPlan, Unknown } from './model.js';
import { AwsFault, type RegistryPorts } from './ports.js';
import { ignorance } from './read.js';

export interface Assessed {
  readonly registry: RegistryPlan;
  readonly hazards: readonly Hazard[];
}

type LifecycleChange = Extract<Change, { aspect: 'lifecyclePolicy' }>;
type Part = Pick<Hazard, 'kind' | 'reason'> & { readonly mustBeNamed?: boolean };

/** Reads images only of repositories that exist and whose images a change may touch. */
export async function assess(
  draft: RegistryPlan,
  observed: ObservedRegistry,
  owner: Owner,
  ports: RegistryPorts,
): Promise<Assessed> {
  const limit = pLimit(ports.concurrency);
  const hazards: Hazard[] = [];
  const repositories = await Promise.all(
    draft.repositories.map(async (repository) => {
      const found: Part[] = [...takeOver(repository, observed, owner), ...accessHazards(repository, draft.partition)];
      const assessed = await withImages(
        repository,
        found,
        () => limit(() => imagesOf(ports, repository.name)),
        ports.clock.now(),
      );
      for (const { kind, reason, mustBeNamed } of found) {
        hazards.push({ kind, repository: repository.name, reason, mustBeNamed: mustBeNamed ?? false });
      }
      return assessed;
    }),
  );
  return { registry: { ...draft, repositories }, hazards: hazards.sort(byRepository) };
}

/** Sorted by repository, then kind, then reason. */
export function byRepository(one: Hazard, other: Hazard): number {
  return byText(one.repository, other.repository) || byText(one.kind, other.kind) || byText(one.reason, other.reason);
}

function takeOver(repository: RepositoryPlan, observed: ObservedRegistry, owner: Owner): Part[] {
  const tags = observed.repositories.get(repository.name)?.tags;
  // Without changes (destroy) it is merely left alone.
  if (repository.action !== 'foreign' || repository.changes.length === 0 || tags?.state !== 'present') return [];
  const ownership = ownershipOf(tags.value, owner);
  const reason = `it ${whose(ownership)}; Slipway would change it and own it`;
  return [{ kind: 'take-over', reason, mustBeNamed: ownership.state === 'other' }];
}

function accessHazards({ action, changes, foreignStatements = [] }: RepositoryPlan, partition: string): Part[] {
  const change = changes.find((one) => one.aspect === 'repositoryPolicy');
  if (change === undefined) return [];
  const before = [...foreignStatements, ...change.before];
  const after = [...foreignStatements, ...change.after];
  const { lost, opened } = accessChange(before, after, { partition });
  const parts: Part[] = [];
  // To what does not exist yet nobody has access: a Deny that is born with it takes nothing away.
  if (lost.length > 0 && action !== 'create') parts.push({ kind: 'lose-access', reason: lost.join('; ') });
  if (opened.length > 0) parts.push({ kind: 'open-access', reason: opened.join('; ') });
  return parts;
}

type ImagesReading = { readonly images: readonly Image[] } | { readonly unknown: Unknown };

/** All images of a repository; none where it is gone. */
export async function imagesOf(ports: RegistryPorts, name: string): Promise<ImagesReading> {
  const images: Image[] = [];
  try {
    for await (const page of ports.ecr.describeImages(name)) images.push(...page);
    return { images };
  } catch (error) {
    if (error instanceof AwsFault && error.kind === 'gone') return { images: [] };
    const { operation, reason } = ignorance(error);
    return { unknown: { aspect: 'images', operation, reason } };
  }
}

async function withImages(
  repository: RepositoryPlan,
  hazards: Part[],
  imagesNow: () => Promise<ImagesReading>,
  now: number,
): Promise<RepositoryPlan> {
  const change = repository.changes.find((one) => one.aspect === 'lifecyclePolicy');
  const touches = change !== undefined && repository.action !== 'create' && change.after !== null;
  if (repository.deletion === undefined && !touches) return repository;
  const reading = await imagesNow();
  if (repository.deletion !== undefined) return assessDeletion(repository, repository.deletion, reading, hazards);
  if (change === undefined) return repository;
  if ('unknown' in reading) {
    const { operation, reason } = reading.unknown;
    hazards.push({
      kind: 'expire-images',
      reason: `images could not be read (${operation}: ${reason}), so any of them may expire`,
    });
    return { ...repository, unknown: [...repository.unknown, reading.unknown] };
  }
  const effect = effectOf(change, reading.images, now);
  if (effect === undefined) return repository;
  if (effect.expiring > 0) hazards.push({ kind: 'expire-images', reason: expiring(effect) });
  const changes = repository.changes.map((one) => (one === change ? { ...change, effect } : one));
  return { ...repository, changes };
}

function assessDeletion(
  repository: RepositoryPlan,
  { force }: { readonly force: boolean },
  reading: ImagesReading,
  hazards: Part[],
): RepositoryPlan {
  if ('unknown' in reading) {
    const { operation, reason } = reading.unknown;
    if (force) {
      hazards.push({
        kind: 'delete-images',
        reason: `images could not be read (${operation}: ${reason}), and any there are would be deleted`,
      });
    }
    return { ...repository, deletion: { force, images: null }, unknown: [...repository.unknown, reading.unknown] };
  }
  const { length } = reading.images;
  // Without force ECR itself refuses if an image comes in between.
  if (length === 0) return { ...repository, deletion: { force: false, images: 0 } };
  if (force)
    hazards.push({ kind: 'delete-images', reason: `${plural(length, 'image')} would be deleted with the repository` });
  const advice = `set \`forceDelete: true\`, then --accept delete-images:${repository.name}`;
  const reason = `it holds ${plural(length, 'image')} and forceDelete is not set, so ECR will refuse to delete it; to delete it with them, ${advice}`;
  return { ...repository, ...(force ? {} : { reason }), deletion: { force, images: length } };
}

/** What goes because of the change; `undefined` without images or where there is nothing to evaluate. */
export function effectOf(change: LifecycleChange, images: readonly Image[], now: number): LifecycleEffect | undefined {
  const after = change.after === null ? null : parseLifecycle(change.after);
  if (after === null || images.length === 0) return undefined;
  const before = change.before === null ? null : parseLifecycle(change.before);
  const old = before === null ? [] : evaluate(before, images, now);
  const outcomes = evaluate(after, images, now).map((outcome, index) =>
    outcome.action === old[index]?.action ? { ...outcome, action: 'keep' as const } : outcome,
  );
  return summarise(images, outcomes);
}

function expiring({ images, expiring, expiringBytes, examples }: LifecycleEffect): string {
  const shown = examples.slice(0, 3).join(', ');
  return `${expiring} of ${plural(images, 'image')} would expire (${bytes(expiringBytes)}): ${shown}${expiring > 3 ? ', …' : ''}`;
}

function plural(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

/** Decimal units, as registries bill them. */
export function bytes(size: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'];
  let rest = size;
  let unit = 0;
  // 999.95 would be printed as 1000.0.
  while (rest >= (unit === 0 ? 1000 : 999.95) && unit < units.length - 1) {
    rest /= 1000;
    unit += 1;
  }
  return `${unit === 0 ? rest : rest.toFixed(1)} ${units[unit]}`;
}
