// Exports, through AWS's own client: from one stack to another, which then holds the first.
import { ListExportsCommand, ListImportsCommand } from '@aws-sdk/client-cloudformation';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LocalStacks, refused, repository, template } from '../testing/stacks.js';

let stacks: LocalStacks;
beforeEach(async () => {
  stacks = await LocalStacks.start();
});
afterEach(() => stacks.close());

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
    expect(await stacks.repositories()).toEqual(['images', 'shared-name']);
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
        template(
          { Handle: { Type: 'AWS::CloudFormation::WaitConditionHandle' } },
          { Outputs: { Name: { Value: 'x', Export: { Name: 'shared' } } } },
        ),
      ),
    ).toMatchObject({ StackStatus: 'ROLLBACK_COMPLETE' });
    await stacks.remove('user');
    expect(await refused(stacks.remove('owner'))).toBe('accepted');
  });
});
