// Grants as workflows: who builds, who promotes, what is refused; and that GitHub, a shell and a careful reader find nothing wrong.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { findingsInAction, findingsInWorkflow } from '../../../test/support/workflow-schema.js';
import { parseProject } from '../../manifest/index.js';
import type { Rendering } from '../model.js';
import { render } from '../request.js';
import { filterOf, isOneOf } from './expression.js';

interface Step {
  readonly uses?: string;
  readonly run?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly with?: Readonly<Record<string, unknown>>;
}
interface Job {
  readonly if: string;
  readonly needs?: readonly string[];
  readonly environment?: string;
  readonly permissions: Readonly<Record<string, string>>;
  readonly strategy?: { readonly matrix: { readonly include: readonly Readonly<Record<string, unknown>>[] } };
  readonly steps: readonly Step[];
  readonly 'timeout-minutes': number;
}
interface Workflow {
  readonly on: Readonly<Record<string, unknown>>;
  readonly permissions: unknown;
  readonly concurrency: unknown;
  readonly jobs: Readonly<Record<string, Job>>;
}

const build = '.github/workflows/slipway-build.yml';
const main = 'github:acme/shop@main';
const production = 'github:acme/shop#production';
const twoEnvironments = environments(
  `push: ["${main}"], access: {read: ["${main}"], pull: ["${production}"]}`,
  `preset: production, push: ["${production}"]`,
);

function environments(dev: string, prod: string): string {
  return `
    dev: {account: "111111111111", region: eu-west-1, ${dev}}
    prod: {account: "222222222222", region: eu-west-1, ${prod}}`;
}

function rendered(
  places: string,
  repositories: string,
  options: Readonly<Record<string, string>> = {},
): Promise<Rendering> {
  const text = `apiVersion: ecr.slipway.dev/v1
kind: Project
metadata: {name: payments, org: acme}
spec:
  naming: "{project}/{name}"
  environments:${places}
  repositories: {${repositories}}
`;
  return render('github-actions', parseProject([{ file: 'slipway.yaml', text, own: true }]), { options });
}

function workflowIn({ files }: Rendering, path = build): Workflow {
  return parse(files.find((one) => one.path === path)?.text ?? '') as Workflow;
}

function included({ jobs }: Workflow, job: string): readonly Readonly<Record<string, unknown>>[] {
  return jobs[job]?.strategy?.matrix.include ?? [];
}

const codesOf = ({ diagnostics }: Rendering): string[] => diagnostics.map(({ code }) => code);

/** Everything this file renders, each as GitHub would read it. */
const samples = (): Promise<readonly Rendering[]> =>
  Promise.all([
    rendered(twoEnvironments, 'api: {}, web: {mutableTagPatterns: [latest]}'),
    rendered(environments(`push: ["${main}"]`, `push: ["${main}", "github:acme/shop@tag:v*"]`), 'api: {}', {
      'fail-at': 'off',
      platforms: 'linux/amd64,linux/arm64',
      provenance: 'off',
      slipway: 'acme/slipway@v1',
    }),
    rendered(environments('push: ["github:acme/shop@release/*"]', `push: ["github:acme/other#it's live"]`), 'api: {}'),
    rendered(environments('', ''), 'api: {}'),
  ]);

describe('workflows', () => {
  it('have no findings in the schema and the expressions of GitHub', async () => {
    for (const { files } of await samples()) {
      for (const { path, text } of files) expect(await findingsInWorkflow(path, text), text).toEqual([]);
    }
  });

  it.each([
    ['id-tokens', 'permissions: {id-tokens: write}'],
    ['stepz', "if: stepz.find.outputs.x == ''"],
    ['no dependencies', 'needs: [nothing]'],
  ])('are found out where they are wrong: %s', async (word, line) => {
    const wrong = `on: push\njobs:\n  a:\n    runs-on: x\n    ${line}\n    steps: [{run: "true"}]\n`;
    expect((await findingsInWorkflow('w.yml', wrong)).join()).toContain(word);
  });

  it('have scripts that a shell can read, and into which nothing of an event is pasted', async () => {
    const scripts = (await samples()).flatMap(({ files }) =>
      files.flatMap(({ text }) =>
        Object.values((parse(text) as Workflow).jobs).flatMap(({ steps }) => steps.flatMap(({ run = '' }) => run)),
      ),
    );
    const all = [...new Set(scripts)].filter((run) => run !== '');
    expect(all.length).toBeGreaterThan(8);
    for (const run of all) {
      expect(run).not.toContain('{{');
      expect(spawnSync('bash', ['-n'], { input: run, encoding: 'utf8' }).stderr).toBe('');
    }
  });

  it('give each job what it needs and no more, a limit in time, and actions by their major version', async () => {
    for (const { files } of await samples()) {
      for (const workflow of files.map(({ text }) => parse(text) as Workflow)) {
        expect(workflow.permissions).toEqual({});
        expect(workflow.concurrency).toBeDefined();
        for (const { permissions, steps, ...job } of Object.values(workflow.jobs)) {
          expect(job['timeout-minutes']).toBeLessThanOrEqual(60);
          const takesRole = steps.some(({ uses = '' }) => uses.startsWith('aws-actions/configure-aws-credentials@'));
          expect(permissions).toEqual(
            takesRole ? { contents: 'read', 'id-token': 'write' } : { 'pull-requests': 'write' },
          );
          for (const { uses } of steps) expect(uses ?? 'a/b@v1').toMatch(/^[\w-]+\/[\w-]+@v\d+$/);
          expect(JSON.stringify(steps)).not.toContain('secrets.');
        }
      }
    }
  });

  it('are the same for the same manifest', async () => {
    const again = () => rendered(twoEnvironments, 'api: {}, web: {}');
    expect(await again()).toEqual(await again());
  });
});

