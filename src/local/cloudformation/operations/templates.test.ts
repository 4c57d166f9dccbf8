// Templates, through AWS's own client: summed up, validated, refused, and their resources page by page.
import {
  GetTemplateSummaryCommand,
  ListStackResourcesCommand,
  ListStacksCommand,
  ValidateTemplateCommand,
} from '@aws-sdk/client-cloudformation';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { imagesTemplate, LocalStacks, refused, repository, template } from '../testing/stacks.js';

let stacks: LocalStacks;
beforeEach(async () => {
  stacks = await LocalStacks.start();
});
afterEach(() => stacks.close());

describe('a template', () => {
  it('is summed up and validated', async () => {
    expect(await stacks.client.send(new GetTemplateSummaryCommand({ TemplateBody: imagesTemplate }))).toMatchObject({
      Description: 'images',
      ResourceTypes: ['AWS::ECR::Repository', 'AWS::KMS::Alias', 'AWS::KMS::Key'],
      Parameters: [
        { ParameterKey: 'Name', ParameterType: 'String', NoEcho: false },
        { ParameterKey: 'Protect', DefaultValue: 'no', ParameterConstraints: { AllowedValues: ['yes', 'no'] } },
      ],
    });
    expect(await stacks.client.send(new ValidateTemplateCommand({ TemplateBody: imagesTemplate }))).toMatchObject({
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
