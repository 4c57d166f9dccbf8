// Each operation on repositories: what it does, and each documented refusal with its text.
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openBlobStore } from '../blobs/open.js';
import { openMemoryStore } from '../store/memory.js';
import type { Store } from '../store/store.js';
import { PullThrough } from '../upstream/cache.js';
import { type EcrContext, EcrError } from './operation.js';
import { ecrService } from './service.js';

const account = '123456789012';
const blobs = openBlobStore();
afterAll(() => blobs.close());
const service = ecrService({
  blobs,
  layerUrl: () => 'http://localhost:1/layer',
  uriOf: (owner, region, name) => `localhost:1/${owner}.${region}/${name}`,
  endpointOf: () => 'http://localhost:1',
  upstreams: new PullThrough({ self: () => 'http://localhost:1', signal: new AbortController().signal, silence: 1 }),
});
let store: Store;
let context: EcrContext;

function contextOf(owner: string, region = 'us-east-1', partition = 'aws'): EcrContext {
  return {
    account: owner,
    region,
    partition,
    callerArn: `arn:${partition}:iam::${owner}:user/local`,
    now: () => 1_700_000_000_500,
    store,
  };
}

beforeEach(() => {
  store = openMemoryStore();
  context = contextOf(account);
});
afterEach(() => store.close());

function call(name: string, input: Record<string, unknown> = {}, as: EcrContext = context): Record<string, unknown> {
  const operation = service.operations.get(name);
  if (operation === undefined) throw new Error(`no operation ${name}`);
  return operation(input, as);
}

/** `Code: message` of the refusal. */
function refusal(name: string, input: Record<string, unknown> = {}, as: EcrContext = context): string {
  try {
    call(name, input, as);
  } catch (error) {
    if (error instanceof EcrError) return `${error.code}: ${error.message}`;
    throw error;
  }
  return 'accepted';
}

const invalid = (member: string, text: string): string =>
  `InvalidParameterException: Invalid parameter at '${member}' failed to satisfy constraint: '${text}'`;
const notFound = `RepositoryNotFoundException: The repository with name 'none' does not exist in the registry with id '${account}'`;
const repositoryName = 'team/app';
const arn = `arn:aws:ecr:us-east-1:${account}:repository/${repositoryName}`;
const create = (more: Record<string, unknown> = {}, as: EcrContext = context): Record<string, unknown> =>
  call('CreateRepository', { repositoryName, ...more }, as);

const rule = {
  action: { type: 'expire' },
  selection: { countNumber: 3, countType: 'imageCountMoreThan', tagStatus: 'any' },
  rulePriority: 1,
};
const lifecyclePolicyText = JSON.stringify({ rules: [rule] }, undefined, 2);
const policyText = JSON.stringify({
  Version: '2012-10-17',
  Statement: [
    {
      Sid: 'a',
      Effect: 'Allow',
      Principal: { AWS: ['210987654321', 'arn:aws:iam::1:root'.replace('::1', '::111122223333')] },
      Action: 'ecr:BatchGetImage',
    },
    { Sid: 'b', Effect: 'Allow', Principal: { AWS: '210987654321' }, Action: ['ecr:GetDownloadUrlForLayer'] },
  ],
});

