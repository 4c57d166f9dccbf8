// What follows /manifests/: a tag or a digest. Pure.
// It must not know which of them exist.
import { type Digest, isDigest } from '../blobs/blob-store.js';

export type Reference =
  | { readonly digest: Digest }
  | { readonly tag: string }
  | { readonly malformed: 'digest' | 'tag' };

/** The OCI's rule; ECR's message names `[a-zA-Z0-9-_.]+` (API captures), of which the first sign may be any. */
const tagPattern = /^[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}$/;

/** A colon makes it a digest: no tag has one. */
export function referenceOf(text: string): Reference {
  if (text.includes(':')) return isDigest(text) ? { digest: text } : { malformed: 'digest' };
  return tagPattern.test(text) ? { tag: text } : { malformed: 'tag' };
}