describe('jobs', () => {
  it('build once with the role of the grant, on its refs, and promote by the environment that may', async () => {
    const rendering = await rendered(twoEnvironments, 'api: {}, web: {}');
    const { on, jobs } = workflowIn(rendering);
    expect(codesOf(rendering)).toEqual([]);
    expect(on['push']).toEqual({ branches: ['main'] });
    expect(Object.keys(jobs)).toEqual(['build-dev', 'promote-prod']);
    expect(jobs['build-dev']?.if).toBe("github.ref == 'refs/heads/main'");
    expect(jobs['build-dev']?.environment).toBeUndefined();
    expect(jobs['promote-prod']).toMatchObject({ needs: ['build-dev'], environment: 'production' });
    const roles = (job: string) => jobs[job]?.steps.flatMap((step) => step.with?.['role-to-assume'] ?? []);
    expect(roles('build-dev')).toEqual(['arn:aws:iam::111111111111:role/payments-dev-eu-west-1-github-acme.shop@main']);
    expect(roles('promote-prod')).toEqual([
      'arn:aws:iam::111111111111:role/payments-dev-eu-west-1-github-acme.shop@production',
      'arn:aws:iam::222222222222:role/payments-prod-eu-west-1-github-acme.shop',
    ]);
    expect(JSON.stringify(jobs['promote-prod'])).not.toContain('build-push-action');
  });

  it('move latest only where the manifest lets it move', async () => {
    const one = `\n    prod: {account: "222222222222", region: eu-west-1, push: ["${main}"]}`;
    const rendering = await rendered(
      one,
      'fixed: {}, some: {mutableTagPatterns: ["lat*"]}, all: {imageImmutable: false}, but: {imageImmutable: false, immutableTagPatterns: [latest]}',
      { 'fail-at': 'off' },
    );
    expect(included(workflowIn(rendering), 'build-prod').map(({ repository, moving }) => [repository, moving])).toEqual(
      [
        ['payments/all', 'latest'],
        ['payments/but', ''],
        ['payments/fixed', ''],
        ['payments/some', 'latest'],
      ],
    );
    const fixed = await rendered(one, 'fixed: {}', { 'fail-at': 'off' });
    expect(fixed.files.find(({ path }) => path === build)?.text).not.toContain('latest');
  });

  it('of one image build where the repository begins, of several in a folder of each', async () => {
    const contexts = async (repositories: string, options = {}) =>
      included(workflowIn(await rendered(twoEnvironments, repositories, options)), 'build-dev').map(
        ({ context }) => context,
      );
    expect(await contexts('api: {}')).toEqual(['.']);
    expect(await contexts('api: {}, web: {}')).toEqual(['api', 'web']);
    expect(await contexts('api: {}, web: {}', { context: 'services/{key}' })).toEqual(['services/api', 'services/web']);
  });

  it('of a tag promote what its commit has been built to', async () => {
    const tag = 'github:acme/shop@tag:v*';
    const rendering = await rendered(
      environments(`push: ["${main}"], access: {read: ["${main}"], pull: ["${tag}"]}`, `push: ["${tag}"]`),
      'api: {}',
    );
    expect(codesOf(rendering)).toEqual(['render/no-gate']);
    const { on, jobs } = workflowIn(rendering);
    expect(on['push']).toEqual({ branches: ['main'], tags: ['v**'] });
    expect(jobs['promote-prod']?.if).toBe("!cancelled() && !failure() && (startsWith(github.ref, 'refs/tags/v'))");
  });

  it('of each repository on GitHub have a workflow of their own', async () => {
    const places = `\n    prod: {account: "222222222222", region: eu-west-1}`;
    const repositories = `api: {access: {push: ["github:acme/api@main"]}}, web: {access: {push: ["github:acme/web@main"]}}`;
    const all = await rendered(places, repositories, { 'fail-at': 'off' });
    expect(all.files.map(({ path }) => path)).toEqual([
      '.github/workflows/slipway.yml',
      'acme/api/.github/workflows/slipway-build.yml',
      'acme/web/.github/workflows/slipway-build.yml',
    ]);
    const one = await rendered(places, repositories, { 'fail-at': 'off', source: 'acme/web' });
    expect(one.files.map(({ path }) => path)).toEqual([build, '.github/workflows/slipway.yml']);
    expect(included(workflowIn(one), 'build-prod').map(({ repository }) => repository)).toEqual(['payments/web']);
    expect(codesOf(await rendered(places, repositories, { 'fail-at': 'off', source: 'acme/none' }))).toEqual([
      'render/no-trigger',
    ]);
  });
});

