import { describe, expect, it } from 'vitest';
import { account, invalid, now, openRegistry, type Registry } from './fixture.js';

const lifecyclePolicy = JSON.stringify(
  {
    rules: [
      {
        rulePriority: 1,
        selection: { tagStatus: 'untagged', countType: 'sinceImagePushed', countUnit: 'days', countNumber: 14 },
        action: { type: 'expire' },
      },
    ],
  },
  null,
  4,
);
const repositoryPolicy = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Sid: 'Pull', Effect: 'Allow', Principal: '*', Action: ['ecr:BatchGetImage'] }],
});
const key = `arn:aws:kms:eu-west-1:${account}:key/1234abcd-12ab-34cd-56ef-1234567890ab`;
const full = {
  prefix: 'eng/test',
  description: 'for tests',
  encryptionConfiguration: { encryptionType: 'KMS', kmsKey: key },
  resourceTags: [{ Key: 'team', Value: 'eng' }],
  imageTagMutability: 'IMMUTABLE_WITH_EXCLUSION',
  imageTagMutabilityExclusionFilters: [{ filterType: 'WILDCARD', filter: 'dev-*' }],
  repositoryPolicy,
  lifecyclePolicy,
  appliedFor: ['REPLICATION', 'PULL_THROUGH_CACHE'],
  customRoleArn: `arn:aws:iam::${account}:role/templates`,
};
const least = { prefix: 'ROOT', appliedFor: ['CREATE_ON_PUSH'] };
const missing = (prefix: string) =>
  `TemplateNotFoundException: The repository creation template with prefix '${prefix}' does not exist in the registry with id '${account}'`;

function template(answer: Record<string, unknown>): unknown {
  expect(answer['registryId']).toBe(account);
  return answer['repositoryCreationTemplate'];
}

function prefixes(registry: Registry, input: Record<string, unknown> = {}): unknown[] {
  const { repositoryCreationTemplates } = registry.call('DescribeRepositoryCreationTemplates', input);
  return (repositoryCreationTemplates as { prefix: string }[]).map((one) => one.prefix);
}

describe('a template', () => {
  it('gets ECR’s defaults', () => {
    expect(template(openRegistry().call('CreateRepositoryCreationTemplate', least))).toEqual({
      ...least,
      encryptionConfiguration: { encryptionType: 'AES256' },
      resourceTags: [],
      imageTagMutability: 'MUTABLE',
      createdAt: now,
      updatedAt: now,
    });
  });

  it('keeps its lifecycle policy as sent and its repository policy as Jackson prints it', () => {
    const registry = openRegistry();
    const kept = {
      ...full,
      repositoryPolicy: `{
  "Version" : "2012-10-17",
  "Statement" : [ {
    "Sid" : "Pull",
    "Effect" : "Allow",
    "Principal" : "*",
    "Action" : [ "ecr:BatchGetImage" ]
  } ]
}`,
      createdAt: now,
      updatedAt: now,
    };
    expect(template(registry.call('CreateRepositoryCreationTemplate', full))).toEqual(kept);
    expect(registry.call('DescribeRepositoryCreationTemplates')).toEqual({
      registryId: account,
      repositoryCreationTemplates: [kept],
    });
    expect(template(registry.call('DeleteRepositoryCreationTemplate', { prefix: 'eng/test' }))).toEqual(kept);
    expect(prefixes(registry)).toEqual([]);
  });

  it('has one prefix, with or without a slash at its end', () => {
    const registry = openRegistry();
    registry.call('CreateRepositoryCreationTemplate', full);
    expect(registry.refusal('CreateRepositoryCreationTemplate', { ...least, prefix: 'eng/test/' })).toBe(
      `TemplateAlreadyExistsException: The repository creation template with prefix 'eng/test/' already exists in the registry with id '${account}'`,
    );
    expect(prefixes(registry, { prefixes: ['eng/test/'] })).toEqual(['eng/test']);
  });

  it('takes an empty KMS key and empty texts for none', () => {
    const input = {
      ...least,
      encryptionConfiguration: { encryptionType: 'AES256', kmsKey: '' },
      description: '',
      repositoryPolicy: '',
      lifecyclePolicy: '',
      customRoleArn: '',
    };
    expect(template(openRegistry().call('CreateRepositoryCreationTemplate', input))).toEqual({
      ...least,
      encryptionConfiguration: { encryptionType: 'AES256' },
      resourceTags: [],
      imageTagMutability: 'MUTABLE',
      createdAt: now,
      updatedAt: now,
    });
  });
});

describe('an update', () => {
  it('changes what it has, takes away what it empties, and leaves the rest', () => {
    const registry = openRegistry();
    const before = template(registry.call('CreateRepositoryCreationTemplate', full)) as Record<string, unknown>;
    const input = { prefix: 'eng/test', description: 'new', lifecyclePolicy: '', resourceTags: [] };
    const { lifecyclePolicy: _, ...rest } = before;
    const after = { ...rest, description: 'new', resourceTags: [], updatedAt: now + 9 };
    expect(template(registry.at(now + 9).call('UpdateRepositoryCreationTemplate', input))).toEqual(after);
    expect(registry.call('DescribeRepositoryCreationTemplates')).toMatchObject({
      repositoryCreationTemplates: [after],
    });
  });

  it('of the mutability drops the filters of the old one', () => {
    const registry = openRegistry();
    registry.call('CreateRepositoryCreationTemplate', full);
    const after = template(
      registry.call('UpdateRepositoryCreationTemplate', { prefix: 'eng/test', imageTagMutability: 'MUTABLE' }),
    );
    expect(after).toMatchObject({ imageTagMutability: 'MUTABLE' });
    expect(after).not.toHaveProperty('imageTagMutabilityExclusionFilters');
  });

  it('of the filters alone goes with the mutability there is', () => {
    const registry = openRegistry();
    const imageTagMutabilityExclusionFilters = [{ filterType: 'WILDCARD', filter: 'latest' }];
    registry.call('CreateRepositoryCreationTemplate', full);
    registry.call('CreateRepositoryCreationTemplate', least);
    const update = (prefix: string) => ({ prefix, imageTagMutabilityExclusionFilters });
    expect(template(registry.call('UpdateRepositoryCreationTemplate', update('eng/test')))).toMatchObject({
      imageTagMutability: 'IMMUTABLE_WITH_EXCLUSION',
      imageTagMutabilityExclusionFilters,
    });
    expect(registry.refusal('UpdateRepositoryCreationTemplate', update('ROOT'))).toBe(
      invalid(
        'imageTagMutabilityExclusionFilters',
        'ImageTagMutabilityExclusionFilters are not allowed when imageTagMutability is set as MUTABLE',
      ),
    );
  });
});

