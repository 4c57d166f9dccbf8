// The room's door.
// Behind it: what other engines declare or have made, read into a manifest that keeps it as it is.
export { readCloudFormation, type TemplateContext } from './cloudformation.js';
export { readLive } from './live.js';
export { type Adoption, type AdoptOptions, adopt } from './manifest.js';
export type { Found, FoundRepository } from './model.js';
export { readTerraform } from './terraform.js';