describe('CreateRepository', () => {
  it('gives the defaults', () => {
    expect(create()).toEqual({
      repository: {
        repositoryArn: arn,
        registryId: account,
        repositoryName,
        repositoryUri: `localhost:1/${account}.us-east-1/${repositoryName}`,
        createdAt: 1_700_000_000.5,
        imageTagMutability: 'MUTABLE',
        imageScanningConfiguration: { scanOnPush: false },
        encryptionConfiguration: { encryptionType: 'AES256' },
      },
    });
  });

  it('takes every setting', () => {
    const filters = [{ filterType: 'WILDCARD', filter: 'dev-*' }];
    const { repository } = create({
      imageTagMutability: 'IMMUTABLE_WITH_EXCLUSION',
      imageTagMutabilityExclusionFilters: filters,
      imageScanningConfiguration: { scanOnPush: true },
      encryptionConfiguration: { encryptionType: 'KMS', kmsKey: 'arn:aws:kms:us-east-1:123456789012:key/x' },
      tags: [{ Key: 'a', Value: '' }],
    });
    expect(repository).toMatchObject({
      imageTagMutability: 'IMMUTABLE_WITH_EXCLUSION',
      imageTagMutabilityExclusionFilters: filters,
      imageScanningConfiguration: { scanOnPush: true },
      encryptionConfiguration: { encryptionType: 'KMS', kmsKey: 'arn:aws:kms:us-east-1:123456789012:key/x' },
    });
    expect(call('ListTagsForResource', { resourceArn: arn })).toEqual({ tags: [{ Key: 'a', Value: '' }] });
  });

  it('names the key of AWS where KMS is asked for without one', () => {
    const { repository } = create({ encryptionConfiguration: { encryptionType: 'KMS' } });
    const { encryptionConfiguration } = repository as { encryptionConfiguration: { kmsKey: string } };
    expect(encryptionConfiguration.kmsKey).toMatch(/^arn:aws:kms:us-east-1:123456789012:key\/[0-9a-f-]{36}$/);
  });

  it('refuses a name that is there, in this Region alone', () => {
    create();
    expect(refusal('CreateRepository', { repositoryName })).toBe(
      `RepositoryAlreadyExistsException: The repository with name '${repositoryName}' already exists in the registry with id '${account}'`,
    );
    expect(refusal('CreateRepository', { repositoryName }, contextOf(account, 'eu-west-1'))).toBe('accepted');
    expect(refusal('CreateRepository', { repositoryName }, contextOf('210987654321'))).toBe('accepted');
  });

  const nameText = "must satisfy regular expression '(?:[a-z0-9]+(?:[._-][a-z0-9]+)*/)*[a-z0-9]+(?:[._-][a-z0-9]+)*'";
  const exclusions = 'imageTagMutabilityExclusionFilters';
  it.each([
    [{ repositoryName: 'Upper' }, invalid('repositoryName', nameText)],
    [{ repositoryName: 'a//b' }, invalid('repositoryName', nameText)],
    [{ repositoryName: 'a\n' }, invalid('repositoryName', nameText)],
    [{ repositoryName: 'a' }, invalid('repositoryName', 'must have length greater than or equal to 2')],
    [{ repositoryName: 'a'.repeat(257) }, invalid('repositoryName', 'must have length less than or equal to 256')],
    [{}, invalid('repositoryName', 'must not be null')],
    [{ repositoryName: null }, invalid('repositoryName', 'must not be null')],
    [{ repositoryName: 'ok', registryId: '12' }, invalid('registryId', "must satisfy regular expression '[0-9]{12}'")],
    [
      { repositoryName: 'ok', imageTagMutability: 'SOMETIMES' },
      invalid(
        'imageTagMutability',
        'Member must satisfy enum value set: [IMMUTABLE, MUTABLE, MUTABLE_WITH_EXCLUSION, IMMUTABLE_WITH_EXCLUSION]',
      ),
    ],
    [
      { repositoryName: 'ok', imageTagMutability: 'MUTABLE_WITH_EXCLUSION' },
      invalid(
        exclusions,
        "ImageTagMutabilityExclusionFilters can't be null when imageTagMutability is set as MUTABLE_WITH_EXCLUSION",
      ),
    ],
    [
      {
        repositoryName: 'ok',
        imageTagMutability: 'IMMUTABLE',
        [exclusions]: [{ filterType: 'WILDCARD', filter: 'x' }],
      },
      invalid(
        exclusions,
        'ImageTagMutabilityExclusionFilters are not allowed when imageTagMutability is set as IMMUTABLE',
      ),
    ],
    [{ repositoryName: 'ok', [exclusions]: [] }, invalid(exclusions, 'must have length greater than or equal to 1')],
    [
      { repositoryName: 'ok', [exclusions]: [{ filterType: 'WILDCARD', filter: 'a b' }] },
      invalid(`${exclusions}.1.member.filter`, "must satisfy regular expression '^[0-9a-zA-Z._*-]{1,128}$'"),
    ],
    [
      { repositoryName: 'ok', encryptionConfiguration: { encryptionType: 'AES256', kmsKey: 'k' } },
      'InvalidParameterException: Invalid encryption configuration: Encryption key should not be set for AES256 encryption.',
    ],
    [
      { repositoryName: 'ok', encryptionConfiguration: { encryptionType: 'KMS_DSSE' } },
      'InvalidParameterException: Invalid encryption configuration: KMS_DSSE encryption is not supported in us-east-1.',
    ],
    [{ repositoryName: 7 }, 'SerializationException: NUMBER_VALUE can not be converted to a String'],
    [{ repositoryName: ['ok'] }, 'SerializationException: Start of list found where not expected.'],
    [{ repositoryName: 'ok', tags: {} }, 'SerializationException: Start of structure or map found where not expected.'],
  ])('refuses %j', (input, text) => {
    expect(refusal('CreateRepository', input)).toBe(text);
    expect(call('DescribeRepositories')).toEqual({ repositories: [] });
  });

  it('takes nothing from the prototype of its input', () => {
    const input = JSON.parse('{"repositoryName":"ok","__proto__":{"imageTagMutability":"IMMUTABLE"}}') as Record<
      string,
      unknown
    >;
    expect(call('CreateRepository', input)['repository']).toMatchObject({ imageTagMutability: 'MUTABLE' });
    expect(refusal('CreateRepository', Object.create({ repositoryName: 'no' }) as Record<string, unknown>)).toContain(
      'must not be null',
    );
  });

  it('knows KMS_DSSE and the ARNs of GovCloud', () => {
    const { repository } = create(
      { encryptionConfiguration: { encryptionType: 'KMS_DSSE' } },
      contextOf(account, 'us-gov-west-1', 'aws-us-gov'),
    );
    expect(repository).toMatchObject({
      repositoryArn: `arn:aws-us-gov:ecr:us-gov-west-1:${account}:repository/${repositoryName}`,
    });
  });
});

