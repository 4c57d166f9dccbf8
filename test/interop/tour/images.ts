// The tour's chapter on images: pushed, pulled, listed, referred to, scanned, previewed, archived and deleted through the API alone.
// It must not know which client takes it.
import { bytes, kept } from '../../support/calls.js';
import type { Endpoint, JsonObject } from '../../support/clients.js';
import { type Blob, blob, describe, digestOf, makeImage, ociManifest } from '../../support/oci-image.js';
import { ecr, having, http, inAnyOrder, like, type Step } from './step.js';

const repositoryName = 'images/app';
/** The least that a part may have which is not the last. */
const firstPart = 5 * 1024 * 1024;

/** Another manifest over the blobs of an image. */
function variant({ manifest }: { readonly manifest: Blob }, more: JsonObject): Blob {
  const members = JSON.parse(manifest.bytes.toString()) as JsonObject;
  return blob(ociManifest, Buffer.from(JSON.stringify({ ...members, ...more })));
}

/** Uploads a blob in so many parts. */
function upload(what: string, { bytes: content, digest }: Blob, cuts: readonly number[] = []): Step[] {
  const ends = [...cuts, content.length];
  return [
    ecr(`an upload of ${what} begun`, 'InitiateLayerUpload', { repositoryName }, { keeps: { upload: 'uploadId' } }),
    ...ends.map((end, index) => {
      const first = ends[index - 1] ?? 0;
      return ecr(
        `part ${index + 1} of ${what}`,
        'UploadLayerPart',
        {
          repositoryName,
          uploadId: kept('upload'),
          partFirstByte: first,
          partLastByte: end - 1,
          layerPartBlob: bytes(content.subarray(first, end)),
        },
        { output: { lastByteReceived: end - 1 } },
      );
    }),
    ecr(
      `${what} complete`,
      'CompleteLayerUpload',
      { repositoryName, uploadId: kept('upload'), layerDigests: [digest] },
      { output: { repositoryName, layerDigest: digest } },
    ),
  ];
}

function put(shows: string, manifest: Blob, imageTag?: string): Step {
  const tag = imageTag === undefined ? {} : { imageTag };
  return ecr(
    shows,
    'PutImage',
    { repositoryName, imageManifest: manifest.bytes.toString(), imageManifestMediaType: manifest.mediaType, ...tag },
    { output: { image: having({ repositoryName, imageId: { imageDigest: manifest.digest, ...tag } }) } },
  );
}

