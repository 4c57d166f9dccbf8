// A template's parts, checked for their structure: what is there, and of the right kind. Nothing is resolved yet.
// It must not know which types of resources there are.
import type { Json } from '../../store/store.js';
import { templateFormat } from '../errors.js';
import { isJsonMap, type JsonMap, readTemplate } from './read.js';

export interface Parameter {
  readonly name: string;
  readonly type: string;
  readonly default?: string;
  readonly noEcho: boolean;
  readonly description?: string;
  readonly allowedValues?: readonly string[];
  readonly allowedPattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minValue?: number;
  readonly maxValue?: number;
  readonly constraintDescription?: string;
}

export interface Resource {
  readonly id: string;
  readonly type: string;
  readonly properties: JsonMap;
  readonly condition?: string;
  readonly dependsOn: readonly string[];
  readonly deletionPolicy?: string;
  readonly updateReplacePolicy?: string;
  readonly metadata?: Json;
}

export interface Output {
  readonly name: string;
  readonly value: Json;
  readonly description?: string;
  readonly condition?: string;
  readonly exportName?: Json;
}

export interface Template {
  readonly description?: string;
  readonly metadata?: Json;
  readonly parameters: ReadonlyMap<string, Parameter>;
  readonly mappings: ReadonlyMap<string, JsonMap>;
  readonly conditions: ReadonlyMap<string, Json>;
  readonly resources: ReadonlyMap<string, Resource>;
  readonly outputs: ReadonlyMap<string, Output>;
}

const sections = [
  'AWSTemplateFormatVersion',
  'Description',
  'Metadata',
  'Parameters',
  'Mappings',
  'Conditions',
  'Rules',
  'Transform',
  'Resources',
  'Outputs',
];
const resourceMembers = [
  'Type',
  'Properties',
  'Condition',
  'DependsOn',
  'DeletionPolicy',
  'UpdateReplacePolicy',
  'Metadata',
  'CreationPolicy',
  'UpdatePolicy',
];
const deletionPolicies = ['Delete', 'Retain', 'RetainExceptOnCreate', 'Snapshot'];
const logicalId = /^[a-zA-Z0-9]{1,255}$/;

function section(template: JsonMap, name: string): JsonMap {
  const value = template[name];
  if (value === undefined || value === null) return {};
  if (!isJsonMap(value)) throw templateFormat(`[/${name}] must be an object.`);
  return value;
}

function text(value: Json | undefined): string | undefined {
  return value === undefined || value === null || typeof value === 'object' ? undefined : String(value);
}

function number(value: Json | undefined): number | undefined {
  const given = text(value);
  return given === undefined || Number.isNaN(Number(given)) ? undefined : Number(given);
}

function defined<T extends object>(members: T): { [Name in keyof T]: Exclude<T[Name], undefined> } {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as {
    [Name in keyof T]: Exclude<T[Name], undefined>;
  };
}

function parameterOf(name: string, value: Json): Parameter {
  if (!isJsonMap(value)) throw templateFormat(`[/Parameters/${name}] must be an object.`);
  const type = text(value['Type']);
  if (type === undefined) throw templateFormat(`Every Parameters object must contain a Type member.`);
  const allowed = value['AllowedValues'];
  return {
    name,
    type,
    noEcho: text(value['NoEcho']) === 'true',
    ...defined({
      default: text(value['Default']),
      description: text(value['Description']),
      allowedValues: Array.isArray(allowed) ? allowed.map((one) => text(one as Json) ?? '') : undefined,
      allowedPattern: text(value['AllowedPattern']),
      minLength: number(value['MinLength']),
      maxLength: number(value['MaxLength']),
      minValue: number(value['MinValue']),
      maxValue: number(value['MaxValue']),
      constraintDescription: text(value['ConstraintDescription']),
    }),
  };
}

