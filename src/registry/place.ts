// Where a registry is: its partition, and the ARNs of what is in it.
// It must not know manifests or clients.

/** Partitions by the start of a Region's name (botocore's partitions.json); every other Region is in `aws`. */
const partitions: readonly (readonly [string, string])[] = [
  ['cn-', 'aws-cn'],
  ['us-gov-', 'aws-us-gov'],
  ['eusc-', 'aws-eusc'],
  ['us-iso-', 'aws-iso'],
  ['us-isob-', 'aws-iso-b'],
  ['eu-isoe-', 'aws-iso-e'],
  ['us-isof-', 'aws-iso-f'],
];

export function partitionOf(region: string): string {
  return partitions.find(([start]) => region.startsWith(start))?.[1] ?? 'aws';
}

export interface Place {
  readonly account: string;
  readonly region: string;
  readonly partition: string;
}

export function repositoryArn(place: Place, name: string): string {
  return `arn:${place.partition}:ecr:${place.region}:${place.account}:repository/${name}`;
}

/** The repository's name, where the ARN is that of a repository in this account and Region. */
export function repositoryOfArn(place: Pick<Place, 'account' | 'region'>, arn: string): string | undefined {
  const [start, , service, region, account, ...resource] = arn.split(':');
  if (start !== 'arn' || service !== 'ecr' || region !== place.region || account !== place.account) return undefined;
  const whole = resource.join(':');
  return whole.startsWith('repository/') ? whole.slice('repository/'.length) : undefined;
}

/** The stack's name, where the ARN is that of a stack in this account and Region. */
export function stackOfArn(place: Pick<Place, 'account' | 'region'>, arn: string): string | undefined {
  const [start, , service, region, account, resource = ''] = arn.split(':');
  if (start !== 'arn' || service !== 'cloudformation' || region !== place.region || account !== place.account) {
    return undefined;
  }
  const [type, name] = resource.split('/');
  return type === 'stack' ? name : undefined;
}
