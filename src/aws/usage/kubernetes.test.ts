// Kubernetes as a source: every place of an image, chunks, credentials of every kind, and what makes it unknown.
import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openAuthority } from '../../local/tls/index.js';
import type { UsageReading } from '../../plan/index.js';
import { shownImage } from '../../plan/index.js';
import { systemClock } from '../clock.js';
import { kubernetesSource } from './kubernetes/index.js';
import { type KubeServer, type KubeWorld, startKubeApi } from './testing/kube-api.js';
import { digestOf, endedPod, finishedJob, objects } from './testing/kube-world.js';

let folder: string;
let server: KubeServer | undefined;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'slipway-kube-'));
});
afterEach(async () => {
  await server?.close();
  server = undefined;
  rmSync(folder, { recursive: true, force: true });
});

async function serve(world: Partial<KubeWorld> = {}, tls?: { key: string; cert: string }): Promise<KubeServer> {
  server = await startKubeApi({ objects, ...world }, tls);
  return server;
}

function kubeconfig(cluster: object, user: object = {}): string {
  const file = join(folder, 'config');
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'c', cluster }],
    users: [{ name: 'u', user }],
    contexts: [{ name: 'prod', context: { cluster: 'c', user: 'u' } }],
    'current-context': 'somewhere-else',
  };
  writeFileSync(file, JSON.stringify(config));
  return file;
}

function read(
  file: string,
  more: { context?: string; namespaces?: readonly string[]; trusted?: boolean } = {},
): Promise<UsageReading> {
  const options = { clock: systemClock, concurrency: 4, backoff: { base: 1, cap: 2 } };
  const asked = { kubeconfigs: [file], trusted: true, context: 'prod', environment: process.env, ...more };
  return kubernetesSource(asked, options).read();
}

const shown = (reading: UsageReading) => (reading.uses ?? []).map((use) => `${shownImage(use)}: ${use.by}`).sort();

const everything = [
  `shop/agent:v1: Kubernetes prod, DaemonSet shop/agent`,
  `shop/api:v1: Kubernetes prod, ReplicaSet shop/api-77aa of Deployment shop/api`,
  `shop/api:v2: Kubernetes prod, pods of Deployment shop/api`,
  `shop/api:v3: Kubernetes prod, Deployment shop/api`,
  `shop/api@${digestOf('2')}: Kubernetes prod, pods of Deployment shop/api`,
  `shop/backup:v1: Kubernetes prod, Job shop/backup-29`,
  `shop/backup:v2: Kubernetes prod, CronJob shop/backup`,
  `shop/data:v1: Kubernetes prod, pods of Deployment shop/api`,
  `shop/db:v4: Kubernetes prod, ControllerRevision shop/db-1 of StatefulSet shop/db`,
  `shop/db:v5: Kubernetes prod, StatefulSet shop/db`,
  `shop/debug:latest: Kubernetes prod, Pod shop/lonely`,
  `shop/lonely@${digestOf('3')}: Kubernetes prod, Pod shop/lonely`,
  `shop/migrate:v7: Kubernetes prod, pods of Deployment shop/api`,
  `shop/migrate@${digestOf('1')}: Kubernetes prod, pods of Deployment shop/api`,
];

