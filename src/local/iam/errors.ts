// IAM's refusals, by code.
// It must not know operations.
// The texts are those that people have pasted from AWS; where none was found, one is made after the others' pattern. (?)
import { ServiceError } from '../service.js';

/** `noSuchEntity('role', 'ci')`. */
export function noSuchEntity(noun: string, name: string): ServiceError {
  return new ServiceError('NoSuchEntity', `The ${noun} with name ${name} cannot be found.`, 404);
}

export function notFound(message: string): ServiceError {
  return new ServiceError('NoSuchEntity', message, 404);
}

export function alreadyExists(message: string): ServiceError {
  return new ServiceError('EntityAlreadyExists', message, 409);
}

export function deleteConflict(message: string): ServiceError {
  return new ServiceError('DeleteConflict', message, 409);
}

export function limitExceeded(message: string): ServiceError {
  return new ServiceError('LimitExceeded', message, 409);
}

/** `PoliciesPerRole: 10`. */
export function quotaExceeded(quota: string, most: number): ServiceError {
  return limitExceeded(`Cannot exceed quota for ${quota}: ${most}`);
}

export function invalidInput(message: string): ServiceError {
  return new ServiceError('InvalidInput', message);
}

export function validationError(message: string): ServiceError {
  return new ServiceError('ValidationError', message);
}

export function malformedPolicy(message: string): ServiceError {
  return new ServiceError('MalformedPolicyDocument', message);
}
