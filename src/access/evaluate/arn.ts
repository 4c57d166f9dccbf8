// Takes ARNs apart.
// It must not know what they name.

/** Six fields, the last with all its colons; fewer where the text has fewer. */
export function fieldsOfArn(arn: string): readonly string[] {
  const parts = arn.split(':');
  return parts.length <= 6 ? parts : [...parts.slice(0, 5), parts.slice(5).join(':')];
}

export function partitionOfArn(arn: string): string {
  return fieldsOfArn(arn)[1] ?? '';
}

export function regionOfArn(arn: string): string {
  return fieldsOfArn(arn)[3] ?? '';
}

export function accountOfArn(arn: string): string {
  return fieldsOfArn(arn)[4] ?? '';
}

/** `ci` of `arn:aws:iam::111111111111:role/build/ci`. */
export function nameOfArn(arn: string): string {
  return arn.slice(arn.lastIndexOf('/') + 1);
}
