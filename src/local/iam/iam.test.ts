// IAM's operations: what each does, and each refusal with its code and text.
import { beforeEach, describe, expect, it } from 'vitest';
import { type ServiceContext, ServiceError } from '../service.js';
import { openMemoryStore } from '../store/memory.js';
import { encodePolicy } from './documents.js';
import { iamService } from './service.js';

const account = '123456789012';
let context: ServiceContext;

function contextOf(owner: string, callerArn = `arn:aws:iam::${owner}:user/local`): ServiceContext {
  return { account: owner, region: 'us-east-1', partition: 'aws', callerArn, now: () => 1_700_000_000_500, store };
}

let store = openMemoryStore();
beforeEach(() => {
  store = openMemoryStore();
  context = contextOf(account);
});

type Answer = Record<string, unknown>;

function call(name: string, input: Answer = {}, as = context): Answer {
  const operation = iamService.operations.get(name);
  if (operation === undefined) throw new Error(`no operation ${name}`);
  return operation(input, as);
}

function refusal(name: string, input: Answer = {}, as = context): string {
  try {
    call(name, input, as);
  } catch (error) {
    if (error instanceof ServiceError) return `${error.code}: ${error.message}`;
    throw error;
  }
  return 'none';
}

const trust = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' }],
});
const allow = (action: string | readonly string[] = 'ecr:*', resource: string | readonly string[] = '*'): string =>
  JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: action, Resource: resource }] });
const role = (name = 'ci', more: Answer = {}): Answer =>
  call('CreateRole', { RoleName: name, AssumeRolePolicyDocument: trust, ...more });
const trusting = (principal: unknown): string =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: principal, Action: 'sts:AssumeRole' }],
  });

