// Grants as pipelines: who builds, who promotes, what is refused; and that GitLab's schema and a shell find nothing wrong.
import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { jobsOfPipeline } from '../../../test/support/gitlab-pipeline.js';
import { parseProject } from '../../manifest/index.js';
import type { Rendering } from '../model.js';
import { render } from '../request.js';
import { conditionsOf } from './rules.js';

interface Job {
  readonly image: string;
  readonly needs?: readonly unknown[];
  readonly rules: readonly { readonly if: string; readonly when?: string }[];
  readonly id_tokens?: { readonly AWS_ID_TOKEN: { readonly aud: string } };
  readonly parallel?: { readonly matrix: readonly Readonly<Record<string, string>>[] };
  readonly variables?: Readonly<Record<string, string>>;
  readonly script: readonly string[];
  readonly timeout: string;
}

const imagesFile = '.gitlab/slipway-images.yml';
const registryFile = '.gitlab/slipway-registry.yml';
const main = 'gitlab:acme/tools/shop@main';

function rendered(
  dev: string,
  prod: string,
  options: Readonly<Record<string, string>> = {},
  more = '',
): Promise<Rendering> {
  const text = `apiVersion: ecr.slipway.dev/v1
kind: Project
metadata: {name: payments}
spec:
  naming: "{project}/{name}"
  environments:
    dev: {account: "111111111111", region: eu-west-1, ${dev}}
    prod: {account: "222222222222", region: eu-west-1, ${prod}}
  repositories:
    api: {}
    web: {mutableTagPatterns: [latest]}
${more}`;
  return render('gitlab-ci', parseProject([{ file: 'slipway.yaml', text, own: true }]), { options });
}

const both = (options: Readonly<Record<string, string>> = {}): Promise<Rendering> =>
  rendered(
    `push: ["${main}"], access: {read: ["${main}"], pull: ["${main}"]}`,
    `preset: production, push: ["${main}"]`,
    options,
  );

function textOf({ files }: Rendering, path: string): string {
  const found = files.find((file) => file.path === path);
  if (found === undefined) throw new Error(`${path} is not among ${files.map((file) => file.path).join(', ')}`);
  return found.text;
}

function jobsIn(rendering: Rendering, path = imagesFile): Readonly<Record<string, Job>> {
  return parse(textOf(rendering, path)) as Readonly<Record<string, Job>>;
}

describe('the pipeline of images', () => {
  it('builds in the first environment, and promotes to the next when somebody says so', async () => {
    const rendering = await both();
    expect(rendering.diagnostics).toEqual([]);
    const jobs = jobsIn(rendering);
    expect(Object.keys(jobs)).toEqual(['build-dev', 'promote-prod']);
    expect(jobs['build-dev']?.rules).toEqual([
      { if: '$CI_PIPELINE_SOURCE != "schedule" && $CI_COMMIT_BRANCH == "main"' },
    ]);
    expect(jobs['build-dev']?.parallel?.matrix.map(({ REPOSITORY, MOVING }) => [REPOSITORY, MOVING])).toEqual([
      ['payments/api', ''],
      ['payments/web', 'latest'],
    ]);
    expect(jobs['promote-prod']?.rules[0]?.when).toBe('manual');
    expect(jobs['promote-prod']?.needs).toEqual([{ job: 'build-dev', optional: true }]);
    expect(jobs['promote-prod']?.variables).toMatchObject({
      FROM_REGISTRY: '111111111111.dkr.ecr.eu-west-1.amazonaws.com',
      TO_REGISTRY: '222222222222.dkr.ecr.eu-west-1.amazonaws.com',
    });
  });

  it('promotes without asking only where that was said, and says so', async () => {
    const rendering = await both({ promotion: 'automatic' });
    expect(jobsIn(rendering)['promote-prod']?.rules[0]?.when).toBeUndefined();
    expect(rendering.diagnostics.map(({ code }) => code)).toEqual(['render/no-gate', 'render/no-gate']);
  });

  it('asks for a token of the GitLab that the grant names', async () => {
    const hosted = `{gitlab: acme/shop, branch: main, host: gitlab.example.com}`;
    const rendering = await rendered(`push: [${hosted}]`, '', {}, '');
    expect(jobsIn(rendering)['build-dev']?.id_tokens?.AWS_ID_TOKEN.aud).toBe('https://gitlab.example.com');
    expect((await both()).files.map(({ text }) => text).join('')).not.toMatch(/ACCESS_KEY|example\.com/);
  });

  it('says what no job can do', async () => {
    const { diagnostics } = await rendered(`push: ["${main}"]`, `push: ["${main}"]`);
    expect([...new Set(diagnostics.map(({ code }) => code))].sort()).toEqual([
      'render/no-promotion',
      'render/no-scan-gate',
    ]);
    const none = await rendered('', '');
    expect([...new Set(none.diagnostics.map(({ code }) => code))]).toEqual(['render/no-ci-grant']);
    expect(none.files.map(({ path }) => path)).toEqual([registryFile]);
  });

  it('has conditions on branches and tags, patterns as regular expressions', () => {
    expect(
      conditionsOf([
        { kind: 'branch', name: 'release/1.*' },
        { kind: 'tag', name: 'v?' },
      ]),
    ).toEqual([
      String.raw`$CI_PIPELINE_SOURCE != "schedule" && $CI_COMMIT_BRANCH =~ /^release\/1\..*$/`,
      '$CI_PIPELINE_SOURCE != "schedule" && $CI_COMMIT_TAG =~ /^v.$/',
    ]);
  });
});

