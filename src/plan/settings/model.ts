// What becomes of what a registry has once, beside its repositories and stacks: a plain, serialisable part of the plan.
// It must not know how it is found out or carried out.
import type { AccessChange } from '../../access/change.js';
import type { RegistryScope, Statement } from '../../access/model.js';
import type { ReplicationRule } from '../../registry/replication.js';
import type { Kept, PieceChange } from '../pieces.js';

export type SettingChange =
  | {
      readonly aspect: 'registryPolicy';
      /** Our own statements, canonical, before and after. Foreign ones are not part of the change. */
      readonly before: readonly Statement[];
      readonly after: readonly Statement[];
      readonly statements: readonly PieceChange<Statement>[];
    }
  | {
      /** It is one for everybody who uses the registry. */
      readonly aspect: 'registryPolicy.scope';
      readonly before: RegistryScope;
      readonly after: RegistryScope;
    }
  | {
      readonly aspect: 'replication';
      /** Our own rules. Foreign ones are not part of the change. */
      readonly before: readonly ReplicationRule[];
      readonly after: readonly ReplicationRule[];
      /** By filter: the Regions that it is copied to. */
      readonly filters: readonly PieceChange<readonly string[]>[];
      /** Names by which rules of the live document are known as ours. */
      readonly repositories: readonly string[];
    };

/** As the manifest names it within `AwsEcrRegistry`, or as ECR does; a hazard of it has this in the place of a repository's name. */
export type SettingAspect = SettingChange['aspect'];

export interface SettingsPlan {
  /** None: it is as declared. The scope comes first. */
  readonly changes: readonly SettingChange[];
  /** What is there, is not ours, and stays. */
  readonly kept: readonly Kept[];
  /** What could not be read. Nothing is written to it. */
  readonly unknown: readonly { readonly aspect: SettingAspect; readonly operation: string; readonly reason: string }[];
  /** With changes: what all of them do to people's access, with the statements of others beside them. */
  readonly access?: AccessChange;
  /** Statements of others, kept word for word when the policy is written. */
  readonly foreignStatements?: readonly Statement[];
}

/** What happens to the settings during apply, one call to AWS each. */
export type SettingStep =
  | 'put-account-setting'
  | 'put-registry-policy'
  | 'delete-registry-policy'
  | 'put-replication-configuration';

/** Replication comes last. A wider scope comes before the statements that need it, a narrower one after those that needed the wider are gone. */
export function stepsOfSettings(settings: SettingsPlan | undefined): readonly SettingStep[] {
  const { changes = [], foreignStatements = [] } = settings ?? {};
  const steps = changes.flatMap((change): SettingStep[] => {
    if (change.aspect === 'registryPolicy.scope') return ['put-account-setting'];
    if (change.aspect === 'replication') return [];
    // Either way the live policy is read again first, and what others wrote meanwhile stays.
    return [
      change.after.length === 0 && foreignStatements.length === 0 ? 'delete-registry-policy' : 'put-registry-policy',
    ];
  });
  const narrows = changes.some((change) => change.aspect === 'registryPolicy.scope' && change.after === 'V1');
  return [
    ...(narrows ? steps.toReversed() : steps),
    ...(changes.some(({ aspect }) => aspect === 'replication') ? ['put-replication-configuration' as const] : []),
  ];
}