export function images(at: Endpoint): Step[] {
  const first = makeImage({ size: firstPart + 100_000 });
  const [config, layer] = first.blobs as [Blob, Blob];
  const second = variant(first, { annotations: { 'org.opencontainers.image.version': '2' } });
  const signature = variant(first, {
    artifactType: 'application/vnd.example.signature',
    subject: describe(first.manifest),
  });
  const absent = digestOf(Buffer.from('nothing like it'));
  const one = { imageDigest: first.manifest.digest };
  const two = { imageDigest: second.digest };
  const profile = `arn:aws:signer:${at.region}:${at.account}:/signing-profiles/release`;
  const allButNewest = JSON.stringify({
    rules: [
      {
        rulePriority: 1,
        selection: { tagStatus: 'any', countType: 'imageCountMoreThan', countNumber: 1 },
        action: { type: 'expire' },
      },
    ],
  });

  return [
    ecr(
      'a token',
      'GetAuthorizationToken',
      {},
      { output: { authorizationData: [having({ proxyEndpoint: like(/^http:\/\/localhost:\d+$/) })] } },
    ),
    ecr('a repository for images', 'CreateRepository', { repositoryName }),
    ecr('images that are to be signed', 'PutSigningConfiguration', {
      signingConfiguration: {
        rules: [
          { signingProfileArn: profile, repositoryFilters: [{ filter: 'images/*', filterType: 'WILDCARD_MATCH' }] },
        ],
      },
    }),
    ecr('images that are to be replicated', 'PutReplicationConfiguration', {
      replicationConfiguration: {
        rules: [
          {
            destinations: [{ region: 'us-east-1', registryId: at.account }],
            repositoryFilters: [{ filter: 'images/', filterType: 'PREFIX_MATCH' }],
          },
        ],
      },
    }),

    ecr(
      'layers that are not there',
      'BatchCheckLayerAvailability',
      { repositoryName, layerDigests: [config.digest, layer.digest] },
      {
        output: {
          layers: [config, layer].map(({ digest }) =>
            having({ layerDigest: digest, layerAvailability: 'UNAVAILABLE' }),
          ),
        },
      },
    ),
    ...upload('a configuration', config),
    ...upload('a layer', layer, [firstPart]),
    ecr(
      'layers that are there',
      'BatchCheckLayerAvailability',
      { repositoryName, layerDigests: [layer.digest] },
      {
        output: {
          layers: [{ layerDigest: layer.digest, layerAvailability: 'AVAILABLE', layerSize: layer.bytes.length }],
          failures: [],
        },
      },
    ),
    ecr(
      'that an upload is gone when it is complete',
      'CompleteLayerUpload',
      { repositoryName, uploadId: kept('upload'), layerDigests: [layer.digest] },
      { error: { code: 'UploadNotFoundException' } },
    ),
    ecr(
      'that a repository is not there',
      'InitiateLayerUpload',
      { repositoryName: 'images/nowhere' },
      { error: { code: 'RepositoryNotFoundException' } },
    ),

    http(
      'what a scan is to find',
      {
        method: 'POST',
        url: '/_slipway/scan-findings',
        json: {
          image: `${repositoryName}@${first.manifest.digest}`,
          account: at.account,
          region: at.region,
          findings: { findings: ['CRITICAL', 'LOW'].map((severity) => ({ name: `CVE-2026-${severity}`, severity })) },
        },
      },
      { status: 200 },
    ),
    ecr(
      'an image whose layers are not there',
      'PutImage',
      { repositoryName, imageManifest: first.manifest.bytes.toString().replace(layer.digest, absent) },
      { error: { code: 'LayersNotFoundException', message: absent } },
    ),
    put('an image', first.manifest, 'v1'),
    put('a second tag', first.manifest, 'stable'),
    ecr(
      'that the image is there with that tag',
      'PutImage',
      { repositoryName, imageManifest: first.manifest.bytes.toString(), imageTag: 'v1' },
      { error: { code: 'ImageAlreadyExistsException', message: `Image with digest '${first.manifest.digest}'` } },
    ),
    put('another image', second, 'v2'),
    put('a signature of the first', signature),

    ecr(
      'manifests, and one that is not there',
      'BatchGetImage',
      { repositoryName, imageIds: [{ imageTag: 'v1' }, two, { imageTag: 'v9' }] },
      {
        output: {
          images: [
            having({ imageId: { ...one, imageTag: 'v1' }, imageManifest: first.manifest.bytes.toString() }),
            having({ imageId: two, imageManifest: second.bytes.toString(), imageManifestMediaType: ociManifest }),
          ],
          failures: [having({ imageId: { imageTag: 'v9' }, failureCode: 'ImageNotFound' })],
        },
      },
    ),
    ecr(
      'where a layer is downloaded',
      'GetDownloadUrlForLayer',
      { repositoryName, layerDigest: layer.digest },
      { output: { layerDigest: layer.digest }, keeps: { url: 'downloadUrl' } },
    ),
    http('the layer itself', { url: kept('url') }, { status: 200, size: layer.bytes.length, digest: layer.digest }),
    ecr(
      'tags, a page at a time',
      'ListImages',
      { repositoryName, filter: { tagStatus: 'TAGGED' } },
      {
        pageSize: 1,
        output: {
          imageIds: inAnyOrder([
            { ...one, imageTag: 'stable' },
            { ...one, imageTag: 'v1' },
            { ...two, imageTag: 'v2' },
          ]),
        },
      },
    ),
    ecr(
      'images, a page at a time',
      'DescribeImages',
      { repositoryName },
      {
        pageSize: 1,
        output: {
          imageDetails: inAnyOrder([
            { ...one, imageTags: ['stable', 'v1'], imageStatus: 'ACTIVE', imageManifestMediaType: ociManifest },
            { ...two, imageTags: ['v2'] },
            { imageDigest: signature.digest, subjectManifestDigest: first.manifest.digest },
          ]),
        },
      },
    ),
    ecr(
      'what refers to an image',
      'ListImageReferrers',
      { repositoryName, subjectId: one },
      {
        output: {
          referrers: [having({ digest: signature.digest, artifactType: 'application/vnd.example.signature' })],
        },
      },
    ),

    ecr(
      'a scan',
      'StartImageScan',
      { repositoryName, imageId: one },
      { output: { imageScanStatus: { status: 'IN_PROGRESS' } } },
    ),
    ecr('the end of the scan', 'ImageScanComplete', { repositoryName, imageId: one }, { waits: true }),
    ecr(
      'what the scan has found, a page at a time',
      'DescribeImageScanFindings',
      { repositoryName, imageId: one },
      {
        pageSize: 1,
        output: {
          imageScanFindings: having({
            findings: [having({ severity: 'CRITICAL' }), having({ severity: 'LOW' })],
          }),
        },
      },
    ),
    ecr(
      'a preview of a lifecycle policy',
      'StartLifecyclePolicyPreview',
      { repositoryName, lifecyclePolicyText: allButNewest },
      { output: { status: 'IN_PROGRESS' } },
    ),
    ecr('the end of the preview', 'LifecyclePolicyPreviewComplete', { repositoryName }, { waits: true }),
    ecr(
      'what would expire, a page at a time',
      'GetLifecyclePolicyPreview',
      { repositoryName },
      {
        pageSize: 1,
        output: {
          previewResults: inAnyOrder([
            { ...one, action: { type: 'EXPIRE' }, appliedRulePriority: 1 },
            { ...two, action: { type: 'EXPIRE' }, appliedRulePriority: 1 },
          ]),
        },
      },
    ),

    ecr(
      'an image archived',
      'UpdateImageStorageClass',
      { repositoryName, imageId: two, targetStorageClass: 'ARCHIVE' },
      { output: { imageStatus: 'ARCHIVED' } },
    ),
    ecr(
      'that an archived image cannot be pulled',
      'BatchGetImage',
      { repositoryName, imageIds: [two] },
      { output: { images: [], failures: [having({ failureCode: 'ImageInaccessible' })] } },
    ),
    ecr(
      'an image on its way back',
      'UpdateImageStorageClass',
      { repositoryName, imageId: two, targetStorageClass: 'STANDARD' },
      { output: { imageStatus: 'ACTIVATING' } },
    ),
    http('20 minutes', { method: 'POST', url: '/_slipway/clock', json: { advance: '20m' } }, { status: 200 }),
    ecr(
      'that the image is back',
      'DescribeImages',
      { repositoryName, imageIds: [two] },
      { output: { imageDetails: [having({ ...two, imageStatus: 'ACTIVE' })] } },
    ),
    ecr(
      'where the image was replicated to',
      'DescribeImageReplicationStatus',
      { repositoryName, imageId: one },
      {
        output: {
          replicationStatuses: [
            { region: 'us-east-1', registryId: at.account, status: like(/^(IN_PROGRESS|COMPLETE)$/) },
          ],
        },
      },
    ),
    ecr(
      'that nobody is here to sign it',
      'DescribeImageSigningStatus',
      { repositoryName, imageId: one },
      { output: { signingStatuses: [having({ signingProfileArn: profile, status: 'FAILED' })] } },
    ),

    ecr(
      'a tag deleted, an image by digest, and one that is not there',
      'BatchDeleteImage',
      { repositoryName, imageIds: [{ imageTag: 'stable' }, two, { imageTag: 'v9' }] },
      {
        output: {
          imageIds: [
            { ...one, imageTag: 'stable' },
            { ...two, imageTag: 'v2' },
          ],
          failures: [having({ imageId: { imageTag: 'v9' }, failureCode: 'ImageNotFound' })],
        },
      },
    ),
    ecr(
      'that a repository with images stays',
      'DeleteRepository',
      { repositoryName },
      { error: { code: 'RepositoryNotEmptyException' } },
    ),
    ecr('the repository deleted by force', 'DeleteRepository', { repositoryName, force: true }),
    ecr('signing off', 'DeleteSigningConfiguration', {}),
    ecr('replication off', 'PutReplicationConfiguration', { replicationConfiguration: { rules: [] } }),
  ];
}
