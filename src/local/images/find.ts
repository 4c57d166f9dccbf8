// Finds one image by its digest or a tag, and its manifest.
// It must not know what an image is wanted for.
import { type Digest, isDigest } from '../blobs/blob-store.js';
import type { EcrContext } from '../ecr/operation.js';
import type { Repository } from '../ecr/repository.js';
import type { ImageId } from './errors.js';
import { type Image, kinds, shelfOf } from './model.js';
import { loadImage } from './record.js';

/** The digest a tag stands for, whether or not its image can be pulled. */
export function digestOfTag(context: EcrContext, repository: Repository, tag: string): Digest | undefined {
  const shelf = shelfOf(context, repository);
  const digest = context.store.get(kinds.tag, shelf, tag) ?? context.store.get(kinds.dormantTag, shelf, tag);
  return typeof digest === 'string' ? digest : undefined;
}

/** Of whatever status. Where both are given they must mean the same image. */
export function findImage(context: EcrContext, repository: Repository, { digest, tag }: ImageId): Image | undefined {
  const named = tag === undefined ? digest : digestOfTag(context, repository, tag);
  if (named === undefined || !isDigest(named) || (digest !== undefined && digest !== named)) return undefined;
  return loadImage(context, repository, named);
}

/** Byte for byte as it was pushed. */
export function manifestOf(context: EcrContext, repository: Repository, digest: Digest): string {
  const text = context.store.get(kinds.manifest, shelfOf(context, repository), digest);
  if (typeof text !== 'string') throw new Error(`no manifest ${digest} in ${repository.name}`);
  return text;
}
