// Who calls, and in which Region: read from the request's signature, which is not verified.
// It must not know any service.

export interface Caller {
  readonly account: string;
  readonly region: string;
  readonly partition: string;
  readonly arn: string;
  /** The service the signature is for; a hint only. */
  readonly service: string | undefined;
  readonly keyId: string | undefined;
  /** The reference of a principal that is known (iam/principal.ts). */
  readonly principal?: string;
}

const credential = /Credential=([^/,\s]{1,256})\/\d{8}\/([a-z0-9-]{2,25})\/([a-z0-9-]{1,64})\/aws4_request/;

/** Partitions by what their Regions begin with (botocore's partitions). */
const partitions: readonly (readonly [start: string, partition: string])[] = [
  ['cn-', 'aws-cn'],
  ['us-gov-', 'aws-us-gov'],
  ['eusc-', 'aws-eusc'],
  ['us-isob-', 'aws-iso-b'],
  ['us-isof-', 'aws-iso-f'],
  ['eu-isoe-', 'aws-iso-e'],
  ['us-iso-', 'aws-iso'],
];

export function partitionOf(region: string): string {
  return partitions.find(([start]) => region.startsWith(start))?.[1] ?? 'aws';
}

/** Who calls with the access key id of an account in a Region. */
export function callerAt({ account, region }: { readonly account: string; readonly region: string }): {
  readonly account: string;
  readonly region: string;
  readonly partition: string;
  readonly callerArn: string;
} {
  const partition = partitionOf(region);
  return { account, region, partition, callerArn: `arn:${partition}:iam::${account}:user/local` };
}

/** The service that a request says it is signed for. */
export function signedFor({ authorization }: { readonly authorization: string | undefined }): string | undefined {
  return credential.exec(authorization ?? '')?.[3];
}

export function namesAccount(keyId: string): boolean {
  return /^[0-9]{12}$/.test(keyId);
}

/** An access key id of twelve digits names the account; any other caller, and one without a signature, is at home. */
export function callerOf(
  authorization: string | undefined,
  home: { readonly account: string; readonly region: string },
): Caller {
  const [, key, scopeRegion, service] = credential.exec(authorization ?? '') ?? [];
  const account = key !== undefined && namesAccount(key) ? key : home.account;
  const region = scopeRegion ?? home.region;
  const { callerArn: arn, ...place } = callerAt({ account, region });
  return { ...place, arn, service, keyId: key };
}
