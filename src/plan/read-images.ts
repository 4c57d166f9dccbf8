// The images of a repository, page by page.
// It must not know what anybody wants of them.
import type { Image } from '../lifecycle/index.js';
import type { Unknown } from './model.js';
import { AwsFault, type RegistryPorts } from './ports.js';
import { ignorance } from './read.js';

export type ImagesReading =
  | { readonly images: readonly Image[] /** The repository does not exist. */; readonly gone: boolean }
  | { readonly unknown: Unknown };

/** All images of a repository; none where it is gone. */
export async function imagesOf(ports: RegistryPorts, name: string): Promise<ImagesReading> {
  const images: Image[] = [];
  try {
    for await (const page of ports.ecr.describeImages(name)) images.push(...page);
    return { images, gone: false };
  } catch (error) {
    if (error instanceof AwsFault && error.kind === 'gone') return { images: [], gone: true };
    const { operation, reason } = ignorance(error);
    return { unknown: { aspect: 'images', operation, reason } };
  }
}
