// Pushes to a blob store without end, and says what was acknowledged: for a process that is to be killed in the middle of it.
// It must not know who listens, nor when the end comes.
import { createCipheriv, createHash } from 'node:crypto';
import { writeSync } from 'node:fs';
import { setImmediate as turn } from 'node:timers/promises';
import { openBlobStore } from '../../src/local/blobs/open.js';

/** What a process says of itself, one line each, as soon as it is true. */
export type Acknowledged =
  | { readonly kind: 'received'; readonly upload: string; readonly seed: string; readonly bytes: number }
  | { readonly kind: 'committed'; readonly upload: string; readonly seed: string; readonly digest: string };

/** The bytes of an upload: as good as random, and the same for the same seed. */
export function contentOf(seed: string): Buffer {
  const hash = createHash('sha256').update(seed).digest();
  const size = hash.readUInt32LE(0) % 3_000_000;
  return createCipheriv('aes-128-ctr', hash.subarray(0, 16), hash.subarray(16)).update(Buffer.alloc(size));
}

async function* slowly(bytes: Buffer): AsyncGenerator<Buffer> {
  for (let start = 0; start < bytes.length; start += 65_536) {
    await turn();
    yield bytes.subarray(start, start + 65_536);
  }
}

export async function traffic(folder: string, life: string): Promise<void> {
  const store = openBlobStore({ folder });
  // Synchronous: a line that was not written was not acknowledged.
  const say = (line: Acknowledged): void => void writeSync(1, `${JSON.stringify(line)}\n`);
  const client = async (name: string): Promise<void> => {
    for (let number = 0; ; number += 1) {
      const seed = `${life}/${name}/${number}`;
      const bytes = contentOf(seed);
      const upload = await store.begin();
      say({ kind: 'received', upload, seed, bytes: 0 });
      for (let start = 0; start < bytes.length; ) {
        const end = Math.min(bytes.length, start + 1 + (bytes[start] ?? 0) * 8_000);
        start = await store.append(upload, start, slowly(bytes.subarray(start, end)));
        say({ kind: 'received', upload, seed, bytes: start });
      }
      const held = await store.commit(upload, await store.digestOf(upload));
      say({ kind: 'committed', upload, seed, digest: held.digest });
      held.release();
    }
  };
  await Promise.all(['a', 'b', 'c', 'd'].map(client));
}
