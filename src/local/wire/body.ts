// Reads a request's body up to a limit, as bytes and as text.
// It must not know what the body means.
import type { IncomingMessage } from 'node:http';

/** Of requests that say nothing else. */
export const bodyLimit = 10 * 1024 * 1024;
/** So much more is read and thrown away, for a client hears the refusal only once it has sent its piece. */
const patience = 64 * 1024 * 1024;

/** Nothing where the body is over the limit. Rejects when the client goes away. */
export function readBody(request: IncomingMessage, limit: number): Promise<Buffer | undefined> {
  return new Promise((resolve, reject) => {
    let pieces: Buffer[] = [];
    let size = 0;
    request.on('data', (piece: Buffer) => {
      size += piece.length;
      if (size <= limit) pieces.push(piece);
      else pieces = [];
      if (size > limit + patience) resolve(undefined);
    });
    request.on('end', () => resolve(size > limit ? undefined : Buffer.concat(pieces)));
    // Closed is every request in the end, and an error is dear to make.
    request.on('close', () => {
      if (!request.readableEnded) reject(new Error('the client went away'));
    });
    request.on('error', reject);
  });
}

const decoder = new TextDecoder('utf-8', { fatal: true });

/** Nothing where the bytes are not UTF-8. */
export function utf8(bytes: Buffer): string | undefined {
  try {
    return decoder.decode(bytes);
  } catch {
    return undefined;
  }
}
