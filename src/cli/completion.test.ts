// The completion scripts, run by the shells themselves where they are installed, against the built program.
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { completionScript } from './completion.js';
import { Folder, twoEnvironments } from './testing/harness.js';

const out = resolve('node_modules/.cache', `slipway-completion-test-${process.pid}`);
const has = (shell: string): boolean => spawnSync(shell, ['-c', 'exit 0']).status === 0;
let folder: Folder;

beforeAll(() => {
  execFileSync(process.execPath, ['scripts/build.mjs', '--cli-only', '--out', out]);
  folder = new Folder();
  folder.write('slipway.yaml', twoEnvironments);
  folder.write('my plans/prod.plan', '');
  folder.write('bin/slipway', `#!/bin/sh\nexec '${process.execPath}' '${join(out, 'bin', 'slipway.js')}' "$@"\n`);
  chmodSync(join(folder.path, 'bin/slipway'), 0o755);
});
afterAll(() => {
  rmSync(out, { recursive: true, force: true });
  folder.remove();
});

/** What a shell prints when it runs this program; an error on stderr is a failure. */
function run(shell: string, flags: readonly string[], program: string): readonly string[] {
  const env = { PATH: `${join(folder.path, 'bin')}:${process.env.PATH ?? ''}`, HOME: folder.path, TERM: 'dumb' };
  const { stdout, stderr } = spawnSync(shell, [...flags, '-c', program], { encoding: 'utf8', cwd: folder.path, env });
  expect(stderr).toBe('');
  return stdout.split('\n').filter((line) => line !== '');
}

describe.skipIf(!has('bash'))('in bash', () => {
  const offers = (...words: string[]) =>
    run(
      'bash',
      ['--norc'],
      `${completionScript('bash')}
COMP_WORDS=(${words.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${words.length - 1}; _slipway; printf '%s\\n' "\${COMPREPLY[@]}"`,
    );

  it('commands, options, choices and names are completed', () => {
    expect(offers('slipway', 'pl')).toEqual(['plan']);
    expect(offers('slipway', 'local', 'st')).toEqual(['start', 'stop', 'status']);
    expect(offers('slipway', 'plan', '--det')).toEqual(['--detailed-exitcode']);
    expect(offers('slipway', '-e', 'prod', 'output', '--output', '')).toEqual(['text', 'json', 'env', 'github']);
    expect(offers('slipway', 'plan', '--output', '=', 'j')).toEqual(['json']);
    expect(offers('slipway', 'plan', '--output', '=')).toEqual(['text', 'json']);
    expect(offers('slipway', 'plan', '-e', '')).toEqual(['dev', 'prod']);
    expect(offers('slipway', 'explain', '')).toEqual(['api', 'web']);
  });

  it('paths are, with their spaces', () => {
    expect(offers('slipway', 'apply', 'my')).toEqual(['my plans']);
    expect(offers('slipway', 'plan', '-C', 'b')).toEqual(['bin']);
    expect(offers('slipway', 'plan', '--out', '=')).toContain('my plans');
  });

  it('a program called by its path is asked itself, and one that is not there says nothing', () => {
    expect(offers('~/bin/slipway', 'pl')).toEqual(['plan']);
    expect(offers('./nowhere/slipway', 'pl')).toEqual([]);
  });
});

describe.skipIf(!has('zsh'))('in zsh', () => {
  /** zsh completes at a terminal only: the functions that would show suggestions there print them here. */
  const offers = (...words: string[]) =>
    run(
      'zsh',
      ['-f'],
      `compdef() { :; }; _describe() { print -rl -- "\${(@P)4}"; }; _files() { print -r -- "files $*"; }; compset() { :; }
${completionScript('zsh')}
words=(${words.map((word) => `'${word}'`).join(' ')}); CURRENT=${words.length}; _slipway`,
    );

  it('commands, options, names and paths are completed', () => {
    expect(offers('slipway', 'pl')).toEqual(['plan:shows what apply would change, and what that does']);
    expect(offers('slipway', 'plan', '--output=j')).toEqual(['--output=json']);
    expect(offers('slipway', 'plan', '-e', '')).toEqual(['dev', 'prod']);
    expect(offers('slipway', 'explain', '')).toEqual(['api', 'web']);
    expect(offers('slipway', 'apply', '')).toEqual(['files ']);
    expect(offers('slipway', 'plan', '-C', '')).toEqual(['files -/']);
    expect(offers('~/bin/slipway', 'explain', 'a')).toEqual(['api']);
    expect(offers('./nowhere/slipway', 'pl')).toEqual([]);
  });

  it('the script loads what it needs into a bare shell', () => {
    expect(run('zsh', ['-f'], `${completionScript('zsh')}\nprint -r -- $_comps[slipway]`)).toEqual(['_slipway']);
  });
});

describe.skipIf(!has('fish'))('in fish', () => {
  const offers = (line: string) =>
    run('fish', ['--no-config'], `${completionScript('fish')}\ncomplete -C '${line}'`).map((one) => one.split('\t')[0]);

  it('commands, options, names and paths are completed', () => {
    expect(offers('slipway pl')).toEqual(['plan']);
    expect(offers('slipway plan --output=')).toEqual(['--output=json', '--output=text']);
    expect(offers('slipway plan -e ')).toEqual(['dev', 'prod']);
    expect(offers('slipway explain ')).toEqual(['api', 'web']);
    expect(offers('slipway apply sli')).toEqual(['slipway.yaml']);
    expect(offers('slipway plan --out=sli')).toEqual(['--out=slipway.yaml']);
    expect(offers('slipway plan -C b')).toEqual(['bin/']);
    expect(offers('./nowhere/slipway pl')).toEqual([]);
  });
});
