// Starts, stops and describes the ECR of this machine.
// It must not know what it serves, nor AWS.
import { resolve } from 'node:path';
import { fail } from '../../diagnostics/index.js';
import { daemonStatus, startDaemon, stopDaemon } from '../../local/daemon.js';
import { commandLine, type Run } from '../advice.js';
import {
  type LocalEnvArgs,
  type LocalStartArgs,
  type LocalStatusArgs,
  type LocalStopArgs,
  localEnvCommand,
  localStopCommand,
} from '../commands/local.js';
import { loginCommand } from '../commands/login.js';
import { type ExitCode, exit } from '../exit.js';
import { readIssuers } from '../issuers.js';
import {
  dataDirectoryOf,
  describeData,
  describeWhose,
  isOwn,
  localPort,
  type Reached,
  toolUrl,
} from '../local-server.js';
import { anyPlace, exportsOf, localVariables, pasteFor, pasteLines, registryHost, trustLines } from '../local-tools.js';
import { printJson } from '../print/json.js';
import type { Services } from '../services.js';
import { type Canvas, callTable, canvasOf, headed } from '../text.js';
import { readUpstreams, upstreamArguments } from '../upstreams.js';
import { chooseEnvironment, holdsProject, openProject } from '../workspace.js';

function say(head: string, besides: string, { stdout }: Services): void {
  stdout.write(`${headed(head, besides, canvasOf(stdout)).join('\n')}\n`);
}

export async function start(args: LocalStartArgs, services: Services): Promise<ExitCode> {
  const { options, global } = args;
  const canvas = canvasOf(services.stdout);
  const { paint } = canvas;
  const port = localPort(options.port, services);
  if (options.memory && options.data !== undefined)
    fail('cli/bad-usage', '--memory and --data exclude each other', { mend: 'give one of them' });
  const dataDirectory = options.memory
    ? undefined
    : options.data === undefined
      ? dataDirectoryOf(global.project)
      : resolve(services.cwd, options.data);
  if (options.foreground) return serve(args, port, dataDirectory, services);
  // Whatever is wrong with them is told here, not by the process that stays behind.
  const { upstreams, upstreamSecrets } = await readUpstreams(options, services.cwd);
  const issuers = await readIssuers(options.oidcIssuer);
  const asked = {
    ...(options.profile !== undefined && { profile: profileOf(options.profile) }),
    ...(options.uriStyle !== undefined && { uriStyle: uriStyleOf(options.uriStyle) }),
    ...(options.auth !== undefined && { auth: authOf(options.auth) }),
    quotas: options.quotas,
    ...(upstreams !== undefined && { upstreams }),
    ...(upstreamSecrets !== undefined && { upstreamSecrets: Object.keys(upstreamSecrets) }),
    ...issuers,
  };

  const extraArguments = [
    ...(options.uriStyle === undefined ? [] : ['--uri-style', options.uriStyle]),
    ...(options.profile === undefined ? [] : ['--profile', options.profile]),
    ...(options.auth === undefined ? [] : ['--auth', options.auth]),
    ...(options.quotas ? ['--quotas'] : []),
    ...upstreamArguments(options, services.cwd),
    ...options.oidcIssuer.flatMap((one) => ['--oidc-issuer', one]),
  ];
  const data = dataDirectory === undefined ? { memory: true } : { dataDirectory };
  const running = await startDaemon({ port, ...data, tls: options.tls, asked, entry: services.entry, extraArguments });
  const elsewhere = options.port !== undefined;
  if (global.output === 'json') {
    const { pid, started, dataDirectory: folder } = running;
    printJson(services.stdout, { ...told(running), pid, data: folder, started });
    return exit.ok;
  }
  const head = `${running.started ? 'A local ECR runs' : 'A local ECR was running already'} on ${toolUrl(running)}`;
  const place = `(process ${running.pid}, ${describeData(running.dataDirectory, services.cwd)})`;
  const flags = elsewhere ? ['--port', String(port)] : [];
  const named = { global: { ...global, environment: 'NAME' }, cwd: services.cwd };
  // A server is stopped by its port, wherever one stands.
  const anywhere = { ...named, cwd: global.project };
  const forEnvironment: [string, string][] = [
    [commandLine(localEnvCommand, named, { options: flags }), 'prints the first for an environment'],
    [loginLine(port, elsewhere, named), 'logs in for an environment'],
  ];
  services.stdout.write(
    [
      ...headed(paint.bold(paint.green(head)), place, canvas),
      '',
      ...hints(running, canvas),
      '',
      ...callTable(
        [
          ...(holdsProject(global.project) ? forEnvironment : []),
          [commandLine(localStopCommand, anywhere, { options: flags }), 'stops it'],
        ],
        canvas,
      ),
      '',
    ].join('\n'),
  );
  return exit.ok;
}

function profileOf(text: string | undefined): 'ecr' | 'strict-oci' {
  return text === 'strict-oci' ? text : 'ecr';
}

function authOf(text: string | undefined): 'open' | 'strict' {
  return text === 'strict' ? text : 'open';
}

