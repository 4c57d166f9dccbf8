// The ECR of this machine: which port it is on, joining it, starting it.
// It must not know commands or printing beyond the one line that says which server is used.
import { existsSync, realpathSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fail } from '../diagnostics/index.js';
import { administratorCredentials } from '../local/auth/administrator-file.js';
import type { ClockAnswer } from '../local/clock-control.js';
import { askControl } from '../local/control-client.js';
import { daemonStatus, type RunningEcr, startDaemon } from '../local/daemon.js';
import { shownPath } from './print/diagnostics.js';
import type { Clock, Services } from './services.js';
import { canvasOf, headed } from './text.js';

const defaultPort = 4510;

export function localPort(port: number | undefined, services: Services): number {
  if (port !== undefined) return port;
  const text = services.env.SLIPWAY_LOCAL_PORT;
  if (text === undefined || text === '') return defaultPort;
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1 || number > 65_535) {
    fail('cli/bad-usage', `SLIPWAY_LOCAL_PORT is "${text}", which is no port`, {
      mend: 'set it to a number from 1 to 65535, or unset it',
    });
  }
  return number;
}

export function localUrl(port: number): string {
  return `http://127.0.0.1:${port}`;
}

/** `project` is its folder, or its one file. */
export function dataDirectoryOf(project: string): string {
  const isFile = statSync(project, { throwIfNoEntry: false })?.isFile() ?? false;
  return join(isFile ? dirname(project) : project, '.slipway', 'local');
}

/** What a server keeps its data in. */
export function describeData(dataDirectory: string | null, cwd: string): string {
  return dataDirectory === null ? 'in memory' : `data in ${shownPath(dataDirectory, cwd)}`;
}

/** The same, with a remark where a server of another folder is met. */
export function describeWhose(dataDirectory: string | null, project: string, cwd: string): string {
  const remark = dataDirectory === null || isOwn(dataDirectory, project) ? '' : ", not this folder's";
  return `${describeData(dataDirectory, cwd)}${remark}`;
}

export function isOwn(dataDirectory: string | null, project: string): boolean {
  return dataDirectory !== null && realPath(dataDirectory) === realPath(dataDirectoryOf(project));
}

function realPath(path: string): string {
  return existsSync(path) ? realpathSync(path) : resolve(path);
}

/** Whether no server runs, and none has ever kept anything for the project. */
export async function holdsNothing(project: string, services: Services): Promise<boolean> {
  if (existsSync(dataDirectoryOf(project))) return false;
  return (await daemonStatus(localPort(undefined, services))).state === 'absent';
}

/** What a server says of itself that decides how it is reached. */
export type Reached = Pick<RunningEcr, 'port' | 'certificateAuthority' | 'administratorFile'>;

/** The address for people and their tools; Slipway itself needs no certificate on this machine. */
export function toolUrl({ port, certificateAuthority }: Reached): string {
  return certificateAuthority === null ? localUrl(port) : localUrl(port).replace('http:', 'https:');
}

/** The address of a healthy local ECR: one that runs, or else one that is started now and stays. */
export async function joinOrStart(project: string, services: Services): Promise<string> {
  const port = localPort(undefined, services);
  const status = await daemonStatus(port);
  if (status.state === 'running') {
    if (!isOwn(status.dataDirectory, project)) {
      const data = describeWhose(status.dataDirectory, project, services.cwd);
      tell(`joined the local ECR on ${localUrl(port)}`, data, services);
    }
    return localUrl(port);
  }
  if (status.state === 'foreign') {
    fail('cli/local-port', `port ${port} is taken by ${status.what}, not by a local ECR`);
  }
  const { dataDirectory } = await startDaemon({ port, dataDirectory: dataDirectoryOf(project), entry: services.entry });
  tell(`started a local ECR on ${localUrl(port)}`, describeData(dataDirectory, services.cwd), services);
  const flag = port === defaultPort ? '' : ` --port ${port}`;
  services.stderr.write(`it stays until: slipway local stop${flag}\n\n`);
  return localUrl(port);
}

/** Keys of accounts' administrators at the local ECR that is reached, where it verifies signatures. */
export async function localKeys(services: Services): Promise<KeyOf | undefined> {
  const status = await daemonStatus(localPort(undefined, services));
  const file = status.state === 'running' ? status.administratorFile : undefined;
  return file === undefined ? undefined : keysIn(file);
}

type KeyOf = (account: string) => { readonly accessKeyId: string; readonly secretAccessKey: string };

function keysIn(file: string): KeyOf {
  return (account) => {
    const { id, secret } = administratorCredentials(file, account);
    return { accessKeyId: id, secretAccessKey: secret };
  };
}

/** This machine's clock, as far ahead as the local ECR's is: the age of an image there is told by that one. */
export async function localClock(services: Services): Promise<Clock> {
  const { clock } = services;
  const port = localPort(undefined, services);
  const { offsetMilliseconds } = (await askControl({ port, method: 'GET', path: 'clock' })) as ClockAnswer;
  return {
    now: () => clock.now() + offsetMilliseconds,
    sleep: (milliseconds, until) => clock.sleep(milliseconds, until),
  };
}

function tell(head: string, data: string, { stderr }: Services): void {
  stderr.write(`${headed(head, `(${data})`, canvasOf(stderr)).join('\n')}\n`);
}
