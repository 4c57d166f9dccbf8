// Downloads with so little work of its own that a server can be measured by them: one buffer for each connection, bytes are counted
// and thrown away. Node's HTTP client takes several times the processor's time that a good server does, and hides it.
// It must not know registries; answers have a Content-Length, and connections are kept.
import { connect, type Socket } from 'node:net';

export interface Download {
  readonly status: number;
  readonly location: string | undefined;
  /** Of the body. */
  readonly bytes: number;
}

const headerEnd = '\r\n\r\n';

class Connection {
  readonly #socket: Socket;
  #head = '';
  #left = 0;
  #answered: ((download: Download) => void) | undefined;
  #failed: ((error: Error) => void) | undefined;

  constructor(port: number) {
    const callback = (size: number, buffer: Uint8Array): boolean => {
      this.#take(size, buffer);
      return true;
    };
    // A buffer that is used again.
    this.#socket = connect({
      port,
      host: '127.0.0.1',
      noDelay: true,
      onread: { buffer: Buffer.alloc(64 * 1024), callback },
    });
    this.#socket.once('error', (error) => this.#failed?.(error));
    this.#socket.once('close', () => this.#failed?.(new Error('the server closed the connection')));
    this.#socket.unref();
  }

  get usable(): boolean {
    return !this.#socket.destroyed;
  }

  get(lines: readonly string[]): Promise<Download> {
    this.#head = '';
    this.#left = 0;
    this.#socket.ref();
    return new Promise<Download>((resolve, reject) => {
      this.#answered = resolve;
      this.#failed = reject;
      this.#socket.write(`${lines.join('\r\n')}${headerEnd}`);
    }).finally(() => {
      this.#answered = this.#failed = undefined;
      this.#socket.unref();
    });
  }

  #take(size: number, buffer: Uint8Array): void {
    if (this.#left > 0) {
      this.#count(size);
      return;
    }
    this.#head += Buffer.from(buffer.buffer, buffer.byteOffset, size).toString('latin1');
    const end = this.#head.indexOf(headerEnd);
    if (end < 0) return;
    const early = this.#head.length - end - headerEnd.length;
    this.#head = this.#head.slice(0, end);
    this.#left = this.#length();
    if (this.#left === 0) this.#end();
    else this.#count(early);
  }

  #length(): number {
    const length = /^content-length: (\d+)/im.exec(this.#head)?.[1];
    if (length === undefined) this.#socket.destroy(new Error(`an answer without a length: ${this.#head}`));
    return Number(length ?? 0);
  }

  #count(bytes: number): void {
    this.#left -= bytes;
    if (this.#left === 0) this.#end();
    else if (this.#left < 0) this.#socket.destroy(new Error('more bytes than were announced'));
  }

  #end(): void {
    this.#answered?.({
      status: Number(this.#head.slice(9, 12)),
      location: /^location: (\S+)/im.exec(this.#head)?.[1],
      bytes: this.#length(),
    });
  }
}

const idle = new Map<number, Connection[]>();

/** GET of a path, over a connection that is kept for the next. */
export async function download(port: number, path: string, authorization?: string): Promise<Download> {
  const kept = idle.get(port) ?? [];
  idle.set(port, kept);
  let connection = kept.pop();
  while (connection !== undefined && !connection.usable) connection = kept.pop();
  connection ??= new Connection(port);
  const lines = [`GET ${path} HTTP/1.1`, `Host: 127.0.0.1:${port}`];
  if (authorization !== undefined) lines.push(`Authorization: ${authorization}`);
  const answer = await connection.get(lines);
  kept.push(connection);
  return answer;
}
