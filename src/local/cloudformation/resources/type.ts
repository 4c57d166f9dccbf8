// What a type of resource is: its properties, how one is made, changed, read and taken away, by operations of other services.
// It must not know templates, stacks, or how an operation is carried out.
import { randomBytes } from 'node:crypto';
import type { Tag } from '../../ecr/repository.js';
import { ServiceError } from '../../service.js';
import type { Json } from '../../store/store.js';
import { isJsonMap, type JsonMap, scalarText } from '../template/read.js';

/** A document is an object, or its text. */
export type PropertyKind = 'text' | 'number' | 'flag' | 'texts' | 'list' | 'map' | 'document';

export interface Property {
  readonly kind: PropertyKind;
  readonly required?: true;
  /** A change of it makes the resource anew (the types' schemas, `createOnlyProperties`). */
  readonly replaces?: true;
  /** The service does not tell it (`writeOnlyProperties`): drift is blind to it. */
  readonly untold?: true;
}

export interface ResourceContext {
  readonly account: string;
  readonly region: string;
  readonly partition: string;
  readonly stackName: string;
  readonly logicalId: string;
  /** The stack's own, for every resource that can carry tags. */
  readonly stackTags: readonly Tag[];
  /** `aws:cloudformation:…`, where the service lets AWS itself set such. */
  readonly systemTags: readonly Tag[];
  /** An operation of another service. Throws its refusals. */
  call(service: string, operation: string, input: Readonly<Record<string, unknown>>): Record<string, unknown>;
}

/** A resource that is there. */
export interface Made {
  /** What `Ref` gives, and DescribeStackResources as the physical id. */
  readonly id: string;
  /** What `Fn::GetAtt` gives. */
  readonly attributes: Readonly<Record<string, Json>>;
}

/** As it is, or is to be. Properties are of their kinds. */
export interface Wanted {
  readonly properties: JsonMap;
  readonly tags: readonly Tag[];
}

export interface ResourceType {
  readonly type: string;
  readonly properties: Readonly<Record<string, Property>>;
  readonly attributes: readonly string[];
  /** The property that names it, and how a name is made where there is none. */
  readonly name?: { readonly property: string; readonly max: number; readonly lower?: true };
  /** Needs CAPABILITY_IAM, and CAPABILITY_NAMED_IAM with a name of its own. */
  readonly iam?: true;
  /** Carries the stack's tags. */
  readonly tagged?: true;
  create(wanted: Wanted, context: ResourceContext): Made;
  update(made: Made, before: Wanted, after: Wanted, context: ResourceContext): Made;
  /** A refusal that says that it is not there counts as done. */
  remove(made: Made, properties: JsonMap, context: ResourceContext): void;
  /**
   * Takes one that exists under this name: an import, which like an update brings it to what is wanted. Nothing where it is not there; absent:
   * the type is not imported here.
   */
  take?(id: string, wanted: Wanted, context: ResourceContext): Made | undefined;
  /** Its properties as they are now, as far as the service tells them; nothing where it is gone. */
  read?(made: Made, context: ResourceContext): JsonMap | undefined;
}

/** A name for a resource that was given none: of its stack, its logical id, and chance. */
export function generatedName(
  { stackName, logicalId }: ResourceContext,
  { max, lower }: NonNullable<ResourceType['name']>,
): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';
  const chance = [...randomBytes(12)].map((byte) => alphabet[byte % alphabet.length]).join('');
  const room = Math.max(1, Math.floor((max - chance.length - 2) / 2));
  const name = `${stackName.slice(0, room)}-${logicalId.slice(0, room)}-${chance}`;
  return lower === true ? name.toLowerCase() : name;
}

export function nameOf(type: ResourceType, { properties }: Wanted, context: ResourceContext): string {
  if (type.name === undefined) return '';
  const given = properties[type.name.property];
  return typeof given === 'string' ? given : generatedName(context, type.name);
}

export function textOf(properties: JsonMap, name: string): string | undefined {
  const value = properties[name];
  return typeof value === 'string' ? value : undefined;
}

export function textsOf(properties: JsonMap, name: string): readonly string[] {
  const value = properties[name];
  return Array.isArray(value) ? value.map(String) : [];
}

/** The text of a document that may be an object. */
export function documentOf(properties: JsonMap, name: string): string | undefined {
  const value = properties[name];
  if (value === undefined) return undefined;
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** What a text holds, where that is JSON: documents are compared by it. */
export function parsed(text: unknown): Json {
  try {
    return JSON.parse(String(text)) as Json;
  } catch {
    return String(text);
  }
}

/** The resource's own tags, and the stack's where it does not say otherwise. */
export function ownTags({ properties, tags }: Wanted): readonly Tag[] {
  const own = properties['Tags'];
  const merged = new Map(tags.map(({ Key, Value }) => [Key, Value]));
  for (const tag of Array.isArray(own) ? (own as readonly Json[]) : []) {
    if (isJsonMap(tag)) merged.set(scalarText(tag['Key']), scalarText(tag['Value'] ?? ''));
  }
  return [...merged].map(([Key, Value]) => ({ Key, Value }));
}

/** What differs between two sets of tags. */
export function tagChanges(
  before: readonly Tag[],
  after: readonly Tag[],
): { readonly set: readonly Tag[]; readonly gone: readonly string[] } {
  const present = new Map(before.map(({ Key, Value }) => [Key, Value]));
  const wanted = new Set(after.map(({ Key }) => Key));
  return {
    set: after.filter(({ Key, Value }) => present.get(Key) !== Value),
    gone: before.map(({ Key }) => Key).filter((key) => !wanted.has(key)),
  };
}

export function isNotFound(error: unknown): boolean {
  return error instanceof ServiceError && /NotFound|NoSuchEntity|DoesNotExist/.test(error.code);
}

/** What `ask` gives; nothing where what it asks for is not there. */
export function ifFound<T>(ask: () => T): T | undefined {
  try {
    return ask();
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

/** Whether a value has changed. */
export function differs(before: JsonMap, after: JsonMap, ...names: readonly string[]): boolean {
  return names.some((name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]));
}

export function fields(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}
