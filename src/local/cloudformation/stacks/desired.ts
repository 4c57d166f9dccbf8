// What a template and its parameters want: checked as a whole before anything is done, then resolved resource by resource.
// It must not know what there is, beyond what it is asked to refer to.
import type { ServiceContext } from '../../service.js';
import { ServiceError } from '../../service.js';
import type { Json } from '../../store/store.js';
import { invalid, templateError, templateFormat } from '../errors.js';
import { resourceTypes } from '../resources/index.js';
import type { Property, PropertyKind, ResourceType, Wanted } from '../resources/type.js';
import { parseTemplate, type Resource, type Template } from '../template/model.js';
import { checkReferences, inOrder } from '../template/order.js';
import { isJsonMap, type JsonMap, scalarText } from '../template/read.js';
import { functionIn, holds, type Place, resolve, resolveMembers, type Scope, unknownYet } from '../template/resolve.js';
import { type Desired, exportsOf, type Stack, type StackOutput, type StackResource } from './model.js';

export function typeOf(resource: Pick<Resource, 'type'>): ResourceType {
  const type = resourceTypes.get(resource.type);
  if (type === undefined) throw templateFormat(`Unrecognized resource types: [${resource.type}]`);
  return type;
}

const suffixes: Readonly<Record<string, string>> = { 'aws-cn': 'amazonaws.com.cn', 'aws-eusc': 'amazonaws.eu' };

export function placeOf(
  { account, region, partition }: Pick<ServiceContext, 'account' | 'region' | 'partition'>,
  stack: { readonly name: string; readonly id: string },
  desired: Desired,
): Place {
  return {
    account,
    region,
    partition,
    urlSuffix: suffixes[partition] ?? 'amazonaws.com',
    stackName: stack.name,
    stackId: stack.id,
    notificationArns: desired.notificationArns,
  };
}

/** A scope over resources that are there, and over the exports of the account's stacks. */
export function scopeOver(
  context: ServiceContext,
  stack: { readonly name: string; readonly id: string },
  desired: Desired,
  resources: ReadonlyMap<string, Pick<StackResource, 'id' | 'attributes'>>,
  imports: Set<string> = new Set(),
): Scope {
  const template = parseTemplate(desired.template);
  const missing = (id: string): never => {
    throw templateFormat(`Unresolved resource dependencies [${id}] in the Resources block of the template`);
  };
  return {
    template,
    parameters: desired.parameters,
    place: placeOf(context, stack, desired),
    reference: (id) => resources.get(id)?.id ?? missing(id),
    attribute: (id, name) => {
      const resource = resources.get(id) ?? missing(id);
      const value = resource.attributes[name];
      if (value !== undefined) return value;
      if (resource.id === unknownYet) return unknownYet;
      throw templateError(`resource ${id} does not support attribute type ${name} in Fn::GetAtt`);
    },
    imported: (name) => {
      const found = exportsOf(context).find((one) => one.name === name);
      if (found === undefined) throw invalid(`No export named ${name} found.`);
      imports.add(name);
      return found.value;
    },
  };
}

/** A scope in which nothing is known of resources: for conditions, names and checks. */
function blindScope(
  context: ServiceContext,
  stack: { readonly name: string; readonly id: string },
  desired: Desired,
): Scope {
  return {
    template: parseTemplate(desired.template),
    parameters: desired.parameters,
    place: placeOf(context, stack, desired),
    reference: () => unknownYet,
    attribute: () => unknownYet,
    imported: () => unknownYet,
  };
}

function checkAttributes(template: Template, value: Json): void {
  if (Array.isArray(value)) {
    for (const one of value as readonly Json[]) checkAttributes(template, one);
  } else if (isJsonMap(value)) {
    const [name, argument] = functionIn(value) ?? [];
    if (name === 'Fn::GetAtt' && Array.isArray(argument) && typeof argument[1] === 'string') {
      const resource = template.resources.get(String(argument[0]));
      if (resource !== undefined && !typeOf(resource).attributes.includes(argument[1])) {
        throw templateError(`resource ${resource.id} does not support attribute type ${argument[1]} in Fn::GetAtt`);
      }
    }
    for (const one of Object.values(value)) checkAttributes(template, one);
  }
}

/** What a template needs the caller to acknowledge, and why. */
export function capabilitiesOf(template: Template): { readonly needed: readonly string[]; readonly reason?: string } {
  const iam = [...template.resources.values()].filter(({ type }) => resourceTypes.get(type)?.iam === true);
  if (iam.length === 0) return { needed: [] };
  const named = iam.some(({ type, properties }) => {
    const property = resourceTypes.get(type)?.name?.property;
    return property !== undefined && properties[property] !== undefined;
  });
  const types = [...new Set(iam.map(({ type }) => type))].join(', ');
  return {
    needed: [named ? 'CAPABILITY_NAMED_IAM' : 'CAPABILITY_IAM'],
    reason: `The following resource(s) require capabilities: [${types}]`,
  };
}

