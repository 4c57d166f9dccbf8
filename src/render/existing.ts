// What exists already, for an engine of Terraform's AWS provider to take over: ids by which it is imported, and what the engine would do to it
// that `slipway apply` would not. It must not know any target, nor how an import is said.
import { ownStatements, parsePolicy } from '../access/index.js';
import { type Diagnostic, diagnostic } from '../diagnostics/index.js';
import { type Companion, isKnown } from '../registry/companions/model.js';
import { issuerName } from '../registry/companions/oidc-provider.js';
import {
  compareEncryption,
  type DesiredRegistry,
  type DesiredRepository,
  type ObservedRepository,
  type Tags,
} from '../registry/index.js';
import type { LiveRegistry, RenderedRegistry } from './model.js';
import { subjectOf } from './placed.js';
import {
  attachmentKey,
  type ProviderType,
  type ResourceId,
  registryKey,
  rolePolicyName,
} from './provider-resources.js';
import { ownershipKeys, statementsOfOthers, tagsOfOthers } from './settings.js';

/** A resource that is there: `id` is what the provider imports it by. */
export interface ExistingResource extends ResourceId {
  readonly id: string;
}

/** Of what the code of the registry makes, what is there: by type, then in the order of the registry. Identity providers last. */
export function existingResources({ desired, live }: RenderedRegistry): readonly ExistingResource[] {
  if (live === undefined) return [];
  const there = desired.repositories.flatMap((repository) => {
    const found = live.observed.repositories.get(repository.name);
    return found === undefined ? [] : [{ repository, found }];
  });
  const ofRepositories = (type: ProviderType, which: readonly (typeof there)[number][]): readonly ExistingResource[] =>
    which.map(({ repository: { key, name } }) => ({ type, key, id: name }));
  const companions = desired.companions
    .flatMap(({ resources }) => resources)
    .flatMap((one) => {
      const arn = arnOf(one, desired, live);
      return arn === undefined ? [] : [{ one, arn }];
    });
  const roles = companions.flatMap(({ one }) => (one.kind === 'ci-role' || one.kind === 'pull-role' ? [one] : []));
  return [
    ...ofRepositories('aws_ecr_repository', there),
    ...ofRepositories(
      'aws_ecr_lifecycle_policy',
      there.filter(({ repository, found }) => repository.lifecyclePolicy && isThere(found.lifecyclePolicy)),
    ),
    ...ofRepositories(
      'aws_ecr_repository_policy',
      there.filter(({ repository, found }) => repository.statements.length > 0 && isThere(found.repositoryPolicy)),
    ),
    ...roles.map(({ key, name }) => ({ type: 'aws_iam_role', key, id: name }) as const),
    ...roles.map(({ key, name }) => ({ type: 'aws_iam_role_policy', key, id: `${name}:${rolePolicyName}` }) as const),
    ...roles.flatMap(({ key, name, managedPolicies }) =>
      managedPolicies.map(
        (arn): ExistingResource => ({
          type: 'aws_iam_role_policy_attachment',
          key: attachmentKey(key, arn),
          id: `${name}/${arn}`,
        }),
      ),
    ),
    ...companions.flatMap(({ one, arn }): readonly ExistingResource[] =>
      one.kind !== 'encryption-key'
        ? []
        : [
            { type: 'aws_kms_key', key: registryKey, id: arn.replace(/^.*key\//, '') },
            { type: 'aws_kms_alias', key: registryKey, id: one.alias },
          ],
    ),
    ...companions.flatMap(({ one, arn }): readonly ExistingResource[] =>
      one.kind !== 'oidc-provider' || one.existing
        ? []
        : [{ type: 'aws_iam_openid_connect_provider', key: issuerName(one.host), id: arn }],
    ),
  ];
}

/** As the stack of Slipway tells it that has made the companion; absent where none has. */
function arnOf(companion: Companion, { companions }: DesiredRegistry, { stacks }: LiveRegistry): string | undefined {
  const stack = companions.find(({ resources }) => resources.includes(companion));
  return stack === undefined ? undefined : stacks.get(stack.name)?.[`${companion.id}Arn`];
}

function isThere({ state }: ObservedRepository['repositoryPolicy']): boolean {
  return state === 'present';
}

/** Keys of tags that an engine has to leave alone (`ignore_tags`): Slipway's, and those of others as far as nothing in the code has a tag of that key. */
export function ignoredTags({ desired, live }: RenderedRegistry, shared: Tags): readonly string[] {
  const ours = new Set([
    ...Object.keys(shared),
    ...desired.repositories.flatMap(({ tags }) => Object.keys(tags)),
    ...desired.companions.flatMap(({ resources }) => resources.flatMap(({ tags }) => Object.keys(tags))),
  ]);
  const others = desired.repositories.flatMap((repository) => {
    const found = live?.observed.repositories.get(repository.name);
    return found === undefined ? [] : tagsOfOthers(repository, found).filter((key) => !ours.has(key));
  });
  return [...new Set([...ownershipKeys, ...others])].sort();
}

/** The key that a repository has, where the manifest's name of it cannot be compared with ECR's. */
export function keyInUse(repository: DesiredRepository, live: LiveRegistry | undefined): string | undefined {
  const found = live?.observed.repositories.get(repository.name);
  if (found === undefined || compareEncryption(repository.encryption, found.encryption) !== 'unknown') return undefined;
  return found.encryption.kmsKey;
}

/** What is there and would be otherwise than with `slipway apply`. `ignored`: keys of tags that the engine leaves alone; `onOtherKey`: what it does to a repository
 * that is encrypted otherwise. */
export function remarksOnExisting(
  { desired, live }: RenderedRegistry,
  {
    engine,
    onOtherKey = 'would replace it',
    ignored,
  }: { readonly engine: string; readonly onOtherKey?: string; readonly ignored: readonly string[] },
): readonly Diagnostic[] {
  if (live === undefined) return [];
  const { owner } = desired;
  return desired.repositories.flatMap((repository): readonly Diagnostic[] => {
    const { key, name, lifecyclePolicy, statements } = repository;
    const found = live.observed.repositories.get(name);
    if (found === undefined) return [];
    const remark = (code: Diagnostic['code'], field: string, message: string) =>
      diagnostic(code, `${subjectOf(desired)}: ${message}`, { path: `spec.repositories.${key}.${field}` });
    const others = statementsOfOthers(owner, found).map(({ Sid = 'one without a Sid' }) => Sid);
    const tags = tagsOfOthers(repository, found).filter((one) => !ignored.includes(one));
    const unread = [found.tags, found.repositoryPolicy, found.lifecyclePolicy].flatMap((one) =>
      one.state === 'unknown' ? [`${one.operation}: ${one.reason}`] : [],
    );
    return [
      ...(statements.length > 0 && others.length > 0
        ? [
            remark(
              'render/whole-policy',
              'access',
              `the policy of ${name} has statements of others: ${others.join(', ')}`,
            ),
          ]
        : []),
      ...(statements.length === 0 && hasOwn(found, owner)
        ? [
            remark(
              'render/left-behind',
              'access',
              `the policy of ${name} stays, and nobody is granted anything any more`,
            ),
          ]
        : []),
      ...(lifecyclePolicy === null && found.lifecyclePolicy.state === 'present'
        ? [
            remark(
              'render/left-behind',
              'lifecyclePolicy',
              `the lifecycle policy of ${name} stays, and there shall be none`,
            ),
          ]
        : []),
      ...(tags.length > 0
        ? [remark('render/tags-of-others', 'tags', `${name} has tags that nobody declared there: ${tags.join(', ')}`)]
        : []),
      ...(isReplaced(repository, found, desired, live)
        ? [remark('render/replacement', 'encryptionType', `${name} is encrypted otherwise: ${engine} ${onOtherKey}`)]
        : []),
      ...unread.map((why) => remark('render/unread', 'repositoryName', `not all of ${name} could be read (${why})`)),
    ];
  });
}

/** Whether the live policy has statements of ours. */
function hasOwn({ repositoryPolicy }: ObservedRepository, owner: DesiredRegistry['owner']): boolean {
  return repositoryPolicy.state === 'present' && ownStatements(parsePolicy(repositoryPolicy.value), owner).length > 0;
}

function isReplaced(
  { encryption }: DesiredRepository,
  found: ObservedRepository,
  { companions }: DesiredRegistry,
  { stacks }: LiveRegistry,
): boolean {
  const { kmsKey } = encryption;
  if (kmsKey === undefined || isKnown(kmsKey)) return compareEncryption(encryption, found.encryption) === 'different';
  const stack = companions.find(({ kind }) => kind === kmsKey.stack);
  const known = stack === undefined ? undefined : stacks.get(stack.name)?.[kmsKey.output];
  const resolved = known === undefined ? encryption : { type: encryption.type, kmsKey: known };
  return compareEncryption(resolved, found.encryption) === 'different';
}
