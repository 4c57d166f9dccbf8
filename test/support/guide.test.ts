// A guide that says what is not so is found out.
// It must not know any guide.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cleanEnvironment } from './environment.js';
import { blocksOf, followGuide, isShown } from './guide.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'slipway-guides-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function follow(guide: string): Promise<void> {
  const path = join(folder, 'guide.md');
  writeFileSync(path, guide.replaceAll("'''", '```'));
  return followGuide(path, cleanEnvironment());
}

describe('following a guide', () => {
  it('writes files, keeps one shell, and compares what is printed', async () => {
    await follow(`# Title

'''yaml some/file.yaml
a: 1
'''

'''sh
export NAME=world
cat some/file.yaml
'''

'''text
a: 1
'''

'''sh
echo "hello \\
  $NAME"
'''

'''text
hello …
'''
`);
  }, 60_000);

  it('stops at a command that fails, and names the line', async () => {
    await expect(follow("'''sh\ntrue\n'''\n\n'''sh\nfalse\necho not reached\n'''\n")).rejects.toThrow(
      /guide\.md:5: ended with 1/,
    );
  }, 60_000);

  it('expects the exit code that it is told', async () => {
    await follow("'''sh\nsh -c 'exit 3' # exits with 3\ntrue\n'''\n");
    await follow("'''sh\nsh -c 'exit 3' # exits with an error\ntrue\n'''\n");
    await expect(follow("'''sh\ntrue # exits with an error\n'''\n")).rejects.toThrow('exited with 0, not an error');
    await expect(follow("'''sh\ntrue # exits with 3\n'''\n")).rejects.toThrow('exited with 0, not 3');
    await expect(follow("'''sh\ntrue # exits with 0\nfalse\n'''\n")).rejects.toThrow('ended with 1');
  }, 60_000);

  it('finds output that is not as shown', async () => {
    await expect(follow("'''sh\necho one\n'''\n\n'''text\ntwo\n'''\n")).rejects.toThrow(/guide\.md:5: .*\none/);
  }, 60_000);
});

describe('what a guide shows', () => {
  it('is what was printed, but for what it leaves out', () => {
    expect(isShown('a\nb\n', 'a\nb\n')).toBe(true);
    expect(isShown('a\nb\n', 'a\nc\n')).toBe(false);
    expect(isShown('a\n', 'a\nb\n')).toBe(false);
    expect(isShown('a…z\n', 'abcz\n')).toBe(true);
    expect(isShown('a…z\n', 'ab\nz\n')).toBe(false);
    expect(isShown('a\n…\nz\n', 'a\nb\nc\nz\n')).toBe(true);
    expect(isShown('a\n…\nz\n', 'a\nz\n')).toBe(true);
    expect(isShown('(a.b)\n', '(axb)\n')).toBe(false);
  });

  it('has blocks that end', () => {
    expect(() => blocksOf('```sh\nno end')).toThrow('line 1');
    expect(blocksOf('```\nplain\n```\n')).toEqual([]);
  });
});
