// The plan: a plain, serialisable, deterministic value. The same input gives the same bytes.
// It is what `plan` prints, `--out` writes, and `apply` consumes. docs/json-output.md documents it.
import type { AccessChange } from '../access/change.js';
import type { Statement } from '../access/model.js';
import type { Diagnostic } from '../diagnostics/index.js';
import type { LifecycleRule } from '../lifecycle/model.js';
import type { Value } from '../registry/companions/model.js';
import type { Encryption, MutabilityMode, Owner, TagMutability, Tags } from '../registry/model.js';
import type { Kept, PieceChange } from './pieces.js';
import type { SettingStep, SettingsPlan } from './settings/model.js';
import type { StackAction, StackPlan } from './stacks/model.js';

export type { Kept, PieceChange } from './pieces.js';

export const planVersion = 1;

/** What may hurt needs its own consent, `--accept HAZARD[:NAME]`. */
export const hazardKinds = [
  'delete-images',
  'delete-key',
  'delete-provider',
  'expire-images',
  'expire-in-use',
  'lose-access',
  'open-access',
  'overwrite-shared',
  'take-over',
] as const;

export type HazardKind = (typeof hazardKinds)[number];

export interface Hazard {
  readonly kind: HazardKind;
  /** The repository's name in ECR, or that of a stack, or of a setting of the registry: `registryPolicy`. */
  readonly repository: string;
  /** Where the plan is of several Regions: in which of them. Consent is for all of them. */
  readonly region?: string;
  /** What would happen, in one sentence: lower case, no full stop. */
  readonly reason: string;
  /** Whether only `--accept KIND:NAME` will do, not `--accept KIND`. */
  readonly mustBeNamed: boolean;
}

/** An image in a few words. */
export interface ImageInBrief {
  readonly digest: string;
  readonly tags: readonly string[];
  /** ISO 8601. */
  readonly pushedAt: string;
}

/** An image that goes although somebody uses it. */
export interface UsedImage {
  readonly digest: string;
  readonly tags: readonly string[];
  /** Who uses it, each in words: `ECS service prod/api, task definition api:42`. */
  readonly by: readonly string[];
}

/** What is known of who uses the images that go; there is none where the manifest declares no source. */
export interface UsageKnown {
  /** The sources that were asked, by name, in the order declared. */
  readonly sources: readonly string[];
  /** Those that could not be read, or not whole: any image may be in use by what they would have told. */
  readonly unknown: readonly { readonly source: string; readonly operation: string; readonly reason: string }[];
  /** Oldest first. */
  readonly inUse: readonly UsedImage[];
}

/** What the change saves. Dollars of the United States. */
export interface Saving {
  /** What is stored costs this much less a month than under the policy in place, once both have acted. Negative: more. */
  readonly dollarsPerMonth: number;
  /** The Region whose prices these are; `assumed` where the table has none of its own. */
  readonly region: string;
  readonly assumed: boolean;
  /** The day or month of the prices, `2026-03`. */
  readonly asOf: string;
}

/**
 * What a changed lifecycle policy does to the images that exist: those that go because of the change. Images that the
 * policy in place would expire as well are not counted again.
 */
export interface LifecycleEffect {
  readonly images: number;
  readonly expiring: number;
  readonly archiving: number;
  /** Bytes of the expiring images, as far as ECR tells them. */
  readonly expiringBytes: number;
  readonly archivingBytes: number;
  /** The first ten that expire, by name: a tag, or else the digest. */
  readonly examples: readonly string[];
  /** By push, of those that expire, or else of those that are archived; absent where none is. */
  readonly oldest?: ImageInBrief;
  readonly newest?: ImageInBrief;
  /** Images that the policy in place would expire and the new one does not. */
  readonly sparing: number;
  readonly sparingBytes: number;
  /** The first ten of them, by name. */
  readonly spared: readonly string[];
  /** Images that the policy in place would archive and the new one leaves where they are. */
  readonly unarchiving: number;
  readonly saving: Saving;
  /** Digests of all that expire, sorted: what consent to them is consent to. */
  readonly digests: readonly string[];
  readonly usage?: UsageKnown;
}

