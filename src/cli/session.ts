// A project, one of its environments, and the way to AWS or to the ECR of this machine.
// It must not know what is done there.
import { fail } from '../diagnostics/index.js';
import type { ProjectEnvironment } from '../manifest/index.js';
import type { Project } from '../manifest/project.js';
import type { PortsFor, UsageSource } from '../plan/index.js';
import { requireMatches } from '../plan/scope.js';
import { compile } from '../registry/index.js';
import type { GlobalValues } from './command.js';
import { isInterruption } from './errors.js';
import { holdsNothing, joinOrStart, localClock, localKeys } from './local-server.js';
import type { Services } from './services.js';
import { canvasOf } from './text.js';
import { usageSourcesOf } from './usage-sources.js';
import { chooseEnvironment, openProject, showWarnings } from './workspace.js';

/** The way to the registries of a project. */
export interface Reach {
  /** Reading stops at Ctrl-C, between two calls. */
  readonly reading: PortsFor;
  /** Writing is stopped by `apply` itself, step by step: the lock must still be released after Ctrl-C. */
  readonly writing: PortsFor;
}

export interface Session {
  readonly project: Project;
  readonly environment: ProjectEnvironment;
  readonly reach: Reach;
  /** What knows which images are in use; none where the manifest declares no usage. */
  readonly usage: readonly UsageSource[];
}

export async function reachOf(
  global: GlobalValues,
  parallelism: number | undefined,
  services: Services,
): Promise<Reach> {
  const endpoint = global.local ? await joinOrStart(global.project, services) : undefined;
  const keyOf = endpoint === undefined ? undefined : await localKeys(services);
  const { awsPorts } = await import('../aws/index.js');
  const common = {
    clock: endpoint === undefined ? services.clock : await localClock(services),
    ...(parallelism === undefined ? {} : { concurrency: parallelism }),
    ...(endpoint === undefined ? {} : { local: { endpoint, ...(keyOf !== undefined && { keyOf }) } }),
  };
  return {
    reading: ({ account, region }) => awsPorts({ ...common, account, region, signal: services.signal }),
    writing: ({ account, region }) => awsPorts({ ...common, account, region }),
  };
}

export async function openSession(
  global: GlobalValues,
  parallelism: number | undefined,
  services: Services,
): Promise<Session> {
  const project = await openProject(global);
  const environment = chooseEnvironment(project, global.environment);
  showWarnings(project, global, services);
  if (global.local && global.only.length > 0 && (await holdsNothing(project.directory, services))) {
    // Where nothing was ever made, a pattern can select what is declared, or nothing: no server is started to learn that.
    const declared = compile(project, environment.name).flatMap((registry) => registry.repositories);
    requireMatches(global.only, declared);
  }
  return {
    project,
    environment,
    reach: await reachOf({ ...global, project: project.directory }, parallelism, services),
    usage: await usageSourcesOf(project, environment, global, services),
  };
}

const sayingPause = 100;

/** Reads: shows on a terminal what is being waited for, and takes it away afterwards. `read` may say how far it has come. */
export async function during<T>(
  text: string,
  services: Services,
  read: (say: (more: string) => void) => Promise<T>,
): Promise<T> {
  const { stderr } = services;
  const { paint, columns } = canvasOf(stderr);
  let told = 0;
  const say = (line: string): void => {
    if (!stderr.isTTY) return;
    stderr.write(`\r\u001b[K${paint.dim(`${line} …`.slice(0, columns - 1))}`);
  };
  if (stderr.isTTY) stderr.write(paint.dim(`${text} …`));
  try {
    return await read((more) => {
      // More often than this nobody can read.
      const now = services.clock.now();
      if (now - told < sayingPause) return;
      told = now;
      say(`${text}: ${more}`);
    });
  } catch (error) {
    if (!services.signal.aborted || !isInterruption(error)) throw error;
    return fail('cli/interrupted', 'interrupted before anything was changed', { cause: error });
  } finally {
    if (stderr.isTTY) stderr.write('\r\u001b[K');
  }
}