describe('DescribeRepositories', () => {
  const names = ['a1', 'b1', 'b1/c', 'b1-c', 'c1'];
  beforeEach(() => {
    for (const name of names) call('CreateRepository', { repositoryName: name });
  });
  const nameList = (answer: Record<string, unknown>): string[] =>
    (answer['repositories'] as { repositoryName: string }[]).map((one) => one.repositoryName);

  it('walks all pages, each repository once', () => {
    const seen: string[] = [];
    let nextToken: unknown;
    let pages = 0;
    do {
      const answer = call('DescribeRepositories', { maxResults: 2, nextToken });
      seen.push(...nameList(answer));
      nextToken = answer['nextToken'];
      pages += 1;
    } while (nextToken !== undefined);
    expect(seen.sort()).toEqual([...names].sort());
    expect(pages).toBe(3);
  });

  it('gives no token where a page is exactly full', () => {
    expect(call('DescribeRepositories', { maxResults: 5 })).not.toHaveProperty('nextToken');
  });

  it('gives a hundred where no size is asked for', () => {
    for (let index = 0; index < 100; index += 1) call('CreateRepository', { repositoryName: `x${index}` });
    const answer = call('DescribeRepositories');
    expect(nameList(answer)).toHaveLength(100);
    expect(answer).toHaveProperty('nextToken');
  });

  it('gives those asked for by name, once each', () => {
    expect(nameList(call('DescribeRepositories', { repositoryNames: ['c1', 'a1', 'c1'] }))).toEqual(['c1', 'a1']);
    expect(refusal('DescribeRepositories', { repositoryNames: ['a1', 'none'] })).toBe(notFound);
  });

  it.each([
    [{ maxResults: 0 }, invalid('maxResults', 'Member must have value greater than or equal to 1')],
    [{ maxResults: 1001 }, invalid('maxResults', 'Member must have value less than or equal to 1000')],
    [{ nextToken: 'nonsense' }, invalid('nextToken', 'Invalid token')],
    [{ repositoryNames: ['a1'], maxResults: 5 }, invalid('maxResults', 'must be null when repositoryNames is set')],
    [{ repositoryNames: [] }, invalid('repositoryNames', 'must have length greater than or equal to 1')],
    [
      { repositoryNames: Array(101).fill('a1') },
      invalid('repositoryNames', 'must have length less than or equal to 100'),
    ],
  ])('refuses %j', (input, text) => {
    expect(refusal('DescribeRepositories', input)).toBe(text);
  });

  it('reaches the registry of another account that holds something', () => {
    const other = contextOf('210987654321');
    expect(refusal('DescribeRepositories', { registryId: account }, other)).toBe('accepted');
    expect(refusal('DescribeRepositories', { registryId: '999999999999' }, other)).toMatch(
      /^AccessDeniedException: User: arn:aws:iam::210987654321:user\/local is not authorized to perform: ecr:DescribeRepositories on resource: /,
    );
    expect(refusal('GetRepositoryPolicy', { registryId: '999999999999', repositoryName: 'a1' }, other)).toBe(
      "RepositoryNotFoundException: The repository with name 'a1' does not exist in the registry with id '999999999999'",
    );
  });
});

