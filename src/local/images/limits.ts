// The quotas and sizes of images and layers. Sources: user guide, "Amazon ECR service quotas", and the API model, unless marked.
// Data only.

const mebibyte = 1024 * 1024;

export const maxImages = 100_000;
export const maxTags = 1_000;
/** Characters in the API model, bytes here: a manifest is ASCII but for annotations. */
export const maxManifestSize = 4 * mebibyte;
/** ECR refuses too many (openai/tart#890) but names no number; that image had about 300 (?). */
export const maxLayers = 1_000;
export const maxParts = 4_200;
export const minPartSize = 5 * mebibyte;
/** What UploadLayerPart takes. The quota page says 10 MiB (?). */
export const maxPartSize = 20 * mebibyte;
/** What InitiateLayerUpload asks for (API sample). */
export const partSize = 10 * mebibyte;
export const maxLayerSize = 52_000 * mebibyte;
/** RFC 6838 allows 127 on each side of the slash. */
export const maxMediaType = 255;
/** "Restoring an image typically takes up to 20 minutes" (user guide). */
export const restoreTime = 20 * 60_000;
