// Stacks for tests: a client, and the way to wait until an operation is over.
// It must not know what any test is about.
import {
  CloudFormationClient,
  CreateStackCommand,
  type CreateStackCommandInput,
  DeleteStackCommand,
  DescribeStackEventsCommand,
  DescribeStacksCommand,
  type Stack,
  type StackEvent,
  UpdateStackCommand,
  type UpdateStackCommandInput,
} from '@aws-sdk/client-cloudformation';
import type { LocalEcr } from '../../src/local/index.js';

export const account = '111111111111';
export const region = 'eu-west-1';

export function clientOf(local: Pick<LocalEcr, 'url'>): CloudFormationClient {
  return new CloudFormationClient({
    endpoint: local.url,
    region,
    maxAttempts: 1,
    credentials: { accessKeyId: account, secretAccessKey: 'x' },
  });
}

export class Stacks {
  readonly client: CloudFormationClient;

  constructor(client: CloudFormationClient) {
    this.client = client;
  }

  async describe(StackName: string): Promise<Stack> {
    const { Stacks: [stack] = [] } = await this.client.send(new DescribeStacksCommand({ StackName }));
    if (stack === undefined) throw new Error(`no stack ${StackName}`);
    return stack;
  }

  /** The stack once nothing is under way. */
  async settled(name: string): Promise<Stack> {
    for (;;) {
      const stack = await this.describe(name);
      const status = stack.StackStatus ?? '';
      if (!status.endsWith('_IN_PROGRESS') || status === 'REVIEW_IN_PROGRESS') return stack;
    }
  }

  async create(StackName: string, template: unknown, more: Partial<CreateStackCommandInput> = {}): Promise<Stack> {
    const TemplateBody = typeof template === 'string' ? template : JSON.stringify(template);
    await this.client.send(new CreateStackCommand({ StackName, TemplateBody, ...more }));
    return this.settled(StackName);
  }

  async update(StackName: string, template: unknown, more: Partial<UpdateStackCommandInput> = {}): Promise<Stack> {
    const TemplateBody = typeof template === 'string' ? template : JSON.stringify(template);
    await this.client.send(new UpdateStackCommand({ StackName, TemplateBody, ...more }));
    return this.settled(StackName);
  }

  /** The stack as it is found by its id afterwards. */
  async remove(StackName: string): Promise<Stack> {
    const { StackId = '' } = await this.describe(StackName);
    await this.client.send(new DeleteStackCommand({ StackName }));
    return this.settled(StackId);
  }

  /** `LOGICALID STATUS`, the oldest first. */
  async events(StackName: string): Promise<string[]> {
    const events: StackEvent[] = [];
    let NextToken: string | undefined;
    do {
      const page = await this.client.send(new DescribeStackEventsCommand({ StackName, NextToken }));
      events.push(...(page.StackEvents ?? []));
      NextToken = page.NextToken;
    } while (NextToken !== undefined);
    return events.reverse().map(({ LogicalResourceId, ResourceStatus }) => `${LogicalResourceId} ${ResourceStatus}`);
  }
}