describe('what needs a repository', () => {
  it.each([
    ['DeleteRepository', {}],
    ['PutLifecyclePolicy', { lifecyclePolicyText }],
    ['GetLifecyclePolicy', {}],
    ['DeleteLifecyclePolicy', {}],
    ['SetRepositoryPolicy', { policyText }],
    ['GetRepositoryPolicy', {}],
    ['DeleteRepositoryPolicy', {}],
    ['PutImageTagMutability', { imageTagMutability: 'MUTABLE' }],
    ['PutImageScanningConfiguration', { imageScanningConfiguration: { scanOnPush: true } }],
    ['DescribeImages', {}],
    ['ListImages', {}],
  ])('%s says that there is none', (name, input) => {
    expect(refusal(name, { repositoryName: 'none', ...input })).toBe(notFound);
  });
});

describe('lifecycle policies', () => {
  beforeEach(() => void create());
  const stored =
    '{"rules":[{"rulePriority":1,"selection":{"tagStatus":"any","countType":"imageCountMoreThan","countNumber":3},"action":{"type":"expire"}}]}';
  const none = `LifecyclePolicyNotFoundException: Lifecycle policy does not exist for the repository with name '${repositoryName}' in the registry with id '${account}'`;

  it('are kept without white space, in the order of the schema', () => {
    const answer = { registryId: account, repositoryName, lifecyclePolicyText: stored };
    expect(call('PutLifecyclePolicy', { repositoryName, lifecyclePolicyText })).toEqual(answer);
    expect(call('GetLifecyclePolicy', { repositoryName })).toEqual({ ...answer, lastEvaluatedAt: 0 });
    expect(call('DeleteLifecyclePolicy', { repositoryName })).toEqual({ ...answer, lastEvaluatedAt: 0 });
    expect(refusal('GetLifecyclePolicy', { repositoryName })).toBe(none);
    expect(refusal('DeleteLifecyclePolicy', { repositoryName })).toBe(none);
  });

  it('keep every member', () => {
    const rules = [
      {
        rulePriority: 1,
        description: 'old "ones"',
        selection: {
          tagStatus: 'tagged',
          tagPatternList: ['a*'],
          storageClass: 'standard',
          countType: 'sinceImagePushed',
          countUnit: 'days',
          countNumber: 9,
        },
        action: { type: 'transition', targetStorageClass: 'archive' },
      },
    ];
    const answer = call('PutLifecyclePolicy', { repositoryName, lifecyclePolicyText: JSON.stringify({ rules }) });
    expect(answer['lifecyclePolicyText']).toBe(JSON.stringify({ rules }));
  });

  it('are refused in the words of ECR', () => {
    const twice = JSON.stringify({ rules: [rule, rule] });
    expect(refusal('PutLifecyclePolicy', { repositoryName, lifecyclePolicyText: twice })).toMatch(
      /^InvalidParameterException: Invalid parameter at 'LifecyclePolicyText' failed to satisfy constraint: 'Lifecycle policy validation failure: /,
    );
    expect(refusal('PutLifecyclePolicy', { repositoryName })).toBe(invalid('lifecyclePolicyText', 'must not be null'));
    expect(refusal('GetLifecyclePolicy', { repositoryName })).toBe(none);
  });
});

