// Change sets, through AWS's own client: what they show, and what becomes of them.
import {
  CreateChangeSetCommand,
  type CreateChangeSetCommandInput,
  DescribeChangeSetCommand,
  ExecuteChangeSetCommand,
  ListChangeSetsCommand,
} from '@aws-sdk/client-cloudformation';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LocalStacks, refused, repository, template } from '../testing/stacks.js';

let stacks: LocalStacks;
beforeEach(async () => {
  stacks = await LocalStacks.start();
});
afterEach(() => stacks.close());

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
    expect(await stacks.repositories()).toEqual(['two', 'two-added']);
    expect((await stacks.client.send(new ListChangeSetsCommand({ StackName: 'app' }))).Summaries ?? []).toEqual([]);
    expect(await refused(propose('app', one, { ChangeSetType: 'CREATE', ChangeSetName: 'again' }))).toBe(
      'ValidationError: Stack [app] already exists and cannot be created again with the changeSet [again].',
    );
    expect(await refused(propose('none', one))).toBe('ValidationError: Stack [none] does not exist');
    expect(await refused(execute('app'))).toBe('ChangeSetNotFoundException: ChangeSet [next] does not exist');
  });
});
