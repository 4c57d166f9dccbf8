// Whether a plan still fits what is there: each value equals the one before or the one after the change.
// It must not change the plan; a plan that does not fit is refused, not mended.
import pLimit from 'p-limit';
import { canonicalStatement, diffStatements, ownStatements, parsePolicy } from '../access/index.js';
import { type Diagnostic, diagnostic, isSlipwayError, SlipwayError } from '../diagnostics/index.js';
import { canonicalLifecycleText, type Image } from '../lifecycle/index.js';
import {
  canonicalEncryption,
  canonicalMutability,
  type DesiredRegistry,
  type ObservedRepository,
  ownershipOf,
  type Reading,
} from '../registry/index.js';
import { asPoliciesSee } from './children.js';
import { affectedBy, nameOf } from './effect.js';
import { Guard, unreadIn, usersIn } from './guard.js';
import type { Change, Plan, RegistryPlan, RepositoryPlan, UsageKnown } from './model.js';
import { observe } from './observe.js';
import { type PortsFor, requireAccount } from './plan.js';
import type { RegistryPorts } from './ports.js';
import { imagesOf } from './read-images.js';
import { verifySettings } from './settings/fresh.js';
import { verifyStacks } from './stacks/fresh.js';
import { resolvedEncryption, type StackOutputs } from './stacks/values.js';
import { isWork } from './steps.js';
import type { UsageSource } from './usage/index.js';

/** Reads again what the plan would write, images included, and throws `plan/stale` for everything that moved. */
export async function verifyFresh(plan: Plan, portsFor: PortsFor, usage: readonly UsageSource[] = []): Promise<void> {
  const guard = new Guard(usage);
  for (const registry of plan.registries) {
    const ports = await portsFor(registry);
    await requireAccount(ports, registry.account, plan.owner.environment);
    const { account } = registry;
    const outputs = await verifyStacks(registry.stacks, async (region) => (await portsFor({ account, region })).stacks);
    const { owner } = plan;
    await verifySettings(registry.settings, ports.ecr, { owner, account, partition: registry.partition });
    await verifyRegistry(plan, registry, ports, guard, outputs);
  }
}

/** Repositories in which nothing is left to write, by name, with their address where they have one. */
export type Settled = ReadonlyMap<string, string | undefined>;

/** The same for one registry, whose account was checked already. Tells what is as planned already. */
export async function verifyRegistry(
  plan: Plan,
  registry: RegistryPlan,
  ports: RegistryPorts,
  guard: Guard,
  outputs: StackOutputs = new Map(),
): Promise<Settled> {
  const settled = new Map<string, string | undefined>();
  const work = registry.repositories.filter(isWork);
  if (work.length === 0) return settled;
  const observed = await observe(readingList(plan, registry, work), ports, { orphans: false });
  const limit = pLimit(ports.concurrency);
  const found = await Promise.all(
    work.map((repository) =>
      limit(async () => {
        const unreadable = observed.unreadable.get(repository.name);
        if (unreadable !== undefined) return [`it could not be read (${unreadable.operation}: ${unreadable.reason})`];
        const live = observed.repositories.get(repository.name);
        const standings = live === undefined ? missing(repository) : present(repository, live, plan, registry, outputs);
        const moved = standings.flatMap((one) => (typeof one === 'object' ? [one.moved] : []));
        if (moved.length > 0) return moved;
        if (standings.every((one) => one === 'after')) {
          settled.set(repository.name, live?.uri);
          return [];
        }
        return live === undefined
          ? []
          : await moreImages(repository, registry, ports, guard, saysInUse(plan, repository.name));
      }),
    ),
  );
  const problems: Diagnostic[] = work.flatMap(({ name }, index) =>
    (found[index] ?? []).map((text) => diagnostic('plan/stale', `${name}: ${text}`)),
  );
  if (problems.length > 0) throw new SlipwayError(problems);
  return settled;
}

/** A live value is the one before the change, the one after it, or neither, in words. */
type Standing = 'before' | 'after' | { readonly moved: string };

