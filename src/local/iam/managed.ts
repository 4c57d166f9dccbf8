// Managed policies, the account's own and those of AWS, found by ARN.
// It must not know who has them attached.
import { createHash } from 'node:crypto';
import type { Tag } from '../ecr/repository.js';
import type { ServiceContext } from '../service.js';
import { type AwsPolicy, awsPolicies } from './aws-policies.js';
import { notFound } from './errors.js';
import { arnOf, type ManagedPolicy, parseArn, policies } from './state.js';

/** A policy of either kind, with its ARN. */
export interface FoundPolicy extends ManagedPolicy {
  readonly arn: string;
  readonly own: boolean;
}

function ofAws(partition: string, policy: AwsPolicy): FoundPolicy {
  const { name, path, version, created, updated, document } = policy;
  const id = createHash('sha256')
    .update(name)
    .digest('hex')
    .toUpperCase()
    .replace(/[0189]/g, 'X')
    .slice(0, 17);
  const noTags: readonly Tag[] = [];
  return {
    arn: `arn:${partition}:iam::aws:policy${path}${name}`,
    own: false,
    name,
    path,
    id: `ANPA${id}`,
    createdAt: Date.parse(created),
    updatedAt: Date.parse(updated),
    tags: noTags,
    versions: [{ id: version, text: JSON.stringify(document, null, 4), createdAt: Date.parse(updated) }],
    current: version,
    lastVersion: Number(version.slice(1)),
  };
}

const byPath = new Map(awsPolicies.map((policy) => [policy.path + policy.name, policy]));

export function awsManagedPolicies(partition: string): readonly FoundPolicy[] {
  return awsPolicies.map((policy) => ofAws(partition, policy));
}

export function ownPolicy(context: Pick<ServiceContext, 'account' | 'partition'>, row: ManagedPolicy): FoundPolicy {
  return { ...row, arn: arnOf(context, 'policy', row), own: true };
}

/** Nothing where there is none, or none that this account may see. */
export function findPolicy(
  context: Pick<ServiceContext, 'account' | 'partition' | 'store'>,
  arn: string,
): FoundPolicy | undefined {
  const parts = parseArn(arn);
  if (parts?.kind !== 'policy' || !arn.startsWith(`arn:${context.partition}:`)) return undefined;
  if (parts.account === 'aws') {
    const found = byPath.get(parts.path + parts.name);
    return found === undefined ? undefined : ofAws(context.partition, found);
  }
  const row = parts.account === context.account ? policies.find(context, parts.name) : undefined;
  return row === undefined || row.path !== parts.path ? undefined : ownPolicy(context, row);
}

/** Throws NoSuchEntity in the words for a policy that is read or changed. */
export function thePolicy(context: ServiceContext, arn: string): FoundPolicy {
  const found = findPolicy(context, arn);
  if (found === undefined) throw notFound(`Policy ${arn} was not found.`);
  return found;
}

/** The text that is in force. */
export function currentText({ versions, current }: ManagedPolicy): string {
  return versions.find(({ id }) => id === current)?.text ?? '{}';
}
