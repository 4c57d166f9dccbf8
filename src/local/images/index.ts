// The folder's door: images, layers and uploads, for the API, the registry protocol, lifecycle policies and replication.
export { imageChores } from './chores.js';
export { type Collected, type CollectOptions, collect } from './collect.js';
export {
  type DeleteOptions,
  type Deletion,
  deleteImage,
  deleteTag,
  isEmpty,
  parentsOf,
  removeAllOf,
  repositoryNotEmpty,
} from './delete.js';
export { findImage, manifestOf } from './find.js';
export { deleteLayer, findLayer, type MountOptions, mountLayer } from './layers.js';
export { allImagesOf, type ImageFilter, imagesOf, listImages, tagsOf } from './list.js';
export { annotationsOf, isIndex } from './manifest.js';
export type { Image, ImageContext, ImageStatus, Layer } from './model.js';
export { isTagImmutable, matchesWildcard } from './mutability.js';
export { flushPulls, recordPull } from './pulls.js';
export { type NewImage, type PutResult, putImage } from './put.js';
export { listReferrers, type ReferrerFilter, referrersOf } from './referrers.js';
export { activationDuty, activationOf, archiveImage, restoreImage } from './storage-class.js';
export {
  appendToUpload,
  beginUpload,
  type CompleteOptions,
  cancelUpload,
  completeUpload,
  receivedOf,
} from './uploads.js';