describe('the pipeline of the manifest', () => {
  it('plans on merge requests, tells it without a token for AWS, and applies what was planned after the merge', async () => {
    const jobs = jobsIn(await both(), registryFile);
    expect(Object.keys(jobs)).toEqual(
      ['dev', 'prod'].flatMap((name) => ['plan', 'note', 'apply', 'drift'].map((job) => `slipway-${job}-${name}`)),
    );
    expect(jobs['slipway-note-prod']?.id_tokens).toBeUndefined();
    expect(jobs['slipway-note-prod']?.rules[0]?.if).toMatch(/^\$SLIPWAY_NOTE_TOKEN && /);
    expect(jobs['slipway-apply-prod']?.needs).toEqual([
      { job: 'slipway-plan-prod', artifacts: true },
      { job: 'slipway-apply-dev', artifacts: false },
    ]);
    expect(jobs['slipway-apply-prod']?.variables?.['AWS_ROLE_ARN']).toBe('$SLIPWAY_PROD_APPLY_ROLE');
    expect(jobs['slipway-plan-prod']?.variables?.['AWS_ROLE_ARN']).toBe('$SLIPWAY_PROD_PLAN_ROLE');
  });
});

describe('rendered pipelines', () => {
  it('have no findings by the schema of GitLab', async () => {
    const rendering = await both({ platforms: 'linux/amd64,linux/arm64' });
    const files = Object.fromEntries(rendering.files.map(({ path, text }) => [path, text]));
    expect(
      (await jobsOfPipeline(files)).map((name) => name.split(':')[0]).filter((name) => name === 'build-dev'),
    ).toHaveLength(2);
    const wrong = { [imagesFile]: textOf(rendering, imagesFile).replace('resource_group', 'resource_grop') };
    await expect(jobsOfPipeline(wrong)).rejects.toThrow("'resource_grop' property is not expected");
  }, 120_000);

  it('have scripts that a shell can read, and a limit in time', async () => {
    const rendering = await both({ platforms: 'linux/arm64' });
    const jobs = [imagesFile, registryFile].flatMap((path) => Object.values(jobsIn(rendering, path)));
    for (const { script, timeout } of jobs) {
      expect(timeout).toMatch(/^\d+[hm]$/);
      const read = spawnSync('sh', ['-n'], { input: script.join('\n'), encoding: 'utf8' });
      expect(read.stderr).toBe('');
      expect(read.status).toBe(0);
    }
  });
});
