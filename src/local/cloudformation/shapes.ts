// The inputs of CloudFormation's operations: sizes, patterns and words, from the API model (botocore 1.43.11).
// Data only. It must not know what the operations do.
import type { StructureShape } from '../ecr/check.js';

const text = { kind: 'string' } as const;
const flag = { kind: 'boolean' } as const;
const texts = { kind: 'list', of: text } as const;
const stackName = { kind: 'string', min: 1 } as const;
/** Of a stack that is to be made, or a name or an ARN. */
const newStackName = {
  kind: 'string',
  min: 1,
  max: 128,
  pattern: /^[a-zA-Z][-a-zA-Z0-9]*$/,
  patternText: '[a-zA-Z][-a-zA-Z0-9]*',
} as const;
const nameOrArn = {
  kind: 'string',
  min: 1,
  pattern: /^(?:[a-zA-Z][-a-zA-Z0-9]*|arn:[-a-zA-Z0-9:/._+]*)$/,
  patternText: '[a-zA-Z][-a-zA-Z0-9]*|arn:[-a-zA-Z0-9:/._+]*',
} as const;
const templateBody = { kind: 'string', min: 1 } as const;
const token = {
  kind: 'string',
  min: 1,
  max: 128,
  pattern: /^[a-zA-Z0-9][-a-zA-Z0-9]*$/,
  patternText: '[a-zA-Z0-9][-a-zA-Z0-9]*',
} as const;
const changeSetName = {
  kind: 'string',
  min: 1,
  max: 1600,
  pattern: /^(?:[a-zA-Z][-a-zA-Z0-9]*|arn:[-a-zA-Z0-9:/]*)$/,
  patternText: '[a-zA-Z][-a-zA-Z0-9]*|arn:[-a-zA-Z0-9:/]*',
} as const;
const parameters = {
  kind: 'list',
  of: {
    kind: 'structure',
    members: { ParameterKey: text, ParameterValue: text, UsePreviousValue: flag },
    required: ['ParameterKey'],
  },
} as const;
const tags = {
  kind: 'list',
  max: 50,
  of: {
    kind: 'structure',
    members: { Key: { kind: 'string', min: 1, max: 128 }, Value: { kind: 'string', max: 256 } },
    required: ['Key', 'Value'],
  },
} as const;
const capabilities = {
  kind: 'list',
  of: { kind: 'string', oneOf: ['CAPABILITY_IAM', 'CAPABILITY_NAMED_IAM', 'CAPABILITY_AUTO_EXPAND'] },
} as const;
const onFailure = { kind: 'string', oneOf: ['DO_NOTHING', 'ROLLBACK', 'DELETE'] } as const;
const template = { TemplateBody: templateBody, TemplateURL: text } as const;
const wish = {
  ...template,
  Parameters: parameters,
  Capabilities: capabilities,
  Tags: tags,
  NotificationARNs: texts,
  RoleARN: text,
} as const;
const nextToken = { NextToken: { kind: 'string', min: 1, max: 1024 } } as const;
const named = { kind: 'structure', members: { StackName: stackName }, required: ['StackName'] } as const;
const pagesOf = {
  kind: 'structure',
  members: { StackName: stackName, ...nextToken },
  required: ['StackName'],
} as const;

