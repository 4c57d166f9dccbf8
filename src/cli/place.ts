// Where a command would go: AWS, the local ECR, or another endpoint; and how that is said.
// It must not go there.
import { type Place, placeAt } from '../plan/index.js';
import { commandLine } from './advice.js';
import type { GlobalValues } from './command.js';
import { applyCommand } from './commands/apply.js';
import { localPort, localUrl } from './local-server.js';
import type { Services } from './services.js';

export async function placeOf(global: GlobalValues, region: string, services: Services): Promise<Place> {
  if (global.local) return { kind: 'local', endpoint: localUrl(localPort(undefined, services)) };
  const { configuredEndpoint } = await import('../aws/index.js');
  return placeAt(await configuredEndpoint(region));
}

/** `… in AWS`. */
export function inPlace(place: Place): string {
  if (place.kind === 'aws') return 'in AWS';
  return place.kind === 'local' ? 'on the local ECR' : `at ${place.endpoint}`;
}

/** The command that carries a saved plan out in that place, from the folder one is in. */
export function carryingOut(file: string, place: Place, global: GlobalValues, { cwd }: Services): string {
  // The plan says itself for which environment and repositories it is.
  const own = { environment: undefined, only: [], set: [], local: place.kind === 'local' };
  return commandLine(applyCommand, { global: { ...global, ...own }, cwd }, { operands: [file] });
}
