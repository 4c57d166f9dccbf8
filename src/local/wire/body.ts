// Reads a request's body up to a limit, as bytes and as text.
// It must not know what the body means.
import type { IncomingMessage } from 'node:http';

/** Of requests that say nothing else. */
export const bodyLimit = 10 * 1024 * 1024;
/** So much more is read and thrown away, for a client hears the refusal only once it has sent its piece. */
const usualPatience = 64 * 1024 * 1024;

/** Bodies beyond this are worth waiting for: what is made of one takes several times its size. */
const large = 1024 * 1024;

/** Whether a body is large, or may be: it comes in chunks then, without a length. */
export function isLarge({ headers }: IncomingMessage): boolean {
  const length = headers['content-length'];
  return length === undefined ? headers['transfer-encoding'] !== undefined : Number(length) > large;
}

/**
 * Nothing where the body is over the limit, once the client has sent it or `patience` bytes too many: none, for a caller who throws the
 * rest away while it answers. Rejects when the client goes away, or has gone.
 */
export function readBody(
  request: IncomingMessage,
  limit: number,
  patience: number = usualPatience,
): Promise<Buffer | undefined> {
  return new Promise((resolve, reject) => {
    if (request.destroyed) {
      reject(new Error('the client went away'));
      return;
    }
    let pieces: Buffer[] = [];
    let size = 0;
    request.on('data', (piece: Buffer) => {
      size += piece.length;
      if (size <= limit) pieces.push(piece);
      else pieces = [];
      if (size > limit + patience) resolve(undefined);
    });
    request.on('end', () => {
      resolve(size > limit ? undefined : Buffer.concat(pieces));
      // The request lives as long as its answer takes.
      pieces = [];
    });
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
