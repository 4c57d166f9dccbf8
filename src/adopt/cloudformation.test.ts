// Templates as people write them, YAML with its short forms and JSON; what a template leaves open is said, never guessed.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { isSlipwayError } from '../diagnostics/index.js';
import { readCloudFormation } from './cloudformation.js';

const context = { account: '222222222222', region: 'eu-west-1' };
const yaml = `
Parameters:
  Project: { Type: String, Default: shop }
  Key: { Type: String }
Conditions:
  IsProd: !Equals [!Ref AWS::Region, eu-west-1]
Resources:
  Api:
    Type: AWS::ECR::Repository
    DeletionPolicy: Retain
    Properties:
      RepositoryName: !Sub "\${Project}/api"
      ImageTagMutability: IMMUTABLE_WITH_EXCLUSION
      ImageTagMutabilityExclusionFilters:
        - { ImageTagMutabilityExclusionFilterType: WILDCARD, ImageTagMutabilityExclusionFilterValue: latest }
      ImageScanningConfiguration: { ScanOnPush: "true" }
      EncryptionConfiguration: { EncryptionType: KMS, KmsKey: !Ref Key }
      EmptyOnDelete: true
      LifecyclePolicy: { LifecyclePolicyText: '{"rules":[]}' }
      RepositoryPolicyText:
        Version: "2012-10-17"
        Statement:
          - Effect: Allow
            Principal: { AWS: !Join [":", ["arn:aws:iam:", !Ref AWS::AccountId, root]] }
            Action: ["ecr:BatchGetImage"]
      Tags: [{ Key: Team, Value: shop }, { Key: Number, Value: 4711 }]
  Open:
    Type: AWS::ECR::Repository
    Condition: IsProd
    Properties:
      RepositoryName: open
      RepositoryPolicyText:
        Statement:
          - { Effect: Allow, Principal: "*", Action: "ecr:*", Condition: { StringEquals: { "aws:PrincipalOrgID": !ImportValue OrgId } } }
  Unnamed: { Type: AWS::ECR::Repository }
  Policy: { Type: AWS::ECR::RegistryPolicy, Properties: { PolicyText: {} } }
  Topic: { Type: AWS::SNS::Topic }
`;

it('reads what a template says, and says what only the stack knows', () => {
  const { repositories, diagnostics } = readCloudFormation(yaml, context);
  expect(repositories).toEqual([
    {
      name: 'shop/api',
      from: 'Resources.Api',
      ...context,
      tagMutability: { mode: 'IMMUTABLE_WITH_EXCLUSION', exclusions: ['latest'] },
      encryption: { type: 'KMS' },
      scanOnPush: true,
      forceDelete: true,
      tags: { Team: 'shop', Number: '4711' },
      lifecyclePolicy: '{"rules":[]}',
      repositoryPolicy:
        '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::222222222222:root"},"Action":["ecr:BatchGetImage"]}]}',
    },
    {
      name: 'open',
      from: 'Resources.Open',
      ...context,
      tagMutability: { mode: 'MUTABLE', exclusions: [] },
      encryption: { type: 'AES256' },
      scanOnPush: false,
      forceDelete: false,
      tags: {},
    },
  ]);
  expect(diagnostics.map(({ code, message }) => `${code}: ${message}`)).toEqual([
    'adopt/unknown-value: Resources.Api.Properties.EncryptionConfiguration.KmsKey is known only to the stack',
    'adopt/conditional: Resources.Open is made only under the condition IsProd',
    'adopt/unknown-value: Resources.Open.Properties.RepositoryPolicyText.Statement.0.Condition.StringEquals.aws:PrincipalOrgID is known only to the stack',
    'adopt/unknown-value: the name of Resources.Unnamed is given by CloudFormation',
    'adopt/left-out: Resources.Policy (AWS::ECR::RegistryPolicy) is not taken over',
  ]);
});

it('takes parameters as they are given', () => {
  const given = { ...context, parameters: { Project: 'mine', Key: 'alias/k' } };
  expect(readCloudFormation(yaml, given).repositories[0]).toMatchObject({
    name: 'mine/api',
    encryption: { type: 'KMS', kmsKey: 'alias/k' },
  });
});

it('JSON with the long forms says the same', () => {
  const template = {
    Resources: {
      Api: {
        Type: 'AWS::ECR::Repository',
        Properties: { RepositoryName: { 'Fn::Join': ['/', ['shop', { Ref: 'AWS::Region' }]] } },
      },
      Other: {
        Type: 'AWS::ECR::Repository',
        Properties: { RepositoryName: { 'Fn::Sub': ['${a}/${!b}', { a: 'x' }] } },
      },
    },
  };
  const { repositories } = readCloudFormation(JSON.stringify(template), context);
  expect(repositories.map(({ name }) => name)).toEqual(['shop/eu-west-1', 'x/${b}']);
});

it.each(['', 'a: [', '[]', '{}', 'Resources: text', '"Resources"'])('says of %j what it takes instead', (text) => {
  expect(() => readCloudFormation(text, context)).toThrow('adopt/not-readable');
});

it('whatever the template, it throws nothing but on purpose', () => {
  const functions = fc.constantFrom('Ref', 'Fn::Sub', 'Fn::Join', 'Fn::GetAtt', 'Fn::If');
  const value = fc.oneof(
    fc.jsonValue(),
    fc.tuple(functions, fc.jsonValue()).map(([name, argument]) => ({ [name]: argument })),
  );
  const properties = fc.dictionary(
    fc.constantFrom('RepositoryName', 'Tags', 'LifecyclePolicy', 'RepositoryPolicyText', 'EncryptionConfiguration'),
    value,
  );
  fc.assert(
    fc.property(fc.oneof(fc.jsonValue(), properties), fc.boolean(), (made, whole) => {
      const template = whole ? made : { Resources: { A: { Type: 'AWS::ECR::Repository', Properties: made } } };
      try {
        readCloudFormation(JSON.stringify(template), context);
      } catch (error) {
        expect(isSlipwayError(error)).toBe(true);
      }
    }),
  );
});
