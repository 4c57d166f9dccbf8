// What the images of a project cost to store: by repository, by tag value, and what lifecycle policies save of it.
// It must not know how a cost is shown.
import pLimit from 'p-limit';
import {
  actionsInTheEnd,
  type Image,
  isManifestList,
  type LifecyclePolicy,
  lifecycleText,
  type MonthlyCost,
  monthlyCost,
  type StoredImage,
  saves,
  sized,
  storedBytes,
} from '../lifecycle/index.js';
import type { Project } from '../manifest/project.js';
import { byText, compile, type DesiredRegistry, type DesiredRepository, type Tags } from '../registry/index.js';
import { asPoliciesSee } from './children.js';
import { type PortsFor, requireAccount } from './plan.js';
import type { EcrPort, RegistryPorts } from './ports.js';
import { ignorance } from './read.js';
import { imagesOf } from './read-images.js';
import { requireMatches, selects } from './scope.js';

export interface CostOptions {
  readonly only?: readonly string[];
  /**
   * Reads the manifest of every image, a hundred a call, and counts a layer once however many images of a repository share it. To
   * ECR that is a pull of each: where a policy goes by pulls it is not done.
   */
  readonly layers?: boolean;
}

/** Bytes by storage class and what they cost. */
export interface Stored {
  readonly images: number;
  readonly standardBytes: number;
  readonly archiveBytes: number;
  /** Dollars of the United States. */
  readonly dollarsPerMonth: number;
}

export interface RepositoryCost extends Stored {
  readonly account: string;
  readonly region: string;
  readonly name: string;
  readonly key: string;
  /** As declared. */
  readonly tags: Tags;
  /** Whether layers that images share are counted for each of them: then it costs this much at most. */
  readonly upperBound: boolean;
  /** What the declared policy takes of it, by its next run. */
  readonly saving: { readonly images: number; readonly bytes: number; readonly dollarsPerMonth: number };
}

export interface CostReport extends Stored {
  /** Of the prices, by Region. */
  readonly prices: readonly MonthlyCost['prices'][];
  readonly upperBound: boolean;
  readonly savingDollarsPerMonth: number;
  /** The dearest first. */
  readonly repositories: readonly RepositoryCost[];
  /** Repositories that could not be read: what they cost is not in the totals. */
  readonly unknown: readonly { readonly repository: string; readonly operation: string; readonly reason: string }[];
  /** Repositories whose layers were not read because of their policy, though that was asked for. */
  readonly notCounted: readonly string[];
}

/** What the images of an environment's repositories cost as they are. */
export async function cost(
  project: Project,
  environment: string,
  portsFor: PortsFor,
  options: CostOptions = {},
): Promise<CostReport> {
  return costOf(compile(project, environment), portsFor, options);
}

/** The same from compiled registries. */
export async function costOf(
  registries: readonly DesiredRegistry[],
  portsFor: PortsFor,
  options: CostOptions = {},
): Promise<CostReport> {
  const { only = [] } = options;
  requireMatches(
    only,
    registries.flatMap(({ repositories }) => repositories),
  );
  const found = await Promise.all(
    registries.map(async (desired) => {
      const ports = await portsFor(desired);
      await requireAccount(ports, desired.account, desired.owner.environment);
      const limit = pLimit(ports.concurrency);
      const wanted = desired.repositories.filter((one) => selects(only, one));
      return Promise.all(wanted.map((one) => limit(() => measure(desired, one, ports, options.layers === true))));
    }),
  );
  const parts = found.flat();
  const repositories = parts.flatMap(({ cost: one }) => one ?? []).sort(dearest);
  return {
    ...sumOf(repositories),
    prices: [...new Set(registries.map(({ region }) => region))].map(
      (region) => monthlyCost({ standardBytes: 0, archiveBytes: 0 }, region).prices,
    ),
    upperBound: repositories.some(({ upperBound }) => upperBound),
    savingDollarsPerMonth: repositories.reduce((sum, { saving }) => sum + saving.dollarsPerMonth, 0),
    repositories,
    unknown: parts.flatMap(({ unknown }) => unknown ?? []),
    notCounted: options.layers === true ? repositories.filter(mayShare).map(({ name }) => name) : [],
  };
}

function mayShare({ upperBound, images }: RepositoryCost): boolean {
  return upperBound && images > 1;
}

function dearest(one: RepositoryCost, other: RepositoryCost): number {
  return other.dollarsPerMonth - one.dollarsPerMonth || byText(one.name, other.name);
}

