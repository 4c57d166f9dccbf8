// The operations on repository creation templates.
// It must not create repositories.
import { checked } from '../check.js';
import { type EcrContext, EcrError, paginate } from '../operation.js';
import { checkExclusions } from '../repositories.js';
import { longestPrefix, prefixKey } from './names.js';
import { pages, paging, prefixPattern } from './shapes.js';
import { Documents, defined, epochSeconds } from './state.js';
import { checkedSettings, type Settings, settingMembers } from './template-settings.js';

const prefix = { kind: 'string', min: 1, max: 256, ...prefixPattern } as const;

type Always = 'encryptionConfiguration' | 'resourceTags' | 'imageTagMutability' | 'appliedFor';

/** As it is kept and as it is answered. Timestamps are epoch seconds. */
export type Template = { readonly prefix: string; readonly createdAt: number; readonly updatedAt: number } & {
  [Name in Always]-?: NonNullable<Settings[Name]>;
} & Omit<Settings, Always>;

// Both texts are guesses (?), after those for repositories.
function alreadyExists(name: string, account: string): EcrError {
  return new EcrError(
    'TemplateAlreadyExistsException',
    `The repository creation template with prefix '${name}' already exists in the registry with id '${account}'`,
  );
}

function notFound(name: string, account: string): EcrError {
  return new EcrError(
    'TemplateNotFoundException',
    `The repository creation template with prefix '${name}' does not exist in the registry with id '${account}'`,
  );
}

const templates = new Documents<Template>('repository-creation-template');

/**
 * The template for a repository that is to be made. The longest prefix wins, ROOT has what is left (user guide); that templates for
 * other occasions do not count is our reading (?).
 */
export function templateFor(
  context: EcrContext,
  name: string,
  occasion: Template['appliedFor'][number],
): Template | undefined {
  const applied = templates.all(context).filter(({ appliedFor }) => appliedFor.includes(occasion));
  return longestPrefix(applied, (template) => template.prefix, name);
}

/**
 * A template with tags or a KMS key needs a role to take effect, but is created without one too: it is the repositories that
 * then fail to be created (aws/containers-roadmap#2398).
 */
export const createRepositoryCreationTemplate = checked(
  { kind: 'structure', members: { prefix, ...settingMembers }, required: ['prefix', 'appliedFor'] },
  (input, context) => {
    const { prefix: name, appliedFor, ...rest } = input;
    const settings = checkedSettings(rest, context);
    const imageTagMutability = settings.imageTagMutability ?? 'MUTABLE';
    checkExclusions(imageTagMutability, settings.imageTagMutabilityExclusionFilters);
    return context.store.transaction(() => {
      const key = prefixKey(name);
      if (templates.load(context, key) !== undefined) throw alreadyExists(name, context.account);
      const now = epochSeconds(context);
      const template = withoutEmptied({
        prefix: name,
        ...settings,
        encryptionConfiguration: settings.encryptionConfiguration ?? { encryptionType: 'AES256' },
        resourceTags: settings.resourceTags ?? [],
        imageTagMutability,
        appliedFor,
        createdAt: now,
        updatedAt: now,
      });
      templates.save(context, template, key);
      return answer(context, template);
    });
  },
);

/** A prefix without a template is passed over: the operation knows no TemplateNotFoundException (API model). */
export const describeRepositoryCreationTemplates = checked(
  { kind: 'structure', members: { prefixes: { kind: 'list', of: prefix }, ...paging } },
  (input, context) => {
    const names = input.prefixes ?? [];
    const found =
      names.length === 0
        ? templates.all(context)
        : names.flatMap((name) => templates.load(context, prefixKey(name)) ?? []);
    const { items, ...rest } = paginate(found, input, pages);
    return { registryId: context.account, repositoryCreationTemplates: items, ...rest };
  },
);

/** What the input does not have stays as it is; an empty text takes the setting away. */
export const updateRepositoryCreationTemplate = checked(
  { kind: 'structure', members: { prefix, ...settingMembers }, required: ['prefix'] },
  (input, context) => {
    const { prefix: name, ...rest } = input;
    const settings = checkedSettings(rest, context);
    return context.store.transaction(() => {
      const { imageTagMutabilityExclusionFilters: oldFilters, ...before } = existing(name, context);
      // A new mutability brings its own filters: those of the old one are no part of it.
      const filters =
        settings.imageTagMutabilityExclusionFilters ??
        (settings.imageTagMutability === undefined ? oldFilters : undefined);
      checkExclusions(settings.imageTagMutability ?? before.imageTagMutability, filters);
      const template = withoutEmptied({
        ...before,
        ...settings,
        ...defined({ imageTagMutabilityExclusionFilters: filters }),
        updatedAt: epochSeconds(context),
      });
      templates.save(context, template, prefixKey(name));
      return answer(context, template);
    });
  },
);

export const deleteRepositoryCreationTemplate = checked(
  { kind: 'structure', members: { prefix }, required: ['prefix'] },
  (input, context) =>
    context.store.transaction(() => {
      const template = existing(input.prefix, context);
      templates.remove(context, prefixKey(input.prefix));
      return answer(context, template);
    }),
);

function existing(name: string, context: EcrContext): Template {
  const template = templates.load(context, prefixKey(name));
  if (template === undefined) throw notFound(name, context.account);
  return template;
}

function answer(context: EcrContext, template: Template): Record<string, unknown> {
  return { registryId: context.account, repositoryCreationTemplate: template };
}

function withoutEmptied(template: Template): Template {
  const { description, repositoryPolicy, lifecyclePolicy, customRoleArn, ...rest } = template;
  return {
    ...rest,
    ...defined({
      description: description || undefined,
      repositoryPolicy: repositoryPolicy || undefined,
      lifecyclePolicy: lifecyclePolicy || undefined,
      customRoleArn: customRoleArn || undefined,
    }),
  };
}
