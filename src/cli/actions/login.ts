// Logs container clients in: with which token, and where each client keeps it.
// It must not know AWS, nor the files of the clients.
import { resolve } from 'node:path';
import { type Diagnostic, diagnostic, fail } from '../../diagnostics/index.js';
import {
  type Authorization,
  clientsOf,
  hostIn,
  installHelper,
  keepCredential,
  keepForContainerd,
  localAuthorization,
  type Machine,
  onPath,
  registryAt,
  usualHostsFolder,
} from '../../login/index.js';
import type { LoginArgs } from '../commands/login.js';
import { diagnosticContext } from '../diagnostic-context.js';
import { failureOf } from '../errors.js';
import { type ExitCode, exit } from '../exit.js';
import { localSigner } from '../local-signing.js';
import { type Target, targetsOf } from '../login-targets.js';
import { printDiagnostics } from '../print/diagnostics.js';
import { printJson } from '../print/json.js';
import { type KeptFor, type LoggedIn, printLogin } from '../print/login.js';
import type { Services } from '../services.js';
import { during } from '../session.js';
import { canvasOf } from '../text.js';
import { awsToken, homeOf } from '../tokens.js';

const helper = 'docker-credential-slipway';

type Tool = 'docker' | 'podman' | 'containerd';

/** A registry with the token for it; none where only its name was needed. */
interface Found {
  /** With its scheme. */
  readonly url: string;
  readonly token: Authorization | undefined;
}

export async function login(args: LoginArgs, services: Services): Promise<ExitCode> {
  const { options } = args;
  const machine = machineOf(services);
  const tools = options.printPassword ? [] : toolsOf(args, machine);
  checkUsage(args, tools, machine);
  const targets = await targetsOf(args, services);
  if (options.printPassword && targets.length > 1) {
    fail(
      'login/several-registries',
      `a password is for one registry, and these are ${targets.length}: ${hostsOf(targets)}`,
    );
  }
  const warnings: Diagnostic[] = [];
  const found = await during('asking for tokens', services, () => find(targets, args, warnings, services));
  const done: LoggedIn[] = [];
  for (const { url, token } of found) {
    const kept: KeptFor[] = [];
    for (const tool of tools) kept.push(await keep(tool, url, token, args, machine, services));
    done.push({ registry: hostIn(url), username: token?.username, expiresAt: token?.expiresAt, kept });
  }
  report(done, found, warnings, args, services);
  return exit.ok;
}

function machineOf({ env }: Services): Machine {
  return { env, home: homeOf(env), platform: process.platform, uid: process.getuid?.() };
}

function toolsOf({ options }: LoginArgs, machine: Machine): readonly Tool[] {
  const asked = options.tool.length === 0 ? ['auto'] : options.tool;
  const tools = asked.flatMap((tool): readonly Tool[] => (tool === 'auto' ? clientsOf(machine) : [tool as Tool]));
  return [...new Set(tools)];
}

function checkUsage({ options }: LoginArgs, tools: readonly Tool[], { env }: Machine): void {
  const clash = (one: string, other: string): never =>
    fail('cli/bad-usage', `${one} and ${other} exclude each other`, { mend: 'give one of them' });
  if (options.printPassword && options.installHelper) clash('--print-password', '--install-helper');
  if (options.printPassword && options.tool.length > 0) clash('--print-password', '--tool');
  if (!options.installHelper) return;
  if (tools.includes('containerd')) {
    fail('cli/bad-usage', 'containerd has no credential helpers', {
      mend: 'leave out --install-helper or --tool containerd',
    });
  }
  if (onPath(helper, env) === undefined) fail('login/helper-not-found', `${helper} is not on the PATH`);
}

function hostsOf(targets: readonly Target[]): string {
  return targets.map((one) => (one.kind === 'aws' ? one.place.host : one.host) ?? 'its own').join(', ');
}

