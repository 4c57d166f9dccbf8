// The ports against the local ECR: what they promise, whom they call as, and how they outlive what goes wrong on the way.
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { pushImage, pushIndex } from '../cli/testing/pusher.js';
import { type FaultRule, type LocalEcr, startLocalEcr } from '../local/index.js';
import { type AwsPorts, type AwsPortsOptions, awsPorts } from './ports.js';
import {
  account,
  all,
  conformance,
  digest,
  faultOf,
  lifecycleText,
  policyText,
  quick,
  region,
  repository,
} from './testing/conformance.js';

const swift = { slowest: 2000, unlimited: 10_000, recovery: 1000, deafMilliseconds: 1000 };

/** The environment as it was: the object itself stays, which others hold. */
function putBack(kept: Readonly<Record<string, string | undefined>>): void {
  for (const name of Object.keys(process.env)) if (!(name in kept)) delete process.env[name];
  Object.assign(process.env, kept);
}

describe('the local ECR', () => {
  let server: LocalEcr;
  let opened: AwsPorts[] = [];
  beforeAll(async () => {
    server = await startLocalEcr({ memory: true, port: 0 });
  });
  afterAll(() => server.close());
  afterEach(() => {
    server.clearFaults();
    for (const ports of opened) ports.close();
    opened = [];
  });

  async function open(more: Partial<AwsPortsOptions> = {}, local = true): Promise<AwsPorts> {
    const where = local ? { local: { endpoint: server.url } } : {};
    const ports = awsPorts({ account, region, ...where, backoff: quick, pace: swift, ...more });
    opened.push(ports);
    return ports;
  }
  const faults = (...rules: FaultRule[]) => server.setFaults(rules);

  describe('does what the ports promise', () => conformance(() => server.url));

  it('knows the account by the access key, whatever the environment says', async () => {
    const kept = { ...process.env };
    try {
      process.env['AWS_PROFILE'] = 'there-is-none';
      process.env['AWS_ENDPOINT_URL'] = 'http://127.0.0.1:1';
      process.env['AWS_REGION'] = 'ap-south-1';
      process.env['AWS_USE_FIPS_ENDPOINT'] = 'true';
      const ports = await open({ account: '222222222222', region: 'us-west-2' });
      expect((await ports.identity.callerIdentity()).account).toBe('222222222222');
      expect((await ports.ecr.createRepository(repository('env/a'))).arn).toBe(
        'arn:aws:ecr:us-west-2:222222222222:repository/env/a',
      );
    } finally {
      putBack(kept);
    }
  });

  it('goes where AWS_ENDPOINT_URL says, as whom the environment says', async () => {
    const kept = { ...process.env };
    try {
      Object.assign(process.env, {
        AWS_ENDPOINT_URL: server.url,
        AWS_ACCESS_KEY_ID: '333333333333',
        AWS_SECRET_ACCESS_KEY: 'x',
        AWS_REGION: 'ap-south-1',
      });
      const ports = await open({ account: '333333333333' }, false);
      expect((await ports.identity.callerIdentity()).account).toBe('333333333333');
      expect((await ports.ecr.createRepository(repository('env/b'))).arn).toContain(`:${region}:333333333333:`);
    } finally {
      putBack(kept);
    }
  });

  it('without any credentials the fault says so, before any call', async () => {
    const kept = { ...process.env };
    try {
      for (const key of Object.keys(process.env)) if (key.startsWith('AWS_')) delete process.env[key];
      Object.assign(process.env, {
        AWS_EC2_METADATA_DISABLED: 'true',
        AWS_CONFIG_FILE: '/nonexistent/config',
        AWS_SHARED_CREDENTIALS_FILE: '/nonexistent/credentials',
        AWS_ENDPOINT_URL: server.url,
      });
      server.resetCalls();
      for (const profile of [undefined, 'there-is-none']) {
        const ports = await open(profile === undefined ? {} : { profile }, false);
        expect(await faultOf(ports.ecr.describeRepositories(['a']))).toMatchObject({ kind: 'credentials' });
      }
      expect(server.calls()).toEqual({});
    } finally {
      putBack(kept);
    }
  });

  it('asks a source of credentials once, whatever is called', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'slipway-credentials-'));
    const kept = { ...process.env };
    try {
      const asked = join(folder, 'asked');
      const source = join(folder, 'source.cjs');
      const given = { Version: 1, AccessKeyId: '444444444444', SecretAccessKey: 'x' };
      writeFileSync(
        source,
        `require('node:fs').appendFileSync(${JSON.stringify(asked)}, 'x'); console.log(${JSON.stringify(JSON.stringify(given))});`,
      );
      writeFileSync(join(folder, 'config'), `[profile tool]\ncredential_process = "${process.execPath}" "${source}"\n`);
      for (const key of Object.keys(process.env)) if (key.startsWith('AWS_')) delete process.env[key];
      Object.assign(process.env, {
        AWS_CONFIG_FILE: join(folder, 'config'),
        AWS_SHARED_CREDENTIALS_FILE: join(folder, 'none'),
        AWS_EC2_METADATA_DISABLED: 'true',
        AWS_ENDPOINT_URL: server.url,
      });
      const ports = await open({ account: '444444444444', profile: 'tool' }, false);
      expect((await ports.identity.callerIdentity()).account).toBe('444444444444');
      const { arn } = await ports.ecr.createRepository(repository('source/a'));
      expect(arn).toContain(':444444444444:');
      await ports.parameters.create('/slipway/source', 'x');
      for await (const page of ports.tagging.resourcesWithTags({ Team: 'a' })) expect([...page.keys()]).toEqual([arn]);
      expect(readFileSync(asked, 'utf8')).toBe('x');
    } finally {
      putBack(kept);
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('ends right though half of all calls are throttled', async () => {
    const ports = await open();
    faults({ operation: '*', kind: 'throttle', probability: 0.5, seed: 7 });
    const names = Array.from({ length: 40 }, (_, index) => `half/r${index}`);
    await Promise.all(names.map((name) => ports.ecr.createRepository(repository(name))));
    await Promise.all(names.map((name) => ports.ecr.putLifecyclePolicy(name, lifecycleText)));
    server.clearFaults();
    const texts = await Promise.all(names.map((name) => ports.ecr.getLifecyclePolicy(name)));
    expect(texts.every((text) => text !== undefined)).toBe(true);
  });

  it('outlives 5xx and broken connections', async () => {
    const ports = await open();
    faults(
      { operation: 'CreateRepository', kind: 'server-error', times: 3 },
      { operation: 'ListTagsForResource', kind: 'drop', times: 3 },
    );
    const { arn } = await ports.ecr.createRepository(repository('broken/a'));
    expect(await ports.ecr.listTags(arn)).toEqual(repository('x').tags);
  });

  it('does not mistake its own work for somebody else’s when the answer was lost', async () => {
    const ports = await open();
    faults({ operation: '*', kind: 'drop-after', every: 2 });
    const made = await ports.ecr.createRepository(repository('lost/a'));
    const again = await ports.ecr.createRepository(repository('lost/b'));
    expect([made.name, again.name]).toEqual(['lost/a', 'lost/b']);
    faults({ operation: 'PutParameter', kind: 'drop-after', times: 1 });
    expect(await ports.parameters.create('/slipway/lost', 'mine')).toBe(true);
    faults({ operation: 'DeleteRepository', kind: 'drop-after', times: 1 });
    await ports.ecr.deleteRepository('lost/a', false);
    expect(await ports.ecr.describeRepositories(['lost/a'])).toBeUndefined();
  });

  it('does not take a repository of somebody else for its own when an attempt failed', async () => {
    const ports = await open();
    await ports.ecr.createRepository(repository('theirs/a', { tags: { Team: 'them' } }));
    faults({ operation: 'CreateRepository', kind: 'server-error', times: 1 });
    expect((await faultOf(ports.ecr.createRepository(repository('theirs/a')))).kind).toBe('exists');
    await ports.parameters.create('/slipway/theirs', 'them');
    faults({ operation: 'PutParameter', kind: 'server-error', times: 1 });
    expect(await ports.parameters.create('/slipway/theirs', 'us')).toBe(false);
  });

  it('read what images are made of, and which images a list names, a hundred a call', async () => {
    const called: string[] = [];
    const { ecr } = await open({ onCall: (one) => called.push(one) });
    await ecr.createRepository(repository('made/of'));
    const at = { account, region };
    const one = await pushImage(server.url, at, 'made/of', 'one', 'first');
    const two = await pushImage(server.url, at, 'made/of', 'two', 'the second');
    const list = await pushIndex(server.url, at, 'made/of', 'list', [one, two]);
    called.length = 0;
    const layers = await ecr.layersOf('made/of', [one, two, list, digest]);
    expect([...layers].map(([image, some]) => [image, some.map(({ size }) => size)]).toSorted()).toEqual(
      [
        [one, [2, 5]],
        [two, [2, 10]],
      ].toSorted(),
    );
    expect(await ecr.childrenOf('made/of', [one, list, digest])).toEqual(new Map([[list, [one, two]]]));
    expect(called).toEqual(['ecr:BatchGetImage', 'ecr:BatchGetImage']);
    called.length = 0;
    const many = Array.from({ length: 101 }, (_, index) => `sha256:${String(index).padStart(64, '0')}`);
    expect((await ecr.layersOf('made/of', [...many.slice(1), one])).size).toBe(1);
    expect(called).toEqual(['ecr:BatchGetImage', 'ecr:BatchGetImage']);
  });

  it('puts a tag on an image and takes it off, and tells what that came to', async () => {
    const { ecr } = await open();
    await ecr.createRepository(repository('tagged/a'));
    const place = { account, region };
    const digest = await pushImage(server.url, place, 'tagged/a', 'v1');
    const other = await pushImage(server.url, place, 'tagged/a', 'v2');
    const manifest = await ecr.getManifest('tagged/a', digest);
    if (manifest === undefined) throw new Error('no manifest');
    expect(`sha256:${createHash('sha256').update(manifest.text).digest('hex')}`).toBe(digest);
    // Again is no fault; another image's tag is, where tags are immutable.
    for (let times = 0; times < 2; times += 1) await ecr.addImageTag('tagged/a', manifest, 'in-use');
    expect(await ecr.imageTags('tagged/a', digest)).toEqual(['in-use', 'v1']);
    expect(await faultOf(ecr.addImageTag('tagged/a', manifest, 'v2'))).toMatchObject({ kind: 'exists' });
    expect(await faultOf(ecr.addImageTag('tagged/a', { ...manifest, digest: other }, 'x'))).toMatchObject({
      kind: 'invalid',
    });
    expect(await ecr.removeImageTag('tagged/a', 'in-use')).toBe(true);
    expect(await ecr.removeImageTag('tagged/a', 'in-use')).toBe(false);
    expect(await ecr.imageTags('tagged/a', digest)).toEqual(['v1']);
    // With its last tag, the image goes.
    expect(await ecr.removeImageTag('tagged/a', 'v1')).toBe(true);
    expect(await ecr.imageTags('tagged/a', digest)).toBeUndefined();
    expect(await ecr.getManifest('tagged/a', digest)).toBeUndefined();
  });

  it.each<[string, (ports: AwsPorts) => Promise<unknown>]>([
    ['ecr:DescribeRepositories', ({ ecr }) => ecr.describeRepositories(['a'])],
    ['ecr:GetLifecyclePolicy', ({ ecr }) => ecr.getLifecyclePolicy('a')],
    ['ecr:GetRepositoryPolicy', ({ ecr }) => ecr.getRepositoryPolicy('a')],
    ['ecr:ListTagsForResource', ({ ecr }) => ecr.listTags(`arn:aws:ecr:${region}:${account}:repository/a`)],
    ['ecr:CreateRepository', ({ ecr }) => ecr.createRepository(repository('denied/a'))],
    ['ecr:DeleteRepository', ({ ecr }) => ecr.deleteRepository('a', true)],
    ['ecr:PutImageTagMutability', ({ ecr }) => ecr.putTagMutability('a', { mode: 'MUTABLE', exclusions: [] })],
    ['ecr:PutImageScanningConfiguration', ({ ecr }) => ecr.putScanOnPush('a', true)],
    ['ecr:PutLifecyclePolicy', ({ ecr }) => ecr.putLifecyclePolicy('a', lifecycleText)],
    ['ecr:DeleteLifecyclePolicy', ({ ecr }) => ecr.deleteLifecyclePolicy('a')],
    ['ecr:SetRepositoryPolicy', ({ ecr }) => ecr.setRepositoryPolicy('a', policyText)],
    ['ecr:DeleteRepositoryPolicy', ({ ecr }) => ecr.deleteRepositoryPolicy('a')],
    ['ecr:TagResource', ({ ecr }) => ecr.tag(`arn:aws:ecr:${region}:${account}:repository/a`, { a: 'b' })],
    ['ecr:UntagResource', ({ ecr }) => ecr.untag(`arn:aws:ecr:${region}:${account}:repository/a`, ['a'])],
    ['ecr:DescribeImages', ({ ecr }) => all(ecr.describeImages('a'))],
    ['ecr:BatchGetImage', ({ ecr }) => ecr.childrenOf('a', [digest])],
    ['ecr:BatchGetImage', ({ ecr }) => ecr.layersOf('a', [digest])],
    ['ecr:DescribeImages', ({ ecr }) => ecr.imageTags('a', 'sha256:a')],
    ['ecr:BatchGetImage', ({ ecr }) => ecr.getManifest('a', 'sha256:a')],
    ['ecr:PutImage', ({ ecr }) => ecr.addImageTag('a', { digest: 'sha256:a', text: '{}' }, 't')],
    ['ecr:BatchDeleteImage', ({ ecr }) => ecr.removeImageTag('a', 't')],
    ['sts:GetCallerIdentity', ({ identity }) => identity.callerIdentity()],
    ['ssm:GetParameter', ({ parameters }) => parameters.get('/a')],
    ['ssm:PutParameter', ({ parameters }) => parameters.create('/a', 'b')],
    ['ssm:DeleteParameter', ({ parameters }) => parameters.remove('/a')],
  ])('names %s where it is denied, after one call', async (operation, use) => {
    const called: string[] = [];
    const ports = await open({ onCall: (one) => called.push(one) });
    faults({ operation: operation.split(':')[1] ?? '', kind: 'deny' });
    expect(await faultOf(use(ports))).toMatchObject({ kind: 'denied', operation });
    expect(called).toEqual([operation]);
  });

  it('ends a call under way, and nothing after it, when interrupted', async () => {
    const stop = new AbortController();
    const called: string[] = [];
    const ports = await open({
      signal: stop.signal,
      onCall: (one) => {
        called.push(one);
        stop.abort();
      },
    });
    await ports.ecr.createRepository(repository('interrupted/a'));
    const fault = await faultOf(ports.ecr.describeRepositories(['interrupted/a']));
    expect(fault).toMatchObject({ kind: 'interrupted', operation: 'ecr:DescribeRepositories' });
    expect(called).toEqual(['ecr:CreateRepository']);
  });

  it('is interrupted in the middle of a wait', async () => {
    const stop = new AbortController();
    const ports = await open({
      signal: stop.signal,
      backoff: { base: 60_000, cap: 60_000 },
      onCall: () => setImmediate(() => stop.abort()),
    });
    faults({ operation: '*', kind: 'throttle' });
    expect((await faultOf(ports.ecr.describeRepositories(['a']))).kind).toBe('interrupted');
  });

  it('lists more repositories and tags than fit one page', async () => {
    const ports = await open({ account: '555555555555' });
    const names = Array.from({ length: 1003 }, (_, index) => `many/r${String(index).padStart(4, '0')}`);
    await Promise.all(names.map((name) => ports.ecr.createRepository(repository(name))));
    expect((await all(ports.ecr.listRepositories())).map((one) => one.name)).toEqual(names);
    let sum = 0;
    for await (const page of ports.tagging.resourcesWithTags({ 'slipway:project': 'payments' })) sum += page.size;
    expect(sum).toBe(names.length);
  });

  it('says why nothing is reached', async () => {
    const ports = await open({ local: { endpoint: 'http://127.0.0.1:1' } });
    const fault = await faultOf(ports.identity.callerIdentity());
    expect(fault.kind).toBe('unavailable');
    expect(fault.message).toMatch(/127\.0\.0\.1:1 \(after 5 attempts\)/);
  });
});