/** One change of one aspect. Values are canonical, so that `before` and `after` differ in meaning, not in layout. */
export type Change =
  | { readonly aspect: 'tagMutability'; readonly before: TagMutability | null; readonly after: TagMutability }
  | { readonly aspect: 'scanOnPush'; readonly before: boolean | null; readonly after: boolean }
  /** A key that a stack has yet to make is told by the stack that makes it: `{stack, output}`. */
  | { readonly aspect: 'encryption'; readonly before: Encryption<Value> | null; readonly after: Encryption<Value> }
  | {
      readonly aspect: 'tags';
      /** Only the keys that change; `null` where a side lacks the key. */
      readonly before: Readonly<Record<string, string | null>>;
      readonly after: Readonly<Record<string, string | null>>;
    }
  | {
      readonly aspect: 'lifecyclePolicy';
      /** Canonical policy texts; `null`: none. */
      readonly before: string | null;
      readonly after: string | null;
      readonly rules: readonly PieceChange<LifecycleRule>[];
      readonly effect?: LifecycleEffect;
    }
  | {
      readonly aspect: 'repositoryPolicy';
      /** Our own statements, canonical, before and after. Foreign ones are not part of the change. */
      readonly before: readonly Statement[];
      readonly after: readonly Statement[];
      readonly statements: readonly PieceChange<Statement>[];
      /** What it does to people's access, with the statements of others beside it. */
      readonly access?: AccessChange;
    };

export type Aspect = Change['aspect'];

/** An aspect that could not be read. Nothing is written to it. */
export interface Unknown {
  /** `repository`: not even whether it exists. `images`: what the change does to them. */
  readonly aspect: Aspect | 'images' | 'repository';
  readonly operation: string;
  readonly reason: string;
}

/**
 * What becomes of one repository.
 * `create`, `update`, `delete` (an orphan, with `--prune`, or `destroy`), `unchanged`;
 * `orphan`: ours, no longer declared, left until `--prune`;
 * `replace`: among its changes is one ECR cannot make in place (`encryption`): Slipway makes the others and prints the steps;
 * `foreign`: declared, but it belongs to somebody else. Its changes are made only with consent to `take-over`.
 * In a plan of purpose `drift`: `delete` is gone, `update` was changed.
 */
export type RepositoryAction = 'create' | 'update' | 'delete' | 'unchanged' | 'orphan' | 'replace' | 'foreign';

export interface RepositoryPlan {
  readonly name: string;
  /** The key in the manifest; absent for orphans. */
  readonly key?: string;
  readonly arn: string;
  /** Absent until it exists. */
  readonly uri?: string;
  readonly action: RepositoryAction;
  /** Why, where the action alone does not say it. */
  readonly reason?: string;
  readonly changes: readonly Change[];
  readonly kept: readonly Kept[];
  readonly unknown: readonly Unknown[];
  /** With `delete`: whether images may be deleted with it, and how many there are (`null`: not known). */
  readonly deletion?: { readonly force: boolean; readonly images: number | null; readonly usage?: UsageKnown };
  /** With `replace`: what a person would do, one step a line. */
  readonly steps?: readonly string[];
  /** Statements of others, kept word for word when the policy is written. */
  readonly foreignStatements?: readonly Statement[];
  /** With a change of the lifecycle policy: what is likely not meant, given the images; absent where that is nothing. */
  readonly remarks?: readonly Diagnostic[];
}

export interface RegistryPlan {
  readonly account: string;
  readonly region: string;
  readonly partition: string;
  /** Of what stands beside the repositories, in the order in which they are made; most projects have none. */
  readonly stacks: readonly StackPlan[];
  /** Of what the registry has once; absent where nothing of it is declared, or the plan is about some repositories only. */
  readonly settings?: SettingsPlan;
  /** Sorted by name; unchanged ones included, without changes. */
  readonly repositories: readonly RepositoryPlan[];
  /** Remarks about the whole registry, for instance that orphans could not be looked for. */
  readonly notes: readonly string[];
}

export interface PlanSummary {
  readonly create: number;
  readonly update: number;
  readonly delete: number;
  readonly replace: number;
  readonly unchanged: number;
  readonly orphan: number;
  readonly foreign: number;
  readonly unknown: number;
  /** Stacks to be made, changed or deleted. */
  readonly stacks: number;
}

/** `drift`: what somebody changed, `before` as declared and `after` as it is. Such a plan cannot be applied. */
export type PlanPurpose = 'apply' | 'destroy' | 'drift';

