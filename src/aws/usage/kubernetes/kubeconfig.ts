// What a kubeconfig says of one context: the server, what to trust, and who to be.
// It must not reach the server. (kubernetes.io, "Organizing Cluster Access Using kubeconfig Files", client.authentication.k8s.io/v1.)
import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { parse } from 'yaml';

/** A program that gives credentials, for instance `aws eks get-token`. */
export interface ExecPlugin {
  readonly apiVersion: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env: readonly { readonly name: string; readonly value: string }[];
  /** Whether it is told of the cluster. */
  readonly provideClusterInfo: boolean;
}

export interface KubeUser {
  readonly certificate?: Buffer;
  readonly key?: Buffer;
  readonly token?: string;
  /** Read again for every reading: who runs in a cluster finds a new one in it every hour. */
  readonly tokenFile?: string;
  readonly basic?: { readonly username: string; readonly password: string };
  readonly exec?: ExecPlugin;
}

export interface KubeContext {
  readonly server: URL;
  readonly authority?: Buffer;
  readonly insecure: boolean;
  readonly serverName?: string;
  readonly user: KubeUser;
  /** Whether it may start programs and read tokens from files: it is the user's own, not one that came with a manifest. */
  readonly trusted: boolean;
  /** Where relative commands and files start. */
  readonly folder: string;
}

/** What is wrong with a kubeconfig; the text is for people. */
export class KubeconfigError extends Error {}

type Part = Readonly<Record<string, unknown>>;

function partOf(value: unknown): Part {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Part) : {};
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

interface Read {
  readonly folder: string;
  readonly file: string;
  readonly config: Part;
}

/** The first file that names a thing wins (kubectl's rule for a list of files in KUBECONFIG). */
function find(files: readonly Read[], list: string, member: string, name: string) {
  for (const { folder, file, config } of files) {
    const all: readonly unknown[] = Array.isArray(config[list]) ? config[list] : [];
    const found = all.map(partOf).find((one) => one['name'] === name);
    if (found !== undefined) return { folder, file, value: partOf(found[member]) };
  }
  return undefined;
}

async function load(file: string): Promise<Read | undefined> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    // One of several may be missing (kubectl); with all of them, the context is.
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw new KubeconfigError(`${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
  try {
    return { file, folder: dirname(file), config: partOf(parse(text)) };
  } catch {
    throw new KubeconfigError(`${file} is no YAML`);
  }
}

/**
 * Reads one context out of some files.
 * @throws KubeconfigError where it is not there, or says what this client cannot do.
 */
export async function readKubeconfig(
  files: readonly string[],
  context: string,
  trusted: boolean,
): Promise<KubeContext> {
  const read = (await Promise.all(files.map(load))).filter((one) => one !== undefined);
  const where = files.length === 0 ? 'no kubeconfig was found' : `not in ${files.join(', ')}`;
  if (read.length === 0) throw new KubeconfigError(files.length === 0 ? where : `${files.join(', ')} does not exist`);
  const found = find(read, 'contexts', 'context', context);
  if (found === undefined) {
    const names = read.flatMap(({ config }) =>
      (Array.isArray(config['contexts']) ? config['contexts'] : []).map((one) => textOf(partOf(one)['name']) ?? ''),
    );
    throw new KubeconfigError(
      `there is no context "${context}"; there are ${names.length === 0 ? 'none' : names.join(', ')}`,
    );
  }
  const clusterName = textOf(found.value['cluster']) ?? '';
  const userName = textOf(found.value['user']) ?? '';
  const cluster = find(read, 'clusters', 'cluster', clusterName);
  const user = find(read, 'users', 'user', userName);
  if (cluster === undefined)
    throw new KubeconfigError(`the cluster "${clusterName}" of context "${context}" is ${where}`);
  if (user === undefined && userName !== '')
    throw new KubeconfigError(`the user "${userName}" of context "${context}" is ${where}`);

  const server = textOf(cluster.value['server']) ?? '';
  if (!/^https?:\/\//.test(server) || !URL.canParse(server)) {
    throw new KubeconfigError(`the cluster "${clusterName}" has no address of a server: "${server}"`);
  }
  if (textOf(cluster.value['proxy-url']) !== undefined) {
    throw new KubeconfigError(`the cluster "${clusterName}" is behind a proxy-url, which is not supported`);
  }
  const authority = await bytes(cluster, 'certificate-authority');
  const serverName = textOf(cluster.value['tls-server-name']);
  const insecure = cluster.value['insecure-skip-tls-verify'] === true;
  // As kubectl refuses it: one of the two is not meant.
  if (insecure && authority !== undefined) {
    const both = 'both a certificate-authority and insecure-skip-tls-verify';
    throw new KubeconfigError(`the cluster "${clusterName}" has ${both}`);
  }
  return {
    server: new URL(server),
    ...(authority === undefined ? {} : { authority }),
    insecure,
    ...(serverName === undefined ? {} : { serverName }),
    user: user === undefined ? {} : await userOf(user, userName),
    trusted,
    folder: user?.folder ?? cluster.folder,
  };
}

/** A file, or the same in base64 beside it, which wins. */
async function bytes({ folder, value }: { folder: string; value: Part }, member: string): Promise<Buffer | undefined> {
  const data = textOf(value[`${member}-data`]);
  if (data !== undefined) return Buffer.from(data, 'base64');
  const file = textOf(value[member]);
  if (file === undefined) return undefined;
  try {
    return await readFile(resolve(folder, file));
  } catch (error) {
    throw new KubeconfigError(`${member} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
}

async function userOf(found: { folder: string; value: Part }, name: string): Promise<KubeUser> {
  const { value, folder } = found;
  if (value['auth-provider'] !== undefined) {
    throw new KubeconfigError(`the user "${name}" has an auth-provider, which Kubernetes has removed: use exec`);
  }
  const [certificate, key] = await Promise.all([bytes(found, 'client-certificate'), bytes(found, 'client-key')]);
  const token = textOf(value['token']);
  const tokenFile = textOf(value['tokenFile']);
  const username = textOf(value['username']);
  const exec =
    value['exec'] === undefined || value['exec'] === null ? undefined : pluginOf(partOf(value['exec']), name);
  return {
    ...(certificate === undefined ? {} : { certificate }),
    ...(key === undefined ? {} : { key }),
    ...(token === undefined ? {} : { token }),
    ...(tokenFile === undefined ? {} : { tokenFile: resolve(folder, tokenFile) }),
    ...(username === undefined ? {} : { basic: { username, password: textOf(value['password']) ?? '' } }),
    ...(exec === undefined ? {} : { exec }),
  };
}

function pluginOf(exec: Part, user: string): ExecPlugin {
  const command = textOf(exec['command']);
  if (command === undefined) throw new KubeconfigError(`exec of user "${user}" names no command`);
  const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
  return {
    apiVersion: textOf(exec['apiVersion']) ?? 'client.authentication.k8s.io/v1',
    command,
    args: list(exec['args']).map(String),
    env: list(exec['env'])
      .map(partOf)
      .map(({ name, value }) => ({ name: String(name), value: String(value) })),
    provideClusterInfo: exec['provideClusterInfo'] === true,
  };
}