/** What is wanted, checked as a whole. Throws ValidationError, or InsufficientCapabilitiesException. */
export function checkDesired(
  context: ServiceContext,
  stack: { readonly name: string; readonly id: string },
  desired: Desired,
): readonly Resource[] {
  const scope = blindScope(context, stack, desired);
  const { template } = scope;
  const unknown = [...new Set([...template.resources.values()].map(({ type }) => type))].filter(
    (type) => !resourceTypes.has(type),
  );
  if (unknown.length > 0) throw templateFormat(`Unrecognized resource types: [${unknown.sort().join(', ')}]`);
  for (const name of template.conditions.keys()) holds(scope, name);
  checkReferences(template);
  for (const { properties } of template.resources.values()) checkAttributes(template, properties);
  for (const { value } of template.outputs.values()) checkAttributes(template, value);
  const order = inOrder(scope);
  // Functions that are called wrongly are refused before anything is made.
  for (const { properties } of order) resolveMembers(scope, properties);
  const { needed } = capabilitiesOf(template);
  const given = new Set(desired.capabilities);
  const lacking = needed.filter(
    (one) => !given.has(one) && !(one === 'CAPABILITY_IAM' && given.has('CAPABILITY_NAMED_IAM')),
  );
  if (lacking.length > 0) {
    throw new ServiceError('InsufficientCapabilitiesException', `Requires capabilities : [${lacking.join(', ')}]`);
  }
  return order;
}

const refusals: Readonly<Record<PropertyKind, string>> = {
  text: 'String',
  number: 'Integer',
  flag: 'Boolean',
  texts: 'JSONArray',
  list: 'JSONArray',
  map: 'JSONObject',
  document: 'JSONObject',
};

/** A value of its property's kind, as CloudFormation converts texts, numbers and truth values into each other; nothing where it is none. */
function ofKind({ kind }: Property, value: Json): Json | undefined {
  const scalar = typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
  switch (kind) {
    case 'text':
      return scalar ? String(value) : undefined;
    case 'number':
      return scalar && value !== '' && !Number.isNaN(Number(value)) ? Number(value) : undefined;
    case 'flag':
      return value === true || value === 'true' ? true : value === false || value === 'false' ? false : undefined;
    case 'texts':
      return Array.isArray(value) ? (value as readonly Json[]).map(String) : scalar ? [String(value)] : undefined;
    case 'list':
      return Array.isArray(value) ? value : undefined;
    case 'map':
      return isJsonMap(value) ? value : undefined;
    case 'document':
      return isJsonMap(value) || typeof value === 'string' ? value : undefined;
  }
}

/** Properties as the type has them. Throws the refusal of the resource's handler. */
export function typedProperties(logicalId: string, type: ResourceType, properties: JsonMap): JsonMap {
  const faults: string[] = [];
  const typed: Record<string, Json> = {};
  for (const [name, value] of Object.entries(properties)) {
    const property = Object.hasOwn(type.properties, name) ? type.properties[name] : undefined;
    if (property === undefined) {
      faults.push(`#: extraneous key [${name}] is not permitted`);
      continue;
    }
    const read = ofKind(property, value);
    if (read === undefined) faults.push(`#/${name}: expected type: ${refusals[property.kind]}`);
    else typed[name] = read;
  }
  for (const [name, { required }] of Object.entries(type.properties)) {
    if (required === true && properties[name] === undefined) faults.push(`#: required key [${name}] not found`);
  }
  if (faults.length > 0) {
    throw invalid(`Properties validation failed for resource ${logicalId} with message:\n[${faults.join(', ')}]`);
  }
  return typed;
}

export function wantedOf(scope: Scope, resource: Resource, desired: Desired): Wanted {
  const type = typeOf(resource);
  return {
    properties: typedProperties(resource.id, type, resolveMembers(scope, resource.properties)),
    tags: type.tagged === true ? desired.tags : [],
  };
}

/** The outputs whose conditions hold. Throws ValidationError where one is no text, or its export's name is taken. */
export function outputsOf(context: ServiceContext, stack: Pick<Stack, 'uuid'>, scope: Scope): readonly StackOutput[] {
  const taken = new Map(exportsOf(context).map((one) => [one.name, one.stack]));
  return [...scope.template.outputs.values()].flatMap((output) => {
    if (output.condition !== undefined && !holds(scope, output.condition)) return [];
    const value = resolve(scope, output.value);
    if (value === undefined || typeof value === 'object') {
      throw templateFormat(
        `Output ${output.name} is malformed. The Value field of every Outputs member must evaluate to a String.`,
      );
    }
    const exportName = output.exportName === undefined ? undefined : scalarText(resolve(scope, output.exportName));
    const owner = exportName === undefined ? undefined : taken.get(exportName);
    if (owner !== undefined && owner.uuid !== stack.uuid) {
      throw invalid(
        `Export with name ${exportName ?? ''} is already exported by stack ${owner.name}. Rollback requested by user.`,
      );
    }
    return [
      {
        key: output.name,
        value: String(value),
        ...(output.description !== undefined && { description: output.description }),
        ...(exportName !== undefined && { exportName }),
      },
    ];
  });
}
