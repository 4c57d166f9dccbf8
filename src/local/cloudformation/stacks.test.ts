// Stacks through AWS's own client: made, changed, rolled back, deleted; exports, drift, change sets, and the refusals.
import {
  ContinueUpdateRollbackCommand,
  CreateChangeSetCommand,
  type CreateChangeSetCommandInput,
  DeleteStackCommand,
  DescribeChangeSetCommand,
  DescribeStackDriftDetectionStatusCommand,
  DescribeStackEventsCommand,
  DescribeStackResourceDriftsCommand,
  DescribeStackResourcesCommand,
  DetectStackDriftCommand,
  ExecuteChangeSetCommand,
  GetTemplateCommand,
  GetTemplateSummaryCommand,
  ListChangeSetsCommand,
  ListExportsCommand,
  ListImportsCommand,
  ListStackResourcesCommand,
  ListStacksCommand,
  UpdateTerminationProtectionCommand,
  ValidateTemplateCommand,
} from '@aws-sdk/client-cloudformation';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { wire, wireOk } from '../../../test/support/clients.js';
import { account, clientOf, region, Stacks } from '../../../test/support/stacks.js';
import { type LocalEcr, startLocalEcr } from '../index.js';

let local: LocalEcr;
let stacks: Stacks;
beforeEach(async () => {
  local = await startLocalEcr({ port: 0 });
  stacks = new Stacks(clientOf(local));
});
afterEach(async () => {
  stacks.client.destroy();
  await local.close();
});

const at = () => ({ endpoint: local.url, account, region });
const repository = (more: object = {}, rest: object = {}) => ({
  Type: 'AWS::ECR::Repository',
  Properties: more,
  ...rest,
});
const template = (Resources: object, rest: object = {}) => ({ Resources, ...rest });
const repositories = async (): Promise<string[]> => {
  const found = (await wireOk(at(), 'ecr', 'DescribeRepositories')) as { repositories: { repositoryName: string }[] };
  return found.repositories.map((one) => one.repositoryName);
};
const refused = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'accepted',
    (error: Error) => `${error.name}: ${error.message}`,
  );

const yaml = `
AWSTemplateFormatVersion: 2010-09-09
Description: images
Parameters:
  Name: {Type: String, AllowedPattern: "[a-z]+"}
  Protect: {Type: String, Default: "no", AllowedValues: ["yes", "no"]}
Conditions:
  Protected: !Equals [!Ref Protect, "yes"]
Resources:
  Key:
    Type: AWS::KMS::Key
    Properties:
      Description: !Sub "images of \${Name}"
      EnableKeyRotation: true
      KeyPolicy:
        Version: "2012-10-17"
        Statement:
          - {Effect: Allow, Principal: {AWS: !Sub "arn:\${AWS::Partition}:iam::\${AWS::AccountId}:root"}, Action: "kms:*", Resource: "*"}
  Alias:
    Type: AWS::KMS::Alias
    Properties: {AliasName: !Sub "alias/\${Name}", TargetKeyId: !Ref Key}
  Images:
    Type: AWS::ECR::Repository
    Properties:
      RepositoryName: !Join ["/", [!Ref Name, app]]
      ImageTagMutability: !If [Protected, IMMUTABLE, !Ref "AWS::NoValue"]
      EncryptionConfiguration: {EncryptionType: KMS, KmsKey: !GetAtt Key.Arn}
Outputs:
  Uri:
    Value: !GetAtt Images.RepositoryUri
    Export: {Name: !Sub "\${AWS::StackName}-uri"}
  Key: {Value: !Ref Key, Description: its key}
`;
const parameters = (Name: string, Protect = 'no') => ({
  Parameters: [
    { ParameterKey: 'Name', ParameterValue: Name },
    { ParameterKey: 'Protect', ParameterValue: Protect },
  ],
});

