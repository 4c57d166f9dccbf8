// Folders whose names are on the disk for good: made when they are first needed, and flushed together with the folder they lie in.
// It must not know what is kept in them.
import { open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { makeFolder } from '../data-folder.js';
import { told } from './failures.js';

export class Folders {
  readonly #root: string;
  readonly #durable: boolean;
  /** Flushed once by this process at least: a process that was killed may have made a folder and not flushed it. */
  readonly #made = new Map<string, Promise<void>>();

  /** The root is somebody else's to make durable. Where nothing has to be, nothing is flushed. */
  constructor(root: string, durable: boolean) {
    this.#root = root;
    this.#durable = durable;
  }

  make(path: string): Promise<void> {
    const known = this.#made.get(path);
    if (known !== undefined) return known;
    const made = this.#make(path);
    this.#made.set(path, made);
    // What failed is tried again the next time.
    made.catch(() => this.#made.delete(path));
    return made;
  }

  async #make(path: string): Promise<void> {
    const parent = path === this.#root ? undefined : dirname(path);
    if (parent !== undefined) await this.make(parent);
    try {
      makeFolder(path);
    } catch (error) {
      throw told(error);
    }
    if (parent !== undefined) await this.flush(parent);
  }

  /** On return, files that were made, renamed or removed in this folder are so on the disk too. */
  async flush(path: string): Promise<void> {
    if (!this.#durable) return;
    const folder = await open(path, 'r');
    try {
      await folder.sync();
    } catch (error) {
      throw told(error);
    } finally {
      await folder.close();
    }
  }

  /** The same for what a file holds. */
  async flushFile(file: { datasync(): Promise<void> }): Promise<void> {
    if (this.#durable) await file.datasync();
  }
}
