// Tests of the double: it does what ports.ts and ECR's documentation say, and its faults are what they are said to be.
import { describe, expect, it } from 'vitest';
import { compileLifecycle, lifecycleText } from '../../lifecycle/index.js';
import { AwsFault } from '../ports.js';
import { Killed, MemoryRegistry } from './memory-registry.js';

const faultOf = async (call: Promise<unknown>) => {
  const error = await call.catch((reason: unknown) => reason);
  if (!(error instanceof AwsFault)) throw error;
  return `${error.kind} ${error.operation} ${error.awsCode}`;
};
const plain = {
  name: 'a',
  tagMutability: { mode: 'MUTABLE', exclusions: [] },
  encryption: { type: 'AES256' },
  scanOnPush: false,
  tags: { x: '1' },
} as const;
const policy = lifecycleText(compileLifecycle({ maxImageCount: 3 }) ?? { rules: [] });
const access = JSON.stringify({
  Statement: [{ Effect: 'Allow', Principal: { AWS: '444444444444' }, Action: 'ecr:BatchGetImage' }],
});

describe('the double of a registry', () => {
  it('makes, describes, lists and deletes repositories', async () => {
    const live = new MemoryRegistry();
    const { ecr } = live.process();
    const made = await ecr.createRepository(plain);
    expect(made).toEqual({
      name: 'a',
      arn: 'arn:aws:ecr:eu-west-1:111111111111:repository/a',
      uri: '111111111111.dkr.ecr.eu-west-1.amazonaws.com/a',
      registryId: '111111111111',
      tagMutability: plain.tagMutability,
      encryption: plain.encryption,
      scanOnPush: false,
    });
    expect(await faultOf(ecr.createRepository(plain))).toBe(
      'exists ecr:CreateRepository RepositoryAlreadyExistsException',
    );
    expect(await ecr.describeRepositories(['a'])).toEqual([made]);
    expect(await ecr.describeRepositories(['a', 'b'])).toBeUndefined();
    for (let index = 0; index < 150; index += 1) live.seed(`n${index}`);
    const pages: number[] = [];
    for await (const page of ecr.listRepositories()) pages.push(page.length);
    expect(pages).toEqual([100, 51]);
    live.get('a').images.push({ digest: 'd', tags: [], pushedAt: 0 });
    expect(await faultOf(ecr.deleteRepository('a', false))).toBe(
      'not-empty ecr:DeleteRepository RepositoryNotEmptyException',
    );
    await ecr.deleteRepository('a', true);
    expect(await faultOf(ecr.deleteRepository('a', true))).toBe(
      'gone ecr:DeleteRepository RepositoryNotFoundException',
    );
  });

  it('names the key ECR would choose', async () => {
    const { ecr } = new MemoryRegistry().process();
    expect((await ecr.createRepository({ ...plain, encryption: { type: 'KMS' } })).encryption.kmsKey).toMatch(
      /^arn:aws:kms:.*:key\//,
    );
  });

  it('keeps settings, tags and policies, and gives policies back in its own layout', async () => {
    const live = new MemoryRegistry();
    const { ecr } = live.process();
    const { arn } = await ecr.createRepository(plain);
    expect([await ecr.getLifecyclePolicy('a'), await ecr.getRepositoryPolicy('a')]).toEqual([undefined, undefined]);
    await ecr.putTagMutability('a', { mode: 'MUTABLE_WITH_EXCLUSION', exclusions: ['x', 'y'] });
    await ecr.putScanOnPush('a', true);
    await ecr.tag(arn, { y: '2' });
    await ecr.untag(arn, ['x']);
    await ecr.putLifecyclePolicy('a', ` ${policy}`);
    await ecr.setRepositoryPolicy('a', access);
    expect(live.get('a')).toMatchObject({
      scanOnPush: true,
      tagMutability: { mode: 'MUTABLE_WITH_EXCLUSION', exclusions: ['y', 'x'] },
    });
    expect(await ecr.listTags(arn)).toEqual({ y: '2' });
    expect(await ecr.getLifecyclePolicy('a')).toBe(policy);
    expect(await ecr.getRepositoryPolicy('a')).toBe(
      JSON.stringify(JSON.parse(access.replace('"444444444444"', '"arn:aws:iam::444444444444:root"')), null, 2),
    );
    await ecr.deleteLifecyclePolicy('a');
    await ecr.deleteRepositoryPolicy('a');
    expect(await faultOf(ecr.deleteLifecyclePolicy('a'))).toBe(
      'gone ecr:DeleteLifecyclePolicy LifecyclePolicyNotFoundException',
    );
    expect(await faultOf(ecr.deleteRepositoryPolicy('a'))).toBe(
      'gone ecr:DeleteRepositoryPolicy RepositoryPolicyNotFoundException',
    );
  });

  it('refuses what ECR refuses', async () => {
    const live = new MemoryRegistry();
    const { ecr } = live.process();
    live.seed('a');
    for (const call of [
      ecr.putLifecyclePolicy('a', '{}'),
      ecr.setRepositoryPolicy('a', '{}'),
      ecr.putTagMutability('a', { mode: 'IMMUTABLE_WITH_EXCLUSION', exclusions: [] }),
      ecr.putTagMutability('a', { mode: 'IMMUTABLE', exclusions: ['x'] }),
      ecr.tag(live.arn('a'), Object.fromEntries(Array.from({ length: 51 }, (_, index) => [`k${index}`, '']))),
      ecr.describeRepositories([]),
    ]) {
      expect(await faultOf(call)).toMatch(/^invalid ecr:.* InvalidParameterException$/);
    }
    expect(await faultOf(ecr.listTags(live.arn('b')))).toMatch(/^gone/);
  });

  it('indexes tags live, late or not at all', async () => {
    const live = new MemoryRegistry();
    live.seed('a', { tags: { x: '1' } });
    live.index();
    live.seed('b', { tags: { x: '1' } });
    live.seed('c', { tags: { x: '2' } });
    const found = async (bulk: 'live' | 'empty' | 'stale') => {
      const names: string[] = [];
      for await (const page of live.process({ bulk }).tagging.resourcesWithTags({ x: '1' })) names.push(...page.keys());
      return names.map((arn) => arn.slice(-1));
    };
    expect([await found('live'), await found('stale'), await found('empty')]).toEqual([['a', 'b'], ['a'], []]);
  });

  it('keeps parameters', async () => {
    const { parameters } = new MemoryRegistry().process();
    expect([await parameters.get('p'), await parameters.create('p', '1'), await parameters.create('p', '2')]).toEqual([
      undefined,
      true,
      false,
    ]);
    await parameters.overwrite('p', '3');
    expect(await parameters.get('p')).toBe('3');
    await parameters.remove('p');
    await parameters.remove('p');
    expect(await parameters.get('p')).toBeUndefined();
  });

  it.each([false, true])('dies at a call for good (its effect remains: %s)', async (killAfterEffect) => {
    const live = new MemoryRegistry();
    const process = live.process({ killAt: 2, killAfterEffect });
    await process.identity.callerIdentity();
    await expect(process.ecr.createRepository(plain)).rejects.toThrow(Killed);
    await expect(process.identity.callerIdentity()).rejects.toThrow(Killed);
    expect(live.repositories.has('a')).toBe(killAfterEffect);
    expect(process.calls).toEqual(['sts:GetCallerIdentity', 'ecr:CreateRepository a']);
  });

  it('injects faults, and has a clock that waits for nobody', async () => {
    const live = new MemoryRegistry();
    const process = live.process({ faults: { 'sts:GetCallerIdentity': 'unavailable' } });
    expect(await faultOf(process.identity.callerIdentity())).toBe(
      'unavailable sts:GetCallerIdentity ThrottlingException',
    );
    const start = process.clock.now();
    await process.clock.sleep(10_000);
    expect(process.clock.now() - start).toBe(10_000);
    let woken = false;
    const long = process.clock.sleep(60_000).then(() => {
      woken = true;
    });
    await process.clock.advance(59_999);
    expect(woken).toBe(false);
    await process.clock.advance(1);
    await long;
    const controller = new AbortController();
    const aborted = process.clock.sleep(60_000, controller.signal);
    controller.abort();
    await aborted;
    await process.clock.sleep(60_000, controller.signal);
  });
});