describe('a stack', () => {
  it('is made in the order of what needs what, told of, and deleted in the reverse', async () => {
    const made = await stacks.create('images', yaml, { ...parameters('shop'), Tags: [{ Key: 'Team', Value: 'shop' }] });
    expect(made).toMatchObject({
      StackStatus: 'CREATE_COMPLETE',
      Description: 'images',
      Tags: [{ Key: 'Team', Value: 'shop' }],
    });
    expect(made.Outputs).toEqual([
      {
        OutputKey: 'Uri',
        OutputValue: `localhost:${local.port}/${account}.${region}/shop/app`,
        ExportName: 'images-uri',
      },
      { OutputKey: 'Key', OutputValue: expect.stringMatching(/^[0-9a-f-]{36}$/) as unknown, Description: 'its key' },
    ]);
    expect(await stacks.events('images')).toEqual([
      'images CREATE_IN_PROGRESS',
      'Key CREATE_IN_PROGRESS',
      'Key CREATE_IN_PROGRESS',
      'Key CREATE_COMPLETE',
      'Alias CREATE_IN_PROGRESS',
      'Alias CREATE_IN_PROGRESS',
      'Alias CREATE_COMPLETE',
      'Images CREATE_IN_PROGRESS',
      'Images CREATE_IN_PROGRESS',
      'Images CREATE_COMPLETE',
      'images CREATE_COMPLETE',
    ]);
    const resourceArn = `arn:aws:ecr:${region}:${account}:repository/shop/app`;
    const { tags } = (await wireOk(at(), 'ecr', 'ListTagsForResource', { resourceArn })) as { tags: { Key: string }[] };
    expect(tags.map(({ Key }) => Key)).toEqual([
      'Team',
      'aws:cloudformation:stack-name',
      'aws:cloudformation:logical-id',
      'aws:cloudformation:stack-id',
    ]);
    const { StackResources = [] } = await stacks.client.send(
      new DescribeStackResourcesCommand({ StackName: 'images' }),
    );
    expect(StackResources.map((one) => [one.LogicalResourceId, one.PhysicalResourceId])).toEqual([
      ['Alias', 'alias/shop'],
      ['Images', 'shop/app'],
      ['Key', made.Outputs?.[1]?.OutputValue],
    ]);
    expect(await stacks.remove('images')).toMatchObject({ StackStatus: 'DELETE_COMPLETE' });
    expect((await stacks.events(made.StackId ?? '')).slice(11)).toEqual([
      'images DELETE_IN_PROGRESS',
      'Images DELETE_IN_PROGRESS',
      'Images DELETE_COMPLETE',
      'Alias DELETE_IN_PROGRESS',
      'Alias DELETE_COMPLETE',
      'Key DELETE_IN_PROGRESS',
      'Key DELETE_COMPLETE',
      'images DELETE_COMPLETE',
    ]);
    expect(await repositories()).toEqual([]);
    expect(await refused(stacks.describe('images'))).toBe('ValidationError: Stack with id images does not exist');
    const { StackSummaries = [] } = await stacks.client.send(new ListStacksCommand({}));
    expect(StackSummaries.map(({ StackName, StackStatus }) => `${StackName} ${StackStatus}`)).toEqual([
      'images DELETE_COMPLETE',
    ]);
  });

  it('is changed where it has changed, and not at all where nothing has', async () => {
    await stacks.create('images', yaml, parameters('shop'));
    expect(await refused(stacks.update('images', yaml, parameters('shop')))).toBe(
      'ValidationError: No updates are to be performed.',
    );
    expect(await stacks.update('images', yaml, parameters('shop', 'yes'))).toMatchObject({
      StackStatus: 'UPDATE_COMPLETE',
    });
    expect((await stacks.events('images')).slice(11)).toEqual([
      'images UPDATE_IN_PROGRESS',
      'Images UPDATE_IN_PROGRESS',
      'Images UPDATE_COMPLETE',
      'images UPDATE_COMPLETE_CLEANUP_IN_PROGRESS',
      'images UPDATE_COMPLETE',
    ]);
    const found = (await wireOk(at(), 'ecr', 'DescribeRepositories')) as {
      repositories: { imageTagMutability: string }[];
    };
    expect(found.repositories[0]?.imageTagMutability).toBe('IMMUTABLE');
  });

  it('is replaced in its parts where they cannot be changed: the new first, the old last', async () => {
    await stacks.create('images', yaml, parameters('shop'));
    await stacks.update('images', yaml, parameters('store'));
    expect((await stacks.events('images')).slice(11)).toEqual([
      'images UPDATE_IN_PROGRESS',
      'Key UPDATE_IN_PROGRESS',
      'Key UPDATE_COMPLETE',
      'Alias UPDATE_IN_PROGRESS',
      'Alias UPDATE_IN_PROGRESS',
      'Alias UPDATE_COMPLETE',
      'Images UPDATE_IN_PROGRESS',
      'Images UPDATE_IN_PROGRESS',
      'Images UPDATE_COMPLETE',
      'images UPDATE_COMPLETE_CLEANUP_IN_PROGRESS',
      'Images DELETE_IN_PROGRESS',
      'Images DELETE_COMPLETE',
      'Alias DELETE_IN_PROGRESS',
      'Alias DELETE_COMPLETE',
      'images UPDATE_COMPLETE',
    ]);
    expect(await repositories()).toEqual(['store/app']);
  });

  it('has names of its own where its parts have none', async () => {
    await stacks.create('Shop', template({ Images: repository() }));
    const [name = ''] = await repositories();
    expect(name).toMatch(/^shop-images-[a-z0-9]{12}$/);
  });
});

