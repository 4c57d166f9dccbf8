// The manifest and the account of docs/guides/who-can.md.

const account = '222222222222';

export const manifest = `apiVersion: ecr.slipway.dev/v1
kind: Project
metadata: { name: payments, org: acme }
spec:
  environments:
    prod:
      account: "${account}"
      region: eu-west-1
      access: { pull: ["org:o-abcdefghij"] }
  repositories:
    api: { access: { push: ["role:arn:aws:iam::${account}:role/ci"] } }
    web: {}
    worker:
      access: { pull: ["role:arn:aws:iam::333333333333:role/eks-node", "service:lambda"] }
`;

const document = (...statements: readonly object[]) => ({ Version: '2012-10-17', Statement: statements });
const allow = (Action: unknown, more: object = {}) => ({ Effect: 'Allow', Action, Resource: '*', ...more });
const readOnly = 'arn:aws:iam::aws:policy/AmazonEC2ContainerRegistryReadOnly';

function role(RoleName: string, PolicyName: string, ...statements: readonly object[]): object {
  return {
    RoleName,
    Arn: `arn:aws:iam::${account}:role/${RoleName}`,
    RoleId: 'AROAEXAMPLE',
    RolePolicyList: statements.length === 0 ? [] : [{ PolicyName, PolicyDocument: document(...statements) }],
    AttachedManagedPolicies: [],
  };
}

/** What `aws iam get-account-authorization-details` prints there. */
export const details = {
  UserDetailList: [
    {
      UserName: 'anna',
      Arn: `arn:aws:iam::${account}:user/anna`,
      UserId: 'AIDAEXAMPLE',
      GroupList: ['developers'],
      AttachedManagedPolicies: [],
    },
  ],
  GroupDetailList: [{ GroupName: 'developers', AttachedManagedPolicies: [{ PolicyArn: readOnly }] }],
  RoleDetailList: [
    role('ci', 'login', allow('ecr:GetAuthorizationToken', { Sid: 'Login' })),
    role('admin', 'all', allow('*'), {
      Sid: 'OnlyWithMfa',
      Effect: 'Deny',
      Action: ['ecr:PutImage', 'ecr:BatchDeleteImage'],
      Resource: '*',
      Condition: { BoolIfExists: { 'aws:MultiFactorAuthPresent': 'false' } },
    }),
    role('backup', 'none'),
  ],
  Policies: [
    {
      Arn: readOnly,
      DefaultVersionId: 'v1',
      PolicyVersionList: [
        {
          VersionId: 'v1',
          Document: document(
            allow([
              'ecr:GetAuthorizationToken',
              'ecr:BatchCheckLayerAvailability',
              'ecr:GetDownloadUrlForLayer',
              'ecr:BatchGetImage',
            ]),
          ),
        },
      ],
    },
  ],
};
