// Writes the registry as the code of another engine.
// It must not know any target, nor how a folder is kept up to date.
import { resolve } from 'node:path';
import { type Diagnostic, fail } from '../../diagnostics/index.js';
import {
  type EcrPort,
  observe,
  type PortsFor,
  readStackStatus,
  requireAccount,
  type StackPort,
} from '../../plan/index.js';
import { type DesiredRegistry, type ObservedRegistry, stackNamedIn } from '../../registry/index.js';
import { type LiveRegistry, type LiveSettings, render } from '../../render/index.js';
import type { RenderArgs } from '../commands/render.js';
import { diagnosticContext } from '../diagnostic-context.js';
import { type ExitCode, exit } from '../exit.js';
import { printDiagnostics } from '../print/diagnostics.js';
import { printJson } from '../print/json.js';
import { printFiles, printFolder } from '../print/render.js';
import { planFolder, requireFreeWay, writeFolder } from '../rendered-folder.js';
import type { Services } from '../services.js';
import { during, reachOf } from '../session.js';
import { canvasOf } from '../text.js';
import { assignments } from '../text-values.js';
import { chooseEnvironment, openProject, showWarnings } from '../workspace.js';

export async function renderTarget({ operands, options, global }: RenderArgs, services: Services): Promise<ExitCode> {
  const [target = ''] = operands;
  if (options.check && options.out === undefined)
    fail('cli/bad-usage', '--check compares with a folder', { mend: 'name it with -o' });
  const project = await openProject(global);
  const environments =
    global.environment === undefined ? undefined : [chooseEnvironment(project, global.environment).name];
  showWarnings(project, global, services);
  const reading = options.import ? (await reachOf(global, options.parallelism, services)).reading : undefined;
  const rendering = await render(target, project, {
    options: assignments(options.with, '--with'),
    ...(environments === undefined ? {} : { environments }),
    ...(reading === undefined
      ? {}
      : {
          look: (registry) =>
            during(`reading ${registry.account} in ${registry.region}`, services, () => lookAt(registry, reading)),
        }),
  });
  const { files, diagnostics, next } = rendering;
  const lost = diagnostics.some(({ severity }) => severity === 'warning');
  const verdict = options.strict && lost ? exit.somethingToSee : exit.ok;
  const sayWhy = (): void => {
    if (verdict === exit.ok || global.output === 'json') return;
    services.stderr.write(`\nends with ${verdict} for --strict: the warnings say what is not in the code\n`);
  };
  const json = (folder: string | null, told: readonly unknown[]): void => {
    const all = [...project.warnings, ...diagnostics];
    printJson(services.stdout, { target, folder, files: told, next, diagnostics: all });
  };
  if (global.output !== 'json' && diagnostics.length > 0)
    services.stderr.write(`${printDiagnostics(shortened(diagnostics), diagnosticContext(services))}\n`);
  if (options.out === undefined) {
    if (global.output === 'json')
      json(
        null,
        files.map(({ path, text }) => ({ path, state: 'printed', text })),
      );
    else services.stdout.write(printFiles(files));
    sayWhy();
    return verdict;
  }
  const folder = resolve(services.cwd, options.out);
  const purpose = { target, environment: environments?.[0] ?? null };
  const plan = planFolder(folder, purpose, files);
  const behind = plan.changes.some(({ state }) => state !== 'unchanged');
  if (!options.check) {
    if (!options.overwrite) requireFreeWay(plan);
    writeFolder(folder, purpose, plan);
  }
  if (global.output === 'json')
    json(
      folder,
      plan.changes.map(({ path, state }) => ({ path, state })),
    );
  else {
    const view = { changes: plan.changes, folder: options.out, written: !options.check, next };
    services.stdout.write(printFolder(view, canvasOf(services.stdout)));
  }
  sayWhy();
  return options.check && behind ? exit.somethingToSee : verdict;
}

/** A default that all repositories have is told of each of them: for people, once. */
function shortened(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  const alike = new Map<string, { readonly first: Diagnostic; more: number }>();
  for (const one of diagnostics) {
    const id = `${one.code} ${one.range === undefined ? one.message : JSON.stringify(one.range)}`;
    const known = alike.get(id);
    if (known === undefined) alike.set(id, { first: one, more: 0 });
    else known.more += 1;
  }
  return [...alike.values()].map(({ first, more }) =>
    more === 0 ? first : { ...first, message: `${first.message} (${more} more of it: \`--output json\` has all)` },
  );
}

/** What is not declared is not asked for, which would take permissions. */
async function settingsOf({ registryPolicy, replication }: DesiredRegistry, ecr: EcrPort): Promise<LiveSettings> {
  const [policy, scope, rules] = await Promise.all([
    registryPolicy === undefined ? undefined : ecr.getRegistryPolicy(),
    registryPolicy?.scope === undefined ? undefined : ecr.registryPolicyScope(),
    replication === undefined ? undefined : ecr.replicationRules(),
  ]);
  return {
    ...(policy === undefined ? {} : { policy }),
    ...(scope === undefined ? {} : { scope }),
    ...(rules === undefined ? {} : { replication: rules }),
  };
}

/** Those that repositories say they are in. Who may not ask is told of it by a target that has to know. */
async function stacksNamedIn({ repositories }: ObservedRegistry, port: StackPort) {
  const names = new Set([...repositories.values()].flatMap(({ tags }) => stackNamedIn(tags) ?? []));
  return new Map(await Promise.all([...names].map(async (name) => [name, await readStackStatus(name, port)] as const)));
}

/** What exists in the registry and in its stacks. Not knowing is not the same as not existing: an import left out would be made twice. */
async function lookAt(desired: DesiredRegistry, portsFor: PortsFor): Promise<LiveRegistry> {
  const ports = await portsFor(desired);
  await requireAccount(ports, desired.account, desired.owner.environment);
  const [observed, settings, stacks, found] = await Promise.all([
    observe(desired, ports, { orphans: false }),
    settingsOf(desired, ports.ecr),
    Promise.all(
      desired.companions.map(async ({ name, region }) => {
        const { stacks: port } = region === desired.region ? ports : await portsFor({ ...desired, region });
        return [name, (await port.describe(name))?.outputs] as const;
      }),
    ),
    Promise.all(
      desired.companions
        .flatMap(({ name, resources }) => resources.map((one) => ({ name, one })))
        .flatMap(({ name, one }) => (one.kind === 'oidc-provider' && !one.existing ? [{ name, one }] : []))
        .map(async ({ name, one: { id, arn } }) => ({ name, id, arn, live: await ports.oidcProviders.find(arn) })),
    ),
  ]);
  for (const [name, { operation, reason }] of observed.unreadable) {
    fail('cli/unreadable', `${name} could not be read (${operation}: ${reason})`);
  }
  const stacksOfRepositories = await stacksNamedIn(observed, ports.stacks);
  const outputsOf = new Map(
    stacks.flatMap(([name, outputs]) => (outputs === undefined ? [] : [[name, outputs] as const])),
  );
  return {
    observed,
    stacks: outputsOf,
    stacksOfRepositories,
    settings,
    providersOfOthers: found.flatMap(({ name, id, arn, live }) =>
      live === undefined || outputsOf.get(name)?.[`${id}Arn`] !== undefined ? [] : [arn],
    ),
  };
}
