// The workflow of one repository on GitHub: builds its images once, pushes them, and promotes them by digest.
// It must not know grants.
import type { ImageJob, JobImage, Ref, Side } from '../ci/jobs.js';
import type { OptionValuesOf } from '../model.js';
import { type Yaml, yamlText } from '../yaml.js';
import { expression, filterOf, isOneOf } from './expression.js';
import { find, logIn, moveTags, promote, push, scanGate } from './scripts.js';
import type { gitHubActionsTarget } from './target.js';

export type Options = OptionValuesOf<typeof gitHubActionsTarget.options>;

export interface Step {
  readonly [key: string]: Yaml;
}

export function buildWorkflow(jobs: readonly ImageJob[], title: string, options: Options): string {
  const several = new Set(jobs.flatMap(({ images }) => images.map(({ key }) => key))).size > 1;
  const refs = jobs.flatMap((job) => job.refs);
  const on = {
    push: { ...filters('branches', 'branch', refs), ...filters('tags', 'tag', refs) },
    workflow_dispatch: {},
  };
  const workflow = {
    name: 'Images',
    on,
    permissions: {},
    concurrency: { group: `images-${expression('github.ref')}`, 'cancel-in-progress': false },
    defaults: { run: { shell: 'bash' } },
    jobs: Object.fromEntries(
      jobs.map((job) => [job.id, job.from === undefined ? build(job, several, options) : promotion(job, options)]),
    ),
  };
  const comments = new Map([
    ['', head(title)],
    ['permissions', 'Each job has what it needs, and no other.'],
    ['concurrency', 'One run of a branch after the other: an older build never moves a tag back.'],
    ...jobs.map(({ id, from, to, gate }): [string, string] => [
      `jobs/${id}`,
      from === undefined
        ? `${to.environment}: a commit is built once. Layers are cached at GitHub: a cache in the registry would need a tag that moves.`
        : `${to.environment}: the very image of ${from.environment}, by its digest.${gate === undefined ? '' : ` The environment ${gate} of GitHub can ask somebody first.`}`,
    ]),
  ]);
  return workflowText(workflow, comments);
}

export function head(title: string): string {
  return [
    `${title}. Slipway wrote it from the manifest: change that, and render again.`,
    '',
    'Actions are named by their major version. To pin one to a commit, write that instead, and the version behind it:',
    '  gh api repos/actions/checkout/commits/v5 --jq .sha',
    '  uses: actions/checkout@SHA # v5',
  ].join('\n');
}

function filters(name: 'branches' | 'tags', kind: Ref['kind'], refs: readonly Ref[]): { readonly [key: string]: Yaml } {
  const all = [...new Set(refs.filter((ref) => ref.kind === kind).map(filterOf))].sort();
  return all.length === 0 ? {} : { [name]: all };
}

function frame(job: ImageJob, options: Options, minutes: number): { readonly [key: string]: Yaml } {
  const condition = isOneOf(job.refs);
  return {
    name: `${expression('matrix.repository')} in ${job.to.environment}`,
    ...(job.needs.length === 0 ? {} : { needs: job.needs }),
    // A job that was left out, as the build is for a tag, is no failure.
    if: job.needs.length === 0 ? condition : `!cancelled() && !failure() && (${condition})`,
    'runs-on': options.runner,
    'timeout-minutes': minutes,
    ...(job.gate === undefined ? {} : { environment: job.gate }),
    permissions: { contents: 'read', 'id-token': 'write' },
  };
}