function uriStyleOf(text: string | undefined): 'local' | 'aws' {
  return text === 'aws' ? text : 'local';
}

/** For an environment; `--local` means the usual port. */
function loginLine(port: number, elsewhere: boolean, { global, cwd }: Run): string {
  const options = elsewhere ? ['--registry', `localhost:${port}`] : [];
  return commandLine(loginCommand, { global: { ...global, local: !elsewhere }, cwd }, { options });
}

function told(server: Reached): Readonly<Record<string, unknown>> {
  const { port, certificateAuthority } = server;
  return {
    url: toolUrl(server),
    port,
    registry: registryHost(server),
    certificateAuthority,
    variables: localVariables(server, anyPlace),
    paste: pasteFor(server),
  };
}

function hints(server: Reached, canvas: Canvas): readonly string[] {
  return [
    'Slipway uses it with --local. For others, paste:',
    '',
    ...pasteLines(pasteFor(server), canvas),
    ...trustLines(server, canvas),
  ];
}

/** Stays until Ctrl-C, or until somebody asks the server to stop. */
async function serve(
  { options, global }: LocalStartArgs,
  port: number,
  dataDirectory: string | undefined,
  services: Services,
): Promise<ExitCode> {
  const { startLocalEcr } = await import('../../local/index.js');
  const server = await startLocalEcr({
    port,
    uriStyle: uriStyleOf(options.uriStyle),
    tls: options.tls,
    auth: authOf(options.auth),
    quotas: options.quotas,
    profile: profileOf(options.profile),
    ...(await readUpstreams(options, services.cwd)),
    ...(await readIssuers(options.oidcIssuer)),
    ...(dataDirectory === undefined ? { memory: true } : { dataDirectory }),
  });
  const end = (): void => void server.close();
  services.signal.addEventListener('abort', end, { once: true });
  if (services.signal.aborted) end();
  const { administratorFile } = server;
  const reached = {
    port: server.port,
    certificateAuthority: server.certificateAuthority ?? null,
    ...(administratorFile !== undefined && { administratorFile }),
  };
  if (global.output === 'json') {
    const health = await daemonStatus(server.port);
    const pid = health.state === 'running' ? health.pid : null;
    printJson(services.stdout, { ...told(reached), pid, data: dataDirectory ?? null, started: true });
  } else {
    say(`local ECR on ${server.url}`, `(${describeData(dataDirectory ?? null, services.cwd)})`, services);
    services.stdout.write(['', ...hints(reached, canvasOf(services.stdout)), '', 'Ctrl-C stops it', ''].join('\n'));
  }
  await server.closed;
  services.signal.removeEventListener('abort', end);
  // Ctrl-C is how one ends a server that stays in the foreground: nothing was interrupted.
  return exit.ok;
}

export async function stop({ options, global }: LocalStopArgs, services: Services): Promise<ExitCode> {
  const port = localPort(options.port, services);
  const found = await daemonStatus(port);
  const stopped = await stopDaemon(port);
  const data = stopped && found.state === 'running' ? found.dataDirectory : undefined;
  if (global.output === 'json') printJson(services.stdout, { stopped, port, ...(data === undefined ? {} : { data }) });
  else if (!stopped) say(`no local ECR runs on port ${port}`, '', services);
  else {
    const whose =
      data === undefined || isOwn(data, global.project) ? '' : `(${describeWhose(data, global.project, services.cwd)})`;
    say(`stopped the local ECR on port ${port}`, whose, services);
  }
  return exit.ok;
}

export async function status({ options, global }: LocalStatusArgs, services: Services): Promise<ExitCode> {
  const port = localPort(options.port, services);
  const found = await daemonStatus(port);
  const running = found.state === 'running';
  if (global.output === 'json') {
    printJson(services.stdout, {
      running,
      port,
      ...(running && {
        url: toolUrl(found),
        pid: found.pid,
        data: found.dataDirectory,
        registry: registryHost(found),
        certificateAuthority: found.certificateAuthority,
      }),
    });
  } else if (running) {
    const data = describeWhose(found.dataDirectory, global.project, services.cwd);
    say(`a local ECR runs on ${toolUrl(found)}`, `(process ${found.pid}, ${data})`, services);
    say(`container clients reach it as ${registryHost(found)}`, '', services);
  } else {
    const taken = found.state === 'absent' ? '' : `it is taken by ${found.what}`;
    say(`no local ECR runs on port ${port}${taken === '' ? '' : ':'}`, taken, services);
  }
  return running ? exit.ok : exit.somethingToSee;
}

export async function env({ options, global }: LocalEnvArgs, services: Services): Promise<ExitCode> {
  const port = localPort(options.port, services);
  const environment =
    global.environment === undefined ? anyPlace : chooseEnvironment(await openProject(global), global.environment);
  const found = await daemonStatus(port);
  // Where none runs, the variables are those of one that is started later.
  const variables = localVariables(
    found.state === 'running' ? found : { port, certificateAuthority: null },
    environment,
  );
  if (global.output === 'json') printJson(services.stdout, { variables });
  else services.stdout.write(`${exportsOf(variables).join('\n')}\n`);
  return exit.ok;
}
