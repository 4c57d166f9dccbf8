// ECR as a service of the local cloud: which operations there are, and which of them are served.
// It must not know HTTP or what an operation does.
import type { JsonService } from '../service.js';
import { tokenOperations } from '../tokens/index.js';
import { imageOperations } from './images.js';
import type { EcrContext, EcrOperation } from './operation.js';
import { policyOperations } from './policies.js';
import { registryOperations } from './registry/index.js';
import { repositoryOperations } from './repositories.js';
import { repositoryArn } from './repository.js';
import { scanningOperations } from './scanning.js';
import { tagOperations } from './tags.js';

/** Of the API model (@aws-sdk/client-ecr 3.1169.0); those above come from the modules that serve them. */
const allOperations =
  'BatchCheckLayerAvailability BatchDeleteImage BatchGetImage CompleteLayerUpload DescribeImageReplicationStatus ' +
  'DescribeImageScanFindings DescribeImageSigningStatus DescribeReplicationBackfillResults GetAuthorizationToken ' +
  'GetDownloadUrlForLayer GetLifecyclePolicyPreview InitiateLayerUpload ListImageReferrers ListReplicationBackfills PutImage ' +
  'StartImageScan StartLifecyclePolicyPreview StartReplicationBackfill StopReplicationBackfill UpdateImageStorageClass ' +
  'UploadLayerPart';

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** What addresses the server gives. */
export type Addresses = Required<Pick<EcrContext, 'uriOf' | 'endpointOf'>>;

export function ecrService(addresses: Addresses): JsonService {
  const served: Record<string, EcrOperation> = {
    ...repositoryOperations,
    ...policyOperations,
    ...tagOperations,
    ...scanningOperations,
    ...imageOperations,
    ...registryOperations,
    ...tokenOperations,
  };
  const operations = new Map(
    Object.entries(served).map(([name, run]) => [
      name,
      (input: Record<string, unknown>, context: EcrContext) => run(input, { ...context, ...addresses }),
    ]),
  );
  return {
    name: 'ecr',
    target: 'AmazonEC2ContainerRegistry_V20150921',
    operations,
    unserved: new Set(allOperations.split(' ').filter((name) => !operations.has(name))),
    resourceOf(input, context) {
      const arn = text(input['resourceArn']);
      if (arn !== undefined) return arn;
      const name = text(input['repositoryName']);
      if (name === undefined) return '*';
      return repositoryArn(context.partition, context.region, text(input['registryId']) ?? context.account, name);
    },
  };
}
