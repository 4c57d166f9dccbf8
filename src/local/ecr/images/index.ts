// The tables of operations on images and layers, for the table of all ECR operations.
// It must not know how any of them works.
import { BatchDeleteImage } from './batch-delete-image.js';
import { BatchGetImage } from './batch-get-image.js';
import { DescribeImages, ListImages } from './describe-images.js';
import { DescribeImageSigningStatus, UpdateImageStorageClass } from './image-state.js';
import { BatchCheckLayerAvailability, GetDownloadUrlForLayer, type ImageApiContext } from './layers.js';
import { ListImageReferrers } from './list-image-referrers.js';
import { pullThroughOperations } from './pull-through.js';
import { PutImage } from './put-image.js';
import { DescribeImageReplicationStatus } from './replication-status.js';
import { CompleteLayerUpload, InitiateLayerUpload, UploadLayerPart } from './uploads.js';

export type { ImageApiContext } from './layers.js';

type ImageOperation = (input: Record<string, unknown>, context: ImageApiContext) => Record<string, unknown>;
type AsyncImageOperation = (
  input: Record<string, unknown>,
  context: ImageApiContext,
) => Promise<Record<string, unknown>>;

export const imageOperations = {
  BatchCheckLayerAvailability,
  BatchDeleteImage,
  BatchGetImage,
  DescribeImageReplicationStatus,
  DescribeImages,
  DescribeImageSigningStatus,
  GetDownloadUrlForLayer,
  ListImageReferrers,
  ListImages,
  PutImage,
  UpdateImageStorageClass,
} satisfies Record<string, ImageOperation>;

/** Those that move bytes, or ask another registry; the others by their names know only what is here. */
export const asyncImageOperations = {
  CompleteLayerUpload,
  InitiateLayerUpload,
  UploadLayerPart,
  ...pullThroughOperations,
} satisfies Record<string, AsyncImageOperation>;
