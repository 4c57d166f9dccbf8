import { describe, expect, it } from 'vitest';
import type { EcrContext } from '../operation.js';
import { describe as described, readRepository } from '../repository.js';
import { createFromTemplate, type Occasion } from './create-from-template.js';
import { account, now, openRegistry, type Registry, region } from './fixture.js';

const role = `arn:aws:iam::${account}:role/templates`;
const lifecyclePolicy = `{ "rules": [ { "rulePriority": 1, "action": { "type": "expire" }, "selection": {
  "countNumber": 3, "tagStatus": "any", "countType": "imageCountMoreThan" } } ] }`;
const repositoryPolicy = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { AWS: '210987654321' }, Action: 'ecr:BatchGetImage' }],
});

function template(registry: Registry, prefix: string, more: Record<string, unknown> = {}): void {
  registry.call('CreateRepositoryCreationTemplate', { prefix, appliedFor: ['CREATE_ON_PUSH'], ...more });
}

function create(
  { context }: Registry,
  name: string,
  occasion: Occasion = 'CREATE_ON_PUSH',
): Record<string, unknown> | undefined {
  const made = createFromTemplate(context, account, name, occasion);
  if (made === undefined) return undefined;
  expect(readRepository(context.store, account, region, name)).toEqual(made);
  return described(context, made);
}

/** Which of the templates, each of which says another thing, a name gets. */
function mutability(registry: Registry, name: string): unknown {
  return create(registry, name)?.['imageTagMutability'];
}

describe('without a template', () => {
  it('a push makes nothing', () => {
    const registry = openRegistry();
    template(registry, 'other');
    template(registry, 'ROOT', { appliedFor: ['REPLICATION', 'PULL_THROUGH_CACHE'] });
    expect(create(registry, 'team/app')).toBeUndefined();
    expect(readRepository(registry.context.store, account, region, 'team/app')).toBeUndefined();
  });

  it.each(['REPLICATION', 'PULL_THROUGH_CACHE'] as const)('%s makes what CreateRepository makes', (occasion) => {
    expect(create(openRegistry(), 'team/app', occasion)).toEqual({
      repositoryArn: `arn:aws:ecr:${region}:${account}:repository/team/app`,
      registryId: account,
      repositoryName: 'team/app',
      repositoryUri: `${account}.dkr.ecr.${region}.amazonaws.com/team/app`,
      createdAt: now,
      imageTagMutability: 'MUTABLE',
      imageScanningConfiguration: { scanOnPush: false },
      encryptionConfiguration: { encryptionType: 'AES256' },
    });
  });
});

describe('which template', () => {
  it('the one with the longest prefix that ends at a slash, ROOT for what is left', () => {
    const registry = openRegistry();
    template(registry, 'ROOT', { imageTagMutability: 'MUTABLE' });
    template(registry, 'team', { imageTagMutability: 'IMMUTABLE' });
    template(registry, 'team/blue/', {
      imageTagMutability: 'MUTABLE_WITH_EXCLUSION',
      imageTagMutabilityExclusionFilters: [{ filterType: 'WILDCARD', filter: 'v*' }],
    });
    expect(mutability(registry, 'team/blue/app')).toBe('MUTABLE_WITH_EXCLUSION');
    expect(mutability(registry, 'team/blue')).toBe('IMMUTABLE');
    expect(mutability(registry, 'team/bluebell')).toBe('IMMUTABLE');
    expect(mutability(registry, 'teams/app')).toBe('MUTABLE');
    expect(mutability(registry, 'team')).toBe('MUTABLE');
  });

  it('one for another occasion does not stand in the way', () => {
    const registry = openRegistry();
    template(registry, 'team', { imageTagMutability: 'IMMUTABLE' });
    template(registry, 'team/blue', { appliedFor: ['REPLICATION'] });
    expect(mutability(registry, 'team/blue/app')).toBe('IMMUTABLE');
  });

  it('that of the registry whose repository it is', () => {
    const registry = openRegistry();
    template(registry.in({ account: '210987654321' }), 'ROOT');
    template(registry.in({ region: 'us-east-1' }), 'ROOT');
    expect(create(registry, 'team/app')).toBeUndefined();
    const { context } = registry;
    expect(createFromTemplate(context, '210987654321', 'team/app', 'CREATE_ON_PUSH')?.account).toBe('210987654321');
  });
});