describe('a stack that fails', () => {
  const broken = template({
    First: repository({ RepositoryName: 'first' }),
    Second: repository({ RepositoryName: 'taken' }, { DependsOn: 'First' }),
  });

  it('goes back to nothing, and says why', async () => {
    await wireOk(at(), 'ecr', 'CreateRepository', { repositoryName: 'taken' });
    const failed = await stacks.create('broken', broken);
    expect(failed).toMatchObject({
      StackStatus: 'ROLLBACK_COMPLETE',
    });
    const { StackEvents = [] } = await stacks.client.send(new DescribeStackEventsCommand({ StackName: 'broken' }));
    const reasons = StackEvents.filter(({ ResourceStatusReason }) => ResourceStatusReason !== undefined);
    expect(reasons.find(({ ResourceStatus }) => ResourceStatus === 'CREATE_FAILED')?.ResourceStatusReason).toMatch(
      /^Resource handler returned message: "The repository with name 'taken' already exists in the registry with id '111111111111' \(RepositoryAlreadyExistsException; Status Code: 400\)" \(RequestToken: .*, HandlerErrorCode: AlreadyExists\)$/,
    );
    expect(reasons.find(({ ResourceStatus }) => ResourceStatus === 'ROLLBACK_IN_PROGRESS')?.ResourceStatusReason).toBe(
      'The following resource(s) failed to create: [Second]. Rollback requested by user.',
    );
    expect(await repositories()).toEqual(['taken']);
    expect(await refused(stacks.update('broken', broken))).toMatch(
      /is in ROLLBACK_COMPLETE state and can not be updated\.$/,
    );
    expect(await stacks.remove('broken')).toMatchObject({ StackStatus: 'DELETE_COMPLETE' });
  });

  it('stays as it is, or goes altogether, where that is asked for', async () => {
    await wireOk(at(), 'ecr', 'CreateRepository', { repositoryName: 'taken' });
    expect(await stacks.create('kept', broken, { OnFailure: 'DO_NOTHING' })).toMatchObject({
      StackStatus: 'CREATE_FAILED',
    });
    expect(await repositories()).toEqual(['first', 'taken']);
    await stacks.remove('kept');
    const gone = stacks.create('gone', broken, { OnFailure: 'DELETE' });
    expect(await gone.catch((error: Error) => error.message)).toSatisfy(
      (end: unknown) =>
        end === 'Stack with id gone does not exist' ||
        (end as { StackStatus: string }).StackStatus === 'DELETE_COMPLETE',
    );
    expect(await repositories()).toEqual(['taken']);
  });

  it('goes back to what it was when an update fails: what was changed, replaced and made', async () => {
    const before = template({
      Changed: repository({ RepositoryName: 'changed', ImageTagMutability: 'MUTABLE' }),
      Replaced: repository({ RepositoryName: 'replaced' }),
      Gone: repository({ RepositoryName: 'gone' }),
    });
    const after = template({
      Changed: repository({ RepositoryName: 'changed', ImageTagMutability: 'IMMUTABLE' }),
      Replaced: repository({ RepositoryName: 'replacement' }),
      Made: repository({ RepositoryName: 'made' }),
      Wrong: repository(
        { LifecyclePolicy: { LifecyclePolicyText: '{}' } },
        { DependsOn: ['Changed', 'Replaced', 'Made'] },
      ),
    });
    await stacks.create('app', before);
    const end = await stacks.update('app', after);
    expect(end).toMatchObject({ StackStatus: 'UPDATE_ROLLBACK_COMPLETE' });
    expect(await repositories()).toEqual(['changed', 'gone', 'replaced']);
    const found = (await wireOk(at(), 'ecr', 'DescribeRepositories', { repositoryNames: ['changed'] })) as {
      repositories: { imageTagMutability: string }[];
    };
    expect(found.repositories[0]?.imageTagMutability).toBe('MUTABLE');
    expect(await refused(stacks.update('app', before))).toBe('ValidationError: No updates are to be performed.');
    const text = await stacks.client.send(new GetTemplateCommand({ StackName: 'app' }));
    expect(JSON.parse(text.TemplateBody ?? '')).toEqual(before);
  });

  it('tells of a property that its type does not have, and of one that is missing', async () => {
    const failed = await stacks.create('app', template({ Images: repository({ Color: 'red' }) }));
    expect(failed.StackStatus).toBe('ROLLBACK_COMPLETE');
    const { StackEvents = [] } = await stacks.client.send(new DescribeStackEventsCommand({ StackName: 'app' }));
    expect(StackEvents.find(({ ResourceStatus }) => ResourceStatus === 'CREATE_FAILED')).toMatchObject({
      LogicalResourceId: 'Images',
      ResourceStatusReason:
        'Properties validation failed for resource Images with message:\n[#: extraneous key [Color] is not permitted]',
    });
  });

  it('is helped on where its rollback fails', async () => {
    await stacks.create(
      'app',
      template({ Images: repository({ RepositoryName: 'app', ImageTagMutability: 'MUTABLE' }) }),
    );
    const after = template({
      Images: repository({ RepositoryName: 'app', ImageTagMutability: 'IMMUTABLE' }),
      Wrong: repository({ RepositoryName: 'X' }, { DependsOn: 'Images' }),
    });
    local.setFaults([{ operation: 'PutImageTagMutability', kind: 'deny', after: 1 }]);
    expect(await stacks.update('app', after)).toMatchObject({ StackStatus: 'UPDATE_ROLLBACK_FAILED' });
    local.clearFaults();
    await stacks.client.send(new ContinueUpdateRollbackCommand({ StackName: 'app' }));
    expect(await stacks.settled('app')).toMatchObject({ StackStatus: 'UPDATE_ROLLBACK_COMPLETE' });
  });

  it('is not deleted while a repository holds images, and leaves it where told to', async () => {
    await stacks.create('app', template({ Images: repository({ RepositoryName: 'app' }) }));
    local.setFaults([{ operation: 'DeleteRepository', kind: 'deny' }]);
    expect(await stacks.remove('app')).toMatchObject({
      StackStatus: 'DELETE_FAILED',
      StackStatusReason: 'The following resource(s) failed to delete: [Images]. ',
    });
    local.clearFaults();
    await stacks.client.send(new DeleteStackCommand({ StackName: 'app', RetainResources: ['Images'] }));
    await expect.poll(() => refused(stacks.describe('app'))).toBe('ValidationError: Stack with id app does not exist');
    expect(await repositories()).toEqual(['app']);
  });

  it('is throttled for a while, and comes through', async () => {
    local.setFaults([{ operation: 'CreateRepository', kind: 'throttle', times: 2 }]);
    expect(await stacks.create('app', template({ Images: repository() }))).toMatchObject({
      StackStatus: 'CREATE_COMPLETE',
    });
  });
});