describe('repository policies', () => {
  beforeEach(() => void create());

  it('come back as Jackson prints them, with the principals of IAM', () => {
    const printed = [
      '{',
      '  "Version" : "2012-10-17",',
      '  "Statement" : [ {',
      '    "Sid" : "a",',
      '    "Effect" : "Allow",',
      '    "Principal" : {',
      '      "AWS" : [ "arn:aws:iam::210987654321:root", "arn:aws:iam::111122223333:root" ]',
      '    },',
      '    "Action" : "ecr:BatchGetImage"',
      '  }, {',
      '    "Sid" : "b",',
      '    "Effect" : "Allow",',
      '    "Principal" : {',
      '      "AWS" : "arn:aws:iam::210987654321:root"',
      '    },',
      '    "Action" : [ "ecr:GetDownloadUrlForLayer" ]',
      '  } ]',
      '}',
    ].join('\n');
    const answer = { registryId: account, repositoryName, policyText: printed };
    expect(call('SetRepositoryPolicy', { repositoryName, policyText })).toEqual(answer);
    expect(call('GetRepositoryPolicy', { repositoryName })).toEqual(answer);
    expect(call('DeleteRepositoryPolicy', { repositoryName })).toEqual(answer);
    const none = `RepositoryPolicyNotFoundException: Repository policy does not exist for the repository with name '${repositoryName}' in the registry with id '${account}'`;
    expect(refusal('GetRepositoryPolicy', { repositoryName })).toBe(none);
    expect(refusal('DeleteRepositoryPolicy', { repositoryName })).toBe(none);
  });

  it.each(['', 'no json', '{}', '{"Version":"2012-10-17","Statement":[{"Effect":"Maybe"}]}'])(
    'are refused: %j',
    (text) => {
      expect(refusal('SetRepositoryPolicy', { repositoryName, policyText: text })).toBe(
        invalid('PolicyText', 'Invalid repository policy provided'),
      );
    },
  );

  it('are refused over 10,240 characters', () => {
    expect(refusal('SetRepositoryPolicy', { repositoryName, policyText: ' '.repeat(10_241) })).toBe(
      invalid('policyText', 'must have length less than or equal to 10240'),
    );
  });

  it.each(['ecr:SetRepositoryPolicy', 'ecr:*', '*', 'ecr:Set*', 'ECR:set?epositoryPolicy'])(
    'do not lock the caller out by %s unless forced',
    (action) => {
      const text = JSON.stringify({
        Version: '2012-10-17',
        Statement: [{ Sid: 'x', Effect: 'Deny', Principal: '*', Action: action }],
      });
      expect(refusal('SetRepositoryPolicy', { repositoryName, policyText: text })).toBe(
        invalid(
          'PolicyText',
          'The new repository policy will not allow you to update the repository policy in the future.',
        ),
      );
      expect(refusal('SetRepositoryPolicy', { repositoryName, policyText: text, force: true })).toBe('accepted');
    },
  );

  it('may deny others, or other actions', () => {
    const text = (statement: object): string =>
      JSON.stringify({ Version: '2012-10-17', Statement: [{ Sid: 'x', Effect: 'Deny', ...statement }] });
    for (const statement of [
      { Principal: { AWS: '210987654321' }, Action: 'ecr:*' },
      { Principal: '*', Action: 'ecr:BatchDeleteImage' },
    ]) {
      expect(refusal('SetRepositoryPolicy', { repositoryName, policyText: text(statement) })).toBe('accepted');
    }
  });
});

describe('settings', () => {
  beforeEach(() => void create());

  it('change the mutability, and drop filters that no longer apply', () => {
    const filters = [{ filterType: 'WILDCARD', filter: 'dev*' }];
    expect(
      call('PutImageTagMutability', {
        repositoryName,
        imageTagMutability: 'MUTABLE_WITH_EXCLUSION',
        imageTagMutabilityExclusionFilters: filters,
      }),
    ).toEqual({
      registryId: account,
      repositoryName,
      imageTagMutability: 'MUTABLE_WITH_EXCLUSION',
      imageTagMutabilityExclusionFilters: filters,
    });
    call('PutImageTagMutability', { repositoryName, imageTagMutability: 'IMMUTABLE' });
    const [repository] = call('DescribeRepositories')['repositories'] as object[];
    expect(repository).toMatchObject({ imageTagMutability: 'IMMUTABLE' });
    expect(repository).not.toHaveProperty('imageTagMutabilityExclusionFilters');
    expect(refusal('PutImageTagMutability', { repositoryName })).toBe(
      invalid('imageTagMutability', 'must not be null'),
    );
  });

  it('change scanning, which the registry has a word in', () => {
    expect(
      call('PutImageScanningConfiguration', { repositoryName, imageScanningConfiguration: { scanOnPush: true } }),
    ).toEqual({
      registryId: account,
      repositoryName,
      imageScanningConfiguration: { scanOnPush: true },
    });
    const of = (): unknown =>
      call('BatchGetRepositoryScanningConfiguration', { repositoryNames: [repositoryName, 'none'] });
    const own = {
      repositoryArn: arn,
      repositoryName,
      scanOnPush: true,
      scanFrequency: 'SCAN_ON_PUSH',
      appliedScanFilters: [],
    };
    const failures = [
      { repositoryName: 'none', failureCode: 'REPOSITORY_NOT_FOUND', failureReason: 'REPOSITORY_NOT_FOUND' },
    ];
    expect(of()).toEqual({ scanningConfigurations: [own], failures });
    const filter = { filter: 'team/*', filterType: 'WILDCARD' };
    call('PutRegistryScanningConfiguration', {
      scanType: 'ENHANCED',
      rules: [{ scanFrequency: 'CONTINUOUS_SCAN', repositoryFilters: [filter] }],
    });
    expect(of()).toEqual({
      scanningConfigurations: [{ ...own, scanFrequency: 'CONTINUOUS_SCAN', appliedScanFilters: [filter] }],
      failures,
    });
    expect(refusal('BatchGetRepositoryScanningConfiguration', { repositoryNames: Array(26).fill('ab') })).toBe(
      invalid('repositoryNames', 'must have length less than or equal to 25'),
    );
  });

  it('end with the repository', () => {
    call('PutLifecyclePolicy', { repositoryName, lifecyclePolicyText });
    expect(call('DeleteRepository', { repositoryName })['repository']).toMatchObject({ repositoryArn: arn });
    create();
    expect(refusal('GetLifecyclePolicy', { repositoryName })).toContain('LifecyclePolicyNotFoundException');
  });
});

