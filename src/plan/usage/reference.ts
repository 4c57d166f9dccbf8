// Reads an image's address as task definitions, functions and pods hold it.
// It must not know whether there is such an image, nor who uses it.
import type { ImageUse, RegistryPlace } from './model.js';

/** Everything of a use but who it is. */
export type ImageName = Omit<ImageUse, 'by'>;

/** What an address means. `elsewhere`: an image of another registry. `malformed`: nothing that a client could pull. */
export type ImageReference =
  | { readonly kind: 'ecr'; readonly image: ImageName }
  | { readonly kind: 'elsewhere' }
  | { readonly kind: 'malformed'; readonly reason: string };

export interface ReferenceContext {
  /**
   * The registry which `localhost:4510/name` means, where a local ECR is what images are pulled from; without it, addresses of this
   * machine are other registries.
   */
  readonly localHome?: RegistryPlace;
}

const region = '[a-z]{2,5}(?:-[a-z]+){1,3}-[0-9]{1,2}';

/**
 * ECR's hosts in every partition, with FIPS and dual-stack ones: the expression of amazon-ecr-credential-helper (July 2026), narrowed
 * to what Regions look like. The port is HTTPS's own, if any.
 */
const ecrHost = new RegExp(
  `^([0-9]{12})\\.dkr[.-]ecr(?:-fips)?\\.(${region})\\.` +
    '(?:amazonaws\\.(?:com(?:\\.cn)?|eu)|on\\.(?:aws|amazonwebservices\\.com\\.cn)|c2s\\.ic\\.gov|sc2s\\.sgov\\.gov|cloud\\.adc-e\\.uk|csp\\.hci\\.ic\\.gov)(?::443)?$',
);
/** A local ECR under names that resolve to this machine (docs/local.md). */
const localEcrHost = new RegExp(`^([0-9]{12})\\.dkr[.-]ecr(?:-fips)?\\.(${region})\\.localhost(?::[0-9]{1,5})?$`);
const loopback =
  /^(?:localhost|127\.0\.0\.1|\[::1\]|host\.docker\.internal|host\.containers\.internal)(?::[0-9]{1,5})?$/;
/** The first part of a path on a local ECR, where the registry is not its home. */
const registryPart = new RegExp(`^([0-9]{12})\\.(${region})/(.+)$`);

/** Names, tags and digests as the distribution's grammar has them (github.com/distribution/reference, v0.6). */
const component = '[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*';
const repositoryName = new RegExp(`^${component}(?:/${component})*$`);
const tagText = /^\w[\w.-]{0,127}$/;
const digestText = /^[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}$/;

/**
 * Runtimes put a scheme in front of what they resolved (`docker-pullable://`), and hosts know no case. An address without tag and
 * digest is that of `latest`.
 */
export function readReference(text: string, { localHome }: ReferenceContext = {}): ImageReference {
  const address = text.trim().replace(/^[a-z][a-z-]*:\/\//i, '');
  if (address === '' || /\s/.test(address)) return malformed('it is no address of an image');
  const slash = address.indexOf('/');
  const first = address.slice(0, Math.max(slash, 0));
  const place = placeOf(first.toLowerCase(), address.slice(slash + 1), localHome);
  // Docker Hub's short names, and every registry that is none of ECR's.
  if (place === undefined)
    return isPlausible(address) ? { kind: 'elsewhere' } : malformed('it is no address of an image');

  const at = place.path.indexOf('@');
  const digest = at < 0 ? undefined : place.path.slice(at + 1);
  const named = at < 0 ? place.path : place.path.slice(0, at);
  const colon = named.indexOf(':');
  const repository = colon < 0 ? named : named.slice(0, colon);
  const tag = colon < 0 ? undefined : named.slice(colon + 1);
  if (!repositoryName.test(repository)) return malformed(`"${repository}" is no name of a repository`);
  if (tag !== undefined && !tagText.test(tag)) return malformed(`"${tag}" is no tag`);
  if (digest !== undefined && !digestText.test(digest)) return malformed(`"${digest}" is no digest`);
  const image: ImageName = {
    registry: place.registry,
    repository,
    ...(tag === undefined && digest !== undefined ? {} : { tag: tag ?? 'latest' }),
    ...(digest === undefined ? {} : { digest: digest.toLowerCase() }),
  };
  return { kind: 'ecr', image };
}

/** The image as people write it: name, tag and digest. */
export function shownImage({ repository, tag, digest }: ImageName): string {
  return `${repository}${tag === undefined ? '' : `:${tag}`}${digest === undefined ? '' : `@${digest}`}`;
}

function malformed(reason: string): ImageReference {
  return { kind: 'malformed', reason };
}

/** Loose on purpose: other registries have rules of their own. */
function isPlausible(address: string): boolean {
  return /^[A-Za-z0-9[][\w.\-/:@+[\]]*$/.test(address);
}

function placeOf(
  host: string,
  path: string,
  localHome: RegistryPlace | undefined,
): { readonly registry: RegistryPlace; readonly path: string } | undefined {
  const ours = ecrHost.exec(host) ?? (localHome === undefined ? null : localEcrHost.exec(host));
  if (ours !== null) return { registry: { account: ours[1] ?? '', region: ours[2] ?? '' }, path };
  if (localHome === undefined || !loopback.test(host)) return undefined;
  const [, account, place, rest] = registryPart.exec(path) ?? [];
  if (account === undefined || place === undefined || rest === undefined) return { registry: localHome, path };
  return { registry: { account, region: place }, path: rest };
}
