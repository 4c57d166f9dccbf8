// `slipway login` against a local ECR, in this process: which registries, which clients, and what is said.
import { chmodSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type LocalEcr, startLocalEcr } from '../local/index.js';
import { Folder, type Result, type RunOptions, twoEnvironments } from './testing/harness.js';

let folder: Folder;
let local: LocalEcr;
let clientBin: string;
beforeEach(async () => {
  folder = new Folder();
  local = await startLocalEcr({ memory: true, port: 0 });
  folder.call(String(local.port), '<port>');
  clientBin = join(folder.path, 'bin');
});
afterEach(async () => {
  await local.close();
  folder.remove();
});

function program(name: string): void {
  folder.write(`bin/${name}`, '#!/bin/sh\n');
  chmodSync(join(clientBin, name), 0o755);
}

const environment = (): Record<string, string> => ({
  HOME: join(folder.path, 'home'),
  XDG_RUNTIME_DIR: join(folder.path, 'run'),
  PATH: clientBin,
  SLIPWAY_LOCAL_PORT: String(local.port),
});
const run = (argv: readonly string[], options: RunOptions = {}): Promise<Result> =>
  folder.run(['login', ...argv], { ...options, env: { ...environment(), ...options.env } });
/** What docker would send. */
const sent = (file = 'home/.docker/config.json', host = `localhost:${local.port}`): string => {
  const { auths } = JSON.parse(folder.read(file)) as { auths: Record<string, { auth: string }> };
  return `Basic ${auths[host]?.auth ?? ''}`;
};
/** Whom the server takes a password for. */
const claims = (authorization: string): Record<string, unknown> => {
  const password = Buffer.from(authorization.replace('Basic ', ''), 'base64').toString().replace('AWS:', '');
  const { payload } = JSON.parse(Buffer.from(password, 'base64').toString()) as { payload: string };
  return JSON.parse(Buffer.from(payload, 'base64').toString()) as Record<string, unknown>;
};
const text = (result: Result): string => result.stdout.replace(/until .* UTC/, 'until <time>');

