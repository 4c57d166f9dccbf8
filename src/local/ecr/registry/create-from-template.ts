// Makes the repositories that nobody asked for by name: for a push, a pull through the cache, or a replicated image.
// It must not know what is then put into them.
import { readPolicy } from '../../../lifecycle/validate.js';
import { encryptionOf, grantOf } from '../encryption.js';
import type { EcrContext } from '../operation.js';
import { type Repository, writeRepository } from '../repository.js';
import { mergeTags } from '../tags.js';
import { lifecycleText } from '../texts.js';
import { defined } from './state.js';
import { type Template, templateFor } from './templates.js';

export type Occasion = Template['appliedFor'][number];

/** AES256 and no key is what a repository has that is encrypted by no key of anybody's. */
function needsRole({ resourceTags, encryptionConfiguration }: Template): boolean {
  return resourceTags.length > 0 || encryptionConfiguration.encryptionType !== 'AES256';
}

function lifecyclePolicy({ lifecyclePolicy: text }: Template): string | undefined {
  if (text === undefined) return undefined;
  const verdict = readPolicy(text);
  return 'refusal' in verdict ? undefined : lifecycleText(verdict.policy.rules);
}

function settingsOf(template: Template, context: EcrContext, account: string): Omit<Repository, 'name' | 'account'> {
  return {
    createdAt: context.now(),
    imageTagMutability: template.imageTagMutability,
    scanOnPush: false,
    encryption: encryptionOf(defined(template.encryptionConfiguration), context, account),
    tags: mergeTags([], template.resourceTags),
    ...defined({
      exclusionFilters: template.imageTagMutabilityExclusionFilters,
      policyText: template.repositoryPolicy,
      lifecyclePolicyText: lifecyclePolicy(template),
    }),
  };
}

/** "MUTABLE, AES256, no policies" where no template says otherwise (user guide). */
function defaults(context: EcrContext): Omit<Repository, 'name' | 'account'> {
  return {
    createdAt: context.now(),
    imageTagMutability: 'MUTABLE',
    scanOnPush: false,
    encryption: { encryptionType: 'AES256' },
    tags: [],
  };
}

/**
 * The new repository of a registry in the context's Region, or nothing where none is to be: on a push without a template (user guide),
 * or by a template with tags or a KMS key that names no role (aws/containers-roadmap#2398). There must be none of the name.
 */
export function createFromTemplate(
  context: EcrContext,
  account: string,
  name: string,
  occasion: Occasion,
): Repository | undefined {
  const template = templateFor({ ...context, account }, name, occasion);
  if (template === undefined && occasion === 'CREATE_ON_PUSH') return undefined;
  if (template !== undefined && template.customRoleArn === undefined && needsRole(template)) return undefined;
  const settings = template === undefined ? defaults(context) : settingsOf(template, context, account);
  const repository: Repository = { name, account, ...settings, ...grantOf(context, { name, account, ...settings }) };
  writeRepository(context, repository);
  return repository;
}
