// What the SDK throws, in the engine's words.
// It must not know what a fault leads to, nor retry anything.
import { AwsFault, type FaultKind } from '../plan/ports.js';

const kinds: Readonly<Record<string, FaultKind>> = {
  AccessDenied: 'denied',
  AccessDeniedException: 'denied',
  UnauthorizedOperation: 'denied',
  BlockedByOrganizationPolicyException: 'denied',
  CredentialsProviderError: 'credentials',
  ExpiredToken: 'credentials',
  ExpiredTokenException: 'credentials',
  IncompleteSignature: 'credentials',
  InvalidClientTokenId: 'credentials',
  InvalidSignatureException: 'credentials',
  MissingAuthenticationTokenException: 'credentials',
  SignatureDoesNotMatch: 'credentials',
  TokenProviderError: 'credentials',
  UnrecognizedClientException: 'credentials',
  NotImplemented: 'not-implemented',
  UnknownOperationException: 'not-implemented',
  UnsupportedOperationException: 'not-implemented',
  LifecyclePolicyNotFoundException: 'gone',
  ParameterNotFound: 'gone',
  RepositoryNotFoundException: 'gone',
  RepositoryPolicyNotFoundException: 'gone',
  ParameterAlreadyExists: 'exists',
  RepositoryAlreadyExistsException: 'exists',
  RepositoryNotEmptyException: 'not-empty',
  InvalidParameterException: 'invalid',
  InvalidTagParameterException: 'invalid',
  KmsException: 'invalid',
  LimitExceededException: 'invalid',
  TooManyTagsException: 'invalid',
  ValidationException: 'invalid',
};

const throttling = new Set([
  'RequestLimitExceeded',
  'SlowDown',
  'Throttling',
  'ThrottlingException',
  'ThrottledException',
  'TooManyRequestsException',
  'TooManyUpdates',
]);

/** Clock skew is mended by the SDK from the answer's date, so that the next try signs rightly. */
const skew = new Set(['RequestTimeTooSkewed', 'RequestExpired', 'RequestInTheFuture']);

/** A failed try: what it was, and whether another try can help. */
export interface FailedTry {
  readonly kind: FaultKind;
  readonly throttled: boolean;
  readonly retryable: boolean;
  readonly awsCode: string;
  readonly message: string;
}

interface SdkError {
  readonly name?: string;
  readonly code?: string;
  readonly message?: string;
  readonly $metadata?: { readonly httpStatusCode?: number };
  readonly $response?: { readonly statusCode?: number; readonly body?: unknown };
}

const networkCodes = /^(ECONN|ENOTFOUND|ETIMEDOUT|EPIPE|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|UND_ERR)/;

/** Reads one error of the SDK, whatever threw it. */
export function readFailure(error: unknown): FailedTry {
  const { name = 'Error', code = '', message = String(error), ...rest } = sdkError(error);
  const status = rest.$metadata?.httpStatusCode ?? rest.$response?.statusCode;
  const said = (kind: FaultKind, retryable: boolean, throttled = false, awsCode = name): FailedTry => ({
    kind,
    retryable,
    throttled,
    awsCode,
    message: text(message),
  });
  if (name === 'AbortError') return said('interrupted', false);
  if (throttling.has(name) || status === 429) return said('unavailable', true, true);
  if (skew.has(name)) return said('unavailable', true);
  // An endpoint that is not AWS answers what it lacks with a page or an empty body that no client can read.
  if (status === 501 || (status === 404 && kinds[name] === undefined) || isUnimplementedPage(name, message)) {
    return said('not-implemented', false, false, name === 'SyntaxError' ? 'NotImplemented' : name);
  }
  const kind = kinds[name];
  if (kind !== undefined) return said(kind, false);
  if (networkCodes.test(code) || name === 'TimeoutError' || /socket hang up/.test(message)) {
    return said('unavailable', true, false, code === '' ? name : code);
  }
  if (status !== undefined && status >= 500) return said('unavailable', true);
  if (/credential/i.test(message) && status === undefined) return said('credentials', false);
  return said('other', false);
}

/** moto answers an operation it lacks with status 500 and an HTML page, on which the SDK's JSON parser stumbles. */
function isUnimplementedPage(name: string, message: string): boolean {
  return (
    (name === 'SyntaxError' && /Unexpected token '?<|is not valid JSON/.test(message)) ||
    /not (been|yet) implemented/i.test(message)
  );
}

function sdkError(error: unknown): SdkError {
  if (typeof error !== 'object' || error === null) return {};
  const found = error as SdkError & { readonly cause?: unknown };
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

export function faultOf(operation: string, failed: FailedTry, cause: unknown): AwsFault {
  return new AwsFault(failed.kind, operation, failed.awsCode, failed.message, { cause });
}
