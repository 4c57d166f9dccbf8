// Files that others use too: whole or not at all, one writer at a time, permissions and links as they were.

import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { changeFile } from './files.js';
import { takeLock } from './lock.js';

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'slipway-files-'));
  file = join(folder, 'config.json');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const clock = { now: () => Date.now(), sleep: (milliseconds: number) => pause(milliseconds) };
const options = { clock, random: Math.random };
const mode = (path: string): number => statSync(path).mode & 0o777;

describe('a file is changed', () => {
  it('made for its owner alone, in a folder for its owner alone', async () => {
    const deep = join(folder, 'a', 'b', 'config.json');
    expect(await changeFile(deep, (text) => `${text ?? 'nothing'}!`, options)).toBe(true);
    expect(readFileSync(deep, 'utf8')).toBe('nothing!');
    expect([mode(deep), mode(join(folder, 'a', 'b'))]).toEqual([0o600, 0o700]);
    expect(readdirSync(join(folder, 'a', 'b'))).toEqual(['config.json']);
  });

  it('with the permissions it had, through links, and not at all where nothing is to change', async () => {
    const real = join(folder, 'elsewhere', 'real.json');
    mkdirSync(join(folder, 'elsewhere'));
    writeFileSync(real, 'old');
    chmodSync(real, 0o640);
    symlinkSync('elsewhere/real.json', join(folder, 'link'));
    symlinkSync('link', file);
    await changeFile(file, () => 'new', options);
    expect(lstatSync(file).isSymbolicLink()).toBe(true);
    expect([readFileSync(real, 'utf8'), mode(real)]).toEqual(['new', 0o640]);
    const before = statSync(real).ino;
    expect(await changeFile(file, (text) => text ?? '', options)).toBe(false);
    expect(statSync(real).ino).toBe(before);
    // A link to nothing yet is followed as well.
    symlinkSync('elsewhere/later.json', join(folder, 'dangling'));
    await changeFile(join(folder, 'dangling'), () => 'made', options);
    expect(readFileSync(join(folder, 'elsewhere', 'later.json'), 'utf8')).toBe('made');
    symlinkSync('round', join(folder, 'round'));
    await expect(changeFile(join(folder, 'round'), () => 'x', options)).rejects.toThrow('circle of symbolic links');
  });

  it('or left as it was where the change fails or the folder does not allow it', async () => {
    writeFileSync(file, 'old');
    await expect(
      changeFile(
        file,
        () => {
          throw new Error('no');
        },
        options,
      ),
    ).rejects.toThrow('no');
    expect(readFileSync(file, 'utf8')).toBe('old');
    expect(readdirSync(folder)).toEqual(['config.json']);
    await expect(changeFile(join(file, 'below'), () => 'x', options)).rejects.toThrow('login/cannot-write');
  });

  it('again where somebody else wrote meanwhile', async () => {
    writeFileSync(file, 'a');
    let meddled = false;
    await changeFile(
      file,
      (text) => {
        if (!meddled) writeFileSync(file, 'b');
        meddled = true;
        return `${text ?? ''}+`;
      },
      options,
    );
    expect(readFileSync(file, 'utf8')).toBe('b+');
    let number = 0;
    const meddler = (): string => {
      writeFileSync(file, String((number += 1)));
      return 'mine';
    };
    await expect(changeFile(file, meddler, options)).rejects.toThrow('login/locked');
    expect(readFileSync(file, 'utf8')).toBe(String(number));
  });

  it('by many at once, each seeing what the one before wrote', async () => {
    await Promise.all(
      Array.from({ length: 30 }, (_, index) => changeFile(file, (text = '') => `${text}${index};`, options)),
    );
    const seen = readFileSync(file, 'utf8')
      .split(';')
      .filter(Boolean)
      .map(Number)
      .sort((a, b) => a - b);
    expect(seen).toEqual(Array.from({ length: 30 }, (_, index) => index));
  });
});

describe('a lock', () => {
  const lock = (): string => `${file}.lock`;
  const take = (patience: number, lifetime = 60_000): ReturnType<typeof takeLock> =>
    takeLock(lock(), { clock, random: Math.random, patience, lifetime });

  it('is one holder’s until it is released', async () => {
    const release = await take(0);
    expect(await take(60)).toBeUndefined();
    release?.();
    expect(existsSync(lock())).toBe(false);
    (await take(0))?.();
  });

  it('is taken from a process that died, not from one that lives, nor from another machine', async () => {
    const { pid } = spawnSync(process.execPath, ['-e', '0']);
    writeFileSync(lock(), `x ${hostname()} ${pid}`);
    const release = await take(0);
    expect(release).toBeDefined();
    release?.();
    writeFileSync(lock(), `x ${hostname()} ${process.pid}`);
    expect(await take(60)).toBeUndefined();
    writeFileSync(lock(), `x ${hostname()}-other ${pid}`);
    expect(await take(60)).toBeUndefined();
    // Unless it has been held for longer than anybody works.
    const old = new Date(Date.now() - 120_000);
    utimesSync(lock(), old, old);
    expect(await take(0)).toBeDefined();
  });

  it('of a dead process goes to one of those who want it', async () => {
    const { pid } = spawnSync(process.execPath, ['-e', '0']);
    writeFileSync(lock(), `x ${hostname()} ${pid}`);
    let inside = 0;
    let most = 0;
    await Promise.all(
      Array.from({ length: 20 }, async () => {
        const release = await take(20_000);
        inside += 1;
        most = Math.max(most, inside);
        await pause(1);
        inside -= 1;
        release?.();
      }),
    );
    expect(most).toBe(1);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('is not released by whom it was taken from', async () => {
    const release = await take(0);
    writeFileSync(lock(), 'somebody else');
    release?.();
    expect(readFileSync(lock(), 'utf8')).toBe('somebody else');
  });
});
