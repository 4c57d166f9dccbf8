// What the SDK throws, in the engine's words.
// It must not know what a fault leads to, nor retry anything.
import { AwsFault, type FaultKind } from '../plan/ports.js';

const kinds = new Map<string, FaultKind>([
  ['AccessDenied', 'denied'],
  ['AccessDeniedException', 'denied'],
  ['AuthorizationError', 'denied'],
  ['BlockedByOrganizationPolicyException', 'denied'],
  ['OptInRequired', 'denied'],
  ['UnauthorizedOperation', 'denied'],
  ['AuthFailure', 'credentials'],
  ['CredentialsProviderError', 'credentials'],
  ['ExpiredToken', 'credentials'],
  ['ExpiredTokenException', 'credentials'],
  ['IncompleteSignature', 'credentials'],
  ['IncompleteSignatureException', 'credentials'],
  ['InvalidAccessKeyId', 'credentials'],
  ['InvalidClientTokenId', 'credentials'],
  ['InvalidIdentityToken', 'credentials'],
  ['InvalidSignatureException', 'credentials'],
  ['MissingAuthenticationToken', 'credentials'],
  ['MissingAuthenticationTokenException', 'credentials'],
  ['ProviderError', 'credentials'],
  ['RequestExpired', 'credentials'],
  ['RequestInTheFuture', 'credentials'],
  ['RequestTimeTooSkewed', 'credentials'],
  ['SignatureDoesNotMatch', 'credentials'],
  ['TokenProviderError', 'credentials'],
  ['UnrecognizedClient', 'credentials'],
  ['UnrecognizedClientException', 'credentials'],
  ['InvalidAction', 'not-implemented'],
  ['NotImplemented', 'not-implemented'],
  ['NotImplementedError', 'not-implemented'],
  ['NotImplementedException', 'not-implemented'],
  ['UnknownOperation', 'not-implemented'],
  ['UnknownOperationException', 'not-implemented'],
  ['UnsupportedOperation', 'not-implemented'],
  ['UnsupportedOperationException', 'not-implemented'],
  ['AWSOrganizationsNotInUseException', 'gone'],
  ['LifecyclePolicyNotFoundException', 'gone'],
  ['LifecyclePolicyPreviewNotFoundException', 'gone'],
  ['NoSuchEntity', 'gone'],
  ['NoSuchEntityException', 'gone'],
  ['ParameterNotFound', 'gone'],
  ['RepositoryNotFoundException', 'gone'],
  ['RegistryPolicyNotFoundException', 'gone'],
  ['RepositoryPolicyNotFoundException', 'gone'],
  ['ResourceNotFoundException', 'gone'],
  ['ParameterAlreadyExists', 'exists'],
  ['AlreadyExistsException', 'exists'],
  ['RepositoryAlreadyExistsException', 'exists'],
  ['RepositoryNotEmptyException', 'not-empty'],
  ['LifecyclePolicyPreviewInProgressException', 'in-progress'],
  ['ImageTagAlreadyExistsException', 'exists'],
  ['HierarchyLevelLimitExceededException', 'invalid'],
  ['ImageDigestDoesNotMatchException', 'invalid'],
  ['InvalidParameterException', 'invalid'],
  ['InvalidParameterValue', 'invalid'],
  ['InvalidTagParameterException', 'invalid'],
  ['KmsException', 'invalid'],
  ['LimitExceededException', 'invalid'],
  ['ParameterLimitExceeded', 'invalid'],
  ['ParameterPatternMismatchException', 'invalid'],
  ['SerializationException', 'invalid'],
  ['TooManyTagsException', 'invalid'],
  ['ValidationError', 'invalid'],
  ['ValidationException', 'invalid'],
]);

const throttling = new Set([
  'RequestLimitExceeded',
  'SlowDown',
  'Throttling',
  'ThrottlingException',
  'ThrottledException',
  'TooManyRequestsException',
  'TooManyUpdates',
]);

/** A failed try: what it was, and whether another try can help. */
export interface FailedTry {
  readonly kind: FaultKind;
  /** `failing`: AWS may have done it all the same. `unreachable`: no request arrived. */
  readonly again: 'never' | 'throttled' | 'failing' | 'unreachable';
  readonly awsCode: string;
  readonly message: string;
}

interface SdkError {
  readonly name?: string;
  readonly code?: string;
  readonly message?: string;
  readonly $metadata?: { readonly httpStatusCode?: number; readonly clockSkewCorrected?: boolean };
  readonly $response?: { readonly statusCode?: number; readonly body?: unknown };
}

const networkCodes =
  /^(ECONN|ENOTFOUND|ETIMEDOUT|EPIPE|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|ERR_STREAM_PREMATURE_CLOSE|UND_ERR)/;