export interface Plan {
  readonly version: typeof planVersion;
  readonly purpose: PlanPurpose;
  readonly owner: Owner;
  readonly scope: { readonly only: readonly string[]; readonly prune: boolean };
  readonly registries: readonly RegistryPlan[];
  /** Sorted by repository, then kind. */
  readonly hazards: readonly Hazard[];
  readonly summary: PlanSummary;
}

/** What happens to one repository during apply, one call to AWS each. */
export type Step =
  | { readonly kind: 'create'; readonly tags: Tags }
  | { readonly kind: 'delete' }
  | { readonly kind: 'put-tag-mutability'; readonly mode: MutabilityMode }
  | { readonly kind: 'put-scan-on-push' }
  | { readonly kind: 'tag' }
  | { readonly kind: 'untag' }
  | { readonly kind: 'put-lifecycle-policy' }
  | { readonly kind: 'delete-lifecycle-policy' }
  | { readonly kind: 'set-repository-policy' }
  | { readonly kind: 'delete-repository-policy' };

export type StepKind = Step['kind'];

/** Progress of `apply`, in the order in which things happen. */
export type ApplyEvent =
  | {
      readonly type: 'started';
      readonly stacks: number;
      /** How many registries have settings to be written; absent where none has. */
      readonly settings?: number;
      readonly repositories: number;
      readonly steps: number;
    }
  | { readonly type: 'warning'; readonly message: string }
  | {
      readonly type: 'repository-started';
      readonly repository: string;
      readonly region: string;
      readonly action: RepositoryAction;
    }
  | { readonly type: 'step-done'; readonly repository: string; readonly region: string; readonly step: StepKind }
  | {
      readonly type: 'repository-done';
      readonly repository: string;
      readonly region: string;
      /** What was done: a repository that was to be created, and was found half made, is an `update`. */
      readonly action: RepositoryAction;
      /** It was found as planned, so that nothing was written. */
      readonly already?: true;
      readonly uri?: string;
    }
  | {
      readonly type: 'repository-failed';
      readonly repository: string;
      readonly region: string;
      readonly step: StepKind;
      readonly operation: string;
      readonly awsCode: string;
      readonly message: string;
      readonly skipped: readonly StepKind[];
    }
  | {
      readonly type: 'repository-skipped';
      readonly repository: string;
      readonly region: string;
      readonly reason: string;
      /** The run stopped before its turn came. */
      readonly unbegun?: true;
    }
  | {
      readonly type: 'stack-started';
      readonly stack: string;
      readonly region: string;
      readonly action: StackAction;
    }
  /** CloudFormation came to one resource of a stack. */
  | {
      readonly type: 'stack-event';
      readonly stack: string;
      readonly region: string;
      readonly resource: string;
      /** CloudFormation's own word: `CREATE_COMPLETE`. */
      readonly status: string;
      readonly reason?: string;
    }
  | {
      readonly type: 'stack-done';
      readonly stack: string;
      readonly region: string;
      readonly action: StackAction;
      readonly already?: true;
    }
  | {
      readonly type: 'stack-failed';
      readonly stack: string;
      readonly region: string;
      readonly operation: string;
      readonly awsCode: string;
      /** Why, in the words of the first resource that failed. */
      readonly message: string;
    }
  | { readonly type: 'stack-skipped'; readonly stack: string; readonly region: string; readonly reason: string }
  /** What a registry has once: its policy, and the scope of that. */
  | { readonly type: 'settings-started'; readonly region: string }
  | {
      readonly type: 'settings-done';
      readonly region: string;
      /** What was written, in this order. */
      readonly steps: readonly SettingStep[];
      readonly already?: true;
    }
  | {
      readonly type: 'settings-failed';
      readonly region: string;
      readonly step: SettingStep;
      readonly operation: string;
      readonly awsCode: string;
      readonly message: string;
      readonly skipped: readonly SettingStep[];
    }
  | { readonly type: 'settings-skipped'; readonly region: string; readonly reason: string }
  | { readonly type: 'finished'; readonly outcome: ApplyOutcome };

/** Stacks, settings of registries and repositories together. */
export interface ApplyOutcome {
  readonly done: number;
  /** Found as planned: somebody, or an earlier run, had done it. */
  readonly already: number;
  readonly failed: number;
  readonly skipped: number;
  readonly interrupted: boolean;
}
