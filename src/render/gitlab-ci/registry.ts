// The pipeline of the manifest's own project: the plan on a merge request, the saved plan applied after the merge, and drift.
// It must not know grants: the roles of this pipeline are not in the manifest, since who may change the registry may change them too.
import { applyScript, commentLines, drift, installation, planLines, planText, script } from '../ci/scripts.js';
import type { RenderRequest } from '../model.js';
import { alpine, common, type Job, type Options, pipelineText, tokenFor, tools } from './pipeline.js';
import { postNote, showToken, temp } from './shell.js';

const merging =
  '$CI_PIPELINE_SOURCE == "merge_request_event" && $CI_MERGE_REQUEST_SOURCE_PROJECT_PATH == $CI_PROJECT_PATH';

/** Below the folder of the project, since it goes from job to job. */
const saved = '.slipway-plan';

export function registryPipeline({ project, environments }: RenderRequest, options: Options): string {
  const merged = `$CI_PIPELINE_SOURCE == "push" && $CI_COMMIT_BRANCH == "${options.branch}"`;
  const ids = environments.map(({ name }) => name.replaceAll(/[^\w-]/g, '-'));
  const jobs = environments.flatMap(({ name, registries }, index): readonly (readonly [string, Job])[] => {
    const id = ids[index] ?? name;
    const region = registries[0]?.desired.region ?? '';
    const before = index === 0 ? [] : [`slipway-apply-${ids[index - 1] ?? ''}`];
    const slipway = (use: 'PLAN' | 'APPLY'): Job => ({
      image: 'node:22',
      timeout: '30m',
      ...tokenFor(options.host),
      variables: {
        ...common,
        SLIPWAY_PLAN: `$CI_PROJECT_DIR/${saved}/${id}`,
        AWS_ROLE_ARN: `$${variableOf(name, use)}`,
        AWS_REGION: region,
        PROJECT: options.project,
        ENVIRONMENT: name,
      },
      before_script: [installation, 'export PATH="$PWD/node_modules/.bin:$PATH"'],
    });
    return [
      [
        `slipway-plan-${id}`,
        {
          stage: 'build',
          rules: [{ if: merging }, { if: merged }],
          ...slipway('PLAN'),
          script: [
            showToken,
            script(
              'mkdir -p "$SLIPWAY_PLAN"',
              ...planLines('SLIPWAY_PLAN'),
              'case $code in',
              `  0) echo CHANGES=false > "$SLIPWAY_PLAN/result.env" ;;`,
              `  2) echo CHANGES=true > "$SLIPWAY_PLAN/result.env" ;;`,
              '  *) exit "$code" ;;',
              'esac',
            ),
          ],
          artifacts: {
            name: `plan-${id}`,
            when: 'always',
            access: 'developer',
            expose_as: `slipway plan of ${name}`,
            paths: [`${saved}/${id}/`],
            reports: { dotenv: `${saved}/${id}/result.env` },
            expire_in: '30 days',
          },
        },
      ],
      [
        `slipway-note-${id}`,
        {
          stage: 'test',
          needs: [{ job: `slipway-plan-${id}`, artifacts: true }],
          rules: [{ if: `$SLIPWAY_NOTE_TOKEN && ${merging}` }],
          ...tools(alpine, ['curl', 'jq', 'musl-utils']),
          timeout: '10m',
          variables: {
            ...common,
            SLIPWAY_PLAN: `$CI_PROJECT_DIR/${saved}/${id}`,
            ENVIRONMENT: name,
            COMMIT: '$CI_COMMIT_SHORT_SHA',
          },
          script: [
            script(
              'umask 077',
              `mkdir -p "$${temp}"`,
              ...commentLines(temp, `{ ${planText('SLIPWAY_PLAN')}; echo; }`),
              ...postNote,
            ),
          ],
        },
      ],
      [
        `slipway-apply-${id}`,
        {
          stage: 'deploy',
          needs: [{ job: `slipway-plan-${id}`, artifacts: true }, ...before.map((job) => ({ job, artifacts: false }))],
          rules: [{ if: merged }],
          ...slipway('APPLY'),
          environment: { name },
          resource_group: `slipway/${id}`,
          interruptible: false,
          script: [
            script('if [ "$CHANGES" = false ]; then', `  echo "Nothing to apply."`, '  exit 0', 'fi'),
            showToken,
            applyScript('SLIPWAY_PLAN'),
          ],
        },
      ],
      [
        `slipway-drift-${id}`,
        {
          stage: 'test',
          needs: [],
          rules: [{ if: '$CI_PIPELINE_SOURCE == "schedule"' }],
          ...slipway('PLAN'),
          script: [showToken, drift],
        },
      ],
    ];
  });
  const comments = ids.map((id): [string, string] => [
    `slipway-apply-${id}`,
    'Exactly the plan that the job before has shown, refused where AWS has moved on since. A protected environment asks somebody first.',
  ]);
  const title = [
    `The registry of ${project}`,
    '',
    'Two roles for each environment, as variables of the project: SLIPWAY_…_PLAN_ROLE reads alone (slipway permissions --for-command plan),',
    'SLIPWAY_…_APPLY_ROLE is trusted to the branch alone (slipway permissions --for-command apply). What would hurt needs consent and',
    'is not applied here. SLIPWAY_NOTE_TOKEN, if there is one, writes the plan as a note: a token of the project with the scope api',
  ].join('\n');
  return pipelineText(title, Object.fromEntries(jobs), new Map(comments));
}

/** What the ARN of a role is kept in at GitLab. */
export function variableOf(environment: string, use: 'PLAN' | 'APPLY'): string {
  return `SLIPWAY_${environment.toUpperCase().replaceAll(/\W/g, '_')}_${use}_ROLE`;
}
