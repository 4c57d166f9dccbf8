// What exists already: import blocks for it, and what Terraform would do to it that `slipway apply` would not.
// It must not know how a value is printed.
import { ownStatements, parsePolicy } from '../../access/index.js';
import { type Diagnostic, diagnostic } from '../../diagnostics/index.js';
import { type Companion, isKnown } from '../../registry/companions/model.js';
import {
  compareEncryption,
  type DesiredRegistry,
  type DesiredRepository,
  type ObservedRepository,
  type Tags,
} from '../../registry/index.js';
import type { LiveRegistry, RenderedRegistry } from '../model.js';
import { ownershipKeys, statementsOfOthers, tagsOfOthers } from '../settings.js';
import { attributes, object, text } from './hcl.js';

/** Whether a stack of Slipway has made it. */
function isMade(companion: Companion, { companions }: DesiredRegistry, { stacks }: LiveRegistry): boolean {
  const stack = companions.find(({ resources }) => resources.includes(companion));
  return stack !== undefined && stacks.get(stack.name)?.[`${companion.id}Arn`] !== undefined;
}

function arnOf(companion: Companion, { stacks }: LiveRegistry): string {
  for (const outputs of stacks.values()) {
    const arn = outputs[`${companion.id}Arn`];
    if (arn !== undefined) return arn;
  }
  return '';
}

const howTo = `\
# Nothing is taken over: nobody looked at what exists. \`slipway render terraform --import\` does, and writes an import block here for each
# repository, policy, role and key that is there, so that the first plan has nothing to do.
`;

const nothing = '# Nothing of this existed when Slipway looked.\n';

/** The text of `imports.tf` of an environment. */
export function importsText({ desired, live }: RenderedRegistry): string {
  if (live === undefined) return howTo;
  const there = desired.repositories.flatMap((repository) => {
    const found = live.observed.repositories.get(repository.name);
    return found === undefined ? [] : [{ repository, found }];
  });
  const named = (all: readonly { readonly repository: DesiredRepository }[]) =>
    all.map(({ repository: { key, name } }): readonly [string, string] => [key, name]);
  const companions = desired.companions
    .flatMap(({ resources }) => resources)
    .filter((one) => isMade(one, desired, live));
  const roles = companions.flatMap((one) => (one.kind === 'ci-role' || one.kind === 'pull-role' ? [one] : []));
  const blocks = [
    imports('aws_ecr_repository', named(there)),
    imports(
      'aws_ecr_lifecycle_policy',
      named(there.filter(({ repository, found }) => repository.lifecyclePolicy && isThere(found.lifecyclePolicy))),
    ),
    imports(
      'aws_ecr_repository_policy',
      named(
        there.filter(({ repository, found }) => repository.statements.length > 0 && isThere(found.repositoryPolicy)),
      ),
    ),
    imports(
      'aws_iam_role',
      roles.map(({ key, name }) => [key, name]),
    ),
    imports(
      'aws_iam_role_policy',
      roles.map(({ key, name }) => [key, `${name}:slipway`]),
    ),
    imports(
      'aws_iam_role_policy_attachment',
      roles.flatMap(({ key, name, managedPolicies }) =>
        managedPolicies.map((arn): readonly [string, string] => [`${key} ${arn}`, `${name}/${arn}`]),
      ),
    ),
    ...companions.flatMap((one) =>
      one.kind !== 'encryption-key'
        ? []
        : [
            single('module.registry.aws_kms_key.this[0]', arnOf(one, live).replace(/^.*key\//, '')),
            single('module.registry.aws_kms_alias.this[0]', one.alias),
          ],
    ),
  ].filter((one) => one !== '');
  return blocks.length === 0 ? nothing : `${takenOver}\n${blocks.join('\n')}`;
}

const takenOver =
  '# What was there when Slipway looked: Terraform takes it over. Once that is applied, this file may go.\n';

function isThere({ state }: ObservedRepository['repositoryPolicy']): boolean {
  return state === 'present';
}

/** Of one type, by key and id: one block, so that a thousand repositories are a thousand lines. */
function imports(type: string, ids: readonly (readonly [key: string, id: string])[]): string {
  if (ids.length === 0) return '';
  return `\
import {
${attributes([{ key: 'for_each', value: object(Object.fromEntries(ids)) }], 1)}

  to = module.registry.${type}.this[each.key]
  id = each.value
}
`;
}

function single(to: string, id: string): string {
  return `import {\n  to = ${to}\n  id = ${text(id)}\n}\n`;
}

/** The text of `imports.tf` of an account. `names`: what each provider is called in the code, by its ARN. */
export function accountImportsText({ desired, live }: RenderedRegistry, names: ReadonlyMap<string, string>): string {
  if (live === undefined) return howTo;
  const made = desired.companions
    .flatMap(({ resources }) => resources)
    .flatMap((one) => (one.kind === 'oidc-provider' && !one.existing && isMade(one, desired, live) ? [one] : []));
  const blocks = made.map(({ arn }) => single(`aws_iam_openid_connect_provider.${names.get(arn) ?? ''}`, arn));
  return blocks.length === 0 ? nothing : `${takenOver}\n${blocks.join('\n')}`;
}

/** Keys of tags that Terraform has to leave alone: Slipway's, and those of others as far as nothing here has a tag of that key. */
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

/** What is there and would be otherwise than with `slipway apply`. */
export function remarksOnLive({ desired, live }: RenderedRegistry, ignored: readonly string[]): readonly Diagnostic[] {
  if (live === undefined) return [];
  const { owner } = desired;
  return desired.repositories.flatMap((repository): readonly Diagnostic[] => {
    const { key, name, lifecyclePolicy, statements } = repository;
    const found = live.observed.repositories.get(name);
    if (found === undefined) return [];
    const remark = (code: Diagnostic['code'], field: string, message: string) =>
      diagnostic(code, `${owner.environment}: ${message}`, { path: `spec.repositories.${key}.${field}` });
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
        ? [remark('render/replacement', 'encryptionType', `${name} is encrypted otherwise: Terraform would replace it`)]
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
