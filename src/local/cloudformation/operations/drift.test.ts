// Drift, through AWS's own client: of resources that were changed or deleted behind their stack.
import { DescribeStackResourceDriftsCommand, DetectStackDriftCommand } from '@aws-sdk/client-cloudformation';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { wireOk } from '../../../../test/support/clients.js';
import { account } from '../../../../test/support/stacks.js';
import { LocalStacks, repository, template } from '../testing/stacks.js';

let stacks: LocalStacks;
beforeEach(async () => {
  stacks = await LocalStacks.start();
});
afterEach(() => stacks.close());

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
    await wireOk(stacks.at, 'ecr', 'PutImageTagMutability', {
      repositoryName: 'changed',
      imageTagMutability: 'MUTABLE',
    });
    await wireOk(stacks.at, 'ecr', 'DeleteRepository', { repositoryName: 'gone' });
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
