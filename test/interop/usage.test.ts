// What is running, read from things that other people wrote: ECS and Lambda of moto, filled by boto3; and Kubernetes, where the real
// kubectl reads the same API. It must not know how the readers go about it.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { usageSources } from '../../src/aws/index.js';
import { type KubeServer, startKubeApi } from '../../src/aws/usage/testing/kube-api.js';
import { objects } from '../../src/aws/usage/testing/kube-world.js';
import { openAuthority } from '../../src/local/tls/index.js';
import type { UsageSpec } from '../../src/manifest/index.js';
import { readReference, readUsage, shownImage, type UsageReading } from '../../src/plan/index.js';
import { type Endpoint, motoAccount, startMoto } from '../support/clients.js';
import { awsEnvironment, cleanEnvironment } from '../support/environment.js';
import { toolPath } from '../support/find-tool.js';
import { run, type Server } from '../support/processes.js';
import { describeWith } from '../support/tools.js';

const region = 'eu-west-1';
const at = { account: motoAccount, region };
const a64 = 'a'.repeat(64);

async function read(usage: UsageSpec): Promise<readonly UsageReading[]> {
  const options = { at, directory: '/', environment: process.env, backoff: { base: 1, cap: 4 } };
  return readUsage(usageSources(usage, options));
}

const shown = (reading: UsageReading | undefined) =>
  (reading?.uses ?? []).map((use) => `${shownImage(use)}: ${use.by}`).sort();

describeWith({ tools: ['moto_server', 'boto3'] }, 'what moto runs', () => {
  let moto: Server;
  let kept: NodeJS.ProcessEnv;
  beforeAll(async () => {
    moto = await startMoto();
    const endpoint: Endpoint = { endpoint: moto.url, account: motoAccount, region };
    const world = join(import.meta.dirname, '..', 'support', 'usage-world.py');
    const done = await run(toolPath('boto3'), [world], { env: awsEnvironment(endpoint) });
    if (done.code !== 0) throw new Error(done.stderr);
    kept = { ...process.env };
    Object.assign(process.env, awsEnvironment(endpoint));
  }, 120_000);
  afterAll(async () => {
    for (const name of Object.keys(process.env)) if (!(name in kept)) delete process.env[name];
    Object.assign(process.env, kept);
    await moto.stop();
  });

  const web = Array.from(
    { length: 12 },
    (_, number) => `shop/web:s${number}: ECS service staging/s${number}, task definition s${number}:1`,
  );
  const prod = [
    'shop/api:v1: ECS service prod/api, task definition api:1',
    'shop/api:v2: ECS service prod/api, task definition api:2',
    `shop/batch@sha256:${a64}: ECS task in prod, task definition batch:1`,
  ];

  it('is told of services with every deployment, of tasks, and of the newest revision of each family', async () => {
    const [reading] = await read({ ecs: {} });
    expect(reading).toMatchObject({ source: `ECS in ${motoAccount}, ${region}`, state: 'read' });
    const recent = [
      'shop/api:v3: ECS, task definition api:3',
      `shop/batch@sha256:${a64}: ECS, task definition batch:1`,
      'shop/nightly:v9: ECS, task definition nightly:2',
      ...Array.from({ length: 12 }, (_, number) => `shop/web:s${number}: ECS, task definition s${number}:1`),
    ];
    const all = shown(reading);
    // Whether an update leaves the deployment before it in place is moto's affair; ECS keeps it until it is over.
    const optional = prod[0] ?? '';
    expect(all.filter((one) => one !== optional)).toEqual(
      [...prod, ...web, ...recent].filter((one) => one !== optional).sort(),
    );
  });

  it('is read in the clusters that are named, and unknown where there is none of the name', async () => {
    const [reading] = await read({ ecs: { clusters: ['pr*'], revisions: 0 } });
    expect(shown(reading).filter((one) => !prod.includes(one))).toEqual([]);
    expect(shown(reading)).toContain(prod[1]);
    const [named] = await read({ ecs: { clusters: ['staging'], revisions: 0 } });
    expect(shown(named)).toEqual([...web].sort());
    const [lost] = await read({ ecs: { clusters: ['prdo', 'staging'], revisions: 0 } });
    expect(lost).toMatchObject({ state: 'unknown', operation: 'ecs:ListServices' });
    expect(shown(lost)).toEqual([...web].sort());
    const [none] = await read({ ecs: { clusters: ['qa-*'], revisions: 0 } });
    expect(none).toMatchObject({ state: 'unknown', reason: 'NoSuchCluster: no cluster matches "qa-*"', uses: [] });
  });

  it('is told of functions, version by version', async () => {
    const [reading] = await read({ lambda: {} });
    expect(reading).toMatchObject({ source: `Lambda in ${motoAccount}, ${region}`, state: 'read' });
    const images = shown(reading).map((one) => one.replace(/@sha256:[0-9a-f]{64}/, '@resolved'));
    expect(images).toEqual([
      'shop/mail:v1: Lambda function mail',
      'shop/mail:v1: Lambda function mail, version 1',
      'shop/mail@resolved: Lambda function mail',
      'shop/mail@resolved: Lambda function mail, version 1',
      'shop/resize:v1: Lambda function resize',
      'shop/resize:v1: Lambda function resize, version 1',
      'shop/resize@resolved: Lambda function resize',
      'shop/resize@resolved: Lambda function resize, version 1',
    ]);
  });

  it('leaves out versions that no alias leads to, where that is asked for', async () => {
    const [reading] = await read({ lambda: { versions: 'aliased' } });
    expect(shown(reading).filter((one) => !one.includes('@'))).toEqual([
      'shop/mail:v1: Lambda function mail',
      'shop/resize:v1: Lambda function resize',
      'shop/resize:v1: Lambda function resize, version 1 (live)',
    ]);
  });

  it('is read as a role that is assumed', async () => {
    const roleArn = `arn:aws:iam::${motoAccount}:role/slipway-usage`;
    const readings = await read({ lambda: {}, accounts: [{ account: motoAccount, roleArn }] });
    expect(readings).toMatchObject([{ state: 'read' }]);
    expect(shown(readings[0])).toHaveLength(8);
  });

  it('is unknown where the credentials are of another account', async () => {
    const readings = await read({ ecs: {}, lambda: {}, accounts: [{ account: '999999999999' }] });
    expect(readings).toMatchObject([
      { source: 'ECS in 999999999999, eu-west-1', state: 'unknown', operation: 'sts:GetCallerIdentity', uses: [] },
      { source: 'Lambda in 999999999999, eu-west-1', state: 'unknown', operation: 'sts:GetCallerIdentity', uses: [] },
    ]);
  });
});

