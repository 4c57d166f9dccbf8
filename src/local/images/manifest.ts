// Reads a manifest: which kind it is, and what it names. Sources: OCI image specification 1.1, Docker image manifest V2 schema 2.
// It must not know what a repository holds.
import { type Digest, isDigest } from '../blobs/blob-store.js';
import { invalidManifest } from './errors.js';
import { parseStrictJson } from './json.js';
import { maxLayers, maxManifestSize, maxMediaType } from './limits.js';

export interface Descriptor {
  readonly mediaType: string;
  readonly digest: Digest;
  /** Bytes. */
  readonly size: number;
}

export interface Manifest {
  readonly mediaType: string;
  readonly text: string;
  /** `artifactType` where there is one, else the configuration's media type. */
  readonly artifactMediaType?: string;
  readonly subject?: Digest;
  /** The configuration first. */
  readonly layers: readonly Descriptor[];
  readonly children: readonly Descriptor[];
  readonly annotations: Readonly<Record<string, string>>;
}

/** What ECR stores (user guide, "Container image manifest format support"), but for schema 1, which no client pushes any more. */
const forms: ReadonlyMap<string, 'image' | 'index'> = new Map([
  ['application/vnd.oci.image.manifest.v1+json', 'image'],
  ['application/vnd.docker.distribution.manifest.v2+json', 'image'],
  ['application/vnd.oci.image.index.v1+json', 'index'],
  ['application/vnd.docker.distribution.manifest.list.v2+json', 'index'],
]);

/** All of them, in the order of preference. */
export const manifestTypes: readonly string[] = [...forms.keys()];

export function isIndex(mediaType: string): boolean {
  return forms.get(mediaType) === 'index';
}

/** Layers that clients fetch from where their `urls` say, and push nowhere. */
const foreign =
  /^application\/vnd\.(?:docker\.image\.rootfs\.foreign\.diff\.tar(?:\.gzip)?|oci\.image\.layer\.nondistributable\.v1\.tar(?:\+gzip|\+zstd)?)$/;

export function isForeign({ mediaType }: Descriptor): boolean {
  return foreign.test(mediaType);
}

type Members = Readonly<Record<string, unknown>>;

function membersOf(value: unknown): Members {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw invalidManifest();
  return value as Members;
}

function own(members: Members, name: string): unknown {
  return Object.hasOwn(members, name) ? members[name] : undefined;
}

/** Nothing where there is none, or an empty one, which Go's clients write for none. */
function mediaTypeIn(members: Members, name: string): string | undefined {
  const value = own(members, name);
  if (value === undefined || value === null || value === '') return undefined;
  if (typeof value !== 'string' || value.length > maxMediaType) throw invalidManifest();
  return value;
}

function descriptorOf(value: unknown): Descriptor {
  const members = membersOf(value);
  const mediaType = mediaTypeIn(members, 'mediaType');
  const digest = own(members, 'digest');
  const size = own(members, 'size');
  if (mediaType === undefined || typeof digest !== 'string' || !isDigest(digest)) throw invalidManifest();
  if (typeof size !== 'number' || !Number.isSafeInteger(size) || size < 0) throw invalidManifest();
  return { mediaType, digest, size };
}

function descriptorsIn(members: Members, name: string): Descriptor[] {
  const value = own(members, name);
  if (!Array.isArray(value)) throw invalidManifest();
  return value.map(descriptorOf);
}

function annotationsIn(members: Members): Readonly<Record<string, string>> {
  const value = own(members, 'annotations');
  if (value === undefined || value === null) return {};
  const annotations = membersOf(value);
  for (const one of Object.values(annotations)) if (typeof one !== 'string') throw invalidManifest();
  return annotations as Readonly<Record<string, string>>;
}

/** Docker's manifests have no subject. */
function subjectIn(members: Members, mediaType: string): Digest | undefined {
  const value = own(members, 'subject');
  if (value === undefined || value === null || !mediaType.startsWith('application/vnd.oci.')) return undefined;
  return descriptorOf(value).digest;
}

/** What `subject` and `annotations` tell of a manifest that was read before, without the rest. */
export function annotationsOf(text: string): Readonly<Record<string, string>> {
  return annotationsIn(membersOf(JSON.parse(text)));
}

/** The text behind the bytes; throws where they are no UTF-8, as the store could not give them back. */
function textOf(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw invalidManifest();
  }
}

/** The media type in the manifest must be the one it was sent as; it may be left out there, or here. */
function mediaTypeOf(members: Members, sentAs: string | undefined): string {
  const inside = mediaTypeIn(members, 'mediaType');
  if (inside !== undefined && sentAs !== undefined && inside !== sentAs) {
    // Nobody has shown the words (?).
    throw invalidManifest(`The media type '${sentAs}' is not that of the manifest, which is '${inside}'`);
  }
  const mediaType = inside ?? sentAs;
  if (mediaType === undefined) throw invalidManifest();
  return mediaType;
}

export interface ManifestOptions {
  /** As the request calls the manifest. */
  readonly mediaType?: string;
  /** ECR refuses an image without layers (werf/werf#2558, aws/containers-roadmap#876); the OCI's specification does not. */
  readonly allowNoLayers?: boolean;
}

/** Throws InvalidParameterException where the bytes are no manifest that ECR takes. */
export function parseManifest(bytes: Buffer, { mediaType: sentAs, allowNoLayers }: ManifestOptions = {}): Manifest {
  if (bytes.length > maxManifestSize) {
    throw invalidManifest(`must have length less than or equal to ${maxManifestSize}`);
  }
  const text = textOf(bytes);
  const parsed = parseStrictJson(text);
  if (parsed === undefined) throw invalidManifest();
  const members = membersOf(parsed.value);
  const mediaType = mediaTypeOf(members, sentAs);
  const form = forms.get(mediaType);
  if (form === undefined || own(members, 'schemaVersion') !== 2) throw invalidManifest();
  const artifactType = mediaTypeIn(members, 'artifactType');
  const subject = subjectIn(members, mediaType);
  const common = { mediaType, text, annotations: annotationsIn(members), ...(subject !== undefined && { subject }) };
  // One that could be read as the other is neither (CVE-2021-41190).
  if (form === 'index') {
    if (own(members, 'layers') !== undefined || own(members, 'config') !== undefined) throw invalidManifest();
    return {
      ...common,
      ...(artifactType !== undefined && { artifactMediaType: artifactType }),
      layers: [],
      children: descriptorsIn(members, 'manifests'),
    };
  }
  if (own(members, 'manifests') !== undefined) throw invalidManifest();
  const config = descriptorOf(own(members, 'config'));
  const layers = descriptorsIn(members, 'layers');
  if (layers.length === 0 && allowNoLayers !== true) throw invalidManifest('Image has to have at least 1 layer');
  if (layers.length > maxLayers) throw invalidManifest('Limit on number of layers per image exceeded');
  return {
    ...common,
    artifactMediaType: artifactType ?? config.mediaType,
    layers: [config, ...layers],
    children: [],
  };
}
