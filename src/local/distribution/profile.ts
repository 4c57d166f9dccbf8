// What differs between ECR and a registry that keeps to the letter of the OCI's specification, as a table with the source of each row.
// It must not know how any of it is carried out; errors have a table of their own.

export const profileNames = ['ecr', 'strict-oci'] as const;
export type ProfileName = (typeof profileNames)[number];

interface Difference<T> {
  readonly ecr: T;
  readonly strict: T;
  readonly what: string;
  /** Of ECR's side. The other is OCI distribution 1.1 throughout. (?) marks what nobody has shown. */
  readonly source: string;
}

function row<T>(what: string, ecr: T, strict: T, source: string): Difference<T> {
  return { ecr, strict, what, source };
}

const mebibyte = 1024 * 1024;

export const differences = {
  locations: row<'absolute' | 'relative'>(
    'Location and Link headers',
    'absolute',
    'relative',
    'captures in regclient#81 and deitch/docker_registry2#34',
  ),
  manifestDigestOnGet: row(
    'GET manifest carries Docker-Content-Digest',
    false,
    true,
    'oras-project/oras#436, aws/containers-roadmap#1931',
  ),
  sizesHeader: row('manifests carry an empty Sizes header', true, false, 'capture in oras-project/oras-go#237'),
  manifestParameters: row<'refused' | 'ignored'>(
    'parameters of a manifest’s Content-Type',
    'refused',
    'ignored',
    'sigstore/sigstore-js#1058',
  ),
  subjectHeader: row('PUT of a manifest with a subject answers OCI-Subject', true, true, 'sigstore/sigstore-js#1183'),
  tagParameters: row(
    'PUT manifest by digest takes ?tag=',
    false,
    true,
    'not known of ECR (?); in the OCI’s draft after 1.1',
  ),
  patchStatus: row('status of PATCH', 201, 202, 'openai/tart#273, aws/containers-roadmap#2831'),
  patchRange: row<'first part' | 'all'>(
    'what the Range header tells after several parts',
    'first part',
    'all',
    'aws/containers-roadmap#2831',
  ),
  smallestPart: row(
    'bytes that each part but the last must have',
    5 * mebibyte,
    0,
    'LayerPartTooSmallException in dotnet/sdk-container-builds#424',
  ),
  emptyBlobs: row('blobs of no bytes', false, true, 'radius-project/radius#7855'),
  noLayers: row('images without layers', false, true, 'werf/werf#2558, aws/containers-roadmap#876'),
  sha512: row('digests by sha512', false, true, 'CompleteLayerUpload calculates sha256 (API reference) (?)'),
  mount: row<'by setting' | 'any'>(
    'which blobs may be mounted',
    'by setting',
    'any',
    'user guide (BLOB_MOUNTING), aws/containers-roadmap#2860',
  ),
  anonymousMount: row('a mount may leave out where from', false, true, 'not known of ECR (?)'),
  missingRepository: row<'cut' | 'created'>(
    'a push to a repository that does not exist',
    'cut',
    'created',
    'aws/containers-roadmap#1970: the connection is closed without an answer',
  ),
  missingRepositoryLists: row<'error' | 'empty'>(
    'tags and referrers of a repository that does not exist',
    'error',
    'empty',
    'NAME_UNKNOWN in many issues; the conformance suite asks before it pushes',
  ),
  blobGet: row<'redirect' | 'direct'>('GET blob', 'redirect', 'direct', '307 to the layer bucket in many issues'),
  blobDelete: row('DELETE blob', false, true, 'ECR has no such operation (API model)'),
  lastTag: row<'deletes the image' | 'leaves the image'>(
    'DELETE of an image’s last tag',
    'deletes the image',
    'leaves the image',
    'user guide, BatchDeleteImage',
  ),
  deleteReferenced: row(
    'DELETE of a manifest that an index names',
    false,
    true,
    'ImageReferencedByManifestList (user guide)',
  ),
  tagsContentType: row(
    'Content-Type of tags/list',
    'text/plain; charset=utf-8',
    'application/json',
    'capture in deitch/docker_registry2#34',
  ),
  pageDefault: row('tags and repositories on a page', 100, 10_000, 'docker-archive/migrator#96, genuinetools/reg#206'),
  pageMost: row<{ readonly size: number; readonly above: 'refused' | 'cut down' }>(
    'the largest page, and a larger n',
    { size: 1000, above: 'refused' },
    { size: 10_000, above: 'cut down' },
    'google/go-containerregistry#681',
  ),
  last: row<'token' | 'name'>('what `last` holds', 'token', 'name', 'capture in deitch/docker_registry2#34'),
} as const satisfies Record<string, Difference<unknown>>;

type Differences = typeof differences;

export type Profile = { readonly name: ProfileName } & {
  readonly [Name in keyof Differences]: Differences[Name] extends Difference<infer T> ? T : never;
};

function profileOf(name: ProfileName): Profile {
  const side = name === 'ecr' ? 'ecr' : 'strict';
  const values = Object.entries(differences).map(([key, difference]) => [key, difference[side]]);
  // Each member comes from the row of its name.
  return { name, ...Object.fromEntries(values) } as Profile;
}

export const profiles: Readonly<Record<ProfileName, Profile>> = {
  ecr: profileOf('ecr'),
  'strict-oci': profileOf('strict-oci'),
};
