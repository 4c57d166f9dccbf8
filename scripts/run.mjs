// Runs a TypeScript script of this repository: `node scripts/run.mjs scripts/NAME.ts [ARG ...]`.
// Node 20 cannot strip types; esbuild is here anyway.
import { mkdirSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const [script, ...args] = process.argv.slice(2);
if (script === undefined) {
  process.stderr.write('usage: node scripts/run.mjs SCRIPT.ts [ARG ...]\n');
  process.exit(1);
}
const folder = resolve('node_modules/.cache/slipway-scripts');
mkdirSync(folder, { recursive: true });
const outfile = join(folder, `${basename(script, '.ts')}-${process.pid}.mjs`);
await build({
  entryPoints: [script],
  outfile,
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  packages: 'external',
  logLevel: 'warning',
});
process.argv = [process.argv[0], resolve(script), ...args];
process.on('exit', () => rmSyncQuietly(outfile));
const { rmSync } = await import('node:fs');
function rmSyncQuietly(path) {
  rmSync(path, { force: true });
}
await import(pathToFileURL(outfile).href);
