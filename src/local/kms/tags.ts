// TagResource, UntagResource, ListResourceTags, and what KMS asks of tags.
// It must not know any other setting of a key.
import { checkedJson } from '../query/check.js';
import { type Operation, ServiceError } from '../service.js';
import { findKey } from './alias.js';
import { limitExceeded } from './errors.js';
import { checkKept, type KmsTag, writeKey } from './key.js';
import { pageOf } from './paging.js';
import { shapes } from './shapes.js';

const most = 50;

/** The tags after some were set; a service of AWS may set those that are AWS's own. Throws TagException or LimitExceededException. */
export function mergeKeyTags(present: readonly KmsTag[], set: readonly KmsTag[], invokedBy?: string): KmsTag[] {
  const merged = new Map(present.map(({ TagKey, TagValue }) => [TagKey, TagValue]));
  const seen = new Set<string>();
  for (const { TagKey, TagValue } of set) {
    if (invokedBy === undefined && /^aws:/i.test(TagKey))
      throw new ServiceError('TagException', 'aws: prefixed tag key names are not allowed for external use.');
    if (seen.has(TagKey)) throw new ServiceError('TagException', 'Duplicate tag keys');
    seen.add(TagKey);
    merged.set(TagKey, TagValue);
  }
  if (merged.size > most) throw limitExceeded(`A key can have at most ${most} tags.`);
  return [...merged].map(([TagKey, TagValue]) => ({ TagKey, TagValue }));
}

const TagResource = checkedJson(shapes.TagResource, (input, context) => {
  const key = findKey(context, input.KeyId);
  checkKept(context, key);
  writeKey(context, { ...key, tags: mergeKeyTags(key.tags, input.Tags, context.invokedBy) });
  return {};
});

const UntagResource = checkedJson(shapes.UntagResource, (input, context) => {
  const key = findKey(context, input.KeyId);
  checkKept(context, key);
  const gone = new Set(input.TagKeys);
  writeKey(context, { ...key, tags: key.tags.filter(({ TagKey }) => !gone.has(TagKey)) });
  return {};
});

const ListResourceTags = checkedJson(shapes.ListResourceTags, (input, context) =>
  pageOf('Tags', findKey(context, input.KeyId).tags, { Limit: 50, ...input }),
);

export const tagOperations = { TagResource, UntagResource, ListResourceTags } satisfies Record<string, Operation>;
