// The operations on pull-through cache rules.
// It must not pull from an upstream, nor create repositories.
import { checked } from '../check.js';
import { type EcrContext, EcrError, paginate, validation } from '../operation.js';
import { prefixKey } from './names.js';
import { ownRegistry } from './own-registry.js';
import { customRoleArn, modelPattern, pages, paging, prefixPattern, registryId } from './shapes.js';
import { Documents, defined, epochSeconds } from './state.js';
import { checkCredentials, type UpstreamRegistry, upstreamOf, upstreamRegistries } from './upstreams.js';

/** User guide, "Service quotas". */
const maxRules = 50;

const prefix = { kind: 'string', min: 2, max: 30, ...prefixPattern } as const;

const credentialArn = {
  kind: 'string',
  min: 50,
  max: 612,
  ...modelPattern(
    '^arn:aws(-\\w+)*:secretsmanager:[a-zA-Z0-9-:]+:secret:ecr\\-pullthroughcache\\/[a-zA-Z0-9\\/_+=.@-]+$',
  ),
} as const;

type Rule = {
  readonly ecrRepositoryPrefix: string;
  readonly upstreamRegistryUrl: string;
  readonly upstreamRegistry: UpstreamRegistry;
  readonly upstreamRepositoryPrefix?: string;
  readonly credentialArn?: string;
  readonly customRoleArn?: string;
  readonly createdAt: number;
  readonly updatedAt: number;
};

const texts = {
  exists: (name: string, account: string) =>
    `The pull through cache rule with prefix '${name}' already exists in the registry with id '${account}'`, // (?)
  missing: (name: string, account: string) =>
    `The pull through cache rule with prefix '${name}' does not exist in the registry with id '${account}'`, // (?)
  tooMany: `The limit of ${maxRules} pull through cache rules per registry has been exceeded`, // (?)
  rootPrefix: 'The upstream repository prefix must be ROOT when the ECR repository prefix is ROOT', // (?)
  // ECR's text for what a Region lacks, by moto; that it is given here is a guess (?).
  disabled: 'This feature is disabled',
};

/** What each operation tells of a rule (API model): only Describe tells all. */
const told = {
  create: ['createdAt', 'upstreamRegistryUrl', 'upstreamRegistry'],
  describe: ['createdAt', 'updatedAt', 'upstreamRegistryUrl', 'upstreamRegistry'],
  update: ['updatedAt'],
  delete: ['createdAt', 'upstreamRegistryUrl'],
  validate: ['upstreamRegistryUrl'],
} as const satisfies Record<string, readonly (keyof Rule)[]>;

const oneRule = {
  kind: 'structure',
  members: { registryId, ecrRepositoryPrefix: prefix },
  required: ['ecrRepositoryPrefix'],
} as const;

const rules = new Documents<Rule>('pull-through-cache-rule');

export const createPullThroughCacheRule = checked(
  {
    kind: 'structure',
    members: {
      ...oneRule.members,
      upstreamRegistryUrl: { kind: 'string' },
      upstreamRegistry: { kind: 'string', oneOf: upstreamRegistries },
      upstreamRepositoryPrefix: prefix,
      credentialArn,
      customRoleArn,
    },
    required: ['ecrRepositoryPrefix', 'upstreamRegistryUrl'],
  },
  (input, context) => {
    ownRegistry(input, context, 'CreatePullThroughCacheRule');
    // Not in China or GovCloud (user guide).
    if (context.partition !== 'aws') throw validation(texts.disabled);
    const upstream = upstreamOf(input.upstreamRegistryUrl, input.upstreamRegistry, context);
    checkCredentials(upstream, input, context);
    // "When this field isn't specified, Amazon ECR will use the ROOT" (API model). It is not told back (?): Terraform's AWS
    // provider has it as a plain optional attribute that forces replacement, so a ROOT that nobody wrote would be a change
    // for ever.
    const { upstreamRepositoryPrefix } = input;
    if (input.ecrRepositoryPrefix === 'ROOT' && (upstreamRepositoryPrefix ?? 'ROOT') !== 'ROOT') {
      throw validation(texts.rootPrefix);
    }
    return context.store.transaction(() => {
      const key = prefixKey(input.ecrRepositoryPrefix);
      if (rules.load(context, key) !== undefined) {
        throw new EcrError(
          'PullThroughCacheRuleAlreadyExistsException',
          texts.exists(input.ecrRepositoryPrefix, context.account),
        );
      }
      if (rules.all(context).length >= maxRules) throw new EcrError('LimitExceededException', texts.tooMany);
      const now = epochSeconds(context);
      const rule: Rule = defined({
        ecrRepositoryPrefix: input.ecrRepositoryPrefix,
        upstreamRegistryUrl: upstream.url,
        upstreamRegistry: upstream.registry,
        upstreamRepositoryPrefix,
        credentialArn: input.credentialArn,
        customRoleArn: input.customRoleArn,
        createdAt: now,
        updatedAt: now,
      });
      rules.save(context, rule, key);
      return tell(rule, context, told.create);
    });
  },
);

