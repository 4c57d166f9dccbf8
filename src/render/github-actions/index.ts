// A project's grants as workflows of GitHub Actions.
// It must not know how jobs come of grants, nor where the files go.
import { diagnostic } from '../../diagnostics/index.js';
import { type CiSystem, jobsOf, remarksOnGrants, sourcesOf } from '../ci/jobs.js';
import type { RenderedFile, Renderer } from '../model.js';
import { buildWorkflow } from './build.js';
import { registryWorkflow, variableOf } from './registry.js';
import type { gitHubActionsTarget } from './target.js';

const folder = '.github/workflows';

const gitHub: CiSystem = {
  kind: 'github',
  source: (principal) =>
    principal.kind === 'github' && principal.repository !== '*'
      ? `${principal.organization}/${principal.repository}`
      : undefined,
  asks: false,
};

/** Repositories on GitHub beyond the first have folders of their own: `acme/api/.github/…`. */
export const renderGitHubActions: Renderer<typeof gitHubActionsTarget.options> = (request, options) => {
  const all = sourcesOf(request, gitHub);
  const sources = options.source === '' ? all : [options.source];
  const parts = sources.map((source) => {
    const { jobs, diagnostics } = jobsOf(request, gitHub, {
      source,
      branch: options.branch,
      tags: options.tags.split(',').filter((tag) => tag !== ''),
      gate: options['fail-at'] !== 'off',
    });
    const place = sources.length === 1 ? '' : `${source}/`;
    const files: RenderedFile[] =
      jobs.length === 0
        ? []
        : [
            {
              path: `${place}${folder}/slipway-build.yml`,
              text: buildWorkflow(jobs, `The images of ${source} for ${request.project}`, options),
            },
          ];
    const unknown =
      all.includes(source) || jobs.length > 0
        ? []
        : [diagnostic('render/no-trigger', `no grant names ${source}`, { path: 'spec.access.push' })];
    return { files, diagnostics: [...unknown, ...diagnostics] };
  });
  const registry = { path: `${folder}/slipway.yml`, text: registryWorkflow(request, options) };
  return {
    files: [...parts.flatMap(({ files }) => files), registry].sort((one, other) => (one.path < other.path ? -1 : 1)),
    diagnostics: [
      ...remarksOnGrants(request, gitHub, options.source),
      ...parts.flatMap(({ diagnostics }) => diagnostics),
    ],
    next: request.environments.map(({ name }) => `gh variable set ${variableOf(name, 'PLAN')} --body ROLE_ARN`),
  };
};