describe('a role', () => {
  it('is made with what it is given, and read back', () => {
    const made = role('ci', {
      Path: '/teams/a/',
      Description: 'builds',
      MaxSessionDuration: '7200',
      Tags: [{ Key: 'Team', Value: 'a' }],
    });
    expect(made).toEqual({
      Role: {
        Path: '/teams/a/',
        RoleName: 'ci',
        RoleId: expect.stringMatching(/^AROA[A-Z2-7]{17}$/) as string,
        Arn: `arn:aws:iam::${account}:role/teams/a/ci`,
        CreateDate: '2023-11-14T22:13:20Z',
        AssumeRolePolicyDocument: encodePolicy(trust),
        Description: 'builds',
        MaxSessionDuration: 7200,
        Tags: [{ Key: 'Team', Value: 'a' }],
      },
    });
    expect(call('GetRole', { RoleName: 'ci' })).toEqual({
      Role: { ...(made['Role'] as Answer), RoleLastUsed: {} },
    });
    expect(call('ListRoles', { PathPrefix: '/teams/' })).toMatchObject({ Roles: [{ RoleName: 'ci' }] });
    expect(call('ListRoles', { PathPrefix: '/other/' })).toEqual({ Roles: [], IsTruncated: false });
  });

  it('deleted and made again is another', () => {
    const [first, second] = [role(), (call('DeleteRole', { RoleName: 'ci' }), role())].map(
      ({ Role }) => (Role as Answer)['RoleId'],
    );
    expect(first).not.toBe(second);
  });

  it('is nobody’s namesake, in any case, and is found by its own name alone', () => {
    role('Deploy');
    expect(refusal('CreateRole', { RoleName: 'deploy', AssumeRolePolicyDocument: trust })).toBe(
      'EntityAlreadyExists: Role with name deploy already exists.',
    );
    expect(refusal('GetRole', { RoleName: 'deploy' })).toBe('NoSuchEntity: The role with name deploy cannot be found.');
    expect(call('ListRoles', {}, contextOf('210987654321'))).toMatchObject({ Roles: [] });
  });

  it('is not deleted while anything hangs on it', () => {
    role();
    call('PutRolePolicy', { RoleName: 'ci', PolicyName: 'in', PolicyDocument: allow() });
    call('AttachRolePolicy', { RoleName: 'ci', PolicyArn: 'arn:aws:iam::aws:policy/AdministratorAccess' });
    call('CreateInstanceProfile', { InstanceProfileName: 'node' });
    call('AddRoleToInstanceProfile', { InstanceProfileName: 'node', RoleName: 'ci' });
    const refused = (): string => refusal('DeleteRole', { RoleName: 'ci' });
    expect(refused()).toBe('DeleteConflict: Cannot delete entity, must remove roles from instance profile first.');
    expect(call('ListInstanceProfilesForRole', { RoleName: 'ci' })).toMatchObject({
      InstanceProfiles: [{ InstanceProfileName: 'node', Roles: [{ RoleName: 'ci' }] }],
    });
    call('RemoveRoleFromInstanceProfile', { InstanceProfileName: 'node', RoleName: 'ci' });
    expect(refused()).toBe('DeleteConflict: Cannot delete entity, must detach all policies first.');
    call('DetachRolePolicy', { RoleName: 'ci', PolicyArn: 'arn:aws:iam::aws:policy/AdministratorAccess' });
    expect(refused()).toBe('DeleteConflict: Cannot delete entity, must delete policies first.');
    call('DeleteRolePolicy', { RoleName: 'ci', PolicyName: 'in' });
    expect(refused()).toBe('none');
  });

  it('takes a new trust policy, description and duration', () => {
    role();
    call('UpdateAssumeRolePolicy', { RoleName: 'ci', PolicyDocument: trusting({ AWS: account }) });
    call('UpdateRole', { RoleName: 'ci', Description: 'x', MaxSessionDuration: 43_200 });
    expect(call('GetRole', { RoleName: 'ci' })['Role']).toMatchObject({
      Description: 'x',
      MaxSessionDuration: 43_200,
      // An account id becomes its root (IAM user guide, "AWS JSON policy elements: Principal").
      AssumeRolePolicyDocument: encodePolicy(trusting({ AWS: `arn:aws:iam::${account}:root` })),
    });
    call('UpdateRole', { RoleName: 'ci' });
    expect(call('GetRole', { RoleName: 'ci' })['Role']).toMatchObject({ Description: 'x', MaxSessionDuration: 3600 });
  });

  it('that trusts a role trusts that one, and not who has its name later', () => {
    const { RoleId } = role('deploy')['Role'] as Record<string, string>;
    const arn = `arn:aws:iam::${account}:role/deploy`;
    role('ci', { AssumeRolePolicyDocument: trusting({ AWS: [arn] }) });
    const shown = (): unknown => (call('GetRole', { RoleName: 'ci' })['Role'] as Answer)['AssumeRolePolicyDocument'];
    expect(shown()).toBe(encodePolicy(trusting({ AWS: [arn] })));
    call('DeleteRole', { RoleName: 'deploy' });
    expect(shown()).toBe(encodePolicy(trusting({ AWS: [RoleId] })));
    role('deploy');
    expect(shown()).toBe(encodePolicy(trusting({ AWS: [RoleId] })));
  });

  it.each([
    ['{', 'Syntax errors in policy.'],
    [' {}', 'JSON strings must not have leading spaces'],
    ['{"Statement":[]}', 'Syntax errors in policy.'],
    ['{"Statement":{"Effect":"Allow","Action":"sts:AssumeRole"}}', 'Missing required field Principal'],
    ['{"Statement":{"Effect":"Allow","Principal":"*"}}', 'Missing required field Action'],
    [
      '{"Statement":{"Effect":"Allow","Principal":"*","Action":"ecr:PutImage"}}',
      'AssumeRole policy may only specify STS AssumeRole actions.',
    ],
    [
      '{"Statement":{"Effect":"Allow","Principal":"*","Action":"sts:AssumeRole","Resource":"*"}}',
      'Has prohibited field Resource',
    ],
    [trusting({ AWS: 'nobody' }), 'Invalid principal in policy: "AWS":"nobody"'],
    [
      trusting({ AWS: `arn:aws:iam::${account}:role/none` }),
      `Invalid principal in policy: "AWS":"arn:aws:iam::${account}:role/none"`,
    ],
    [trusting({ Service: 'ec2' }), 'Invalid principal in policy: "SERVICE":"ec2"'.replace('SERVICE', 'Service')],
    [trusting({ Evil: 'x' }), 'Syntax errors in policy.'],
  ])('is not made with the trust policy %s', (text, message) => {
    expect(refusal('CreateRole', { RoleName: 'ci', AssumeRolePolicyDocument: text })).toBe(
      `MalformedPolicyDocument: ${message}`,
    );
  });

  it('may trust roles of other accounts, which may be anywhere', () => {
    expect(
      refusal('CreateRole', {
        RoleName: 'ci',
        AssumeRolePolicyDocument: trusting({ AWS: 'arn:aws:iam::210987654321:role/deploy' }),
      }),
    ).toBe('none');
  });

  it('has a trust policy of bounded size, not counting white space', () => {
    const long = (spaces: number, length: number): string =>
      JSON.stringify({
        Version: '2012-10-17',
        Id: 'x'.repeat(length),
        Statement: JSON.parse(trusting('*'))['Statement'] as unknown,
      }) + ' '.repeat(spaces);
    expect(refusal('CreateRole', { RoleName: 'a', AssumeRolePolicyDocument: long(5000, 1000) })).toBe('none');
    expect(refusal('CreateRole', { RoleName: 'b', AssumeRolePolicyDocument: long(0, 2048) })).toBe(
      'LimitExceeded: Cannot exceed quota for ACLSizePerRole: 2048',
    );
  });
});

