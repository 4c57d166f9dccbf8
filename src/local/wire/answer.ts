// What the server sends back, before it is on the wire, and the form of the JSON protocols.
// It must not know any service.
import type { ServiceError } from '../service.js';

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export function jsonAnswer(value: unknown, status = 200, type = 'application/x-amz-json-1.1'): Answer {
  return { status, headers: { 'content-type': type }, body: JSON.stringify(value) };
}

export function jsonError(error: ServiceError): Answer {
  return jsonAnswer({ __type: error.code, message: error.message, ...error.members }, error.status);
}