export const describePullThroughCacheRules = checked(
  {
    kind: 'structure',
    members: { registryId, ecrRepositoryPrefixes: { kind: 'list', of: prefix, min: 1, max: 100 }, ...paging },
  },
  (input, context) => {
    ownRegistry(input, context, 'DescribePullThroughCacheRules');
    const found = input.ecrRepositoryPrefixes?.map((name) => existing(name, context)) ?? rules.all(context);
    const { items, ...rest } = paginate(found, input, pages);
    return { pullThroughCacheRules: items.map((rule) => tell(rule, context, told.describe)), ...rest };
  },
);

export const updatePullThroughCacheRule = checked(
  { ...oneRule, members: { ...oneRule.members, credentialArn, customRoleArn } },
  (input, context) => {
    ownRegistry(input, context, 'UpdatePullThroughCacheRule');
    return context.store.transaction(() => {
      const before = existing(input.ecrRepositoryPrefix, context);
      const credentials = defined({ credentialArn: input.credentialArn, customRoleArn: input.customRoleArn });
      const rule: Rule = { ...before, ...credentials, updatedAt: epochSeconds(context) };
      checkCredentials({ url: rule.upstreamRegistryUrl, registry: rule.upstreamRegistry }, rule, context);
      rules.save(context, rule, prefixKey(input.ecrRepositoryPrefix));
      return tell(rule, context, told.update);
    });
  },
);

export const deletePullThroughCacheRule = checked(oneRule, (input, context) => {
  ownRegistry(input, context, 'DeletePullThroughCacheRule');
  return context.store.transaction(() => {
    const rule = existing(input.ecrRepositoryPrefix, context);
    rules.remove(context, prefixKey(input.ecrRepositoryPrefix));
    return tell(rule, context, told.delete);
  });
});

/** Upstreams and secrets are not reached from here: a rule that could be made is valid. */
export const validatePullThroughCacheRule = checked(oneRule, (input, context) => {
  ownRegistry(input, context, 'ValidatePullThroughCacheRule');
  return { ...tell(existing(input.ecrRepositoryPrefix, context), context, told.validate), isValid: true };
});

function existing(name: string, context: EcrContext): Rule {
  const rule = rules.load(context, prefixKey(name));
  if (rule !== undefined) return rule;
  throw new EcrError('PullThroughCacheRuleNotFoundException', texts.missing(name, context.account));
}

function tell(rule: Rule, context: EcrContext, members: readonly (keyof Rule)[]): Record<string, unknown> {
  return {
    ecrRepositoryPrefix: rule.ecrRepositoryPrefix,
    registryId: context.account,
    ...Object.fromEntries(members.map((member) => [member, rule[member]])),
    ...defined({
      credentialArn: rule.credentialArn,
      customRoleArn: rule.customRoleArn,
      upstreamRepositoryPrefix: rule.upstreamRepositoryPrefix,
    }),
  };
}