describe('a policy', () => {
  const arn = `arn:aws:iam::${account}:policy/pull`;
  const create = (): Answer => call('CreatePolicy', { PolicyName: 'pull', PolicyDocument: allow() });

  it('has versions, one of them in force', () => {
    create();
    for (const number of [2, 3, 4, 5])
      call('CreatePolicyVersion', { PolicyArn: arn, PolicyDocument: allow(`ecr:Get${number}*`), SetAsDefault: 'true' });
    expect(refusal('CreatePolicyVersion', { PolicyArn: arn, PolicyDocument: allow() })).toBe(
      'LimitExceeded: A managed policy can have up to 5 versions. Before you create a new version, you must delete an existing version.',
    );
    expect(refusal('DeletePolicyVersion', { PolicyArn: arn, VersionId: 'v5' })).toBe(
      'DeleteConflict: Cannot delete the default version of a policy.',
    );
    call('DeletePolicyVersion', { PolicyArn: arn, VersionId: 'v1' });
    call('SetDefaultPolicyVersion', { PolicyArn: arn, VersionId: 'v2' });
    expect(call('ListPolicyVersions', { PolicyArn: arn })).toMatchObject({
      Versions: [
        { VersionId: 'v5', IsDefaultVersion: false },
        { VersionId: 'v4' },
        { VersionId: 'v3' },
        { VersionId: 'v2', IsDefaultVersion: true },
      ],
    });
    // Numbers are not used twice.
    expect(call('CreatePolicyVersion', { PolicyArn: arn, PolicyDocument: allow() })).toMatchObject({
      PolicyVersion: { VersionId: 'v6', IsDefaultVersion: false },
    });
    expect(refusal('DeletePolicy', { PolicyArn: arn })).toMatch(/^DeleteConflict: This policy has more than one/);
    expect(refusal('GetPolicyVersion', { PolicyArn: arn, VersionId: 'v9' })).toBe(
      `NoSuchEntity: Policy ${arn} version v9 does not exist or is not attachable.`,
    );
  });

  it('is counted where it is attached, and not deleted there', () => {
    create();
    role();
    call('CreateUser', { UserName: 'bob', PermissionsBoundary: arn });
    call('AttachRolePolicy', { RoleName: 'ci', PolicyArn: arn });
    call('AttachRolePolicy', { RoleName: 'ci', PolicyArn: arn });
    expect(call('GetPolicy', { PolicyArn: arn })).toMatchObject({
      Policy: { AttachmentCount: 1, PermissionsBoundaryUsageCount: 1 },
    });
    expect(call('ListEntitiesForPolicy', { PolicyArn: arn })).toMatchObject({
      PolicyRoles: [{ RoleName: 'ci' }],
      PolicyUsers: [{ UserName: 'bob' }],
      PolicyGroups: [],
    });
    expect(call('ListPolicies', { OnlyAttached: true })).toMatchObject({ Policies: [{ PolicyName: 'pull' }] });
    expect(refusal('DeletePolicy', { PolicyArn: arn })).toBe(
      'DeleteConflict: Cannot delete a policy attached to entities.',
    );
    call('DetachRolePolicy', { RoleName: 'ci', PolicyArn: arn });
    call('DeleteUserPermissionsBoundary', { UserName: 'bob' });
    expect(refusal('DeletePolicy', { PolicyArn: arn })).toBe('none');
    expect(refusal('DetachRolePolicy', { RoleName: 'ci', PolicyArn: arn })).toBe(
      `NoSuchEntity: Policy ${arn} was not found.`,
    );
  });

  it('of AWS is there in every account, and nobody’s to change', () => {
    const managed = 'arn:aws:iam::aws:policy/AmazonEC2ContainerRegistryPullOnly';
    expect(call('GetPolicy', { PolicyArn: managed })).toMatchObject({
      Policy: { PolicyName: 'AmazonEC2ContainerRegistryPullOnly', DefaultVersionId: 'v1' },
    });
    expect(refusal('DeletePolicy', { PolicyArn: managed })).toMatch(/^NoSuchEntity/);
    expect(refusal('TagPolicy', { PolicyArn: managed, Tags: [{ Key: 'a', Value: 'b' }] })).toMatch(/^NoSuchEntity/);
    role();
    expect(refusal('AttachRolePolicy', { RoleName: 'ci', PolicyArn: 'arn:aws:iam::aws:policy/None' })).toBe(
      'NoSuchEntity: Policy arn:aws:iam::aws:policy/None does not exist or is not attachable.',
    );
  });

  it.each([
    ['{}', 'Syntax errors in policy.'],
    ['{"Version":"2012-10-17","Statement":{"Effect":"allow","Action":"*","Resource":"*"}}', 'Syntax errors in policy.'],
    [
      '{"Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}',
      'Policy document must be version 2012-10-17 or greater.',
    ],
    [
      '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*","Principal":"*"}}',
      'Policy document should not specify a principal.',
    ],
    [
      '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Resource":"*"}}',
      'Policy statement must contain actions.',
    ],
    [
      '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*"}}',
      'Policy statement must contain resources.',
    ],
    [allow('PutImage'), 'Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.'],
    [allow('ecr:a:b'), 'Actions/Condition can contain only one colon.'],
    [allow('e_cr:a'), 'Vendor e_cr is not valid'],
    [allow('ecr:*', 'payments/api'), 'Resource payments/api must be in ARN format or "*".'],
    [
      allow('ecr:*', 'arn:azure:ecr:eu-west-1:1:repository/x'),
      'Partition "azure" is not valid for resource "arn:azure:ecr:eu-west-1:1:repository/x".',
    ],
    [
      '{"Version":"2012-10-17","Statement":[{"Sid":"A","Effect":"Allow","Action":"*","Resource":"*"},{"Sid":"A","Effect":"Allow","Action":"*","Resource":"*"}]}',
      'Statement IDs (SID) in a single policy must be unique.',
    ],
    [
      '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"StringIs":{"aws:a":"b"}}}}',
      'Invalid Condition type : StringIs.',
    ],
  ])('is not made of %s', (text, message) => {
    expect(refusal('CreatePolicy', { PolicyName: 'p', PolicyDocument: text })).toBe(
      `MalformedPolicyDocument: ${message}`,
    );
  });

  it('has a bounded size, and inline policies have one together', () => {
    const many = Array.from({ length: 300 }, (_, index) => `ecr:GetSomethingOrOther${index}`);
    expect(refusal('CreatePolicy', { PolicyName: 'p', PolicyDocument: allow(many) })).toBe(
      'LimitExceeded: Cannot exceed quota for PolicySize: 6144',
    );
    role();
    expect(refusal('PutRolePolicy', { RoleName: 'ci', PolicyName: 'a', PolicyDocument: allow(many) })).toBe('none');
    expect(refusal('PutRolePolicy', { RoleName: 'ci', PolicyName: 'a', PolicyDocument: allow(many) })).toBe('none');
    expect(refusal('PutRolePolicy', { RoleName: 'ci', PolicyName: 'b', PolicyDocument: allow(many) })).toBe(
      'LimitExceeded: Maximum policy size of 10240 bytes exceeded for role ci',
    );
  });

  it('is attached ten times to one role, and no more', () => {
    role();
    for (let index = 0; index < 11; index += 1)
      call('CreatePolicy', { PolicyName: `p${index}`, PolicyDocument: allow() });
    const attach = (index: number): string =>
      refusal('AttachRolePolicy', { RoleName: 'ci', PolicyArn: `arn:aws:iam::${account}:policy/p${index}` });
    for (let index = 0; index < 10; index += 1) expect(attach(index)).toBe('none');
    expect(attach(10)).toBe('LimitExceeded: Cannot exceed quota for PoliciesPerRole: 10');
  });
});