function resourceOf(id: string, value: Json): Resource {
  if (!logicalId.test(id)) throw templateFormat(`Resource name ${id} is non alphanumeric.`);
  if (!isJsonMap(value)) throw templateFormat(`[/Resources/${id}] resource definition is malformed`);
  const type = text(value['Type']);
  if (type === undefined) throw templateFormat(`[/Resources/${id}] Every Resources object must contain a Type member.`);
  const unknown = Object.keys(value).filter((name) => !resourceMembers.includes(name));
  if (unknown.length > 0) throw templateFormat(`Invalid template resource property '${unknown[0] ?? ''}'`);
  const properties = value['Properties'] ?? {};
  if (!isJsonMap(properties)) throw templateFormat(`[/Resources/${id}/Properties] must be an object.`);
  const depends = value['DependsOn'];
  for (const name of ['DeletionPolicy', 'UpdateReplacePolicy']) {
    const policy = value[name];
    if (policy !== undefined && !deletionPolicies.includes(text(policy) ?? '')) {
      throw templateFormat(`Unrecognized ${name} ${text(policy) ?? ''} for resource ${id}`);
    }
  }
  const condition = text(value['Condition']);
  const deletionPolicy = text(value['DeletionPolicy']);
  const updateReplacePolicy = text(value['UpdateReplacePolicy']);
  return {
    id,
    type,
    properties,
    dependsOn: Array.isArray(depends) ? depends.map(String) : typeof depends === 'string' ? [depends] : [],
    ...(condition !== undefined && { condition }),
    ...(deletionPolicy !== undefined && { deletionPolicy }),
    ...(updateReplacePolicy !== undefined && { updateReplacePolicy }),
    ...(value['Metadata'] !== undefined && { metadata: value['Metadata'] }),
  };
}

function outputOf(name: string, value: Json): Output {
  if (!isJsonMap(value) || value['Value'] === undefined || value['Value'] === null) {
    throw templateFormat(`Every Outputs member must contain a Value object`);
  }
  const exported = value['Export'];
  const description = text(value['Description']);
  const condition = text(value['Condition']);
  return {
    name,
    value: value['Value'],
    ...(description !== undefined && { description }),
    ...(condition !== undefined && { condition }),
    ...(isJsonMap(exported) && exported['Name'] !== undefined && { exportName: exported['Name'] }),
  };
}

function mapOf<T>(members: JsonMap, read: (name: string, value: Json) => T): ReadonlyMap<string, T> {
  return new Map(Object.entries(members).map(([name, value]) => [name, read(name, value)]));
}

/** Templates that were read lately: an operation reads its own at every step. */
const lately = new Map<string, Template>();
const most = 8;

/** The parts of a template. Throws ValidationError where its structure is not a template's. */
export function parseTemplate(source: string): Template {
  const known = lately.get(source) ?? partsOf(source);
  lately.delete(source);
  lately.set(source, known);
  if (lately.size > most) lately.delete([...lately.keys()][0] ?? '');
  return known;
}

function partsOf(source: string): Template {
  const template = readTemplate(source);
  const unknown = Object.keys(template).filter((name) => !sections.includes(name));
  if (unknown.length > 0) throw templateFormat(`Invalid template property or properties [${unknown.join(', ')}]`);
  const version = text(template['AWSTemplateFormatVersion']);
  if (version !== undefined && version !== '2010-09-09')
    throw templateFormat('unsupported value for AWSTemplateFormatVersion.');
  if (template['Transform'] !== undefined) throw templateFormat('The local CloudFormation knows no transforms.');
  const resources = mapOf(section(template, 'Resources'), resourceOf);
  if (resources.size === 0) throw templateFormat('At least one Resources member must be defined.');
  const description = text(template['Description']);
  return {
    ...(description !== undefined && { description }),
    ...(template['Metadata'] !== undefined && { metadata: template['Metadata'] }),
    parameters: mapOf(section(template, 'Parameters'), parameterOf),
    mappings: mapOf(section(template, 'Mappings'), (name, value) => {
      if (!isJsonMap(value)) throw templateFormat(`Every Mappings member ${name} must be a map`);
      return value;
    }),
    conditions: mapOf(section(template, 'Conditions'), (_name, value) => value),
    resources,
    outputs: mapOf(section(template, 'Outputs'), outputOf),
  };
}
