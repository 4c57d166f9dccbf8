// Where clients keep credentials, and that nothing else in their files changes; stores are small programs of this test.
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isSlipwayError } from '../diagnostics/index.js';
import { clientsOf, fileOf, installHelper, type Kept, keepCredential, type Machine } from './client-files.js';
import { keepForContainerd } from './containerd.js';

const host = '123456789012.dkr.ecr.eu-west-1.amazonaws.com';
const credential = { username: 'AWS', password: 'top-secret', expiresAt: Date.UTC(2026, 0, 1, 12) };
const auth = Buffer.from('AWS:top-secret').toString('base64');
const options = { clock: { now: () => Date.now(), sleep: (ms: number) => pause(ms) }, random: Math.random };

let folder: string;
let machine: Machine;
let docker: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'slipway-clients-'));
  docker = join(folder, '.docker', 'config.json');
  machine = { env: { PATH: join(folder, 'bin') }, home: folder, platform: 'linux', uid: 1000 };
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function write(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}

/** A program on the PATH; what it is given it keeps in the folder. */
function program(name: string, script = 'cat >/dev/null'): void {
  const file = join(folder, 'bin', name);
  write(file, `#!/bin/sh\nPATH=/usr/bin:/bin\n${script}\n`);
  chmodSync(file, 0o755);
}

const keep = (client: 'docker' | 'podman' = 'docker'): Promise<Kept> =>
  keepCredential(client, host, credential, machine, options);
const refusal = async (work: Promise<unknown>): Promise<string> => {
  try {
    await work;
  } catch (error) {
    if (!isSlipwayError(error)) throw error;
    const [{ code, message, range } = { code: '', message: '', range: undefined }] = error.diagnostics;
    return `${code} ${range === undefined ? '' : `${range.line}:${range.column}-${range.endLine}:${range.endColumn} `}${message}`;
  }
  throw new Error('not refused');
};

describe('a credential', () => {
  it('goes into docker’s file, and everything else there stays', async () => {
    expect(await keep()).toEqual({ how: 'file', file: docker });
    expect(JSON.parse(readFileSync(docker, 'utf8'))).toEqual({ auths: { [host]: { auth } } });
    const mine =
      '{\n  "proxies": {"x": 1.0},\n  "auths": {\n    "https://index.docker.io/v1/": {"auth": "bWU6bWU="}\n  }\n}\n';
    write(docker, mine);
    await keep();
    expect(readFileSync(docker, 'utf8')).toBe(
      mine.replace('"bWU6bWU="}', `"bWU6bWU="},\n    "${host}": {\n      "auth": "${auth}"\n    }`),
    );
  });

  it('goes into podman’s file, which knows no credsStore', async () => {
    machine = { ...machine, env: { ...machine.env, XDG_RUNTIME_DIR: join(folder, 'run') } };
    const file = join(folder, 'run', 'containers', 'auth.json');
    write(file, '{"credsStore":"nothing"}');
    expect(await keep('podman')).toEqual({ how: 'file', file });
    expect(readFileSync(file, 'utf8')).toBe(`{"credsStore":"nothing","auths":{"${host}":{"auth":"${auth}"}}}`);
  });

  it('goes to the store that the file names, and only its name stays in the file', async () => {
    program('docker-credential-safe', `echo "$1" >"${folder}/word"; cat >"${folder}/stored"`);
    write(docker, '{"credsStore":"safe","auths":{"x":{}}}');
    expect(await keep()).toEqual({ how: 'store', file: docker, store: 'safe' });
    expect(readFileSync(join(folder, 'word'), 'utf8')).toBe('store\n');
    expect(JSON.parse(readFileSync(join(folder, 'stored'), 'utf8'))).toEqual({
      ServerURL: host,
      Username: 'AWS',
      Secret: 'top-secret',
    });
    expect(readFileSync(docker, 'utf8')).toBe(`{"credsStore":"safe","auths":{"x":{},"${host}":{}}}`);
  });

  it('goes to the host’s own helper before the store for all', async () => {
    program('docker-credential-own', `cat >"${folder}/own"`);
    write(docker, JSON.stringify({ credsStore: 'missing', credHelpers: { [host]: 'own' } }));
    expect(await keep()).toMatchObject({ how: 'store', store: 'own' });
    expect(existsSync(join(folder, 'own'))).toBe(true);
  });

  it('goes nowhere where a helper makes tokens', async () => {
    for (const name of ['ecr-login', 'slipway']) {
      const text = JSON.stringify({ credHelpers: { [host]: name } });
      write(docker, text);
      expect(await keep()).toEqual({ how: 'helper', file: docker, store: name });
      expect(readFileSync(docker, 'utf8')).toBe(text);
    }
  });

  it('is refused by a store in its own words, without the secret', async () => {
    program('docker-credential-safe', 'read line; echo "locked: $line"; exit 1');
    const text = '{\n  "credsStore": "safe"\n}';
    write(docker, text);
    const said = await refusal(keep());
    expect(said).toContain(
      `login/store-failed 2:17-2:23 docker-credential-safe does not keep the credentials of ${host}: locked: `,
    );
    expect(said).not.toContain('top-secret');
    program('docker-credential-safe', 'exit 3');
    expect(await refusal(keep())).toContain('it ended with 3');
    expect(readFileSync(docker, 'utf8')).toBe(text);
  });

  it('is refused where the store is missing, or its name is none', async () => {
    write(docker, '{"credsStore":"gone"}');
    expect(await refusal(keep())).toContain('login/store-missing 1:15-1:21 docker-credential-gone is not on the PATH');
    write(docker, '{"credsStore":"../../bin/sh"}');
    expect(await refusal(keep())).toContain('login/store-missing');
    write(docker, '{"credsStore":""}');
    expect(await keep()).toMatchObject({ how: 'file' });
  });

  it('does not go into a file that is no JSON', async () => {
    write(docker, '{\n  "auths": {},\n}\n');
    expect(await refusal(keep())).toBe(
      `login/file-broken 3:1-3:2 config.json cannot be read: '}' does not belong here`,
    );
    write(docker, '{"auths": []}');
    expect(await refusal(keep())).toContain('login/file-broken 1:11-1:12');
    expect(readFileSync(docker, 'utf8')).toBe('{"auths": []}');
    rmSync(docker);
    mkdirSync(docker);
    expect(await refusal(keep())).toContain('login/cannot-write');
  });
});

