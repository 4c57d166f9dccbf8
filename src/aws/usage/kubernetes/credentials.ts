// Who to be towards a cluster: what the kubeconfig holds, or what a program prints.
// It must not know what is asked of the cluster.
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { type ExecPlugin, type KubeContext, KubeconfigError } from './kubeconfig.js';

export interface KubeCredentials {
  readonly authorization?: string;
  readonly certificate?: Buffer | string;
  readonly key?: Buffer | string;
}

/** Milliseconds; a plugin may ask STS or an identity provider, but nobody is there whom it could ask. */
const patience = 60_000;

const loopback = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

/**
 * As kubectl chooses: a certificate goes along with anything; of the rest, a token comes before a program. A kubeconfig that is
 * not the user's own starts nothing and has no file sent away: a manifest is data, and comes with a pull request.
 */
export async function credentialsOf(
  context: KubeContext,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<KubeCredentials> {
  const { user, server } = context;
  const { exec, tokenFile, basic } = user;
  if (!context.trusted && (exec !== undefined || tokenFile !== undefined)) {
    const what = exec === undefined ? 'reads a token from a file' : `starts "${exec.command}"`;
    const only =
      'which a kubeconfig may that $KUBECONFIG names, or ~/.kube/config, and not one that the manifest alone names';
    throw new KubeconfigError(`the kubeconfig ${what}, ${only}`);
  }
  const secret = user.token ?? tokenFile ?? basic ?? exec;
  if (secret !== undefined && server.protocol !== 'https:' && !loopback.test(server.hostname))
    throw new KubeconfigError(`${server.origin} would get credentials in the clear: it is no https`);
  const own = {
    ...(user.certificate === undefined ? {} : { certificate: user.certificate }),
    ...(user.key === undefined ? {} : { key: user.key }),
  };
  const token = tokenFile === undefined ? user.token : await tokenIn(tokenFile);
  if (token !== undefined) return { ...own, authorization: `Bearer ${token}` };
  if (basic !== undefined) {
    const { username, password } = basic;
    return { ...own, authorization: `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}` };
  }
  return exec === undefined ? own : { ...own, ...(await ask(exec, context, environment)) };
}

async function tokenIn(file: string): Promise<string> {
  try {
    return (await readFile(file, 'utf8')).trim();
  } catch (error) {
    throw new KubeconfigError(`the token cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
}

interface ExecCredential {
  readonly status?: {
    readonly token?: unknown;
    readonly clientCertificateData?: unknown;
    readonly clientKeyData?: unknown;
  };
}

async function ask(
  plugin: ExecPlugin,
  context: KubeContext,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<KubeCredentials> {
  const { apiVersion, command, args } = plugin;
  const cluster = {
    server: context.server.href,
    ...(context.authority === undefined ? {} : { 'certificate-authority-data': context.authority.toString('base64') }),
    ...(context.serverName === undefined ? {} : { 'tls-server-name': context.serverName }),
    ...(context.insecure ? { 'insecure-skip-tls-verify': true } : {}),
  };
  const spec = { interactive: false, ...(plugin.provideClusterInfo ? { cluster } : {}) };
  const env = {
    ...environment,
    ...Object.fromEntries(plugin.env.map(({ name, value }) => [name, value])),
    KUBERNETES_EXEC_INFO: JSON.stringify({ apiVersion, kind: 'ExecCredential', spec }),
  };
  // A command with a folder in it is relative to the kubeconfig; any other is looked for in PATH.
  const program = command.includes('/') ? resolve(context.folder, command) : command;
  const printed = await run(program, args, env);
  let answer: ExecCredential;
  try {
    answer = JSON.parse(printed) as ExecCredential;
  } catch {
    throw new KubeconfigError(`${command} printed no ExecCredential`);
  }
  const { token, clientCertificateData, clientKeyData } = answer.status ?? {};
  if (typeof token === 'string' && token !== '') return { authorization: `Bearer ${token}` };
  if (typeof clientCertificateData === 'string' && typeof clientKeyData === 'string')
    return { certificate: clientCertificateData, key: clientKeyData };
  throw new KubeconfigError(`${command} printed an ExecCredential without a token or a certificate`);
}

function run(program: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<string> {
  return new Promise((done, failed) => {
    execFile(program, [...args], { env, timeout: patience, maxBuffer: 1_000_000 }, (error, stdout, stderr) => {
      if (error === null) return done(stdout);
      const missing = 'code' in error && error.code === 'ENOENT';
      const last = stderr.trim().split('\n').at(-1) ?? '';
      const why = missing
        ? 'it was not found'
        : error.killed === true
          ? 'it took too long'
          : last === ''
            ? `it ended with ${String(error.code ?? error.signal)} and no word`
            : last;
      failed(new KubeconfigError(`${program} gave no credentials: ${why}`));
    }).stdin?.end();
  });
}
