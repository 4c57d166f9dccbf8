// CloudFormation's refusals, in its words where people have shown them.
// It must not know which operation refuses.
import { ServiceError } from '../service.js';

export function invalid(message: string): ServiceError {
  return new ServiceError('ValidationError', message);
}

export function templateFormat(message: string): ServiceError {
  return invalid(`Template format error: ${message}`);
}

export function templateError(message: string): ServiceError {
  return invalid(`Template error: ${message}`);
}

export function stackNotFound(name: string): ServiceError {
  return invalid(`Stack with id ${name} does not exist`);
}
