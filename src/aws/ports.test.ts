// Holds the ports against two endpoints nobody here mocks: our local ECR and, where it is installed, moto_server.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { pushImage, pushIndex } from '../cli/testing/pusher.js';
import { type FaultRule, type LocalEcr, startLocalEcr } from '../local/index.js';
import { AwsFault, type EcrPort, type NewRepository } from '../plan/ports.js';
import { type AwsPorts, type AwsPortsOptions, awsPorts } from './ports.js';

const account = '111111111111';
const region = 'eu-west-1';
const digest = `sha256:${'0'.repeat(64)}`;
const quick = { base: 1, cap: 4 };
const swift = { slowest: 2000, unlimited: 10_000, recovery: 1000, deafMilliseconds: 1000 };
const lifecycleText =
  '{"rules":[{"rulePriority":1,"selection":{"tagStatus":"untagged","countType":"sinceImagePushed","countUnit":"days","countNumber":14},"action":{"type":"expire"}}]}';
const policyText = JSON.stringify({
  Version: '2012-10-17',
  Statement: [
    {
      Sid: 'Pull',
      Effect: 'Allow',
      Principal: { AWS: 'arn:aws:iam::444444444444:root' },
      Action: ['ecr:BatchGetImage'],
    },
  ],
});

function repository(name: string, more: Partial<NewRepository> = {}): NewRepository {
  return {
    name,
    tagMutability: { mode: 'IMMUTABLE', exclusions: [] },
    encryption: { type: 'AES256' },
    scanOnPush: true,
    tags: { 'slipway:project': 'payments', Team: 'a' },
    ...more,
  };
}

/** The environment as it was: the object itself stays, which others hold. */
function putBack(kept: Readonly<Record<string, string | undefined>>): void {
  for (const name of Object.keys(process.env)) if (!(name in kept)) delete process.env[name];
  Object.assign(process.env, kept);
}

async function all<T>(pages: AsyncIterable<readonly T[]>): Promise<T[]> {
  const found: T[] = [];
  for await (const one of pages) found.push(...one);
  return found;
}

async function faultOf(answer: Promise<unknown>): Promise<AwsFault> {
  const thrown = await answer.then(
    (value) => new Error(`no fault but ${JSON.stringify(value)}`),
    (error: unknown) => error,
  );
  if (!(thrown instanceof AwsFault)) throw thrown;
  return thrown;
}