describe('what a template says', () => {
  it('is what the repository gets', () => {
    const registry = openRegistry();
    const key = `arn:aws:kms:${region}:${account}:key/1`;
    template(registry, 'team', {
      imageTagMutability: 'IMMUTABLE_WITH_EXCLUSION',
      imageTagMutabilityExclusionFilters: [{ filterType: 'WILDCARD', filter: 'latest' }],
      encryptionConfiguration: { encryptionType: 'KMS', kmsKey: key },
      resourceTags: [{ Key: 'owner', Value: 'team' }],
      repositoryPolicy,
      lifecyclePolicy,
      customRoleArn: role,
    });
    expect(create(registry, 'team/app')).toMatchObject({
      imageTagMutability: 'IMMUTABLE_WITH_EXCLUSION',
      imageTagMutabilityExclusionFilters: [{ filterType: 'WILDCARD', filter: 'latest' }],
      encryptionConfiguration: { encryptionType: 'KMS', kmsKey: key },
    });
    const made = readRepository(registry.context.store, account, region, 'team/app');
    expect(made).toMatchObject({
      tags: [{ Key: 'owner', Value: 'team' }],
      lifecyclePolicyText:
        '{"rules":[{"rulePriority":1,"selection":{"tagStatus":"any","countType":"imageCountMoreThan","countNumber":3},"action":{"type":"expire"}}]}',
    });
    expect(JSON.parse(made?.policyText ?? '')).toMatchObject({
      Statement: [{ Principal: { AWS: 'arn:aws:iam::210987654321:root' } }],
    });
    expect(made?.policyText).toContain('"Version" : "2012-10-17"');
  });

  it('a key of AWS’s own where it names none', () => {
    const registry = openRegistry();
    template(registry, 'team', { encryptionConfiguration: { encryptionType: 'KMS' }, customRoleArn: role });
    const [one, other] = ['team/a', 'team/b'].map((name) => create(registry, name)?.['encryptionConfiguration']);
    expect(one).toEqual({
      encryptionType: 'KMS',
      kmsKey: expect.stringMatching(`^arn:aws:kms:${region}:${account}:key/`) as string,
    });
    expect(other).toEqual(one);
  });

  it.each([{ resourceTags: [{ Key: 'a', Value: 'b' }] }, { encryptionConfiguration: { encryptionType: 'KMS' } }])(
    'makes nothing without the role that %j needs',
    (settings) => {
      const registry = openRegistry();
      const appliedFor = ['CREATE_ON_PUSH', 'REPLICATION', 'PULL_THROUGH_CACHE'] as const;
      template(registry, 'team', { appliedFor, ...settings });
      for (const occasion of appliedFor) expect(create(registry, 'team/app', occasion)).toBeUndefined();
      registry.call('UpdateRepositoryCreationTemplate', { prefix: 'team', customRoleArn: role });
      expect(create(registry, 'team/app')).toBeDefined();
    },
  );

  it('is not what repositories get that are there already', () => {
    const registry = openRegistry();
    template(registry, 'team', { imageTagMutability: 'IMMUTABLE' });
    const context: EcrContext = registry.context;
    const before = createFromTemplate(context, account, 'team/app', 'CREATE_ON_PUSH');
    registry.call('UpdateRepositoryCreationTemplate', { prefix: 'team', imageTagMutability: 'MUTABLE' });
    expect(readRepository(context.store, account, region, 'team/app')).toEqual(before);
  });
});
