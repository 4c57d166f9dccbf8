// What would become of the stacks of a registry: wanted templates beside those that are there.
// It must not write anything, nor know how a stack is changed. A project without companions asks for nothing here.
import type { CompanionStack, OidcProvider, StackKind } from '../../registry/companions/model.js';
import { type DesiredRegistry, hasTags, ownershipOf, ownershipTags, projectTag } from '../../registry/index.js';
import { type Template, templateOf } from '../../render/cloudformation/index.js';
import type { Hazard } from '../model.js';
import type { IamPort, OidcProviderPort, StackPort } from '../ports.js';
import { read } from '../read.js';
import { diffTemplates, hashOf, sameTemplate } from './diff.js';
import type { Referenced, StackPlan } from './model.js';
import { takenRoles, waitingForNames } from './names.js';
import { type ObservedStack, observeStack } from './observe.js';
import { mendingSteps, standingOf } from './status.js';
import type { StackOutputs } from './values.js';

export interface StackPorts {
  readonly stacks: StackPort;
  readonly oidcProviders: OidcProviderPort;
  readonly iam: IamPort;
}

export interface StackSettings {
  readonly purpose: 'apply' | 'destroy';
  /** Consent that was given beforehand, `KIND` or `KIND:NAME`: what `destroy` takes away beside the rest. */
  readonly accept: readonly string[];
  /** Whether stacks are to be made, so that the names of their roles must be free. */
  readonly makes: boolean;
  /** Gives CloudFormation of another Region of the account. */
  readonly portsIn: (region: string) => Promise<StackPorts>;
}

/** The stacks in the order in which they are made. */
export async function planStacks(desired: DesiredRegistry, settings: StackSettings): Promise<readonly StackPlan[]> {
  const plans = await Promise.all(
    desired.companions.map(async (stack) => {
      const ports = await settings.portsIn(stack.region);
      const observed = await observeStack(stack.name, ports.stacks);
      if (settings.purpose === 'destroy') return planEnd(stack, observed, settings.accept, desired);
      const [plan, taken] = await Promise.all([
        planWanted(stack, observed, ports.oidcProviders, desired),
        settings.makes ? takenRoles(stack, observed, ports.iam) : [],
      ]);
      return plan === undefined ? undefined : waitingForNames(plan, taken);
    }),
  );
  return plans.filter((one) => one !== undefined);
}

/** Stacks that are ours and no longer declared: left until `--prune` or `destroy` takes them, and the key only with its own consent. */
export async function planStrays(
  names: readonly string[],
  desired: DesiredRegistry,
  { purpose, accept, portsIn }: StackSettings,
  prune: boolean,
): Promise<readonly StackPlan[]> {
  const known = new Set(desired.companions.map(({ name }) => name));
  const strays = [...new Set(names)].filter((name) => !known.has(name)).sort();
  const plans = await Promise.all(
    strays.map(async (name): Promise<StackPlan | undefined> => {
      const { region, owner } = desired;
      const kind: StackKind = name.startsWith('slipway-key-') ? 'key' : 'environment';
      const tags = ownershipTags(owner);
      const stack = { kind, name, region, description: '', tags, resources: [], sharedWith: [] };
      const end = planEnd(stack, await observeStack(name, (await portsIn(region)).stacks), accept, desired);
      if (end?.action !== 'delete') return end;
      if (purpose === 'destroy' || prune) return { ...end, reason: 'no longer declared' };
      return { ...end, action: 'kept', reason: 'ours, but no longer declared; --prune deletes it', resources: [] };
    }),
  );
  return plans.filter((one) => one !== undefined);
}

/** A plan of some repositories changes no stack. */
export function asItIs(plan: StackPlan): StackPlan {
  if (plan.action !== 'create' && plan.action !== 'update' && plan.action !== 'delete') return plan;
  const { template: _, ...rest } = plan;
  const reason = 'left alone: the plan is for some repositories only';
  return { ...rest, action: plan.action === 'create' ? 'unchanged' : 'kept', reason, resources: [] };
}

/** What the stacks have made by now. */
export function outputsIn(stacks: readonly StackPlan[]): StackOutputs {
  return new Map(stacks.map(({ kind, outputs }) => [kind, outputs]));
}

