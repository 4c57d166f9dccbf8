// One request to the registry as its handlers see it, and what they answer with.
// It must not know how requests are read or answers written.
import type { IncomingMessage } from 'node:http';
import type { Digest } from '../blobs/blob-store.js';
import { type Repository, readRepository, repositoryNotFound } from '../ecr/repository.js';
import type { ImageContext } from '../images/index.js';
import type { PullThrough } from '../upstream/cache.js';
import { type Address, type Place, pathOf, type Registry } from './address.js';
import type { SizedDigest } from './layer-url.js';
import type { PartBook } from './parts.js';
import type { Profile } from './profile.js';
import type { Query } from './query.js';
import type { Range } from './range.js';

export interface Exchange {
  readonly request: IncomingMessage;
  readonly profile: Profile;
  readonly home: Registry;
  readonly place: Place;
  /** Whether the client came over TLS. */
  readonly secure: boolean;
  /** The repository in the client's own words. */
  readonly path: string;
  readonly address: Address;
  readonly reference: string;
  readonly query: Query;
  /** Of the caller, in the Region of the registry that is addressed. */
  readonly context: ImageContext;
  readonly parts: PartBook;
  readonly upstreams: PullThrough;
  /** Whether policies let the caller do something besides what it asks for, in a repository of the registry that is addressed. */
  readonly may: (action: string, repositoryName: string) => boolean;
  /** A signed path for a layer. */
  readonly layerPath: (layer: SizedDigest) => string;
  /** Makes what a push names and nobody has made; nothing where that is not to be. */
  readonly createRepository: () => Repository | undefined;
}

export interface Reply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** A layer was had from another repository. */
  readonly mounted?: true;
  /** The body is a blob, or a piece of it. */
  readonly blob?: { readonly digest: Digest; readonly size: number; readonly range?: Range };
}

/** `cut`: the connection is closed without an answer. */
export type Outcome = Reply | 'cut';

export type Handler = (exchange: Exchange) => Outcome | Promise<Outcome>;

/** The repository that is addressed; throws RepositoryNotFoundException. */
export function repositoryOf({ context, address }: Exchange): Repository {
  const { registry, name } = address;
  const found = readRepository(context.store, registry.account, registry.region, name);
  if (found === undefined) throw repositoryNotFound(name, registry.account);
  return found;
}

/** A path on this server as a Location or Link header gives it. */
export function location({ profile, place, secure }: Exchange, path: string): string {
  if (profile.locations === 'relative' || place.host === undefined) return path;
  return `${secure ? 'https' : 'http'}://${place.host}${path}`;
}

/** `/v2/<name>/…` as this client reaches it. */
export function pathIn({ address, place, home }: Exchange, rest: string): string {
  return `/v2/${pathOf(address, place, home)}/${rest}`;
}
