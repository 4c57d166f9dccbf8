// The version of this package.
// It must not know where it is printed.
import { readFileSync } from 'node:fs';

/** Set by the bundler, for whose output the path below would be wrong. */
declare const SLIPWAY_VERSION: string | undefined;

export function version(): string {
  if (typeof SLIPWAY_VERSION === 'string') return SLIPWAY_VERSION;
  const manifest = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
    readonly version: string;
  };
  return manifest.version;
}
