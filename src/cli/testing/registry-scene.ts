// One local ECR for a file of tests, emptied after each, and a folder with two environments for each: what commands are tried on.
// For tests. It must not know any command but destroy, which cleans up.
import { afterAll, afterEach, beforeAll, beforeEach, expect, vi } from 'vitest';
import { awsPorts } from '../../aws/index.js';
import { type LocalEcr, startLocalEcr } from '../../local/index.js';
import { stubElsewhere } from './fresh-local.js';
import { Folder, type RunOptions, twoEnvironments } from './harness.js';

/** What every run here says first: the server keeps nothing, and so nothing of the folder's. */
export const joined = 'joined the local ECR on http://127.0.0.1:<port> (in memory)\n';

export class RegistryScene {
  #local: LocalEcr | undefined;
  #folder: Folder | undefined;

  /** To be called once, outside of tests: it registers what has to be done before and after them. */
  constructor() {
    beforeAll(async () => {
      this.#local = await startLocalEcr({ memory: true, port: 0 });
    });
    afterAll(() => this.local.close());
    beforeEach(() => {
      stubElsewhere();
      this.#folder = new Folder();
      this.folder.call(String(this.local.port), '<port>');
      this.folder.write('slipway.yaml', twoEnvironments);
    });
    afterEach(async () => {
      vi.unstubAllEnvs();
      this.local.clearFaults();
      for (const environment of ['dev', 'prod']) await this.slipway(['destroy', '-e', environment, '--auto-approve']);
      this.folder.remove();
    });
  }

  get local(): LocalEcr {
    if (this.#local === undefined) throw new Error('the local ECR is there within tests alone');
    return this.#local;
  }

  get folder(): Folder {
    if (this.#folder === undefined) throw new Error('the folder is there within tests alone');
    return this.#folder;
  }

  readonly slipway = async (argv: readonly string[], options: RunOptions = {}) => {
    const result = await this.folder.run([...argv, '--local'], {
      ...options,
      env: { SLIPWAY_LOCAL_PORT: String(this.local.port), ...options.env },
    });
    return { ...result, stderr: result.stderr.replace(joined, '') };
  };

  /** Without `--local`: the server as any endpoint. */
  readonly atEndpoint = (argv: readonly string[]) => {
    for (const [name, value] of Object.entries({
      AWS_ENDPOINT_URL: this.local.url,
      AWS_ACCESS_KEY_ID: '222222222222',
      AWS_SECRET_ACCESS_KEY: 'x',
    }))
      vi.stubEnv(name, value);
    return this.folder.run(argv);
  };

  readonly ecr = () => awsPorts({ account: '222222222222', region: 'eu-west-1', local: { endpoint: this.local.url } });

  readonly applied = async () => {
    const result = await this.slipway(['apply', '-e', 'prod', '--auto-approve']);
    expect(result.code).toBe(0);
    return result;
  };
}
