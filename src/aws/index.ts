// The room's door.
export { configuredEndpoint } from './endpoint.js';
export { type AwsPorts, type AwsPortsOptions, awsPorts, systemClock } from './ports.js';
