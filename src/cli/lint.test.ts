// `slipway lifecycle lint`, whole: what a person sees and what a program reads, and every exit code.
import { stripVTControlCharacters } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Folder } from './testing/harness.js';

let folder: Folder;
beforeEach(() => {
  folder = new Folder();
});
afterEach(() => folder.remove());

const rule = (rulePriority: number, selection: object) => ({ rulePriority, selection, action: { type: 'expire' } });
const untagged = { tagStatus: 'untagged', countType: 'sinceImagePushed', countUnit: 'days', countNumber: 14 };
const tagged = (...tagPatternList: string[]) => ({
  tagStatus: 'tagged',
  tagPatternList,
  countType: 'imageCountMoreThan',
  countNumber: 30,
});
const text = (...rules: object[]) => JSON.stringify({ rules }, null, 2);
const good = text(rule(1, untagged), rule(2, tagged('*')));
const trap = text(rule(1, tagged('v*', 'w*')), rule(5, untagged), rule(6, tagged('*')));
const refused = text(rule(1, { ...untagged, countNumber: '14' }), rule(1, tagged('*')));
const lint = (...args: string[]) => folder.run(['lifecycle', 'lint', ...args]);

function describeImages(count: number): string {
  return JSON.stringify({
    imageDetails: Array.from({ length: count }, (_, index) => ({
      imageDigest: `sha256:${String(index).padStart(64, '0')}`,
      imageTags: [`v1.${index}`],
      imagePushedAt: new Date(Date.now() - index * 86_400_000).toISOString(),
    })),
  });
}