describe('a user', () => {
  it('has two access keys at most, and their secrets are told once', () => {
    call('CreateUser', { UserName: 'bob' });
    const { AccessKey } = call('CreateAccessKey', { UserName: 'bob' });
    expect(AccessKey).toMatchObject({ UserName: 'bob', Status: 'Active' });
    const { AccessKeyId, SecretAccessKey } = AccessKey as Record<string, string>;
    expect(AccessKeyId).toMatch(/^AKIA[A-Z2-7]{16}$/);
    expect(SecretAccessKey).toMatch(/^[A-Za-z0-9+/]{40}$/);
    call('CreateAccessKey', { UserName: 'bob' });
    expect(refusal('CreateAccessKey', { UserName: 'bob' })).toBe(
      'LimitExceeded: Cannot exceed quota for AccessKeysPerUser: 2',
    );
    call('UpdateAccessKey', { UserName: 'bob', AccessKeyId, Status: 'Inactive' });
    const { AccessKeyMetadata } = call('ListAccessKeys', { UserName: 'bob' });
    expect(AccessKeyMetadata).toHaveLength(2);
    expect(JSON.stringify(AccessKeyMetadata)).not.toContain('Secret');
    expect(AccessKeyMetadata).toContainEqual(expect.objectContaining({ AccessKeyId, Status: 'Inactive' }));
    expect(refusal('DeleteUser', { UserName: 'bob' })).toBe(
      'DeleteConflict: Cannot delete entity, must delete access keys first.',
    );
    call('UpdateUser', { UserName: 'bob', NewUserName: 'robert' });
    expect(call('ListAccessKeys', { UserName: 'robert' })['AccessKeyMetadata']).toHaveLength(2);
    expect(refusal('DeleteAccessKey', { UserName: 'robert', AccessKeyId: 'AKIA2222222222222222' })).toBe(
      'NoSuchEntity: The Access Key with id AKIA2222222222222222 cannot be found.',
    );
  });

  it('need not be named where it calls itself', () => {
    call('CreateUser', { UserName: 'bob', Path: '/x/' });
    const bob = contextOf(account, `arn:aws:iam::${account}:user/x/bob`);
    expect(call('GetUser', {}, bob)).toMatchObject({ User: { UserName: 'bob' } });
    expect(call('CreateAccessKey', {}, bob)).toMatchObject({ AccessKey: { UserName: 'bob' } });
    const session = contextOf(account, `arn:aws:sts::${account}:assumed-role/ci/x`);
    expect(refusal('GetUser', {}, session)).toBe(
      'ValidationError: Must specify userName when calling with non-User credentials',
    );
  });

  it('is in groups, and they are not deleted while it is', () => {
    call('CreateUser', { UserName: 'bob' });
    call('CreateGroup', { GroupName: 'dev' });
    call('AddUserToGroup', { UserName: 'bob', GroupName: 'dev' });
    expect(call('GetGroup', { GroupName: 'dev' })).toMatchObject({ Users: [{ UserName: 'bob' }] });
    expect(refusal('DeleteGroup', { GroupName: 'dev' })).toMatch(/^DeleteConflict/);
    expect(refusal('DeleteUser', { UserName: 'bob' })).toMatch(/^DeleteConflict/);
    call('UpdateGroup', { GroupName: 'dev', NewGroupName: 'ops' });
    expect(call('ListGroupsForUser', { UserName: 'bob' })).toMatchObject({ Groups: [{ GroupName: 'ops' }] });
    call('RemoveUserFromGroup', { UserName: 'bob', GroupName: 'ops' });
    expect(refusal('DeleteGroup', { GroupName: 'ops' })).toBe('none');
    expect(refusal('DeleteUser', { UserName: 'bob' })).toBe('none');
  });
});

