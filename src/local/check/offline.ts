// A check of a data directory that no server has open.
// It must not know what is checked.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fail } from '../../diagnostics/index.js';
import { openBlobStore } from '../blobs/open.js';
import { openFileStore } from '../store/file.js';
import { type CheckLine, check } from './check.js';

/** True where a local ECR has kept something. */
export function holdsData(folder: string): boolean {
  return existsSync(join(folder, 'state.db'));
}

/** Throws `local/nothing-to-check`, `local/data-locked` or `local/data-unusable`. */
export async function* checkFolder(
  folder: string,
  options: { readonly setAside: boolean; readonly signal: AbortSignal },
): AsyncGenerator<CheckLine> {
  if (!holdsData(folder)) fail('local/nothing-to-check', `'${folder}' holds no data of a local ECR`);
  const store = openFileStore(folder);
  const blobs = openBlobStore({ folder });
  try {
    yield* check({ store, blobs, ...options });
  } finally {
    await blobs.close();
    store.close();
  }
}
