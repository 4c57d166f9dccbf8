// Compares what is wanted with what is there, aspect by aspect and by meaning. Pure.
// It must not know images, consent, or how a change is made.
import {
  canonicalStatement,
  diffStatements,
  documentOf,
  exposuresOf,
  foreignStatements,
  isSlipwayRuntimeSid,
  isSlipwaySid,
  mergeStatements,
  ownStatements,
  type PolicyDocument,
  parsePolicy,
  policySizeProblem,
  type Statement,
} from '../access/index.js';
import { type Diagnostic, isSlipwayError, SlipwayError } from '../diagnostics/index.js';
import { canonicalLifecycleText, diffLifecycle, lifecycleText, parseLifecycle } from '../lifecycle/index.js';
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
import type { Aspect, Change, Kept, PlanPurpose, RegistryPlan, RepositoryPlan, Unknown } from './model.js';
import { replacementSteps } from './replacement.js';
import { selects } from './scope.js';

export interface DiffOptions {
  readonly purpose: Exclude<PlanPurpose, 'drift'>;
  /** Delete what is ours and no longer declared. */
  readonly prune: boolean;
  readonly only: readonly string[];
}

interface Found {
  readonly changes: Change[];
  readonly kept: Kept[];
  readonly unknown: Unknown[];
}

