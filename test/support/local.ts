// The local ECR for tests: in memory, on a free loopback port, in this process.
// It must not know who talks to it.
import { startLocalEcr } from '../../src/local/index.js';

export type LocalEcr = Awaited<ReturnType<typeof startLocalEcr>>;

export function startLocal(): Promise<LocalEcr> {
  return startLocalEcr({ memory: true, port: 0 });
}
