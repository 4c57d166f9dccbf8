// A registry with one repository for each test of a file, and a client that may use it; afterwards nothing has gone wrong inside.
// For tests. It must not know what is asked of it.
import { connect } from 'node:net';
import { afterEach, beforeEach, expect } from 'vitest';
import type { LocalEcrOptions } from '../../index.js';
import { Client, callApi, login } from './client.js';
import { digestOf, imageContent } from './content.js';
import { startRegistry, type TestRegistry } from './registry.js';

/** The only error of an answer. */
export const errorOf = (body: Buffer): { code: string; message: string } =>
  (JSON.parse(body.toString()) as { errors: [{ code: string; message: string }] }).errors[0];

export class RegistryScene {
  #open: { readonly registry: TestRegistry; readonly client: Client } | undefined;
  readonly #clients: Client[] = [];

  /** To be called once, outside of tests: it registers what has to be done before and after them. */
  constructor() {
    beforeEach(() => this.start());
    afterEach(async () => {
      for (const one of this.#clients.splice(0)) one.close();
      expect(this.registry.defects).toEqual([]);
      await this.registry.close();
    });
  }

  get registry(): TestRegistry {
    return this.#opened().registry;
  }

  get client(): Client {
    return this.#opened().client;
  }

  #opened() {
    if (this.#open === undefined) throw new Error('the registry is there within tests alone');
    return this.#open;
  }

  /** Another registry in place of the one that is there, which somebody has closed. */
  async start(options: LocalEcrOptions = {}): Promise<void> {
    const registry = await startRegistry(options);
    this.#open = { registry, client: this.#clientOf(registry, await login(registry)) };
    await callApi(registry, 'CreateRepository', { repositoryName: 'team/app' });
  }

  /** The same from its folder, for a client that has what it had. */
  async restart(options: LocalEcrOptions): Promise<void> {
    const { registry, client } = this.#opened();
    await registry.close();
    const again = await startRegistry(options);
    this.#open = { registry: again, client: this.#clientOf(again, client.authorization) };
  }

  clientOf(authorization?: string): Client {
    return this.#clientOf(this.registry, authorization);
  }

  #clientOf({ port }: TestRegistry, authorization?: string): Client {
    const made = new Client(port, authorization);
    this.#clients.push(made);
    return made;
  }

  /** Its digest. */
  async pushBlob(bytes: Buffer, path = 'team/app', as = this.client): Promise<string> {
    const digest = digestOf(bytes);
    const { status } = await as.send('POST', `/v2/${path}/blobs/uploads/?digest=${digest}`, { body: bytes });
    expect(status).toBe(201);
    return digest;
  }

  /** Its digest. */
  async pushImage(seed: string, tag: string, path = 'team/app', as = this.client): Promise<string> {
    const { blobs, image } = imageContent(seed);
    for (const { bytes } of blobs) await this.pushBlob(bytes, path, as);
    const put = await as.send('PUT', `/v2/${path}/manifests/${tag}`, {
      headers: { 'content-type': image.mediaType },
      body: image.bytes,
    });
    expect(put.status, put.body.toString()).toBe(201);
    return image.digest;
  }

  /** What the server says to bytes on a connection of their own, until it hangs up. */
  raw(text: string | Buffer): Promise<string> {
    return new Promise((resolve, reject) => {
      let heard = '';
      const socket = connect(this.registry.port, '127.0.0.1', () => socket.write(text));
      socket.on('data', (piece: Buffer) => {
        heard += piece.toString('latin1');
      });
      socket.on('close', () => resolve(heard));
      socket.on('error', reject);
    });
  }
}
