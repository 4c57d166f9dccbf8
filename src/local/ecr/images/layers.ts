// BatchCheckLayerAvailability and GetDownloadUrlForLayer.
// It must not know how bytes are served, nor how an address is signed.
import { layerInaccessible, layerNotFound } from '../../images/errors.js';
import { findLayer, type ImageContext } from '../../images/index.js';
import { isUsed } from '../../images/layers.js';
import { type Layer, shelfOf } from '../../images/model.js';
import type { PullThrough } from '../../upstream/cache.js';
import { checked } from '../check.js';
import { readableRepositoryOf } from '../encryption.js';
import { type Repository, repositoryOf } from '../repository.js';
import { shapes } from './shapes.js';

/** What the operations on images work with. */
export interface ImageApiContext extends ImageContext {
  /** From where a layer is downloaded without credentials; good for an hour. */
  readonly layerUrl: (layer: { readonly digest: string; readonly size: number }, now: number) => string;
  readonly upstreams: PullThrough;
}

const digestPattern = /^[a-zA-Z0-9-_+.]+:[a-fA-F0-9]+$/;

/** The codes are the model's, the sentences in the form of those about images (?). */
function malformed(layerDigest: string): Record<string, unknown> | undefined {
  if (layerDigest === '') {
    return {
      layerDigest,
      failureCode: 'MissingLayerDigest',
      failureReason: 'Invalid request parameters: layer digest cannot be null',
    };
  }
  if (digestPattern.test(layerDigest)) return undefined;
  return {
    layerDigest,
    failureCode: 'InvalidLayerDigest',
    failureReason: "Invalid request parameters: layer digest should satisfy the regex '[a-zA-Z0-9-_+.]+:[a-fA-F0-9]+'",
  };
}

function availability(context: ImageContext, repository: Repository, layer: Layer): 'AVAILABLE' | 'ARCHIVED' {
  const shelf = shelfOf(context, repository);
  const archived =
    isUsed(context.store, shelf, layer.digest, 'dormant') && !isUsed(context.store, shelf, layer.digest, 'live');
  return archived ? 'ARCHIVED' : 'AVAILABLE';
}

/** A layer that is not there is no failure (the tests of AWS's containerd resolver). */
export const BatchCheckLayerAvailability = checked(
  shapes.BatchCheckLayerAvailability,
  (input, context: ImageApiContext) => {
    const repository = repositoryOf(context, input, 'BatchCheckLayerAvailability');
    const layers: Record<string, unknown>[] = [];
    const failures: Record<string, unknown>[] = [];
    for (const layerDigest of new Set(input.layerDigests)) {
      const failure = malformed(layerDigest);
      if (failure !== undefined) {
        failures.push(failure);
        continue;
      }
      const layer = findLayer(context, repository, layerDigest);
      if (layer === undefined) {
        layers.push({ layerDigest, layerAvailability: 'UNAVAILABLE' });
        continue;
      }
      layers.push({
        layerDigest,
        layerAvailability: availability(context, repository, layer),
        layerSize: layer.size,
        ...(layer.mediaType !== undefined && { mediaType: layer.mediaType }),
      });
    }
    return { layers, failures };
  },
);

/** Only of layers that an image names that can be pulled (API reference). */
export const GetDownloadUrlForLayer = checked(shapes.GetDownloadUrlForLayer, (input, context: ImageApiContext) => {
  const repository = readableRepositoryOf(context, input, 'GetDownloadUrlForLayer');
  const layer = findLayer(context, repository, input.layerDigest);
  if (layer === undefined) throw layerNotFound(repository, input.layerDigest);
  if (!isUsed(context.store, shelfOf(context, repository), layer.digest, 'live')) throw layerInaccessible();
  return { downloadUrl: context.layerUrl(layer, context.now()), layerDigest: layer.digest };
});