describe('policies of resources', () => {
  it('keep what is to be kept', async () => {
    const kept = (RepositoryName: string) =>
      template({ Images: repository({ RepositoryName }, { DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' }) });
    await stacks.create('app', kept('one'));
    await stacks.update('app', kept('two'));
    await stacks.remove('app');
    expect(await repositories()).toEqual(['one', 'two']);
  });

  it('do not let a protected stack go', async () => {
    await stacks.create('app', template({ Images: repository() }), { EnableTerminationProtection: true });
    const remove = (): Promise<string> => refused(stacks.remove('app'));
    expect(await remove()).toBe(
      'ValidationError: Stack [app] cannot be deleted while TerminationProtection is enabled',
    );
    await stacks.client.send(
      new UpdateTerminationProtectionCommand({ StackName: 'app', EnableTerminationProtection: false }),
    );
    expect(await remove()).toBe('accepted');
  });
});

describe('IAM', () => {
  const trust = {
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: { Service: 'ecs-tasks.amazonaws.com' }, Action: 'sts:AssumeRole' }],
  };
  const document = (action: string) => ({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Action: action, Resource: '*' }],
  });
  const role = (more: object = {}) => ({
    Type: 'AWS::IAM::Role',
    Properties: { AssumeRolePolicyDocument: trust, ...more },
  });

  it('must be acknowledged, and more so with names', async () => {
    expect(await refused(stacks.create('app', template({ Role: role() })))).toBe(
      'InsufficientCapabilitiesException: Requires capabilities : [CAPABILITY_IAM]',
    );
    const named = template({ Role: role({ RoleName: 'puller' }) });
    expect(await refused(stacks.create('app', named, { Capabilities: ['CAPABILITY_IAM'] }))).toBe(
      'InsufficientCapabilitiesException: Requires capabilities : [CAPABILITY_NAMED_IAM]',
    );
    expect(await stacks.create('app', named, { Capabilities: ['CAPABILITY_NAMED_IAM'] })).toMatchObject({
      StackStatus: 'CREATE_COMPLETE',
    });
  });

  it('is made, changed, found drifted, and taken away whole', async () => {
    const all = (action: string, duration: number) =>
      template(
        {
          Provider: {
            Type: 'AWS::IAM::OIDCProvider',
            Properties: { Url: 'https://token.actions.githubusercontent.com', ClientIdList: ['sts.amazonaws.com'] },
          },
          Other: role(),
          Policy: { Type: 'AWS::IAM::ManagedPolicy', Properties: { PolicyDocument: document(action) } },
          Role: role({
            MaxSessionDuration: duration,
            ManagedPolicyArns: [{ Ref: 'Policy' }],
            Policies: [{ PolicyName: 'inline', PolicyDocument: document(action) }],
          }),
          Inline: {
            Type: 'AWS::IAM::Policy',
            Properties: { PolicyName: 'more', PolicyDocument: document(action), Roles: [{ Ref: 'Other' }] },
          },
          One: {
            Type: 'AWS::IAM::RolePolicy',
            Properties: { PolicyName: 'one', RoleName: { Ref: 'Other' }, PolicyDocument: document(action) },
          },
        },
        { Outputs: { Arn: { Value: { 'Fn::GetAtt': ['Role', 'Arn'] } }, Provider: { Value: { Ref: 'Provider' } } } },
      );
    const Capabilities = ['CAPABILITY_NAMED_IAM' as const];
    const made = await stacks.create('ci', all('ecr:GetAuthorizationToken', 3600), {
      Capabilities,
      Tags: [{ Key: 'Team', Value: 'ci' }],
    });
    expect(made.StackStatus, JSON.stringify(await stacks.events('ci'))).toBe('CREATE_COMPLETE');
    expect(made.Outputs).toMatchObject([
      { OutputValue: expect.stringMatching(/^arn:aws:iam::111111111111:role\/ci-Role-[A-Z0-9]{12}$/) as unknown },
      { OutputValue: `arn:aws:iam::${account}:oidc-provider/token.actions.githubusercontent.com` },
    ]);
    const drift = async (): Promise<(string | undefined)[][]> => {
      const { StackDriftDetectionId } = await stacks.client.send(new DetectStackDriftCommand({ StackName: 'ci' }));
      const told = await stacks.client.send(new DescribeStackDriftDetectionStatusCommand({ StackDriftDetectionId }));
      expect(told.DetectionStatus).toBe('DETECTION_COMPLETE');
      const { StackResourceDrifts = [] } = await stacks.client.send(
        new DescribeStackResourceDriftsCommand({ StackName: 'ci' }),
      );
      return StackResourceDrifts.map((one) => [
        one.LogicalResourceId,
        one.StackResourceDriftStatus,
        ...(one.PropertyDifferences ?? []).map(({ PropertyPath }) => PropertyPath),
      ]);
    };
    expect(new Set((await drift()).map(([, status]) => status))).toEqual(new Set(['IN_SYNC', 'NOT_CHECKED']));
    expect(await stacks.update('ci', all('ecr:BatchGetImage', 7200), { Capabilities })).toMatchObject({
      StackStatus: 'UPDATE_COMPLETE',
    });
    expect(new Set((await drift()).map(([, status]) => status))).toEqual(new Set(['IN_SYNC', 'NOT_CHECKED']));
    expect(await stacks.remove('ci')).toMatchObject({ StackStatus: 'DELETE_COMPLETE' });
  });
});

