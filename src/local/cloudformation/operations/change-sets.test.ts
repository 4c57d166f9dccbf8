// Change sets, through AWS's own client: what they show, and what becomes of them.
import {
  CreateChangeSetCommand,
  type CreateChangeSetCommandInput,
  DescribeChangeSetCommand,
  ExecuteChangeSetCommand,
  ListChangeSetsCommand,
} from '@aws-sdk/client-cloudformation';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { wireOk } from '../../../../test/support/clients.js';
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
    const { ChangeSetName } = input;
    return stacks.client.send(new DescribeChangeSetCommand({ StackName, ChangeSetName, IncludePropertyValues: true }));
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

  describe('of type IMPORT', () => {
    const name = 'old/images';
    const retained = { DeletionPolicy: 'Retain' };
    const images = (more: object = {}) => repository({ RepositoryName: name, ...more }, retained);
    const imported = (Resources: object, more: Partial<CreateChangeSetCommandInput> = {}) =>
      propose('app', template(Resources), {
        ChangeSetType: 'IMPORT',
        ResourcesToImport: [
          {
            ResourceType: 'AWS::ECR::Repository',
            LogicalResourceId: 'Images',
            ResourceIdentifier: { RepositoryName: name },
          },
        ],
        ...more,
      });
    const ecr = (operation: string, input: object = {}) =>
      wireOk(stacks.at, 'ecr', operation, { repositoryName: name, ...input });

    it('takes what exists into a new stack and into one that is there, and leaves it as it is', async () => {
      const policyText = JSON.stringify({
        Version: '2012-10-17',
        Statement: [{ Sid: 'Pull', Effect: 'Allow', Principal: { AWS: '*' }, Action: 'ecr:BatchGetImage' }],
      });
      await ecr('CreateRepository', { tags: [{ Key: 'Team', Value: 'shop' }] });
      await ecr('SetRepositoryPolicy', { policyText });
      const shown = await imported({ Images: images({ RepositoryPolicyText: JSON.parse(policyText) as object }) });
      expect(shown).toMatchObject({
        Status: 'CREATE_COMPLETE',
        ExecutionStatus: 'AVAILABLE',
        Changes: [{ ResourceChange: { Action: 'Import', LogicalResourceId: 'Images', PhysicalResourceId: name } }],
      });
      expect(await execute('app')).toMatchObject({ StackStatus: 'IMPORT_COMPLETE' });
      expect(await stacks.events('app')).toEqual([
        'app REVIEW_IN_PROGRESS',
        'app IMPORT_IN_PROGRESS',
        'Images IMPORT_IN_PROGRESS',
        'Images IMPORT_COMPLETE',
        'Images UPDATE_IN_PROGRESS',
        'Images UPDATE_COMPLETE',
        'app IMPORT_COMPLETE',
      ]);
      const { policyText: live } = await ecr('GetRepositoryPolicy');
      expect(JSON.parse(String(live))).toEqual(JSON.parse(policyText));
      const arn = `arn:aws:ecr:${stacks.at.region}:${stacks.at.account}:repository/${name}`;
      const { tags } = (await ecr('ListTagsForResource', { resourceArn: arn })) as { tags: { Key: string }[] };
      expect(tags.map(({ Key }) => Key).sort()).toEqual([
        'Team',
        'aws:cloudformation:logical-id',
        'aws:cloudformation:stack-id',
        'aws:cloudformation:stack-name',
      ]);

      await ecr('CreateRepository', { repositoryName: 'old/more' });
      const both = {
        Images: images({ RepositoryPolicyText: JSON.parse(policyText) as object }),
        More: repository({ RepositoryName: 'old/more' }, retained),
      };
      const more = [
        {
          ResourceType: 'AWS::ECR::Repository',
          LogicalResourceId: 'More',
          ResourceIdentifier: { RepositoryName: 'old/more' },
        },
      ];
      await imported(both, { ResourcesToImport: more });
      expect(await execute('app')).toMatchObject({ StackStatus: 'IMPORT_COMPLETE' });
      // An update goes on from there.
      const after = { ...both, Images: images({ ImageTagMutability: 'IMMUTABLE' }) };
      expect(await stacks.update('app', template(after))).toMatchObject({ StackStatus: 'UPDATE_COMPLETE' });
      await stacks.remove('app');
      expect(await stacks.repositories()).toEqual([name, 'old/more']);
    });

    it('deletes a policy that the template does not declare, which is the trap', async () => {
      await ecr('CreateRepository');
      const policyText =
        '{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":"*","Action":"ecr:PutImage"}]}';
      await ecr('SetRepositoryPolicy', { policyText });
      await imported({ Images: images() });
      await execute('app');
      expect(await refused(ecr('GetRepositoryPolicy'))).toContain('RepositoryPolicyNotFoundException');
    });

    it('does nothing but import, and tells what stands in the way', async () => {
      await ecr('CreateRepository');
      const bare = repository({ RepositoryName: name });
      expect(await refused(imported({ Images: bare }))).toBe(
        'ValidationError: The following resources to import [Images] must have DeletionPolicy attribute specified in the template.',
      );
      expect(await refused(imported({ Images: images() }, { ResourcesToImport: [] }))).toBe(
        'ValidationError: ResourcesToImport must be specified for a change set of type IMPORT.',
      );
      const key = { ResourceType: 'AWS::KMS::Key', LogicalResourceId: 'Key', ResourceIdentifier: { KeyId: 'one' } };
      expect(await refused(imported({ Images: images() }, { ResourcesToImport: [key] }))).toBe(
        'ValidationError: ResourceTypes [AWS::KMS::Key] are not supported for Import',
      );
      const elsewhere = { ...key, ResourceType: 'AWS::ECR::Repository', LogicalResourceId: 'Images' };
      expect(await refused(imported({ Images: images() }, { ResourcesToImport: [elsewhere] }))).toBe(
        'ValidationError: AWS::ECR::Repository is identified by [RepositoryName].',
      );
      const refusedBy = async (Resources: object, ChangeSetName: string, rest: object = {}) => {
        const TemplateBody = JSON.stringify(template(Resources, rest));
        await imported(Resources, { ChangeSetName, TemplateBody });
        return stacks.client.send(new DescribeChangeSetCommand({ StackName: 'app', ChangeSetName }));
      };
      await imported({ Images: images() });
      expect(await refusedBy({ Images: images(), More: repository() }, 'more')).toMatchObject({
        Status: 'FAILED',
        ExecutionStatus: 'UNAVAILABLE',
        StatusReason:
          'You have modified resources [More] in your template that are not being imported. Update, create or delete operations cannot be executed during import operations.',
      });
      const outputs = { Outputs: { Name: { Value: 'x' } } };
      expect(await refusedBy({ Images: images() }, 'outputs', outputs)).toMatchObject({
        StatusReason: 'As part of the import operation, you cannot modify or add [Outputs]',
      });
      await stacks.create('owner', template({ Other: repository({ RepositoryName: 'owned' }) }));
      const owned = repository({ RepositoryName: 'owned' }, retained);
      const given = [
        {
          ResourceType: 'AWS::ECR::Repository',
          LogicalResourceId: 'Images',
          ResourceIdentifier: { RepositoryName: 'owned' },
        },
      ];
      await imported({ Images: owned }, { ChangeSetName: 'owned', ResourcesToImport: given });
      const found = await stacks.client.send(
        new DescribeChangeSetCommand({ StackName: 'app', ChangeSetName: 'owned' }),
      );
      expect(found.StatusReason).toMatch(/^owned already exists in stack arn:aws:cloudformation:.*:stack\/owner\//);
    });

    it('forgets what it took where something is not there', async () => {
      await ecr('CreateRepository', { repositoryName: 'there' });
      const given = ['there', 'gone'].map((RepositoryName) => ({
        ResourceType: 'AWS::ECR::Repository',
        LogicalResourceId: RepositoryName,
        ResourceIdentifier: { RepositoryName },
      }));
      const resources = {
        there: repository({ RepositoryName: 'there' }, retained),
        gone: repository({ RepositoryName: 'gone' }, { ...retained, DependsOn: 'there' }),
      };
      await imported(resources, { ResourcesToImport: given });
      expect(await execute('app')).toMatchObject({
        StackStatus: 'IMPORT_ROLLBACK_COMPLETE',
      });
      expect((await stacks.events('app')).slice(-4)).toEqual([
        'gone IMPORT_IN_PROGRESS',
        'gone IMPORT_FAILED',
        'app IMPORT_ROLLBACK_IN_PROGRESS',
        'app IMPORT_ROLLBACK_COMPLETE',
      ]);
      expect(await stacks.repositories()).toEqual(['there']);
      await ecr('CreateRepository', { repositoryName: 'gone' });
      await imported(resources, { ResourcesToImport: given });
      expect(await execute('app')).toMatchObject({ StackStatus: 'IMPORT_COMPLETE' });
    });
  });
});
