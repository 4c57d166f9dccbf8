// Whose a repository is, by the tags on it.
// It must not know what follows from that.
import type { Owner, Reading, Tags } from './model.js';

export const projectTag = 'slipway:project';
export const environmentTag = 'slipway:environment';

export function ownershipTags(owner: Owner): Tags {
  return { [environmentTag]: owner.environment, [projectTag]: owner.project };
}

/** `nobody`: no tag says whose it is. `other`: a tag does, and `who` names them. */
export type Ownership =
  | { readonly state: 'ours' }
  | { readonly state: 'nobody' }
  | { readonly state: 'other'; readonly who: string };

/** Our own tags decide first: a repository that was taken over may still carry the marks of its last owner. */
export function ownershipOf(tags: Tags, owner: Owner): Ownership {
  const project = valueOf(tags, projectTag);
  const environment = valueOf(tags, environmentTag);
  if (project === owner.project && environment === owner.environment) return { state: 'ours' };
  if (project !== undefined && environment !== undefined) {
    return { state: 'other', who: `environment "${environment}" of the Slipway project "${project}"` };
  }
  if (project !== undefined && project !== owner.project) {
    return { state: 'other', who: `the Slipway project "${project}"` };
  }
  const stack = valueOf(tags, stackTag) ?? valueOf(tags, 'aws:cloudformation:stack-id');
  if (stack !== undefined) return { state: 'other', who: `the CloudFormation stack "${stack}"` };
  const manager = Object.entries(tags).find(([key, value]) => managerKey.test(key) && terraform.test(value));
  if (manager !== undefined) return { state: 'other', who: `Terraform (tag ${manager[0]}: ${manager[1]})` };
  return { state: 'nobody' };
}

const stackTag = 'aws:cloudformation:stack-name';

/** The stack that a repository says it is in. The tag stays on what a stack leaves behind, so that the stack may be gone. */
export function stackNamedIn(tags: Reading<Tags>): string | undefined {
  return tags.state === 'present' ? valueOf(tags.value, stackTag) : undefined;
}

const managerKey = /^managed[-_]?by$/i;
const terraform = /^(terraform|opentofu)$/i;

function valueOf(tags: Tags, key: string): string | undefined {
  return Object.hasOwn(tags, key) ? tags[key] : undefined;
}
