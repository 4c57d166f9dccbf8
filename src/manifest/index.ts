// The room's door.
export { type ExplainRow, explain, explainRows } from './explain.js';
export { readGrantee } from './grantee.js';
export { type InitialEnvironment, type InitialProject, initialProject } from './init.js';
export { loadProject, projectNameIn } from './load.js';
export { type ParseOptions, parseProject } from './parse-project.js';
export { printField, printProject } from './print.js';
export type * from './project.js';
export { resolve, resolveOne, sharedTags } from './resolve.js';
