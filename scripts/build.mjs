// Builds dist/: the library with its types by tsc, the command line as a small set of chunks by esbuild.
// `--cli-only --out DIR` writes the command line alone to DIR/bin; tests use it.
import { execFileSync } from 'node:child_process';
import { chmodSync, readFileSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';

const { values } = parseArgs({
  options: { 'cli-only': { type: 'boolean', default: false }, out: { type: 'string', default: 'dist' } },
});
const out = resolve(values.out);
const root = resolve(import.meta.dirname, '..');
process.chdir(root);
const { version } = JSON.parse(readFileSync('package.json', 'utf8'));

const requireOfNode =
  "import{createRequire as slipwayRequire}from'node:module';const require=slipwayRequire(import.meta.url);";

async function commandLine() {
  rmSync(join(out, 'bin'), { recursive: true, force: true });
  await build({
    entryPoints: { slipway: 'src/cli/main.ts' },
    outdir: join(out, 'bin'),
    chunkNames: 'chunks/[name]-[hash]',
    bundle: true,
    splitting: true,
    minify: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    // The SDK's ES build: its CommonJS one loses its named exports behind a dynamic import, and cannot be shaken.
    mainFields: ['module', 'main'],
    // A native module cannot be bundled.
    external: ['libsql'],
    define: { SLIPWAY_VERSION: JSON.stringify(version) },
    // Some dependencies are CommonJS and ask for Node's own modules with require.
    banner: { js: requireOfNode },
    legalComments: 'none',
    logLevel: 'warning',
  });
  chmodSync(join(out, 'bin', 'slipway.js'), 0o755);
}

function library() {
  // Types are checked by `npm run check:types`; whoever installs a checkout should not wait for that.
  const tsc = join('node_modules', 'ts7', 'bin', 'tsc');
  execFileSync(process.execPath, [tsc, '-p', 'tsconfig.build.json', '--noCheck', '--outDir', out], {
    stdio: 'inherit',
  });
}

if (!values['cli-only']) {
  rmSync(out, { recursive: true, force: true });
  try {
    library();
  } catch {
    process.stderr.write('build: tsc failed, see above\n');
    process.exit(1);
  }
}
await commandLine();
