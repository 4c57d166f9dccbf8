// The digest of a file that is on the disk already: one piece is hashed while the next is read.
// It must not know blobs or uploads.
import { createHash, type Hash } from 'node:crypto';
import { open } from 'node:fs/promises';
import type { Algorithm } from './layout.js';

/** Half a millisecond of hashing: so long, and no longer, does a server that checks its blobs keep others waiting. */
const piece = 512 * 1024;

export interface HashOptions {
  /** Only so many bytes; a file that is shorter is hashed as it is. */
  readonly size?: number;
  /** Its reason is thrown. */
  readonly signal?: AbortSignal;
}

export async function hashFile(
  path: string,
  algorithm: Algorithm,
  { size = Number.POSITIVE_INFINITY, signal }: HashOptions = {},
): Promise<Hash> {
  const hash = createHash(algorithm);
  const file = await open(path, 'r');
  try {
    const buffers = [Buffer.allocUnsafeSlow(piece), Buffer.allocUnsafeSlow(piece)] as const;
    const read = (turn: number, position: number) =>
      file.read(buffers[turn % 2 === 0 ? 0 : 1], 0, Math.min(piece, size - position), position);
    let position = 0;
    let next = read(0, position);
    for (let turn = 0; ; turn += 1) {
      const { buffer, bytesRead } = await next;
      signal?.throwIfAborted();
      if (bytesRead === 0) return hash;
      position += bytesRead;
      next = read(turn + 1, position);
      // Its failure is met above; until then it is nobody's.
      next.catch(() => {});
      hash.update(buffer.subarray(0, bytesRead));
    }
  } finally {
    await file.close();
  }
}
