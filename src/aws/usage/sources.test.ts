// Which sources a manifest's usage comes to, and files, the simplest of them.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { shownImage } from '../../plan/index.js';
import { fileSource } from './file.js';
import { usageSources } from './index.js';

const host = '111111111111.dkr.ecr.eu-west-1.amazonaws.com';
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'slipway-usage-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function read(text: string) {
  writeFileSync(join(folder, 'running.txt'), text);
  const reading = await fileSource({ path: join(folder, 'running.txt'), shown: 'running.txt' }).read();
  return { ...reading, uses: (reading.uses ?? []).map((use) => `${shownImage(use)}: ${use.by}`) };
}

describe('a file', () => {
  it('has one address a line, and comments', async () => {
    const text = `\uFEFF# what runs\r\n${host}/api:v1 # the old one\r\n\r\n  nginx\n${host}/api@sha256:${'a'.repeat(64)}`;
    expect(await read(text)).toEqual({
      source: 'file running.txt',
      state: 'read',
      uses: ['api:v1: running.txt, line 2', `api@sha256:${'a'.repeat(64)}: running.txt, line 5`],
    });
    expect(await read('')).toMatchObject({ state: 'read', uses: [] });
  });

  it('is unknown for one bad line, and tells of the others', async () => {
    expect(await read(`${host}/api:v1\n${host}/API:v2\n\${IMAGE}`)).toMatchObject({
      state: 'unknown',
      operation: 'read running.txt',
      reason: 'BadLine: line 2: "API" is no name of a repository (and 1 more)',
      uses: ['api:v1: running.txt, line 1'],
    });
  });

  it('is unknown where an address without a host is called as a repository here: Docker Hub is hardly meant', async () => {
    const path = join(folder, 'running.txt');
    const of = (text: string) => {
      writeFileSync(path, text);
      return fileSource({ path, shown: 'running.txt', repositories: new Set(['payments/api']) }).read();
    };
    expect(await of('payments/api:v1')).toMatchObject({
      state: 'unknown',
      reason:
        'BadLine: line 1: "payments/api:v1" names no registry, and a repository here is called so: write its host before it',
    });
    expect(await of(`payments/api@sha256:${'a'.repeat(64)}`)).toMatchObject({ state: 'unknown' });
    expect(await of('payments/web:v1\nnginx\nghcr.io/payments/api:v1')).toMatchObject({ state: 'read', uses: [] });
  });

  it('is unknown where it does not exist', async () => {
    expect(await fileSource({ path: join(folder, 'nowhere'), shown: 'nowhere' }).read()).toMatchObject({
      state: 'unknown',
      reason: 'CannotRead: it does not exist',
    });
  });
});

describe('the sources of a manifest', () => {
  const at = { account: '222222222222', region: 'eu-west-1' };
  const names = (usage: Parameters<typeof usageSources>[0], more: object = {}) =>
    usageSources(usage, { at, directory: '/project', environment: { HOME: '/home/me' }, ...more }).map(
      ({ name }) => name,
    );

  it('are one for each account and Region, cluster and file', () => {
    expect(names({ ecs: {}, lambda: {} })).toEqual([
      'ECS in 222222222222, eu-west-1',
      'Lambda in 222222222222, eu-west-1',
    ]);
    const accounts = [{ account: '333333333333' }, { account: '333333333333', region: 'us-east-1' }];
    expect(names({ ecs: {}, kubernetes: [{ context: 'eks' }], files: ['a.txt'], accounts })).toEqual([
      'ECS in 333333333333, eu-west-1',
      'ECS in 333333333333, us-east-1',
      'Kubernetes eks',
      'file a.txt',
    ]);
  });

  it('are not those of AWS where images are on this machine', () => {
    expect(names({ ecs: {}, lambda: {}, files: ['a.txt'] }, { withoutAws: true })).toEqual(['file a.txt']);
  });

  it('have kubeconfigs where kubectl would look for them, or where the manifest says', async () => {
    const missing = async (usage: Parameters<typeof usageSources>[0], environment: Record<string, string>) => {
      const [source] = usageSources(usage, { at, directory: folder, environment });
      const reading = await source?.read();
      return reading?.state === 'unknown' ? reading.reason : reading;
    };
    const kubernetes = [{ context: 'eks' }];
    expect(await missing({ kubernetes }, { HOME: folder })).toContain(join(folder, '.kube', 'config'));
    const list = { HOME: folder, KUBECONFIG: `${folder}/one:${folder}/two` };
    expect(await missing({ kubernetes }, list)).toContain(`${folder}/one, ${folder}/two does not exist`);
    expect(await missing({ kubernetes: [{ context: 'eks', kubeconfig: '~/k' }] }, { HOME: folder })).toContain(
      `${folder}/k`,
    );
    expect(await missing({ kubernetes: [{ context: 'eks', kubeconfig: 'k' }] }, {})).toContain(`${folder}/k`);
  });

  it('start programs of kubeconfigs of the user alone', async () => {
    const config = {
      clusters: [{ name: 'c', cluster: { server: 'https://127.0.0.1:1' } }],
      users: [{ name: 'u', user: { exec: { command: 'there-is-no-such-program' } } }],
      contexts: [{ name: 'eks', context: { cluster: 'c', user: 'u' } }],
    };
    writeFileSync(join(folder, 'k'), JSON.stringify(config));
    const reason = async (environment: Record<string, string>) => {
      const usage = { kubernetes: [{ context: 'eks', kubeconfig: 'k' }] };
      const reading = await usageSources(usage, { at, directory: folder, environment })[0]?.read();
      return reading?.state === 'unknown' ? reading.reason : reading;
    };
    expect(await reason({ HOME: folder })).toContain('not one that the manifest alone names');
    expect(await reason({ HOME: folder, KUBECONFIG: join(folder, 'k') })).toContain('it was not found');
  });
});
