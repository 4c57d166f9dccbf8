// The tagging API's GetResources over what this cloud can tag: ECR repositories, keys of KMS and SSM parameters.
// It must not know HTTP, or any other setting of a resource.
import { listRepositories, repositoryArn, type Tag } from './ecr/repository.js';
import { keyArn, listKeys } from './kms/key.js';
import {
  decodeToken,
  encodeToken,
  type JsonService,
  type Operation,
  type ServiceContext,
  ServiceError,
} from './service.js';
import { listParameters, parameterArn } from './ssm/parameter.js';

interface Resource {
  readonly arn: string;
  readonly tags: readonly Tag[];
}

/** One type of resource, read piece by piece in the order of its keys. */
interface Source {
  readonly type: string;
  read(context: ServiceContext, after: string | undefined, limit: number): [key: string, resource: Resource][];
}

const sources: readonly Source[] = [
  {
    type: 'ecr:repository',
    read: (context, after, limit) =>
      listRepositories(context.store, context.account, context.region, after, limit).map(
        ([key, { name, account, tags }]) => [
          key,
          { arn: repositoryArn(context.partition, context.region, account, name), tags },
        ],
      ),
  },
  {
    type: 'kms:key',
    read: (context, after, limit) =>
      listKeys(context, context.account, after, limit).map(([key, found]) => [
        key,
        {
          arn: keyArn(context, found),
          tags: found.tags.map(({ TagKey, TagValue }) => ({ Key: TagKey, Value: TagValue })),
        },
      ]),
  },
  {
    type: 'ssm:parameter',
    read: (context, after, limit) =>
      listParameters(context, after, limit).map(([key, { name, tags }]) => [
        key,
        { arn: parameterArn(context, name), tags },
      ]),
  },
];

interface TagFilter {
  readonly key: string;
  readonly values: ReadonlySet<string>;
}

function invalid(message: string): ServiceError {
  return new ServiceError('InvalidParameterException', message);
}

function texts(value: unknown, name: string, max: number): readonly string[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value) || !value.every((one) => typeof one === 'string')) {
    throw new ServiceError('SerializationException', `${name} is not a list of strings`);
  }
  if (value.length > max) throw invalid(`${name} has ${value.length} entries; the maximum is ${max}`);
  return value;
}

function tagFilters(value: unknown): readonly TagFilter[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw new ServiceError('SerializationException', 'TagFilters is not a list');
  if (value.length > 50) throw invalid(`TagFilters has ${value.length} entries; the maximum is 50`);
  return value.map((one: unknown, index) => {
    const { Key, Values } = (typeof one === 'object' && one !== null ? one : {}) as Record<string, unknown>;
    if (typeof Key !== 'string' || Key.length < 1 || Key.length > 128) {
      throw invalid(`TagFilters.${index + 1}.Key must have between 1 and 128 characters`);
    }
    return { key: Key, values: new Set(texts(Values, `TagFilters.${index + 1}.Values`, 20)) };
  });
}

function matches(tags: readonly Tag[], filters: readonly TagFilter[]): boolean {
  if (tags.length === 0) return false;
  return filters.every(({ key, values }) =>
    tags.some((tag) => tag.Key === key && (values.size === 0 || values.has(tag.Value))),
  );
}

function mapping({ arn, tags }: Resource): Record<string, unknown> {
  return { ResourceARN: arn, Tags: tags };
}

function pageSize(value: unknown): number {
  if (value === undefined || value === null) return 100;
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 1 || value > 100) {
    throw invalid('ResourcesPerPage must be between 1 and 100');
  }
  return value;
}

/** Where to go on: the source and the key after which it continues. */
function start(token: unknown): { source: number; after: string | undefined } {
  if (token === undefined || token === null || token === '') return { source: 0, after: undefined };
  const position = typeof token === 'string' ? decodeToken('resources', token) : undefined;
  const [, source, after] = /^(\d):(.+)$/s.exec(position ?? '') ?? [];
  if (source === undefined) {
    throw new ServiceError('PaginationTokenExpiredException', 'The PaginationToken is not valid or has expired.');
  }
  return { source: Number(source), after };
}

const piece = 200;

/** Stops at the first resource beyond the page, so that a token is given only where there is more. */
function page(
  context: ServiceContext,
  from: { source: number; after: string | undefined },
  size: number,
  wanted: (source: Source, resource: Resource) => boolean,
): { list: Resource[]; token: string } {
  const list: Resource[] = [];
  let last = '';
  for (const [index, source] of sources.entries()) {
    if (index < from.source) continue;
    let after = index === from.source ? from.after : undefined;
    for (;;) {
      const read = source.read(context, after, piece);
      for (const [key, resource] of read) {
        after = key;
        if (!wanted(source, resource)) continue;
        if (list.length === size) return { list, token: encodeToken('resources', last) };
        list.push(resource);
        last = `${index}:${key}`;
      }
      if (read.length < piece) break;
    }
  }
  return { list, token: '' };
}

const GetResources: Operation = (input, context) => {
  const filters = tagFilters(input['TagFilters']);
  const types = texts(input['ResourceTypeFilters'], 'ResourceTypeFilters', 100);
  const arns = texts(input['ResourceARNList'], 'ResourceARNList', 100);
  if (arns.length > 0) {
    for (const name of ['TagFilters', 'ResourceTypeFilters', 'ResourcesPerPage', 'TagsPerPage', 'PaginationToken']) {
      const given = input[name];
      if (given !== undefined && given !== null && given !== '') {
        throw invalid(`ResourceARNList and ${name} cannot be specified in the same request`);
      }
    }
  }
  const asked = new Set(arns);
  const { list, token } = page(
    context,
    start(input['PaginationToken']),
    arns.length > 0 ? 100 : pageSize(input['ResourcesPerPage']),
    (source, resource) => {
      if (asked.size > 0) return asked.has(resource.arn);
      const service = source.type.split(':')[0] ?? '';
      if (types.length > 0 && !types.includes(source.type) && !types.includes(service)) return false;
      return matches(resource.tags, filters);
    },
  );
  return { PaginationToken: token, ResourceTagMappingList: list.map(mapping) };
};

export const taggingService: JsonService = {
  name: 'tag',
  target: 'ResourceGroupsTaggingAPI_20170126',
  operations: new Map([['GetResources', GetResources]]),
  unserved: new Set([
    'DescribeReportCreation',
    'GetComplianceSummary',
    'GetTagKeys',
    'GetTagValues',
    'StartReportCreation',
    'TagResources',
    'UntagResources',
  ]),
  resourceOf: () => '*',
};
