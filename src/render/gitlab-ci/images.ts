// The pipeline of one project on GitLab: builds its images once, pushes them, and promotes them by digest.
// It must not know grants.
import type { ImageJob } from '../ci/jobs.js';
import { script } from '../ci/scripts.js';
import { alpine, common, type Job, type Options, pipelineText, tokenFor, tools } from './pipeline.js';
import { conditionsOf } from './rules.js';
import { build, images, indented, showToken } from './shell.js';

export function imagesPipeline(jobs: readonly ImageJob[], title: string, host: string, options: Options): string {
  const several = new Set(jobs.flatMap((job) => job.images.map(({ key }) => key))).size > 1;
  const written = jobs.map((job): readonly [string, Job] => [
    job.id,
    job.from === undefined ? buildJob(job, several, host, options) : promotionJob(job, host, options),
  ]);
  const comments = jobs.flatMap(({ id, from, to }): [string, string][] => [
    [`${id}/resource_group`, 'One after the other: an older build never moves a tag back.'],
    [
      id,
      from === undefined
        ? `${to.environment}: a commit is built once. Layers are cached at GitLab: a cache in the registry would need a tag that moves.`
        : `${to.environment}: the very image of ${from.environment}, by its digest.`,
    ],
  ]);
  return pipelineText(title, Object.fromEntries(written), new Map(comments));
}

function frame(job: ImageJob, manual: boolean): Job {
  return {
    stage: job.from === undefined ? 'build' : 'deploy',
    // A job that is not in the pipeline, as the build is for a tag, holds nothing up.
    ...(job.needs.length === 0 ? {} : { needs: job.needs.map((id) => ({ job: id, optional: true })) }),
    rules: conditionsOf(job.refs).map((condition) => ({ if: condition, ...(manual ? { when: 'manual' } : {}) })),
    interruptible: false,
  };
}

function buildJob(job: ImageJob, several: boolean, host: string, options: Options): Job {
  const context = options.context === '' ? (several ? '{key}' : '.') : options.context;
  const isMoved = job.images.some(({ moving }) => moving.length > 0);
  const isGated = job.images.some(({ gated }) => gated);
  const emulates = options.platforms.includes(',') || !options.platforms.startsWith('linux/amd64');
  const move = [
    'if [ -n "$MOVING" ] && [ -n "$CI_COMMIT_BRANCH" ]; then',
    '  TAGS=$MOVING',
    ...indented(images.moveTags),
    'fi',
  ];
  return {
    ...frame(job, false),
    ...tools('docker:28', ['aws-cli', 'jq', 'skopeo']),
    services: ['docker:28-dind'],
    timeout: '1h',
    ...tokenFor(host),
    resource_group: `images/${job.to.environment}/$REPOSITORY`,
    cache: { key: 'images-$REPOSITORY_SLUG', paths: ['.slipway-cache/'] },
    parallel: {
      matrix: job.images.map(({ key, repository, moving, gated }) => ({
        REPOSITORY: repository,
        REPOSITORY_SLUG: repository.replaceAll('/', '-'),
        CONTEXT: context.replaceAll('{key}', key),
        ...(isMoved ? { MOVING: moving.join(' ') } : {}),
        ...(isGated ? { GATED: String(gated) } : {}),
      })),
    },
    variables: {
      ...common,
      DOCKER_TLS_CERTDIR: '/certs',
      AWS_ROLE_ARN: job.to.role,
      AWS_REGION: job.to.region,
      REGION: job.to.region,
      REGISTRY: job.to.registry,
      TAG: '$CI_COMMIT_SHA',
      AUTH: 'registry.json',
      PLATFORMS: options.platforms,
      PROVENANCE: options.provenance === 'off' ? 'false' : `mode=${options.provenance}`,
      ...(isGated ? { FAIL_AT: options['fail-at'].toUpperCase(), PAUSE: '10' } : {}),
    },
    script: [
      showToken,
      images.logIn,
      images.find,
      script(
        'if [ -z "$digest" ]; then',
        ...(emulates ? ['  docker run --privileged --rm tonistiigi/binfmt --install all'] : []),
        ...indented(build),
        ...indented(images.push),
        ...(isMoved ? move.map((line) => `  ${line}`) : []),
        'fi',
      ),
      ...(isGated
        ? [script('if [ "$GATED" = true ]; then', '  DIGEST=$digest', ...indented(images.scanGate), 'fi')]
        : []),
    ],
  };
}

function promotionJob(job: ImageJob, host: string, options: Options): Job {
  const { from = job.to, to } = job;
  const logIn = (role: string, region: string, registry: string, auth: string): string =>
    script(
      `export AWS_ROLE_ARN="$${role}" AWS_REGION="$${region}" REGION="$${region}" REGISTRY="$${registry}" AUTH=${auth}`,
      ...images.logIn.trimEnd().split('\n'),
    );
  return {
    ...frame(job, options.promotion === 'manual'),
    ...tools(alpine, ['aws-cli', 'skopeo']),
    timeout: '30m',
    ...tokenFor(host),
    environment: { name: to.environment, deployment_tier: 'other' },
    resource_group: `images/${to.environment}/$REPOSITORY`,
    parallel: {
      matrix: job.images.map(({ repository, source = repository }) => ({
        REPOSITORY: repository,
        FROM_REPOSITORY: source,
      })),
    },
    variables: {
      ...common,
      FROM_ROLE: from.role,
      FROM_REGION: from.region,
      FROM_REGISTRY: from.registry,
      TO_ROLE: to.role,
      TO_REGION: to.region,
      TO_REGISTRY: to.registry,
      TAG: '$CI_COMMIT_SHA',
    },
    script: [
      showToken,
      logIn('FROM_ROLE', 'FROM_REGION', 'FROM_REGISTRY', 'from.json'),
      logIn('TO_ROLE', 'TO_REGION', 'TO_REGISTRY', 'registry.json'),
      script(
        'SOURCE="$FROM_REGISTRY/$FROM_REPOSITORY" TARGET="$TO_REGISTRY/$REPOSITORY"',
        ...images.promote.trimEnd().split('\n'),
      ),
    ],
  };
}