describe('drift', () => {
  it('is what was changed by hand, and what is gone', async () => {
    await stacks.create(
      'app',
      template({
        Changed: repository({
          RepositoryName: 'changed',
          ImageTagMutability: 'IMMUTABLE',
          RepositoryPolicyText: {
            Version: '2012-10-17',
            Statement: [
              {
                Sid: 'a',
                Effect: 'Allow',
                Principal: { AWS: `arn:aws:iam::${account}:root` },
                Action: ['ecr:BatchGetImage'],
              },
            ],
          },
        }),
        Gone: repository({ RepositoryName: 'gone' }),
        Same: repository({ RepositoryName: 'same' }),
      }),
    );
    await wireOk(at(), 'ecr', 'PutImageTagMutability', { repositoryName: 'changed', imageTagMutability: 'MUTABLE' });
    await wireOk(at(), 'ecr', 'DeleteRepository', { repositoryName: 'gone' });
    await stacks.client.send(new DetectStackDriftCommand({ StackName: 'app' }));
    const { StackResourceDrifts = [] } = await stacks.client.send(
      new DescribeStackResourceDriftsCommand({ StackName: 'app' }),
    );
    expect(StackResourceDrifts).toMatchObject([
      {
        LogicalResourceId: 'Changed',
        StackResourceDriftStatus: 'MODIFIED',
        PropertyDifferences: [
          {
            PropertyPath: '/ImageTagMutability',
            ExpectedValue: 'IMMUTABLE',
            ActualValue: 'MUTABLE',
            DifferenceType: 'NOT_EQUAL',
          },
        ],
      },
      { LogicalResourceId: 'Gone', StackResourceDriftStatus: 'DELETED' },
      { LogicalResourceId: 'Same', StackResourceDriftStatus: 'IN_SYNC' },
    ]);
    expect((await stacks.describe('app')).DriftInformation?.StackDriftStatus).toBe('DRIFTED');
    expect(await stacks.remove('app')).toMatchObject({ StackStatus: 'DELETE_COMPLETE' });
  });
});

