// The root of a registry that several environments share: the documents that it has once, of what all of them say.
// It must not know repositories.
import type { RenderedFile, SharedRegistry } from '../model.js';
import { sharedSettings } from '../registry-settings.js';
import { ownershipKeys } from '../settings.js';
import { sharedImportsText } from './live.js';
import { sharedRegistryText } from './registry.js';
import { backendText, providersText, rootVariables, type State, type Versions, versionsText } from './versions.js';

export function sharedPath({ of: [{ account, region }] }: SharedRegistry): string {
  return `registries/${account}/${region}`;
}

/** Nothing where the environments have nothing to say. */
export function sharedRoot(
  shared: SharedRegistry,
  { project, state, ...versions }: Versions & { readonly project: string; readonly state: State | undefined },
): readonly RenderedFile[] {
  const text = sharedRegistryText(shared);
  if (text === undefined) return [];
  const { account, region } = shared.of[0];
  const names = shared.of.map(({ owner }) => owner.environment).join(', ');
  const heading = `\
# What the registry of account ${account} in ${region} has once, for ${names} of ${project}, which share it.
# Written by \`slipway render terraform\`: change slipway.yaml and render again, rather than this file.
`;
  const files: readonly (readonly [string, string])[] = [
    ['backend.tf', backendText(state)],
    ['imports.tf', sharedImportsText(shared)],
    ['providers.tf', providersText([{ account, region, defaultTags: {}, ignoredTags: ownershipKeys }])],
    ['registry.tf', `${heading}\n${text}`],
    ['variables.tf', rootVariables],
    ['versions.tf', versionsText(versions, { scope: sharedSettings(shared).scope !== undefined })],
  ];
  return files.map(([name, content]) => ({ path: `${sharedPath(shared)}/${name}`, text: content }));
}
