// TagResource, UntagResource, ListTagsForResource, and what ECR asks of tags.
// It must not know any other setting of a repository.
import { checked } from './check.js';
import { type EcrContext, EcrError, type EcrOperation, invalidMember } from './operation.js';
import { type Repository, readRepository, repositoryNotFound, type Tag, writeRepository } from './repository.js';
import { shapes } from './shapes.js';

const maxTags = 50;
const allowed = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u;

function invalidTag(message: string): EcrError {
  return new EcrError('InvalidTagParameterException', message);
}

/** Sizes as the API model describes the exception; in characters, not in UTF-16 units. */
function checkTag({ Key, Value }: Tag, system: boolean): void {
  const keyLength = Array.from(Key).length;
  if (keyLength < 1 || keyLength > 128 || Array.from(Value).length > 256) {
    throw invalidTag(
      'An invalid parameter has been specified. Tag keys can have a maximum character length of 128 characters, and tag values can have a maximum length of 256 characters.',
    );
  }
  if (/^aws:/i.test(Key) && !system) {
    throw invalidTag(
      `An invalid parameter has been specified. Tag key '${Key}' must not start with 'aws:', which is reserved for system use.`,
    );
  }
  if (!allowed.test(Key) || !allowed.test(Value)) {
    throw invalidTag(
      `An invalid parameter has been specified. Tag '${Key}' holds characters other than letters, numbers, spaces and _.:/=+-@`,
    );
  }
}

/**
 * The tags after some were set: a known key takes the new value where it stands, a new one goes to the end. A service of AWS may set those
 * that are AWS's own.
 */
export function mergeTags(present: readonly Tag[], set: readonly Tag[], invokedBy?: string): Tag[] {
  const result = new Map(present.map((tag) => [tag.Key, tag.Value]));
  const seen = new Set<string>();
  for (const tag of set) {
    checkTag(tag, invokedBy !== undefined);
    if (seen.has(tag.Key)) {
      throw invalidTag(`An invalid parameter has been specified. Duplicate tag key '${tag.Key}'`);
    }
    seen.add(tag.Key);
    result.set(tag.Key, tag.Value);
  }
  if (result.size > maxTags) {
    throw new EcrError(
      'TooManyTagsException',
      `The list of tags on the repository is over the limit. The maximum number of tags that can be applied to a repository is ${maxTags}.`,
    );
  }
  return [...result].map(([Key, Value]) => ({ Key, Value }));
}

function repositoryByArn(resourceArn: string, context: EcrContext): Repository {
  const parts = /^arn:([a-z0-9-]+):ecr:([a-z0-9-]+):([0-9]{12}):repository\/(.+)$/.exec(resourceArn);
  const [, partition, region, account, name] = parts ?? [];
  // A repository of another Region is out of this endpoint's reach.
  if (account === undefined || name === undefined || partition !== context.partition || region !== context.region) {
    throw invalidMember('resourceArn', 'Invalid ARN');
  }
  const found = readRepository(context.store, account, region, name);
  if (found === undefined) throw repositoryNotFound(name, account);
  return found;
}

const TagResource = checked(shapes.TagResource, (input, context) => {
  const repository = repositoryByArn(input.resourceArn, context);
  writeRepository(context, { ...repository, tags: mergeTags(repository.tags, input.tags, context.invokedBy) });
  return {};
});

const UntagResource = checked(shapes.UntagResource, (input, context) => {
  const repository = repositoryByArn(input.resourceArn, context);
  const gone = new Set(input.tagKeys);
  writeRepository(context, { ...repository, tags: repository.tags.filter(({ Key }) => !gone.has(Key)) });
  return {};
});

const ListTagsForResource = checked(shapes.ListTagsForResource, (input, context) => ({
  tags: repositoryByArn(input.resourceArn, context).tags,
}));

export const tagOperations = { TagResource, UntagResource, ListTagsForResource } satisfies Record<string, EcrOperation>;
