// Takes what exists into a stack: what a change set of type IMPORT may ask for, what it shows, and how one resource is taken.
// It must not know how a resource of any type is taken.
import { type ServiceContext, ServiceError } from '../../service.js';
import { invalid } from '../errors.js';
import { resourceTypes } from '../resources/index.js';
import type { Wanted } from '../resources/type.js';
import { parseTemplate, type Resource } from '../template/model.js';
import { scalarText } from '../template/read.js';
import { type Change, changesOf, hasOtherOutputs } from './changes.js';
import { typeOf } from './desired.js';
import { type ChangeSet, type Desired, listStacks, type Stack } from './model.js';
import { recordOf, type Step, unmade } from './step.js';

export interface ResourceToImport {
  readonly ResourceType: string;
  readonly LogicalResourceId: string;
  readonly ResourceIdentifier: Readonly<Record<string, string>>;
}

/** Physical ids by logical ids. Throws ValidationError where what is asked for is none of the template, or cannot be imported. */
export function importedBy(
  { template }: Desired,
  given: readonly ResourceToImport[],
): Readonly<Record<string, string>> {
  if (given.length === 0) throw invalid('ResourcesToImport must be specified for a change set of type IMPORT.');
  const { resources } = parseTemplate(template);
  const unsupported = given.filter(({ ResourceType }) => resourceTypes.get(ResourceType)?.take === undefined);
  if (unsupported.length > 0) {
    const types = [...new Set(unsupported.map(({ ResourceType }) => ResourceType))].join(', ');
    throw invalid(`ResourceTypes [${types}] are not supported for Import`);
  }
  const bare = given.filter(({ LogicalResourceId: id }) => resources.get(id)?.deletionPolicy === undefined);
  if (bare.length > 0) {
    const ids = bare.map(({ LogicalResourceId }) => LogicalResourceId).join(', ');
    throw invalid(
      `The following resources to import [${ids}] must have DeletionPolicy attribute specified in the template.`,
    );
  }
  return Object.fromEntries(
    given.map(({ ResourceType, LogicalResourceId: id, ResourceIdentifier }) => {
      const property = resourceTypes.get(ResourceType)?.name?.property ?? '';
      const identifier = ResourceIdentifier[property];
      if (resources.get(id)?.type !== ResourceType) {
        throw invalid(`The template has no resource ${id} of the type ${ResourceType}.`);
      }
      if (identifier === undefined) throw invalid(`${ResourceType} is identified by [${property}].`);
      return [id, identifier];
    }),
  );
}

/** What the change set shows, and why it cannot be carried out where it would do more than import. */
export function importOf(
  context: ServiceContext,
  stack: Stack,
  desired: Desired,
  importing: Readonly<Record<string, string>>,
): Pick<ChangeSet, 'changes' | 'reason'> {
  const changes = changesOf(context, stack, desired);
  const idOf = ({ change }: { readonly change: Change }): string => scalarText(change['LogicalResourceId']);
  const others = changes.filter((one) => importing[idOf(one)] === undefined);
  const shown = changes
    .filter((one) => !others.includes(one))
    .map((one) => {
      const change = { ...one.change, Action: 'Import', PhysicalResourceId: importing[idOf(one)] ?? '' };
      return { change, withValues: { ...one.withValues, ...change } };
    });
  const more = others.map(idOf).join(', ');
  const refusals = [
    more !== '' &&
      `You have modified resources [${more}] in your template that are not being imported. Update, create or delete operations cannot be executed during import operations.`,
    hasOtherOutputs(context, stack, desired) && 'As part of the import operation, you cannot modify or add [Outputs]',
    shown.length < Object.keys(importing).length && 'Resources to import are in the stack already.',
  ];
  const reason = refusals.find((one) => one !== false) ?? ownerOf(context, desired, importing);
  return { changes: shown, ...(reason !== undefined && { reason }) };
}

/** A resource is in one stack alone. */
function ownerOf(
  context: ServiceContext,
  { template }: Desired,
  importing: Readonly<Record<string, string>>,
): string | undefined {
  const { resources } = parseTemplate(template);
  const stacks = listStacks(context).filter(({ status }) => status !== 'DELETE_COMPLETE');
  for (const [logicalId, id] of Object.entries(importing)) {
    const type = resources.get(logicalId)?.type;
    const owner = stacks.find((stack) => stack.resources.some((one) => one.type === type && one.id === id));
    if (owner !== undefined) return `${id} already exists in stack ${owner.id}`;
  }
  return undefined;
}

/** Takes one resource, whose turn has been announced or is so now. */
export function takeNext(step: Step, resource: Resource, wanted: Wanted, identifier: string): void {
  const record = (status: string, made = unmade) => recordOf(step, resource, wanted, made, status);
  if (!step.announced(record('IMPORT_IN_PROGRESS'), 'Resource import started.')) return;
  const made = typeOf(resource).take?.(identifier, wanted, step.contextFor(resource.id));
  if (made === undefined) {
    throw new ServiceError(
      'NotFound',
      `Resource of type '${resource.type}' with identifier '${identifier}' was not found.`,
    );
  }
  step.resourceEvent(record('IMPORT_COMPLETE', made), 'Resource import completed.');
  step.resourceEvent(record('UPDATE_IN_PROGRESS', made), 'Apply stack-level tags to imported resource if applicable.');
  const taken = record('UPDATE_COMPLETE', made);
  step.keep(taken);
  step.resourceEvent(taken);
  step.finish(resource.id);
}

/** Nothing was made: what the stack had is what it has. */
export function forgetImports(step: Step, reason: string): void {
  const { before } = step.progress;
  step.status('IMPORT_ROLLBACK_IN_PROGRESS', reason);
  if (before !== undefined) step.stack = { ...step.stack, ...before };
  step.end('IMPORT_ROLLBACK_COMPLETE');
}