/** What would become of every repository in the scope. Throws when a policy would grow beyond ECR's limit. */
export function diff(desired: DesiredRegistry, observed: ObservedRegistry, options: DiffOptions): RegistryPlan {
  const problems: Diagnostic[] = [];
  const declared = desired.repositories
    .filter((repository) => selects(options.only, repository))
    .flatMap((repository) => planDeclared(repository, desired, observed, options, problems));
  if (problems.length > 0) throw new SlipwayError(problems);
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

function planDeclared(
  wanted: DesiredRepository,
  desired: DesiredRegistry,
  observed: ObservedRegistry,
  options: DiffOptions,
  problems: Diagnostic[],
): RepositoryPlan[] {
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
        changes: creation(wanted, desired),
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
  compareSettings(wanted, live, found);
  compareTags(wanted, tags.value, found);
  compareLifecycle(wanted, live, found);
  const foreign = comparePolicy(wanted, live, desired, found, problems);
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

function creation(wanted: DesiredRepository, desired: DesiredRegistry): Change[] {
  const changes: Change[] = [
    { aspect: 'tagMutability', before: null, after: canonicalMutability(wanted.tagMutability) },
    { aspect: 'scanOnPush', before: null, after: wanted.scanOnPush },
    { aspect: 'encryption', before: null, after: canonicalEncryption(wanted.encryption) },
    tagChange(Object.keys(wanted.tags), {}, wanted.tags),
  ];
  if (wanted.lifecyclePolicy !== undefined && wanted.lifecyclePolicy !== null) {
    const after = lifecycleText(wanted.lifecyclePolicy);
    changes.push({
      aspect: 'lifecyclePolicy',
      before: null,
      after,
      rules: diffLifecycle(null, wanted.lifecyclePolicy),
    });
  }
  const after = canonicalOwn(wanted.statements, desired);
  if (after.length > 0) {
    changes.push({ aspect: 'repositoryPolicy', before: [], after, statements: diffStatements([], after, desired) });
  }
  return changes;
}

function compareSettings(wanted: DesiredRepository, live: ObservedRepository, { changes, unknown }: Found): void {
  if (!sameMutability(live.tagMutability, wanted.tagMutability)) {
    const before = canonicalMutability(live.tagMutability);
    changes.push({ aspect: 'tagMutability', before, after: canonicalMutability(wanted.tagMutability) });
  }
  if (live.scanOnPush !== wanted.scanOnPush) {
    changes.push({ aspect: 'scanOnPush', before: live.scanOnPush, after: wanted.scanOnPush });
  }
  const encryption = compareEncryption(wanted.encryption, live.encryption);
  if (encryption === 'different') {
    const before = canonicalEncryption(live.encryption);
    changes.push({ aspect: 'encryption', before, after: canonicalEncryption(wanted.encryption) });
  } else if (encryption === 'unknown') {
    const reason = `whether ${wanted.encryption.kmsKey} is ${live.encryption.kmsKey} cannot be told from ECR`;
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

function compareLifecycle(wanted: DesiredRepository, live: ObservedRepository, { changes, unknown }: Found): void {
  if (wanted.lifecyclePolicy === undefined) return;
  unknown.push(...unknownOf('lifecyclePolicy', live.lifecyclePolicy));
  if (live.lifecyclePolicy.state === 'unknown' || live.lifecyclePolicy.state === 'unread') return;
  const text = live.lifecyclePolicy.state === 'present' ? live.lifecyclePolicy.value : null;
  const before = text === null ? null : canonicalLifecycleText(text);
  const after = wanted.lifecyclePolicy === null ? null : lifecycleText(wanted.lifecyclePolicy);
  if (before === after) return;
  const rules = diffLifecycle(text === null ? null : parseLifecycle(text), wanted.lifecyclePolicy);
  changes.push({ aspect: 'lifecyclePolicy', before, after, rules });
}

function comparePolicy(
  wanted: DesiredRepository,
  live: ObservedRepository,
  desired: DesiredRegistry,
  { changes, kept, unknown }: Found,
  problems: Diagnostic[],
): Pick<RepositoryPlan, 'foreignStatements'> {
  const reading = live.repositoryPolicy;
  unknown.push(...unknownOf('repositoryPolicy', reading));
  if (reading.state === 'unknown' || reading.state === 'unread') return {};
  let document: PolicyDocument | undefined;
  try {
    document = reading.state === 'present' ? parsePolicy(reading.value) : undefined;
  } catch (error) {
    if (!isSlipwayError(error)) throw error;
    // What cannot be read is not replaced.
    const reason = error.diagnostics[0]?.message ?? error.message;
    unknown.push({ aspect: 'repositoryPolicy', operation: 'ecr:GetRepositoryPolicy', reason });
    return {};
  }
  const foreign = foreignStatements(document, desired.owner);
  for (const statement of foreign) kept.push(keptStatement(statement, document?.Statement ?? [], desired));
  const before = canonicalOwn(ownStatements(document, desired.owner), desired);
  const after = canonicalOwn(wanted.statements, desired);
  const statements = diffStatements(before, after, desired);
  if (statements.length === 0) return {};
  const size = policySizeProblem(mergeStatements(document, after, desired.owner) ?? documentOf([]));
  if (size !== undefined) problems.push({ ...size, message: `${wanted.name}: ${size.message}` });
  changes.push({ aspect: 'repositoryPolicy', before, after, statements });
  return foreign.length > 0 ? { foreignStatements: foreign } : {};
}

/** `policy`: all that is live now, since a Deny beside the statement may keep out whom it lets in. */
function keptStatement(statement: Statement, policy: readonly Statement[], place: DesiredRegistry): Kept {
  const id = statement.Sid ?? '';
  const note = isSlipwayRuntimeSid(id)
    ? 'set by a running handler of Slipway'
    : isSlipwaySid(id)
      ? 'of another Slipway project or environment'
      : 'written by somebody else';
  const exposures = exposuresOf(statement, policy, place);
  return {
    what: 'statement',
    id: id === '' ? '(no Sid)' : id,
    note,
    statement,
    ...(exposures.length === 0 ? {} : { exposures }),
  };
}

/** Canonical and sorted by Sid, so that neither layout nor order makes a difference. */
function canonicalOwn(statements: readonly Statement[], place: DesiredRegistry): readonly Statement[] {
  return statements
    .map((statement) => canonicalStatement(statement, place))
    .sort((one, other) => byText(one.Sid ?? '', other.Sid ?? ''));
}

function unknownOf(aspect: Aspect, reading: Reading<unknown>): Unknown[] {
  return reading.state === 'unknown' ? [{ aspect, operation: reading.operation, reason: reading.reason }] : [];
}