describe('a cluster', () => {
  it('is read whole, chunk by chunk', async () => {
    const { url, heard } = await serve({ chunk: 2 });
    const reading = await read(kubeconfig({ server: url }));
    expect(reading).toMatchObject({ source: 'Kubernetes prod', state: 'read' });
    expect(shown(reading)).toEqual(everything);
    expect(heard.filter((one) => one.includes('/pods'))).toEqual([
      'GET /api/v1/pods?limit=500',
      'GET /api/v1/pods?limit=500&continue=2',
    ]);
    expect(heard).toHaveLength(9);
  });

  it('uses nothing for what has ended', async () => {
    const { url } = await serve({ objects: { pods: [endedPod], jobs: [finishedJob] } });
    expect(await read(kubeconfig({ server: url }))).toMatchObject({ state: 'read', uses: [] });
  });

  it('is read again from the start where the server has forgotten how a list went on', async () => {
    const { url, heard } = await serve({ chunk: 2, refusals: new Map([['pods', [410, 'Expired']]]) });
    expect(shown(await read(kubeconfig({ server: url })))).toEqual(everything);
    expect(heard.filter((one) => one.includes('/pods'))).toHaveLength(3);
  });

  it('is asked again where it is busy or broken', async () => {
    const refusals = new Map<string, readonly [number, string]>([
      ['pods', [429, 'TooManyRequests']],
      ['jobs', [503, 'ServiceUnavailable']],
    ]);
    const { url } = await serve({ refusals });
    expect(shown(await read(kubeconfig({ server: url })))).toEqual(everything);
  });

  it('is read in its namespaces alone where they are named, which must exist', async () => {
    const { url, heard } = await serve({ namespaces: ['shop'] });
    const reading = await read(kubeconfig({ server: url }), { namespaces: ['shop'] });
    expect(reading).toMatchObject({ source: 'Kubernetes prod (shop)', state: 'read' });
    expect(shown(reading)).toEqual(everything);
    expect(heard).toContain('GET /apis/apps/v1/namespaces/shop/deployments?limit=500');
    expect(await read(kubeconfig({ server: url }), { namespaces: ['shop', 'shpo'] })).toMatchObject({
      state: 'unknown',
      operation: 'GET /api/v1/namespaces/shpo',
      reason: 'NotFound: namespaces "shpo" not found',
    });
  });

  it('is unknown where a part of it may not be read, and the rest is told', async () => {
    const { url } = await serve({ refusals: new Map([['cronjobs', [403, 'Forbidden']]]) });
    const reading = await read(kubeconfig({ server: url }));
    expect(reading).toMatchObject({
      state: 'unknown',
      operation: 'GET /apis/batch/v1/cronjobs',
      reason: 'Forbidden: cronjobs: Forbidden',
    });
    expect(shown(reading)).toEqual(everything.filter((one) => !one.includes('CronJob')));
  });

  it('is unknown where nobody listens', async () => {
    const reading = await read(kubeconfig({ server: 'http://127.0.0.1:1' }));
    expect(reading).toMatchObject({ state: 'unknown', uses: [] });
  });
});

describe('who to be', () => {
  const authorization = 'Bearer secret';
  const program = (name: string, text: string) => {
    const file = join(folder, name);
    writeFileSync(file, `#!/bin/sh\n${text}\n`);
    chmodSync(file, 0o755);
    return `./${name}`;
  };
  const state = async (user: object) => (await read(kubeconfig({ server: server?.url }, user))).state;

  it('is said by a token, a file of it, or a program', async () => {
    await serve({ authorization });
    expect(await state({})).toBe('unknown');
    expect(await state({ token: 'secret' })).toBe('read');
    writeFileSync(join(folder, 'token'), 'secret\n');
    expect(await state({ token: 'old', tokenFile: 'token' })).toBe('read');
    const command = program('get-token', 'printf \'{"kind":"ExecCredential","status":{"token":"%s"}}\' "$1$HALF"');
    const exec = {
      apiVersion: 'client.authentication.k8s.io/v1',
      command,
      args: ['sec'],
      env: [{ name: 'HALF', value: 'ret' }],
    };
    expect(await state({ exec })).toBe('read');
  });

  it('is told to a program in the words of its API', async () => {
    const { url } = await serve({ authorization });
    const command = program('tell', `printf '%s' "$KUBERNETES_EXEC_INFO" > ${join(folder, 'info')}; echo '{}'`);
    const exec = { apiVersion: 'client.authentication.k8s.io/v1', command, provideClusterInfo: true };
    const reading = await read(kubeconfig({ server: url }, { exec }));
    expect(reading).toMatchObject({ state: 'unknown', operation: 'kubeconfig' });
    const { readFileSync } = await import('node:fs');
    expect(JSON.parse(readFileSync(join(folder, 'info'), 'utf8'))).toEqual({
      apiVersion: 'client.authentication.k8s.io/v1',
      kind: 'ExecCredential',
      spec: { interactive: false, cluster: { server: `${url}/` } },
    });
  });

  it.each<[string, object, RegExp]>([
    ['a program that fails', { exec: { command: './fail' } }, /gave no credentials: no session/],
    ['a program that is missing', { exec: { command: 'there-is-no-such-program' } }, /it was not found/],
    ['a program that says nonsense', { exec: { command: './nonsense' } }, /printed no ExecCredential/],
    ['an auth-provider', { 'auth-provider': { name: 'gcp' } }, /auth-provider/],
    ['a token file that is missing', { tokenFile: 'nowhere' }, /token cannot be read/],
  ])('is unknown with %s', async (_, user, why) => {
    await serve({ authorization });
    program('fail', 'echo "no session" >&2; exit 1');
    program('nonsense', 'echo hello');
    const reading = await read(kubeconfig({ server: server?.url }, user));
    expect(reading).toMatchObject({ state: 'unknown', operation: 'kubeconfig', reason: expect.stringMatching(why) });
  });
});

