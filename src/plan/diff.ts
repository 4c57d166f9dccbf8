// Compares what is wanted with what is there, aspect by aspect and by meaning. Pure.
// It must not know images, consent, or how a change is made.
import { type Diagnostic, SlipwayError } from '../diagnostics/index.js';
import { isKnown, type Value } from '../registry/companions/model.js';
import {
  byText,
  canonicalEncryption,
  canonicalMutability,
  compareEncryption,
  type DesiredRegistry,
  type DesiredRepository,
  type ObservedRegistry,
  type ObservedRepository,
  type Ownership,
  ownershipOf,
  type Reading,
  repositoryArn,
  sameMutability,
  type Tags,
} from '../registry/index.js';
import { PolicyComparisons } from './compare-policies.js';
import type { Aspect, Change, Kept, PlanPurpose, RegistryPlan, RepositoryPlan, Unknown } from './model.js';
import { replacementSteps } from './replacement.js';
import { selects } from './scope.js';

export interface DiffOptions {
  readonly purpose: Exclude<PlanPurpose, 'drift'>;
  /** Delete what is ours and no longer declared. */
  readonly prune: boolean;
  readonly only: readonly string[];
  /** Why it is not known what the stack of the key has made; absent where it is. */
  readonly keyUnknown?: { readonly operation: string; readonly reason: string };
}

interface Found {
  readonly changes: Change[];
  readonly kept: Kept[];
  readonly unknown: Unknown[];
}

interface Context {
  readonly desired: DesiredRegistry;
  readonly observed: ObservedRegistry;
  readonly options: DiffOptions;
  readonly policies: PolicyComparisons;
  readonly problems: Diagnostic[];
}

/** What would become of every repository in the scope. Throws when a policy would grow beyond ECR's limit. */
export function diff(
  desired: DesiredRegistry,
  observed: ObservedRegistry,
  options: DiffOptions,
): Omit<RegistryPlan, 'stacks'> {
  const context: Context = { desired, observed, options, policies: new PolicyComparisons(desired), problems: [] };
  const declared = desired.repositories
    .filter((repository) => selects(options.only, repository))
    .flatMap((repository) => planDeclared(repository, context));
  if (context.problems.length > 0) throw new SlipwayError(context.problems);
  const names = new Set(desired.repositories.map(({ name }) => name));
  const orphans = [...observed.repositories.values()]
    .filter(({ name }) => !names.has(name) && selects(options.only, { name }))
    .map((live) => planOrphan(live, options));
  const { account, region, partition } = desired;
  const notes = observed.orphansKnown.known
    ? []
    : [`repositories that are no longer declared could not be looked for: ${observed.orphansKnown.reason}`];
  const repositories = [...declared, ...orphans].sort((one, other) => byText(one.name, other.name));
  return { account, region, partition, repositories, notes };
}

function planDeclared(wanted: DesiredRepository, context: Context): RepositoryPlan[] {
  const { desired, observed, options } = context;
  const { key, name } = wanted;
  const nothing = { changes: [], kept: [], unknown: [] };
  const unreadable = observed.unreadable.get(name);
  if (unreadable !== undefined) {
    const unknown: Unknown[] = [{ aspect: 'repository', ...unreadable }];
    const reason = 'whether it exists could not be read';
    return [{ name, key, arn: repositoryArn(desired, name), action: 'unchanged', reason, ...nothing, unknown }];
  }
  const live = observed.repositories.get(name);
  if (live === undefined) {
    // What is not there needs no destroying.
    if (options.purpose === 'destroy') return [];
    return [
      {
        name,
        key,
        arn: repositoryArn(desired, name),
        action: 'create',
        ...nothing,
        changes: creation(wanted, context.policies),
      },
    ];
  }
  const head = { name, key, arn: live.arn, uri: live.uri };
  const tags = live.tags;
  if (tags.state !== 'present') {
    // Without its tags nobody can tell whose it is, and what is not ours is not written to.
    const unknown = unknownOf('tags', tags);
    return [{ ...head, action: 'unchanged', reason: 'whose it is could not be read', ...nothing, unknown }];
  }
  const ownership = ownershipOf(tags.value, desired.owner);
  if (options.purpose === 'destroy') {
    return [
      ownership.state === 'ours'
        ? deletion(head, wanted.forceDelete)
        : { ...head, action: 'foreign', reason: whose(ownership), ...nothing },
    ];
  }
  const found: Found = { changes: [], kept: [], unknown: [] };
  compareSettings(wanted, live, options, found);
  compareTags(wanted, tags.value, found);
  compareLifecycle(wanted, live, context, found);
  const foreign = comparePolicy(wanted, live, context, found);
  return [{ ...head, ...verdict(ownership, found), ...found, ...replacement(wanted, live, found), ...foreign }];
}

