// The children of manifest lists, where what a policy does depends on them.
// It must not know what becomes of the outcome.
import { evaluate, type Image, isManifestList, parseLifecycle } from '../lifecycle/index.js';
import { withChildren } from './images.js';
import type { EcrPort } from './ports.js';
import { ignorance } from './read.js';

/**
 * The images with the children of lists known, as far as that may matter: nothing is read where there is no list, or where nothing would
 * go anyway, since to ECR reading a list is a pull of it. Where it may not be read, images count as if no list held them: more may
 * seem to go than does.
 */
export async function asPoliciesSee(
  ecr: EcrPort,
  name: string,
  images: readonly Image[],
  policies: readonly (string | null)[],
  now: number,
): Promise<readonly Image[]> {
  if (!images.some(isManifestList) || !policies.some((text) => takesAny(text, images, now))) return images;
  return childrenKnown(ecr, name, images);
}

/** As far as they may be read. */
export async function childrenKnown(ecr: EcrPort, name: string, images: readonly Image[]): Promise<readonly Image[]> {
  try {
    return await withChildren(ecr, name, images);
  } catch (error) {
    ignorance(error);
    return images;
  }
}

function takesAny(text: string | null, images: readonly Image[], now: number): boolean {
  const policy = text === null ? null : parseLifecycle(text);
  return policy !== null && evaluate(policy, images, now).some(({ action }) => action !== 'keep');
}
