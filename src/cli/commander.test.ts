// How a call is read: options anywhere, mistakes answered with a hint, and the data of every command whole.
import { describe, expect, it } from 'vitest';
import { catalog } from './catalog.js';
import { parse } from './commander.js';
import { globalOptions } from './globals.js';
import { list, paintFor } from './text.js';

const context = { cwd: '/work', style: { paint: paintFor(false), columns: 80 } };
const read = (line: string) => parse(line === '' ? [] : line.split(' '), catalog, context);

function args(line: string) {
  const parsed = read(line);
  if (parsed.kind !== 'run') throw new Error(`not a call: ${JSON.stringify(parsed)}`);
  return { name: parsed.command.spec.name, ...parsed.args };
}

function complaint(line: string): string {
  const parsed = read(line);
  if (parsed.kind !== 'error') throw new Error('no complaint');
  return parsed.diagnostics.map((one) => `${one.code}: ${one.message}; ${one.mend ?? ''}`).join('\n');
}

describe('a call', () => {
  it('takes the options of every command before and after it, lists in order', () => {
    const expected = {
      project: '/work/sub',
      environment: 'prod',
      output: 'json',
      only: ['a', 'b*'],
      set: ['x=1'],
      local: true,
    };
    expect(args('-C sub -e prod --output json --only a --only b* --set x=1 --local plan').global).toEqual(expected);
    expect(args('plan -C sub -e prod --output json --only a --only b* --set x=1 --local').global).toEqual(expected);
    expect(args('-C sub --only a --output=json plan --only b* -e prod --set x=1 --local').global).toEqual(expected);
  });

  it('has a default for everything', () => {
    const { operands, options, global } = args('apply');
    expect(operands).toEqual([]);
    expect(options).toEqual({
      autoApprove: false,
      accept: [],
      prune: false,
      breakLock: false,
      lockTimeout: undefined,
      parallelism: undefined,
    });
    expect(global).toEqual({
      project: '/work',
      environment: undefined,
      output: 'text',
      only: [],
      set: [],
      local: false,
    });
  });

  it('reads operands, numbers and commands of two words', () => {
    expect(args('apply prod.plan --lock-timeout 0 --accept take-over:a --accept lose-access').options).toMatchObject({
      lockTimeout: 0,
      accept: ['take-over:a', 'lose-access'],
    });
    expect(args('apply prod.plan').operands).toEqual(['prod.plan']);
    expect(args('local start --port 4600 --memory')).toMatchObject({
      name: 'local start',
      options: { port: 4600, memory: true, data: undefined },
    });
  });

  it.each([
    ['pln', "cli/unknown-command: unknown command 'pln'; did you mean plan?"],
    ['help pln', "cli/unknown-command: unknown command 'pln'; did you mean plan?"],
    ['pln --help', "cli/unknown-command: unknown command 'pln'; did you mean plan?"],
    ['-e prod pln -h', "cli/unknown-command: unknown command 'pln'; did you mean plan?"],
    ['help nonsense', "cli/unknown-command: unknown command 'nonsense'; `slipway --help` lists the commands"],
    ['local nonsense', "cli/unknown-command: unknown command 'nonsense'; `slipway local --help` lists the commands"],
    ['help local strt', "cli/unknown-command: unknown command 'strt'; did you mean start?"],
    ['local strt --help', "cli/unknown-command: unknown command 'strt'; did you mean start?"],
    ['local strt', "cli/unknown-command: unknown command 'strt'; did you mean start?"],
    [
      'plan --detaild-exitcode',
      "cli/unknown-option: unknown option '--detaild-exitcode'; did you mean --detailed-exitcode?",
    ],
    [
      'plan --auto-approve',
      "cli/unknown-option: unknown option '--auto-approve'; `slipway plan --help` shows how it is called",
    ],
    [
      'plan extra',
      "cli/bad-usage: too many arguments for 'plan': it takes 0, and got 1; `slipway plan --help` shows how it is called",
    ],
    ['plan --out', "cli/bad-usage: option '--out' lacks its value; `slipway plan --help` shows how it is called"],
    [
      'render terraform --out=',
      "cli/bad-usage: '' will not do for -o, --out: it takes the path of a folder; `slipway render --help` shows how it is called",
    ],
    ['explain', "cli/bad-usage: missing required argument 'NAME'; `slipway explain --help` shows how it is called"],
    [
      'apply --lock-timeout soon',
      "cli/bad-usage: 'soon' will not do for --lock-timeout: it takes a whole number from 0 to 86400; `slipway apply --help` shows how it is called",
    ],
    [
      'local start --port 0',
      "cli/bad-usage: '0' will not do for --port: it takes a whole number from 1 to 65535; `slipway local start --help` shows how it is called",
    ],
    [
      'completion csh',
      "cli/bad-usage: 'csh' will not do for SHELL: allowed choices are bash, zsh, fish; `slipway completion --help` shows how it is called",
    ],
    ['plan --output yaml', "cli/bad-usage: 'yaml' will not do for --output; `slipway plan` prints text or json"],
    ['plan --output github', "cli/bad-usage: 'github' will not do for --output; `slipway plan` prints text or json"],
  ])('%s is answered with a hint', (line, expected) => {
    expect(complaint(line)).toBe(expected);
  });

  it('of a group alone is told its commands', () => {
    const members = catalog.flatMap(({ spec }) => (spec.name.startsWith('local ') ? [spec.name.slice(6)] : []));
    expect(members.length).toBeGreaterThan(3);
    expect(complaint('local')).toBe(
      `cli/unknown-command: 'local' needs a command: ${list(members, 'or')}; \`slipway --help\` lists the commands`,
    );
  });

  it('prints the version, and help for whoever asks in whichever way', () => {
    expect(read('--version')).toEqual({ kind: 'version' });
    expect(read('-V --output json')).toEqual({ kind: 'version' });
    const help = read('plan --help');
    expect(read('help plan')).toEqual(help);
    expect(read('plan -h')).toEqual(help);
    expect(read('--help plan')).toEqual(help);
    expect(read('-e prod plan --help')).toEqual(help);
    expect(read('help')).toEqual(read('--help'));
    expect(read('help help')).toEqual(read('--help'));
    expect(read('-e prod --help')).toEqual(read('--help'));
    expect(read('help explain')).toMatchObject({
      kind: 'print',
      text: expect.stringContaining('slipway explain NAME') as string,
    });
    expect(read('')).toEqual(read('--help'));
    expect(read('help local')).toMatchObject({
      kind: 'print',
      text: expect.stringContaining('local status') as string,
    });
  });
});

