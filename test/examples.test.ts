// The examples run as they are, in a project that has installed Slipway.
// It must not know what they show.
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { build } from 'esbuild';
import { expect, it } from 'vitest';
import { cleanEnvironment } from './support/environment.js';
import { run } from './support/processes.js';

const root = resolve(import.meta.dirname, '..');

/** A project whose `slipway/local` is made of the sources, under the name that package.json gives it. */
async function projectWith(example: string): Promise<string> {
  const { name, exports, dependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    name: string;
    exports: { './local': { default: string } };
    dependencies: Record<string, string>;
  };
  const folder = mkdtempSync(join(tmpdir(), 'slipway-example-'));
  cpSync(join(root, 'examples', example), folder, { recursive: true });
  const modules = join(folder, 'node_modules');
  const installed = join(modules, name);
  mkdirSync(installed, { recursive: true });
  const entry = exports['./local'].default;
  writeFileSync(
    join(installed, 'package.json'),
    JSON.stringify({ name, type: 'module', exports: { './local': entry } }),
  );
  await build({
    entryPoints: [join(root, 'src', 'local', 'index.ts')],
    outfile: join(installed, entry),
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    packages: 'external',
  });
  for (const dependency of Object.keys(dependencies)) {
    mkdirSync(dirname(join(modules, dependency)), { recursive: true });
    symlinkSync(join(root, 'node_modules', dependency), join(modules, dependency));
  }
  return folder;
}

it('registry-in-tests: a test suite with a registry of its own', async () => {
  const folder = await projectWith('registry-in-tests');
  try {
    const done = await run(process.execPath, ['--test', '--test-reporter', 'tap'], {
      cwd: folder,
      env: { ...cleanEnvironment(), AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' },
    });
    expect(done.code, done.stdout + done.stderr).toBe(0);
    expect(done.stdout).toMatch(/^# pass 4$/m);
    expect(done.stderr).toBe('');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}, 60_000);
