// Says what a plan's changes do to images and to people's access, and which of it needs consent.
// It must not change which changes there are, nor decide whether consent was given.
import pLimit from 'p-limit';
import { type AccessChange, accessChange, type ChangeContext, type Statement } from '../access/index.js';
import { type Image, shortDigest } from '../lifecycle/index.js';
import { byText, type ObservedRegistry, type Owner, ownershipOf } from '../registry/index.js';
import { asPoliciesSee } from './children.js';
import { whose } from './diff.js';
import { type Affected, affectedBy, type LifecycleChange } from './effect.js';
import { type Guard, isGrave, unreadIn, usersIn } from './guard.js';
import type { Change, Hazard, LifecycleEffect, RegistryPlan, RepositoryPlan, Unknown, UsageKnown } from './model.js';
import type { RegistryPorts } from './ports.js';
import { type ImagesReading, imagesOf } from './read-images.js';
import { remarksOn } from './remarked.js';
import type { RegistryPlace } from './usage/index.js';

export interface Assessed {
  readonly registry: RegistryPlan;
  readonly hazards: readonly Hazard[];
}

type Part = Pick<Hazard, 'kind' | 'reason'> & { readonly mustBeNamed?: boolean };

/** Reads images only of repositories that exist and whose images a change may touch, and sources of use only where some go. */
export async function assess(
  draft: RegistryPlan,
  observed: ObservedRegistry,
  owner: Owner,
  ports: RegistryPorts,
  guard: Guard,
): Promise<Assessed> {
  const limit = pLimit(ports.concurrency);
  const hazards: Hazard[] = [];
  const access = new AccessChanges();
  const repositories = await Promise.all(
    draft.repositories.map(async (drafted) => {
      const repository = withAccess(drafted, draft, access);
      const found: Part[] = [...takeOver(repository, observed, owner), ...accessHazards(repository)];
      const assessed = await withImages(repository, found, {
        registry: draft,
        guard,
        now: ports.clock.now(),
        images: () => limit(() => imagesOf(ports, repository.name)),
        withChildren: (images, change) =>
          limit(() =>
            asPoliciesSee(ports.ecr, repository.name, images, [change.before, change.after], ports.clock.now()),
          ),
      });
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

type PolicyChange = Extract<Change, { aspect: 'repositoryPolicy' }>;

/** Repositories that share a policy share what a change of it does: nearly all of a registry's. */
class AccessChanges {
  readonly #known = new Map<string, AccessChange>();

  of(change: PolicyChange, foreign: readonly Statement[], context: ChangeContext): AccessChange {
    const before = [...foreign, ...change.before];
    const after = [...foreign, ...change.after];
    const texts = JSON.stringify([before, after]);
    // A statement may be about some repositories only.
    const key = /"(Not)?Resource"/.test(texts) ? `${context.name} ${texts}` : texts;
    const found = this.#known.get(key) ?? accessChange(before, after, context);
    this.#known.set(key, found);
    return found;
  }
}

function withAccess(repository: RepositoryPlan, place: RegistryPlan, known: AccessChanges): RepositoryPlan {
  const { name, changes, foreignStatements = [] } = repository;
  const change = changes.find((one) => one.aspect === 'repositoryPolicy');
  if (change === undefined) return repository;
  const access = known.of(change, foreignStatements, { ...place, name });
  return { ...repository, changes: changes.map((one) => (one === change ? { ...change, access } : one)) };
}

function accessHazards({ action, changes }: RepositoryPlan): Part[] {
  const { lost, opened } = changes.find((one) => one.aspect === 'repositoryPolicy')?.access ?? { lost: [], opened: [] };
  const parts: Part[] = [];
  // To what does not exist yet nobody has access: a Deny that is born with it takes nothing away.
  if (lost.length > 0 && action !== 'create') parts.push({ kind: 'lose-access', reason: lost.join('; ') });
  if (opened.length > 0) parts.push({ kind: 'open-access', reason: opened.join('; ') });
  return parts;
}

/** What judging one repository's images takes. */
interface Sight {
  readonly registry: RegistryPlace;
  readonly guard: Guard;
  readonly now: number;
  readonly images: () => Promise<ImagesReading>;
  readonly withChildren: (images: readonly Image[], change: LifecycleChange) => Promise<readonly Image[]>;
}

async function withImages(repository: RepositoryPlan, hazards: Part[], sight: Sight): Promise<RepositoryPlan> {
  const { deletion, action, changes } = repository;
  if (deletion !== undefined) return assessDeletion(repository, deletion.force, hazards, sight);
  const change = changes.find((one) => one.aspect === 'lifecyclePolicy');
  // A repository to be made has no images.
  if (change === undefined || action === 'create') return repository;
  return assessPolicy(repository, change, hazards, sight);
}

async function assessPolicy(
  repository: RepositoryPlan,
  change: LifecycleChange,
  hazards: Part[],
  { registry, guard, now, images, withChildren }: Sight,
): Promise<RepositoryPlan> {
  const reading = await images();
  if ('unknown' in reading) {
    // Without a policy nothing expires, whatever there is.
    if (change.after !== null) {
      const usage = await guard.usageOfAny(registry, repository.name);
      hazards.push(unseen('expire-images', reading.unknown, 'so any of them may expire', usage));
    }
    return { ...repository, unknown: [...repository.unknown, reading.unknown] };
  }
  const seen = await withChildren(reading.images, change);
  const affected = affectedBy(change, seen, registry.region, now);
  if (affected === undefined) return repository;
  const remarks = remarksOn(change.after, seen, now);
  const going = [...affected.expiring, ...affected.archiving];
  const usage = await guard.usageOf(registry, repository.name, seen, going);
  const effect: LifecycleEffect = { ...affected.effect, ...(usage === undefined ? {} : { usage }) };
  hazards.push(...expiry(affected, usage));
  const all = repository.changes.map((one) => (one === change ? { ...change, effect } : one));
  return { ...repository, changes: all, ...(remarks.length > 0 ? { remarks } : {}) };
}

/** Expiry of images nobody is known to use is the lesser hazard. An archived image cannot be pulled until it is restored. */
function expiry({ effect }: Affected, usage: UsageKnown | undefined): Part[] {
  const { expiring, archiving } = effect;
  const text = expiring > 0 ? wouldExpire(effect) : `${plural(archiving, 'image')} would be archived`;
  if (isGrave(usage)) return [{ kind: 'expire-in-use', reason: `${text}${graveness(usage)}`, mustBeNamed: true }];
  return expiring > 0 ? [{ kind: 'expire-images', reason: text }] : [];
}

/** What makes it grave, to go on with after what goes. */
function graveness(usage: UsageKnown): string {
  const used = usage.inUse.length === 0 ? '' : `; ${usage.inUse.length} of them in use: ${usersIn(usage)}`;
  if (usage.unknown.length === 0) return used;
  const whether = used === '' ? '; whether one of them is in use is not known' : '; more of them may be';
  return `${used}${whether}: ${unreadIn(usage)}`;
}

/** Images that could not be read: anything may happen to any of them. */
function unseen(
  kind: 'expire-images' | 'delete-images',
  { operation, reason }: Unknown,
  so: string,
  usage: UsageKnown | undefined,
): Part {
  const text = `images could not be read (${operation}: ${reason}), ${so}`;
  if (!isGrave(usage)) return { kind, reason: text };
  const used = usage.inUse.length === 0 ? '' : `; in use are ${usersIn(usage)}`;
  const unknown = usage.unknown.length === 0 ? '' : `; ${unreadIn(usage)}`;
  const grave = kind === 'expire-images' ? 'expire-in-use' : kind;
  return { kind: grave, reason: `${text}${used}${unknown}`, mustBeNamed: true };
}

async function assessDeletion(
  repository: RepositoryPlan,
  force: boolean,
  hazards: Part[],
  { registry, guard, images }: Sight,
): Promise<RepositoryPlan> {
  const { name } = repository;
  const reading = await images();
  if ('unknown' in reading) {
    const usage = force ? await guard.usageOfAny(registry, name) : undefined;
    if (force) hazards.push(unseen('delete-images', reading.unknown, 'and any there are would be deleted', usage));
    const deletion = { force, images: null, ...(usage === undefined ? {} : { usage }) };
    return { ...repository, deletion, unknown: [...repository.unknown, reading.unknown] };
  }
  const { length } = reading.images;
  // Without force ECR itself refuses if an image comes in between.
  if (length === 0) return { ...repository, deletion: { force: false, images: 0 } };
  if (!force) {
    const advice = `set \`forceDelete: true\`, then --accept delete-images:${name}`;
    const reason = `it holds ${plural(length, 'image')} and forceDelete is not set, so ECR will refuse to delete it; to delete it with them, ${advice}`;
    return { ...repository, reason, deletion: { force, images: length } };
  }
  const usage = await guard.usageOf(registry, name, reading.images, reading.images);
  const reason = `${plural(length, 'image')} would be deleted with the repository`;
  hazards.push({
    kind: 'delete-images',
    reason: isGrave(usage) ? `${reason}${graveness(usage)}` : reason,
    mustBeNamed: isGrave(usage),
  });
  return { ...repository, deletion: { force, images: length, ...(usage === undefined ? {} : { usage }) } };
}

function wouldExpire({ images, expiring, expiringBytes, examples }: LifecycleEffect): string {
  const shown = examples.slice(0, 3).map(shortDigest).join(', ');
  return `${expiring} of ${plural(images, 'image')} would expire (${bytes(expiringBytes)}): ${shown}${expiring > 3 ? ', …' : ''}`;
}

function plural(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

/** Decimal units, as registries bill them. */
export function bytes(size: number): string {
  const units = ['bytes', 'kB', 'MB', 'GB', 'TB', 'PB'];
  let rest = size;
  let unit = 0;
  // 999.95 would be printed as 1000.0.
  while (rest >= (unit === 0 ? 1000 : 999.95) && unit < units.length - 1) {
    rest /= 1000;
    unit += 1;
  }
  return `${unit === 0 ? rest : rest.toFixed(1)} ${units[unit]}`;
}
