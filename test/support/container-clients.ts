// Container clients of other people, each with storage and credentials of its own in a scratch folder: skopeo, podman, buildah,
// a Docker engine, containerd. It must not know any registry.
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cleanEnvironment } from './environment.js';
import { type Tool, toolPath } from './find-tool.js';
import { type Finished, run, until } from './processes.js';

export interface Scratch {
  readonly folder: string;
  readonly env: Readonly<Record<string, string>>;
  /** Runs a tool here; its answer whatever it is. */
  attempt(tool: Tool, args: readonly string[]): Promise<Finished>;
  /** What it wrote; throws where it failed. */
  ok(tool: Tool, args: readonly string[]): Promise<string>;
  remove(): void;
}

/** What podman and buildah are told first, so that they touch nothing outside. */
function storage(tool: Tool, folder: string): string[] {
  if (tool !== 'podman' && tool !== 'buildah') return [];
  return ['--root', join(folder, 'storage'), '--runroot', join(folder, 'run'), '--storage-driver', 'vfs'];
}

export function scratch(): Scratch {
  const folder = mkdtempSync(join(tmpdir(), 'slipway-clients-'));
  for (const name of ['home', 'runtime', 'docker']) mkdirSync(join(folder, name), { mode: 0o700 });
  writeFileSync(join(folder, 'policy.json'), '{"default":[{"type":"insecureAcceptAnything"}]}');
  // podman 4 fails where the file it is pointed to is missing.
  for (const name of ['docker/config.json', 'auth.json']) writeFileSync(join(folder, name), '{}');
  const env: Record<string, string> = {
    ...cleanEnvironment(),
    HOME: join(folder, 'home'),
    XDG_RUNTIME_DIR: join(folder, 'runtime'),
    REGISTRY_AUTH_FILE: join(folder, 'auth.json'),
    DOCKER_CONFIG: join(folder, 'docker'),
    BUILDAH_ISOLATION: 'chroot',
    DOCKER_BUILDKIT: '0',
  };
  const attempt = (tool: Tool, args: readonly string[]): Promise<Finished> => {
    const policy = tool === 'skopeo' ? ['--policy', join(folder, 'policy.json')] : [];
    return run(toolPath(tool), [...policy, ...storage(tool, folder), ...args], { env, cwd: folder });
  };
  return {
    folder,
    env,
    attempt,
    ok: async (tool, args) => {
      const done = await attempt(tool, args);
      if (done.code !== 0) throw new Error(`${tool} ${args.join(' ')}: ${done.code}\n${done.stdout}${done.stderr}`);
      return done.stdout;
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

export interface Engine {
  docker(args: readonly string[]): Promise<Finished>;
  stop(): Promise<void>;
}

/** A Docker engine on a socket of its own, with no network and no firewall rules. Needs root. */
export async function startDockerEngine(at: Scratch): Promise<Engine> {
  const root = join(at.folder, 'engine');
  mkdirSync(root);
  const socket = join(root, 'd.sock');
  const child = spawn(
    toolPath('dockerd'),
    [
      ['-H', `unix://${socket}`, '--data-root', join(root, 'data'), '--exec-root', join(root, 'exec')],
      ['-p', join(root, 'd.pid'), '--bridge=none', '--iptables=false', '--ip6tables=false'],
      ['--ip-forward=false', '--ip-masq=false', '--storage-driver', 'vfs'],
    ].flat(),
    { env: { ...at.env }, stdio: ['ignore', 'ignore', 'pipe'] },
  );
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    said = (said + chunk).slice(-4000);
  });
  const env = { ...at.env, DOCKER_HOST: `unix://${socket}` };
  const docker = (args: readonly string[]): Promise<Finished> => run(toolPath('docker'), args, { env, cwd: at.folder });
  const up = await until('the Docker engine', async () => {
    if (child.exitCode !== null) return 'ended' as const;
    return existsSync(socket) && (await docker(['version'])).code === 0 ? ('up' as const) : undefined;
  });
  if (up === 'ended') throw new Error(`dockerd ended:\n${said}`);
  return {
    docker,
    stop: async () => {
      const gone = new Promise((done) => child.once('exit', done));
      child.kill('SIGTERM');
      await gone;
    },
  };
}

export interface Containerd {
  ctr(args: readonly string[]): Promise<Finished>;
  stop(): Promise<void>;
}

/** containerd with a socket of its own and without its Kubernetes half. Needs root. */
export async function startContainerd(at: Scratch): Promise<Containerd> {
  const root = join(at.folder, 'containerd');
  mkdirSync(root);
  const socket = join(root, 'c.sock');
  const configuration = join(root, 'config.toml');
  writeFileSync(
    configuration,
    `version = 2\nroot = "${root}/root"\nstate = "${root}/state"\ndisabled_plugins = ["io.containerd.grpc.v1.cri"]\n[grpc]\n  address = "${socket}"\n`,
  );
  const child = spawn(toolPath('containerd'), ['-c', configuration], { env: { ...at.env }, stdio: 'ignore' });
  const ctr = (args: readonly string[]): Promise<Finished> =>
    run(toolPath('ctr'), ['-a', socket, ...args], { env: at.env, cwd: at.folder });
  const up = await until('containerd', async () => {
    if (child.exitCode !== null) return 'ended' as const;
    return existsSync(socket) && (await ctr(['version'])).code === 0 ? ('up' as const) : undefined;
  });
  if (up === 'ended') throw new Error('containerd ended');
  return {
    ctr,
    stop: async () => {
      const gone = new Promise((done) => child.once('exit', done));
      child.kill('SIGTERM');
      await gone;
    },
  };
}
