// The inputs of the operations on repositories: sizes, patterns and words, from the API model (botocore 1.43.11).
// Data only. It must not know what the operations do.
import type { StructureShape } from './check.js';

export const registryId = { kind: 'string', pattern: /^[0-9]{12}$/, patternText: '[0-9]{12}' } as const;

export const repositoryName = {
  kind: 'string',
  min: 2,
  max: 256,
  pattern: /^[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*(\/[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*)*$/,
  // The message in the wild (GitHub issues) still names the older expression.
  patternText: '(?:[a-z0-9]+(?:[._-][a-z0-9]+)*/)*[a-z0-9]+(?:[._-][a-z0-9]+)*',
} as const;

const text = { kind: 'string' } as const;
const flag = { kind: 'boolean' } as const;
export const paging = { nextToken: text, maxResults: { kind: 'integer' } } as const;

const imageTagMutability = {
  kind: 'string',
  oneOf: ['IMMUTABLE', 'MUTABLE', 'MUTABLE_WITH_EXCLUSION', 'IMMUTABLE_WITH_EXCLUSION'],
} as const;

const imageTagMutabilityExclusionFilters = {
  kind: 'list',
  min: 1,
  max: 5,
  of: {
    kind: 'structure',
    members: {
      filterType: { kind: 'string', oneOf: ['WILDCARD'] },
      filter: { kind: 'string', min: 1, max: 128, pattern: /^[0-9a-zA-Z._*-]{1,128}$/ },
    },
    required: ['filterType', 'filter'],
  },
} as const;

const imageScanningConfiguration = { kind: 'structure', members: { scanOnPush: flag } } as const;

const encryptionConfiguration = {
  kind: 'structure',
  members: {
    encryptionType: { kind: 'string', oneOf: ['AES256', 'KMS', 'KMS_DSSE'] },
    kmsKey: { kind: 'string', min: 1, max: 2048 },
  },
  required: ['encryptionType'],
} as const;

// Their sizes have codes of their own (InvalidTagParameterException, TooManyTagsException): tags.ts.
const tags = {
  kind: 'list',
  of: { kind: 'structure', members: { Key: text, Value: text }, required: ['Key', 'Value'] },
} as const;

export const oneRepository = {
  kind: 'structure',
  members: { registryId, repositoryName },
  required: ['repositoryName'],
} as const;

export const shapes = {
  CreateRepository: {
    kind: 'structure',
    members: {
      registryId,
      repositoryName,
      tags,
      imageTagMutability,
      imageTagMutabilityExclusionFilters,
      imageScanningConfiguration,
      encryptionConfiguration,
    },
    required: ['repositoryName'],
  },
  DescribeRepositories: {
    kind: 'structure',
    members: { registryId, repositoryNames: { kind: 'list', of: repositoryName, min: 1, max: 100 }, ...paging },
  },
  DeleteRepository: {
    kind: 'structure',
    members: { registryId, repositoryName, force: flag },
    required: ['repositoryName'],
  },
  PutLifecyclePolicy: {
    kind: 'structure',
    members: { registryId, repositoryName, lifecyclePolicyText: text },
    required: ['repositoryName', 'lifecyclePolicyText'],
  },
  GetLifecyclePolicy: oneRepository,
  DeleteLifecyclePolicy: oneRepository,
  SetRepositoryPolicy: {
    kind: 'structure',
    members: { registryId, repositoryName, policyText: { kind: 'string', min: 0, max: 10_240 }, force: flag },
    required: ['repositoryName', 'policyText'],
  },
  GetRepositoryPolicy: oneRepository,
  DeleteRepositoryPolicy: oneRepository,
  PutImageTagMutability: {
    kind: 'structure',
    members: { registryId, repositoryName, imageTagMutability, imageTagMutabilityExclusionFilters },
    required: ['repositoryName', 'imageTagMutability'],
  },
  PutImageScanningConfiguration: {
    kind: 'structure',
    members: { registryId, repositoryName, imageScanningConfiguration },
    required: ['repositoryName', 'imageScanningConfiguration'],
  },
  BatchGetRepositoryScanningConfiguration: {
    kind: 'structure',
    members: { repositoryNames: { kind: 'list', of: repositoryName, min: 1, max: 25 } },
    required: ['repositoryNames'],
  },
  TagResource: {
    kind: 'structure',
    members: { resourceArn: text, tags },
    required: ['resourceArn', 'tags'],
  },
  UntagResource: {
    kind: 'structure',
    members: { resourceArn: text, tagKeys: { kind: 'list', of: text } },
    required: ['resourceArn', 'tagKeys'],
  },
  ListTagsForResource: { kind: 'structure', members: { resourceArn: text }, required: ['resourceArn'] },
} as const satisfies Record<string, StructureShape>;

/** `maxResults` of the operations above that answer in pages. */
export const pages = { max: 1000, default: 100 } as const;
