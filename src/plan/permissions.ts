// What Slipway itself must be allowed to do: each operation that the engine calls, what it is about, and which run needs it.
// It must not know clients, nor who runs it. A test holds the table to the calls that are really made.
import type { PolicyDocument, Statement } from '../access/index.js';
import type { UsageSpec } from '../manifest/project.js';
import { type DesiredRegistry, repositoryArn } from '../registry/index.js';
import { lockName } from './lock.js';

/** `read`: drift and output. `plan`: reading, and what a plan says of images and use. `apply`: writing, and destroying. */
export const permissionLevels = ['read', 'plan', 'apply'] as const;
export type PermissionLevel = (typeof permissionLevels)[number];

type Subject = keyof typeof sids;

/** The statements' Sids, in their order. */
const sids = {
  registry: 'Registry',
  registryPolicy: 'RegistryPolicy',
  policyScope: 'RegistryPolicyScope',
  replication: 'Replication',
  replicationRole: 'RoleOfReplication',
  repositories: 'Repositories',
  lock: 'Lock',
  key: 'EncryptionKeys',
  ecs: 'ImagesInUseByEcs',
  lambda: 'ImagesInUseByLambda',
  stacks: 'Stacks',
  driftStatus: 'DriftOfStacks',
  roles: 'RolesOfStacks',
  providers: 'IdentityProvidersOfStacks',
  keys: 'KeysOfStacks',
} as const;

/** What there is in a project that an operation is called for. */
export interface PermissionNeeds {
  readonly registry: DesiredRegistry;
  /** The same repositories in other Regions. */
  readonly replicas?: readonly DesiredRegistry[];
  /** Where the environment looks for what is running. */
  readonly usage?: UsageSpec;
}

interface Row {
  readonly operations: readonly string[];
  readonly from: PermissionLevel;
  readonly about: Subject;
}

/** Operations that need no permission (IAM user guide, GetCallerIdentity). */
export const freeOperations: readonly string[] = ['sts:GetCallerIdentity'];

