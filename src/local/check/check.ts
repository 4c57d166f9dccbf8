// Goes through everything that is kept, in slices so that a server answers meanwhile: every document against those it must agree
// with, every blob against its digest. It changes nothing, unless it is to set damaged blobs aside. It must not know who asked.
import { setImmediate as turn } from 'node:timers/promises';
import type { BlobStore } from '../blobs/blob-store.js';
import { kinds } from '../images/model.js';
import type { Store } from '../store/store.js';
import { checkBlob } from './blobs.js';
import { type Check, checks, Moment } from './documents.js';
import type { Finding } from './finding.js';

/** How many were looked at so far. */
export interface Checked {
  readonly images: number;
  readonly layers: number;
  readonly blobs: number;
  readonly bytes: number;
}

export interface Summary {
  readonly checked: Checked;
  /** Blobs that no repository holds. They are collected in time, and are no damage. */
  readonly garbage: { readonly blobs: number; readonly bytes: number };
  /** Uploads under way, or left by clients that have gone. */
  readonly uploads: number;
  /** Damaged blobs that were moved out of the way. */
  readonly setAside: number;
}

export type CheckLine =
  | { readonly progress: Checked }
  | { readonly finding: Finding }
  /** The last one, where the check came to its end. */
  | { readonly summary: Summary };

export interface CheckOptions {
  readonly store: Store;
  readonly blobs: BlobStore;
  readonly setAside?: boolean;
  /** Ends the check: its reason is thrown. */
  readonly signal: AbortSignal;
}

/** How many documents are looked at before others get their turn: a few milliseconds. */
const slice = 100;

interface Slice {
  readonly findings: readonly Finding[];
  readonly count: number;
  /** The last key that was looked at; nothing at the end. */
  readonly last: string | undefined;
}

/** Without a break between reading an entry and all that it must agree with: meanwhile nobody changes anything. */
function examine(store: Store, kind: string, checkOne: Check, shelf: string, after: string | undefined): Slice {
  const entries = store.list(kind, shelf, { limit: slice, ...(after !== undefined && { after }) });
  const moment = new Moment(store);
  const findings = entries.flatMap(([key, value]) => [...checkOne(moment, { shelf, key, value })]);
  return { findings, count: entries.length, last: entries.at(-1)?.[0] };
}

export async function* check({ store, blobs, setAside = false, signal }: CheckOptions): AsyncGenerator<CheckLine> {
  const checked = { images: 0, layers: 0, blobs: 0, bytes: 0 };
  const garbage = { blobs: 0, bytes: 0 };
  let aside = 0;
  const progress = (): CheckLine => ({ progress: { ...checked } });
  const breathe = async (): Promise<void> => {
    await turn();
    signal.throwIfAborted();
  };

  for (const [kind, checkOne] of checks) {
    for await (const shelf of scopesOf(store, kind)) {
      for (let after: string | undefined; ; ) {
        await breathe();
        const { findings, count, last } = examine(store, kind, checkOne, shelf, after);
        if (last === undefined) break;
        after = last;
        if (kind === kinds.image) checked.images += count;
        if (kind === kinds.layer) checked.layers += count;
        for (const finding of findings) yield { finding };
        yield progress();
      }
    }
  }

  for await (const digest of scopesOf(store, kinds.blobHolder)) {
    await breathe();
    const result = await checkBlob({ store, blobs, setAside, signal }, digest);
    checked.blobs += 1;
    checked.bytes += result.bytes;
    if (result.setAside) aside += 1;
    for (const finding of result.findings) yield { finding };
    yield progress();
  }

  for await (const { digest, size } of blobs.list()) {
    signal.throwIfAborted();
    if (store.list(kinds.blobHolder, digest, { limit: 1 }).length > 0) continue;
    garbage.blobs += 1;
    garbage.bytes += size;
  }
  let uploads = 0;
  for await (const _ of blobs.uploads()) uploads += 1;
  yield { summary: { checked, garbage, uploads, setAside: aside } };
}

async function* scopesOf(store: Store, kind: string): AsyncGenerator<string> {
  for (let after: string | undefined; ; ) {
    const page = store.scopes(kind, { limit: slice, ...(after !== undefined && { after }) });
    yield* page;
    after = page.at(-1);
    if (after === undefined) return;
    await turn();
  }
}
