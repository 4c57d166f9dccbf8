// The repository settings that a repository creation template carries: their shape, and what they must satisfy beyond it.
// It must not know the templates' storage, nor create repositories.
import { validatePolicyText } from '../../../access/document.js';
import { readPolicy } from '../../../lifecycle/validate.js';
import type { ValueOf } from '../check.js';
import { type EcrContext, invalidMember, invalidParameter } from '../operation.js';
import { expandPrincipals, jacksonPretty } from '../texts.js';
import { customRoleArn, modelPattern } from './shapes.js';
import { defined } from './state.js';

const encryptionConfiguration = {
  kind: 'structure',
  members: {
    encryptionType: { kind: 'string', oneOf: ['AES256', 'KMS', 'KMS_DSSE'] },
    kmsKey: {
      kind: 'string',
      max: 2048,
      ...modelPattern('^$|arn:aws[a-z0-9-]*:kms:[a-z0-9-]+:[0-9]{12}:key\\/[a-z0-9-]+'),
    },
  },
  required: ['encryptionType'],
} as const;

const exclusionFilter = {
  kind: 'structure',
  members: {
    filterType: { kind: 'string', oneOf: ['WILDCARD'] },
    filter: { kind: 'string', min: 1, max: 128, ...modelPattern('^[0-9a-zA-Z._*-]{1,128}$') },
  },
  required: ['filterType', 'filter'],
} as const;

// The model does not limit tags; the sizes are those of the operation's description, the number that of repositories.
const resourceTags = {
  kind: 'list',
  max: 50,
  of: {
    kind: 'structure',
    members: { Key: { kind: 'string', min: 1, max: 128 }, Value: { kind: 'string', max: 256 } },
    required: ['Key', 'Value'],
  },
} as const;

/** As the API model has them. */
export const settingMembers = {
  description: { kind: 'string', max: 256 },
  encryptionConfiguration,
  resourceTags,
  imageTagMutability: {
    kind: 'string',
    oneOf: ['IMMUTABLE', 'MUTABLE', 'MUTABLE_WITH_EXCLUSION', 'IMMUTABLE_WITH_EXCLUSION'],
  },
  imageTagMutabilityExclusionFilters: { kind: 'list', of: exclusionFilter, min: 1, max: 5 },
  repositoryPolicy: { kind: 'string', min: 0, max: 10_240 },
  lifecyclePolicy: { kind: 'string', min: 0, max: 30_720 },
  appliedFor: {
    kind: 'list',
    min: 1, // (?) the model has no limits here
    // In the order of ECR's message (badmintoncryer/cdk-preflight).
    of: { kind: 'string', oneOf: ['REPLICATION', 'PULL_THROUGH_CACHE', 'CREATE_ON_PUSH'] },
  },
  customRoleArn,
} as const;

export type Settings = ValueOf<{ kind: 'structure'; members: typeof settingMembers }>;

/**
 * The settings as a template keeps them: the repository policy in Jackson's form, as SetRepositoryPolicy keeps it, and the
 * lifecycle policy as sent (API reference, samples of CreateRepositoryCreationTemplate). Empty texts stay.
 */
export function checkedSettings(settings: Settings, context: EcrContext): Settings {
  return {
    ...settings,
    ...defined({
      encryptionConfiguration: encryption(settings.encryptionConfiguration),
      resourceTags: tags(settings.resourceTags),
      repositoryPolicy: repositoryPolicy(settings.repositoryPolicy, context),
      lifecyclePolicy: lifecyclePolicy(settings.lifecyclePolicy),
    }),
  };
}

function encryption(asked: Settings['encryptionConfiguration']): Settings['encryptionConfiguration'] {
  if (asked === undefined) return undefined;
  // An empty key is none: the pattern has it for clients that cannot leave it out.
  const kmsKey = asked.kmsKey || undefined;
  if (asked.encryptionType === 'AES256' && kmsKey !== undefined) {
    throw invalidParameter('Invalid encryption configuration: Encryption key should not be set for AES256 encryption.');
  }
  return defined({ encryptionType: asked.encryptionType, kmsKey });
}

function tags(asked: Settings['resourceTags']): Settings['resourceTags'] {
  const keys = (asked ?? []).map((tag) => tag.Key);
  if (new Set(keys).size < keys.length) throw invalidMember('resourceTags', 'Duplicate tag keys found'); // (?)
  const reserved = keys.find((key) => key.toLowerCase().startsWith('aws:'));
  if (reserved !== undefined) throw invalidMember('resourceTags', `Tag key '${reserved}' is reserved`); // (?)
  return asked;
}

function repositoryPolicy(sent: string | undefined, context: EcrContext): string | undefined {
  if (sent === undefined || sent === '') return sent;
  if (!validatePolicyText(sent).valid) throw invalidMember('PolicyText', 'Invalid repository policy provided');
  const document: unknown = JSON.parse(sent);
  return jacksonPretty(expandPrincipals(document, context.partition));
}

function lifecyclePolicy(sent: string | undefined): string | undefined {
  if (sent === undefined || sent === '') return sent;
  const verdict = readPolicy(sent);
  if ('refusal' in verdict) throw invalidMember('LifecyclePolicyText', verdict.refusal);
  return sent;
}