const rows: readonly Row[] = [
  // Listing is about every repository of the registry, and the tags of all of them about none.
  { from: 'read', about: 'registry', operations: ['ecr:DescribeRepositories', 'tag:GetResources'] },
  {
    from: 'read',
    about: 'repositories',
    operations: ['ecr:GetLifecyclePolicy', 'ecr:GetRepositoryPolicy', 'ecr:ListTagsForResource'],
  },
  { from: 'read', about: 'registryPolicy', operations: ['ecr:GetAccountSetting', 'ecr:GetRegistryPolicy'] },
  { from: 'read', about: 'replication', operations: ['ecr:DescribeRegistry'] },
  { from: 'plan', about: 'repositories', operations: ['ecr:DescribeImages', 'ecr:BatchGetImage'] },
  {
    from: 'plan',
    about: 'ecs',
    operations: [
      'ecs:DescribeServiceRevisions',
      'ecs:DescribeServices',
      'ecs:DescribeTaskDefinition',
      'ecs:DescribeTasks',
      'ecs:ListClusters',
      'ecs:ListServices',
      'ecs:ListTaskDefinitionFamilies',
      'ecs:ListTaskDefinitions',
      'ecs:ListTasks',
    ],
  },
  { from: 'plan', about: 'lambda', operations: ['lambda:GetFunction', 'lambda:ListAliases', 'lambda:ListFunctions'] },
  {
    from: 'read',
    about: 'stacks',
    operations: [
      'cloudformation:DescribeStackEvents',
      'cloudformation:DescribeStackResourceDrifts',
      'cloudformation:DescribeStacks',
      'cloudformation:DetectStackDrift',
      'cloudformation:GetTemplate',
    ],
  },
  // Asked for by the id of a detection, not by the stack (service authorization reference of CloudFormation).
  { from: 'read', about: 'driftStatus', operations: ['cloudformation:DescribeStackDriftDetectionStatus'] },
  { from: 'read', about: 'providers', operations: ['iam:GetOpenIDConnectProvider'] },
  // CloudFormation looks for drift in the name of whoever asks (the read handlers of each resource type).
  // A plan asks for a role of a stack that is not there: whether its name is free.
  {
    from: 'read',
    about: 'roles',
    operations: ['iam:GetRole', 'iam:GetRolePolicy', 'iam:ListAttachedRolePolicies', 'iam:ListRolePolicies'],
  },
  {
    from: 'read',
    about: 'keys',
    operations: [
      'kms:DescribeKey',
      'kms:GetKeyPolicy',
      'kms:GetKeyRotationStatus',
      'kms:ListAliases',
      'kms:ListResourceTags',
    ],
  },
  {
    from: 'apply',
    about: 'repositories',
    operations: [
      'ecr:CreateRepository',
      'ecr:DeleteLifecyclePolicy',
      'ecr:DeleteRepository',
      'ecr:DeleteRepositoryPolicy',
      'ecr:PutImageScanningConfiguration',
      'ecr:PutImageTagMutability',
      'ecr:PutLifecyclePolicy',
      'ecr:SetRepositoryPolicy',
      'ecr:TagResource',
      'ecr:UntagResource',
    ],
  },
  { from: 'apply', about: 'registryPolicy', operations: ['ecr:DeleteRegistryPolicy', 'ecr:PutRegistryPolicy'] },
  { from: 'apply', about: 'policyScope', operations: ['ecr:PutAccountSetting'] },
  { from: 'apply', about: 'replication', operations: ['ecr:PutReplicationConfiguration'] },
  // ECR makes the role that copies in the name of whoever calls first (API reference, PutReplicationConfiguration).
  { from: 'apply', about: 'replicationRole', operations: ['iam:CreateServiceLinkedRole'] },
  { from: 'apply', about: 'lock', operations: ['ssm:DeleteParameter', 'ssm:GetParameter', 'ssm:PutParameter'] },
  // ECR makes grants on the key in the name of whoever creates the repository (user guide, "Encryption at rest").
  { from: 'apply', about: 'key', operations: ['kms:CreateGrant', 'kms:DescribeKey', 'kms:RetireGrant'] },
  {
    from: 'apply',
    about: 'stacks',
    operations: [
      'cloudformation:CreateChangeSet',
      'cloudformation:DeleteChangeSet',
      'cloudformation:DeleteStack',
      'cloudformation:DescribeChangeSet',
      'cloudformation:ExecuteChangeSet',
      'cloudformation:TagResource',
      'cloudformation:UntagResource',
    ],
  },
  // What CloudFormation calls in the name of whoever applies (the permissions of each resource type's handlers).
  {
    from: 'apply',
    about: 'roles',
    operations: [
      'iam:AttachRolePolicy',
      'iam:CreateRole',
      'iam:DeleteRole',
      'iam:DeleteRolePermissionsBoundary',
      'iam:DeleteRolePolicy',
      'iam:DetachRolePolicy',
      'iam:PutRolePermissionsBoundary',
      'iam:PutRolePolicy',
      'iam:TagRole',
      'iam:UntagRole',
      'iam:UpdateAssumeRolePolicy',
      'iam:UpdateRole',
      'iam:UpdateRoleDescription',
    ],
  },
  {
    from: 'apply',
    about: 'providers',
    operations: [
      'iam:AddClientIDToOpenIDConnectProvider',
      'iam:CreateOpenIDConnectProvider',
      'iam:DeleteOpenIDConnectProvider',
      'iam:RemoveClientIDFromOpenIDConnectProvider',
      'iam:TagOpenIDConnectProvider',
      'iam:UntagOpenIDConnectProvider',
      'iam:UpdateOpenIDConnectProviderThumbprint',
    ],
  },
  {
    from: 'apply',
    about: 'keys',
    operations: [
      'kms:CreateAlias',
      'kms:CreateKey',
      'kms:DeleteAlias',
      'kms:DisableKeyRotation',
      'kms:EnableKeyRotation',
      'kms:PutKeyPolicy',
      'kms:ScheduleKeyDeletion',
      'kms:TagResource',
      'kms:UntagResource',
      'kms:UpdateAlias',
      'kms:UpdateKeyDescription',
    ],
  },
];

/** Characters of a managed policy (IAM user guide, "IAM and AWS STS quotas"). */
const mostCharacters = 6144;

/**
 * The identity policy that a run needs, and no more. Repositories are named one by one; where that would be more than a
 * managed policy holds, it is every repository of the registry instead, which `whole` says.
 */
export function permissionsFor(
  level: PermissionLevel,
  needs: PermissionNeeds,
): { readonly policy: PolicyDocument; readonly whole: boolean } {
  const all = registriesOf(needs);
  const named = all.flatMap((one) => one.repositories.map(({ name }) => repositoryArn(one, name)));
  const policy = policyOf(level, needs, named);
  if (JSON.stringify(policy).length <= mostCharacters) return { policy, whole: false };
  const whole = all.map((one) => repositoryArn(one, '*'));
  return { policy: policyOf(level, needs, whole), whole: true };
}

