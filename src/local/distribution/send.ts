// Writes answers to the wire.
// It must not know what they mean.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { BlobStore } from '../blobs/blob-store.js';
import type { Reply } from './exchange.js';

/** So much of a body that nobody wants is read and thrown away, for a client hears the refusal only once it has sent its piece. */
const patience = 64 * 1024 * 1024;

function discard(request: IncomingMessage): void {
  let left = patience;
  request.on('data', (piece: Buffer) => {
    left -= piece.length;
    if (left < 0) request.socket.destroy();
  });
  request.resume();
}

/** Rejects where a blob cannot be sent; `headersSent` tells whether anything has gone out by then. */
export async function send(
  request: IncomingMessage,
  response: ServerResponse,
  reply: Reply,
  blobs: Pick<BlobStore, 'send'>,
): Promise<void> {
  const { status, headers, body, blob } = reply;
  const named: Record<string, string> = { 'Docker-Distribution-Api-Version': 'registry/2.0', ...headers };
  if (status !== 204) named['Content-Length'] ??= String(body === undefined ? 0 : Buffer.byteLength(body));
  if (!request.complete) discard(request);
  if (request.method === 'HEAD' || blob === undefined) {
    response.writeHead(status, named);
    response.end(request.method === 'HEAD' ? undefined : body);
    return;
  }
  // The headers go out with the first bytes, so that a blob that turns out to be damaged can still be told of.
  response.statusCode = status;
  for (const [name, value] of Object.entries(named)) response.setHeader(name, value);
  try {
    await blobs.send(blob.digest, response, { ...blob.range, size: blob.size });
  } catch (error) {
    if (!response.headersSent) for (const name of Object.keys(named)) response.removeHeader(name);
    throw error;
  }
  response.end();
}
