// Prints repository URLs and ARNs.
// It must not know how they are found.
import { appendFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { fail } from '../../diagnostics/index.js';
import { type Project, resolveOne } from '../../manifest/index.js';
import {
  type CompanionOutputs,
  companionOutputs,
  observe,
  outputs,
  type PortsFor,
  type RepositoryOutput,
  requireAccount,
} from '../../plan/index.js';
import { requireMatches, selects } from '../../plan/scope.js';
import { companionKey } from '../../registry/companions/key.js';
import { compile } from '../../registry/index.js';
import type { OutputArgs } from '../commands/output.js';
import { systemReason } from '../errors.js';
import { type ExitCode, exit } from '../exit.js';
import { printJson } from '../print/json.js';
import { printOutputEnv, printOutputGithub, printOutputTable, type ReplicaOutput } from '../print/output.js';
import { title } from '../print/view.js';
import type { Services } from '../services.js';
import { during, openSession } from '../session.js';
import { canvasOf } from '../text.js';

export async function showOutput({ operands, options, global }: OutputArgs, services: Services): Promise<ExitCode> {
  const { project, environment, reach } = await openSession(global, options.parallelism, services);
  const [name] = operands;
  // Says which repositories there are where the name is none of them, before AWS is asked.
  const wanted = name === undefined ? undefined : resolveOne(project, name, environment.name);
  const {
    repositories: all,
    replicas,
    companions,
  } = await during(`reading ${environment.account} in ${environment.region}`, services, () =>
    readOutputs(project, environment.name, reach.reading),
  );
  requireMatches(global.only, all);
  const chosen = all.filter((one) => (wanted === undefined ? selects(global.only, one) : one.key === wanted.key));

  const inReplicas = replicas.map(({ region, repositories }) => ({
    region,
    repositories: repositories.filter(({ name: one }) => chosen.some(({ name: of }) => of === one)),
  }));
  const [only] = chosen;
  if (wanted !== undefined && global.output === 'text') {
    if (only?.uri === undefined || only.uri === null)
      fail('cli/no-url', `${wanted.name} does not exist in ${environment.name} yet`);
    services.stdout.write(`${only.uri}\n`);
    return exit.ok;
  }
  // Of some repositories, only these are told.
  const beside = wanted === undefined && global.only.length === 0 ? companions : { roles: [] };
  const canvas = canvasOf(services.stdout);
  const heading = title({ project: project.name, environment: environment.name }, environment, canvas.paint);
  switch (global.output) {
    case 'json':
      printJson(services.stdout, {
        project: project.name,
        environment: environment.name,
        repositories: Object.fromEntries(
          chosen.map((one) => [
            one.key,
            {
              name: one.name,
              url: one.uri,
              arn: one.arn,
              account: environment.account,
              region: environment.region,
              ...(inReplicas.length === 0 ? {} : { replicas: replicasJson(one, inReplicas) }),
            },
          ]),
        ),
        roles: Object.fromEntries(beside.roles.map(({ key, arn, use }) => [key, { arn, use }])),
        key: beside.key ?? null,
        diagnostics: project.warnings,
      });
      break;
    case 'env':
      services.stdout.write(printOutputEnv(chosen, beside.roles));
      break;
    case 'github':
      writeGithub(printOutputGithub(chosen, beside.roles), services);
      break;
    default:
      services.stdout.write(printOutputTable(heading, chosen, canvas, beside, inReplicas));
  }
  return exit.ok;
}

/** By Region: where the repository is besides. */
function replicasJson({ name }: RepositoryOutput, replicas: readonly ReplicaOutput[]) {
  return Object.fromEntries(
    replicas.flatMap(({ region, repositories }) =>
      repositories.filter((one) => one.name === name).map(({ uri, arn }) => [region, { url: uri, arn }]),
    ),
  );
}

interface Outputs {
  readonly repositories: readonly RepositoryOutput[];
  readonly replicas: readonly ReplicaOutput[];
  readonly companions: CompanionOutputs;
}

async function readOutputs(project: Project, environment: string, portsFor: PortsFor): Promise<Outputs> {
  const found = await Promise.all(
    compile(project, environment).map(async (desired) => {
      const ports = await portsFor(desired);
      await requireAccount(ports, desired.account, environment);
      const observed = await observe(desired, ports, { depth: 'existence', orphans: false });
      // Not knowing is not the same as not existing: a pipeline would deploy nothing and call it done.
      for (const [name, { operation, reason }] of observed.unreadable) {
        fail('cli/unreadable', `${name} could not be read (${operation}: ${reason})`);
      }
      const key = desired.companions.find(({ kind }) => kind === 'key');
      const made = key === undefined ? undefined : await ports.stacks.describe(key.name);
      return {
        region: desired.region,
        repositories: outputs(desired, observed),
        companions: companionOutputs(desired, made?.outputs[companionKey.output] ?? null),
      };
    }),
  );
  const [own, ...replicas] = found;
  return {
    repositories: own?.repositories ?? [],
    replicas: replicas.map(({ region, repositories }) => ({ region, repositories })),
    companions: own?.companions ?? { roles: [] },
  };
}

function writeGithub(text: string, services: Services): void {
  const file = services.env.GITHUB_OUTPUT;
  if (file === undefined || file === '') {
    services.stdout.write(text);
    return;
  }
  try {
    appendFileSync(resolve(services.cwd, file), text);
  } catch (error) {
    fail('cli/cannot-write', `cannot append to $GITHUB_OUTPUT (${file}): ${systemReason(error)}`, { cause: error });
  }
}
