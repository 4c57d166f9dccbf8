// Holds the meaning of every error the SDK can hand us.
import { describe, expect, it } from 'vitest';
import { AwsFault, type FaultKind } from '../plan/ports.js';
import { faultOf, readFailure } from './faults.js';

/** An error as the SDK makes it. */
function sdkError(name: string, message = 'because', status: number | undefined = 400, more: object = {}): Error {
  const metadata = status === undefined ? {} : { $metadata: { httpStatusCode: status } };
  return Object.assign(new Error(message), { name, ...metadata, ...more });
}

describe('what an error means', () => {
  it.each<[string, FaultKind, number?]>([
    ['AccessDeniedException', 'denied'],
    ['AccessDenied', 'denied', 403],
    ['UnauthorizedOperation', 'denied', 403],
    ['UnrecognizedClientException', 'credentials'],
    ['ExpiredTokenException', 'credentials', 403],
    ['InvalidClientTokenId', 'credentials', 403],
    ['UnknownOperationException', 'not-implemented', 404],
    ['UnsupportedOperationException', 'not-implemented'],
    ['NotImplementedError', 'not-implemented', 500],
    ['RepositoryNotFoundException', 'gone'],
    ['LifecyclePolicyNotFoundException', 'gone'],
    ['RepositoryPolicyNotFoundException', 'gone'],
    ['ParameterNotFound', 'gone'],
    ['RepositoryAlreadyExistsException', 'exists'],
    ['ParameterAlreadyExists', 'exists'],
    ['RepositoryNotEmptyException', 'not-empty'],
    ['InvalidParameterException', 'invalid'],
    ['InvalidTagParameterException', 'invalid'],
    ['TooManyTagsException', 'invalid'],
    ['ValidationException', 'invalid'],
    ['LimitExceededException', 'invalid'],
    ['KmsException', 'invalid'],
    ['SomethingNewException', 'other'],
  ])('%s is %s, and trying again would not help', (name, kind, status) => {
    expect(readFailure(sdkError(name, 'because', status))).toMatchObject({ kind, again: 'never' });
  });

  it.each(['ThrottlingException', 'Throttling', 'ThrottledException', 'TooManyRequestsException', 'TooManyUpdates'])(
    '%s is throttling',
    (name) => {
      expect(readFailure(sdkError(name))).toMatchObject({ kind: 'unavailable', again: 'throttled', awsCode: name });
    },
  );

  it.each<[string, Error, string]>([
    ['429 without a code', sdkError('UnknownError', 'x', 429), 'throttled'],
    ['ServerException', sdkError('ServerException', 'x', 500), 'failing'],
    ['503 without a code', sdkError('Error', 'x', 503), 'failing'],
    ['a proxy page with 502', sdkError('SyntaxError', 'x', 502), 'failing'],
    ['an answer cut off', sdkError('SyntaxError', 'x', 200), 'failing'],
    ['a reset', sdkError('Error', 'socket hang up', undefined, { code: 'ECONNRESET' }), 'failing'],
    ['a timeout', sdkError('TimeoutError', 'x', undefined), 'failing'],
    [
      'no connection in time',
      sdkError('TimeoutError', 'Socket timed out without establishing a connection', undefined),
      'unreachable',
    ],
    ['nobody listening', sdkError('TimeoutError', 'x', undefined, { code: 'ECONNREFUSED' }), 'unreachable'],
    ['no such host', sdkError('Error', 'x', undefined, { code: 'ENOTFOUND' }), 'unreachable'],
    [
      'a certificate we do not trust',
      sdkError('Error', 'x', undefined, { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' }),
      'never',
    ],
  ])('%s is unavailable', (_title, error, retry) => {
    expect(readFailure(error)).toMatchObject({ kind: 'unavailable', again: retry });
  });

  it.each<[string, Error]>([
    ["Flask's page for a 500", sdkError('SyntaxError', `Unexpected token '<'`, 500)],
    ['a 404 that is a page', sdkError('SyntaxError', `Unexpected token 'N'`, 404)],
    ['a bare 404', sdkError('UnknownError', 'UnknownError', 404)],
    ['a bare 501', sdkError('Error', '', 501)],
  ])('%s is an operation the endpoint lacks', (_title, error) => {
    expect(readFailure(error)).toMatchObject({ kind: 'not-implemented', again: 'never' });
  });

  it('knows an interrupt', () => {
    expect(readFailure(sdkError('AbortError', 'Request aborted', undefined)).kind).toBe('interrupted');
  });

  it('tries again once the clock has been put right', () => {
    const skewed = sdkError('InvalidSignatureException', 'Signature expired', 400, {
      $metadata: { httpStatusCode: 400, clockSkewCorrected: true },
    });
    expect(readFailure(skewed)).toMatchObject({ kind: 'credentials', again: 'unreachable' });
    expect(readFailure(sdkError('InvalidSignatureException'))).toMatchObject({ kind: 'credentials', again: 'never' });
  });

  it('takes a denied AssumeRole on the way to credentials for what it is', () => {
    const error = sdkError('AccessDenied', 'User: x is not authorized to perform: sts:AssumeRole on resource: y', 403);
    expect(readFailure(error)).toMatchObject({ kind: 'credentials', again: 'never' });
    expect(readFailure(new Error('Could not load credentials')).kind).toBe('credentials');
  });

  it.each([['bare text'], [undefined], [null], [42]])('survives %j thrown as an error', (thrown) => {
    expect(readFailure(thrown)).toMatchObject({ kind: 'other', again: 'never' });
    expect(faultOf('ecr:X', readFailure(thrown), thrown)).toBeInstanceOf(AwsFault);
  });
});

describe('the words of a fault', () => {
  const words = (error: unknown, attempts = 1) => faultOf('ecr:PutX', readFailure(error), error, attempts).message;

  it.each<[string, string]>([
    [words(sdkError('InvalidParameterException', "Invalid parameter at 'x'")), "Invalid parameter at 'x'"],
    [words(sdkError('ThrottlingException', 'Rate exceeded'), 20), 'Rate exceeded (after 20 attempts)'],
    [words(sdkError('SyntaxError', 'Unexpected <', 500)), 'this endpoint does not implement ecr:PutX'],
    [
      words(sdkError('SyntaxError', 'Unexpected <', 502), 14),
      'the endpoint answered HTTP 502 with a text that is no answer of AWS (after 14 attempts)',
    ],
    [words(sdkError('UnknownError', 'UnknownError', 403)), 'the endpoint answered HTTP 403 without a reason'],
    [
      words(Object.assign(new AggregateError([new Error('connect ECONNREFUSED ::1:1')], ''), { code: 'ECONNREFUSED' })),
      'connect ECONNREFUSED ::1:1',
    ],
    [words(sdkError('ValidationException', 'first line\nsecond line')), 'first line'],
    [words(sdkError('ValidationException', '')), 'the endpoint answered HTTP 400 without a reason'],
  ])('%s', (said, expected) => expect(said).toBe(expected));

  it('keeps the code of AWS and the error itself', () => {
    const error = sdkError('KmsException');
    const fault = faultOf('ecr:CreateRepository', readFailure(error), error);
    expect(fault).toMatchObject({ awsCode: 'KmsException', operation: 'ecr:CreateRepository', cause: error });
  });
});
