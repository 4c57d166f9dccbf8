// What holds before a manifest says anything: the built-in settings, and the presets.
// It must not know documents or how layers are merged.
import type { SpecLayer } from './project.js';

export type Preset = 'production' | 'staging' | 'development';

/** A repository that says nothing. Its tags are added where its environment and name are known. */
export const builtIn: SpecLayer = {
  imageImmutable: true,
  encryptionType: 'AES256',
  forceDelete: false,
  scanOnPush: true,
  lifecyclePolicy: { expireUntaggedAfterDays: 14, maxImageCount: 30 },
};

export const presets: Readonly<Record<Preset, SpecLayer>> = {
  production: { lifecyclePolicy: { maxImageCount: 50 } },
  staging: { lifecyclePolicy: { maxImageCount: 10 } },
  development: { imageImmutable: false, lifecyclePolicy: { maxImageCount: 10 } },
};

/** The tags of a repository in an environment, which the manifest may replace. */
export function builtInTags(environment: string): SpecLayer {
  return { tags: { Environment: environment, ManagedBy: 'slipway' } };
}

/** Tags a repository may have, and those among them that say whose it is (registry/ adds them). */
export const maxTags = 50;
export const ownershipTags = 2;
