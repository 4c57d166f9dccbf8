// The door of what is in use.
// Behind it: sources and what they say, addresses of images, and which images of a repository somebody runs.
export { type InUse, matchUses, type RepositoryImages } from './match.js';
export type { ImageUse, RegistryPlace, UnknownReading, UsageReading, UsageSource } from './model.js';
export { type ImageName, type ImageReference, type ReferenceContext, readReference, shownImage } from './reference.js';