/** The repositories of the plan in the shape `observe` reads by; its values but names and aspects do not matter. */
function readingList(
  plan: Plan,
  { account, region, partition }: RegistryPlan,
  work: readonly RepositoryPlan[],
): DesiredRegistry {
  const repositories = work.map((repository) => ({
    key: repository.name,
    name: repository.name,
    tagMutability: { mode: 'IMMUTABLE', exclusions: [] } as const,
    encryption: { type: 'AES256' } as const,
    scanOnPush: true,
    tags: {},
    lifecyclePolicy: repository.changes.some(({ aspect }) => aspect === 'lifecyclePolicy') ? null : undefined,
    statements: [],
    forceDelete: false,
  }));
  return { owner: plan.owner, account, region, partition, repositories, companions: [] };
}

function missing({ action }: RepositoryPlan): Standing[] {
  if (action === 'create') return ['before'];
  return [action === 'delete' ? 'after' : { moved: 'it does not exist any more' }];
}

function present(
  repository: RepositoryPlan,
  live: ObservedRepository,
  plan: Plan,
  registry: RegistryPlan,
  outputs: StackOutputs,
): Standing[] {
  const { tags } = live;
  if (tags.state !== 'present') return [{ moved: `its tags ${unread(tags)}` }];
  const { state } = ownershipOf(tags.value, plan.owner);
  // A take-over was consented to as it was; everything else was planned for a repository of ours.
  if (state !== 'ours' && repository.action !== 'foreign')
    return [
      { moved: repository.action === 'create' ? 'it exists by now, and is not ours' : 'it is not ours any more' },
    ];
  if (repository.action === 'delete') return ['before'];
  return repository.changes.flatMap((change) => standingsOf(change, live, plan, registry, outputs));
}

function standingsOf(
  change: Change,
  live: ObservedRepository,
  plan: Plan,
  registry: RegistryPlan,
  outputs: StackOutputs,
): Standing[] {
  switch (change.aspect) {
    case 'tagMutability': {
      const after = canonicalMutability(change.after);
      return compare(change.aspect, canonicalMutability(live.tagMutability), change.before, after);
    }
    case 'scanOnPush':
      return compare(change.aspect, live.scanOnPush, change.before, change.after);
    case 'encryption':
      // Nothing is written to it, so that it leaves nothing to do; but a repository to be created must not exist with another.
      return compare(
        change.aspect,
        canonicalEncryption(live.encryption),
        change.before,
        resolvedEncryption(change.after, outputs),
      ).map((one) => (one === 'before' ? 'after' : one));
    case 'tags': {
      if (live.tags.state !== 'present') return [];
      const { value } = live.tags;
      return Object.keys(change.after).flatMap((key) =>
        compare(`tag ${key}`, value[key] ?? null, change.before[key] ?? null, change.after[key] ?? null),
      );
    }
    case 'lifecyclePolicy': {
      const reading = live.lifecyclePolicy;
      if (reading.state !== 'present' && reading.state !== 'absent')
        return [{ moved: `its lifecycle policy ${unread(reading)}` }];
      const now = reading.state === 'present' ? canonicalLifecycleText(reading.value) : null;
      return compare(change.aspect, now, change.before, change.after);
    }
    case 'repositoryPolicy':
      return policyStandings(change, live.repositoryPolicy, plan, registry);
  }
}

function policyStandings(
  change: Extract<Change, { aspect: 'repositoryPolicy' }>,
  reading: Reading<string>,
  plan: Plan,
  registry: RegistryPlan,
): Standing[] {
  if (reading.state !== 'present' && reading.state !== 'absent') return [{ moved: `its policy ${unread(reading)}` }];
  try {
    const own = reading.state === 'present' ? ownStatements(parsePolicy(reading.value), plan.owner) : [];
    if (diffStatements(own, change.after, registry).length === 0) return ['after'];
    if (diffStatements(own, change.before, registry).length === 0) return ['before'];
    const now = own.map((one) => canonicalStatement(one, registry));
    return [movedOn(change.aspect, now, change.before, change.after)];
  } catch (error) {
    if (!isSlipwayError(error)) throw error;
    return [{ moved: error.diagnostics[0]?.message ?? error.message }];
  }
}