/** What every endpoint must do, by the words of the ports' contract. */
function conformance(endpoint: () => string): void {
  let ports: AwsPorts;
  let ecr: EcrPort;
  let called: string[];
  let number = 0;
  let name: string;

  beforeEach(() => {
    number += 1;
    name = `conform/r${number}`;
    called = [];
  });
  beforeAll(async () => {
    ports = awsPorts({
      account,
      region,
      local: { endpoint: endpoint() },
      backoff: quick,
      principalWaits: [1],
      onCall: (operation) => called.push(operation),
    });
    ecr = ports.ecr;
  });
  afterAll(() => ports.close());

  it('says who calls', async () => {
    const identity = await ports.identity.callerIdentity();
    expect(identity.arn).toMatch(/^arn:aws:/);
    expect(called).toEqual(['sts:GetCallerIdentity']);
  });

  it('creates a repository with all its settings in one call, and describes it so', async () => {
    const wanted = repository(name, {
      tagMutability: { mode: 'IMMUTABLE_WITH_EXCLUSION', exclusions: ['dev-*', 'latest'] },
      encryption: { type: 'KMS' },
    });
    const made = await ecr.createRepository(wanted);
    expect(called).toEqual(['ecr:CreateRepository']);
    expect(made).toMatchObject({
      name,
      tagMutability: wanted.tagMutability,
      scanOnPush: true,
      encryption: { type: 'KMS' },
    });
    expect(made.arn).toMatch(new RegExp(`^arn:aws:ecr:${region}:\\d{12}:repository/${name}$`));
    expect(made.uri).toMatch(new RegExp(`/${name}$`));
    expect(await ecr.describeRepositories([name])).toEqual([made]);
    expect((await all(ecr.listRepositories())).find((one) => one.name === name)).toEqual(made);
    expect(await ecr.listTags(made.arn)).toEqual(wanted.tags);
  });

  it('takes a repository that exists, and one that does not, for what they are', async () => {
    await ecr.createRepository(repository(name));
    expect(await faultOf(ecr.createRepository(repository(name)))).toMatchObject({
      kind: 'exists',
      operation: 'ecr:CreateRepository',
      awsCode: 'RepositoryAlreadyExistsException',
    });
    expect(await ecr.describeRepositories([name, 'conform/none'])).toBeUndefined();
    expect(await ecr.describeRepositories([])).toEqual([]);
    expect((await faultOf(ecr.getLifecyclePolicy('conform/none'))).kind).toBe('gone');
    expect((await faultOf(ecr.getRepositoryPolicy('conform/none'))).kind).toBe('gone');
    expect((await faultOf(ecr.deleteLifecyclePolicy('conform/none'))).kind).toBe('gone');
    expect((await faultOf(ecr.deleteRepository('conform/none', false))).kind).toBe('gone');
    expect((await faultOf(all(ecr.describeImages('conform/none')))).kind).toBe('gone');
    expect((await faultOf(ecr.childrenOf('conform/none', [digest]))).kind).toBe('gone');
    expect((await faultOf(ecr.layersOf('conform/none', [digest]))).kind).toBe('gone');
  });

  it('changes every setting', async () => {
    const { arn } = await ecr.createRepository(repository(name));
    await ecr.putTagMutability(name, { mode: 'MUTABLE_WITH_EXCLUSION', exclusions: ['v*'] });
    await ecr.putScanOnPush(name, false);
    const described = await ecr.describeRepositories([name]);
    expect(described?.[0]).toMatchObject({
      tagMutability: { mode: 'MUTABLE_WITH_EXCLUSION', exclusions: ['v*'] },
      scanOnPush: false,
    });
    await ecr.putTagMutability(name, { mode: 'MUTABLE', exclusions: [] });
    expect((await ecr.describeRepositories([name]))?.[0]?.tagMutability).toEqual({ mode: 'MUTABLE', exclusions: [] });
    await ecr.tag(arn, { Team: 'b', More: '' });
    await ecr.untag(arn, ['slipway:project']);
    expect(await ecr.listTags(arn)).toEqual({ Team: 'b', More: '' });
  });

  it('puts, reads and deletes policies; none is undefined', async () => {
    await ecr.createRepository(repository(name));
    expect(await ecr.getLifecyclePolicy(name)).toBeUndefined();
    expect(await ecr.getRepositoryPolicy(name)).toBeUndefined();
    await ecr.putLifecyclePolicy(name, lifecycleText);
    await ecr.setRepositoryPolicy(name, policyText);
    expect(JSON.parse((await ecr.getLifecyclePolicy(name)) ?? '')).toMatchObject({ rules: [{ rulePriority: 1 }] });
    expect(JSON.parse((await ecr.getRepositoryPolicy(name)) ?? '')).toMatchObject({ Statement: [{ Sid: 'Pull' }] });
    for (let times = 0; times < 2; times += 1) {
      await ecr.deleteLifecyclePolicy(name);
      await ecr.deleteRepositoryPolicy(name);
    }
    expect(await ecr.getLifecyclePolicy(name)).toBeUndefined();
  });

  it('does not try again what is refused', async () => {
    await ecr.createRepository(repository(name));
    called.length = 0;
    expect((await faultOf(ecr.putLifecyclePolicy(name, '{"rules":7}'))).kind).toBe('invalid');
    expect((await faultOf(ecr.setRepositoryPolicy(name, '{"Statement":7}'))).kind).toBe('invalid');
    expect(called).toEqual(['ecr:PutLifecyclePolicy', 'ecr:SetRepositoryPolicy']);
  });

  it('offers a policy again that names a principal ECR may not know yet', async () => {
    await ecr.createRepository(repository(name));
    called.length = 0;
    const text = '{"Statement":7,"note":"arn:aws:iam::444444444444:role/new"}';
    expect((await faultOf(ecr.setRepositoryPolicy(name, text))).kind).toBe('invalid');
    expect(called).toEqual(['ecr:SetRepositoryPolicy', 'ecr:SetRepositoryPolicy']);
  });

  it('deletes, and reads no images where there are none', async () => {
    await ecr.createRepository(repository(name));
    expect(await all(ecr.describeImages(name))).toEqual([]);
    expect(await ecr.childrenOf(name, [digest])).toEqual(new Map());
    expect(await ecr.layersOf(name, [digest])).toEqual(new Map());
    expect(await ecr.layersOf(name, [])).toEqual(new Map());
    await ecr.deleteRepository(name, false);
    expect(await ecr.describeRepositories([name])).toBeUndefined();
  });

  it('keeps a parameter as a lock', async () => {
    const { parameters } = ports;
    const lock = `/slipway/test/lock-${number}`;
    expect(await parameters.get(lock)).toBeUndefined();
    expect(await parameters.create(lock, 'first')).toBe(true);
    expect(await parameters.create(lock, 'second')).toBe(false);
    expect(await parameters.get(lock)).toBe('first');
    await parameters.overwrite(lock, 'third');
    expect(await parameters.get(lock)).toBe('third');
    await parameters.remove(lock);
    await parameters.remove(lock);
    expect(await parameters.get(lock)).toBeUndefined();
  });

  it('asks for tags in bulk, and gets maps by ARN', async () => {
    const { arn } = await ecr.createRepository(repository(name, { tags: { only: name } }));
    const found = new Map<string, unknown>();
    for await (const page of ports.tagging.resourcesWithTags({ only: name }))
      for (const [key, tags] of page) found.set(key, tags);
    // moto does not index ECR; whoever does must have it right.
    expect([[], [[arn, { only: name }]]]).toContainEqual([...found]);
  });
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

describe('an endpoint with images', () => {
  let server: Server;
  let bodies: Record<string, unknown>[];
  let refusesFilter: boolean;
  let ports: AwsPorts;

  beforeAll(async () => {
    server = createServer((request, response) => {
      let text = '';
      request.on('data', (chunk: Buffer) => {
        text += chunk.toString();
      });
      request.on('end', () => {
        const body = JSON.parse(text) as Record<string, unknown>;
        bodies.push(body);
        const refuse = refusesFilter && 'filter' in body;
        response.writeHead(refuse ? 400 : 200, { 'content-type': 'application/x-amz-json-1.1' });
        const second = body['nextToken'] === 'two';
        const detail = {
          imageDigest: second ? 'sha256:b' : 'sha256:a',
          imagePushedAt: 1_700_000_000.5,
          imageSizeInBytes: 7,
          ...(second
            ? { imageStatus: 'ARCHIVED', lastArchivedAt: 1_700_000_100, lastActivatedAt: 1_700_000_050 }
            : { imageTags: ['v1'], imageStatus: 'ACTIVE', lastRecordedPullTime: 1_700_000_001 }),
        };
        const returning = { imageDigest: 'sha256:c', imagePushedAt: 1_700_000_000, imageStatus: 'ACTIVATING' };
        const pageOf = {
          imageDetails: [detail, ...(second ? [returning] : []), { imageTags: ['no-digest'] }],
          ...(second ? {} : { nextToken: 'two' }),
        };
        const refusal = { __type: 'InvalidParameterException', message: 'unknown filter' };
        response.end(JSON.stringify(refuse ? refusal : pageOf));
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterAll(() => new Promise((resolve) => server.close(resolve)));
  beforeEach(async () => {
    bodies = [];
    refusesFilter = false;
    const { port } = server.address() as AddressInfo;
    ports = awsPorts({ account, region, local: { endpoint: `http://127.0.0.1:${port}` }, backoff: quick });
  });
  afterEach(() => ports.close());

  const images = [
    {
      digest: 'sha256:a',
      tags: ['v1'],
      pushedAt: 1_700_000_000_500,
      sizeInBytes: 7,
      storageClass: 'standard',
      lastPulledAt: 1_700_000_001_000,
    },
    {
      digest: 'sha256:b',
      tags: [],
      pushedAt: 1_700_000_000_500,
      sizeInBytes: 7,
      storageClass: 'archive',
      lastArchivedAt: 1_700_000_100_000,
      lastActivatedAt: 1_700_000_050_000,
    },
    { digest: 'sha256:c', tags: [], pushedAt: 1_700_000_000_000, storageClass: 'standard', activating: true },
  ];

  it('tells of archived images and of every time', async () => {
    expect(await all(ports.ecr.describeImages('a'))).toEqual(images);
    const first = { repositoryName: 'a', maxResults: 1000, filter: { imageStatus: 'ANY' } };
    expect(bodies).toEqual([first, { ...first, nextToken: 'two' }]);
  });

  it('asks again without the filter where it is refused, and from then on without', async () => {
    refusesFilter = true;
    expect(await all(ports.ecr.describeImages('a'))).toEqual(images);
    expect(bodies.map((body) => 'filter' in body)).toEqual([true, false, false]);
    await all(ports.ecr.describeImages('b'));
    expect(bodies).toHaveLength(5);
  });
});

const motoFound = spawnSync('moto_server', ['--help'], { stdio: 'ignore' }).status === 0;

describe.skipIf(!motoFound)('moto_server', () => {
  let moto: ChildProcess;
  let url: string;

  beforeAll(async () => {
    const free = createServer();
    await new Promise<void>((resolve) => free.listen(0, '127.0.0.1', resolve));
    const { port } = free.address() as AddressInfo;
    await new Promise((resolve) => free.close(resolve));
    url = `http://127.0.0.1:${port}`;
    moto = spawn('moto_server', ['-H', '127.0.0.1', '-p', String(port)], { stdio: 'ignore' });
    for (;;) {
      if (moto.exitCode !== null) throw new Error(`moto_server ended with ${moto.exitCode}`);
      const up = await fetch(`${url}/moto-api/data.json`).then(
        (answer) => answer.ok,
        () => false,
      );
      if (up) break;
      await new Promise((resolve) => setImmediate(resolve));
    }
  });
  afterAll(async () => {
    const ended = new Promise((resolve) => moto.once('exit', resolve));
    moto.kill('SIGKILL');
    await ended;
  });

  describe('does what the ports promise', () => conformance(() => url));

  it('keeps images, whose repository is not deleted without force', async () => {
    const ports = awsPorts({ account, region, local: { endpoint: url } });
    await ports.ecr.createRepository(repository('images/a'));
    const { ECRClient, PutImageCommand } = await import('@aws-sdk/client-ecr');
    const client = new ECRClient({
      region,
      endpoint: url,
      credentials: { accessKeyId: account, secretAccessKey: 'x' },
    });
    const manifest = {
      schemaVersion: 2,
      mediaType: 'application/vnd.oci.image.manifest.v1+json',
      config: { mediaType: 'application/vnd.oci.image.config.v1+json', size: 3, digest: `sha256:${'a'.repeat(64)}` },
      layers: [{ mediaType: 'application/vnd.oci.image.layer.v1.tar', size: 5, digest: `sha256:${'b'.repeat(64)}` }],
    };
    await client.send(
      new PutImageCommand({ repositoryName: 'images/a', imageTag: 'v1', imageManifest: JSON.stringify(manifest) }),
    );
    const [image] = await all(ports.ecr.describeImages('images/a'));
    expect(image).toMatchObject({ tags: ['v1'] });
    expect(image?.digest).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect(image?.pushedAt).toBeGreaterThan(1_600_000_000_000);
    expect((await faultOf(ports.ecr.deleteRepository('images/a', false))).kind).toBe('not-empty');
    await ports.ecr.deleteRepository('images/a', true);
    client.destroy();
    ports.close();
  });

  it('lacks operations, which is told from a broken server and not tried again', async () => {
    const { Caller } = await import('./caller.js');
    const { systemClock } = await import('./clock.js');
    const { ECRClient, GetAccountSettingCommand } = await import('@aws-sdk/client-ecr');
    const client = new ECRClient({
      region,
      endpoint: url,
      maxAttempts: 1,
      credentials: { accessKeyId: account, secretAccessKey: 'x' },
    });
    const called: string[] = [];
    const caller = new Caller({ clock: systemClock, onCall: (one) => called.push(one) });
    const fault = await faultOf(
      caller.call('ecr:GetAccountSetting', () =>
        client.send(new GetAccountSettingCommand({ name: 'BASIC_SCAN_TYPE_VERSION' })),
      ),
    );
    expect(fault).toMatchObject({
      kind: 'not-implemented',
      message: 'this endpoint does not implement ecr:GetAccountSetting',
    });
    expect(called).toEqual(['ecr:GetAccountSetting']);
    client.destroy();
  });
});
