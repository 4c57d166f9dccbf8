// Takes ARNs apart.
// It must not know what they name.

/** Six fields, the last with all its colons; fewer where the text has fewer. */
export function fieldsOfArn(arn: string): readonly string[] {
  const [resource, ...more] = arn.split(':').slice(5);
  return [...arn.split(':', 5), ...(resource === undefined ? [] : [[resource, ...more].join(':')])];
}

export function partitionOfArn(arn: string): string {
  const [, partition = ''] = fieldsOfArn(arn);
  return partition;
}

export function regionOfArn(arn: string): string {
  const [, , , region = ''] = fieldsOfArn(arn);
  return region;
}

export function accountOfArn(arn: string): string {
  const [, , , , account = ''] = fieldsOfArn(arn);
  return account;
}

/** `ci` of `arn:aws:iam::111111111111:role/build/ci`. */
export function nameOfArn(arn: string): string {
  return arn.slice(arn.lastIndexOf('/') + 1);
}