function registriesOf({ registry, replicas = [] }: PermissionNeeds): readonly DesiredRegistry[] {
  return [registry, ...replicas];
}

function policyOf(level: PermissionLevel, needs: PermissionNeeds, repositories: readonly string[]): PolicyDocument {
  const held = rows.filter(({ from }) => permissionLevels.indexOf(from) <= permissionLevels.indexOf(level));
  const resources = resourcesOf(needs, repositories);
  const statements = (Object.keys(sids) as Subject[]).flatMap((about): Statement[] => {
    const actions = held.filter((row) => row.about === about).flatMap(({ operations }) => operations);
    const resource = resources[about];
    if (actions.length === 0 || resource.length === 0) return [];
    return [
      {
        Sid: sids[about],
        Effect: 'Allow',
        Action: actions.toSorted(),
        Resource: resource,
        ...(about === 'key' ? { Condition: throughEcr(registriesOf(needs)) } : {}),
        ...(about === 'policyScope' ? { Condition: onlyTheScope } : {}),
      },
    ];
  });
  return { Version: '2012-10-17', Statement: statements };
}

/** What each subject is in this project: empty where there is nothing of the kind. */
function resourcesOf(
  needs: PermissionNeeds,
  repositories: readonly string[],
): Readonly<Record<Subject, readonly string[]>> {
  const { registry, usage } = needs;
  const { partition, account, owner, companions } = registry;
  const made = companions.flatMap(({ resources }) => resources);
  const stacks = companions.map(
    (stack) => `arn:${partition}:cloudformation:${stack.region}:${account}:stack/${stack.name}/*`,
  );
  return {
    registry: ['*'],
    // These have no resource (service authorization reference of ECR).
    registryPolicy: registry.registryPolicy === undefined ? [] : ['*'],
    policyScope: registry.registryPolicy?.scope === undefined ? [] : ['*'],
    repositories,
    replication: registry.replication === undefined ? [] : ['*'],
    replicationRole:
      (registry.replication?.regions ?? []).length === 0
        ? []
        : [
            `arn:${partition}:iam::${account}:role/aws-service-role/replication.ecr.amazonaws.com/AWSServiceRoleForECRReplication`,
          ],
    lock: registriesOf(needs).map(
      ({ region }) => `arn:${partition}:ssm:${region}:${account}:parameter${lockName(owner)}`,
    ),
    key: keysOf(registriesOf(needs)),
    ecs: usage?.ecs === undefined ? [] : ['*'],
    lambda: usage?.lambda === undefined ? [] : ['*'],
    stacks,
    driftStatus: stacks.length === 0 ? [] : ['*'],
    roles: made.flatMap((one) => (one.kind === 'ci-role' || one.kind === 'pull-role' ? [one.arn] : [])).toSorted(),
    providers: made.flatMap((one) => (one.kind === 'oidc-provider' ? [one.arn] : [])).toSorted(),
    keys: made.some(({ kind }) => kind === 'encryption-key') ? ['*'] : [],
  };
}

/** A key that is named by its id or alias, or that a stack has yet to make, has no ARN yet. */
function keysOf(registries: readonly DesiredRegistry[]): readonly string[] {
  const repositories = registries.flatMap((one) => one.repositories);
  const keys = repositories.flatMap(({ encryption: { type, kmsKey } }) =>
    type === 'AES256' || kmsKey === undefined
      ? []
      : [typeof kmsKey === 'string' && kmsKey.startsWith('arn:') ? kmsKey : '*'],
  );
  return keys.includes('*') ? ['*'] : [...new Set(keys)].toSorted();
}

/** The other settings of the account are nobody's business here. */
const onlyTheScope: NonNullable<Statement['Condition']> = {
  StringEquals: { 'ecr:AccountSetting': 'REGISTRY_POLICY_SCOPE' },
};

function throughEcr(registries: readonly DesiredRegistry[]): NonNullable<Statement['Condition']> {
  const hosts = registries.map(
    ({ region, partition }) => `ecr.${region}.${partition === 'aws-cn' ? 'amazonaws.com.cn' : 'amazonaws.com'}`,
  );
  const [only] = hosts;
  return { StringEquals: { 'kms:ViaService': hosts.length === 1 && only !== undefined ? only : hosts } };
}
