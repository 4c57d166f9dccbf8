// The room's door.
export { systemClock } from './clock.js';
export { configuredEndpoint } from './endpoint.js';
export { type AwsPorts, type AwsPortsOptions, awsPorts } from './ports.js';
export { type UsageOptions, usageSources } from './usage/index.js';
