// Which images are manifest lists, and images with the size that is theirs alone.
// It must not know prices, nor what becomes of an image.
import type { StoredImage } from './cost.js';
import type { Image } from './model.js';

/** Media types of manifests that refer to others (OCI image specification; Docker's manifest schema 2). */
const listTypes: ReadonlySet<string> = new Set([
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
]);

export function isManifestList({ mediaType, children }: Pick<Image, 'mediaType' | 'children'>): boolean {
  return children !== undefined || listTypes.has(mediaType ?? '');
}

/**
 * For adding up without knowing children: the size that ECR tells of a list is that of its largest child (API reference, ImageDetail),
 * which is in the repository too, since a list is not taken before what it names.
 */
export function sized(images: readonly Image[]): readonly StoredImage[] {
  return images.map(({ digest, storageClass = 'standard', sizeInBytes = 0, ...rest }) => ({
    digest,
    storageClass,
    sizeInBytes: isManifestList(rest) ? 0 : sizeInBytes,
  }));
}
