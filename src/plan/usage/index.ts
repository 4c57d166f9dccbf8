// The door of what is in use.
// Behind it: sources and what they say, addresses of images, and which images of a repository somebody runs.
export { type InUse, matchUses, type RepositoryImages } from './match.js';
export type { ImageUse, RegistryPlace, UnknownReading, UsageReading, UsageSource } from './model.js';
export {
  type ProtectionAction,
  type ProtectionEvent,
  type ProtectionPlan,
  type ProtectionRefusal,
  type ProtectionStep,
  planProtection,
  protect,
} from './protect.js';
export { readUsage } from './read.js';
export { type ImageName, type ImageReference, type ReferenceContext, readReference, shownImage } from './reference.js';
export { type RepositoryUsage, surveyUsage } from './survey.js';