it.each(['Update', 'Delete'])('%sRepositoryCreationTemplate needs a template', (verb) => {
  const operation = `${verb}RepositoryCreationTemplate`;
  expect(openRegistry().refusal(operation)).toBe(invalid('prefix', 'must not be null'));
  expect(openRegistry().refusal(operation, { prefix: 'none' })).toBe(missing('none'));
});

it.each([
  [{ prefix: 'eng' }, invalid('appliedFor', 'must not be null')],
  [{ appliedFor: ['REPLICATION'] }, invalid('prefix', 'must not be null')],
  [{ ...least, prefix: '' }, invalid('prefix', 'must have length greater than or equal to 1')],
  [{ ...least, appliedFor: [] }, invalid('appliedFor', 'must have length greater than or equal to 1')],
  [
    { ...least, appliedFor: ['REPLICATION', 'PUSH'] },
    invalid(
      'appliedFor.2.member',
      'Member must satisfy enum value set: [REPLICATION, PULL_THROUGH_CACHE, CREATE_ON_PUSH]',
    ),
  ],
  [{ ...least, description: 'x'.repeat(257) }, invalid('description', 'must have length less than or equal to 256')],
  [
    { ...least, imageTagMutability: 'IMMUTABLE_WITH_EXCLUSION' },
    invalid(
      'imageTagMutabilityExclusionFilters',
      "ImageTagMutabilityExclusionFilters can't be null when imageTagMutability is set as IMMUTABLE_WITH_EXCLUSION",
    ),
  ],
  [
    { ...full, imageTagMutability: 'IMMUTABLE' },
    invalid(
      'imageTagMutabilityExclusionFilters',
      'ImageTagMutabilityExclusionFilters are not allowed when imageTagMutability is set as IMMUTABLE',
    ),
  ],
  [
    { ...least, encryptionConfiguration: { encryptionType: 'AES256', kmsKey: key } },
    'InvalidParameterException: Invalid encryption configuration: Encryption key should not be set for AES256 encryption.',
  ],
  [
    { ...least, encryptionConfiguration: { encryptionType: 'KMS', kmsKey: 'alias/mine' } },
    invalid(
      'encryptionConfiguration.kmsKey',
      "must satisfy regular expression '^$|arn:aws[a-z0-9-]*:kms:[a-z0-9-]+:[0-9]{12}:key\\/[a-z0-9-]+'",
    ),
  ],
  [{ ...least, repositoryPolicy: '{"Statement":[]}' }, invalid('PolicyText', 'Invalid repository policy provided')],
  [
    {
      ...least,
      resourceTags: [
        { Key: 'a', Value: '1' },
        { Key: 'a', Value: '2' },
      ],
    },
    invalid('resourceTags', 'Duplicate tag keys found'),
  ],
  [
    { ...least, resourceTags: [{ Key: 'aws:team', Value: '1' }] },
    invalid('resourceTags', "Tag key 'aws:team' is reserved"),
  ],
])('a template is refused: %j', (input, refusal) => {
  const registry = openRegistry();
  expect(registry.refusal('CreateRepositoryCreationTemplate', input)).toBe(refusal);
  expect(prefixes(registry)).toEqual([]);
});

it('a lifecycle policy is refused in the words of PutLifecyclePolicy, and may be short', () => {
  const registry = openRegistry();
  expect(registry.refusal('CreateRepositoryCreationTemplate', { ...least, lifecyclePolicy: '{}' })).toMatch(
    /^InvalidParameterException: Invalid parameter at 'LifecyclePolicyText' failed to satisfy constraint: 'Lifecycle policy validation failure: /,
  );
  expect(prefixes(registry)).toEqual([]);
});

it('lists templates by prefix, in pages or by name, passing over those there are not', () => {
  const registry = openRegistry();
  for (const prefix of ['b', 'c', 'a']) registry.call('CreateRepositoryCreationTemplate', { ...least, prefix });
  const first = registry.call('DescribeRepositoryCreationTemplates', { maxResults: 2 });
  expect(first).toMatchObject({
    repositoryCreationTemplates: [{ prefix: 'a' }, { prefix: 'b' }],
    nextToken: expect.any(String),
  });
  expect(prefixes(registry, { maxResults: 2, nextToken: first['nextToken'] })).toEqual(['c']);
  expect(prefixes(registry, { prefixes: ['c', 'none'] })).toEqual(['c']);
  expect(registry.refusal('DescribeRepositoryCreationTemplates', { nextToken: 'made up' })).toBe(
    invalid('nextToken', 'Invalid token'),
  );
});