type Head = Pick<StackPlan, 'kind' | 'name' | 'region' | 'tags' | 'before' | 'outputs' | 'referenced' | 'unknown'> &
  Partial<Pick<StackPlan, 'status'>>;

function headOf(stack: CompanionStack, observed: ObservedStack): Head {
  const { kind, name, region, tags } = stack;
  const head = { kind, name, region, tags, before: null, outputs: {}, referenced: [], unknown: [] };
  if (observed.state === 'absent') return head;
  if (observed.state === 'unknown') {
    const { operation, reason } = observed;
    return { ...head, unknown: [{ operation, reason }] };
  }
  const { status, outputs } = observed.stack;
  // A key of a stack that is no more ready may be on its way out.
  return { ...head, status, before: hashOf(observed.template), outputs };
}

async function planWanted(
  stack: CompanionStack,
  observed: ObservedStack,
  providers: OidcProviderPort,
  desired: DesiredRegistry,
): Promise<StackPlan | undefined> {
  const head = headOf(stack, observed);
  if (observed.state === 'unknown') {
    return { ...head, action: 'unchanged', reason: 'whether it exists could not be read', resources: [] };
  }
  if (observed.state === 'present' && !isOurs(observed.stack.tags, stack)) {
    return { ...head, action: 'foreign', reason: whose(observed.stack.tags, desired), resources: [], outputs: {} };
  }
  const found = await withoutReferenced(stack, observed, providers);
  const template = templateOf({ ...stack, resources: found.resources }, desired);
  const all = { ...head, referenced: found.referenced, unknown: found.unknown };
  if (observed.state === 'absent') {
    if (template === undefined) return { ...all, action: 'unchanged', resources: [] };
    return { ...all, action: 'create', resources: diffTemplates(undefined, template), template };
  }
  return planPresent(all, observed, template);
}

function planPresent(
  head: Head,
  { stack: { status, reason: said }, template: live }: Extract<ObservedStack, { state: 'present' }>,
  template: Template | undefined,
): StackPlan {
  const standing = standingOf(status);
  if (standing === 'stuck') {
    const reason = `CloudFormation waits for somebody: ${status}${said === undefined ? '' : `, ${said}`}`;
    return { ...head, action: 'stuck', reason, resources: [], steps: mendingSteps(head.name, head.region, status) };
  }
  if (template === undefined) {
    // A stack cannot be empty, and what is in it may be trusted by others.
    return { ...head, action: 'kept', reason: 'nothing in it is wanted any more', resources: [] };
  }
  if (standing === 'none' || standing === 'wreck' || standing === 'deleting') {
    const resources = diffTemplates(undefined, template);
    const again = { ...head, action: 'create', resources, template, outputs: {} } as const;
    if (standing === 'none') return again;
    if (standing === 'deleting')
      return { ...again, reason: 'the one that is there is being deleted: apply waits for its end' };
    const why = said === undefined ? '' : ` (${said})`;
    return { ...again, reason: `the one that is there failed: ${status}${why}; apply deletes it and makes it anew` };
  }
  if (standing === 'working') {
    // What it has made is not there yet: apply waits for the end, even where nothing is left to be changed.
    const reason = `CloudFormation is at work on it (${status}): apply waits`;
    if (status === 'CREATE_IN_PROGRESS')
      return { ...head, action: 'create', resources: diffTemplates(undefined, template), template, reason };
    return { ...head, action: 'update', resources: diffTemplates(live, template), template, reason };
  }
  if (sameTemplate(live, template)) return { ...head, action: 'unchanged', resources: [] };
  return { ...head, action: 'update', resources: diffTemplates(live, template), template };
}

/** What destroy makes of a stack. What others may depend on stays, unless that was consented to by name. */
function planEnd(
  stack: CompanionStack,
  observed: ObservedStack,
  accept: readonly string[],
  desired: DesiredRegistry,
): StackPlan | undefined {
  const head = headOf(stack, observed);
  if (observed.state === 'absent') return undefined;
  if (observed.state === 'unknown') {
    return { ...head, action: 'kept', reason: 'whether it exists could not be read', resources: [] };
  }
  if (!isOurs(observed.stack.tags, stack)) {
    return { ...head, action: 'kept', reason: whose(observed.stack.tags, desired), resources: [] };
  }
  const hazard = hazardOf(stack.kind);
  if (stack.sharedWith.length > 0) {
    return { ...head, action: 'kept', reason: `it serves ${stack.sharedWith.join(', ')} too`, resources: [] };
  }
  if (hazard !== undefined && !accept.some((one) => one === hazard.kind || one === `${hazard.kind}:${stack.name}`)) {
    const reason = `${hazard.why}; to delete it too, --accept ${hazard.kind}:${stack.name}`;
    return { ...head, action: 'kept', reason, resources: [] };
  }
  return { ...head, action: 'delete', resources: diffTemplates(observed.template, undefined) };
}

