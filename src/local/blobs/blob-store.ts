// The port behind every blob: bytes under their digest, written once, and the uploads they come from.
// It must not know repositories, accounts, or any protocol.
import type { Readable } from 'node:stream';

/** `sha256:` or `sha512:` and lower-case hexadecimal digits (OCI image specification, "Digests"). */
export type Digest = string;

const digestPattern = /^(?:sha256:[a-f0-9]{64}|sha512:[a-f0-9]{128})$/;

export function isDigest(text: string): text is Digest {
  return digestPattern.test(text);
}

/** `full`: no space is left. `offset`: bytes for another place than the next. `digest`: other bytes than were promised. */
export type BlobFailure = 'full' | 'offset' | 'digest' | 'gone' | 'damaged';

export class BlobError extends Error {
  readonly failure: BlobFailure;

  constructor(failure: BlobFailure, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'BlobError';
    this.failure = failure;
  }
}

/** A blob that will not be collected until it is let go of; hold it from the check to the commit that names it. */
export interface HeldBlob {
  readonly digest: Digest;
  /** Bytes. */
  readonly size: number;
  release(): void;
}

export interface BlobStore {
  /** Size in bytes, or nothing where there is no such blob. Synchronous, so that a transaction may ask. */
  size(digest: Digest): number | undefined;
  /** The blob, kept from collection; nothing where there is none. */
  hold(digest: Digest): HeldBlob | undefined;
  /** Bytes `start` to `end`, both included; all of them where left out. Throws `gone`. The stream holds the blob while it is read. */
  read(digest: Digest, range?: { readonly start: number; readonly end: number }): Readable;

  /** A new upload of no bytes; its bytes outlive the process, not yet a power cut. Ids are the store's own, unguessable and safe in a path. */
  begin(): Promise<string>;
  /** How many bytes an upload has; nothing where there is no such upload. */
  received(upload: string): number | undefined;
  /**
   * Adds bytes at `offset`, which must be where the upload ends (`offset`). What was received stays when the source breaks off.
   * One append at a time: a second one while the first runs is refused with `offset`. Returns how many bytes the upload has then.
   */
  append(upload: string, offset: number, bytes: AsyncIterable<Uint8Array>): Promise<number>;
  /**
   * Ends an upload: the bytes must have the digest (`digest`, the upload stays). On return the blob is on the disk for good, and held.
   * `sha256` of an upload may be asked for before (`digestOf`).
   */
  commit(upload: string, digest: Digest): Promise<HeldBlob>;
  /** The sha256 digest of what an upload holds. */
  digestOf(upload: string): Promise<Digest>;
  /** True where there was such an upload. */
  cancel(upload: string): Promise<boolean>;

  /** Removes a blob unless it is held. Synchronous, so that asking whether anything names it and removing it are one step. */
  remove(digest: Digest): boolean;
  /** Every blob, in no order, with its size. */
  list(): AsyncIterable<{ readonly digest: Digest; readonly size: number }>;
  /** Every upload under way, with the time of its last byte in milliseconds since the epoch. */
  uploads(): AsyncIterable<{ readonly upload: string; readonly touchedAt: number }>;
  /** True where the bytes have the digest they are kept under. */
  verify(digest: Digest): Promise<boolean>;
  close(): Promise<void>;
}
