// Where a registry is asked: AWS itself, the local ECR, or another endpoint that speaks like it.
// It must not ask the environment which of them is in use.

/** The same account, Region and name stand for another repository in each of them. */
export type Place =
  | { readonly kind: 'aws' }
  | { readonly kind: 'local'; readonly endpoint: string }
  | { readonly kind: 'endpoint'; readonly endpoint: string };

/** Regional, FIPS, dual-stack and VPC endpoints are all AWS (AWS General Reference, "AWS service endpoints"). */
const ofAws = /(^|\.)(amazonaws\.com(\.cn)?|api\.aws|api\.amazonwebservices\.com\.cn)$/;

/** The place that an endpoint is in; without one, AWS. */
export function placeAt(endpoint: string | undefined): Place {
  if (endpoint === undefined || ofAws.test(hostOf(endpoint))) return { kind: 'aws' };
  return { kind: 'endpoint', endpoint };
}

/** The local ECR may be named as such or by its address, and may have moved to another port. */
export function samePlace(one: Place, other: Place): boolean {
  if (one.kind !== 'endpoint' && other.kind !== 'endpoint') return one.kind === other.kind;
  return addressOf(one) === addressOf(other);
}

export function isPlace(value: unknown): value is Place {
  if (typeof value !== 'object' || value === null || !('kind' in value)) return false;
  if (value.kind === 'aws') return true;
  return (
    (value.kind === 'local' || value.kind === 'endpoint') && 'endpoint' in value && typeof value.endpoint === 'string'
  );
}

function hostOf(endpoint: string): string {
  return URL.canParse(endpoint) ? new URL(endpoint).hostname : endpoint;
}

function addressOf(place: Place): string | undefined {
  if (place.kind === 'aws') return undefined;
  if (!URL.canParse(place.endpoint)) return place.endpoint;
  const url = new URL(place.endpoint);
  if (url.hostname === 'localhost') url.hostname = '127.0.0.1';
  return url.href;
}