describe('a kubeconfig that the manifest alone names', () => {
  it('starts no program, and has no file sent away', async () => {
    const { heard } = await serve();
    const marker = join(folder, 'started');
    writeFileSync(join(folder, 'secret'), 'secret');
    const file = (user: object) => kubeconfig({ server: server?.url }, user);
    const exec = { command: 'touch', args: [marker] };
    expect(await read(file({ exec }), { trusted: false })).toMatchObject({
      state: 'unknown',
      reason: expect.stringMatching(/starts "touch".* not one that the manifest alone names/),
    });
    expect(existsSync(marker)).toBe(false);
    expect(await read(file({ tokenFile: 'secret' }), { trusted: false })).toMatchObject({
      state: 'unknown',
      reason: expect.stringMatching(/reads a token from a file/),
    });
    expect(heard).toEqual([]);
    expect(await read(file({ token: 'secret' }), { trusted: false })).toMatchObject({ state: 'read' });
    expect(await read(file({ exec }))).toMatchObject({ reason: expect.stringMatching(/no ExecCredential/) });
    expect(existsSync(marker)).toBe(true);
  });
});

describe('a server', () => {
  it.each<[string, object]>([
    ['a token', { token: 'secret' }],
    ['a name and a password', { username: 'me', password: 'secret' }],
    ['what a program says', { exec: { command: './never-started' } }],
  ])('gets no credentials in the clear: %s', async (_, user) => {
    const reading = await read(kubeconfig({ server: 'http://cluster.example' }, user));
    expect(reading).toMatchObject({
      state: 'unknown',
      operation: 'kubeconfig',
      reason: expect.stringContaining('http://cluster.example would get credentials in the clear'),
    });
    expect(JSON.stringify(reading)).not.toContain('secret');
  });

  it('is trusted by the authority of the kubeconfig, and by nothing else', async () => {
    const authority = openAuthority(folder);
    const { key, certificate } = authority.shown('localhost');
    const { url } = await serve({}, { key, cert: certificate });
    const server = url.replace('127.0.0.1', 'localhost');
    const trusted = await read(kubeconfig({ server, 'certificate-authority': authority.file }));
    expect(trusted).toMatchObject({ state: 'read' });
    expect(await read(kubeconfig({ server }))).toMatchObject({ state: 'unknown' });
    expect(await read(kubeconfig({ server, 'insecure-skip-tls-verify': true }))).toMatchObject({ state: 'read' });
    const both = { server, 'certificate-authority': authority.file, 'insecure-skip-tls-verify': true };
    expect(await read(kubeconfig(both))).toMatchObject({ reason: expect.stringContaining('has both') });
    const named = { server: url, 'certificate-authority': authority.file, 'tls-server-name': 'localhost' };
    expect(await read(kubeconfig(named))).toMatchObject({ state: 'read' });
  });
});

describe('a server that leads elsewhere', () => {
  it('follows no redirect', async () => {
    const { url, heard } = await serve();
    const leading = createServer((_, response) => void response.writeHead(302, { location: url }).end());
    await new Promise<void>((done) => void leading.listen(0, '127.0.0.1', done));
    try {
      const { port } = leading.address() as AddressInfo;
      const reading = await read(kubeconfig({ server: `http://127.0.0.1:${port}` }, { token: 'secret' }));
      expect(reading).toMatchObject({ state: 'unknown', uses: [], reason: expect.stringContaining('HTTP 302') });
      expect(heard).toEqual([]);
    } finally {
      leading.closeAllConnections();
      await new Promise((done) => leading.close(done));
    }
  });
});

describe('a kubeconfig', () => {
  it.each<[string, () => Promise<UsageReading>, RegExp]>([
    ['is not there', () => read(join(folder, 'nowhere')), /does not exist/],
    [
      'lacks the context',
      () => read(kubeconfig({ server: 'http://x' }), { context: 'staging' }),
      /no context "staging"; there are prod/,
    ],
    ['names no server', () => read(kubeconfig({})), /has no address of a server/],
    ['is behind a proxy', () => read(kubeconfig({ server: 'http://x', 'proxy-url': 'http://y' })), /proxy-url/],
  ])('that %s leaves it unknown what runs', async (_, ask, why) => {
    expect(await ask()).toMatchObject({
      state: 'unknown',
      operation: 'kubeconfig',
      reason: expect.stringMatching(why),
    });
  });
});
