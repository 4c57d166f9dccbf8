// The workflow of the manifest's own repository: the plan as a comment on a pull request, the saved plan applied after the merge, and drift.
// It must not know grants: the roles of this workflow are not in the manifest, since who may change the registry may change them too.
import { drift } from '../ci/scripts.js';
import type { RenderRequest } from '../model.js';
import type { Yaml } from '../yaml.js';
import { checkout, credentials, head, type Options, type Step, step, workflowText } from './build.js';
import { expression } from './expression.js';
import { apply, comment, install, plan } from './scripts.js';

export function registryWorkflow({ project, environments }: RenderRequest, options: Options): string {
  const ids = environments.map(({ name }) => name.replaceAll(/[^\w-]/g, '-'));
  const jobs = environments.flatMap(({ name, registries }, index): readonly (readonly [string, Yaml])[] => {
    const region = registries[0]?.desired.region ?? '';
    const id = ids[index] ?? name;
    const before = index === 0 ? [] : [`apply-${ids[index - 1] ?? ''}`];
    const role = (use: 'PLAN' | 'APPLY'): string => expression(`vars.${variableOf(name, use)}`);
    const env = { PROJECT: options.project, ENVIRONMENT: name };
    const frame = (title: string, condition: string): { readonly [key: string]: Yaml } => ({
      name: title,
      if: condition,
      'runs-on': options.runner,
      'timeout-minutes': 30,
    });
    const saved = { name: `plan-${id}`, path: `${expression('runner.temp')}/slipway.plan` };
    const ready = (use: 'PLAN' | 'APPLY'): readonly Step[] => [
      checkout,
      ...installation(options),
      credentials({ role: role(use), region }, 'Take the role'),
    ];
    return [
      [
        `plan-${id}`,
        {
          ...frame(
            `Plan ${name}`,
            "github.event_name == 'push' || github.event.pull_request.head.repo.full_name == github.repository",
          ),
          permissions: withToken,
          outputs: { text: expression('steps.plan.outputs.text'), changes: expression('steps.plan.outputs.changes') },
          steps: [
            ...ready('PLAN'),
            step('Plan', plan, { id: 'plan', env }),
            {
              name: 'Keep the plan',
              if: "github.event_name == 'push' && steps.plan.outputs.changes == 'true'",
              uses: 'actions/upload-artifact@v4',
              with: { ...saved, 'if-no-files-found': 'error', 'retention-days': 30 },
            },
          ],
        },
      ],
      [
        `comment-${id}`,
        {
          ...frame(
            `Tell the plan of ${name}`,
            `!cancelled() && github.event_name == 'pull_request' && needs.plan-${id}.outputs.text != ''`,
          ),
          needs: [`plan-${id}`],
          permissions: { 'pull-requests': 'write' },
          steps: [
            step('Comment', comment, {
              env: {
                GH_TOKEN: expression('github.token'),
                REPOSITORY: expression('github.repository'),
                PULL_REQUEST: expression('github.event.pull_request.number'),
                COMMIT: expression('github.event.pull_request.head.sha'),
                ENVIRONMENT: name,
                TEXT: expression(`needs.plan-${id}.outputs.text`),
              },
            }),
          ],
        },
      ],
      [
        `apply-${id}`,
        {
          ...frame(
            `Apply ${name}`,
            `!cancelled() && !failure() && github.event_name == 'push' && needs.plan-${id}.outputs.changes == 'true'`,
          ),
          needs: [`plan-${id}`, ...before],
          environment: name,
          concurrency: { group: `slipway-apply-${id}`, 'cancel-in-progress': false },
          permissions: withToken,
          steps: [
            ...ready('APPLY'),
            {
              name: 'Fetch the plan',
              uses: 'actions/download-artifact@v5',
              with: { name: saved.name, path: expression('runner.temp') },
            },
            step('Apply', apply, { env: { PROJECT: options.project } }),
          ],
        },
      ],
      [
        `drift-${id}`,
        {
          ...frame(`Drift of ${name}`, "github.event_name == 'schedule'"),
          permissions: withToken,
          steps: [...ready('PLAN'), step('Drift', drift, { env })],
        },
      ],
    ];
  });
  const workflow = {
    name: 'Slipway',
    on: {
      pull_request: { branches: [options.branch] },
      push: { branches: [options.branch] },
      schedule: [{ cron: '17 5 * * *' }],
    },
    permissions: {},
    concurrency: {
      group: `slipway-${expression('github.event_name')}-${expression('github.event.pull_request.number || github.ref')}`,
      'cancel-in-progress': expression("github.event_name == 'pull_request'"),
    },
    defaults: { run: { shell: 'bash' } },
    jobs: Object.fromEntries(jobs),
  };
  const comments = new Map([
    [
      '',
      [
        head(`The registry of ${project}`),
        '',
        'Two roles for each environment, as variables of the repository or, those to apply, of the environment of GitHub:',
        'SLIPWAY_…_PLAN_ROLE reads alone (slipway permissions --for-command plan), SLIPWAY_…_APPLY_ROLE is trusted to jobs of',
        'the environment alone (slipway permissions --for-command apply). What would hurt needs consent and is not applied here.',
      ].join('\n'),
    ],
    ['permissions', 'Each job has what it needs, and no other. Pull requests of forks get no token, and no job.'],
    ...ids.map((id): [string, string] => [
      `jobs/apply-${id}`,
      'Exactly the plan that the job before has shown, to whom the environment asks; refused where AWS has moved on since.',
    ]),
  ]);
  return workflowText(workflow, comments);
}

/** What the ARN of a role is kept in at GitHub. */
export function variableOf(environment: string, use: 'PLAN' | 'APPLY'): string {
  return `SLIPWAY_${environment.toUpperCase().replaceAll(/\W/g, '_')}_${use}_ROLE`;
}

const withToken = { contents: 'read', 'id-token': 'write' };

function installation({ slipway }: Options): readonly Step[] {
  return slipway === ''
    ? [{ uses: 'actions/setup-node@v5', with: { 'node-version': 20 } }, step('Install Slipway', install)]
    : [{ name: 'Install Slipway', uses: slipway }];
}
