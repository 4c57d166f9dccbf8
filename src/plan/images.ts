// The images of a repository as a policy sees them: described in pages, and of manifest lists their children.
// It must not know policies, nor what the images are wanted for.
import { type Image, isManifestList } from '../lifecycle/index.js';
import type { EcrPort } from './ports.js';

/** Whether its children are worth asking for: ECR gives nobody the manifest of an archived image. */
export function hidesChildren(image: Image): boolean {
  return image.children === undefined && isManifestList(image) && image.storageClass !== 'archive';
}

/** The images with their children, in calls of 100 manifest lists; none where there are no lists. */
export async function withChildren(ecr: EcrPort, name: string, images: readonly Image[]): Promise<readonly Image[]> {
  const asked = images.filter(hidesChildren).map(({ digest }) => digest);
  if (asked.length === 0) return images;
  const found = await ecr.childrenOf(name, asked);
  return images.map((image) => {
    const children = found.get(image.digest);
    return children === undefined ? image : { ...image, children };
  });
}
