// Holds that the program starts with the code that V8 kept of it, without it, and with code that is none.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

const keeper = resolve('scripts/keep-code-of-run.cjs');
let folder: string;
let entry: string;
/** Says of each script what V8 did with the code it was given. */
let witness: string;
const program = `
const { basename } = require('node:path');
console.log(process.argv.slice(2).join(' '), basename(__filename), basename(__dirname));
if (process.argv[2] === 'fail') process.exitCode = 3;
`;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'slipway-start-'));
  entry = join(folder, 'slipway.js');
  witness = join(folder, 'witness.cjs');
  await build({
    entryPoints: ['src/cli/start.ts'],
    outfile: entry,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    define: { SLIPWAY_PROGRAM: '"program/toy.js"' },
  });
  writeFileSync(
    witness,
    `delete require('node:module').enableCompileCache;
    const vm = require('node:vm');
    const { Script } = vm;
    vm.Script = class extends Script {
      constructor(source, options) {
        super(source, options);
        console.log('rejected:', this.cachedDataRejected);
      }
    };`,
  );
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));
beforeEach(() => {
  rmSync(join(folder, 'program'), { recursive: true, force: true });
  mkdirSync(join(folder, 'program'));
  writeFileSync(join(folder, 'program', 'toy.js'), program);
});

const start = (options: readonly string[], ...args: readonly string[]): string =>
  execFileSync(process.execPath, [...options, entry, ...args], { encoding: 'utf8' });
const keptFiles = (): string[] => readdirSync(join(folder, 'program')).filter((name) => name !== 'toy.js');

describe('the start', () => {
  it('runs the program with its arguments and as its own file', () => {
    expect(start([], 'plan', '-e', 'prod')).toBe('plan -e prod toy.js program\n');
    expect(keptFiles()).toEqual([]);
  });

  it('takes the code that a run has kept', () => {
    start(['--require', keeper], 'once');
    expect(keptFiles()).toEqual([`toy.js.${process.versions.v8}-${process.arch}`]);
    expect(start(['--require', witness], 'again')).toBe('rejected: false\nagain toy.js program\n');
    expect(start([], 'again')).toBe('again toy.js program\n');
  });

  it('does without code that is broken or of another program', () => {
    start(['--require', keeper], 'once');
    const [kept = ''] = keptFiles();
    writeFileSync(join(folder, 'program', 'toy.js'), `${program}\nconsole.log('longer');\n`);
    expect(start(['--require', witness], 'a')).toBe('rejected: true\na toy.js program\nlonger\n');
    writeFileSync(join(folder, 'program', kept), 'no code');
    expect(start(['--require', witness], 'a')).toBe('rejected: true\na toy.js program\nlonger\n');
  });

  it('keeps nothing of a run that failed', () => {
    expect(() => start(['--require', keeper], 'fail')).toThrow();
    expect(keptFiles()).toEqual([]);
  });
});
