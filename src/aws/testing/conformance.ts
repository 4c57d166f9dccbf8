// What every endpoint must do by the words of the ports' contract, and what the tests of the ports have in common.
// It must not know which endpoint it asks.
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { AwsFault, type EcrPort, type NewRepository } from '../../plan/ports.js';
import { type AwsPorts, awsPorts } from '../ports.js';

export const account = '111111111111';
export const region = 'eu-west-1';
export const digest = `sha256:${'0'.repeat(64)}`;
export const quick = { base: 1, cap: 4 };
export const lifecycleText =
  '{"rules":[{"rulePriority":1,"selection":{"tagStatus":"untagged","countType":"sinceImagePushed","countUnit":"days","countNumber":14},"action":{"type":"expire"}}]}';
export const policyText = JSON.stringify({
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

export function repository(name: string, more: Partial<NewRepository> = {}): NewRepository {
  return {
    name,
    tagMutability: { mode: 'IMMUTABLE', exclusions: [] },
    encryption: { type: 'AES256' },
    scanOnPush: true,
    tags: { 'slipway:project': 'payments', Team: 'a' },
    ...more,
  };
}

export async function all<T>(pages: AsyncIterable<readonly T[]>): Promise<T[]> {
  const found: T[] = [];
  for await (const one of pages) found.push(...one);
  return found;
}

export async function faultOf(answer: Promise<unknown>): Promise<AwsFault> {
  const thrown = await answer.then(
    (value) => new Error(`no fault but ${JSON.stringify(value)}`),
    (error: unknown) => error,
  );
  if (!(thrown instanceof AwsFault)) throw thrown;
  return thrown;
}

/** What every endpoint must do, by the words of the ports' contract. */
export function conformance(endpoint: () => string): void {
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
