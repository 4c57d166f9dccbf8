// The write-ahead log of the store's database, which the threads of the pool flush: SQLite would do so on the main thread, and everybody
// would wait. It must not know what is in it.
import { closeSync, fdatasync, fdatasyncSync, fsyncSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Disk } from './batch.js';

export class Wal implements Disk {
  readonly #file: number;
  /** Of its own: the system tells of a failed write once for each file that is open, whoever asks. */
  readonly #here: number;
  #busy = false;
  #closing = false;

  /** Of a log that is there. Its name is on the disk for good on return: SQLite flushes the folder only together with the log. */
  constructor(path: string) {
    this.#file = openSync(path, 'r+');
    this.#here = openSync(path, 'r+');
    const folder = openSync(dirname(path), 'r');
    try {
      fsyncSync(folder);
    } finally {
      closeSync(folder);
    }
  }

  flush(): Promise<void> {
    this.#busy = true;
    return new Promise((done, failed) => {
      fdatasync(this.#file, (error) => {
        this.#busy = false;
        if (this.#closing) closeSync(this.#file);
        if (error === null) done();
        else failed(error);
      });
    });
  }

  flushNow(): void {
    fdatasyncSync(this.#here);
  }

  /** A flush that is under way still ends: the number of a closed file may be another one's at once. */
  close(): void {
    this.#closing = true;
    closeSync(this.#here);
    if (!this.#busy) closeSync(this.#file);
  }
}