describe('tags', () => {
  it('are one for each key, whatever its case', () => {
    role('ci', { Tags: [{ Key: 'Team', Value: 'a' }] });
    call('TagRole', { RoleName: 'ci', Tags: [{ Key: 'team', Value: 'b' }] });
    expect(call('ListRoleTags', { RoleName: 'ci' })).toEqual({
      Tags: [{ Key: 'team', Value: 'b' }],
      IsTruncated: false,
    });
    call('UntagRole', { RoleName: 'ci', TagKeys: ['TEAM'] });
    expect(call('ListRoleTags', { RoleName: 'ci' })).toMatchObject({ Tags: [] });
    const twice = [
      { Key: 'a', Value: '' },
      { Key: 'A', Value: '' },
    ];
    expect(refusal('TagRole', { RoleName: 'ci', Tags: twice })).toBe(
      'InvalidInput: Duplicate tag keys found. Please note that Tag keys are case insensitive.',
    );
    expect(refusal('TagRole', { RoleName: 'ci', Tags: [{ Key: 'aws:x', Value: '' }] })).toMatch(/^InvalidInput/);
  });
});

describe('an OIDC provider', () => {
  const arn = `arn:aws:iam::${account}:oidc-provider/token.actions.githubusercontent.com`;

  it('is made once for each issuer, and changed', () => {
    const Url = 'https://token.actions.githubusercontent.com/';
    expect(call('CreateOpenIDConnectProvider', { Url, ClientIDList: ['sts.amazonaws.com'] })).toEqual({
      OpenIDConnectProviderArn: arn,
    });
    expect(refusal('CreateOpenIDConnectProvider', { Url })).toBe(
      `EntityAlreadyExists: Provider with url ${Url} already exists.`,
    );
    call('AddClientIDToOpenIDConnectProvider', { OpenIDConnectProviderArn: arn, ClientID: 'x' });
    call('UpdateOpenIDConnectProviderThumbprint', {
      OpenIDConnectProviderArn: arn,
      ThumbprintList: ['6938FD4D98BAB03FAADB97B34396831E3780AEA1'],
    });
    expect(call('GetOpenIDConnectProvider', { OpenIDConnectProviderArn: arn })).toMatchObject({
      Url: 'token.actions.githubusercontent.com',
      ClientIDList: ['sts.amazonaws.com', 'x'],
      ThumbprintList: ['6938fd4d98bab03faadb97b34396831e3780aea1'],
    });
    call('RemoveClientIDFromOpenIDConnectProvider', { OpenIDConnectProviderArn: arn, ClientID: 'x' });
    call('DeleteOpenIDConnectProvider', { OpenIDConnectProviderArn: arn });
    expect(refusal('GetOpenIDConnectProvider', { OpenIDConnectProviderArn: arn })).toBe(
      `NoSuchEntity: OpenIDConnect Provider not found for arn ${arn}`,
    );
  });

  it('may be on this machine without TLS, and nowhere else', () => {
    expect(call('CreateOpenIDConnectProvider', { Url: 'http://127.0.0.1:8080/realm' })).toEqual({
      OpenIDConnectProviderArn: `arn:aws:iam::${account}:oidc-provider/127.0.0.1:8080/realm`,
    });
    for (const Url of ['http://example.com', 'ftp://x', 'example.com', 'https://a@b', 'https://a?b', 'https://'])
      expect(refusal('CreateOpenIDConnectProvider', { Url }), Url).toMatch(/^InvalidInput/);
  });
});

