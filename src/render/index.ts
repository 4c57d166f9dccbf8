// The room's door.
// Behind it: a desired registry as the code of other engines, one folder a target.
export type { LiveRegistry, LiveSettings, RenderedFile, Rendering, RenderRequest } from './model.js';
export { type LookAt, render } from './request.js';
export { targets } from './targets.js';