describe('every command', () => {
  it.each(catalog.map(({ spec }) => [spec.name, spec] as const))(
    '%s is described, with examples that parse',
    (_, spec) => {
      expect(spec.examples.length).toBeGreaterThan(0);
      expect(spec.description.length).toBeGreaterThan(0);
      expect(spec.summary).toMatch(/^[a-z].*[^.]$/);
      for (const { command, text } of spec.examples) {
        expect(text).not.toBe('');
        const calls = [...command.matchAll(/slipway ([^&|")>]*)/g)].map((match) => (match[1] ?? '').trim());
        expect(calls.length).toBeGreaterThan(0);
        for (const call of calls) expect(read(call)).toMatchObject({ kind: 'run' });
      }
    },
  );

  it.each(catalog.map(({ spec }) => [spec.name, spec] as const))(
    '%s has no option twice, and none of the global ones',
    (_, spec) => {
      const flags = [...Object.values(spec.options), ...Object.values(globalOptions)].flatMap((one) =>
        one.short === undefined ? [one.flag] : [one.flag, one.short],
      );
      expect(new Set(flags).size).toBe(flags.length);
    },
  );

  it.each(catalog.map(({ spec }) => [spec.name] as const))('the help of %s fits 80 columns', (name) => {
    const parsed = read(`${name} --help`);
    if (parsed.kind !== 'print') throw new Error('no help');
    expect(parsed.text.split('\n').filter((line) => line.length > 80)).toEqual([]);
  });
});

it('the help of a command tables what one of its options takes, beside the options', () => {
  const help = read('render --help');
  const text = help.kind === 'print' ? help.text : '';
  expect(text).toContain(
    '\n--with, for cloudformation\n  format    how templates are written: yaml, json (default: yaml)\n',
  );
  // Without a default, none is said.
  expect(text).toContain('\n  regions   where StackSets go, separated by commas: Regions\n');
});
