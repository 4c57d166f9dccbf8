// The commands that are advised reach what this run reached, and the parser takes them for what was meant.
import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { type Diagnostic, diagnostic } from '../diagnostics/index.js';
import { commandLine, mendFor, type Run } from './advice.js';
import { catalog } from './catalog.js';
import { parse } from './commander.js';
import { applyCommand } from './commands/apply.js';
import { localStopCommand } from './commands/local.js';
import { planCommand } from './commands/plan.js';
import { validateCommand } from './commands/validate.js';
import { paintFor } from './text.js';

const cwd = '/work';
const plain: Run = {
  global: { project: cwd, environment: undefined, output: 'json', only: [], set: [], local: false },
  cwd,
};
const busy: Run = {
  cwd,
  global: {
    project: '/work/my infra',
    environment: 'prod',
    output: 'json',
    only: ['api', 'team/*'],
    set: ["repositories.api.tags.Owner=it's me"],
    local: true,
  },
};

describe('an advised command', () => {
  it('says no more than is needed', () => {
    expect(commandLine(planCommand, plain)).toBe('slipway plan');
    expect(commandLine(applyCommand, plain, { operands: ['prod.plan'] })).toBe('slipway apply prod.plan');
  });

  it('repeats what decides where it works, and only what means something to it', () => {
    expect(commandLine(applyCommand, busy, { options: ['--prune'] })).toBe(
      `slipway apply -C 'my infra' -e prod --only api --only 'team/*' --set 'repositories.api.tags.Owner=it'\\''s me' --local --prune`,
    );
    expect(commandLine(validateCommand, { ...busy, global: { ...busy.global, set: [], only: [] } })).toBe(
      "slipway validate -C 'my infra' -e prod",
    );
    expect(commandLine(localStopCommand, plain, { options: ['--port', '4600'] })).toBe(
      'slipway local stop --port 4600',
    );
  });

  it('stands in the mends of the table, but not in those written for the occasion', () => {
    const specs = catalog.map(({ spec }) => spec);
    const mend = (one: Diagnostic) => mendFor(busy, one, specs).mend;
    expect(mend(diagnostic('manifest/no-project', ''))).toBe("write one with `slipway init -C 'my infra' -e prod`");
    expect(mend(diagnostic('plan/unreadable', ''))).toMatch(
      /`slipway plan -C 'my infra' -e prod .* --local --out FILE`$/,
    );
    expect(mend(diagnostic('plan/stale', ''))).toBe('make a new plan');
    expect(mend(diagnostic('plan/stale', '', { mend: 'see `slipway plan`' }))).toBe('see `slipway plan`');
    expect(mend(diagnostic('cli/unknown-command', ''))).toBe('`slipway --help` lists the commands');
  });

  it('is read back as the same run', () => {
    const line = commandLine(planCommand, busy).replace('slipway', String.raw`printf '%s\0'`);
    const words = execFileSync('sh', ['-c', line], { encoding: 'utf8' }).split('\0').slice(0, -1);
    const parsed = parse(words, catalog, { cwd, style: { paint: paintFor(false), columns: 80 } });
    expect(parsed).toMatchObject({ kind: 'run', args: { global: { ...busy.global, output: 'text' } } });
  });
});