describe('slipway lifecycle lint', () => {
  it('ends with 0 where there is nothing to say', async () => {
    folder.write('policy.json', good);
    expect(await lint('policy.json')).toEqual({
      code: 0,
      stdout: 'policy.json: ECR takes it, 2 rules; nothing to say of it\n',
      stderr: '',
    });
  });
  it('ends with 2 where something is likely not meant, at its place', async () => {
    folder.write('policy.json', trap);
    const { code, stdout, stderr } = await lint('policy.json');
    expect({ code, stderr }).toEqual({ code: 2, stderr: '' });
    expect(stdout).toMatchInlineSnapshot(`
      "policy.json: ECR takes it, 3 rules; 1 warning

      warning[lifecycle/and-trap]: an image must match "v*" and "w*" at once, with
          a tag for each
       --> policy.json:7:9
        |
      7 |         "tagPatternList": [
        |         ^^^^^^^^^^^^^^^^
        = help: for images that match any of them, write one rule for each: "v*" with
                priority 1 and "w*" with priority 2
      "
    `);
    expect((await lint('policy.json', '--fail-on', 'error')).code).toBe(0);
    expect((await lint('policy.json', '--fail-on', 'info')).code).toBe(2);
  });
  it('ends with 1 where ECR refuses it, with its answer and all else', async () => {
    folder.write('policy.json', refused);
    const { code, stdout } = await lint('policy.json', '--fail-on', 'error');
    expect(code).toBe(1);
    expect(stdout).toMatchInlineSnapshot(`
      "policy.json: ECR refuses it; 2 errors
        Invalid parameter at 'LifecyclePolicyText' failed to satisfy constraint:
        'Lifecycle policy validation failure: instance type (string) does not match
        any allowed primitive type (allowed: ["integer"])'

      error[lifecycle/wrong-type]: countNumber is "14", a text, not a whole
          number; ECR would answer "instance type (string) does not match any allowed
          primitive type (allowed: ["integer"])"
       --> policy.json:9:24
        |
      9 |         "countNumber": "14"
        |                        ^^^^
        = help: write 14 without quotes

      error[lifecycle/duplicate-priority]: priority 1 is given to more than one
          rule; ECR would answer "Duplicate priority in multiple rules"
        --> policy.json:16:23
         |
      16 |       "rulePriority": 1,
         |                       ^
         = help: give every rule its own rulePriority
      "
    `);
  });
  it('ends with 2 for a remark where that is asked for', async () => {
    folder.write('policy.json', text(rule(2, tagged('*'))));
    expect((await lint('policy.json')).code).toBe(0);
    expect((await lint('policy.json', '--fail-on', 'info')).code).toBe(2);
  });
  it('reads standard input, and the answer of GetLifecyclePolicy', async () => {
    const answer = JSON.stringify({ registryId: '1', lifecyclePolicyText: trap }, null, 2);
    const { code, stdout } = await folder.run(['lifecycle', 'lint', '-'], { input: answer });
    expect(code).toBe(2);
    expect(stdout).toContain('standard input, lifecyclePolicyText: ECR takes it, 3 rules; 1 warning\n');
    expect(stdout).toMatch(/--> <stdin>:3:\d+\n/);
  });
  it('gives a program the same', async () => {
    folder.write('policy.json', trap);
    const { stdout } = await lint('policy.json', '--output', 'json');
    const told = JSON.parse(stdout) as { diagnostics: Record<string, unknown>[] };
    expect(told).toMatchObject({
      version: 1,
      accepted: true,
      policies: [{ at: '', refusal: null, rules: 3 }],
      diagnostics: [
        {
          code: 'lifecycle/and-trap',
          severity: 'warning',
          path: 'rules.0.selection.tagPatternList',
          text: '"tagPatternList"',
          range: { line: 7, column: 9 },
          replacement: [{ rulePriority: 1 }, { rulePriority: 2 }],
        },
      ],
    });
    expect(told).not.toHaveProperty('advice');
    folder.write('policy.json', refused);
    const other = await lint('policy.json', '--output', 'json');
    expect(other.code).toBe(1);
    expect(JSON.parse(other.stdout)).toMatchObject({ accepted: false, policies: [{ rules: null }] });
  });
  it('judges it by the images there are, and advises', async () => {
    folder.write(
      'policy.json',
      text(rule(1, { ...tagged('v*'), countNumber: 3 }), rule(5, untagged), rule(6, tagged('*'))),
    );
    folder.write('images.json', describeImages(20));
    const { code, stdout } = await lint('policy.json', '--images', 'images.json', '--rollback-window', '10');
    expect(code).toBe(2);
    expect(stdout).toContain('warning[lifecycle/short-rollback]');
    expect(stdout).toContain('advice: keep 11 images of what is deployed, and untagged ones for 7 days');
    const told = JSON.parse((await lint('policy.json', '--images', 'images.json', '--output', 'json')).stdout) as {
      advice: { keep: number };
    };
    expect(told.advice.keep).toBe(8);
    expect(
      (await folder.run(['lifecycle', 'lint', 'policy.json', '--images', '-'], { input: describeImages(1) })).stdout,
    ).toContain('advice: keep 10');
  });
  it('says where images are none, and where a file is missing', async () => {
    folder.write('policy.json', good);
    folder.write('images.json', '{"imageDetails": [{}]}');
    const bad = await lint('policy.json', '--images', 'images.json');
    expect(bad.code).toBe(1);
    expect(bad.stderr).toContain('images.json:1:');
    expect((await lint('nowhere.json')).stderr).toContain('cannot read nowhere.json');
    expect((await lint('-', '--images', '-')).stderr).toContain('both the policy and --images are to come');
    folder.write('images.json', JSON.stringify({ ...(JSON.parse(describeImages(1)) as object), NextToken: 'x' }));
    expect((await lint('policy.json', '--images', 'images.json')).stderr).toContain('warning[lifecycle/some-images]');
  });
  it('fits 80 columns, in colour as without', async () => {
    folder.write(
      'policy.json',
      text(
        rule(1, { ...untagged, countType: 'sinceImage', colour: 'x'.repeat(300) }),
        rule(2, tagged('feature-*', 'a/b')),
      ),
    );
    const plain = await lint('policy.json');
    const colour = await folder.run(['lifecycle', 'lint', 'policy.json'], { colour: true });
    expect(plain.stdout.split('\n').filter((line) => line.length > 80)).toEqual([]);
    expect(stripVTControlCharacters(colour.stdout)).toBe(plain.stdout);
    expect(colour.stdout).not.toBe(plain.stdout);
  });
});
