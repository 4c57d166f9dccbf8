// Resolves a template's functions: conditions, references, texts and lists, to plain JSON.
// It must not know where the values of resources and other stacks come from.
import type { Json } from '../../store/store.js';
import { templateError, templateFormat } from '../errors.js';
import type { Template } from './model.js';
import type { ParameterValues } from './parameters.js';
import { isJsonMap, type JsonMap, scalarText } from './read.js';

/** Stands, as a text or within one, for what only creating or replacing a resource will tell (in DescribeChangeSet's words). */
export const unknownYet = '{{changeSet:KNOWN_AFTER_APPLY}}';

export interface Place {
  readonly account: string;
  readonly region: string;
  readonly partition: string;
  readonly urlSuffix: string;
  readonly stackName: string;
  readonly stackId: string;
  readonly notificationArns: readonly string[];
}

/** What a template is resolved against. */
export interface Scope {
  readonly template: Template;
  readonly parameters: ParameterValues;
  readonly place: Place;
  /** What `Ref` gives of a resource. */
  readonly reference: (id: string) => Json;
  readonly attribute: (id: string, name: string) => Json;
  /** The value another stack exports; throws where none does. */
  readonly imported: (name: string) => string;
}

/** Nothing: a property or a member of a list that is left out. */
type Maybe = Json | undefined;

const noValue = 'AWS::NoValue';

/** The pseudo-parameters, by name. */
function pseudo({ place }: Scope, name: string): Maybe {
  switch (name) {
    case 'AWS::AccountId':
      return place.account;
    case 'AWS::Region':
      return place.region;
    case 'AWS::Partition':
      return place.partition;
    case 'AWS::URLSuffix':
      return place.urlSuffix;
    case 'AWS::StackName':
      return place.stackName;
    case 'AWS::StackId':
      return place.stackId;
    case 'AWS::NotificationARNs':
      return place.notificationArns;
    default:
      return undefined;
  }
}

const pseudoNames = [
  'AWS::AccountId',
  'AWS::Region',
  'AWS::Partition',
  'AWS::URLSuffix',
  'AWS::StackName',
  'AWS::StackId',
  'AWS::NotificationARNs',
  noValue,
];

export function isPseudo(name: string): boolean {
  return pseudoNames.includes(name);
}

function isListType(type: string): boolean {
  return type === 'CommaDelimitedList' || type.startsWith('List<');
}

function reference(scope: Scope, name: string): Maybe {
  if (name === noValue) return undefined;
  const known = pseudo(scope, name);
  if (known !== undefined) return known;
  const parameter = scope.template.parameters.get(name);
  if (parameter !== undefined) {
    const value = scope.parameters[name] ?? '';
    return isListType(parameter.type) ? value.split(',').map((one) => one.trim()) : value;
  }
  if (!scope.template.resources.has(name)) {
    throw templateFormat(`Unresolved resource dependencies [${name}] in the Resources block of the template`);
  }
  return scope.reference(name);
}

function attribute(scope: Scope, id: string, name: string): Json {
  if (!scope.template.resources.has(id)) {
    throw templateError(`instance of Fn::GetAtt references undefined resource ${id}`);
  }
  return scope.attribute(id, name);
}

/** A scalar as a text; CloudFormation writes truth values small. */
function textOf(value: Maybe, where: string): string {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw templateError(
    `every value of the context object of every ${where} object must be a string or a function that returns a string`,
  );
}

/** The names in a text of `Fn::Sub`, and what is between them. `${!x}` is `${x}` as it stands. */
export function substitutions(text: string): { readonly parts: readonly string[]; readonly names: readonly string[] } {
  const parts: string[] = [];
  const names: string[] = [];
  let rest = text;
  let before = '';
  for (;;) {
    const found = /\$\{([^}]*)\}/.exec(rest);
    if (found === null) return { parts: [...parts, before + rest], names };
    const [whole, inside = ''] = found;
    const ahead = rest.slice(0, found.index);
    rest = rest.slice(found.index + whole.length);
    if (inside.startsWith('!')) {
      before += `${ahead}\${${inside.slice(1)}}`;
      continue;
    }
    if (!/^[a-zA-Z0-9_.:]+$/.test(inside)) {
      throw templateError(
        'variable names in Fn::Sub syntax must contain only alphanumeric characters, underscores, periods, and colons',
      );
    }
    parts.push(before + ahead);
    before = '';
    names.push(inside);
  }
}

