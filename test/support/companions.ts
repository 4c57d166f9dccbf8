// A project with every kind of companion, compiled, for what renders or deploys them.
// It must not know templates.
import { parseProject } from '../../src/manifest/index.js';
import { compile, type DesiredRegistry } from '../../src/registry/index.js';

interface Kinds {
  readonly key?: boolean;
  readonly ci?: boolean;
}

/** Every kind that is asked for, each tuned; `account` is that of both environments. Without the key, the repository has Amazon's own. */
export function companionsManifest(account: string, region: string, { key = true, ci = false }: Kinds = {}): string {
  return `apiVersion: ecr.slipway.dev/v1
kind: Project
metadata: {name: payments, org: acme}
spec:
  naming: "{project}/{name}"
  defaultTags: {Team: payments}
  environments:
    dev: {account: "${account}", region: ${region}}
    prod: {account: "${account}", region: ${region}, preset: production}
  repositories:
    api: {repositoryName: payments/api-of-prod, environments: [prod], encryptionType: KMS${key ? ', kmsKeyId: {companion: key}' : ''}}
    worker: {environments: [prod]${ci ? pushed : ''}}
    scratch: {environments: [dev]}
---
apiVersion: ecr.slipway.dev/v1
kind: AwsEcrRegistry
metadata: {name: prod}
spec:
  environments: [prod]
  companions:
${ci ? '    oidcProviders: {github: {audiences: [sts.amazonaws.com, sts.example.com]}}\n' : ''}    roles: {path: /slipway/, maxSessionMinutes: 120}
    key: {rotationPeriodDays: 180, deletionWindowDays: 7}
    pullRoles:
      tasks: {for: ecs-task-execution, repositories: [api]}
      nodes: {for: eks-node}
      pods: {for: eks-fargate-pod, cluster: shop}
      deploy: {for: deploy, trusted: ["account:444444444444", "org:o-abcdefghij"], externalId: deploy-4711}
`;
}

const pushed =
  ', access: {push: ["github:acme/worker@main", "github:acme/worker#production", "gitlab:acme/tools/worker@main"]}';

export function companionsRegistry(account = '222222222222', region = 'eu-west-1', kinds: Kinds = {}): DesiredRegistry {
  const text = companionsManifest(account, region, kinds);
  const [desired] = compile(parseProject([{ file: 'slipway.yaml', text, own: true }]), 'prod');
  if (desired === undefined) throw new Error('the project compiles to no registry');
  return desired;
}
