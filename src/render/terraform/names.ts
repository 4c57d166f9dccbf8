// What things are called in the code, and in AWS where the manifest has no name for them.
// It must not know what they are.
import { shortHash } from '../../registry/companions/context.js';
import { issuerName } from '../../registry/companions/oidc-provider.js';
import type { DesiredRegistry } from '../../registry/index.js';

/** Of every identity provider, by its ARN: `github`, `gitlab_example_com`. A host has no `_` of its own, so that no two are alike. */
export function providerNames({ companions }: DesiredRegistry): ReadonlyMap<string, string> {
  return new Map(
    companions
      .flatMap(({ resources }) => resources)
      .flatMap((one) => (one.kind === 'oidc-provider' ? [[one.arn, identifier(issuerName(one.host))] as const] : [])),
  );
}

function identifier(name: string): string {
  const legal = name.replace(/[^A-Za-z0-9-]/g, '_');
  return /^[A-Za-z_]/.test(legal) ? legal : `_${legal}`;
}

/** Of a replica's provider, by its Region: `us_east_1`. */
export function providerAlias(region: string): string {
  return region.replaceAll('-', '_');
}

/** Of a replica's module. */
export function replicaModule(region: string): string {
  return `replica_${providerAlias(region)}`;
}

/** Amazon S3 user guide, "General purpose bucket naming rules". */
const longestBucket = 63;

/** Buckets share one name space in the whole partition: the account's number makes it ours. */
export function stateBucket(project: string, account: string): string {
  const end = `-tfstate-${account}`;
  const room = longestBucket - end.length;
  if (project.length <= room) return `${project}${end}`;
  const hash = `-${shortHash(project)}`;
  return `${project.slice(0, room - hash.length).replace(/-+$/, '')}${hash}${end}`;
}
