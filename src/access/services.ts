// AWS services that pull or push images under their own name: what each needs, and the source that its grants are tied to.
// It must not know principals of people, statements or the manifest.
import { lambdaPullActions, pullActions, pushActions } from './names.js';

interface Place {
  readonly account: string;
  readonly region: string;
  readonly partition: string;
}

export interface ServiceRow {
  readonly pull: readonly string[];
  readonly push?: readonly string[];
  /** The resources it acts for, where its documentation names them by `aws:SourceArn`; others name the account. */
  readonly source?: (place: Place) => string;
}

const usual: ServiceRow = { pull: pullActions };

const rows = new Map<string, ServiceRow>([
  // Lambda developer guide, "Create a Lambda function using a container image", "Amazon ECR permissions": functions are in
  // the image's Region.
  [
    'lambda',
    {
      pull: lambdaPullActions,
      source: ({ partition, region, account }) => `arn:${partition}:lambda:${region}:${account}:function:*`,
    },
  ],
  // CodeBuild user guide, "Amazon ECR sample for CodeBuild": SourceAccount, and SourceArn where one project is meant.
  ['codebuild', { pull: pullActions, push: pushActions }],
  // EMR Serverless user guide, "Customizing an EMR Serverless image": applications have no resource type before the slash.
  [
    'emr-serverless',
    {
      pull: ['ecr:BatchGetImage', 'ecr:DescribeImages', 'ecr:GetDownloadUrlForLayer'],
      source: ({ partition, region, account }) =>
        `arn:${partition}:emr-serverless:${region}:${account}:/applications/*`,
    },
  ],
]);

/** `name` without `.amazonaws.com`. Services that are not listed pull as anybody does, for one account. */
export function serviceRow(name: string): ServiceRow {
  return rows.get(name) ?? usual;
}

const ecs =
  'ECS pulls as the task execution role; grant pull to that role, for instance `role: arn:aws:iam::111111111111:role/ecsTaskExecutionRole`';

/** Services that run images but fetch them with a role (the user guide of each). */
export const pulledByRole: ReadonlyMap<string, string> = new Map([
  ['ecs', ecs],
  ['ecs-tasks', ecs],
  ['batch', 'Batch pulls as the execution role of the job definition; grant pull to that role'],
  ['ec2', 'EC2 pulls as the role of the instance; grant pull to that role'],
  ['eks', 'EKS pulls as the role of the node; grant pull to that role'],
  ['eks-fargate-pods', 'EKS on Fargate pulls as the pod execution role; grant pull to that role'],
  ['apprunner', 'App Runner pulls as the access role of the service; grant pull to that role'],
  ['build.apprunner', 'App Runner pulls as the access role of the service; grant pull to that role'],
  ['tasks.apprunner', 'App Runner pulls as the access role of the service; grant pull to that role'],
  ['elasticbeanstalk', 'Elastic Beanstalk pulls as the instance profile of the environment; grant pull to that role'],
  ['bedrock-agentcore', 'AgentCore pulls as the execution role of the runtime; grant pull to that role'],
]);