describe('tags', () => {
  beforeEach(() => void create());
  const tag = (Key: string, Value = 'v'): object => ({ Key, Value });
  const put = (...tags: object[]): string => refusal('TagResource', { resourceArn: arn, tags });
  const tags = (): unknown => call('ListTagsForResource', { resourceArn: arn })['tags'];

  it('are set, overwritten and taken away', () => {
    expect(call('TagResource', { resourceArn: arn, tags: [tag('a'), tag('__proto__')] })).toEqual({});
    put(tag('a', 'w'), tag('c'));
    expect(tags()).toEqual([tag('a', 'w'), tag('__proto__'), tag('c')]);
    expect(call('UntagResource', { resourceArn: arn, tagKeys: ['a', 'never'] })).toEqual({});
    expect(tags()).toEqual([tag('__proto__'), tag('c')]);
  });

  it('are at most fifty, counted together', () => {
    expect(put(...Array.from({ length: 50 }, (_, index) => tag(`k${index}`)))).toBe('accepted');
    expect(put(tag('k1', 'again'))).toBe('accepted');
    expect(put(tag('one-more'))).toBe(
      'TooManyTagsException: The list of tags on the repository is over the limit. The maximum number of tags that can be applied to a repository is 50.',
    );
    const many = Array.from({ length: 51 }, (_, index) => tag(`k${index}`));
    expect(refusal('CreateRepository', { repositoryName: 'other', tags: many })).toContain('TooManyTagsException');
  });

  it.each([
    [tag('')],
    [tag('k'.repeat(129))],
    [tag('k', 'v'.repeat(257))],
    [tag('aws:x')],
    [tag('AWS:x')],
    [tag('a#b')],
    [tag('k', 'a|b')],
  ])('refuses %j', (bad) => {
    expect(put(tag('good'), bad)).toMatch(/^InvalidTagParameterException: An invalid parameter has been specified\./);
    expect(tags()).toEqual([]);
  });

  it('count characters, and take those of any script', () => {
    expect(put(tag('\u{20000}'.repeat(128), 'é ü'))).toBe('accepted');
    expect(put(tag('twice'), tag('twice'))).toContain('Duplicate tag key');
    expect(refusal('TagResource', { resourceArn: arn, tags: [{ Key: 'k' }] })).toBe(
      invalid('tags.1.member.Value', 'must not be null'),
    );
  });

  it.each([
    ['nonsense', invalid('resourceArn', 'Invalid ARN')],
    [arn.replace('us-east-1', 'eu-west-1'), invalid('resourceArn', 'Invalid ARN')],
    [arn.replace(repositoryName, 'none'), notFound],
  ])('say what is wrong with %s', (resourceArn, text) => {
    expect(refusal('TagResource', { resourceArn, tags: [] })).toBe(text);
    expect(refusal('UntagResource', { resourceArn, tagKeys: [] })).toBe(text);
    expect(refusal('ListTagsForResource', { resourceArn })).toBe(text);
  });
});
