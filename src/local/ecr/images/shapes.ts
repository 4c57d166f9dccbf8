// The inputs of the operations on images and layers: sizes, patterns and words, from the API model (botocore 1.43.11).
// Data only. It must not know what the operations do.
import { maxManifestSize, maxPartSize } from '../../images/limits.js';
import type { StructureShape } from '../check.js';
import { modelPattern } from '../registry/shapes.js';
import { oneRepository, paging, registryId, repositoryName } from '../shapes.js';

const text = { kind: 'string' } as const;
const position = { kind: 'integer', min: 0 } as const;
const imageTag = { kind: 'string', min: 1, max: 300 } as const;
const layerDigest = { kind: 'string', ...modelPattern('[a-zA-Z0-9-_+.]+:[a-fA-F0-9]+') } as const;
export const imageId = { kind: 'structure', members: { imageDigest: text, imageTag } } as const;
export const imageIds = { kind: 'list', min: 1, max: 100, of: imageId } as const;
const anyStatus = { kind: 'string', oneOf: ['ACTIVE', 'ARCHIVED', 'ACTIVATING', 'ANY'] } as const;

const uploadId = {
  kind: 'string',
  ...modelPattern('[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}'),
} as const;

const filter = {
  kind: 'structure',
  members: { tagStatus: { kind: 'string', oneOf: ['TAGGED', 'UNTAGGED', 'ANY'] }, imageStatus: anyStatus },
} as const;

export const shapes = {
  BatchCheckLayerAvailability: {
    kind: 'structure',
    members: {
      registryId,
      repositoryName,
      // One that is malformed is a failure of its own.
      layerDigests: { kind: 'list', min: 1, max: 100, of: { kind: 'string', max: 1000 } },
    },
    required: ['repositoryName', 'layerDigests'],
  },
  InitiateLayerUpload: oneRepository,
  UploadLayerPart: {
    kind: 'structure',
    members: {
      registryId,
      repositoryName,
      uploadId,
      partFirstByte: position,
      partLastByte: position,
      layerPartBlob: { kind: 'blob', max: maxPartSize },
    },
    required: ['repositoryName', 'uploadId', 'partFirstByte', 'partLastByte', 'layerPartBlob'],
  },
  CompleteLayerUpload: {
    kind: 'structure',
    members: {
      registryId,
      repositoryName,
      uploadId,
      layerDigests: { kind: 'list', min: 1, max: 100, of: layerDigest },
    },
    required: ['repositoryName', 'uploadId', 'layerDigests'],
  },
  GetDownloadUrlForLayer: {
    kind: 'structure',
    members: { registryId, repositoryName, layerDigest },
    required: ['repositoryName', 'layerDigest'],
  },
  PutImage: {
    kind: 'structure',
    members: {
      registryId,
      repositoryName,
      imageManifest: { kind: 'string', min: 1, max: maxManifestSize },
      imageManifestMediaType: text,
      // The message in the wild (GitHub issues) names this expression; the model has none.
      imageTag: { ...imageTag, ...modelPattern('[a-zA-Z0-9-_.]+') },
      imageDigest: text,
    },
    required: ['repositoryName', 'imageManifest'],
  },
  BatchGetImage: {
    kind: 'structure',
    members: { registryId, repositoryName, imageIds, acceptedMediaTypes: { kind: 'list', min: 1, max: 100, of: text } },
    required: ['repositoryName', 'imageIds'],
  },
  BatchDeleteImage: {
    kind: 'structure',
    members: { registryId, repositoryName, imageIds },
    required: ['repositoryName', 'imageIds'],
  },
  DescribeImages: {
    kind: 'structure',
    members: { registryId, repositoryName, imageIds, filter, ...paging },
    required: ['repositoryName'],
  },
  ListImages: {
    kind: 'structure',
    members: { registryId, repositoryName, filter, ...paging },
    required: ['repositoryName'],
  },
  ListImageReferrers: {
    kind: 'structure',
    members: {
      registryId,
      repositoryName,
      subjectId: { kind: 'structure', members: { imageDigest: layerDigest }, required: ['imageDigest'] },
      filter: {
        kind: 'structure',
        members: {
          artifactTypes: { kind: 'list', min: 0, max: 5, of: { kind: 'string', min: 1, max: 255 } },
          artifactStatus: anyStatus,
        },
      },
      ...paging,
    },
    required: ['repositoryName', 'subjectId'],
  },
  UpdateImageStorageClass: {
    kind: 'structure',
    members: {
      registryId,
      repositoryName,
      imageId,
      targetStorageClass: { kind: 'string', oneOf: ['STANDARD', 'ARCHIVE'] },
    },
    required: ['repositoryName', 'imageId', 'targetStorageClass'],
  },
  DescribeImageReplicationStatus: {
    kind: 'structure',
    members: { registryId, repositoryName, imageId },
    required: ['repositoryName', 'imageId'],
  },
  DescribeImageSigningStatus: {
    kind: 'structure',
    members: { registryId, repositoryName, imageId },
    required: ['repositoryName', 'imageId'],
  },
} as const satisfies Record<string, StructureShape>;

/** `maxResults` of DescribeImages and ListImages, and of ListImageReferrers. */
export const pages = { max: 1000, default: 100 } as const;
export const referrerPages = { max: 50, default: 20 } as const;