describe('what no workflow can say', () => {
  it.each([
    ['render/no-ci-grant', environments('', ''), 2],
    ['render/no-promotion', environments(`push: ["${main}"]`, `push: ["${production}"]`), 1],
    ['render/no-gate', environments(`push: ["${main}"], pull: ["${main}"]`, `push: ["${main}"]`), 1],
    ['render/no-trigger', environments('push: [{github: acme/shop, pullRequest: true}]', `push: ["${main}"]`), 1],
    ['render/no-trigger', environments('push: ["github:acme/*@main"]', `push: ["${main}"]`), 1],
    ['render/several-roles', environments(`push: ["${main}", "github:acme/shop#dev"]`, `push: ["${main}"]`), 1],
  ])('%s', async (code, places, count) => {
    const found = codesOf(await rendered(places, 'api: {}', { 'fail-at': 'off' }));
    expect(found.filter((one) => one === code)).toHaveLength(count);
  });

  it('an image whose findings nobody may read, or that has none, is not waited for', async () => {
    const one = `\n    prod: {account: "222222222222", region: eu-west-1, push: ["${main}"]}`;
    const ungated = await rendered(one, 'api: {}');
    expect(codesOf(ungated)).toEqual(['render/no-scan-gate']);
    const reading = `\n    prod: {account: "222222222222", region: eu-west-1, push: ["${main}"], access: {read: ["${main}"]}}`;
    const mixed = await rendered(reading, 'api: {}, web: {scanOnPush: false}');
    expect(codesOf(mixed)).toEqual(['render/no-scan-gate']);
    expect(included(workflowIn(mixed), 'build-prod').map(({ gated }) => gated)).toEqual([true, false]);
    expect(JSON.stringify(workflowIn(ungated))).not.toContain('describe-image-scan-findings');
  });
});

describe('refs', () => {
  it('are conditions as far as GitHub has them, and filters that let through no less', () => {
    expect(
      isOneOf([
        { kind: 'branch', name: "it's" },
        { kind: 'tag', name: 'v?.*' },
      ]),
    ).toBe("github.ref == 'refs/heads/it''s' || startsWith(github.ref, 'refs/tags/v')");
    expect(filterOf({ kind: 'branch', name: 'release/*' })).toBe('release/**');
    expect(filterOf({ kind: 'tag', name: 'v?+[x]' })).toBe('v**\\+\\[x\\]');
  });
});

describe('the workflow of the manifest', () => {
  it('gives forks no job, tells the plan once, and applies exactly the plan that was kept', async () => {
    const { jobs } = workflowIn(await rendered(twoEnvironments, 'api: {}'), '.github/workflows/slipway.yml');
    expect(Object.keys(jobs)).toEqual(
      ['dev', 'prod'].flatMap((name) => ['plan', 'comment', 'apply', 'drift'].map((what) => `${what}-${name}`)),
    );
    expect(jobs['plan-prod']?.if).toContain('github.event.pull_request.head.repo.full_name == github.repository');
    expect(jobs['apply-prod']).toMatchObject({ needs: ['plan-prod', 'apply-dev'], environment: 'prod' });
    const kept = jobs['plan-prod']?.steps.at(-1)?.with?.['name'];
    const fetched = jobs['apply-prod']?.steps.find(({ uses = '' }) => uses.startsWith('actions/download'));
    expect(fetched?.with?.['name']).toBe(kept);
  });
});

describe('the action of this repository', () => {
  const path = join(import.meta.dirname, '..', '..', '..', 'action.yml');
  const content = readFileSync(path, 'utf8');

  it('has no findings in the schema of GitHub', async () => {
    expect(await findingsInAction(content)).toEqual([]);
    expect((await findingsInAction(content.replace('using:', 'usingg:'))).join()).toContain('usingg');
  });

  it('has scripts that a shell can read, and into which no input is pasted', () => {
    const { runs } = parse(content) as { readonly runs: { readonly steps: readonly Step[] } };
    expect(runs.steps).toHaveLength(2);
    for (const { run = '' } of runs.steps) {
      expect(run).not.toContain('{{');
      expect(spawnSync('bash', ['-n'], { input: run, encoding: 'utf8' }).stderr).toBe('');
    }
  });
});
