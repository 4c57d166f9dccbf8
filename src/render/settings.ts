// What every target says alike of a registry, and what none of them says: whose it is. An engine that keeps a registry is its owner, so
// no code carries Slipway's ownership tags; statements keep their Sids, by which `slipway plan` knows them again.
// It must not know any target.
import { foreignStatements, parsePolicy, type Statement } from '../access/index.js';
import {
  type DesiredRepository,
  environmentTag,
  type ObservedRepository,
  type Owner,
  type Place,
  projectTag,
  type Tags,
} from '../registry/index.js';

/** In order; what an engine leaves alone where `slipway apply` has put them. */
export const ownershipKeys: readonly string[] = [environmentTag, projectTag];

/** Those of a repository, or of a companion, that a target writes; by key, in order. */
export function renderedTags(tags: Tags): Tags {
  return Object.fromEntries(
    Object.entries(tags)
      .filter(([key]) => !ownershipKeys.includes(key))
      .sort(([one], [other]) => (one < other ? -1 : 1)),
  );
}

/** What an engine can put on everything (`default_tags`): keys that all have, since a default tag cannot be taken off by one of them. */
export function sharedTags(tags: Tags, all: readonly { readonly tags: Tags }[]): Tags {
  return Object.fromEntries(
    Object.entries(renderedTags(tags)).filter(([key]) => all.every((one) => Object.hasOwn(one.tags, key))),
  );
}

/** Those that the engine does not put on everything. */
export function ownTags(tags: Tags, shared: Tags): Tags {
  return Object.fromEntries(Object.entries(renderedTags(tags)).filter(([key, value]) => shared[key] !== value));
}

/** What is there most often, and more than once, to be written once; of several, the first. */
export function most<T>(all: readonly T[]): T | undefined {
  const counts = new Map<string, { readonly value: T; times: number }>();
  for (const value of all) {
    const key = typeof value === 'string' ? value : JSON.stringify(value);
    const known = counts.get(key);
    if (known === undefined) counts.set(key, { value, times: 1 });
    else known.times += 1;
  }
  const [first] = [...counts.values()].sort((one, other) => other.times - one.times);
  return first === undefined || first.times === 1 ? undefined : first.value;
}

/** Tags on a live repository that nobody declared: keys, in order. Those of AWS itself cannot be taken off. */
export function tagsOfOthers({ tags }: DesiredRepository, live: ObservedRepository): readonly string[] {
  if (live.tags.state !== 'present') return [];
  return Object.keys(live.tags.value)
    .filter((key) => !Object.hasOwn(tags, key) && !ownershipKeys.includes(key) && !key.startsWith('aws:'))
    .sort();
}

/** Statements of the live policy that `slipway apply` keeps, and that go where a target writes the whole policy. */
export function statementsOfOthers(owner: Owner, live: ObservedRepository): readonly Statement[] {
  return live.repositoryPolicy.state === 'present'
    ? foreignStatements(parsePolicy(live.repositoryPolicy.value), owner)
    : [];
}

/** The id of a key as its ARN, which is how ECR gives it back: engines that compare texts see drift otherwise (cloudformation-coverage-roadmap#2530). */
export function keyArnOf(key: string, { partition, region, account }: Place): string {
  const isId = /^(mrk-[0-9a-f]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})$/.test(key);
  return isId ? `arn:${partition}:kms:${region}:${account}:key/${key}` : key;
}
