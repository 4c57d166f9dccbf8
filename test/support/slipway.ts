// Slipway's own built command line as a child process, in a temporary project folder.
// It must not know what the commands do.
import { spawnSync } from 'node:child_process';
import {
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { type Finished, type Running, start, until } from './processes.js';

const root = resolve(import.meta.dirname, '..', '..');
const bin = join(root, 'dist', 'bin', 'slipway.js');
const cache = join(root, 'node_modules', '.cache');
const ownBin = join(cache, 'slipway-test', 'bin', 'slipway.js');

function newestSource(folder: string): number {
  let newest = 0;
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) newest = Math.max(newest, newestSource(path));
    else if (!entry.name.endsWith('.test.ts')) newest = Math.max(newest, statSync(path).mtimeMs);
  }
  return newest;
}

function current(path: string): boolean {
  return existsSync(path) && statSync(path).mtimeMs >= newestSource(join(root, 'src'));
}

/**
 * The built command line: SLIPWAY_BIN where it is set, dist/ where it is not older than the source, otherwise a build of its
 * own for the tests, so that no other run loses its dist/. Test files run side by side: the first one builds, the others wait.
 */
export async function slipwayBin(): Promise<string> {
  const named = process.env['SLIPWAY_BIN'];
  if (named !== undefined && named !== '') return named;
  if (current(bin)) return bin;
  mkdirSync(cache, { recursive: true });
  const lock = join(cache, 'slipway-test-build.lock');
  return until(
    'the build of the command line',
    () => {
      if (current(ownBin)) return ownBin;
      try {
        closeSync(openSync(lock, 'wx'));
      } catch {
        // A builder that was killed leaves its lock behind.
        if (existsSync(lock) && Date.now() - statSync(lock).mtimeMs > 120_000) rmSync(lock, { force: true });
        return undefined;
      }
      try {
        const args = [join(root, 'scripts', 'build.mjs'), '--cli-only', '--out', join(cache, 'slipway-test')];
        const built = spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8' });
        if (built.status !== 0) throw new Error(`the build failed:\n${built.stdout}\n${built.stderr}`);
      } finally {
        rmSync(lock, { force: true });
      }
      return ownBin;
    },
    180,
  );
}

export interface Workspace {
  readonly folder: string;
  write(file: string, text: string): void;
  /** Starts `slipway ARGS` in the folder. */
  start(args: readonly string[], env?: Readonly<Record<string, string>>): Running;
  /** Runs `slipway ARGS` in the folder to its end. */
  slipway(args: readonly string[], env?: Readonly<Record<string, string>>): Promise<Finished>;
  remove(): void;
}

/** A temporary project folder whose commands run with `env`. */
export async function workspace(
  files: Readonly<Record<string, string>>,
  env: Readonly<Record<string, string>>,
): Promise<Workspace> {
  const cli = await slipwayBin();
  const folder = mkdtempSync(join(tmpdir(), 'slipway-test-'));
  function write(file: string, text: string): void {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), text);
  }
  for (const [file, text] of Object.entries(files)) write(file, text);
  const startCli = (args: readonly string[], more: Readonly<Record<string, string>> = {}): Running =>
    start(process.execPath, [cli, ...args], { cwd: folder, env: { ...env, ...more } });
  return {
    folder,
    write,
    start: startCli,
    slipway: (args, more) => startCli(args, more).finished,
    remove: () => {
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