function named(scope: Scope, name: string): Maybe {
  const dot = name.indexOf('.');
  return dot < 0 ? reference(scope, name) : attribute(scope, name.slice(0, dot), name.slice(dot + 1));
}

function list(scope: Scope, value: Json | undefined, where: string): readonly Json[] {
  const resolved = value === undefined ? undefined : resolve(scope, value);
  if (Array.isArray(resolved)) return resolved as readonly Json[];
  if (resolved === unknownYet) return [unknownYet];
  throw templateError(`${where} requires a list argument`);
}

function arguments_(value: Json, count: number, where: string): readonly Json[] {
  if (Array.isArray(value) && value.length === count) return value as readonly Json[];
  throw templateError(`${where} object requires a list argument with ${count} elements.`);
}

type Fn = (scope: Scope, value: Json) => Maybe;

const functions: Readonly<Record<string, Fn>> = {
  Ref: (scope, value) => reference(scope, textOf(value, 'Ref')),
  'Fn::GetAtt': (scope, value) => {
    const [id, name] = arguments_(value, 2, 'Fn::GetAtt');
    const attributeName = resolve(scope, name ?? null);
    return attribute(scope, textOf(id, 'Fn::GetAtt'), textOf(attributeName, 'Fn::GetAtt'));
  },
  'Fn::Sub': (scope, value) => {
    const [template, variables = {}] = Array.isArray(value) ? (value as readonly Json[]) : [value];
    if (typeof template !== 'string' || !isJsonMap(variables)) {
      throw templateError(
        "One or more Fn::Sub intrinsic functions don't specify expected arguments. Specify a string as first argument, and an optional second argument to specify a mapping of values to replace in the string",
      );
    }
    const { parts, names } = substitutions(template);
    return parts
      .flatMap((part, index) => {
        const name = names[index];
        if (name === undefined) return [part];
        const own = Object.hasOwn(variables, name) ? resolve(scope, variables[name] ?? null) : named(scope, name);
        return [part, textOf(own, 'Fn::Sub')];
      })
      .join('');
  },
  'Fn::Join': (scope, value) => {
    const [separator, parts] = arguments_(value, 2, 'Fn::Join');
    return list(scope, parts, 'Fn::Join')
      .map((one) => textOf(one, 'Fn::Join'))
      .join(textOf(separator, 'Fn::Join'));
  },
  'Fn::Split': (scope, value) => {
    const [separator, text] = arguments_(value, 2, 'Fn::Split');
    const whole = textOf(resolve(scope, text ?? null), 'Fn::Split');
    return whole.includes(unknownYet) ? unknownYet : whole.split(textOf(separator, 'Fn::Split'));
  },
  'Fn::Select': (scope, value) => {
    const [index, from] = arguments_(value, 2, 'Fn::Select');
    const position = Number(textOf(resolve(scope, index ?? null), 'Fn::Select'));
    const members = list(scope, from, 'Fn::Select');
    if (members.length === 1 && members[0] === unknownYet) return unknownYet;
    const found = Number.isInteger(position) ? members[position] : undefined;
    if (found === undefined) throw templateError(`Fn::Select cannot select nonexistent value at index ${position}`);
    return found;
  },
  'Fn::FindInMap': (scope, value) => {
    const [mapping, top, second] = arguments_(value, 3, 'Fn::FindInMap').map((one) =>
      textOf(resolve(scope, one), 'Fn::FindInMap'),
    );
    const map = scope.template.mappings.get(mapping ?? '');
    if (map === undefined) {
      throw templateError(`Mapping named '${mapping ?? ''}' is not present in the 'Mappings' section of template.`);
    }
    const row = Object.hasOwn(map, top ?? '') ? map[top ?? ''] : undefined;
    const found = isJsonMap(row) && Object.hasOwn(row, second ?? '') ? row[second ?? ''] : undefined;
    if (found === undefined) {
      throw templateError(`Unable to get mapping for ${mapping ?? ''}::${top ?? ''}::${second ?? ''}`);
    }
    return found;
  },
  'Fn::Base64': (scope, value) => {
    const text = textOf(resolve(scope, value), 'Fn::Base64');
    return text.includes(unknownYet) ? unknownYet : Buffer.from(text).toString('base64');
  },
  'Fn::ImportValue': (scope, value) => {
    const name = textOf(resolve(scope, value), 'Fn::ImportValue');
    return name.includes(unknownYet) ? unknownYet : scope.imported(name);
  },
  'Fn::If': (scope, value) => {
    const [condition, then, otherwise] = arguments_(value, 3, 'Fn::If');
    const chosen = holds(scope, textOf(condition, 'Fn::If')) ? then : otherwise;
    return resolve(scope, chosen ?? null);
  },
  'Fn::GetAZs': ({ place }) => ['a', 'b', 'c'].map((zone) => `${place.region}${zone}`),
  'Fn::ToJsonString': (scope, value) => JSON.stringify(resolve(scope, value) ?? null),
  'Fn::Length': (scope, value) => list(scope, value, 'Fn::Length').length,
};