/** Nobody heard the request. */
const unreachable = /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH)/;
const untrusted = /^(CERT_|ERR_TLS|ERR_SSL|EPROTO|SELF_SIGNED|DEPTH_ZERO|UNABLE_TO_)/;
/** Names that JavaScript or the SDK gives where the answer had no code. */
const nameless = new Set(['Error', 'Unknown', 'UnknownError', 'SyntaxError', 'TypeError', 'AggregateError']);

/** Reads one error of the SDK, whatever threw it. */
export function readFailure(error: unknown): FailedTry {
  const { name = 'Error', code = '', message = String(error), ...rest } = sdkError(error);
  const status = rest.$metadata?.httpStatusCode ?? rest.$response?.statusCode;
  const words = text(message);
  const said = (kind: FaultKind, again: FailedTry['again'] = 'never', awsCode = name): FailedTry => ({
    kind,
    again,
    awsCode,
    message: wordsOf(words, name, status),
  });
  if (name === 'AbortError') return said('interrupted');
  // The signer has learned the server's time from the answer, so that the next try signs rightly.
  if (rest.$metadata?.clockSkewCorrected === true) return said('credentials', 'unreachable');
  if (throttling.has(name) || status === 429) return said('unavailable', 'throttled');
  // The role to call with was refused, not the call.
  if (kinds.get(name) === 'denied' && /perform: sts:Assume/.test(words)) return said('credentials');
  const kind = kinds.get(name);
  if (kind !== undefined) return said(kind);
  if (unreachable.test(code) || (name === 'TimeoutError' && /establish\w* a connection/.test(words))) {
    return said('unavailable', 'unreachable', code === '' ? name : code);
  }
  if (networkCodes.test(code) || name === 'TimeoutError' || /socket hang up/.test(words)) {
    return said('unavailable', 'failing', code === '' ? name : code);
  }
  if (untrusted.test(code)) return said('unavailable', 'never', code);
  if (isUnimplemented(name, words, status)) return said('not-implemented', 'never', 'NotImplemented');
  if (status !== undefined && status >= 500) return said('unavailable', 'failing');
  // The connection broke in the middle of a good answer.
  if (name === 'SyntaxError' && status !== undefined && status < 300) return said('unavailable', 'failing');
  if (status === 401 || (status === undefined && /credential/i.test(words))) return said('credentials');
  if (status === 403) return said('denied');
  return said('other');
}

/**
 * An endpoint that is not AWS answers what it lacks with a page or an empty body. moto's has status 500, on which the SDK's
 * parsers stumble; a page with 502 or 503 is a proxy's, and may be gone by the next try.
 */
function isUnimplemented(name: string, message: string, status: number | undefined): boolean {
  if (status === 501 || /not (been|yet) implemented/i.test(message)) return true;
  if (status === 404 || status === 405) return nameless.has(name);
  return status === 500 && (name === 'SyntaxError' || /XML parse error/.test(message));
}

/** Where the answer was none of AWS's, the SDK only tells how its parser stumbled. */
function wordsOf(words: string, name: string, status: number | undefined): string {
  if (status === undefined) return words === '' ? name : words;
  if (name === 'SyntaxError') return `the endpoint answered HTTP ${status} with a text that is no answer of AWS`;
  return words === '' || words === 'UnknownError' ? `the endpoint answered HTTP ${status} without a reason` : words;
}

function sdkError(error: unknown): SdkError {
  if (typeof error !== 'object' || error === null) return {};
  const found = error as SdkError & { readonly cause?: unknown; readonly errors?: unknown };
  // Node tries every address of a host and reports the lot without words of its own.
  if (Array.isArray(found.errors) && found.errors.length > 0 && found.message === '') {
    return { ...sdkError(found.errors[0]), ...(found.code === undefined ? {} : { code: found.code }) };
  }
  // Node's network errors may stand one level down.
  if (found.code === undefined && typeof found.cause === 'object' && found.cause !== null) {
    const { code } = found.cause as SdkError;
    if (typeof code === 'string' && networkCodes.test(code)) return { ...pick(found), code };
  }
  return pick(found);
}

/** Members of an error are not all enumerable. */
function pick(error: SdkError): SdkError {
  const { name, code, message, $metadata, $response } = error;
  return {
    ...(typeof name === 'string' ? { name } : {}),
    ...(typeof code === 'string' ? { code } : {}),
    ...(typeof message === 'string' ? { message } : {}),
    ...($metadata === undefined ? {} : { $metadata }),
    ...($response === undefined ? {} : { $response }),
  };
}

/** One line: the SDK adds its own hint to parse errors. */
function text(message: string): string {
  return (message.split('\n')[0] ?? '').trim();
}

export function faultOf(operation: string, failed: FailedTry, cause: unknown, attempts = 1): AwsFault {
  const { kind, awsCode, message } = failed;
  const told =
    kind === 'not-implemented'
      ? `this endpoint does not implement ${operation}`
      : kind === 'unavailable' && attempts > 1
        ? `${message} (after ${attempts} attempts)`
        : message;
  return new AwsFault(kind, operation, awsCode, told, { cause });
}
