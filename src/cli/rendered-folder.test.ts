// Keeping a folder up to date: what is written, what is in the way, and that neither a kill nor an edited record costs a file.
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { RenderedFile } from '../render/index.js';
import { type Purpose, planFolder, requireFreeWay, writeFolder } from './rendered-folder.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'slipway-rendered-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const terraform: Purpose = { target: 'terraform', environment: null };
const file = (path: string, text = `${path}\n`): RenderedFile => ({ path, text });
const read = (path: string): string => readFileSync(join(folder, path), 'utf8');
const states = (files: readonly RenderedFile[], purpose = terraform): Record<string, string> =>
  Object.fromEntries(planFolder(folder, purpose, files).changes.map(({ path, state }) => [path, state]));

function write(files: readonly RenderedFile[], purpose = terraform): void {
  const plan = planFolder(folder, purpose, files);
  requireFreeWay(plan);
  writeFolder(folder, purpose, plan);
}

it('makes what is missing, folders too, and leaves nothing else behind', () => {
  write([file('a.tf'), file('modules/registry/main.tf')]);
  expect(read('modules/registry/main.tf')).toBe('modules/registry/main.tf\n');
  expect(readdirSync(folder).sort()).toEqual(['.slipway-render.json', 'a.tf', 'modules']);
});

it('a second time there is nothing to do, and times of files stay', () => {
  write([file('a.tf')]);
  const before = statSync(join(folder, 'a.tf')).mtimeMs;
  expect(states([file('a.tf')])).toEqual({ 'a.tf': 'unchanged' });
  write([file('a.tf')]);
  expect(statSync(join(folder, 'a.tf')).mtimeMs).toBe(before);
});

it('brings up to date what it wrote, and takes away what is no longer rendered with the folders that held it', () => {
  write([file('a.tf'), file('old/deep/b.tf'), file('kept/c.tf')]);
  writeFileSync(join(folder, 'kept/mine.tf'), 'mine\n');
  expect(states([file('a.tf', 'new\n')])).toEqual({
    'a.tf': 'changed',
    'kept/c.tf': 'removed',
    'old/deep/b.tf': 'removed',
  });
  write([file('a.tf', 'new\n')]);
  expect(read('a.tf')).toBe('new\n');
  expect(readdirSync(folder).sort()).toEqual(['.slipway-render.json', 'a.tf', 'kept']);
  expect(read('kept/mine.tf')).toBe('mine\n');
});

it('a file of somebody else is in the way', () => {
  writeFileSync(join(folder, 'a.tf'), 'mine\n');
  expect(() => write([file('a.tf')])).toThrow('a.tf is there already, and Slipway did not write it');
  expect(read('a.tf')).toBe('mine\n');
});

it.each([
  [{ target: 'cdk', environment: null }, 'all environments for terraform, and all environments for cdk'],
  [{ target: 'terraform', environment: 'prod' }, 'all environments for terraform, and prod for terraform'],
])('a folder that is for something else is left alone', (other, words) => {
  write([file('a.tf'), file('b.tf')]);
  expect(() => write([file('a.tf', 'new\n')], other)).toThrow(`holds ${words} would take its place`);
  expect([read('a.tf'), read('b.tf')]).toEqual(['a.tf\n', 'b.tf\n']);
});

it('a file that was changed by hand is in the way, also where it would go', () => {
  write([file('a.tf'), file('b.tf')]);
  writeFileSync(join(folder, 'a.tf'), 'edited\n');
  writeFileSync(join(folder, 'b.tf'), 'edited\n');
  expect(() => write([file('a.tf', 'new\n')])).toThrow(
    /a\.tf was changed since Slipway wrote it[^]*b\.tf was changed since Slipway wrote it/,
  );
  expect([read('a.tf'), read('b.tf')]).toEqual(['edited\n', 'edited\n']);
});

