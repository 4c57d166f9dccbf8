// The event of a copy that was made, or could not be (user guide, "Amazon ECR events and EventBridge"): it is the destination's.
// It must not know how an image is copied.
import type { EcrContext } from '../ecr/operation.js';
import { repositoryArn } from '../ecr/repository.js';
import { recordEvent } from '../events/events.js';
import type { Copy } from './queue.js';

/** `context` is of the destination. Of a copy without a tag none is told; no sample shows such an event (?). */
export function recordReplication(context: EcrContext, copy: Copy, made: boolean, tag: string | undefined): void {
  const { account, region, partition } = context;
  recordEvent(context, {
    account,
    detailType: 'ECR Replication Action',
    resources: [repositoryArn(partition, region, account, copy.repository)],
    detail: {
      result: made ? 'SUCCESS' : 'FAILED',
      'repository-name': copy.repository,
      'image-digest': copy.digest,
      'source-account': copy.source.account,
      'action-type': 'REPLICATE',
      'source-region': copy.source.region,
      ...(tag !== undefined && { 'image-tag': tag }),
    },
  });
}
