// A local ECR of the built command line that lives until it is killed, and another one on its data; and chance that is the same in
// every run. It must not know what dies with it.
import { join } from 'node:path';
import { type Endpoint, wireOk } from './clients.js';
import type { Registry } from './oci-image.js';
import { freePort, type Running, until } from './processes.js';
import type { Workspace } from './slipway.js';

export interface Life {
  readonly process: Running;
  readonly at: Endpoint;
  readonly registry: Registry;
}

/** Credentials of an account in a Region, as oci-image.ts wants them. */
export async function registryAt(at: Endpoint): Promise<Registry> {
  const { authorizationData } = (await wireOk(at, 'ecr', 'GetAuthorizationToken')) as {
    authorizationData: { authorizationToken: string }[];
  };
  return { url: at.endpoint, authorization: `Basic ${authorizationData[0]?.authorizationToken}` };
}

/** Starts on the project's data, and waits until it answers. */
export async function live(project: Workspace, where: Omit<Endpoint, 'endpoint'>): Promise<Life> {
  const port = await freePort();
  const args = ['local', 'start', '--foreground', '--port', String(port), '--data', join(project.folder, 'data')];
  const process = project.start(args);
  let ended: string | undefined;
  void process.finished.then((done) => {
    ended = `${done.stdout}${done.stderr}`;
  });
  const at = { endpoint: `http://127.0.0.1:${port}`, ...where };
  const registry = await until('the local ECR to answer', async () => {
    if (ended !== undefined) throw new Error(`the local ECR ended: ${ended}`);
    try {
      return await registryAt(at);
    } catch {
      return undefined;
    }
  });
  return { process, at, registry };
}

/** Numbers from 0 to 1 that are the same in every run (a linear congruential generator). */
export function* chances(seed: number): Generator<number, never> {
  for (let state = seed; ; ) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    yield state / 2 ** 32;
  }
}