describe('exports', () => {
  const exporter = (value: string) =>
    template(
      { Images: repository({ RepositoryName: 'images' }) },
      { Outputs: { Name: { Value: value, Export: { Name: 'shared' } } } },
    );
  const importer = template({ Images: repository({ RepositoryName: { 'Fn::ImportValue': 'shared' } }) });

  it('lead from one stack to another, and hold the first', async () => {
    expect(await stacks.create('user', importer)).toMatchObject({ StackStatus: 'ROLLBACK_COMPLETE' });
    await stacks.remove('user');
    await stacks.create('owner', exporter('shared-name'));
    await stacks.create('user', importer);
    expect(await repositories()).toEqual(['images', 'shared-name']);
    const { Exports } = await stacks.client.send(new ListExportsCommand({}));
    expect(Exports).toMatchObject([{ Name: 'shared', Value: 'shared-name' }]);
    expect((await stacks.client.send(new ListImportsCommand({ ExportName: 'shared' }))).Imports).toEqual(['user']);
    expect(await refused(stacks.remove('owner'))).toBe(
      'ValidationError: Export shared cannot be deleted as it is in use by user',
    );
    expect(await stacks.update('owner', exporter('other'))).toMatchObject({ StackStatus: 'UPDATE_ROLLBACK_COMPLETE' });
    expect(
      await stacks.create(
        'second',
        exporter('x').Resources === undefined
          ? {}
          : template(
              { Handle: { Type: 'AWS::CloudFormation::WaitConditionHandle' } },
              { Outputs: { Name: { Value: 'x', Export: { Name: 'shared' } } } },
            ),
      ),
    ).toMatchObject({ StackStatus: 'ROLLBACK_COMPLETE' });
    await stacks.remove('user');
    expect(await refused(stacks.remove('owner'))).toBe('accepted');
  });
});

describe('a change set', () => {
  const one = template({ Images: repository({ RepositoryName: 'one', ImageTagMutability: 'MUTABLE' }) });
  const propose = async (StackName: string, body: object, more: Partial<CreateChangeSetCommandInput> = {}) => {
    const input = { StackName, ChangeSetName: 'next', TemplateBody: JSON.stringify(body), ...more };
    await stacks.client.send(new CreateChangeSetCommand(input));
    return stacks.client.send(
      new DescribeChangeSetCommand({ StackName, ChangeSetName: 'next', IncludePropertyValues: true }),
    );
  };
  const execute = async (StackName: string) => {
    await stacks.client.send(new ExecuteChangeSetCommand({ StackName, ChangeSetName: 'next' }));
    return stacks.settled(StackName);
  };

  it('makes a stack, says when there is nothing to do, and shows what an update does', async () => {
    expect(await propose('app', one, { ChangeSetType: 'CREATE' })).toMatchObject({
      Status: 'CREATE_COMPLETE',
      ExecutionStatus: 'AVAILABLE',
      Changes: [
        { ResourceChange: { Action: 'Add', LogicalResourceId: 'Images', ResourceType: 'AWS::ECR::Repository' } },
      ],
    });
    expect(await stacks.describe('app')).toMatchObject({ StackStatus: 'REVIEW_IN_PROGRESS' });
    expect(await execute('app')).toMatchObject({ StackStatus: 'CREATE_COMPLETE' });
    expect(await propose('app', one)).toMatchObject({
      Status: 'FAILED',
      ExecutionStatus: 'UNAVAILABLE',
      StatusReason:
        "The submitted information didn't contain changes. Submit different information to create a change set.",
    });
    expect(await refused(execute('app'))).toMatch(
      /^InvalidChangeSetStatusException: ChangeSet \[.*\] cannot be executed in its current status of \[FAILED\]$/,
    );
    const after = template({
      Images: repository({ RepositoryName: 'two', ImageTagMutability: 'IMMUTABLE' }),
      Added: repository({ RepositoryName: { 'Fn::Sub': '${Images}-added' } }),
    });
    const more = { ChangeSetName: 'more' };
    await stacks.client.send(
      new CreateChangeSetCommand({ StackName: 'app', TemplateBody: JSON.stringify(after), ...more }),
    );
    const shown = await stacks.client.send(
      new DescribeChangeSetCommand({ StackName: 'app', IncludePropertyValues: true, ...more }),
    );
    expect(shown.Changes).toMatchObject([
      {
        ResourceChange: {
          Action: 'Add',
          LogicalResourceId: 'Added',
          AfterContext: '{"Properties":{"RepositoryName":"{{changeSet:KNOWN_AFTER_APPLY}}-added"}}',
        },
      },
      {
        ResourceChange: {
          Action: 'Modify',
          LogicalResourceId: 'Images',
          PhysicalResourceId: 'one',
          Replacement: 'True',
          Scope: ['Properties'],
          Details: [
            {
              Target: {
                Name: 'ImageTagMutability',
                RequiresRecreation: 'Never',
                BeforeValue: 'MUTABLE',
                AfterValue: 'IMMUTABLE',
              },
              Evaluation: 'Static',
              ChangeSource: 'DirectModification',
            },
            { Target: { Name: 'RepositoryName', RequiresRecreation: 'Always' } },
          ],
        },
      },
    ]);
    expect(
      (await stacks.client.send(new ListChangeSetsCommand({ StackName: 'app' }))).Summaries?.map(
        (set) => set.ChangeSetName,
      ),
    ).toEqual(['next', 'more']);
    await stacks.client.send(new ExecuteChangeSetCommand({ StackName: 'app', ...more }));
    expect(await stacks.settled('app')).toMatchObject({ StackStatus: 'UPDATE_COMPLETE' });
    expect(await repositories()).toEqual(['two', 'two-added']);
    expect((await stacks.client.send(new ListChangeSetsCommand({ StackName: 'app' }))).Summaries ?? []).toEqual([]);
    expect(await refused(propose('app', one, { ChangeSetType: 'CREATE', ChangeSetName: 'again' }))).toBe(
      'ValidationError: Stack [app] already exists and cannot be created again with the changeSet [again].',
    );
    expect(await refused(propose('none', one))).toBe('ValidationError: Stack [none] does not exist');
    expect(await refused(execute('app'))).toBe('ChangeSetNotFoundException: ChangeSet [next] does not exist');
  });
});

