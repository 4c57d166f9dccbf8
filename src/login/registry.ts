// Which registry an address means: one of ECR's, or a local ECR's on this machine.
// It must not reach any of them.

export interface AwsRegistry {
  readonly kind: 'aws';
  /** Without scheme and path, as clients keep credentials. */
  readonly host: string;
  readonly account: string;
  readonly region: string;
  /** FIPS and dual-stack hosts have API endpoints of their own kind. */
  readonly fips: boolean;
  readonly dualStack: boolean;
}

export interface LocalRegistry {
  readonly kind: 'local';
  readonly host: string;
  readonly port: number;
}

export type Registry = AwsRegistry | LocalRegistry;

/** The hosts that AWS's own credential helper takes for ECR's (amazon-ecr-credential-helper, July 2026). */
const awsHost =
  /^(\d{12})\.dkr[.-]ecr(-fips)?\.([a-z0-9][a-z0-9-_]*)\.(amazonaws\.(?:com(?:\.cn)?|eu)|on\.(?:aws|amazonwebservices\.com\.cn)|sc2s\.sgov\.gov|c2s\.ic\.gov|cloud\.adc-e\.uk|csp\.hci\.ic\.gov)$/;

const loopback = /^(?:localhost|127\.0\.0\.1|\[::1\]):(\d{1,5})$/;

/** Suffixes by the start of a Region's name (botocore's partitions.json); every other Region has the first. */
const suffixes: readonly (readonly [start: string, suffix: string])[] = [
  ['cn-', 'amazonaws.com.cn'],
  ['eusc-', 'amazonaws.eu'],
  ['us-isob-', 'sc2s.sgov.gov'],
  ['us-isof-', 'csp.hci.ic.gov'],
  ['eu-isoe-', 'cloud.adc-e.uk'],
  ['us-iso-', 'c2s.ic.gov'],
];

/** A registry's host, as ECR names it. */
export function hostOf({ account, region }: { readonly account: string; readonly region: string }): string {
  const suffix = suffixes.find(([start]) => region.startsWith(start))?.[1] ?? 'amazonaws.com';
  return `${account}.dkr.ecr.${region}.${suffix}`;
}

/** The host of an address that may have a scheme, a path and an image's name. */
export function hostIn(address: string): string {
  return (
    address
      .trim()
      .replace(/^[a-z]+:\/\//i, '')
      .split(/[/?#]/)[0] ?? ''
  ).toLowerCase();
}

/** Nothing where the address is neither ECR's nor one of this machine. */
export function registryAt(address: string): Registry | undefined {
  const host = hostIn(address);
  const [, account, fips, region, suffix = ''] = awsHost.exec(host) ?? [];
  if (account !== undefined && region !== undefined) {
    return { kind: 'aws', host, account, region, fips: fips !== undefined, dualStack: suffix.startsWith('on.') };
  }
  const port = Number(loopback.exec(host)?.[1]);
  return port >= 1 && port <= 65_535 ? { kind: 'local', host, port } : undefined;
}
