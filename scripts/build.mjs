// Builds dist/: the library with its types by tsc, the command line by esbuild, and V8's code of the command line.
// `--cli-only --out DIR` writes the command line alone to DIR/bin; tests use it.
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';
import { keepCode } from './keep-code.mjs';

const { values } = parseArgs({
  options: { 'cli-only': { type: 'boolean', default: false }, out: { type: 'string', default: 'dist' } },
});
const out = resolve(values.out);
const bin = join(out, 'bin');
const root = resolve(import.meta.dirname, '..');
process.chdir(root);
const { version } = JSON.parse(readFileSync('package.json', 'utf8'));

/** CommonJS in one file: an ES module cannot be given code that V8 kept, and each file costs a start its time. */
const common = {
  bundle: true,
  minify: true,
  platform: 'node',
  format: 'cjs',
  target: 'node20',
  legalComments: 'none',
  logLevel: 'warning',
};

async function program() {
  const { outputFiles } = await build({
    ...common,
    entryPoints: { slipway: 'src/cli/main.ts' },
    outdir: join(bin, 'program'),
    entryNames: '[name]-[hash]',
    write: false,
    // The SDK's ES build: its CommonJS one cannot be shaken.
    mainFields: ['module', 'main'],
    // A native module cannot be bundled.
    external: ['libsql'],
    // Parts that are imported lazily are run lazily all the same.
    supported: { 'dynamic-import': false },
    define: { SLIPWAY_VERSION: JSON.stringify(version), 'import.meta.url': 'slipwayUrl' },
    banner: { js: "const slipwayUrl=require('node:url').pathToFileURL(__filename).href;" },
  });
  const [file] = outputFiles;
  writeFileSync(file.path, file.contents);
  return relative(bin, file.path);
}

async function commandLine() {
  rmSync(bin, { recursive: true, force: true });
  mkdirSync(join(bin, 'program'), { recursive: true });
  // The package is of ES modules otherwise.
  writeFileSync(join(bin, 'package.json'), '{"type":"commonjs"}\n');
  await build({
    ...common,
    entryPoints: { slipway: 'src/cli/start.ts' },
    outdir: bin,
    define: { SLIPWAY_PROGRAM: JSON.stringify(await program()) },
    banner: { js: '#!/usr/bin/env node' },
  });
  chmodSync(join(bin, 'slipway.js'), 0o755);
}

/** The credential helper apart: it is started for every pull, and needs AWS's client only when a token has got old. */
async function credentialHelper() {
  await build({
    ...common,
    format: 'esm',
    splitting: true,
    entryPoints: { 'docker-credential-slipway': 'src/cli/credential-helper.ts' },
    outdir: bin,
    outExtension: { '.js': '.mjs' },
    chunkNames: 'helper/[name]-[hash]',
    mainFields: ['module', 'main'],
    define: { SLIPWAY_VERSION: JSON.stringify(version) },
    // Some dependencies are CommonJS and ask for Node's own modules with require.
    banner: {
      js: "import{createRequire as slipwayRequire}from'node:module';const require=slipwayRequire(import.meta.url);",
    },
  });
  chmodSync(join(bin, 'docker-credential-slipway.mjs'), 0o755);
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
await credentialHelper();
if (!values['cli-only']) {
  try {
    await keepCode(out);
  } catch (error) {
    process.stderr.write(`build: V8's code is not kept, so commands start slower: ${error.message}\n`);
  }
}
