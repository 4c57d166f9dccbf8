// What is asked of a session: its policies, tags and length, checked in STS's words.
// It must not know who asks.
import type { Tag } from '../ecr/repository.js';
import { checkPolicy } from '../iam/documents.js';
import { findPolicy } from '../iam/managed.js';
import { parseArn, type Role, roles } from '../iam/state.js';
import { type ServiceContext, ServiceError } from '../service.js';
import { partitionOf } from '../wire/caller.js';
import type { SessionPolicies } from './sessions.js';

/** Characters of session policies (API reference, `Policy`); AWS's packed form has its own measure. (?) */
const policyMost = 2048;

export function accessDenied(message: string): ServiceError {
  return new ServiceError('AccessDenied', message, 403);
}

export function validationError(message: string): ServiceError {
  return new ServiceError('ValidationError', message);
}

export function policiesOf(
  input: {
    readonly Policy?: string | undefined;
    readonly PolicyArns?: readonly { readonly arn: string }[] | undefined;
  },
  context: ServiceContext,
): { readonly policies?: SessionPolicies } {
  const { Policy: text, PolicyArns = [] } = input;
  if (text === undefined && PolicyArns.length === 0) return {};
  if (text !== undefined) {
    checkPolicy(text, { kind: 'identity' });
    if (text.length > policyMost) {
      const consumed = Math.ceil((text.length / policyMost) * 100);
      throw new ServiceError(
        'PackedPolicyTooLarge',
        `Packed size of session policy consumes ${consumed}% of allotted space.`,
      );
    }
  }
  for (const { arn } of PolicyArns) {
    if (findPolicy(context, arn) === undefined) throw validationError(`The policy ${arn} was not found.`);
  }
  return { policies: { texts: text === undefined ? [] : [text], arns: PolicyArns.map(({ arn }) => arn) } };
}

export function tagsOf(tags: readonly Tag[] = []): Record<string, string> {
  const found = new Map<string, Tag>();
  for (const tag of tags) {
    if (found.has(tag.Key.toLowerCase())) {
      throw new ServiceError(
        'InvalidParameterValue',
        'Duplicate tag keys found. Please note that Tag keys are case insensitive.',
      );
    }
    found.set(tag.Key.toLowerCase(), tag);
  }
  return Object.fromEntries(tags.map(({ Key, Value }) => [Key, Value]));
}

/** Condition keys of tags that a session is to have. */
export function tagKeys(
  tags: Readonly<Record<string, string>>,
  transitive: readonly string[],
): Record<string, string | readonly string[] | null> {
  const names = Object.keys(tags);
  return {
    ...Object.fromEntries(Object.entries(tags).map(([name, value]) => [`aws:RequestTag/${name}`, value])),
    'aws:TagKeys': names.length === 0 ? null : names,
    'sts:TransitiveTagKeys': transitive.length === 0 ? null : transitive,
  };
}

export interface FoundRole {
  readonly account: string;
  readonly partition: string;
  readonly arn: string;
  readonly role: Role;
}

/** The role that an ARN names, in whatever account; nothing where it is not there. Throws where it is no ARN of a role. */
export function roleAt(arn: string, { store, region }: ServiceContext): FoundRole | undefined {
  const parts = parseArn(arn);
  if (parts === undefined) throw validationError(`${arn} is invalid`);
  const role = parts.kind === 'role' ? roles.find({ store, account: parts.account }, parts.name) : undefined;
  if (role === undefined || role.path !== parts.path) return undefined;
  return { account: parts.account, partition: partitionOf(region), arn, role };
}

export function checkDuration(seconds: number, { maxSessionDuration }: Role): void {
  if (seconds > maxSessionDuration) {
    throw validationError('The requested DurationSeconds exceeds the MaxSessionDuration set for this role.');
  }
}
