// What an update would do to each resource, as DescribeChangeSet tells it.
// It must not know change sets, nor do anything.
import type { ServiceContext } from '../../service.js';
import type { Json } from '../../store/store.js';
import type { Made, Wanted } from '../resources/type.js';
import { parseTemplate, type Resource } from '../template/model.js';
import { referencesIn } from '../template/order.js';
import { isJsonMap, scalarText } from '../template/read.js';
import { resolveMembers, unknownYet } from '../template/resolve.js';
import { changedProperties, isReplaced, replaces, tagsDiffer } from './compare.js';
import { checkDesired, scopeOver, typedProperties, typeOf } from './desired.js';
import type { Desired, Stack, StackResource } from './model.js';

export type Change = { readonly [name: string]: Json };

function contextOf({ properties }: Pick<Wanted, 'properties'>, metadata: Json | undefined): string {
  return JSON.stringify({ Properties: properties, ...(metadata !== undefined && { Metadata: metadata }) });
}

/** Why a property changes: what is written there, or what it refers to. */
function causes(resource: Resource, desired: Desired, property: string): readonly Change[] {
  const value = resource.properties[property];
  const references = value === undefined ? [] : [...referencesIn(value)];
  if (references.length === 0) return [{ ChangeSource: 'DirectModification', Evaluation: 'Static' }];
  return references.map(({ name, by }) => {
    if (Object.hasOwn(desired.parameters, name)) {
      return { ChangeSource: 'ParameterReference', Evaluation: 'Static', CausingEntity: name };
    }
    const source = by === 'Fn::GetAtt' ? 'ResourceAttribute' : 'ResourceReference';
    return name.startsWith('AWS::')
      ? { ChangeSource: 'DirectModification', Evaluation: 'Static' }
      : { ChangeSource: source, Evaluation: 'Dynamic', CausingEntity: name };
  });
}

