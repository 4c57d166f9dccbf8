// KMS's refusals, in its words where people have shown them.
// It must not know which operation refuses.
import { ServiceError } from '../service.js';

export function notFound(message: string): ServiceError {
  return new ServiceError('NotFoundException', message);
}

export function invalidState(message: string): ServiceError {
  return new ServiceError('KMSInvalidStateException', message);
}

export function disabled(arn: string): ServiceError {
  return new ServiceError('DisabledException', `${arn} is disabled.`);
}

export function validation(message: string): ServiceError {
  return new ServiceError('ValidationException', message);
}

/** The words of one of AWS's own keys being touched (?). */
export function notYours(action: string, arn: string, callerArn: string): ServiceError {
  return new ServiceError(
    'AccessDeniedException',
    `User: ${callerArn} is not authorized to perform: kms:${action} on resource: ${arn} because no resource-based policy allows the kms:${action} action`,
  );
}

export function unsupported(message: string): ServiceError {
  return new ServiceError('UnsupportedOperationException', message);
}

export function limitExceeded(message: string): ServiceError {
  return new ServiceError('LimitExceededException', message);
}
