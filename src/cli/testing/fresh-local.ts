// A local ECR that keeps nothing and a folder to work in, both new for each test, and no variable that leads elsewhere.
// For tests. It must not know any command.
import { vi } from 'vitest';
import { type LocalEcr, type LocalEcrOptions, startLocalEcr } from '../../local/index.js';
import { Folder } from './harness.js';

export interface FreshLocal {
  readonly local: LocalEcr;
  /** Prints `<port>` for the port of the local ECR. */
  readonly folder: Folder;
  close(): Promise<void>;
}

/** Where the SDK would go by itself is the machine's affair, and not to be asked in a test. */
export function stubElsewhere(): void {
  for (const name of ['AWS_ENDPOINT_URL', 'AWS_ENDPOINT_URL_ECR', 'AWS_PROFILE']) vi.stubEnv(name, undefined);
  vi.stubEnv('AWS_CONFIG_FILE', '/nonexistent');
}

export async function freshLocal(options: Pick<LocalEcrOptions, 'auth'> = {}): Promise<FreshLocal> {
  stubElsewhere();
  const local = await startLocalEcr({ memory: true, port: 0, ...options });
  const folder = new Folder();
  folder.call(String(local.port), '<port>');
  return {
    local,
    folder,
    async close() {
      vi.unstubAllEnvs();
      folder.remove();
      await local.close();
    },
  };
}
