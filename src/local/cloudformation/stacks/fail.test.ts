// Stacks that fail, through AWS's own client: rolled back with their reasons, left as they are, helped on.
import {
  ContinueUpdateRollbackCommand,
  DeleteStackCommand,
  DescribeStackEventsCommand,
  GetTemplateCommand,
} from '@aws-sdk/client-cloudformation';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { wireOk } from '../../../../test/support/clients.js';
import { LocalStacks, refused, repository, template } from '../testing/stacks.js';

let stacks: LocalStacks;
beforeEach(async () => {
  stacks = await LocalStacks.start();
});
afterEach(() => stacks.close());

describe('a stack that fails', () => {
  const broken = template({
    First: repository({ RepositoryName: 'first' }),
    Second: repository({ RepositoryName: 'taken' }, { DependsOn: 'First' }),
  });

  it('goes back to nothing, and says why', async () => {
    await wireOk(stacks.at, 'ecr', 'CreateRepository', { repositoryName: 'taken' });
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
    expect(await stacks.repositories()).toEqual(['taken']);
    expect(await refused(stacks.update('broken', broken))).toMatch(
      /is in ROLLBACK_COMPLETE state and can not be updated\.$/,
    );
    expect(await stacks.remove('broken')).toMatchObject({ StackStatus: 'DELETE_COMPLETE' });
  });

  it('stays as it is, or goes altogether, where that is asked for', async () => {
    await wireOk(stacks.at, 'ecr', 'CreateRepository', { repositoryName: 'taken' });
    expect(await stacks.create('kept', broken, { OnFailure: 'DO_NOTHING' })).toMatchObject({
      StackStatus: 'CREATE_FAILED',
    });
    expect(await stacks.repositories()).toEqual(['first', 'taken']);
    await stacks.remove('kept');
    const gone = stacks.create('gone', broken, { OnFailure: 'DELETE' });
    expect(await gone.catch((error: Error) => error.message)).toSatisfy(
      (end: unknown) =>
        end === 'Stack with id gone does not exist' ||
        (end as { StackStatus: string }).StackStatus === 'DELETE_COMPLETE',
    );
    expect(await stacks.repositories()).toEqual(['taken']);
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
    expect(await stacks.repositories()).toEqual(['changed', 'gone', 'replaced']);
    const found = (await wireOk(stacks.at, 'ecr', 'DescribeRepositories', { repositoryNames: ['changed'] })) as {
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
    stacks.local.setFaults([{ operation: 'PutImageTagMutability', kind: 'deny', after: 1 }]);
    expect(await stacks.update('app', after)).toMatchObject({ StackStatus: 'UPDATE_ROLLBACK_FAILED' });
    stacks.local.clearFaults();
    await stacks.client.send(new ContinueUpdateRollbackCommand({ StackName: 'app' }));
    expect(await stacks.settled('app')).toMatchObject({ StackStatus: 'UPDATE_ROLLBACK_COMPLETE' });
  });

  it('is not deleted while a repository holds images, and leaves it where told to', async () => {
    await stacks.create('app', template({ Images: repository({ RepositoryName: 'app' }) }));
    stacks.local.setFaults([{ operation: 'DeleteRepository', kind: 'deny' }]);
    expect(await stacks.remove('app')).toMatchObject({
      StackStatus: 'DELETE_FAILED',
      StackStatusReason: 'The following resource(s) failed to delete: [Images]. ',
    });
    stacks.local.clearFaults();
    await stacks.client.send(new DeleteStackCommand({ StackName: 'app', RetainResources: ['Images'] }));
    await expect.poll(() => refused(stacks.describe('app'))).toBe('ValidationError: Stack with id app does not exist');
    expect(await stacks.repositories()).toEqual(['app']);
  });

  it('is throttled for a while, and comes through', async () => {
    stacks.local.setFaults([{ operation: 'CreateRepository', kind: 'throttle', times: 2 }]);
    expect(await stacks.create('app', template({ Images: repository() }))).toMatchObject({
      StackStatus: 'CREATE_COMPLETE',
    });
  });
});
