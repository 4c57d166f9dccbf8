// What the server sends back, before it is on the wire, and the forms of the JSON and the query protocol.
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

/** Markup and characters that XML cannot hold. */
function escape(text: string): string {
  return text
    .replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '\ufffd')
    .replace(/[&<>"]/g, (one) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;' })[one] ?? '&quot;');
}

function xml(status: number, body: string): Answer {
  return { status, headers: { 'content-type': 'text/xml' }, body: `<?xml version="1.0" encoding="UTF-8"?>\n${body}\n` };
}

/** Members of the result are texts. */
export function queryAnswer(
  action: string,
  namespace: string,
  result: Readonly<Record<string, unknown>>,
  requestId: string,
): Answer {
  const members = Object.entries(result).map(([name, value]) => `<${name}>${escape(String(value))}</${name}>`);
  return xml(
    200,
    `<${action}Response xmlns="${namespace}"><${action}Result>${members.join('')}</${action}Result>` +
      `<ResponseMetadata><RequestId>${requestId}</RequestId></ResponseMetadata></${action}Response>`,
  );
}

export function queryError(error: ServiceError, namespace: string, requestId: string): Answer {
  const type = error.status < 500 ? 'Sender' : 'Receiver';
  return xml(
    error.status,
    `<ErrorResponse xmlns="${namespace}"><Error><Type>${type}</Type><Code>${escape(error.code)}</Code>` +
      `<Message>${escape(error.message)}</Message></Error><RequestId>${requestId}</RequestId></ErrorResponse>`,
  );
}
