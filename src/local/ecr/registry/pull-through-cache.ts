// The operations on pull-through cache rules, and which rule a repository's name falls under.
// It must not pull from an upstream, nor create repositories.
import { checked, checkedAsync } from '../check.js';
import { type EcrContext, EcrError, paginate, validation } from '../operation.js';
import { longestPrefix, prefixKey } from './names.js';
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

export type PullThroughRule = {
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
} as const satisfies Record<string, readonly (keyof PullThroughRule)[]>;

const oneRule = {
  kind: 'structure',
  members: { registryId, ecrRepositoryPrefix: prefix },
  required: ['ecrRepositoryPrefix'],
} as const;

const rules = new Documents<PullThroughRule>('pull-through-cache-rule');

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
      const rule: PullThroughRule = defined({
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
      const rule: PullThroughRule = { ...before, ...credentials, updatedAt: epochSeconds(context) };
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

/** The rule that a repository of the context's registry falls under, and what the repository is called upstream. */
export function pullThroughOf(
  context: EcrContext,
  repositoryName: string,
): { readonly rule: PullThroughRule; readonly upstreamName: string } | undefined {
  const rule = longestPrefix(rules.all(context), (one) => one.ecrRepositoryPrefix, repositoryName);
  if (rule === undefined) return undefined;
  // The table of the user guide, "Customizing repository prefixes for ECR to ECR pull through cache".
  const prefix = prefixKey(rule.ecrRepositoryPrefix);
  const rest = prefix === 'ROOT' ? repositoryName : repositoryName.slice(prefix.length + 1);
  const upstream = prefixKey(rule.upstreamRepositoryPrefix ?? 'ROOT');
  return { rule, upstreamName: upstream === 'ROOT' ? rest : `${upstream}/${rest}` };
}

/** What asks upstreams. */
export interface RuleContext extends EcrContext {
  readonly upstreams: {
    /** Why the upstream cannot be pulled from; nothing where it can. */
    validate(rule: PullThroughRule): Promise<string | undefined>;
  };
}

export const validatePullThroughCacheRule = checkedAsync(oneRule, async (input, context: RuleContext) => {
  ownRegistry(input, context, 'ValidatePullThroughCacheRule');
  const rule = existing(input.ecrRepositoryPrefix, context);
  const failure = await context.upstreams.validate(rule);
  return {
    ...tell(rule, context, told.validate),
    isValid: failure === undefined,
    ...(failure !== undefined && { failure }),
  };
});

function existing(name: string, context: EcrContext): PullThroughRule {
  const rule = rules.load(context, prefixKey(name));
  if (rule !== undefined) return rule;
  throw new EcrError('PullThroughCacheRuleNotFoundException', texts.missing(name, context.account));
}

function tell(
  rule: PullThroughRule,
  context: EcrContext,
  members: readonly (keyof PullThroughRule)[],
): Record<string, unknown> {
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