function shown(value: Json | undefined): string | undefined {
  if (value === undefined) return undefined;
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function modification(
  resource: Resource,
  present: StackResource,
  wanted: Wanted,
  desired: Desired,
  values: boolean,
): Change | undefined {
  const changed = changedProperties(present, wanted);
  const tags = tagsDiffer(present, wanted);
  const policies =
    present.deletionPolicy !== resource.deletionPolicy || present.updateReplacePolicy !== resource.updateReplacePolicy;
  const metadata = JSON.stringify(present.metadata) !== JSON.stringify(resource.metadata);
  const properties = changed.filter((name) => name !== 'Tags');
  const ownTags = changed.includes('Tags');
  if (changed.length === 0 && !tags && !metadata && !policies) return undefined;
  const type = typeOf(resource);
  const unsure = (name: string): boolean => JSON.stringify(wanted.properties[name] ?? null).includes(unknownYet);
  const replaced = isReplaced(type, present, resource.type, wanted);
  const certain =
    properties.some((name) => replaces(resource.type, name) && !unsure(name)) || present.type !== resource.type;
  const replacement = !replaced ? 'False' : certain ? 'True' : 'Conditional';
  const details = [
    ...properties.flatMap((name) =>
      causes(resource, desired, name).map((cause) => ({
        Target: {
          Attribute: 'Properties',
          Name: name,
          RequiresRecreation: !replaces(resource.type, name) ? 'Never' : unsure(name) ? 'Conditionally' : 'Always',
          ...(values && {
            Path: `/Properties/${name}`,
            ...(shown(present.properties[name]) !== undefined && {
              BeforeValue: shown(present.properties[name]) ?? '',
            }),
            ...(shown(wanted.properties[name]) !== undefined && { AfterValue: shown(wanted.properties[name]) ?? '' }),
          }),
        },
        ...cause,
      })),
    ),
    ...(tags || ownTags
      ? [
          {
            Target: { Attribute: 'Tags', RequiresRecreation: 'Never' },
            Evaluation: 'Static',
            ChangeSource: 'DirectModification',
          },
        ]
      : []),
    ...(metadata
      ? [
          {
            Target: { Attribute: 'Metadata', RequiresRecreation: 'Never' },
            Evaluation: 'Static',
            ChangeSource: 'DirectModification',
          },
        ]
      : []),
  ];
  return {
    Action: 'Modify',
    LogicalResourceId: resource.id,
    PhysicalResourceId: present.id,
    ResourceType: resource.type,
    Replacement: replacement,
    Scope: [
      ...(properties.length > 0 ? ['Properties'] : []),
      ...(tags || ownTags ? ['Tags'] : []),
      ...(metadata ? ['Metadata'] : []),
    ],
    Details: details,
    ...(replacement !== 'False' && {
      PolicyAction: present.updateReplacePolicy === 'Retain' ? 'ReplaceAndRetain' : 'ReplaceAndDelete',
    }),
    ...(values && {
      BeforeContext: contextOf(present, present.metadata),
      AfterContext: contextOf(wanted, resource.metadata),
    }),
  };
}

function addition(resource: Resource, wanted: Wanted, values: boolean): Change {
  return {
    Action: 'Add',
    LogicalResourceId: resource.id,
    ResourceType: resource.type,
    Scope: [],
    Details: [],
    ...(values && { AfterContext: contextOf(wanted, resource.metadata) }),
  };
}

function removal(present: StackResource, values: boolean): Change {
  return {
    PolicyAction:
      present.deletionPolicy === 'Retain' || present.deletionPolicy === 'RetainExceptOnCreate' ? 'Retain' : 'Delete',
    Action: 'Remove',
    LogicalResourceId: present.logicalId,
    PhysicalResourceId: present.id,
    ResourceType: present.type,
    Scope: [],
    Details: [],
    ...(values && { BeforeContext: contextOf(present, present.metadata) }),
  };
}

const notYet: Made = { id: unknownYet, attributes: {} };

/** Each change of a resource, by logical id. Throws as checkDesired, and where an import is not there. */
export function changesOf(
  context: ServiceContext,
  stack: Stack,
  desired: Desired,
): readonly { readonly change: Change; readonly withValues: Change }[] {
  const order = checkDesired(context, stack, desired);
  const there = new Map<string, Made>();
  const present = new Map(stack.resources.filter(({ id }) => id !== '').map((one) => [one.logicalId, one]));
  const found = order.flatMap((resource) => {
    const scope = scopeOver(context, stack, desired, there);
    const type = typeOf(resource);
    const properties = typedProperties(resource.id, type, resolveMembers(scope, resource.properties));
    const wanted: Wanted = { properties, tags: type.tagged === true ? desired.tags : [] };
    const before = present.get(resource.id);
    if (before === undefined) {
      there.set(resource.id, notYet);
      return [{ change: addition(resource, wanted, false), withValues: addition(resource, wanted, true) }];
    }
    there.set(resource.id, isReplaced(type, before, resource.type, wanted) ? notYet : before);
    const change = modification(resource, before, wanted, desired, false);
    const withValues = modification(resource, before, wanted, desired, true);
    return change === undefined || withValues === undefined ? [] : [{ change, withValues }];
  });
  const wanted = new Set(order.map(({ id }) => id));
  const gone = [...present.values()].filter(({ logicalId }) => !wanted.has(logicalId));
  const all = [...found, ...gone.map((one) => ({ change: removal(one, false), withValues: removal(one, true) }))];
  return all.sort((one, other) =>
    scalarText(one.change['LogicalResourceId']) < scalarText(other.change['LogicalResourceId']) ? -1 : 1,
  );
}

/** Whether an update has anything to do: a resource, an output, or a policy. */
export function hasChanges(context: ServiceContext, stack: Stack, desired: Desired): boolean {
  return changesOf(context, stack, desired).length > 0 || hasOtherOutputs(context, stack, desired);
}

/** Whether outputs come, go or change. */
export function hasOtherOutputs(context: ServiceContext, stack: Stack, desired: Desired): boolean {
  if (stack.status === 'REVIEW_IN_PROGRESS') return parseTemplate(desired.template).outputs.size > 0;
  const outputs = (text: string, parameters: Desired['parameters']): string => {
    const template = scopeOver(context, stack, { ...desired, template: text, parameters }, new Map()).template;
    const shownOutputs = [...template.outputs.values()].map(({ value, exportName, condition, description }) => ({
      value: withParameters(value, parameters),
      exportName: exportName === undefined ? null : withParameters(exportName, parameters),
      condition: condition ?? null,
      description: description ?? null,
    }));
    return JSON.stringify([[...template.outputs.keys()], shownOutputs]);
  };
  return outputs(stack.desired.template, stack.desired.parameters) !== outputs(desired.template, desired.parameters);
}

/** An output with the values of its parameters in place, so that one whose parameter has changed differs. */
function withParameters(value: Json, parameters: Desired['parameters']): Json {
  if (Array.isArray(value)) return (value as readonly Json[]).map((one) => withParameters(one, parameters));
  if (!isJsonMap(value)) return value;
  const name = value['Ref'];
  if (typeof name === 'string' && Object.hasOwn(parameters, name)) return parameters[name] ?? null;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, withParameters(one, parameters)]));
}