/** A token for each registry. Those that share a Region share the token. */
async function find(
  targets: readonly Target[],
  { options }: LoginArgs,
  warnings: Diagnostic[],
  services: Services,
): Promise<readonly Found[]> {
  const asked = new Map<string, Promise<Authorization>>();
  const ofAws = ({ place }: Extract<Target, { kind: 'aws' }>): Promise<Authorization> => {
    const { host: _, ...key } = place;
    const name = JSON.stringify(key);
    const token = asked.get(name) ?? newToken(place);
    asked.set(name, token);
    return token;
  };
  async function newToken(place: Extract<Target, { kind: 'aws' }>['place']): Promise<Authorization> {
    const token = await awsToken(place, { anew: true }, services).catch(withoutRegion);
    if (token.stale !== undefined) warnings.push(notRenewed(token.stale, token.expiresAt, services));
    return token;
  }

  const found: Found[] = [];
  for (const target of targets) {
    if (target.kind === 'local') found.push(await ofLocal(target, services));
    else if (options.installHelper && target.place.host !== undefined) {
      found.push({ url: `https://${target.place.host}`, token: undefined });
    } else {
      const token = await ofAws(target);
      found.push({ url: `https://${target.place.host ?? hostIn(token.proxyEndpoint)}`, token });
    }
  }
  return found;
}

async function ofLocal({ port, host, caller }: Extract<Target, { kind: 'local' }>, { env }: Services): Promise<Found> {
  const token = await localAuthorization(port, caller, localSigner(env, caller));
  if (token === undefined) fail('login/no-local-ecr', `no local ECR listens on port ${port}`);
  const reached = host ?? hostIn(token.proxyEndpoint);
  // On this machine plain HTTP always works, and needs no certificate.
  return { url: `${registryAt(reached)?.kind === 'local' ? 'http' : 'https'}://${reached}`, token };
}

function withoutRegion(error: unknown): never {
  if (error instanceof Error && /Region is missing/.test(error.message)) {
    fail('login/no-region', "nothing says which Region's registry to log in to", { cause: error });
  }
  throw error;
}

function notRenewed(reason: unknown, expiresAt: number, services: Services): Diagnostic {
  const why = failureOf(reason, { interrupted: false, debug: services.env['SLIPWAY_DEBUG'] === '1' }).diagnostics[0]
    ?.message;
  const until = new Date(expiresAt).toISOString();
  return diagnostic(
    'login/not-renewed',
    `the token from before is used, which ends at ${until}: ${why ?? 'AWS did not answer'}`,
  );
}

async function keep(
  tool: Tool,
  url: string,
  token: Authorization | undefined,
  { options }: LoginArgs,
  machine: Machine,
  services: Services,
): Promise<KeptFor> {
  const changing = { clock: services.clock, random: Math.random };
  const host = hostIn(url);
  if (tool !== 'containerd') {
    // A token is missing only where helpers are installed.
    const kept =
      options.installHelper || token === undefined
        ? await installHelper(tool, host, machine, changing)
        : await keepCredential(tool, host, token, machine, changing);
    return { client: tool, ...kept };
  }
  const folder = resolve(services.cwd, options.hostsDir ?? usualHostsFolder);
  if (token === undefined) throw new Error(`no token for ${host}`);
  return { client: tool, how: 'file', file: await keepForContainerd(folder, url, token, changing) };
}

function report(
  done: readonly LoggedIn[],
  found: readonly Found[],
  warnings: readonly Diagnostic[],
  args: LoginArgs,
  services: Services,
): void {
  const { options, global } = args;
  const password = found[0]?.token?.password ?? '';
  if (global.output === 'json') {
    const registries = done.map(({ expiresAt, ...rest }) => ({
      ...rest,
      ...(expiresAt !== undefined && { expiresAt: new Date(expiresAt).toISOString() }),
    }));
    printJson(services.stdout, { registries, ...(options.printPassword && { password }), diagnostics: warnings });
    return;
  }
  if (warnings.length > 0) services.stderr.write(`${printDiagnostics(warnings, diagnosticContext(services))}\n`);
  services.stdout.write(
    options.printPassword
      ? `${password}\n`
      : printLogin(done, { global, cwd: services.cwd }, canvasOf(services.stdout)),
  );
}
