// A project, one of its environments, and the way to AWS or to the ECR of this machine.
// It must not know what is done there.
import type { ProjectEnvironment } from '../manifest/index.js';
import type { Project } from '../manifest/project.js';
import type { PortsFor } from '../plan/index.js';
import type { GlobalValues } from './command.js';
import { joinOrStart } from './local-server.js';
import type { Services } from './services.js';
import { canvasOf } from './text.js';
import { chooseEnvironment, openProject, showWarnings } from './workspace.js';

export interface Session {
  readonly project: Project;
  readonly environment: ProjectEnvironment;
  readonly portsFor: PortsFor;
}

export async function portsOf(
  global: GlobalValues,
  parallelism: number | undefined,
  services: Services,
): Promise<PortsFor> {
  const endpoint = global.local ? await joinOrStart(global.project, services) : undefined;
  const { awsPorts } = await import('../aws/index.js');
  return ({ account, region }) =>
    awsPorts({
      account,
      region,
      clock: services.clock,
      signal: services.signal,
      ...(parallelism === undefined ? {} : { concurrency: parallelism }),
      ...(endpoint === undefined ? {} : { local: { endpoint } }),
    });
}

export async function openSession(
  global: GlobalValues,
  parallelism: number | undefined,
  services: Services,
): Promise<Session> {
  const project = await openProject(global);
  const environment = chooseEnvironment(project, global.environment);
  showWarnings(project, global, services);
  return {
    project,
    environment,
    portsFor: await portsOf({ ...global, project: project.directory }, parallelism, services),
  };
}

/** Shows on a terminal what is being waited for, and takes it away afterwards. */
export async function during<T>(text: string, services: Services, work: () => Promise<T>): Promise<T> {
  const { stderr } = services;
  if (!stderr.isTTY) return work();
  stderr.write(canvasOf(stderr).paint.dim(`${text} …`));
  try {
    return await work();
  } finally {
    stderr.write('\r\u001b[K');
  }
}
