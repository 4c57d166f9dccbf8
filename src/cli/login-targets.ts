// The registries that a login is for: named ones, those of an environment, or the caller's own.
// It must not know tokens, nor what is done with them.
import { fail } from '../diagnostics/index.js';
import { hostIn, hostOf, registryAt } from '../login/index.js';
import type { ProjectEnvironment } from '../manifest/index.js';
import { compile } from '../registry/index.js';
import type { LoginArgs } from './commands/login.js';
import { joinOrStart } from './local-server.js';
import { anyPlace } from './local-tools.js';
import type { Services } from './services.js';
import { list } from './text.js';
import type { Place } from './tokens.js';
import { chooseEnvironment, holdsProject, openProject, showWarnings } from './workspace.js';

/** Where no host is named, the token tells it. */
export type Target =
  | { readonly kind: 'aws'; readonly place: Place }
  | {
      readonly kind: 'local';
      readonly port: number;
      readonly host: string | undefined;
      readonly caller: { readonly account: string | undefined; readonly region: string };
    };

export async function targetsOf(args: LoginArgs, services: Services): Promise<readonly Target[]> {
  const { options, global } = args;
  const { project: folder, environment: name } = global;
  const inProject = name !== undefined || (options.registry.length === 0 && holdsProject(folder));
  const project = inProject ? await openProject(global) : undefined;
  // One server holds the registries of all environments: where none is named, its home is as good as outside a project.
  const toHome = project !== undefined && global.local && name === undefined && project.environments.size > 1;
  const environment = project === undefined || toHome ? undefined : chooseEnvironment(project, name);
  if (project !== undefined) showWarnings(project, global, services);
  const caller = callerOf(environment, services);

  if (toHome) tellHome([...project.environments.keys()], caller.region, args, services);

  if (options.registry.length > 0) return distinct(options.registry.map((address) => named(address, caller)));
  if (global.local) {
    const { port } = new URL(await joinOrStart(project?.directory ?? folder, services));
    return [{ kind: 'local', port: Number(port), host: undefined, caller }];
  }
  if (project === undefined || environment === undefined) return [{ kind: 'aws', place: {} }];
  const places = compile(project, environment.name).map(({ account, region }): Target => {
    return { kind: 'aws', place: { host: hostOf({ account, region }), region } };
  });
  return distinct(places);
}

/** As whom, and which other choices there are. */
function tellHome(names: readonly string[], region: string, { global }: LoginArgs, { stderr }: Services): void {
  if (global.output === 'json') return;
  const flags = names.map((one) => `-e ${one}`);
  stderr.write(
    `no environment was named: the login is for account ${anyPlace.account} in ${region}; for one of this project's add ${list(flags, 'or')}\n`,
  );
}

/** Whom a local ECR takes for the caller: its own account, where the environment names none. */
function callerOf(
  environment: ProjectEnvironment | undefined,
  { env }: Services,
): { account: string | undefined; region: string } {
  return {
    account: environment?.account,
    region: environment?.region ?? env['AWS_REGION'] ?? env['AWS_DEFAULT_REGION'] ?? 'us-east-1',
  };
}

function named(address: string, caller: { account: string | undefined; region: string }): Target {
  const registry = registryAt(address);
  if (registry === undefined) return fail('login/not-a-registry', `'${hostIn(address)}' is not a registry of ECR`);
  if (registry.kind === 'local') return { kind: 'local', port: registry.port, host: registry.host, caller };
  const { host, region, fips, dualStack } = registry;
  return { kind: 'aws', place: { host, region, fips, dualStack } };
}

function distinct(targets: readonly Target[]): readonly Target[] {
  return [...new Map(targets.map((one) => [JSON.stringify(one), one])).values()];
}