function compare(aspect: string, now: unknown, before: unknown, after: unknown): Standing[] {
  const text = JSON.stringify(now);
  if (text === JSON.stringify(after)) return ['after'];
  return [text === JSON.stringify(before) ? 'before' : movedOn(aspect, now, before, after)];
}

function movedOn(aspect: string, now: unknown, before: unknown, after: unknown): Standing {
  const [is, from, to] = [now, before, after].map((one) => JSON.stringify(one));
  return { moved: `${aspect} is now ${is}, and the plan goes from ${from} to ${to}` };
}

function unread(reading: Reading<unknown>): string {
  return reading.state === 'unknown' ? `could not be read (${reading.operation}: ${reading.reason})` : 'were not read';
}

/** Whether a hazard told that images of a repository are in use, or may be: it had to be named. */
function saysInUse({ hazards }: Plan, name: string): boolean {
  return hazards.some(
    ({ kind, repository, mustBeNamed }) =>
      repository === name && (kind === 'expire-in-use' || (kind === 'delete-images' && mustBeNamed)),
  );
}

/** Images may not suffer more than was shown when consent was given. */
async function moreImages(
  repository: RepositoryPlan,
  registry: RegistryPlan,
  ports: RegistryPorts,
  guard: Guard,
  consentedToUse: boolean,
): Promise<string[]> {
  const change = repository.changes.find((one) => one.aspect === 'lifecyclePolicy');
  const touches = change !== undefined && change.after !== null;
  if (repository.deletion === undefined && !touches) return [];
  // Whatever there is was consented to where nothing could be read; that somebody uses it, only where that was said.
  if (repository.unknown.some(({ aspect }) => aspect === 'images'))
    return consentedToUse
      ? []
      : moreUse(repository.deletion?.usage, await guard.usageOfAny(registry, repository.name), guard);
  const reading = await imagesOf(ports, repository.name);
  if ('unknown' in reading)
    return [`images could not be read (${reading.unknown.operation}: ${reading.unknown.reason})`];
  const { images } = reading;
  const usage = (all: readonly Image[], going: readonly Image[]) =>
    guard.usageOf(registry, repository.name, all, going);
  if (repository.deletion !== undefined) {
    const known = repository.deletion.images ?? images.length;
    if (images.length > known) return [`it holds ${images.length} images by now, and the plan knew of ${known}`];
    if (!repository.deletion.force) return [];
    return moreUse(repository.deletion.usage, await usage(images, images), guard);
  }
  if (change === undefined) return [];
  const now = ports.clock.now();
  const seen = await asPoliciesSee(ports.ecr, repository.name, images, [change.before, change.after], now);
  const affected = affectedBy(change, seen, registry.region, now);
  if (affected === undefined) return [];
  const shown = new Set(change.effect?.digests);
  const more = affected.expiring.filter(({ digest }) => !shown.has(digest));
  if (more.length > 0) {
    const names = `${more.slice(0, 3).map(nameOf).join(', ')}${more.length > 3 ? ', …' : ''}`;
    return [
      `${more.length === 1 ? 'an image' : `${more.length} images`} would expire that the plan did not show: ${names}`,
    ];
  }
  return moreUse(change.effect?.usage, await usage(seen, [...affected.expiring, ...affected.archiving]), guard);
}

/** Nor may more of what goes be in use, or less be known of it. */
function moreUse(shown: UsageKnown | undefined, now: UsageKnown | undefined, guard: Guard): string[] {
  if (shown !== undefined && !guard.watches)
    return [`who uses its images was asked of ${shown.sources.join(', ')}, and nothing here names these sources`];
  if (now === undefined) return [];
  const known = new Set(shown?.inUse.map(({ digest }) => digest));
  const inUse = now.inUse.filter(({ digest }) => !known.has(digest));
  const unread = new Set(shown?.unknown.map(({ source }) => source));
  const unknown = now.unknown.filter(({ source }) => !unread.has(source));
  return [
    ...(inUse.length === 0 ? [] : [`what would go is in use by now: ${usersIn({ ...now, inUse })}`]),
    ...(unknown.length === 0 ? [] : [`who uses what would go is not known by now: ${unreadIn({ ...now, unknown })}`]),
  ];
}
