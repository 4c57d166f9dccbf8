// ECR as a service of the local cloud: which operations there are, and which of them are served.
// It must not know HTTP or what an operation does.
import { maxPartSize } from '../images/limits.js';
import type { JsonService } from '../service.js';
import { tokenOperations } from '../tokens/index.js';
import { imageScanOperations } from './image-scans.js';
import { asyncImageOperations, type ImageApiContext, imageOperations } from './images/index.js';
import { lifecyclePreviewOperations } from './lifecycle-preview.js';
import type { EcrContext } from './operation.js';
import { policyOperations } from './policies.js';
import { asyncRegistryOperations, registryOperations } from './registry/index.js';
import { repositoryOperations } from './repositories.js';
import { repositoryArn } from './repository.js';
import { scanningOperations } from './scanning.js';
import { tagOperations } from './tags.js';

/** Each operation that is served, by name. */
export const ecrOperations: Readonly<
  Record<string, (input: Record<string, unknown>, context: ImageApiContext) => Record<string, unknown>>
> = {
  ...repositoryOperations,
  ...policyOperations,
  ...lifecyclePreviewOperations,
  ...tagOperations,
  ...scanningOperations,
  ...imageScanOperations,
  ...imageOperations,
  ...registryOperations,
  ...tokenOperations,
};

/** Those that move bytes or ask another registry, and have no transaction of their own; instead of what else has their name. */
export const asyncEcrOperations: Readonly<
  Record<string, (input: Record<string, unknown>, context: ImageApiContext) => Promise<Record<string, unknown>>>
> = {
  ...asyncImageOperations,
  ...asyncRegistryOperations,
};

/** What is left of the API model (@aws-sdk/client-ecr 3.1169.0), and why. */
export const unservedOperations: Readonly<Record<string, string>> = {};

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** What addresses the server gives. */
export type Addresses = Required<Pick<EcrContext, 'uriOf' | 'endpointOf'>>;

export type EcrServiceOptions = Addresses &
  Pick<ImageApiContext, 'blobs' | 'layerUrl' | 'upstreams' | 'unknownKeys' | 'refuse'>;

/** `UploadLayerPart`: the largest part in base64, and room for the rest. */
const bodyLimits = new Map([['UploadLayerPart', Math.ceil((maxPartSize * 4) / 3) + 64 * 1024]]);

export function ecrService(options: EcrServiceOptions): JsonService {
  const withOptions =
    <Answer>(run: (input: Record<string, unknown>, context: ImageApiContext) => Answer) =>
    (input: Record<string, unknown>, context: EcrContext): Answer =>
      run(input, { ...context, ...options });
  return {
    name: 'ecr',
    target: 'AmazonEC2ContainerRegistry_V20150921',
    operations: new Map(
      Object.entries(ecrOperations)
        .filter(([name]) => !Object.hasOwn(asyncEcrOperations, name))
        .map(([name, run]) => [name, withOptions(run)]),
    ),
    asyncOperations: new Map(Object.entries(asyncEcrOperations).map(([name, run]) => [name, withOptions(run)])),
    unserved: new Set(Object.keys(unservedOperations)),
    bodyLimits,
    resourceOf(input, context) {
      const arn = text(input['resourceArn']);
      if (arn !== undefined) return arn;
      const name = text(input['repositoryName']);
      if (name === undefined) return '*';
      return repositoryArn(context.partition, context.region, text(input['registryId']) ?? context.account, name);
    },
  };
}