describe('every other type', () => {
  it('is made, changed where it can be, and taken away', async () => {
    const arn = `arn:aws:iam::${account}:root`;
    const all = (number: number) =>
      template({
        Policy: {
          Type: 'AWS::ECR::RegistryPolicy',
          Properties: {
            PolicyText: {
              Version: '2012-10-17',
              Statement: [
                {
                  Sid: `S${number}`,
                  Effect: 'Allow',
                  Principal: { AWS: arn },
                  Action: ['ecr:ReplicateImage'],
                  Resource: ['*'],
                },
              ],
            },
          },
        },
        Replication: {
          Type: 'AWS::ECR::ReplicationConfiguration',
          Properties: {
            ReplicationConfiguration: {
              Rules: [
                {
                  Destinations: [{ Region: 'us-east-1', RegistryId: account }],
                  RepositoryFilters: [{ Filter: `f${number}`, FilterType: 'PREFIX_MATCH' }],
                },
              ],
            },
          },
        },
        Scanning: {
          Type: 'AWS::ECR::RegistryScanningConfiguration',
          Properties: {
            ScanType: 'BASIC',
            Rules: [
              { ScanFrequency: 'SCAN_ON_PUSH', RepositoryFilters: [{ Filter: `f${number}*`, FilterType: 'WILDCARD' }] },
            ],
          },
        },
        Signing: {
          Type: 'AWS::ECR::SigningConfiguration',
          Properties: {
            Rules: [
              {
                SigningProfileArn: `arn:aws:signer:${region}:${account}:/signing-profiles/p${number}`,
                RepositoryFilters: [{ Filter: '*', FilterType: 'WILDCARD_MATCH' }],
              },
            ],
          },
        },
        Cache: {
          Type: 'AWS::ECR::PullThroughCacheRule',
          Properties: { EcrRepositoryPrefix: `quay${number}`, UpstreamRegistryUrl: 'quay.io' },
        },
        Template: {
          Type: 'AWS::ECR::RepositoryCreationTemplate',
          Properties: {
            Prefix: 'quay',
            AppliedFor: ['PULL_THROUGH_CACHE'],
            Description: `d${number}`,
            ImageTagMutability: 'IMMUTABLE',
          },
        },
        Exclusion: {
          Type: 'AWS::ECR::PullTimeUpdateExclusion',
          Properties: { PrincipalArn: `arn:aws:iam::${account}:role/r${number}` },
        },
        Parameter: { Type: 'AWS::SSM::Parameter', Properties: { Name: '/p', Type: 'String', Value: `v${number}` } },
        Handle: { Type: 'AWS::CloudFormation::WaitConditionHandle' },
      });
    const check = async (): Promise<void> => {
      await stacks.client.send(new DetectStackDriftCommand({ StackName: 'all' }));
      const { StackResourceDrifts = [] } = await stacks.client.send(
        new DescribeStackResourceDriftsCommand({ StackName: 'all' }),
      );
      expect(
        StackResourceDrifts.filter((one) => !['IN_SYNC', 'NOT_CHECKED'].includes(one.StackResourceDriftStatus ?? '')),
      ).toEqual([]);
    };
    const made = await stacks.create('all', all(1));
    const { StackEvents = [] } = await stacks.client.send(new DescribeStackEventsCommand({ StackName: 'all' }));
    expect(made.StackStatus, JSON.stringify(StackEvents.map((one) => one.ResourceStatusReason))).toBe(
      'CREATE_COMPLETE',
    );
    await check();
    expect(await stacks.update('all', all(2))).toMatchObject({ StackStatus: 'UPDATE_COMPLETE' });
    await check();
    expect(await stacks.remove('all')).toMatchObject({ StackStatus: 'DELETE_COMPLETE' });
    expect(await wire(at(), 'ecr', 'GetRegistryPolicy')).toMatchObject({
      error: { code: 'RegistryPolicyNotFoundException' },
    });
  });
});

