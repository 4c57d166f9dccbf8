// What is suggested where, from the commands' data and from the manifest, and that a question is never answered with an error.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { catalog } from './catalog.js';
import { complete, type Place } from './complete.js';
import { joinPieces } from './completion.js';
import { globalNames, globalOptions } from './globals.js';
import { Folder, twoEnvironments } from './testing/harness.js';

const specs = catalog.map((one) => one.spec);
const asked: (readonly [string, Place])[] = [];
const ask = (line: string) =>
  complete(line.split(' '), specs, (what, place) => {
    asked.push([what, place]);
    return Promise.resolve(what === 'environment' ? ['dev', 'prod'] : ['api', 'web']);
  });
const values = async (line: string) => (await ask(line)).words.map(({ value }) => value);

describe('a suggestion', () => {
  it.each([
    ['pl', ['plan']],
    ['help pl', ['plan']],
    ['-e prod --local pl', ['plan']],
    ['--output=json -eprod pl', ['plan']],
    ['loc', ['local']],
    ['local st', ['start', 'stop', 'status']],
    ['local nonsense ', []],
    ['nonsense --de', []],
    ['plan --det', ['--detailed-exitcode']],
    ['plan -e', ['-e']],
    ['--ver', ['--version']],
    ['plan --ver', []],
    ['plan --output ', ['text', 'json']],
    ['output --output ', ['text', 'json', 'env', 'github']],
    ['plan --output=j', ['--output=json']],
    ['plan --nonsense=', []],
    ['completion z', ['zsh']],
    ['local start --uri-style a', ['aws']],
    ['apply --accept lose', ['lose-access']],
    ['plan --parallelism ', []],
    ['-e ', ['dev', 'prod']],
    ['plan --env p', ['prod']],
    ['plan --env=p', ['--env=prod']],
    ['plan --only ', ['api', 'web']],
    ['explain a', ['api']],
    ['explain -e prod a', ['api']],
    ['output ', ['api', 'web']],
    ['explain -- a', ['api']],
    ['explain -- -', []],
    ['explain api x', []],
  ])('for "%s" is %j', async (line, expected) => {
    expect(await values(line)).toEqual(expected);
  });

  it('names every command first, with what it does', async () => {
    const first = (await ask('')).words;
    expect(first.map(({ value }) => value)).toEqual([...new Set(specs.map((spec) => spec.name.split(' ')[0]))]);
    expect(first).toContainEqual({ value: 'plan', description: 'shows what apply would change, and what that does' });
    expect(first).toContainEqual({
      value: 'local',
      description: expect.stringMatching(/^start, stop, status, env/) as string,
    });
  });

  it.each(specs.map((spec) => [spec.name, spec] as const))('names every option of %s', async (name, spec) => {
    const expected = [
      ...Object.values(spec.options).map((one) => one.flag),
      ...globalNames.map((one) => globalOptions[one].flag),
      '--help',
    ];
    expect(await values(`${name} -`)).toEqual(expected);
  });

  it('leaves out what was given, unless it may be repeated', async () => {
    const offered = await values('plan --prune --local --only api --only=web --');
    expect(offered).toContain('--only');
    expect(offered).not.toContain('--prune');
    expect(offered).not.toContain('--local');
  });

  it('leaves paths to the shell', async () => {
    expect(await ask('plan --out ')).toEqual({ kind: 'file', words: [] });
    expect(await ask('plan --out=x')).toEqual({ kind: 'file', words: [] });
    expect(await ask('apply ')).toEqual({ kind: 'file', words: [] });
    expect(await ask('plan -C ')).toEqual({ kind: 'folder', words: [] });
  });

  it('asks for names where the line says they are', async () => {
    asked.length = 0;
    await ask('-C infra explain -e prod ');
    await ask('plan --project=~/x --env ');
    expect(asked).toEqual([
      ['repository', { project: 'infra', environment: 'prod' }],
      ['environment', { project: '~/x', environment: undefined }],
    ]);
  });
});

describe('words of bash', () => {
  it.each([
    [
      ['plan', '--output', '=', 'j'],
      ['plan', '--output=j'],
    ],
    [
      ['plan', '--output', '='],
      ['plan', '--output='],
    ],
    [
      ['--accept', 'take-over', ':', 'a', 'x'],
      ['--accept', 'take-over:a', 'x'],
    ],
    [['=', 'x'], ['=x']],
    [[], []],
  ])('%j are %j', (pieces, words) => {
    expect(joinPieces(pieces)).toEqual(words);
  });
});

describe('an answer', () => {
  let folder: Folder;
  beforeEach(() => {
    folder = new Folder();
  });
  afterEach(() => folder.remove());
  const silent = (stdout: string) => ({ code: 0, stdout, stderr: '' });

  it('names what is in the manifest, in the form of each shell', async () => {
    folder.write('infra/slipway.yaml', twoEnvironments.replace('web: {', 'web: {environments: [prod], '));
    expect(await folder.run(['__complete', 'bash', '-C', 'infra', '-e', ''])).toEqual(silent('words\ndev\nprod\n'));
    expect(await folder.run(['__complete', 'zsh', 'explain', '-C', 'infra', '-e', 'dev', ''])).toEqual(
      silent('words\napi\n'),
    );
    expect(await folder.run(['__complete', 'zsh', 'explain', '-C', 'infra', ''])).toEqual(silent('words\napi\nweb\n'));
    expect(await folder.run(['__complete', 'bash', 'plan', '--env', '=', ''], { env: {} })).toEqual(silent('words\n'));
    const home = { env: { HOME: folder.path } };
    expect(await folder.run(['__complete', 'fish', '-C', '~/infra', '--env=p'], home)).toEqual(
      silent('words\n--env=prod\n'),
    );
    expect(await folder.run(['__complete', 'fish', 'pl'])).toEqual(
      silent('words\nplan\tshows what apply would change, and what that does\n'),
    );
    expect(await folder.run(['__complete', 'zsh', 'sch'])).toEqual(
      silent('words\nschema:prints the JSON Schema of the manifest, for editors\n'),
    );
    expect(await folder.run(['__complete', 'bash', 'plan', '--output', '=', 'j'])).toEqual(silent('words\njson\n'));
  });

  it.each([
    ['no manifest', undefined],
    ['a broken one', 'kind: [Project'],
    ['a wrong one', twoEnvironments.replace('lifecyclePolicy', 'lifecylePolicy')],
  ])('says nothing where there is %s, and starts nothing', async (_, text) => {
    if (text !== undefined) folder.write('slipway.yaml', text);
    for (const shell of ['bash', 'zsh', 'fish'])
      expect(await folder.run(['__complete', shell, 'plan', '--local', '-e', ''])).toEqual(silent('words\n'));
    expect(existsSync(join(folder.path, '.slipway'))).toBe(false);
  });

  it('is none for a shell that nobody knows, or without words', async () => {
    expect(await folder.run(['__complete', 'csh', 'pl'])).toEqual(silent(''));
    expect(await folder.run(['__complete'])).toEqual(silent(''));
    expect((await folder.run(['__complete', 'zsh'])).stdout).toContain('plan:');
  });
});