/** What asks for consent of its own when it goes. */
function hazardOf(
  kind: StackKind,
): { readonly kind: 'delete-key' | 'delete-provider'; readonly why: string } | undefined {
  if (kind === 'key') return { kind: 'delete-key', why: 'images that its key encrypts die with it' };
  if (kind === 'account') return { kind: 'delete-provider', why: 'roles of others may trust its identity provider' };
  return undefined;
}

/** What the changes of stacks ask consent for. */
export function stackHazards(stacks: readonly StackPlan[]): readonly Hazard[] {
  return stacks.flatMap(({ kind, name, action, resources }): Hazard[] => {
    const hazard = hazardOf(kind);
    if (hazard === undefined) return [];
    const going = resources.filter((one) => one.action === 'delete' || one.action === 'replace');
    const grave = going.filter(({ type }) => type === 'AWS::KMS::Key' || type === 'AWS::IAM::OIDCProvider');
    if (action !== 'delete' && grave.length === 0) return [];
    const what =
      action === 'delete' ? 'the stack would be deleted' : `${grave.map(({ title }) => title).join(', ')} would go`;
    return [{ kind: hazard.kind, repository: name, reason: `${what}: ${hazard.why}`, mustBeNamed: true }];
  });
}

/** A provider that exists, and not by this stack, is somebody else's: an account has one for each issuer. */
async function withoutReferenced(
  { resources }: CompanionStack,
  observed: ObservedStack,
  providers: OidcProviderPort,
): Promise<Pick<StackPlan, 'referenced' | 'unknown'> & Pick<CompanionStack, 'resources'>> {
  const ours =
    observed.state === 'present' && standingOf(observed.stack.status) !== 'none'
      ? observed.template?.Resources
      : undefined;
  const wanted: CompanionStack['resources'][number][] = [];
  const referenced: Referenced[] = [];
  const unknown: { operation: string; reason: string }[] = [];
  for (const resource of resources) {
    if (resource.kind !== 'oidc-provider' || (!resource.existing && ours?.[resource.id] !== undefined)) {
      wanted.push(resource);
    } else if (resource.existing) {
      referenced.push({ arn: resource.arn, note: 'kept by somebody else, as the manifest says' });
    } else {
      const reading = await read(() => providers.find(resource.arn));
      if (reading === 'gone' || reading.state === 'absent' || reading.state === 'unread') wanted.push(resource);
      else if (reading.state === 'unknown') unknown.push({ operation: reading.operation, reason: reading.reason });
      else referenced.push({ arn: resource.arn, note: noteOn(resource, reading.value.audiences) });
    }
  }
  return { resources: wanted, referenced, unknown };
}

function noteOn({ arn, audiences }: OidcProvider, live: readonly string[]): string {
  const lacking = audiences.filter((one) => !live.includes(one));
  if (lacking.length === 0) return 'exists already, and is referred to';
  const mend = `aws iam add-client-id-to-open-id-connect-provider --open-id-connect-provider-arn ${arn} --client-id ${lacking[0]}`;
  return `exists already, and takes no tokens for ${lacking.join(', ')}: jobs are refused until somebody adds it, with ${mend}`;
}

function isOurs(live: Readonly<Record<string, string>>, { tags }: CompanionStack): boolean {
  return hasTags(live, tags);
}

function whose(tags: Readonly<Record<string, string>>, { owner }: DesiredRegistry): string {
  const ownership = ownershipOf(tags, owner);
  const project = tags[projectTag];
  if (ownership.state === 'other') return `a stack of that name belongs to ${ownership.who}`;
  return project === undefined
    ? 'a stack of that name exists, and no tag says that it is ours'
    : `a stack of that name belongs to the Slipway project "${project}"`;
}