/** Every address in what kubectl prints: members `image`, `imageID` and `reference`, wherever they stand. */
function addressesIn(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.flatMap(addressesIn);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, member]) =>
    typeof member === 'string' && ['image', 'imageID', 'reference'].includes(name) ? [member] : addressesIn(member),
  );
}

describeWith({ tools: ['kubectl'] }, 'what a cluster runs', () => {
  let folder: string;
  let server: KubeServer;
  let kubeconfig: string;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'slipway-kubectl-'));
    const authority = openAuthority(folder);
    const { key, certificate } = authority.shown('localhost');
    server = await startKubeApi({ objects, chunk: 2, authorization: 'Bearer secret' }, { key, cert: certificate });
    kubeconfig = join(folder, 'config');
    const cluster = { server: server.url.replace('127.0.0.1', 'localhost'), 'certificate-authority': 'ca.crt' };
    const config = {
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [{ name: 'c', cluster }],
      users: [{ name: 'u', user: { token: 'secret' } }],
      contexts: [{ name: 'prod', context: { cluster: 'c', user: 'u' } }],
    };
    writeFileSync(kubeconfig, JSON.stringify(config));
  });
  afterAll(async () => {
    await server.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('is the same to kubectl and to Slipway', async () => {
    const kinds = Object.keys(objects).join(',');
    const args = ['get', kinds, '--all-namespaces', '--chunk-size=2', '--output=json', '--context=prod'];
    const env = { ...cleanEnvironment(), KUBECONFIG: kubeconfig, HOME: folder };
    const done = await run(toolPath('kubectl'), [...args, `--cache-dir=${folder}`], { env });
    expect(done).toMatchObject({ code: 0 });
    const theirs = new Set(
      addressesIn(JSON.parse(done.stdout)).flatMap((address) => {
        const reference = readReference(address);
        return reference.kind === 'ecr' ? [shownImage(reference.image)] : [];
      }),
    );
    const [reading] = await read({ kubernetes: [{ context: 'prod', kubeconfig }] });
    expect(reading).toMatchObject({ source: 'Kubernetes prod', state: 'read' });
    expect([...new Set((reading?.uses ?? []).map(shownImage))].sort()).toEqual([...theirs].sort());
    expect(theirs.size).toBeGreaterThan(10);
  });
});
