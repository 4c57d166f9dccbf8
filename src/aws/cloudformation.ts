// Stacks of CloudFormation: looked at, changed by change sets, deleted.
// It must not know what is in a stack, nor wait for anything to be done.
import type { ResourceChange } from '@aws-sdk/client-cloudformation';
import { AwsFault, type ChangeSet, type StackEffect, type StackEvent, type StackPort } from '../plan/ports.js';
import type { Caller } from './caller.js';
import { clientOptions, lazily, type Place } from './client.js';

/** What roles with names of their own ask for (API reference, CreateChangeSet, Capabilities). */
const capabilities = ['CAPABILITY_NAMED_IAM'] as const;

/** CloudFormation has one code for all it refuses: only the text tells that there is no such stack. */
const missing = /does not exist|DELETE_COMPLETE/;
/** Both wordings are in use (a template that says the same, and a transform that comes to the same). */
const empty = /didn't contain changes|No updates are to be performed/;

export function stackPort(place: Place, caller: Caller): StackPort {
  const kit = lazily(place, async () => {
    const sdk = await import('./sdk/cloudformation.js');
    return { sdk, client: new sdk.CloudFormationClient(clientOptions(place)) };
  });
  return {
    async describe(name) {
      const { sdk, client } = await kit();
      const answer = await unlessMissing(
        caller.call('cloudformation:DescribeStacks', () =>
          client.send(new sdk.DescribeStacksCommand({ StackName: name })),
        ),
      );
      const stack = answer?.Stacks?.[0];
      // By its id, a stack that is gone is told of for ninety days.
      if (stack === undefined || stack.StackStatus === 'DELETE_COMPLETE') return undefined;
      const { StackId = '', StackStatus = '', StackStatusReason, Tags = [], Outputs = [] } = stack;
      return {
        name,
        id: StackId,
        status: StackStatus,
        ...(StackStatusReason === undefined ? {} : { reason: StackStatusReason }),
        tags: Object.fromEntries(Tags.map(({ Key = '', Value = '' }) => [Key, Value])),
        outputs: Object.fromEntries(Outputs.map(({ OutputKey = '', OutputValue = '' }) => [OutputKey, OutputValue])),
      };
    },
    async template(name) {
      const { sdk, client } = await kit();
      const { TemplateBody = '' } = await caller.call('cloudformation:GetTemplate', () =>
        client.send(new sdk.GetTemplateCommand({ StackName: name, TemplateStage: 'Original' })),
      );
      return TemplateBody;
    },
    async createChangeSet({ stack, name, makes, description, template, tags }) {
      const { sdk, client } = await kit();
      await caller.call('cloudformation:CreateChangeSet', () =>
        client.send(
          new sdk.CreateChangeSetCommand({
            StackName: stack,
            ChangeSetName: name,
            ChangeSetType: makes ? 'CREATE' : 'UPDATE',
            Description: description,
            TemplateBody: template,
            Capabilities: [...capabilities],
            Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
          }),
        ),
      );
    },
    async describeChangeSet(stack, name) {
      const { sdk, client } = await kit();
      const effects: StackEffect[] = [];
      let token: string | undefined;
      for (;;) {
        const page = token === undefined ? {} : { NextToken: token };
        const answer = await caller.call('cloudformation:DescribeChangeSet', () =>
          client.send(new sdk.DescribeChangeSetCommand({ StackName: stack, ChangeSetName: name, ...page })),
        );
        for (const { ResourceChange: change } of answer.Changes ?? []) {
          if (change !== undefined) effects.push(effectOf(change));
        }
        token = answer.NextToken;
        if (token !== undefined && token !== '') continue;
        const { Status = '', StatusReason: reason } = answer;
        return { state: stateOf(Status, reason), ...(reason === undefined ? {} : { reason }), effects };
      }
    },
    async executeChangeSet(stack, name) {
      const { sdk, client } = await kit();
      await caller.call('cloudformation:ExecuteChangeSet', () =>
        client.send(
          // By the token, a call whose answer was lost is known again.
          new sdk.ExecuteChangeSetCommand({ StackName: stack, ChangeSetName: name, ClientRequestToken: name }),
        ),
      );
    },
    async deleteChangeSet(stack, name) {
      const { sdk, client } = await kit();
      await unlessMissing(
        caller.call('cloudformation:DeleteChangeSet', () =>
          client.send(new sdk.DeleteChangeSetCommand({ StackName: stack, ChangeSetName: name })),
        ),
      );
    },
    async deleteStack(name) {
      const { sdk, client } = await kit();
      await unlessMissing(
        caller.call('cloudformation:DeleteStack', () => client.send(new sdk.DeleteStackCommand({ StackName: name }))),
      );
    },
    async events(id, after) {
      const { sdk, client } = await kit();
      const found: StackEvent[] = [];
      let token: string | undefined;
      do {
        const page = token === undefined ? {} : { NextToken: token };
        const answer = await unlessMissing(
          caller.call('cloudformation:DescribeStackEvents', () =>
            client.send(new sdk.DescribeStackEventsCommand({ StackName: id, ...page })),
          ),
        );
        // Newest first.
        for (const event of answer?.StackEvents ?? []) {
          if (event.EventId === after) return found.reverse();
          const { EventId = '', LogicalResourceId = '', ResourceType = '', ResourceStatus = '' } = event;
          const reason = event.ResourceStatusReason === undefined ? {} : { reason: event.ResourceStatusReason };
          found.push({
            id: EventId,
            resource: LogicalResourceId,
            type: ResourceType,
            status: ResourceStatus,
            ...reason,
          });
        }
        token = answer?.NextToken;
      } while (token !== undefined && token !== '');
      return found.reverse();
    },
    async detectDrift(name) {
      const { sdk, client } = await kit();
      const { StackDriftDetectionId = '' } = await caller.call('cloudformation:DetectStackDrift', () =>
        client.send(new sdk.DetectStackDriftCommand({ StackName: name })),
      );
      return StackDriftDetectionId;
    },
    async driftDetection(id) {
      const { sdk, client } = await kit();
      const answer = await caller.call('cloudformation:DescribeStackDriftDetectionStatus', () =>
        client.send(new sdk.DescribeStackDriftDetectionStatusCommand({ StackDriftDetectionId: id })),
      );
      const reason = answer.DetectionStatusReason === undefined ? {} : { reason: answer.DetectionStatusReason };
      if (answer.DetectionStatus === 'DETECTION_COMPLETE') return { state: 'done', ...reason };
      return { state: answer.DetectionStatus === 'DETECTION_FAILED' ? 'failed' : 'running', ...reason };
    },
    async driftedResources(name) {
      const { sdk, client } = await kit();
      const found = [];
      let token: string | undefined;
      do {
        const page = token === undefined ? {} : { NextToken: token };
        const answer = await caller.call('cloudformation:DescribeStackResourceDrifts', () =>
          client.send(
            new sdk.DescribeStackResourceDriftsCommand({
              StackName: name,
              StackResourceDriftStatusFilters: ['MODIFIED', 'DELETED'],
              ...page,
            }),
          ),
        );
        found.push(...(answer.StackResourceDrifts ?? []));
        token = answer.NextToken;
      } while (token !== undefined && token !== '');
      return found.map(
        ({ LogicalResourceId = '', ResourceType = '', StackResourceDriftStatus, PropertyDifferences }) => ({
          resource: LogicalResourceId,
          type: ResourceType,
          deleted: StackResourceDriftStatus === 'DELETED',
          differences: (PropertyDifferences ?? []).map(
            ({ PropertyPath = '', ExpectedValue = '', ActualValue = '' }) => ({
              path: PropertyPath,
              expected: ExpectedValue,
              actual: ActualValue,
            }),
          ),
        }),
      );
    },
  };
}

function effectOf({ Action, Replacement, LogicalResourceId = '', ResourceType = '' }: ResourceChange): StackEffect {
  const action =
    Action === 'Add' || Action === 'Modify' || Action === 'Remove' || Action === 'Import' ? Action : 'Dynamic';
  return {
    resource: LogicalResourceId,
    type: ResourceType,
    action,
    replacement: Replacement === 'True' || Replacement === 'Conditional' ? Replacement : 'False',
  };
}

function stateOf(status: string, reason = ''): ChangeSet['state'] {
  if (status === 'CREATE_COMPLETE') return 'ready';
  if (status !== 'FAILED') return 'making';
  return empty.test(reason) ? 'empty' : 'failed';
}

/** The answer, or `undefined` where there is no such stack or change set. */
async function unlessMissing<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof AwsFault)) throw error;
    if (error.awsCode === 'ChangeSetNotFoundException' || error.awsCode === 'ChangeSetNotFound') return undefined;
    if (error.awsCode === 'ValidationError' && missing.test(error.message)) return undefined;
    throw error;
  }
}