/** The one function an object is, if it is one. */
export function functionIn(value: Json): readonly [name: string, argument: Json] | undefined {
  if (!isJsonMap(value)) return undefined;
  const [only, more] = Object.entries(value);
  if (only === undefined || more !== undefined) return undefined;
  return only[0] === 'Ref' || only[0].startsWith('Fn::') ? only : undefined;
}

/** A value without functions; nothing where it is AWS::NoValue. Throws ValidationError. */
export function resolve(scope: Scope, value: Json): Maybe {
  if (Array.isArray(value)) {
    return (value as readonly Json[]).map((one) => resolve(scope, one)).filter((one): one is Json => one !== undefined);
  }
  if (!isJsonMap(value)) return value;
  const found = functionIn(value);
  if (found !== undefined) {
    const [name, argument] = found;
    const run = Object.hasOwn(functions, name) ? functions[name] : undefined;
    if (run === undefined) throw templateError(`unsupported function '${name}'`);
    return run(scope, argument);
  }
  return resolveMembers(scope, value);
}

export function resolveMembers(scope: Scope, members: JsonMap): JsonMap {
  const resolved = Object.entries(members).map(([name, one]) => [name, resolve(scope, one)] as const);
  return Object.fromEntries(resolved.filter((pair): pair is [string, Json] => pair[1] !== undefined));
}

type Judge = (scope: Scope, value: Json, path: readonly string[]) => boolean;

function judgeAll(scope: Scope, value: Json, path: readonly string[]): readonly boolean[] {
  if (!Array.isArray(value)) throw templateFormat('Every Condition member must be a list.');
  return (value as readonly Json[]).map((one) => judge(scope, one, path));
}

const judges: Readonly<Record<string, Judge>> = {
  'Fn::Equals': (scope, value) => {
    const [one, other] = arguments_(value, 2, 'Fn::Equals');
    return scalarText(resolve(scope, one ?? null)) === scalarText(resolve(scope, other ?? null));
  },
  'Fn::And': (scope, value, path) => judgeAll(scope, value, path).every(Boolean),
  'Fn::Or': (scope, value, path) => judgeAll(scope, value, path).some(Boolean),
  'Fn::Not': (scope, value, path) => !judgeAll(scope, value, path).some(Boolean),
  Condition: (scope, value, path) => holds(scope, textOf(value, 'Condition'), path),
};

function judge(scope: Scope, value: Json, path: readonly string[]): boolean {
  const [name, argument] = isJsonMap(value) ? (Object.entries(value)[0] ?? []) : [];
  const run = name !== undefined && Object.hasOwn(judges, name) ? judges[name] : undefined;
  if (run === undefined || argument === undefined) {
    throw templateFormat('Every Conditions member must be one of Fn::And, Fn::Or, Fn::Not, Fn::Equals or Condition.');
  }
  return run(scope, argument, path);
}

/** Whether a named condition holds. Throws where there is none of the name, or it leads back to itself. */
export function holds(scope: Scope, name: string, path: readonly string[] = []): boolean {
  const condition = scope.template.conditions.get(name);
  if (condition === undefined)
    throw templateFormat(`Unresolved condition dependency ${name} in the Conditions block of the template`);
  if (path.includes(name))
    throw templateFormat(`Circular dependency between conditions: [${[...path, name].join(', ')}]`);
  return judge(scope, condition, [...path, name]);
}