it('what somebody brought to the rendered text by hand is in nobody’s way', () => {
  writeFileSync(join(folder, 'a.tf'), 'a.tf\n');
  expect(states([file('a.tf')])).toEqual({ 'a.tf': 'unchanged' });
  write([file('a.tf')]);
  expect(states([file('a.tf', 'new\n')])).toEqual({ 'a.tf': 'changed' });
  write([file('a.tf', 'new\n')]);
});

it.each([
  '',
  '{',
  '[]',
  '{"version":2,"target":"terraform","environment":null,"files":{}}',
  '{"version":1,"target":"terraform","environment":null,"files":null}',
])('a record that is none (%s) makes every file somebody’s', (text) => {
  write([file('a.tf')]);
  writeFileSync(join(folder, '.slipway-render.json'), text);
  expect(() => write([file('a.tf', 'new\n')])).toThrow('render/file-in-the-way');
});

it.each(['../outside', '/etc/outside', 'a/../../outside', '', '..\\outside'])(
  'an edited record with the path "%s" takes nothing away outside of the folder',
  (path) => {
    const inner = join(folder, 'inner');
    mkdirSync(inner);
    writeFileSync(join(folder, 'outside'), 'precious\n');
    const record = { version: 1, ...terraform, files: { [path]: 'x' } };
    writeFileSync(join(inner, '.slipway-render.json'), JSON.stringify(record));
    expect(planFolder(inner, terraform, []).changes).toEqual([]);
  },
);

it('what an engine writes into as well is written once, and then left alone', () => {
  const seed = { ...file('Pulumi.prod.yaml'), seed: true as const };
  write([seed]);
  writeFileSync(join(folder, 'Pulumi.prod.yaml'), 'of the engine\n');
  expect(states([{ ...seed, text: 'new\n' }])).toEqual({ 'Pulumi.prod.yaml': 'unchanged' });
  write([{ ...seed, text: 'new\n' }]);
  expect(readFileSync(join(folder, 'Pulumi.prod.yaml'), 'utf8')).toBe('of the engine\n');
  // It stays where its environment goes: the stack may still be there, and Pulumi keeps the salt of its secrets in it.
  expect(states([file('README.md')])).toEqual({ 'README.md': 'created' });
  write([file('README.md')]);
  expect(readFileSync(join(folder, 'Pulumi.prod.yaml'), 'utf8')).toBe('of the engine\n');
});

it('killed before the record is written, the next run goes on', () => {
  const files = [file('a.tf'), file('b.tf')];
  writeFileSync(join(folder, 'a.tf'), 'a.tf\n');
  expect(states(files)).toEqual({ 'a.tf': 'unchanged', 'b.tf': 'created' });
  write(files);
});

it('scripts can be run, and keep their mode when they change', () => {
  write([{ ...file('apply.sh'), executable: true }]);
  expect(statSync(join(folder, 'apply.sh')).mode & 0o777).toBe(0o755);
  chmodSync(join(folder, 'apply.sh'), 0o700);
  write([{ ...file('apply.sh', 'new\n'), executable: true }]);
  expect(statSync(join(folder, 'apply.sh')).mode & 0o111).not.toBe(0);
});

it('a folder that cannot be written is said with the reason, and no half file is left', () => {
  writeFileSync(join(folder, 'modules'), 'a file, not a folder\n');
  expect(() => write([file('modules/main.tf')])).toThrow(/cli\/cannot-(read|write)/);
});

it.runIf(existsSync('/proc/self'))('a folder that the system has no room for is given up', () => {
  const nowhere = '/proc/slipway/rendered';
  const plan = planFolder(nowhere, terraform, [file('a.tf')]);
  expect(() => writeFolder(nowhere, terraform, plan)).toThrow(`cli/cannot-write: cannot write to ${nowhere}: no such`);
});

it('a file in the place of the folder is told as such', () => {
  const path = join(folder, 'a.tf');
  writeFileSync(path, 'mine\n');
  expect(() => planFolder(path, terraform, [file('a.tf')])).toThrow(`-o takes a folder, and ${path} is a file`);
});
