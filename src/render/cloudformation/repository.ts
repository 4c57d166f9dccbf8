// A repository as CloudFormation makes it, with every property written out: CloudFormation leaves an old value where a template falls
// silent about it. It must not know stacks, nor what is live but by what it is given.
import { diffStatements, mergeStatements, type PolicyDocument, parsePolicy, policyText } from '../../access/index.js';
import { canonicalLifecycle, canonicalLifecycleText, type LifecyclePolicy } from '../../lifecycle/index.js';
import {
  canonicalEncryption,
  canonicalMutability,
  type DesiredRegistry,
  type DesiredRepository,
  type ObservedRepository,
  type TagMutability,
  type Tags,
} from '../../registry/index.js';
import { renderedTags } from '../settings.js';
import { logicalId } from './logical-id.js';
import { type Json, type TemplateResource, tagList } from './model.js';

/** What one repository is in a template. */
export interface RepositoryPart {
  readonly id: string;
  readonly repository: DesiredRepository;
  readonly resource: TemplateResource;
  /** Above the resource, where a reader would wonder. */
  readonly comment?: string;
}

type Properties = TemplateResource['Properties'];

/** `key`: that of its encryption, as its template says it. What others have put into the policy of a live one stays in it. */
export function repositoryPart(
  repository: DesiredRepository,
  { owner }: DesiredRegistry,
  key: Json | undefined,
  live: ObservedRepository | undefined,
): RepositoryPart {
  const { name, forceDelete, lifecyclePolicy, statements } = repository;
  const policy = mergeStatements(livePolicy(live), statements, owner);
  const comment = commentOn(repository);
  return {
    id: logicalId(repository.key),
    repository,
    resource: {
      Type: 'AWS::ECR::Repository',
      DeletionPolicy: forceDelete ? 'Delete' : 'RetainExceptOnCreate',
      UpdateReplacePolicy: 'Retain',
      Properties: {
        RepositoryName: name,
        ...mutability(repository.tagMutability),
        ...scanning(repository.scanOnPush),
        ...encryption(repository.encryption.type, key),
        ...(lifecyclePolicy == null ? {} : lifecycle(lifecycleLines(lifecyclePolicy))),
        ...(policy === undefined ? {} : permissions(policy)),
        EmptyOnDelete: forceDelete,
        Tags: tagList(renderedTags(repository.tags)),
      },
    },
    ...(comment === '' ? {} : { comment }),
  };
}

function commentOn({ key, name, forceDelete, lifecyclePolicy }: DesiredRepository): string {
  return [
    ...(key === name ? [] : [`repositories.${key}`]),
    ...(forceDelete ? ['forceDelete: it goes with its stack, and the images in it too.'] : []),
    ...(lifecyclePolicy === null
      ? ['No lifecycle policy, as the manifest says: images stay until they are deleted.']
      : []),
    ...(lifecyclePolicy === undefined
      ? ['The manifest leaves its lifecycle policy to others, and CloudFormation takes away what they write.']
      : []),
  ].join('\n');
}

/**
 * The same as it is now, so that taking it over changes nothing: what differs is for the deployment that follows. What means the same is said
 * in the same words.
 */
export function livePart(
  part: RepositoryPart,
  { partition }: DesiredRegistry,
  live: ObservedRepository,
  isOtherKey: boolean,
): RepositoryPart {
  const { repository, resource } = part;
  const { Properties: wanted } = resource;
  const { type, kmsKey } = canonicalEncryption(live.encryption);
  return {
    id: part.id,
    repository,
    resource: {
      ...resource,
      Properties: {
        RepositoryName: live.name,
        ...mutability(live.tagMutability),
        ...scanning(live.scanOnPush),
        ...(isOtherKey ? encryption(type, kmsKey) : only(wanted, 'EncryptionConfiguration')),
        ...liveLifecycle(repository, wanted, live),
        ...livePermissions(wanted, live, partition),
        EmptyOnDelete: repository.forceDelete,
        // Tags that nobody declared are in no template, so that CloudFormation leaves them alone.
        Tags: tagList(renderedTags(declared(repository, live))),
      },
    },
  };
}

function declared({ tags }: DesiredRepository, live: ObservedRepository): Tags {
  if (live.tags.state !== 'present') return {};
  return Object.fromEntries(Object.entries(live.tags.value).filter(([key]) => Object.hasOwn(tags, key)));
}

function liveLifecycle(
  { lifecyclePolicy }: DesiredRepository,
  wanted: Properties,
  { lifecyclePolicy: live }: ObservedRepository,
): Properties {
  if (live.state !== 'present') return {};
  const isSame =
    lifecyclePolicy != null &&
    canonicalLifecycleText(live.value) === canonicalLifecycleText(JSON.stringify(lifecyclePolicy));
  return isSame ? only(wanted, 'LifecyclePolicy') : lifecycle(live.value);
}

function livePermissions(wanted: Properties, live: ObservedRepository, partition: string): Properties {
  const policy = livePolicy(live);
  if (policy === undefined) return {};
  const { RepositoryPolicyText: text } = wanted;
  const isSame =
    text !== undefined &&
    diffStatements(policy.Statement, parsePolicy(JSON.stringify(text)).Statement, { partition }).length === 0;
  return isSame ? { RepositoryPolicyText: text } : permissions(policy);
}

function only(properties: Properties, name: string): Properties {
  const value = properties[name];
  return value === undefined ? {} : { [name]: value };
}

function livePolicy(live: ObservedRepository | undefined): PolicyDocument | undefined {
  return live?.repositoryPolicy.state === 'present' ? parsePolicy(live.repositoryPolicy.value) : undefined;
}

function mutability(tagMutability: TagMutability): Properties {
  const { mode, exclusions } = canonicalMutability(tagMutability);
  const filters = exclusions.map((pattern) => ({
    ImageTagMutabilityExclusionFilterType: 'WILDCARD',
    ImageTagMutabilityExclusionFilterValue: pattern,
  }));
  return {
    ImageTagMutability: mode,
    ...(filters.length === 0 ? {} : { ImageTagMutabilityExclusionFilters: filters }),
  };
}

function scanning(scanOnPush: boolean): Properties {
  return { ImageScanningConfiguration: { ScanOnPush: scanOnPush } };
}

/**
 * Nothing for AES256, which is what ECR does anyway: said of a repository that was imported without it, it would replace it
 * (aws-cloudformation/cloudformation-coverage-roadmap#2502).
 */
function encryption(type: DesiredRepository['encryption']['type'], key: Json | undefined): Properties {
  if (type === 'AES256') return {};
  return { EncryptionConfiguration: { EncryptionType: type, ...(key === undefined ? {} : { KmsKey: key }) } };
}

function lifecycle(text: string): Properties {
  return { LifecyclePolicy: { LifecyclePolicyText: text } };
}

/** One rule in a line, so that a changed rule is a changed line. */
function lifecycleLines(policy: LifecyclePolicy): string {
  const rules = canonicalLifecycle(policy).rules.map((rule) => `  ${JSON.stringify(rule)}`);
  return rules.length === 0 ? '{"rules": []}' : `{"rules": [\n${rules.join(',\n')}\n]}`;
}

/** Word for word, whatever others have written into it. */
function permissions(policy: PolicyDocument): Properties {
  return { RepositoryPolicyText: JSON.parse(policyText(policy)) as Json };
}
