// The local ECR for tests: in memory, on a free loopback port, in this process.
// It must not know who talks to it.
import { startLocalEcr } from '../../src/local/index.js';

export type LocalEcr = Awaited<ReturnType<typeof startLocalEcr>>;

export function startLocal(): Promise<LocalEcr> {
  // Nobody listens there: a test asks nobody outside of this machine.
  return startLocalEcr({ memory: true, port: 0, upstreams: { 'quay.io': 'http://127.0.0.1:1' } });
}
