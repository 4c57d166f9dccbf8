// The completion scripts, run by the shells themselves where they are installed.
import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { catalog } from './catalog.js';
import { completionScript, shells } from './completion.js';

const specs = catalog.map((one) => one.spec);
const has = (shell: string): boolean => spawnSync(shell, ['-c', 'exit 0']).status === 0;

/** What bash offers after these words, the last of them unfinished. */
function bashOffers(...words: string[]): string[] {
  const program = `${completionScript('bash', specs)}
COMP_WORDS=(slipway ${words.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${words.length}; _slipway; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout, stderr } = spawnSync('bash', ['--norc', '-c', program], { encoding: 'utf8' });
  expect(stderr).toBe('');
  return stdout.split('\n').filter((line) => line !== '');
}

describe('completion', () => {
  it.each(shells)('for %s names every command and option', (shell) => {
    const script = completionScript(shell, specs);
    for (const spec of specs) {
      for (const word of spec.name.split(' ')) expect(script).toContain(word);
      for (const option of Object.values(spec.options))
        expect(script).toContain(shell === 'fish' ? `-l ${option.flag.slice(2)}` : option.flag);
    }
  });

  it.skipIf(!has('bash'))('works in bash', () => {
    expect(bashOffers('pl')).toEqual(['plan']);
    expect(bashOffers('local', 'st')).toEqual(['start', 'stop', 'status']);
    expect(bashOffers('plan', '--det')).toEqual(['--detailed-exitcode']);
    expect(bashOffers('-e', 'prod', 'output', '--output', '')).toEqual(['text', 'json', 'env', 'github']);
    expect(bashOffers('completion', 'z')).toEqual(['zsh']);
    expect(bashOffers('local', 'start', '--uri-style', 'a')).toEqual(['aws']);
  });

  it.each(['zsh', 'fish'] as const)('is no syntax error for %s, where it is installed', (shell) => {
    if (!has(shell)) return;
    const { status, stderr } = spawnSync(shell, shell === 'fish' ? ['--no-execute'] : ['-n'], {
      input: completionScript(shell, specs),
      encoding: 'utf8',
    });
    expect([status, stderr]).toEqual([0, '']);
  });
});
