// What to know of an operation of the local ECR beside what AWS says of it: where there is less behind it, and where nobody has shown
// what ECR does. For docs/local-fidelity.md, which is generated from it. Data only.

export const operationNotes: Readonly<Record<string, string>> = {
  BatchCheckLayerAvailability:
    'a layer that is missing is `UNAVAILABLE`, a digest that is malformed is a failure; a layer whose bytes the disk has lost is missing too, so that a push brings them back',
  BatchDeleteImage:
    'identifiers are taken in the order given, so an index may stand before what it names; a tag beside a digest takes that tag alone',
  BatchGetImage:
    'in a repository whose key cannot be used each image is a failure, `KmsError`, in KMS’s words; manifests are never translated: a media type that is not accepted is `ImageNotFound`; an archived image is `ImageInaccessible`; at most 32 MiB of manifests at once; an upstream that does not give an image is a failure of that image, never `UnableToGetUpstreamImageException`',
  CompleteLayerUpload: 'the text of `LayerAlreadyExistsException` is in the form of its neighbours',
  CreateRepository:
    'a `KMS` key that the local KMS knows must be usable, and ECR gets a grant on it; one that it has never heard of is taken by its name (`unknownKeys`); blobs lie on the disk as they came',
  DeleteRepository: 'layers that no image names do not keep a repository; blobs are collected later',
  DescribeImages:
    'in the order of digests, which stays right while others push; images asked for by name are told of whatever their status; scan results only under enhanced scanning, as AWS-native basic scanning leaves them out',
  DescribeImageScanFindings:
    'finds what `slipway local scan-findings` has set; without any a scan fails rather than look clean',
  DescribeImageSigningStatus:
    'each profile whose rule matched at the push is `FAILED`: there is no AWS Signer beside the local ECR',
  GetDownloadUrlForLayer:
    '`KmsException` where the repository’s key cannot be used, though the API model does not list it (on AWS the download would fail); the address is this server’s, signed, and good for 3,600 seconds by the local clock; under a pull-through cache rule it waits until the image that names the layer has come',
  GetLifecyclePolicyPreview: 'when a preview becomes `EXPIRED` is not published; here after a day',
  InitiateLayerUpload: '`partSize` is 10 MiB, as in AWS’s sample',
  DescribeImageReplicationStatus:
    'AWS publishes no failure codes: `AccessDenied`, `RepositoryNotFound`, or the code of an error of the API without its ending',
  DescribeReplicationBackfillResults:
    'results of both statuses: those that succeeded come first; failures are told as by DescribeImageReplicationStatus, `ImageNotFound` of an image that is deleted meanwhile',
  ListReplicationBackfills: 'the newest first',
  StartReplicationBackfill:
    'a destination that the rules do not name is `InvalidParameterException`; a backfill of which copies fail is `COMPLETE`, one whose destination is taken out of the rules before all is listed is `FAILED` with `DestinationNotConfigured`; archived images and those that came by replication are left out',
  StopReplicationBackfill: '`STOPPED` at once, as no copy is ever half made; `STOPPING` is never told',
  ListImageReferrers: '`size` is that of the manifest, as in an index of referrers',
  ListImages: 'in the order of digests, which stays right while others push',
  PutImage:
    'also refused as `Invalid JSON syntax`: members that occur twice, nesting of more than 1,000, schema 1, media types other than the OCI’s and Docker’s images and indexes; more than 1,000 layers (ECR’s number is not published); an image without layers. The text of `ImageDigestDoesNotMatchException` is the API model’s',
  StartImageScan: 'there is no scanner: see DescribeImageScanFindings',
  UpdateImageStorageClass:
    'a restore takes 20 minutes by the local clock; referrers follow at once (ECR: within 24 hours); what an index names stays, even where the index is archived',
  UploadLayerPart: 'up to 20 MiB, as the API model says (the quota page: 10); 4,200 parts',
  ValidatePullThroughCacheRule:
    'asks the upstream for `/v2/`, with the secret of the rule where it was told (`--upstream-secrets`)',
};