describe('our helper', () => {
  it('is named for a host, and what was there stays', async () => {
    write(docker, '{"credHelpers":{"gcr.io":"gcloud"},"auths":{}}');
    await installHelper('docker', host, machine, options);
    expect(readFileSync(docker, 'utf8')).toBe(`{"credHelpers":{"gcr.io":"gcloud","${host}":"slipway"},"auths":{}}`);
  });
});

describe('the files', () => {
  it('are where each client looks', () => {
    const at = (client: 'docker' | 'podman', more: Partial<Machine>): string =>
      fileOf(client, { ...machine, env: {}, home: '/h', ...more });
    expect(at('docker', {})).toBe('/h/.docker/config.json');
    expect(at('docker', { env: { DOCKER_CONFIG: '/d' } })).toBe('/d/config.json');
    expect(at('podman', { env: { REGISTRY_AUTH_FILE: '/a.json', XDG_RUNTIME_DIR: '/run/user/1000' } })).toBe('/a.json');
    expect(at('podman', { env: { XDG_RUNTIME_DIR: '/run/user/1000' } })).toBe('/run/user/1000/containers/auth.json');
    expect(at('podman', {})).toBe('/run/containers/1000/auth.json');
    expect(at('podman', { platform: 'darwin' })).toBe('/h/.config/containers/auth.json');
  });

  it('are those of the clients that are installed', () => {
    expect(clientsOf(machine)).toEqual(['docker']);
    program('skopeo');
    expect(clientsOf(machine)).toEqual(['podman']);
    program('nerdctl');
    expect(clientsOf(machine)).toEqual(['docker', 'podman']);
    // What cannot be run is not installed.
    write(join(folder, 'other', 'docker'), '');
    mkdirSync(join(folder, 'other', 'podman'));
    expect(clientsOf({ ...machine, env: { PATH: join(folder, 'other') } })).toEqual(['docker']);
  });
});

describe('containerd', () => {
  it('gets a hosts.toml, which is replaced only where it is ours', async () => {
    const file = join(folder, 'certs.d', 'localhost:4510', 'hosts.toml');
    expect(await keepForContainerd(join(folder, 'certs.d'), 'http://localhost:4510', credential, options)).toBe(file);
    const text = readFileSync(file, 'utf8');
    expect(text).toContain('server = "http://localhost:4510"\n\n[host."http://localhost:4510"]\n');
    expect(text).toContain(`authorization = "Basic ${auth}"`);
    await keepForContainerd(
      join(folder, 'certs.d'),
      'http://localhost:4510',
      { ...credential, password: 'next' },
      options,
    );
    expect(readFileSync(file, 'utf8')).not.toBe(text);
    writeFileSync(file, 'server = "mine"\n');
    expect(
      await refusal(keepForContainerd(join(folder, 'certs.d'), 'http://localhost:4510', credential, options)),
    ).toContain('login/foreign-file');
    expect(readFileSync(file, 'utf8')).toBe('server = "mine"\n');
  });
});
