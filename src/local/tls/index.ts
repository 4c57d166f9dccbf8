// The folder's door.
export { type Authority, openAuthority } from './authority.js';
export { createTwofoldServer } from './one-port.js';
