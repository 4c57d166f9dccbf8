// Finds the tools of other people: Terraform and a mirror of its AWS provider, the AWS CLI, moto, boto3, and container clients.
// It must not know Slipway's rooms, nor where any particular machine keeps its tools.
import { execFileSync } from 'node:child_process';
import { accessSync, constants, existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { cleanEnvironment } from './environment.js';

type Environment = Readonly<Record<string, string | undefined>>;

/** How to ask each program on the path whether it is really there. */
const probes = {
  terraform: ['version'],
  aws: ['--version'],
  moto_server: ['--help'],
  'cfn-lint': ['--version'],
  kubectl: ['version', '--client'],
  skopeo: ['--version'],
  podman: ['--version'],
  buildah: ['--version'],
  docker: ['--version'],
  dockerd: ['--version'],
  containerd: ['--version'],
  ctr: ['--version'],
  'docker-registry': ['--version'],
  'docker-credential-ecr-login': ['version'],
  shellcheck: ['--version'],
} as const;

/**
 * What a suite may ask for. `boto3` is python3 with the package; `aws-provider` is a folder Terraform can be pointed to;
 * `mission-documents` the folder of the two guides that Slipway was asked to make come true.
 */
export type Tool = keyof typeof probes | 'boto3' | 'aws-provider' | 'mission-documents';

/** Each tool can be named by an environment variable; otherwise it is looked for. */
export const toolVariables: Readonly<Record<Tool, string>> = {
  terraform: 'SLIPWAY_TERRAFORM',
  aws: 'SLIPWAY_AWS_CLI',
  moto_server: 'SLIPWAY_MOTO_SERVER',
  'cfn-lint': 'SLIPWAY_CFN_LINT',
  boto3: 'SLIPWAY_PYTHON',
  'aws-provider': 'SLIPWAY_TF_PLUGIN_DIR',
  'mission-documents': 'SLIPWAY_MISSION_DOCUMENTS',
  kubectl: 'SLIPWAY_KUBECTL',
  skopeo: 'SLIPWAY_SKOPEO',
  podman: 'SLIPWAY_PODMAN',
  buildah: 'SLIPWAY_BUILDAH',
  docker: 'SLIPWAY_DOCKER',
  dockerd: 'SLIPWAY_DOCKERD',
  containerd: 'SLIPWAY_CONTAINERD',
  ctr: 'SLIPWAY_CTR',
  'docker-registry': 'SLIPWAY_DOCKER_REGISTRY',
  'docker-credential-ecr-login': 'SLIPWAY_ECR_CREDENTIAL_HELPER',
  shellcheck: 'SLIPWAY_SHELLCHECK',
};

function executable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

function onPath(name: string, env: Environment): string | undefined {
  return (env['PATH'] ?? '')
    .split(delimiter)
    .filter((folder) => folder !== '')
    .map((folder) => join(folder, name))
    .find(executable);
}

/** A shim of a version manager may stand on the path for a program that is not installed: only running it tells. */
function answers(command: string, args: readonly string[]): boolean {
  try {
    execFileSync(command, args, { stdio: 'ignore', timeout: 60_000, env: cleanEnvironment() });
    return true;
  } catch {
    return false;
  }
}

/** A folder that holds `registry.terraform.io/hashicorp/aws/VERSION/…`, among the places where Terraform and people keep such mirrors. */
function providerMirror(env: Environment): string | undefined {
  const candidates: string[] = [];
  const configuration = env['TF_CLI_CONFIG_FILE'] ?? join(homedir(), '.terraformrc');
  if (existsSync(configuration)) {
    const mirror = /filesystem_mirror\s*\{[^}]*path\s*=\s*"([^"]+)"/.exec(readFileSync(configuration, 'utf8'))?.[1];
    if (mirror !== undefined) candidates.push(mirror);
  }
  const cache = env['TF_PLUGIN_CACHE_DIR'];
  if (cache !== undefined) candidates.push(cache);
  candidates.push(
    join(homedir(), '.terraform.d', 'plugins'),
    join(homedir(), '.terraform.d', 'plugin-cache'),
    join(homedir(), '.local', 'share', 'terraform', 'plugins'),
  );
  // Terraform's own implied mirrors, then any folder one step below the usual roots for add-on software.
  for (const root of ['/usr/local/share/terraform/plugins', '/usr/share/terraform/plugins']) candidates.push(root);
  for (const root of ['/opt', '/srv', '/usr/local/share', '/var/lib']) {
    if (!existsSync(root)) continue;
    for (const entry of readdirSync(root)) candidates.push(join(root, entry), join(root, entry, 'plugins'));
  }
  return candidates.find(holdsAwsProvider);
}

function holdsAwsProvider(folder: string): boolean {
  return existsSync(join(folder, 'registry.terraform.io', 'hashicorp', 'aws'));
}

/** Looks for the tool in this environment. */
export function locateTool(tool: Tool, env: Environment): string | undefined {
  const named = env[toolVariables[tool]];
  if (named !== undefined && named !== '') {
    if (tool === 'aws-provider') return holdsAwsProvider(named) ? named : undefined;
    if (tool === 'mission-documents') return existsSync(named) ? named : undefined;
    return named.includes('/') ? named : onPath(named, env);
  }
  if (tool === 'aws-provider') return providerMirror(env);
  if (tool === 'mission-documents') return [join('..', 'shared', 'mission')].find((folder) => existsSync(folder));
  if (tool === 'boto3') {
    const python = onPath('python3', env);
    return python !== undefined && answers(python, ['-c', 'import boto3']) ? python : undefined;
  }
  const found = onPath(tool, env);
  return found !== undefined && answers(found, probes[tool]) ? found : undefined;
}

const located = new Map<Tool, string | undefined>();

/** Where the tool is, or `undefined`. Looked for once. */
export function findTool(tool: Tool): string | undefined {
  if (!located.has(tool)) located.set(tool, locateTool(tool, process.env));
  return located.get(tool);
}

/** Where the tool is; for the inside of a suite that asked for it. */
export function toolPath(tool: Tool): string {
  const path = findTool(tool);
  if (path === undefined) throw new Error(`${tool} is not installed, and this suite did not ask for it`);
  return path;
}