describe('a template', () => {
  it('is summed up and validated', async () => {
    expect(await stacks.client.send(new GetTemplateSummaryCommand({ TemplateBody: yaml }))).toMatchObject({
      Description: 'images',
      ResourceTypes: ['AWS::ECR::Repository', 'AWS::KMS::Alias', 'AWS::KMS::Key'],
      Parameters: [
        { ParameterKey: 'Name', ParameterType: 'String', NoEcho: false },
        { ParameterKey: 'Protect', DefaultValue: 'no', ParameterConstraints: { AllowedValues: ['yes', 'no'] } },
      ],
    });
    expect(await stacks.client.send(new ValidateTemplateCommand({ TemplateBody: yaml }))).toMatchObject({
      Description: 'images',
    });
  });

  it.each([
    ['{', /^ValidationError: Template format error: JSON not well-formed\. \(line 1, column \d+\)$/],
    ['a: [', /^ValidationError: Template format error: YAML not well-formed\./],
    ['text', 'ValidationError: Template format error: unsupported structure.'],
    [{}, 'ValidationError: Template format error: At least one Resources member must be defined.'],
    [
      { Resources: { A: { Type: 'AWS::S3::Bucket' } } },
      'ValidationError: Template format error: Unrecognized resource types: [AWS::S3::Bucket]',
    ],
    [
      { ...template({ A: repository() }), Extra: 1 },
      'ValidationError: Template format error: Invalid template property or properties [Extra]',
    ],
    [
      template({ A: repository({ RepositoryName: { Ref: 'B' } }) }),
      'ValidationError: Template format error: Unresolved resource dependencies [B] in the Resources block of the template',
    ],
    [
      template({ A: repository({ RepositoryName: { 'Fn::GetAtt': ['B', 'Arn'] } }) }),
      'ValidationError: Template error: instance of Fn::GetAtt references undefined resource B',
    ],
    [
      template({ A: repository({ RepositoryName: { 'Fn::GetAtt': ['B', 'Color'] } }), B: repository() }),
      'ValidationError: Template error: resource B does not support attribute type Color in Fn::GetAtt',
    ],
    [
      template({ A: repository({ RepositoryName: { Ref: 'B' } }), B: repository({}, { DependsOn: 'A' }) }),
      'ValidationError: Circular dependency between resources: [A, B]',
    ],
  ])('is refused: %j', async (body, text) => {
    const told = await refused(stacks.create('app', body));
    if (typeof text === 'string') expect(told).toBe(text);
    else expect(told).toMatch(text);
    expect((await stacks.client.send(new ListStacksCommand({}))).StackSummaries ?? []).toEqual([]);
  });

  it('lists its resources page by page', async () => {
    const many = Object.fromEntries(
      Array.from({ length: 120 }, (_, n) => [`H${n}`, { Type: 'AWS::CloudFormation::WaitConditionHandle' }]),
    );
    expect(await stacks.create('many', template(many))).toMatchObject({ StackStatus: 'CREATE_COMPLETE' });
    const first = await stacks.client.send(new ListStackResourcesCommand({ StackName: 'many' }));
    const second = await stacks.client.send(
      new ListStackResourcesCommand({ StackName: 'many', NextToken: first.NextToken }),
    );
    expect([first.StackResourceSummaries?.length, second.StackResourceSummaries?.length]).toEqual([100, 20]);
  });
});
