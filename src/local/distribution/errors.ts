// Every error of the registry: the status and the OCI code it has in each profile. Sources: ecr-semantics 5.3, OCI distribution 1.1.
// It must not know what went wrong where.
import { BlobError, type BlobFailure } from '../blobs/blob-store.js';
import { ServiceError } from '../service.js';
import { type FailureProblem, UpstreamFailure } from '../upstream/failure.js';
import type { ProfileName } from './profile.js';

type Wire = readonly [status: number, code: string];

interface ErrorRow {
  readonly ecr: Wire;
  /** As ECR's where it is left out. */
  readonly strict?: Wire;
  /** Of a HEAD request to ECR, where that is another. */
  readonly head?: number;
  /** ECR's words, where they are not those of the API. */
  readonly message?: string;
}

/** What the protocol itself refuses. */
const own = {
  'no-such-address': { ecr: [404, 'UNSUPPORTED'] },
  'wrong-method': { ecr: [405, 'UNSUPPORTED'] },
  expired: { ecr: [403, 'DENIED'], message: 'Your authorization token has expired. Reauthenticate and try again.' },
  'bad-name': { ecr: [405, 'UNSUPPORTED'], strict: [400, 'NAME_INVALID'] },
  'bad-tag': { ecr: [405, 'UNSUPPORTED'], head: 400, strict: [400, 'TAG_INVALID'] },
  'bad-digest': { ecr: [405, 'UNSUPPORTED'], strict: [400, 'DIGEST_INVALID'] },
  'bad-query': { ecr: [405, 'UNSUPPORTED'], strict: [400, 'UNSUPPORTED'] },
  'bad-media-type': { ecr: [405, 'UNSUPPORTED'], strict: [400, 'MANIFEST_INVALID'] },
  'unsupported-here': { ecr: [405, 'UNSUPPORTED'], message: 'The operation is unsupported.' },
  'blob-unknown': { ecr: [404, 'BLOB_UNKNOWN'] },
  'range-unsatisfiable': { ecr: [416, 'UNSUPPORTED'] },
  'part-out-of-order': { ecr: [416, 'BLOB_UPLOAD_INVALID'] },
  'size-mismatch': { ecr: [400, 'SIZE_INVALID'] },
  // Not seen on this side of ECR (?): BatchDeleteImage has the words.
  'manifest-in-use': { ecr: [400, 'UNSUPPORTED'] },
  'manifest-too-large': { ecr: [413, 'MANIFEST_INVALID'] },
} as const satisfies Record<string, ErrorRow>;

export type OwnError = keyof typeof own;

const missingContent: ErrorRow = { ecr: [404, 'BLOB_UPLOAD_UNKNOWN'], strict: [404, 'MANIFEST_BLOB_UNKNOWN'] };

/** Of the operations behind the protocol, by the API's codes. A status that the reference gives as "4xx" is the one OCI's examples have. */
const ofApi: Readonly<Record<string, ErrorRow>> = {
  RepositoryNotFoundException: { ecr: [404, 'NAME_UNKNOWN'] },
  ImageNotFoundException: { ecr: [404, 'MANIFEST_UNKNOWN'], message: 'Requested image not found' },
  ImageTagAlreadyExistsException: { ecr: [400, 'TAG_INVALID'] },
  ImageDigestDoesNotMatchException: { ecr: [400, 'MANIFEST_INVALID'], strict: [400, 'DIGEST_INVALID'] },
  InvalidParameterException: { ecr: [405, 'UNSUPPORTED'], strict: [400, 'MANIFEST_INVALID'] },
  LayersNotFoundException: missingContent,
  ReferencedImagesNotFoundException: { ecr: [404, 'MANIFEST_BLOB_UNKNOWN'] },
  LayerInaccessibleException: { ecr: [404, 'BLOB_UNKNOWN'] },
  UploadNotFoundException: { ecr: [404, 'BLOB_UPLOAD_UNKNOWN'] },
  InvalidLayerException: { ecr: [400, 'BLOB_UPLOAD_INVALID'], strict: [400, 'DIGEST_INVALID'] },
  InvalidLayerPartException: { ecr: [416, 'BLOB_UPLOAD_INVALID'] },
  LayerPartTooSmallException: { ecr: [400, 'BLOB_UPLOAD_INVALID'] },
  EmptyUploadException: { ecr: [400, 'BLOB_UPLOAD_INVALID'] },
  // The images-per-repository quota: aws/containers-roadmap#2159.
  LimitExceededException: { ecr: [403, 'DENIED'] },
  AccessDeniedException: { ecr: [403, 'DENIED'] },
  KmsException: { ecr: [403, 'DENIED'] },
  ThrottlingException: { ecr: [429, 'TOOMANYREQUESTS'] },
  UnableToGetUpstreamImageException: { ecr: [404, 'MANIFEST_UNKNOWN'] },
  UnableToGetUpstreamLayerException: { ecr: [404, 'BLOB_UNKNOWN'] },
};