describe('slipway login', () => {
  it('logs docker in to the local ECR, as the account of the environment', async () => {
    folder.write('slipway.yaml', twoEnvironments);
    const result = await run(['--local', '-e', 'prod']);
    expect(result.stderr).toContain('joined the local ECR');
    expect(text(result)).toBe(
      `Logged in to localhost:<port>
  docker  home/.docker/config.json
  until <time>

To have clients ask for tokens themselves: slipway login -e prod --local
--install-helper
`,
    );
    expect(result.code).toBe(0);
    expect(claims(sent())).toMatchObject({ account: '222222222222', region: 'eu-west-1' });
    await run(['--local', '-e', 'dev']);
    expect(claims(sent())).toMatchObject({ account: '111111111111' });
  });

  it('logs in to the home of the local ECR where none of several environments is named', async () => {
    folder.write('slipway.yaml', twoEnvironments);
    const result = await run(['--local']);
    expect(result.code).toBe(0);
    expect(result.stderr.replaceAll(/\s+/g, ' ')).toContain(
      'no environment was named: the login is for account 123456789012 in us-east-1; ' +
        "for one of this project's add -e dev or -e prod",
    );
    expect(claims(sent())).toMatchObject({ account: '123456789012', region: 'us-east-1' });
    expect((await run(['--local', '--output', 'json'])).stderr).not.toContain('no environment');
  });

  it('logs in every client that is installed, or those that are named', async () => {
    program('docker');
    program('skopeo');
    const result = await run(['--local']);
    expect(text(result)).toContain('  docker  home/.docker/config.json\n  podman  run/containers/auth.json\n');
    expect(claims(sent('run/containers/auth.json'))).toMatchObject({ account: '123456789012', region: 'us-east-1' });
    expect(text(await run(['--local', '--tool', 'containerd', '--hosts-dir', 'hosts']))).toBe(
      'Logged in to localhost:<port>\n  containerd  hosts/localhost:<port>/hosts.toml\n  until <time>\n',
    );
    expect(folder.read(`hosts/localhost:${local.port}/hosts.toml`)).toContain(
      `server = "http://localhost:${local.port}"`,
    );
    const both = await run(['--local', '--tool', 'auto', '--tool', 'podman', '--output', 'json']);
    const { registries } = JSON.parse(both.stdout) as { registries: { kept: { client: string }[] }[] };
    expect(registries[0]?.kept.map((one) => one.client)).toEqual(['docker', 'podman']);
  });

  it('takes the address of a registry or of a repository, without a project', async () => {
    const result = await run(['--registry', `127.0.0.1:${local.port}/app:v1`, '--output', 'json'], {
      env: { AWS_REGION: 'eu-west-1' },
    });
    expect(JSON.parse(result.stdout)).toEqual({
      version: 1,
      registries: [
        {
          registry: '127.0.0.1:<port>',
          username: 'AWS',
          expiresAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/) as string,
          kept: [{ client: 'docker', how: 'file', file: '<folder>/home/.docker/config.json' }],
        },
      ],
      diagnostics: [],
    });
    expect(claims(sent(undefined, `127.0.0.1:${local.port}`))).toMatchObject({ region: 'eu-west-1' });
  });

  it('prints a password, and writes nothing', async () => {
    const result = await run(['--registry', `localhost:${local.port}`, '--print-password']);
    expect(result).toMatchObject({ code: 0, stderr: '' });
    expect(claims(Buffer.from(`AWS:${result.stdout.trim()}`).toString('base64'))).toMatchObject({
      account: '123456789012',
    });
    expect(existsSync(join(folder.path, 'home'))).toBe(false);
    const json = await run(['--registry', `localhost:${local.port}`, '--print-password', '--output', 'json']);
    expect(JSON.parse(json.stdout)).toMatchObject({
      registries: [{ registry: 'localhost:<port>', kept: [] }],
      password: expect.any(String) as string,
    });
  });

  it('has clients ask for tokens themselves, for every registry of an environment', async () => {
    folder.write('slipway.yaml', `${twoEnvironments}  # replicas come with the registry's settings\n`);
    expect(await run(['-e', 'prod', '--install-helper'])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('error[login/helper-not-found]') as string,
    });
    program('docker-credential-slipway');
    folder.write('home/.docker/config.json', '{"credHelpers":{"gcr.io":"gcloud"}}');
    const result = await run(['-e', 'prod', '--install-helper']);
    expect(result.stdout).toBe(
      `Clients log in to 222222222222.dkr.ecr.eu-west-1.amazonaws.com themselves
  docker  asks docker-credential-slipway, named in home/.docker/config.json
`,
    );
    expect(folder.read('home/.docker/config.json')).toBe(
      '{"credHelpers":{"gcr.io":"gcloud","222222222222.dkr.ecr.eu-west-1.amazonaws.com":"slipway"}}',
    );
    await run(['--local', '-e', 'dev', '--install-helper']);
    expect(JSON.parse(folder.read('home/.docker/config.json'))).toMatchObject({
      credHelpers: { [`localhost:${local.port}`]: 'slipway' },
    });
  });

  it('says what is wrong, where, and what to do', async () => {
    const complaint = async (argv: readonly string[]): Promise<string> => {
      const result = await run(argv, { columns: 120 });
      expect(result.code).toBe(1);
      expect(result.stdout).toBe('');
      return result.stderr;
    };
    expect(await complaint(['--registry', 'docker.io/library/x'])).toContain(
      "error[login/not-a-registry]: 'docker.io' is not a registry of ECR\n  = help: give ACCOUNT.dkr.ecr",
    );
    const port = local.port;
    await local.close();
    expect(await complaint(['--registry', `localhost:${port}`])).toContain('error[login/no-local-ecr]');
    local = await startLocalEcr({ memory: true, port });
    expect(await complaint(['--print-password', '--install-helper'])).toContain('exclude each other');
    expect(await complaint(['--print-password', '--tool', 'docker'])).toContain('exclude each other');
    expect(await complaint(['--install-helper', '--tool', 'containerd'])).toContain(
      'containerd has no credential helpers',
    );
    expect(await complaint(['--tool', 'helm'])).toContain('allowed choices are auto, docker, podman, containerd');
    const two = ['--registry', `localhost:${port}`, '--registry', `127.0.0.1:${port}`];
    expect(await complaint(['--print-password', ...two])).toContain('error[login/several-registries]');
    folder.write('slipway.yaml', twoEnvironments);
    expect(await complaint([])).toContain('error[cli/missing-environment]');
    folder.write('home/.docker/config.json', '{\n  "auths": {},\n}\n');
    expect(await complaint(['--registry', `localhost:${port}`])).toBe(
      `error[login/file-broken]: config.json cannot be read: '}' does not belong here
 --> home/.docker/config.json:3:1
  |
3 | }
  | ^
  = help: mend the file at the place that is shown, or move it away
`,
    );
    local.setFaults([{ operation: 'GetAuthorizationToken', kind: 'throttle' }]);
    expect(await complaint(['--registry', `localhost:${port}`])).toContain('gave no token: Rate exceeded');
  });
});
