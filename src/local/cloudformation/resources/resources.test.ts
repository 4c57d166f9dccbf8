// Every type of resource in a stack, through AWS's own client: made, changed, found without drift, taken away.
import {
  DescribeStackDriftDetectionStatusCommand,
  DescribeStackEventsCommand,
  DescribeStackResourceDriftsCommand,
  DetectStackDriftCommand,
} from '@aws-sdk/client-cloudformation';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { wire } from '../../../../test/support/clients.js';
import { account, region } from '../../../../test/support/stacks.js';
import { LocalStacks, refused, template } from '../testing/stacks.js';

let stacks: LocalStacks;
beforeEach(async () => {
  stacks = await LocalStacks.start();
});
afterEach(() => stacks.close());

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
    // A registry has one policy and one replication configuration.
    expect(await stacks.create('again', all(3))).toMatchObject({ StackStatus: 'ROLLBACK_COMPLETE' });
    await check();
    expect(await stacks.remove('all')).toMatchObject({ StackStatus: 'DELETE_COMPLETE' });
    expect(await wire(stacks.at, 'ecr', 'GetRegistryPolicy')).toMatchObject({
      error: { code: 'RegistryPolicyNotFoundException' },
    });
  });
});
