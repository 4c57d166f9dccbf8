// Where a command would go: AWS, the local ECR, or another endpoint; and how that is said.
// It must not go there.
import { type Place, placeAt } from '../plan/index.js';
import type { GlobalValues } from './command.js';
import { localPort, localUrl } from './local-server.js';
import { shownPath } from './print/diagnostics.js';
import type { Services } from './services.js';
import { shellQuote } from './text.js';

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
export function applyCommand(file: string, place: Place, { project }: GlobalValues, services: Services): string {
  const folder = shownPath(project, services.cwd);
  const words = ['slipway', 'apply', shellQuote(file)];
  if (folder !== '.') words.push('-C', shellQuote(folder));
  if (place.kind === 'local') words.push('--local');
  return words.join(' ');
}
