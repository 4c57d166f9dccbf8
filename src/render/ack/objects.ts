// A registry as objects of AWS Controllers for Kubernetes: the controllers of ECR, IAM and KMS.
// It must not know files, nor what is live but by what it is given.
import { documentOf } from '../../access/index.js';
import {
  type CiRole,
  type EncryptionKey,
  isKnown,
  type OidcProvider,
  type PullRole,
} from '../../registry/companions/model.js';
import { canonicalMutability, type DesiredRepository, type Place, type Tags } from '../../registry/index.js';
import { keyPolicyOf } from '../key-policy.js';
import type { KubernetesObject } from '../kubernetes/objects.js';
import { lifecycleLines, policyLines } from '../policy-lines.js';
import { rolePolicyName } from '../provider-resources.js';
import { keyArnOf, renderedTags } from '../settings.js';
import type { Yaml } from '../yaml.js';

/** ACK, "Features": annotations that all of its controllers read. */
const prefix = 'services.k8s.aws';
const policyPath = `metadata/annotations/${prefix}/adoption-policy`;
const deletionPath = `metadata/annotations/${prefix}/deletion-policy`;

type Annotations = Readonly<Record<string, string>>;

/** What is there is taken over by these fields, so that an object that comes back finds what it has left behind. */
function adopted(fields: Readonly<Record<string, string>>): Annotations {
  return {
    [`${prefix}/adoption-policy`]: 'adopt-or-create',
    [`${prefix}/adoption-fields`]: JSON.stringify(fields),
  };
}

const retained: Annotations = { [`${prefix}/deletion-policy`]: 'retain' };

function inRegion({ region }: Place): Annotations {
  return { [`${prefix}/region`]: region };
}

export interface RepositoryNames {
  readonly name: string;
  /** Of the object of the registry's key. */
  readonly key: string;
  /** What ECR calls the key that the repository has, in place of the manifest's name of it. */
  readonly kmsKey?: string | undefined;
}

/** With every setting written out: what an object does not have, ACK sets to ECR's own default. */
export function repositoryObject(
  repository: DesiredRepository,
  place: Place,
  { name: objectName, key, kmsKey }: RepositoryNames,
): KubernetesObject {
  const { name, encryption, scanOnPush, forceDelete, lifecyclePolicy, statements, tags } = repository;
  const { mode, exclusions } = canonicalMutability(repository.tagMutability);
  const named = encryption.kmsKey;
  const keyOfIt: Readonly<Record<string, Yaml>> =
    kmsKey !== undefined
      ? { kmsKey }
      : named === undefined
        ? {}
        : isKnown(named)
          ? { kmsKey: keyArnOf(named, place) }
          : { kmsKeyRef: { from: { name: key } } };
  return {
    apiVersion: 'ecr.services.k8s.aws/v1alpha1',
    kind: 'Repository',
    name: objectName,
    annotations: {
      ...inRegion(place),
      ...adopted({ name, registryID: place.account }),
      ...(forceDelete
        ? { [`${prefix}/deletion-policy`]: 'delete', 'ecr.services.k8s.aws/force-delete': 'true' }
        : retained),
    },
    spec: {
      name,
      registryID: place.account,
      imageTagMutability: mode,
      ...(exclusions.length === 0
        ? {}
        : {
            imageTagMutabilityExclusionFilters: exclusions.map((filter) => ({ filter, filterType: 'WILDCARD' })),
          }),
      imageScanningConfiguration: { scanOnPush },
      encryptionConfiguration: { encryptionType: encryption.type, ...keyOfIt },
      ...(lifecyclePolicy == null ? {} : { lifecyclePolicy: lifecycleLines(lifecyclePolicy) }),
      ...(statements.length === 0 ? {} : { policy: policyLines(documentOf(statements)) }),
      tags: tagList(tags),
    },
    comments: {
      [policyPath]: 'A repository of this name that is there already is taken over; otherwise it is made.',
      [deletionPath]: forceDelete
        ? 'forceDelete: it goes with this object, and the images in it too.'
        : 'Where this object goes, the repository and its images stay.',
      'spec/registryID': 'The account that it has to be; ACK would take that of its credentials.',
      'spec/lifecyclePolicy': 'Which images go: ECR takes the rules in the order of their priority.',
      'spec/policy': 'Who may do what. It is written whole: what others add to the policy is taken away.',
      ...(lifecyclePolicy === null
        ? { spec: 'No lifecyclePolicy, as the manifest says: images stay until they are deleted.' }
        : {}),
      ...(lifecyclePolicy === undefined
        ? { spec: 'The manifest leaves the lifecycle policy to others, and ACK takes away what they write.' }
        : {}),
    },
  };
}

