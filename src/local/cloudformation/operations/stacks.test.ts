// Stacks through AWS's own client: made, changed, replaced in parts, protected, deleted.
import {
  DescribeStackResourcesCommand,
  ListStacksCommand,
  UpdateTerminationProtectionCommand,
} from '@aws-sdk/client-cloudformation';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { wireOk } from '../../../../test/support/clients.js';
import { account, region } from '../../../../test/support/stacks.js';
import { imagesTemplate, LocalStacks, refused, repository, template } from '../testing/stacks.js';

let stacks: LocalStacks;
beforeEach(async () => {
  stacks = await LocalStacks.start();
});
afterEach(() => stacks.close());

const parameters = (Name: string, Protect = 'no') => ({
  Parameters: [
    { ParameterKey: 'Name', ParameterValue: Name },
    { ParameterKey: 'Protect', ParameterValue: Protect },
  ],
});

describe('a stack', () => {
  it('is made in the order of what needs what, told of, and deleted in the reverse', async () => {
    const made = await stacks.create('images', imagesTemplate, {
      ...parameters('shop'),
      Tags: [{ Key: 'Team', Value: 'shop' }],
    });
    expect(made).toMatchObject({
      StackStatus: 'CREATE_COMPLETE',
      Description: 'images',
      Tags: [{ Key: 'Team', Value: 'shop' }],
    });
    expect(made.Outputs).toEqual([
      {
        OutputKey: 'Uri',
        OutputValue: `localhost:${stacks.local.port}/${account}.${region}/shop/app`,
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
    const { tags } = (await wireOk(stacks.at, 'ecr', 'ListTagsForResource', { resourceArn })) as {
      tags: { Key: string }[];
    };
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
    expect(await stacks.repositories()).toEqual([]);
    expect(await refused(stacks.describe('images'))).toBe('ValidationError: Stack with id images does not exist');
    const { StackSummaries = [] } = await stacks.client.send(new ListStacksCommand({}));
    expect(StackSummaries.map(({ StackName, StackStatus }) => `${StackName} ${StackStatus}`)).toEqual([
      'images DELETE_COMPLETE',
    ]);
  });

  it('is changed where it has changed, and not at all where nothing has', async () => {
    await stacks.create('images', imagesTemplate, parameters('shop'));
    expect(await refused(stacks.update('images', imagesTemplate, parameters('shop')))).toBe(
      'ValidationError: No updates are to be performed.',
    );
    expect(await stacks.update('images', imagesTemplate, parameters('shop', 'yes'))).toMatchObject({
      StackStatus: 'UPDATE_COMPLETE',
    });
    expect((await stacks.events('images')).slice(11)).toEqual([
      'images UPDATE_IN_PROGRESS',
      'Images UPDATE_IN_PROGRESS',
      'Images UPDATE_COMPLETE',
      'images UPDATE_COMPLETE_CLEANUP_IN_PROGRESS',
      'images UPDATE_COMPLETE',
    ]);
    const found = (await wireOk(stacks.at, 'ecr', 'DescribeRepositories')) as {
      repositories: { imageTagMutability: string }[];
    };
    expect(found.repositories[0]?.imageTagMutability).toBe('IMMUTABLE');
  });

  it('is replaced in its parts where they cannot be changed: the new first, the old last', async () => {
    await stacks.create('images', imagesTemplate, parameters('shop'));
    await stacks.update('images', imagesTemplate, parameters('store'));
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
    expect(await stacks.repositories()).toEqual(['store/app']);
  });

  it('has names of its own where its parts have none', async () => {
    await stacks.create('Shop', template({ Images: repository() }));
    const [name = ''] = await stacks.repositories();
    expect(name).toMatch(/^shop-images-[a-z0-9]{12}$/);
  });
});

describe('policies of resources', () => {
  it('keep what is to be kept', async () => {
    const kept = (RepositoryName: string) =>
      template({ Images: repository({ RepositoryName }, { DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' }) });
    await stacks.create('app', kept('one'));
    await stacks.update('app', kept('two'));
    await stacks.remove('app');
    expect(await stacks.repositories()).toEqual(['one', 'two']);
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
