// A registry for tests: in memory unless a folder is given, on a free loopback port, in this process.
// It must not know what is asked of it.
import { type LocalEcr, type LocalEcrOptions, startLocalEcr } from '../../index.js';

export interface TestRegistry extends LocalEcr {
  /** What went wrong inside, so far. */
  readonly defects: readonly string[];
}

export async function startRegistry(options: LocalEcrOptions = {}): Promise<TestRegistry> {
  const defects: string[] = [];
  const local = await startLocalEcr({
    port: 0,
    onDefect: (error, operation) =>
      defects.push(`${operation}: ${error instanceof Error ? error.stack : String(error)}`),
    ...options,
  });
  return { ...local, defects };
}
