// What becomes of a stack of companions: a plain, serialisable part of the plan.
// It must not know how it is found out or carried out.
import type { StackKind } from '../../registry/companions/model.js';
import type { Tags } from '../../registry/model.js';
import type { Json, Template } from '../../render/cloudformation/index.js';

/**
 * `create`, `update`, `delete`, `unchanged`; `kept`: no longer wanted, and left without specific consent;
 * `foreign`: a stack of that name belongs to somebody else; `stuck`: CloudFormation waits for a person, and `steps` say for what.
 */
export type StackAction = 'create' | 'update' | 'delete' | 'unchanged' | 'kept' | 'foreign' | 'stuck';

export interface PropertyChange {
  /** As CloudFormation names it: `AssumeRolePolicyDocument`. */
  readonly property: string;
  /** Absent: it was, or will be, left out. */
  readonly before?: Json;
  readonly after?: Json;
}

export interface ResourcePlan {
  /** Its name in the template. */
  readonly id: string;
  /** `AWS::IAM::Role`. */
  readonly type: string;
  /** For people: `role payments-prod-eu-west-1-tasks`. */
  readonly title: string;
  /** `replace`: a new one comes first, and the old one goes. */
  readonly action: 'create' | 'update' | 'replace' | 'delete';
  /** With `update` and `replace`. */
  readonly changes: readonly PropertyChange[];
}

/** Something that exists and that somebody else keeps: it is referred to, never changed. */
export interface Referenced {
  readonly arn: string;
  readonly note: string;
}

/** A role that exists under the name that a stack would give its own. */
export interface TakenRole {
  readonly name: string;
  /** Where in the manifest it comes from. */
  readonly from: readonly string[];
}

export interface StackPlan {
  readonly kind: StackKind;
  readonly name: string;
  readonly region: string;
  readonly action: StackAction;
  /** Why, where the action alone does not say it. */
  readonly reason?: string;
  /** CloudFormation's own word for how it is now; absent: there is none. */
  readonly status?: string;
  /** Sorted by id. */
  readonly resources: readonly ResourcePlan[];
  readonly referenced: readonly Referenced[];
  /** What is handed to CloudFormation; with `create` and `update`. */
  readonly template?: Template;
  readonly tags: Tags;
  /** A hash of the meaning of the template that is there; `null`: there is none. */
  readonly before: string | null;
  /** What the stack has made by now. */
  readonly outputs: Readonly<Record<string, string>>;
  /** What could not be read. Nothing is written because of it. */
  readonly unknown: readonly { readonly operation: string; readonly reason: string }[];
  /** With `stuck`: what a person would do, one step a line. */
  readonly steps?: readonly string[];
  /** With `stuck`, where that is because of names. */
  readonly taken?: readonly TakenRole[];
}
