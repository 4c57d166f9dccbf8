// BatchGetImage and GetDownloadUrlForLayer under a pull-through cache rule: what is not here is asked for upstream first.
// It must not know how an upstream is asked, nor how what is here is answered.
import { isDigest } from '../../blobs/blob-store.js';
import { findImage, findLayer } from '../../images/index.js';
import type { Pulled, Reference } from '../../upstream/cache.js';
import { UpstreamFailure } from '../../upstream/failure.js';
import { checkedAsync, type ValueOf } from '../check.js';
import { readRepository, registryOf } from '../repository.js';
import { BatchGetImage } from './batch-get-image.js';
import { distinct, type Failure, type ImageIdentifier, isWellFormed } from './identify.js';
import { GetDownloadUrlForLayer, type ImageApiContext } from './layers.js';
import { shapes } from './shapes.js';
import { spaced } from './uploads.js';

type Input = ValueOf<typeof shapes.BatchGetImage>;

/** What an upstream gave, or why it did not; nothing where what is here is to be answered. */
type Brought = Pulled | Failure | undefined;

function referenceOf({ imageTag, imageDigest }: ImageIdentifier): Reference | undefined {
  if (imageTag !== undefined) return { tag: imageTag };
  return imageDigest !== undefined && isDigest(imageDigest) ? { digest: imageDigest } : undefined;
}

async function bring(input: Input, id: ImageIdentifier, context: ImageApiContext): Promise<Brought> {
  const reference = isWellFormed(id) ? referenceOf(id) : undefined;
  if (reference === undefined) return undefined;
  const { account, name } = { account: input.registryId ?? context.account, name: input.repositoryName };
  const repository = readRepository(context.store, account, context.region, name);
  const present = repository && findImage(context, repository, reference);
  try {
    return await context.upstreams.manifest({ context, account, name }, reference, present);
  } catch (error) {
    // ECR refuses the whole call for a secret it cannot read (API reference); there are no such secrets here.
    if (error instanceof UpstreamFailure) return { failureCode: error.failureCode, failureReason: error.message };
    throw error;
  }
}

/** The answer for an image that has come and is not kept yet. */
function imageOf(input: Input, id: ImageIdentifier, pulled: Pulled, account: string): Record<string, unknown> {
  return {
    registryId: account,
    repositoryName: input.repositoryName,
    imageId: { imageDigest: pulled.digest, ...(id.imageTag !== undefined && { imageTag: id.imageTag }) },
    imageManifest: pulled.text,
    imageManifestMediaType: pulled.mediaType,
  };
}

const BatchGetImageThroughCache = checkedAsync(shapes.BatchGetImage, async (input, context: ImageApiContext) => {
  const account = registryOf(context, input, 'BatchGetImage', input.repositoryName);
  const ids = distinct(input.imageIds);
  const brought = await Promise.all(ids.map((id) => bring(input, id, context)));
  const images: Record<string, unknown>[] = [];
  const failures: Record<string, unknown>[] = [];
  const here: ImageIdentifier[] = [];
  for (const [index, id] of ids.entries()) {
    const one = brought[index];
    const wanted = one !== undefined && !('failureCode' in one) && accepts(input, id, one) ? one : undefined;
    if (one !== undefined && 'failureCode' in one) failures.push({ imageId: id, ...one });
    else if (wanted !== undefined) images.push(imageOf(input, id, wanted, account));
    else here.push(id);
  }
  if (here.length === 0) return { images, failures };
  const rest = context.store.transaction(() => BatchGetImage({ ...input, imageIds: here }, context));
  return {
    images: [...images, ...(rest['images'] as Record<string, unknown>[])],
    failures: [...failures, ...(rest['failures'] as Record<string, unknown>[])],
  };
});

/** What the caller does not take, or did not mean, is for the operation itself to refuse. */
function accepts({ acceptedMediaTypes }: Input, { imageDigest }: ImageIdentifier, pulled: Pulled): boolean {
  if (imageDigest !== undefined && imageDigest !== pulled.digest) return false;
  return acceptedMediaTypes?.includes(pulled.mediaType) !== false;
}

const GetDownloadUrlForLayerThroughCache = checkedAsync(
  shapes.GetDownloadUrlForLayer,
  async (input, context: ImageApiContext) => {
    const account = registryOf(context, input, 'GetDownloadUrlForLayer', input.repositoryName);
    const { layerDigest: digest, repositoryName: name } = input;
    const wanted = { context, account, name };
    const repository = readRepository(context.store, account, context.region, name);
    if (repository !== undefined && isDigest(digest)) {
      // An address is given only of layers that an image names: the image that is still to come is waited for.
      await context.upstreams.imported(wanted, digest);
      if (findLayer(context, repository, digest) === undefined) {
        await spaced(context.upstreams.layer(wanted, digest) ?? Promise.resolve());
      }
    }
    return context.store.transaction(() => GetDownloadUrlForLayer(input, context));
  },
);

/** Instead of the operations of the same names, which know only what is here. */
export const pullThroughOperations = {
  BatchGetImage: BatchGetImageThroughCache,
  GetDownloadUrlForLayer: GetDownloadUrlForLayerThroughCache,
};
