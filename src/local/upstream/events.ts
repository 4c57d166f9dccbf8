// The event of a pull through the cache (user guide, "Amazon ECR events and EventBridge"; EventBridge's schema aws.ecr@ECRPullThroughCacheAction).
// It must not know how anything is pulled.
import type { EcrContext } from '../ecr/operation.js';
import type { PullThroughRule } from '../ecr/registry/pull-through-cache.js';
import { repositoryArn } from '../ecr/repository.js';
import { recordEvent } from '../events/events.js';

export interface SyncedImage {
  readonly repositoryName: string;
  readonly digest?: string | undefined;
  readonly tag?: string | undefined;
}

/** `context` is of the registry. Which members a failure has is the schema's; that it has a digest only where one is known, ours (?). */
export function recordSync(
  context: EcrContext,
  rule: PullThroughRule,
  { repositoryName, digest, tag }: SyncedImage,
  failure?: { readonly code: string; readonly reason: string },
): void {
  const { account, region, partition } = context;
  recordEvent(context, {
    account,
    detailType: 'ECR Pull Through Cache Action',
    resources: [repositoryArn(partition, region, account, repositoryName)],
    detail: {
      'rule-version': '1',
      'sync-status': failure === undefined ? 'SUCCESS' : 'FAILED',
      'ecr-repository-prefix': rule.ecrRepositoryPrefix,
      'repository-name': repositoryName,
      'upstream-registry-url': rule.upstreamRegistryUrl,
      ...(tag !== undefined && { 'image-tag': tag }),
      ...(digest !== undefined && { 'image-digest': digest }),
      ...(failure !== undefined && { 'failure-code': failure.code, 'failure-reason': failure.reason }),
    },
  });
}