function verdict(ownership: Ownership, { changes }: Found): Pick<RepositoryPlan, 'action' | 'reason'> {
  if (ownership.state !== 'ours') return { action: 'foreign', reason: whose(ownership) };
  if (changes.some(({ aspect }) => aspect === 'encryption')) {
    return { action: 'replace', reason: 'ECR cannot change the encryption of a repository' };
  }
  return { action: changes.length > 0 ? 'update' : 'unchanged' };
}

/** Whose a repository is that is not ours, in words. */
export function whose(ownership: Ownership): string {
  return ownership.state === 'other' ? `belongs to ${ownership.who}` : 'exists already, and no tag says whose it is';
}

function replacement(
  wanted: DesiredRepository,
  live: ObservedRepository,
  { changes }: Found,
): Pick<RepositoryPlan, 'steps'> {
  const needed = changes.some(({ aspect }) => aspect === 'encryption');
  return needed ? { steps: replacementSteps(wanted, live) } : {};
}

function planOrphan(live: ObservedRepository, options: DiffOptions): RepositoryPlan {
  const head = { name: live.name, arn: live.arn, uri: live.uri };
  const reason = 'no longer declared';
  if (live.tags.state !== 'present') {
    // Only a lagging index says that it is ours: not enough to delete it.
    return { ...head, action: 'orphan', reason, changes: [], kept: [], unknown: unknownOf('tags', live.tags) };
  }
  if (options.purpose === 'destroy' || options.prune) return { ...deletion(head, true), reason };
  return { ...head, action: 'orphan', reason, changes: [], kept: [], unknown: [] };
}

function deletion(head: Pick<RepositoryPlan, 'name' | 'key' | 'arn' | 'uri'>, force: boolean): RepositoryPlan {
  return { ...head, action: 'delete', changes: [], kept: [], unknown: [], deletion: { force, images: null } };
}

function creation(wanted: DesiredRepository, policies: PolicyComparisons): Change[] {
  const lifecycle = policies.lifecycle(wanted.lifecyclePolicy ?? null, null);
  const policy = policies.policy(wanted.statements, null);
  return [
    { aspect: 'tagMutability', before: null, after: canonicalMutability(wanted.tagMutability) },
    { aspect: 'scanOnPush', before: null, after: wanted.scanOnPush },
    { aspect: 'encryption', before: null, after: canonicalEncryption(wanted.encryption) },
    tagChange(Object.keys(wanted.tags), {}, wanted.tags),
    ...(lifecycle === undefined ? [] : [lifecycle]),
    ...('change' in policy ? [policy.change] : []),
  ];
}

