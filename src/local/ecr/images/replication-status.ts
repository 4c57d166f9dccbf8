// DescribeImageReplicationStatus.
// It must not know how images are copied.
import { imageNotFound } from '../../images/errors.js';
import { shelfOf } from '../../images/model.js';
import { replicationStatuses } from '../../replication/status.js';
import { checked } from '../check.js';
import { defined } from '../registry/state.js';
import { repositoryOf } from '../repository.js';
import { findIdentified } from './identify.js';
import { shapes } from './shapes.js';

/** One status for each place that the image was ever to be copied to. */
export const DescribeImageReplicationStatus = checked(shapes.DescribeImageReplicationStatus, (input, context) => {
  const repository = repositoryOf(context, input, 'DescribeImageReplicationStatus');
  const { imageDigest, imageTag } = input.imageId;
  const image = findIdentified(context, repository, input.imageId);
  if (image === undefined) throw imageNotFound(repository, defined({ digest: imageDigest, tag: imageTag }));
  const statuses = replicationStatuses(context.store, shelfOf(context, repository), image.digest);
  return {
    repositoryName: repository.name,
    imageId: { imageDigest: image.digest, ...(imageTag !== undefined && { imageTag }) },
    replicationStatuses: statuses.map(({ account: registryId, region, status, failureCode }) => ({
      region,
      registryId,
      status,
      ...(failureCode !== undefined && { failureCode }),
    })),
  };
});