describe('pages', () => {
  it('go on where the last one ended, over what passes', () => {
    for (let index = 0; index < 25; index += 1)
      role(`r${String(index).padStart(2, '0')}`, { Path: index % 2 === 0 ? '/even/' : '/odd/' });
    const names: unknown[] = [];
    let marker: unknown;
    for (let page = 0; page < 10; page += 1) {
      const answer = call('ListRoles', {
        MaxItems: '3',
        PathPrefix: '/even/',
        ...(marker !== undefined && { Marker: marker }),
      });
      names.push(...(answer['Roles'] as Answer[]).map(({ RoleName }) => RoleName));
      marker = answer['Marker'];
      if (answer['IsTruncated'] === false) break;
    }
    expect(names).toEqual(Array.from({ length: 13 }, (_, index) => `r${String(index * 2).padStart(2, '0')}`));
    expect(refusal('ListRoles', { Marker: 'x' })).toBe('ValidationError: Invalid Marker.');
  });
});

describe('an account', () => {
  it('tells all there is, and of AWS’s policies those in use', () => {
    role();
    call('CreateUser', { UserName: 'bob' });
    call('PutRolePolicy', { RoleName: 'ci', PolicyName: 'in', PolicyDocument: allow() });
    call('AttachRolePolicy', { RoleName: 'ci', PolicyArn: 'arn:aws:iam::aws:policy/AdministratorAccess' });
    call('CreatePolicy', { PolicyName: 'own', PolicyDocument: allow() });
    expect(call('GetAccountAuthorizationDetails')).toMatchObject({
      UserDetailList: [{ UserName: 'bob', GroupList: [] }],
      RoleDetailList: [
        {
          RoleName: 'ci',
          RolePolicyList: [{ PolicyName: 'in', PolicyDocument: encodePolicy(allow()) }],
          AttachedManagedPolicies: [{ PolicyName: 'AdministratorAccess' }],
        },
      ],
      Policies: [{ PolicyName: 'own' }, { PolicyName: 'AdministratorAccess' }],
      IsTruncated: false,
    });
    expect(call('GetAccountAuthorizationDetails', { Filter: ['User'] })).toMatchObject({ RoleDetailList: [] });
    expect((call('GetAccountSummary')['SummaryMap'] as Map<string, number>).get('Roles')).toBe(1);
  });
});

describe('the resource of a call', () => {
  const of = (operation: string, input: Answer): string => iamService.resourceOf(input, context, operation);

  it('is named with the path it has, or will have', () => {
    role('ci', { Path: '/a/' });
    expect(of('GetRole', { RoleName: 'ci' })).toBe(`arn:aws:iam::${account}:role/a/ci`);
    expect(of('CreateRole', { RoleName: 'new', Path: '/b/' })).toBe(`arn:aws:iam::${account}:role/b/new`);
    expect(of('GetUserPolicy', { UserName: 'bob', PolicyName: 'x' })).toBe(`arn:aws:iam::${account}:user/bob`);
    expect(of('CreatePolicy', { PolicyName: 'x' })).toBe(`arn:aws:iam::${account}:policy/x`);
    expect(of('GetUser', {})).toBe(`arn:aws:iam::${account}:user/local`);
    expect(of('CreateOpenIDConnectProvider', { Url: 'https://a.example/' })).toBe(
      `arn:aws:iam::${account}:oidc-provider/a.example`,
    );
    expect(of('ListRoles', {})).toBe('*');
  });
});