function compareSettings(
  wanted: DesiredRepository,
  live: ObservedRepository,
  { keyUnknown }: DiffOptions,
  { changes, unknown }: Found,
): void {
  if (!sameMutability(live.tagMutability, wanted.tagMutability)) {
    const before = canonicalMutability(live.tagMutability);
    changes.push({ aspect: 'tagMutability', before, after: canonicalMutability(wanted.tagMutability) });
  }
  if (live.scanOnPush !== wanted.scanOnPush) {
    changes.push({ aspect: 'scanOnPush', before: live.scanOnPush, after: wanted.scanOnPush });
  }
  const { kmsKey } = wanted.encryption;
  if (keyUnknown !== undefined && kmsKey !== undefined && !isKnown(kmsKey)) {
    unknown.push({ aspect: 'encryption', ...keyUnknown });
    return;
  }
  const encryption = compareEncryption(wanted.encryption, live.encryption);
  if (encryption === 'different') {
    const before = canonicalEncryption(live.encryption);
    changes.push({ aspect: 'encryption', before, after: canonicalEncryption(wanted.encryption) });
  } else if (encryption === 'unknown') {
    const reason = `whether ${keyText(wanted.encryption.kmsKey)} is ${live.encryption.kmsKey} cannot be told from ECR`;
    unknown.push({ aspect: 'encryption', operation: 'kms:DescribeKey', reason });
  }
}

function compareTags(wanted: DesiredRepository, live: Tags, { changes, kept }: Found): void {
  const different = Object.keys(wanted.tags).filter((key) => valueIn(live, key) !== wanted.tags[key]);
  if (different.length > 0) changes.push(tagChange(different, live, wanted.tags));
  for (const key of Object.keys(live).sort(byText)) {
    if (!Object.hasOwn(wanted.tags, key)) kept.push({ what: 'tag', id: key, note: `"${live[key]}", not declared` });
  }
}

function tagChange(keys: readonly string[], before: Tags, after: Tags): Change {
  const side = (tags: Tags) =>
    Object.fromEntries(keys.toSorted(byText).map((key) => [key, valueIn(tags, key) ?? null]));
  return { aspect: 'tags', before: side(before), after: side(after) };
}

function valueIn(tags: Tags, key: string): string | undefined {
  return Object.hasOwn(tags, key) ? tags[key] : undefined;
}

function compareLifecycle(
  wanted: DesiredRepository,
  live: ObservedRepository,
  { policies }: Context,
  { changes, unknown }: Found,
): void {
  const reading = live.lifecyclePolicy;
  if (wanted.lifecyclePolicy === undefined) return;
  unknown.push(...unknownOf('lifecyclePolicy', reading));
  if (reading.state === 'unknown' || reading.state === 'unread') return;
  const change = policies.lifecycle(wanted.lifecyclePolicy, reading.state === 'present' ? reading.value : null);
  if (change !== undefined) changes.push(change);
}

function comparePolicy(
  wanted: DesiredRepository,
  live: ObservedRepository,
  { policies, problems }: Context,
  { changes, kept, unknown }: Found,
): Pick<RepositoryPlan, 'foreignStatements'> {
  const reading = live.repositoryPolicy;
  unknown.push(...unknownOf('repositoryPolicy', reading));
  if (reading.state === 'unknown' || reading.state === 'unread') return {};
  const found = policies.policy(wanted.statements, reading.state === 'present' ? reading.value : null);
  if ('unreadable' in found) {
    // What cannot be read is not replaced.
    unknown.push({ aspect: 'repositoryPolicy', operation: 'ecr:GetRepositoryPolicy', reason: found.unreadable });
    return {};
  }
  kept.push(...found.kept);
  if (found.change === undefined) return {};
  changes.push(found.change);
  if (found.size !== undefined) problems.push({ ...found.size, message: `${wanted.name}: ${found.size.message}` });
  return found.foreign.length > 0 ? { foreignStatements: found.foreign } : {};
}

function unknownOf(aspect: Aspect, reading: Reading<unknown>): Unknown[] {
  return reading.state === 'unknown' ? [{ aspect, operation: reading.operation, reason: reading.reason }] : [];
}

function keyText(key: Value | undefined): string {
  return key === undefined || isKnown(key) ? (key ?? '') : "Slipway's own key";
}
