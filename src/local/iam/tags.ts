// Tags of IAM's entities: their rules, and the three operations that every kind of entity has.
// It must not know any one kind.
import type { Tag } from '../ecr/repository.js';
import { checkQuery } from '../query/check.js';
import type { Operation, ServiceContext } from '../service.js';
import { invalidInput, limitExceeded } from './errors.js';
import { pageOfList } from './paging.js';
import * as shapes from './shapes.js';

const most = 50;

/** The tags after some were set. Keys are kept as they are written, and are the same in any case (IAM user guide, "Rules for tagging"). */
export function mergedTags(present: readonly Tag[], set: readonly Tag[] = []): readonly Tag[] {
  if (new Set(set.map(({ Key }) => Key.toLowerCase())).size < set.length) {
    throw invalidInput('Duplicate tag keys found. Please note that Tag keys are case insensitive.');
  }
  const result = new Map(present.map((tag) => [tag.Key.toLowerCase(), tag]));
  for (const { Key, Value } of set) {
    if (/^aws:/i.test(Key)) throw invalidInput('Tag keys that begin with aws: are reserved for system use.');
    result.set(Key.toLowerCase(), { Key, Value });
  }
  if (result.size > most) throw limitExceeded('The number of tags has reached the maximum limit.');
  return [...result.values()];
}

/** Of one kind of entity. */
export interface Tagged<Row> {
  /** `Role`, as in TagRole. */
  readonly noun: string;
  /** As in ListRoleTags. */
  readonly list: string;
  /** The member of the input that names one. */
  readonly member: string;
  readonly shape: typeof shapes.arn | typeof shapes.roleName;
  /** Throws NoSuchEntity. */
  find(context: ServiceContext, name: string): Row;
  put(context: ServiceContext, row: Row): void;
}

export function nameIn({ member, shape }: Pick<Tagged<never>, 'member' | 'shape'>, input: Record<string, unknown>) {
  const read = checkQuery(
    { kind: 'structure', members: { [member]: shape }, required: [member] },
    { [member]: input[member] },
  );
  return Object.values(read).join('');
}

export function tagOperations<Row extends { readonly tags: readonly Tag[] }>(
  kind: Tagged<Row>,
): [name: string, Operation][] {
  const tag: Operation = (input, context) => {
    const row = kind.find(context, nameIn(kind, input));
    const { Tags } = checkQuery({ kind: 'structure', members: { Tags: shapes.tags }, required: ['Tags'] }, input);
    kind.put(context, { ...row, tags: mergedTags(row.tags, Tags) });
    return {};
  };
  const untag: Operation = (input, context) => {
    const row = kind.find(context, nameIn(kind, input));
    const { TagKeys } = checkQuery(
      { kind: 'structure', members: { TagKeys: shapes.tagKeys }, required: ['TagKeys'] },
      input,
    );
    const gone = new Set(TagKeys.map((key) => key.toLowerCase()));
    kind.put(context, { ...row, tags: row.tags.filter(({ Key }) => !gone.has(Key.toLowerCase())) });
    return {};
  };
  const list: Operation = (input, context) => {
    const row = kind.find(context, nameIn(kind, input));
    const page = pageOfList(
      checkQuery({ kind: 'structure', members: shapes.paging }, input),
      row.tags,
      ({ Key }) => Key,
    );
    return { Tags: page.items, ...page.more };
  };
  return [
    [`Tag${kind.noun}`, tag],
    [`Untag${kind.noun}`, untag],
    [kind.list, list],
  ];
}
