// Writes answers of AWS's query protocol: XML with lists, structures and maps, and each service's errors.
// It must not know any operation.
import type { ServiceError } from '../service.js';
import type { Answer } from '../wire/answer.js';
import type { QueryService } from './service.js';

/** Markup and characters that XML cannot hold. */
function escape(text: string): string {
  return text
    .replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '\ufffd')
    .replace(/[&<>"\r]/g, (one) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '\r': '&#13;' })[one] ?? '&quot;');
}

function xml(status: number, body: string): Answer {
  return { status, headers: { 'content-type': 'text/xml' }, body: `<?xml version="1.0" encoding="UTF-8"?>\n${body}\n` };
}

function element(name: string, value: unknown): string {
  if (value === undefined || value === null) return '';
  const content = contentOf(value);
  return content === '' ? `<${name}/>` : `<${name}>${content}</${name}>`;
}

/** A list's members are called `member`, a `Map` is a list of entries; structures are plain objects. */
function contentOf(value: unknown): string {
  if (Array.isArray(value)) return value.map((one) => element('member', one)).join('');
  if (value instanceof Map) {
    return [...value].map(([key, one]) => `<entry>${element('key', key)}${element('value', one)}</entry>`).join('');
  }
  if (typeof value === 'object' && value !== null) {
    return Object.entries(value)
      .map(([name, one]) => element(name, one))
      .join('');
  }
  return escape(String(value));
}

/**
 * The answer to `action`. Times are texts in the form the service has them; members that are undefined or null are left out. Operations
 * without a result have an empty one, which clients pass over.
 */
export function queryAnswer(
  action: string,
  { namespace }: Pick<QueryService, 'namespace'>,
  result: Readonly<Record<string, unknown>>,
  requestId: string,
): Answer {
  return xml(
    200,
    `<${action}Response xmlns="${namespace}">${element(`${action}Result`, result)}` +
      `<ResponseMetadata><RequestId>${requestId}</RequestId></ResponseMetadata></${action}Response>`,
  );
}

export function queryError(
  error: ServiceError,
  { namespace }: Pick<QueryService, 'namespace'>,
  requestId: string,
): Answer {
  const type = error.status < 500 ? 'Sender' : 'Receiver';
  return xml(
    error.status,
    `<ErrorResponse xmlns="${namespace}"><Error><Type>${type}</Type><Code>${escape(error.code)}</Code>` +
      `<Message>${escape(error.message)}</Message></Error><RequestId>${requestId}</RequestId></ErrorResponse>`,
  );
}