function sumOf(parts: readonly Stored[]): Stored {
  const sum = { images: 0, standardBytes: 0, archiveBytes: 0, dollarsPerMonth: 0 };
  for (const { images, standardBytes, archiveBytes, dollarsPerMonth } of parts) {
    sum.images += images;
    sum.standardBytes += standardBytes;
    sum.archiveBytes += archiveBytes;
    sum.dollarsPerMonth += dollarsPerMonth;
  }
  return sum;
}

/** Neither, where it does not exist yet. */
interface Measured {
  readonly cost?: RepositoryCost;
  readonly unknown?: CostReport['unknown'][number];
}

async function measure(
  { account, region }: DesiredRegistry,
  { name, key, tags, lifecyclePolicy }: DesiredRepository,
  ports: RegistryPorts,
  layers: boolean,
): Promise<Measured> {
  const reading = await imagesOf(ports, name);
  if ('unknown' in reading) {
    const { operation, reason } = reading.unknown;
    return { unknown: { repository: name, operation, reason } };
  }
  if (reading.gone) return {};
  const policy = lifecyclePolicy ?? null;
  const layered = layers && !goesByPulls(policy) ? await withLayers(ports.ecr, name, reading.images) : undefined;
  const images = layered ?? sized(reading.images);
  const stored = storedBytes(images);
  return {
    cost: {
      account,
      region,
      name,
      key,
      tags,
      images: images.length,
      ...stored,
      dollarsPerMonth: monthlyCost(stored, region).total,
      upperBound: layered === undefined && images.length > 1,
      saving: await savingOf(policy, reading.images, images, { name, region }, ports),
    },
  };
}

/** Reading a manifest would be a pull, and put off what such a policy does. */
function goesByPulls(policy: LifecyclePolicy | null): boolean {
  return policy?.rules.some(({ selection }) => selection.countType === 'sinceImagePulled') ?? false;
}

/** `stored` are the images as they are paid for, in the same order. */
async function savingOf(
  policy: LifecyclePolicy | null,
  described: readonly Image[],
  stored: readonly StoredImage[],
  { name, region }: { readonly name: string; readonly region: string },
  ports: RegistryPorts,
): Promise<RepositoryCost['saving']> {
  if (policy === null) return { images: 0, bytes: 0, dollarsPerMonth: 0 };
  const now = ports.clock.now();
  const images = await asPoliciesSee(ports.ecr, name, described, [lifecycleText(policy)], now);
  const outcomes = actionsInTheEnd(policy, images, now).map((action) => ({ action }));
  const { before, after, monthly } = saves(stored, outcomes, region);
  return {
    images: outcomes.filter(({ action }) => action === 'expire').length,
    bytes: before.standardBytes + before.archiveBytes - after.standardBytes - after.archiveBytes,
    dollarsPerMonth: monthly,
  };
}

/**
 * With the layers of each, which then count once in the repository. ECR gives nobody the manifest of an archived image, so that these
 * count with their size. `undefined` where manifests could not be read.
 */
async function withLayers(
  ecr: EcrPort,
  name: string,
  images: readonly Image[],
): Promise<readonly StoredImage[] | undefined> {
  const legible = images.filter((image) => image.storageClass !== 'archive' && !isManifestList(image));
  try {
    const found = await ecr.layersOf(
      name,
      legible.map(({ digest }) => digest),
    );
    return sized(images).map((image) => {
      const layers = found.get(image.digest);
      return layers === undefined ? image : { ...image, layers };
    });
  } catch (error) {
    ignorance(error);
    return undefined;
  }
}

/** What the repositories of one value cost together. `value` is `null` where they lack the tag. */
export interface CostGroup extends Stored {
  readonly value: string | null;
  readonly repositories: number;
}

/** Adds up by the value of a declared tag, the dearest first. */
export function costByTag({ repositories }: CostReport, key: string): readonly CostGroup[] {
  const groups = new Map<string | null, RepositoryCost[]>();
  for (const one of repositories) {
    const value = Object.hasOwn(one.tags, key) ? (one.tags[key] ?? null) : null;
    groups.set(value, [...(groups.get(value) ?? []), one]);
  }
  return Array.from(groups, ([value, some]) => ({ value, repositories: some.length, ...sumOf(some) })).sort(
    (one, other) => other.dollarsPerMonth - one.dollarsPerMonth || byText(one.value ?? '', other.value ?? ''),
  );
}
