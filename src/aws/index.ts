// The room's door.
export { type AwsPortsOptions, awsPorts, systemClock } from './ports.js';
