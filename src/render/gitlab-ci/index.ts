// A project's grants as pipelines of GitLab, in files that a `.gitlab-ci.yml` includes.
// It must not know how jobs come of grants, nor where the files go.
import { providerOf } from '../../access/index.js';
import { diagnostic } from '../../diagnostics/index.js';
import { type CiSystem, jobsOf, remarksOnGrants, sourcesOf } from '../ci/jobs.js';
import type { RenderedFile, Renderer, RenderRequest } from '../model.js';
import { imagesPipeline } from './images.js';
import { registryPipeline } from './registry.js';
import type { gitLabCiTarget } from './target.js';

const folder = '.gitlab';

/** Projects beyond the first have folders of their own: `acme/api/.gitlab/…`. */
export const renderGitLabCi: Renderer<typeof gitLabCiTarget.options> = (request, options) => {
  const system: CiSystem = {
    kind: 'gitlab',
    source: (principal) => (principal.kind === 'gitlab' ? principal.project : undefined),
    asks: options.promotion === 'manual',
  };
  const all = sourcesOf(request, system);
  const sources = options.source === '' ? all : [options.source];
  const parts = sources.map((source) => {
    const { jobs, diagnostics } = jobsOf(request, system, {
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
              path: `${place}${folder}/slipway-images.yml`,
              text: imagesPipeline(
                jobs,
                `The images of ${source} for ${request.project}`,
                hostOf(request, source, options.host),
                options,
              ),
            },
          ];
    const unknown = all.includes(source)
      ? []
      : [diagnostic('render/no-trigger', `no grant names ${source}`, { path: 'spec.access.push' })];
    return { files, diagnostics: [...unknown, ...diagnostics] };
  });
  const registry = { path: `${folder}/slipway-registry.yml`, text: registryPipeline(request, options) };
  const files = [...parts.flatMap((part) => part.files), registry];
  return {
    files: files.sort((one, other) => (one.path < other.path ? -1 : 1)),
    diagnostics: [
      ...remarksOnGrants(request, system, options.source),
      ...parts.flatMap(({ diagnostics }) => diagnostics),
    ],
    next: [`echo 'include: [{local: /${folder}/*.yml}]' >> .gitlab-ci.yml`],
  };
};

/** The GitLab that a project is on, as grants say it. */
function hostOf({ environments }: RenderRequest, source: string, otherwise: string): string {
  const principals = environments.flatMap(({ registries }) =>
    registries.flatMap(({ desired }) => (desired.ciAccess ?? []).map(({ principal }) => principal)),
  );
  const found = principals.find((principal) => principal.kind === 'gitlab' && principal.project === source);
  return found === undefined ? otherwise : providerOf(found).host;
}