/** Of upstreams, where ECR tells them apart: aws/containers-roadmap#2354 shows the first, the other is the neighbour of ECR's own (?). */
const ofUpstreams: Readonly<Partial<Record<FailureProblem, ErrorRow>>> = {
  denied: { ecr: [403, 'DENIED'] },
  throttled: { ecr: [429, 'TOOMANYREQUESTS'] },
};

const ofBlobs: Readonly<Record<BlobFailure, ErrorRow>> = {
  offset: { ecr: [416, 'BLOB_UPLOAD_INVALID'] },
  digest: ofApi['InvalidLayerException'] ?? { ecr: [400, 'DIGEST_INVALID'] },
  gone: { ecr: [404, 'BLOB_UNKNOWN'] },
  full: { ecr: [507, 'UNKNOWN'], message: 'No space is left where the local ECR keeps its data.' },
  damaged: {
    ecr: [500, 'UNKNOWN'],
    message: 'The local ECR has lost bytes of this blob: slipway local check tells more.',
  },
};

/** The store's word for a full disk (SQLite's): the same as blobs', to a client. */
function isFull(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'SQLITE_FULL';
}

const defect: ErrorRow = {
  ecr: [500, 'UNKNOWN'],
  message: 'These errors are usually caused by a server-side issue.',
};

/** Everything there is, by name, for those who tell of it. */
export const errorRows: ReadonlyMap<string, ErrorRow> = new Map<string, ErrorRow>([
  ...Object.entries(own),
  ...Object.entries(ofApi),
  ...Object.entries(ofBlobs),
  ...Object.entries(ofUpstreams).map(([problem, row]): [string, ErrorRow] => [`upstream ${problem}`, row]),
]);

/** A request that is answered with an error of this table. */
export class Refusal extends Error {
  readonly error: OwnError;
  readonly headers: Readonly<Record<string, string>>;

  constructor(error: OwnError, message: string, headers: Readonly<Record<string, string>> = {}) {
    super(message);
    this.name = 'Refusal';
    this.error = error;
    this.headers = headers;
  }
}

export interface WireError {
  readonly status: number;
  /** The status of the same answer to a HEAD request. */
  readonly head: number;
  readonly code: string;
  readonly message: string;
  readonly headers: Readonly<Record<string, string>>;
}

function written(row: ErrorRow, profile: ProfileName, message: string, headers: WireError['headers'] = {}): WireError {
  const [status, code] = (profile === 'ecr' ? undefined : row.strict) ?? row.ecr;
  const head = profile === 'ecr' ? (row.head ?? status) : status;
  return { status, head, code, message: row.message ?? message, headers };
}

/** Nothing where the error is none that a client may hear of: a defect. */
export function wireErrorOf(error: unknown, profile: ProfileName): WireError | undefined {
  if (error instanceof Refusal) return written(own[error.error], profile, error.message, error.headers);
  const ofUpstream = error instanceof UpstreamFailure ? ofUpstreams[error.problem] : undefined;
  if (ofUpstream !== undefined && error instanceof UpstreamFailure) return written(ofUpstream, profile, error.message);
  if (error instanceof ServiceError) {
    const row = Object.hasOwn(ofApi, error.code) ? ofApi[error.code] : undefined;
    if (row !== undefined) return written(row, profile, error.message);
    return error.status >= 500 ? defectError(profile) : undefined;
  }
  if (error instanceof BlobError) return written(ofBlobs[error.failure], profile, error.message);
  if (isFull(error)) return written(ofBlobs.full, profile, '');
  return undefined;
}

export function defectError(profile: ProfileName): WireError {
  return written(defect, profile, '');
}

/** The body of an error (5.3): codes and messages, no detail. */
export function errorBody({ code, message }: WireError): string {
  return JSON.stringify({ errors: [{ code, message }] });
}