function build(job: ImageJob, several: boolean, options: Options): Yaml {
  const context = options.context === '' ? (several ? '{key}' : '.') : options.context;
  const toBuild = "steps.find.outputs.digest == ''";
  const emulates = options.platforms.includes(',') || !options.platforms.startsWith('linux/amd64');
  const isMoved = job.images.some(({ moving }) => moving.length > 0);
  const isGated = job.images.some(({ gated }) => gated);
  return {
    ...frame(job, options, 60),
    strategy: {
      'fail-fast': false,
      matrix: {
        include: job.images.map(({ key, repository, moving, gated }) => ({
          repository,
          context: context.replaceAll('{key}', key),
          ...(isMoved ? { moving: moving.join(' ') } : {}),
          ...(isGated ? { gated } : {}),
        })),
      },
    },
    env: {
      REGION: job.to.region,
      REGISTRY: job.to.registry,
      REPOSITORY: expression('matrix.repository'),
      TAG: expression('github.sha'),
    },
    steps: [
      checkout,
      credentials(job.to, 'Take the role'),
      step('Log in', logIn, { env: { AUTH: 'registry.json' } }),
      step('Look whether this commit was built', find, { id: 'find' }),
      ...(emulates ? [{ uses: 'docker/setup-qemu-action@v3', if: toBuild }] : []),
      { uses: 'docker/setup-buildx-action@v3', if: toBuild },
      {
        name: 'Build',
        if: toBuild,
        uses: 'docker/build-push-action@v6',
        with: {
          context: expression('matrix.context'),
          platforms: options.platforms,
          provenance: options.provenance === 'off' ? 'false' : `mode=${options.provenance}`,
          outputs: `type=oci,tar=false,dest=${expression('runner.temp')}/image`,
          'cache-from': `type=gha,scope=${expression('matrix.repository')}`,
          'cache-to': `type=gha,mode=max,scope=${expression('matrix.repository')}`,
        },
      },
      step('Push', push, { id: 'push', if: toBuild }),
      ...(isMoved
        ? [
            step('Move tags', moveTags, {
              if: `${toBuild} && matrix.moving != '' && startsWith(github.ref, 'refs/heads/')`,
              env: { TAGS: expression('matrix.moving') },
            }),
          ]
        : []),
      ...(isGated
        ? [
            step('Wait for the scan', scanGate, {
              if: 'matrix.gated',
              env: {
                DIGEST: expression('steps.push.outputs.digest || steps.find.outputs.digest'),
                FAIL_AT: options['fail-at'].toUpperCase(),
                PAUSE: '10',
              },
            }),
          ]
        : []),
    ],
  };
}

function promotion(job: ImageJob, options: Options): Yaml {
  const { from = job.to, to, images } = job;
  const matrix = images.map(({ repository, source }: JobImage) => ({ repository, source: source ?? repository }));
  return {
    ...frame(job, options, 30),
    strategy: { 'fail-fast': false, matrix: { include: matrix } },
    steps: [
      credentials(from, `Take the role of ${from.environment}`),
      step('Log in to pull', logIn, { env: { REGION: from.region, REGISTRY: from.registry, AUTH: 'from.json' } }),
      credentials(to, `Take the role of ${to.environment}`),
      step('Log in to push', logIn, { env: { REGION: to.region, REGISTRY: to.registry, AUTH: 'registry.json' } }),
      step('Promote', promote, {
        env: {
          SOURCE: `${from.registry}/${expression('matrix.source')}`,
          TARGET: `${to.registry}/${expression('matrix.repository')}`,
          TAG: expression('github.sha'),
        },
      }),
    ],
  };
}

export const checkout: Step = { uses: 'actions/checkout@v5', with: { 'persist-credentials': false } };

export function credentials({ role, region }: Pick<Side, 'role' | 'region'>, name: string): Step {
  return {
    name,
    uses: 'aws-actions/configure-aws-credentials@v6',
    with: { 'role-to-assume': role, 'aws-region': region, 'unset-current-credentials': true },
  };
}

interface Around {
  readonly id?: string;
  readonly if?: string;
  readonly env?: Readonly<Record<string, string>>;
}

export function step(name: string, run: string, { id, if: condition, env }: Around = {}): Step {
  return {
    name,
    ...(id === undefined ? {} : { id }),
    ...(condition === undefined ? {} : { if: condition }),
    ...(env === undefined ? {} : { env }),
    run,
  };
}

/** The only key that every reader of workflows takes for a word, and YAML 1.1 for true. */
export function workflowText(
  workflow: { readonly [key: string]: Yaml },
  comments: ReadonlyMap<string, string>,
): string {
  const written = yamlText(workflow, { comments, spaced: (path) => path === '' || path === 'jobs' });
  return written.replace(/^'on':$/m, 'on:');
}
