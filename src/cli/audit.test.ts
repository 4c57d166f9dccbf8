// `slipway audit` against a local ECR in memory: what a person sees and what a program reads, and every exit code.
import { stripVTControlCharacters } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type LocalEcr, startLocalEcr } from '../local/index.js';
import { Folder, type RunOptions } from './testing/harness.js';
import { call, pushImage } from './testing/pusher.js';

const place = { account: '111111111111', region: 'eu-west-1' };
const start = Date.parse('2026-10-01T12:00:00Z');
const manifest = `apiVersion: ecr.slipway.dev/v1
kind: Project
metadata: {name: shop}
spec:
  naming: "{project}/{name}"
  environments:
    dev: {account: "111111111111", region: eu-west-1, preset: production}
  repositories:
    api: {lifecyclePolicy: {expireUntaggedAfterDays: 14, maxImageCount: 30}}
    web: {lifecyclePolicy: {none: true}}
    jobs: {lifecyclePolicy: {expireUntaggedAfterDays: 14, maxImageCount: 30}}
`;
const rule = (rulePriority: number, tagPatternList: string[]) => ({
  rulePriority,
  selection: { tagStatus: 'tagged', tagPatternList, countType: 'imageCountMoreThan', countNumber: 30 },
  action: { type: 'expire' },
});
let local: LocalEcr;
let folder: Folder;
beforeEach(async () => {
  local = await startLocalEcr({ memory: true, port: 0, clock: { now: () => start } });
  folder = new Folder();
  folder.write('slipway.yaml', manifest);
  folder.call(String(local.port), '<port>');
  expect((await slipway(['apply', '--auto-approve', '--local'])).code).toBe(0);
});
afterEach(async () => {
  await local.close();
  folder.remove();
});

const joined = 'joined the local ECR on http://127.0.0.1:<port> (in memory)\n';
async function slipway(argv: readonly string[], options: RunOptions = {}) {
  const clock = { now: () => start, sleep: () => Promise.resolve() };
  const result = await folder.run(argv, { ...options, clock, env: { SLIPWAY_LOCAL_PORT: String(local.port) } });
  return { ...result, stderr: result.stderr.replace(joined, '') };
}
const audit = (argv: readonly string[] = [], options: RunOptions = {}) =>
  slipway(['audit', '--local', ...argv], options);
const put = (repositoryName: string, ...rules: readonly object[]) =>
  call(local.url, place, 'PutLifecyclePolicy', { repositoryName, lifecyclePolicyText: JSON.stringify({ rules }) });

describe('slipway audit', () => {
  it('ends with 0 where there is little to say, and says that', async () => {
    expect(await audit()).toMatchInlineSnapshot(`
      {
        "code": 0,
        "stderr": "",
        "stdout": "shop dev, 111111111111 in eu-west-1

      shop/web (0 images)
      info[audit/no-lifecycle-policy]: shop/web has no lifecycle policy:
          everything pushed there stays for ever (0 images, 0.0 GB so far)
        = help: leave \`lifecyclePolicy\` to its default, or say what to keep, and run
                slipway apply

      nothing to say of 2 repositories
      3 repositories: 1 remark
      ",
      }
    `);
    expect((await audit(['--fail-on', 'info'])).code).toBe(2);
  });
  it('ends with 2 where somebody wrote a policy that is likely not meant', async () => {
    await put('shop/api', rule(10, ['v*', 'release-*']), rule(900, ['*']));
    await pushImage(local.url, place, 'shop/api', 'v1.0');
    const { code, stdout } = await audit();
    expect(code).toBe(2);
    expect(stdout).toMatchInlineSnapshot(`
      "shop dev, 111111111111 in eu-west-1

      shop/api (2 rules, 1 image)
      warning[lifecycle/and-trap]: an image must match "v*" and "release-*" at
          once, with a tag for each; of 1 image that matches one of them, none matches
          all
       --> rules.0.selection.tagPatternList
        = help: for images that match any of them, write one rule for each: "v*" with
                priority 10 and "release-*" with priority 11
      info[lifecycle/matches-nothing]: "release-*" matches none of the
          repository's 1 tag; there are versions like v1.2.3
       --> rules.0.selection.tagPatternList.1
        = help: correct it, or remove the rule where no such tag will come

      shop/web (0 images)
      info[audit/no-lifecycle-policy]: shop/web has no lifecycle policy:
          everything pushed there stays for ever (0 images, 0.0 GB so far)
        = help: leave \`lifecyclePolicy\` to its default, or say what to keep, and run
                slipway apply

      nothing to say of 1 repository
      3 repositories: 1 warning and 2 remarks
      "
    `);
    expect((await audit(['--fail-on', 'error'])).code).toBe(0);
    // What is selected alone is judged.
    expect(await audit(['--only', 'jobs'])).toMatchInlineSnapshot(`
      {
        "code": 0,
        "stderr": "",
        "stdout": "shop dev, 111111111111 in eu-west-1

      nothing to say of 1 repository
      1 repository: nothing found
      ",
      }
    `);
  });
  it('fits 80 columns, in colour as without', async () => {
    await put('shop/api', rule(10, ['v*', 'release-*']), rule(20, ['qa-*']), rule(900, ['*']));
    await pushImage(local.url, place, 'shop/api', 'v1.0');
    const plain = await audit();
    const colour = await audit([], { colour: true });
    expect(plain.stdout.split('\n').filter((line) => line.length > 80)).toEqual([]);
    expect(stripVTControlCharacters(colour.stdout)).toBe(plain.stdout);
    expect(colour.stdout).not.toBe(plain.stdout);
  });
  it('tells of what is declared and not there', async () => {
    folder.write('slipway.yaml', `${manifest}    late: {}\n`);
    expect((await audit()).stdout).toContain('1 repository declared, and not there yet: slipway plan shows them\n');
  });
  it('gives a program the same', async () => {
    await put('shop/api', rule(10, ['v*', 'release-*']), rule(900, ['*']));
    await pushImage(local.url, place, 'shop/api', 'v1.0');
    const { code, stdout } = await audit(['--output', 'json']);
    expect(code).toBe(2);
    const { audit: report } = JSON.parse(stdout) as { audit: { registries: { repositories: object[] }[] } };
    expect(report).toMatchObject({ project: 'shop', environment: 'dev', registries: [place] });
    expect(report.registries[0]?.repositories).toMatchObject([
      {
        name: 'shop/api',
        key: 'api',
        state: 'audited',
        rules: 2,
        images: 1,
        diagnostics: [
          { code: 'lifecycle/and-trap', severity: 'warning', path: 'rules.0.selection.tagPatternList' },
          { code: 'lifecycle/matches-nothing' },
        ],
      },
      { name: 'shop/jobs', state: 'audited', rules: 2, images: 0, diagnostics: [] },
      {
        name: 'shop/web',
        rules: null,
        images: 0,
        diagnostics: [{ code: 'audit/no-lifecycle-policy', severity: 'info' }],
      },
    ]);
  });
});