export const shapes = {
  CreateStack: {
    kind: 'structure',
    members: {
      StackName: newStackName,
      ...wish,
      DisableRollback: flag,
      OnFailure: onFailure,
      TimeoutInMinutes: { kind: 'integer', min: 1 },
      EnableTerminationProtection: flag,
      StackPolicyBody: text,
      ClientRequestToken: token,
    },
    required: ['StackName'],
  },
  UpdateStack: {
    kind: 'structure',
    members: {
      StackName: stackName,
      ...wish,
      UsePreviousTemplate: flag,
      DisableRollback: flag,
      StackPolicyBody: text,
      ClientRequestToken: token,
    },
    required: ['StackName'],
  },
  DeleteStack: {
    kind: 'structure',
    members: {
      StackName: stackName,
      RetainResources: texts,
      RoleARN: text,
      ClientRequestToken: token,
      DeletionMode: { kind: 'string', oneOf: ['STANDARD', 'FORCE_DELETE_STACK'] },
    },
    required: ['StackName'],
  },
  ContinueUpdateRollback: {
    kind: 'structure',
    members: { StackName: stackName, RoleARN: text, ResourcesToSkip: texts, ClientRequestToken: token },
    required: ['StackName'],
  },
  DescribeStacks: { kind: 'structure', members: { StackName: stackName, ...nextToken } },
  ListStacks: { kind: 'structure', members: { StackStatusFilter: texts, ...nextToken } },
  DescribeStackEvents: pagesOf,
  DescribeStackResource: {
    kind: 'structure',
    members: { StackName: stackName, LogicalResourceId: text },
    required: ['StackName', 'LogicalResourceId'],
  },
  DescribeStackResources: {
    kind: 'structure',
    members: { StackName: stackName, LogicalResourceId: text, PhysicalResourceId: text },
  },
  ListStackResources: pagesOf,
  GetTemplate: {
    kind: 'structure',
    members: {
      StackName: stackName,
      ChangeSetName: changeSetName,
      TemplateStage: { kind: 'string', oneOf: ['Original', 'Processed'] },
    },
  },
  GetTemplateSummary: { kind: 'structure', members: { StackName: stackName, ...template } },
  ValidateTemplate: { kind: 'structure', members: template },
  ListExports: { kind: 'structure', members: nextToken },
  ListImports: { kind: 'structure', members: { ExportName: text, ...nextToken }, required: ['ExportName'] },
  UpdateTerminationProtection: {
    kind: 'structure',
    members: { StackName: stackName, EnableTerminationProtection: flag },
    required: ['StackName', 'EnableTerminationProtection'],
  },
  GetStackPolicy: named,
  SetStackPolicy: {
    kind: 'structure',
    members: { StackName: stackName, StackPolicyBody: text },
    required: ['StackName'],
  },
  CreateChangeSet: {
    kind: 'structure',
    members: {
      StackName: nameOrArn,
      ChangeSetName: {
        kind: 'string',
        min: 1,
        max: 128,
        pattern: /^[a-zA-Z][-a-zA-Z0-9]*$/,
        patternText: '[a-zA-Z][-a-zA-Z0-9]*',
      },
      ...wish,
      UsePreviousTemplate: flag,
      ClientToken: token,
      Description: { kind: 'string', min: 1, max: 8192 },
      ChangeSetType: { kind: 'string', oneOf: ['CREATE', 'UPDATE', 'IMPORT'] },
      OnStackFailure: onFailure,
      ResourcesToImport: {
        kind: 'list',
        max: 200,
        of: {
          kind: 'structure',
          members: {
            ResourceType: { kind: 'string', min: 1, max: 256 },
            LogicalResourceId: text,
            ResourceIdentifier: { kind: 'map', of: text },
          },
          required: ['ResourceType', 'LogicalResourceId', 'ResourceIdentifier'],
        },
      },
    },
    required: ['StackName', 'ChangeSetName'],
  },
  DescribeChangeSet: {
    kind: 'structure',
    members: { ChangeSetName: changeSetName, StackName: stackName, IncludePropertyValues: flag, ...nextToken },
    required: ['ChangeSetName'],
  },
  ExecuteChangeSet: {
    kind: 'structure',
    members: {
      ChangeSetName: changeSetName,
      StackName: stackName,
      ClientRequestToken: token,
      DisableRollback: flag,
    },
    required: ['ChangeSetName'],
  },
  DeleteChangeSet: {
    kind: 'structure',
    members: { ChangeSetName: changeSetName, StackName: stackName },
    required: ['ChangeSetName'],
  },
  ListChangeSets: pagesOf,
  DetectStackDrift: {
    kind: 'structure',
    members: { StackName: stackName, LogicalResourceIds: texts },
    required: ['StackName'],
  },
  DetectStackResourceDrift: {
    kind: 'structure',
    members: { StackName: stackName, LogicalResourceId: text },
    required: ['StackName', 'LogicalResourceId'],
  },
  DescribeStackDriftDetectionStatus: {
    kind: 'structure',
    members: { StackDriftDetectionId: text },
    required: ['StackDriftDetectionId'],
  },
  DescribeStackResourceDrifts: {
    kind: 'structure',
    members: {
      StackName: stackName,
      StackResourceDriftStatusFilters: texts,
      MaxResults: { kind: 'integer', min: 1, max: 100 },
      ...nextToken,
    },
    required: ['StackName'],
  },
} as const satisfies Record<string, StructureShape>;
