// Rendered scripts put to use as people do, in folders of their own.
// It must not know what is in a script.
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import pLimit from 'p-limit';
import type { RenderedFile } from '../../src/render/index.js';
import type { AwsCli } from '../support/aws-cli-server.js';
import type { Endpoint } from '../support/clients.js';
import { awsEnvironment } from '../support/environment.js';
import { type Finished, type Running, run, start } from '../support/processes.js';

export class Scripts {
  readonly #folder = mkdtempSync(join(tmpdir(), 'slipway-scripts-'));
  readonly #cli: AwsCli;
  // Each is a process of bash and several of the AWS CLI.
  readonly #limit = pLimit(3);
  #count = 0;

  constructor(cli: AwsCli) {
    this.#cli = cli;
  }

  /** The path of the folder that holds them. */
  write(files: readonly RenderedFile[]): string {
    this.#count += 1;
    const folder = join(this.#folder, String(this.#count));
    for (const { path, text, executable } of files) {
      const file = join(folder, path);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, text);
      if (executable === true) chmodSync(file, 0o755);
    }
    return folder;
  }

  /** To its end, whatever that is. */
  apply(at: Endpoint, files: readonly RenderedFile[], args: readonly string[] = []): Promise<Finished> {
    return this.#limit(() => run(this.#script(files), ['--parallel=2', ...args], { env: this.#env(at) }));
  }

  start(at: Endpoint, files: readonly RenderedFile[], args: readonly string[] = []): Running {
    return start(this.#script(files), args, { env: this.#env(at) });
  }

  #script(files: readonly RenderedFile[]): string {
    const script = files.find(({ path }) => path.endsWith('/apply.sh'));
    if (script === undefined) throw new Error('there is no apply.sh');
    return join(this.write(files), script.path);
  }

  #env(at: Endpoint): Record<string, string> {
    return { ...awsEnvironment(at), ...this.#cli.env };
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
