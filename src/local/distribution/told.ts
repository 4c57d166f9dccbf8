// How the trail tells of a request to the registry: as the operation that it comes to (user guide, "Logging Amazon ECR actions").
// It must not know how a request is served.
import { isDigest } from '../blobs/blob-store.js';
import { ServiceError } from '../service.js';
import type { Address } from './address.js';
import type { Kind, Target } from './path.js';

type Parameters = Readonly<Record<string, unknown>>;

function imageOf(reference: string): Parameters {
  return isDigest(reference) ? { imageDigest: reference } : { imageTag: reference };
}

/** What an operation of the API would have been given. */
const parametersFor: Readonly<Record<Kind, (reference: string, method: string) => Parameters>> = {
  base: () => ({}),
  catalog: () => ({}),
  tags: () => ({}),
  uploads: () => ({}),
  manifest: (reference, method) => (method === 'PUT' ? imageOf(reference) : { imageIds: [imageOf(reference)] }),
  blob: (layerDigest, method) => (method === 'HEAD' ? { layerDigests: [layerDigest] } : { layerDigest }),
  upload: (uploadId) => ({ uploadId }),
  referrers: (imageDigest) => ({ subjectId: { imageDigest } }),
};

export function parametersOf({ kind, reference }: Target, { registry, name }: Address, method: string): Parameters {
  const repository = name === '' ? {} : { repositoryName: name };
  return { registryId: registry.account, ...repository, ...parametersFor[kind](reference, method) };
}

/** Two have names of their own, beside the action that allows them. */
export function toldAs(action: string, { kind }: Target, mounted: boolean): string {
  if (mounted) return 'MountLayer';
  return kind === 'referrers' ? 'ListImageReferrers' : action;
}

/** The API's own code where there is one; the wire's is for container clients. */
export function toldError(
  error: unknown,
  wire: { readonly code: string; readonly message: string },
): { readonly code: string; readonly message: string } {
  return error instanceof ServiceError ? { code: error.code, message: error.message } : wire;
}