export function roleObject(role: CiRole | PullRole, objectName: string): KubernetesObject {
  const { name, path, description, maxSessionSeconds, permissionsBoundary, managedPolicies, tags } = role;
  return {
    apiVersion: 'iam.services.k8s.aws/v1alpha1',
    kind: 'Role',
    name: objectName,
    annotations: adopted({ name }),
    spec: {
      name,
      path,
      description,
      maxSessionDuration: maxSessionSeconds,
      ...(permissionsBoundary === undefined ? {} : { permissionsBoundary }),
      assumeRolePolicyDocument: policyLines(role.trust),
      inlinePolicies: { [rolePolicyName]: policyLines(role.permissions) },
      ...(managedPolicies.length === 0 ? {} : { policies: managedPolicies }),
      tags: tagList(tags),
    },
    comments: {
      'spec/assumeRolePolicyDocument': 'Who takes the role.',
      'spec/inlinePolicies': 'What it may do.',
    },
  };
}

/** The key and its alias. `id`: that of the key that is there; absent: none is known, and one is made. */
export function keyObjects(
  key: EncryptionKey,
  place: Place,
  objectName: string,
  id: string | undefined,
): readonly KubernetesObject[] {
  const { alias, description, deletionWindowDays, tags } = key;
  const group = { apiVersion: 'kms.services.k8s.aws/v1alpha1', name: objectName };
  return [
    {
      ...group,
      kind: 'Key',
      annotations: {
        ...inRegion(place),
        ...(id === undefined ? {} : adopted({ keyID: id })),
        ...retained,
        'kms.services.k8s.aws/pending-window-in-days': String(deletionWindowDays),
      },
      spec: {
        description,
        enableKeyRotation: true,
        policy: policyLines(keyPolicyOf(key, place)),
        tags: Object.entries(renderedTags(tags)).map(([tagKey, tagValue]) => ({ tagKey, tagValue })),
      },
      comments: {
        [deletionPath]: 'Images die with their key: where this object goes, the key stays.',
        'spec/policy': 'Nobody is locked out of it, and it is used through ECR alone.',
      },
    },
    {
      ...group,
      kind: 'Alias',
      annotations: { ...inRegion(place), ...adopted({ name: alias }), ...retained },
      spec: { name: alias, targetKeyRef: { from: { name: objectName } } },
    },
  ];
}

export function identityProviderObject(
  { host, arn, audiences, thumbprints, tags }: OidcProvider,
  objectName: string,
): KubernetesObject {
  return {
    apiVersion: 'iam.services.k8s.aws/v1alpha1',
    kind: 'OpenIDConnectProvider',
    name: objectName,
    annotations: { ...adopted({ arn }), ...retained },
    spec: { url: `https://${host}`, clientIDs: audiences, thumbprints, tags: tagList(tags) },
    comments: {
      [deletionPath]: 'Roles that are not here may trust it by now: where this object goes, the provider stays.',
      ...(thumbprints.length === 0 ? { 'spec/thumbprints': "None: IAM asks the issuer's certificate authority." } : {}),
    },
  };
}

function tagList(tags: Tags): readonly Yaml[] {
  return Object.entries(renderedTags(tags)).map(([key, value]) => ({ key, value }));
}
