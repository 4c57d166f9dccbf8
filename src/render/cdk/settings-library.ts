// The part of the construct library that only some projects need: what a registry has once. The same for every project that has it.
// It must not know what is in a registry.

/** `lib/registry-settings.ts`. */
export const settingsLibraryText = `\
// What a container registry has once: its policy, and the rules by which ECR copies images to other registries.
// Written by \`slipway render cdk\`, the same for every environment. It must not know any of them.
import { CfnDeletionPolicy, type CfnResource } from 'aws-cdk-lib';
import * as ecr from 'aws-cdk-lib/aws-ecr';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';

/** What the policy of a registry is told. */
export interface RegistryPolicyProps {
  /** The whole policy: CloudFormation takes away what is not in it. */
  readonly statements: readonly iam.PolicyStatementProps[];

  /**
   * Whether it stays when its stack goes, since others have statements in it.
   *
   * @default false
   */
  readonly shared?: boolean;
}

/** The policy of a registry, which has one: who may do what beyond single repositories. */
export class RegistryPolicy extends Construct {
  constructor(scope: Construct, id: string, props: RegistryPolicyProps) {
    super(scope, id);
    const statements = props.statements.map((one) => new iam.PolicyStatement(one));
    const policyText = new iam.PolicyDocument({ statements });
    settle(new ecr.CfnRegistryPolicy(this, 'Policy', { policyText }), id, props.shared);
  }
}

/** A rule as ECR has it. Without filters it copies every repository. */
export type ReplicationRule = ecr.CfnReplicationConfiguration.ReplicationRuleProperty;

/** Copies these repositories, and what else begins with their names, to other Regions of the account. */
export function copyRule(
  registryId: string,
  regions: readonly string[],
  repositories: readonly string[],
): ReplicationRule {
  return {
    destinations: regions.map((region) => ({ region, registryId })),
    repositoryFilters: repositories.map((filter) => ({ filter, filterType: 'PREFIX_MATCH' })),
  };
}

/** What replication is told. */
export interface RegistryReplicationProps {
  /** All rules of the registry: CloudFormation takes away what is not in it. */
  readonly rules: readonly ReplicationRule[];

  /**
   * Whether it stays when its stack goes, since others have rules in it.
   *
   * @default false
   */
  readonly shared?: boolean;
}

/** The rules by which ECR copies images, of which a registry has one list. */
export class RegistryReplication extends Construct {
  constructor(scope: Construct, id: string, props: RegistryReplicationProps) {
    super(scope, id);
    const replicationConfiguration = { rules: [...props.rules] };
    settle(new ecr.CfnReplicationConfiguration(this, 'Rules', { replicationConfiguration }), id, props.shared);
  }
}

/** What replaced it, which no change asks for, would be the same document of the same registry. */
function settle(resource: CfnResource, id: string, isShared = false): void {
  resource.overrideLogicalId(id);
  resource.cfnOptions.deletionPolicy = isShared ? CfnDeletionPolicy.RETAIN_EXCEPT_ON_CREATE : CfnDeletionPolicy.DELETE;
  resource.cfnOptions.updateReplacePolicy = CfnDeletionPolicy.RETAIN;
}
`;
