// Which request is served by what, and which IAM action it needs (ecr-semantics 5.4; the user guide and IAM's own data).
// Data only.
import { getBlob, headBlob, removeBlob } from './blobs.js';
import type { Handler } from './exchange.js';
import { listCatalog, listReferrers, listTags } from './lists.js';
import { getManifest, headManifest, putManifest, removeManifest } from './manifests.js';
import type { Kind } from './path.js';
import { dropUpload, endUpload, sendPart, startUpload, tellUpload } from './uploads.js';

export interface RouteRow {
  /** Also the name by which the fault switch, the rates and the counts know it; nothing where any valid token will do. */
  readonly action?: string;
  readonly handler: Handler;
}

const ping: Handler = () => ({ status: 200, headers: { 'Content-Type': 'application/json' }, body: '{}' });

export const routes: Readonly<Record<Kind, Readonly<Record<string, RouteRow>>>> = {
  base: {
    GET: { handler: ping },
    HEAD: { handler: ping },
  },
  catalog: {
    GET: { action: 'DescribeRepositories', handler: listCatalog },
  },
  tags: {
    GET: { action: 'ListImages', handler: listTags },
  },
  referrers: {
    GET: { action: 'BatchGetImage', handler: listReferrers },
  },
  manifest: {
    GET: { action: 'BatchGetImage', handler: getManifest },
    HEAD: { action: 'BatchGetImage', handler: headManifest },
    PUT: { action: 'PutImage', handler: putManifest },
    DELETE: { action: 'BatchDeleteImage', handler: removeManifest },
  },
  blob: {
    GET: { action: 'GetDownloadUrlForLayer', handler: getBlob },
    HEAD: { action: 'BatchCheckLayerAvailability', handler: headBlob },
    DELETE: { action: 'BatchDeleteImage', handler: removeBlob },
  },
  uploads: {
    POST: { action: 'InitiateLayerUpload', handler: startUpload },
  },
  upload: {
    GET: { action: 'UploadLayerPart', handler: tellUpload },
    PATCH: { action: 'UploadLayerPart', handler: sendPart },
    PUT: { action: 'CompleteLayerUpload', handler: endUpload },
    DELETE: { action: 'CompleteLayerUpload', handler: dropUpload },
  },
};
