// Builds dist/: the library with its types by tsc, the command line as a small set of chunks by esbuild.
import { execFileSync } from 'node:child_process';
import { chmodSync, readFileSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';

const root = resolve(import.meta.dirname, '..');
process.chdir(root);
const { version } = JSON.parse(readFileSync('package.json', 'utf8'));

rmSync('dist', { recursive: true, force: true });
try {
  execFileSync(process.execPath, [join('node_modules', 'ts7', 'bin', 'tsc'), '-p', 'tsconfig.build.json'], {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
} catch {
  process.stderr.write('build: the types do not check, see above\n');
  process.exit(1);
}

const bin = join('dist', 'bin', 'slipway.js');
await build({
  entryPoints: { slipway: 'src/cli/main.ts' },
  outdir: join('dist', 'bin'),
  chunkNames: 'chunks/[name]-[hash]',
  bundle: true,
  splitting: true,
  minify: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  // A native module cannot be bundled.
  external: ['libsql'],
  define: { SLIPWAY_VERSION: JSON.stringify(version) },
  // Some dependencies are CommonJS and ask for Node's own modules with require.
  banner: {
    js: "import{createRequire as slipwayRequire}from'node:module';const require=slipwayRequire(import.meta.url);",
  },
  legalComments: 'none',
  logLevel: 'warning',
});
chmodSync(bin, 0o755);
