// The port behind every blob: bytes under their digest, written once, and the uploads they come from.
// It must not know repositories, accounts, or any protocol.
import type { Readable, Writable } from 'node:stream';

/** `sha256:` or `sha512:` and lower-case hexadecimal digits (OCI image specification, "Digests"). */
export type Digest = string;

const digestPattern = /^(?:sha256:[a-f0-9]{64}|sha512:[a-f0-9]{128})$/;

export function isDigest(text: string): text is Digest {
  return digestPattern.test(text);
}

/**
 * `full`: no space is left. `offset`: bytes for another place than the next, or while others still arrive. `digest`: other bytes
 * than were promised. `gone`: no such blob or upload. `damaged`: the disk has lost bytes of a blob.
 */
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

/** Bytes `start` to `end`, both included; all of them where left out. */
export interface BlobRange {
  readonly start?: number;
  readonly end?: number;
  /** What the blob's size is known to be: a file of any other is `damaged`, and nothing of it is given out. */
  readonly size?: number;
}

export interface BlobStore {
  /** Size in bytes, or nothing where there is no such blob. Synchronous, so that a transaction may ask. */
  size(digest: Digest): number | undefined;
  /** The blob, kept from collection; nothing where there is none. */
  hold(digest: Digest): HeldBlob | undefined;
  /** Throws `gone` or `damaged`. The stream holds the blob until it is closed, and fails with `damaged` where bytes are missing. */
  read(digest: Digest, range?: BlobRange): Readable;
  /**
   * The same, written to a stream that is not ended: twice as fast, through buffers that are used again. Rejects with `gone` or
   * `damaged` before anything was written, later with `damaged` or what became of the stream. `to` must want bytes, not strings.
   */
  send(digest: Digest, to: Writable, range?: BlobRange): Promise<void>;

  /** A new upload of no bytes; its bytes outlive the process, not yet a power cut. Ids are the store's own, unguessable and safe in a path. */
  begin(): Promise<string>;
  /** How many bytes an upload has; nothing where there is no such upload. */
  received(upload: string): number | undefined;
  /**
   * Adds bytes at `offset`, which must be where the upload ends (`offset`). What was received stays when the source breaks off
   * (the source's error is thrown); where the disk fails, the upload is as it was before. One append at a time: a second one while
   * the first runs is refused with `offset`. Returns how many bytes the upload has then. A chunk belongs to the store once it is
   * given. A stream is read in its fastest mode, and is never destroyed here.
   */
  append(upload: string, offset: number, bytes: AsyncIterable<Uint8Array>): Promise<number>;
  /**
   * Ends an upload: the bytes must have the digest (`digest`, the upload stays). On return the blob is on the disk for good, and held.
   * `sha256` of an upload may be asked for before (`digestOf`). Refused with `offset` while bytes arrive.
   */
  commit(upload: string, digest: Digest): Promise<HeldBlob>;
  /** The sha256 digest of what an upload holds. */
  digestOf(upload: string): Promise<Digest>;
  /** True where there was such an upload. */
  cancel(upload: string): Promise<boolean>;

  /** Removes a blob unless it is held. Synchronous, so that asking whether anything names it and removing it are one step. */
  remove(digest: Digest): boolean;
  /** Takes a damaged blob away, unless it is held, but keeps its file in the folder `damaged`: the next push brings it anew. */
  setAside(digest: Digest): boolean;
  /** Every blob, in no order, with its size. */
  list(): AsyncIterable<{ readonly digest: Digest; readonly size: number }>;
  /** Every upload under way, with the time of its last byte in milliseconds since the epoch. */
  uploads(): AsyncIterable<{ readonly upload: string; readonly touchedAt: number }>;
  /** True where the bytes have the digest they are kept under. Throws `gone`, or what the signal was aborted with. */
  verify(digest: Digest, signal?: AbortSignal): Promise<boolean>;
  close(): Promise<void>;
}
