// What tests of replication ask of the registries around a world's own: rules, the work itself, and what has arrived where.
// It must not know how anything is copied.
import type { EcrContext } from '../../ecr/operation.js';
import type { Destination } from '../../ecr/registry/replication.js';
import { type Repository, readRepository } from '../../ecr/repository.js';
import { Faults } from '../../faults.js';
import { imagesOf, manifestOf } from '../../images/index.js';
import { account, region, type World } from '../../images/testing/world.js';
import { registryContext } from '../copy.js';
import { replicationChore } from '../work.js';

export const home: Destination = { account, region };
/** The same account in another Region. */
export const away: Destination = { account, region: 'us-west-2' };
export const stranger: Destination = { account: '210987654321', region: 'eu-west-1' };

export function setRules(
  world: World,
  rules: readonly { readonly to: readonly Destination[]; readonly prefixes?: readonly string[] }[],
): void {
  world.call('PutReplicationConfiguration', {
    replicationConfiguration: {
      rules: rules.map(({ to, prefixes }) => ({
        destinations: to.map((one) => ({ region: one.region, registryId: one.account })),
        ...(prefixes !== undefined && {
          repositoryFilters: prefixes.map((filter) => ({ filter, filterType: 'PREFIX_MATCH' })),
        }),
      })),
    },
  });
}

/** Does all there is to do. */
export async function work(
  { context }: World,
  faults = new Faults(),
  signal: AbortSignal = new AbortController().signal,
): Promise<number | undefined> {
  const { store, now } = context;
  return replicationChore({ store, now, faults, signal }).run();
}

export function contextAt({ context }: World, place: Destination): EcrContext {
  return registryContext(context, place);
}

export function repositoryAt({ store }: World, place: Destination, name = 'team/app'): Repository | undefined {
  return readRepository(store, place.account, place.region, name);
}

/** Everything a client can tell of the images of a repository, by digest. */
export function contentAt(world: World, place: Destination, name?: string): Record<string, unknown>[] {
  const context = contextAt(world, place);
  const repository = repositoryAt(world, place, name);
  if (repository === undefined) return [];
  return imagesOf(context, repository, undefined, 10_000).map((image) => ({
    digest: image.digest,
    tags: image.tags,
    status: image.status,
    origin: image.origin,
    layers: image.layers,
    children: image.children,
    manifest: manifestOf(context, repository, image.digest),
  }));
}

/** Tags by digest; `-` where an image has none. */
export function tagsAt(world: World, place: Destination, name?: string): Record<string, string> {
  const images = contentAt(world, place, name) as { digest: string; tags: string[] }[];
  return Object.fromEntries(images.map(({ digest, tags }) => [digest, tags.join(' ') || '-']));
}
