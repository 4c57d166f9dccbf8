// The room's door.
export { type AwsPorts, type AwsPortsOptions, awsPorts, systemClock } from './ports.js';
