// The folder's door: images, layers and uploads, for the API, the registry protocol, lifecycle policies and replication.
export { imageChores } from './chores.js';
export { type Collected, collect } from './collect.js';
export { deleteImage, deleteTag, isEmpty, removeAllOf, repositoryNotEmpty } from './delete.js';
export { findImage, manifestOf } from './find.js';
export { deleteLayer, findLayer, mountLayer } from './layers.js';
export { allImagesOf, imagesOf, listImages, tagsOf } from './list.js';
export { annotationsOf } from './manifest.js';
export type { Image, ImageContext, Layer } from './model.js';
export { flushPulls, recordPull } from './pulls.js';
export { putImage } from './put.js';
export { listReferrers, referrersOf, toldTogether } from './referrers.js';
export { activationDuty, activationOf, archiveImage, archiveWithReferrers, restoreImage } from './storage-class.js';
export { appendToUpload, beginUpload, cancelUpload, completeUpload, receivedOf } from './uploads.js';
