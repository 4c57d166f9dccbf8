// ECR's JSON schema of a lifecycle policy, and a walk over it that speaks like the validator ECR uses (fge json-schema-validator).
// It must not know what rules mean, nor check one rule against another.
import { ecrTexts } from './constraints.js';
import { maxRules } from './limits.js';

export type Json = null | boolean | number | string | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: Json;
}

export type Schema =
  | { readonly type: 'string'; readonly values?: readonly string[] }
  | { readonly type: 'integer' }
  | { readonly type: 'array'; readonly items: Schema; readonly least?: number; readonly most?: number }
  | {
      readonly type: 'object';
      readonly required: readonly string[];
      readonly properties: Readonly<Record<string, Schema>>;
      /** ECR's `oneOf`: the text where none of its schemas matches. */
      readonly variants?: (value: JsonObject) => string | undefined;
    };

const strings: Schema = { type: 'array', items: { type: 'string' } };

const selection: Schema = {
  type: 'object',
  required: ['tagStatus', 'countType', 'countNumber'],
  properties: {
    tagStatus: { type: 'string', values: ['any', 'tagged', 'untagged'] },
    tagPatternList: strings,
    tagPrefixList: strings,
    storageClass: { type: 'string', values: ['archive', 'standard'] },
    countType: { type: 'string' },
    countUnit: { type: 'string', values: ['days'] },
    countNumber: { type: 'integer' },
  },
  // One schema for each count type. A unit beside a count, or a missing one, matches none of them.
  variants: (value) => {
    const unit = value.countUnit !== undefined;
    switch (value.countType) {
      case 'imageCountMoreThan':
        return unit ? ecrTexts.noVariant : undefined;
      case 'sinceImagePushed':
      case 'sinceImagePulled':
        return unit ? undefined : ecrTexts.noVariant;
      case 'sinceImageTransitioned':
        // hashicorp/terraform-provider-aws#45909: left out of the text by a client, ECR answered with this.
        return unit && value.storageClass !== undefined && value.storageClass !== 'standard'
          ? undefined
          : ecrTexts.noVariant;
      default:
        return ecrTexts.noVariant;
    }
  },
};

const action: Schema = {
  type: 'object',
  required: ['type'],
  properties: {
    type: { type: 'string', values: ['expire', 'transition'] },
    targetStorageClass: { type: 'string', values: ['archive'] },
  },
  variants: ({ type, targetStorageClass }) => {
    const refused =
      type === 'expire' ? targetStorageClass !== undefined : type === 'transition' && targetStorageClass === null;
    return refused ? ecrTexts.noActionVariant : undefined;
  },
};

/** The schema as data, for those who walk it in another way. */
export const policySchema: Schema = {
  type: 'object',
  required: ['rules'],
  properties: {
    rules: {
      type: 'array',
      least: 1,
      most: maxRules,
      items: {
        type: 'object',
        required: ['rulePriority', 'selection', 'action'],
        properties: { rulePriority: { type: 'integer' }, description: { type: 'string' }, selection, action },
      },
    },
  },
};

/** A violation of ECR's schema. */
export interface Violation {
  /** Dotted: `rules.2.selection.countUnit`; empty for the whole. */
  readonly path: string;
  /** In ECR's words. */
  readonly text: string;
}

/** Every violation of ECR's schema, in ECR's words; empty where the value has the shape of a policy. */
export function schemaViolations(value: Json): readonly string[] {
  return placedViolations(value).map(({ text }) => text);
}

/** The same, each with its place. */
export function placedViolations(value: Json): readonly Violation[] {
  const found = new Found();
  visit(policySchema, value, found, '');
  return found.all;
}

class Found {
  readonly all: Violation[] = [];

  push(path: string, text: string): void {
    this.all.push({ path, text });
  }
}

function inside(path: string, name: string | number): string {
  return path === '' ? String(name) : `${path}.${name}`;
}

function visit(schema: Schema, value: Json, found: Found, path: string): void {
  const type = typeOf(value);
  if (type !== schema.type) {
    found.push(path, `instance type (${type}) does not match any allowed primitive type (allowed: ["${schema.type}"])`);
    return;
  }
  if (schema.type === 'integer' && typeof value === 'number') {
    if (value < 1) found.push(path, ecrTexts.minimum(1, value));
  } else if (schema.type === 'string' && typeof value === 'string') {
    if (schema.values !== undefined && !schema.values.includes(value)) {
      found.push(
        path,
        `instance value (${value}) not found in enum :(possible values: ${JSON.stringify(schema.values)})`,
      );
    }
  } else if (schema.type === 'array' && isList(value)) {
    if (value.length < (schema.least ?? 0)) found.push(path, ecrTexts.tooShort);
    else if (schema.most !== undefined && value.length > schema.most)
      found.push(path, ecrTexts.tooLong(schema.most, value.length));
    else value.forEach((item, index) => visit(schema.items, item, found, inside(path, index)));
  } else if (schema.type === 'object' && isObject(value)) {
    visitObject(schema, value, found, path);
  }
}

/** The validator looks into an object's members only once the object itself is in order. */
function visitObject(schema: Extract<Schema, { type: 'object' }>, value: JsonObject, found: Found, path: string): void {
  const before = found.all.length;
  const missing = schema.required.filter((name) => !Object.hasOwn(value, name)).sort();
  if (missing.length > 0) found.push(path, `object has missing required properties (${JSON.stringify(missing)})`);
  const unknown = Object.keys(value)
    .filter((name) => !Object.hasOwn(schema.properties, name))
    .sort();
  if (unknown.length > 0) {
    const place = inside(path, unknown[0] ?? '');
    found.push(
      place,
      `object instance has properties which are not allowed by the schema: (${JSON.stringify(unknown)})`,
    );
  }
  if (found.all.length > before) return;
  const variant = schema.variants?.(value);
  if (variant !== undefined) {
    found.push(path, variant);
    return;
  }
  for (const [name, property] of Object.entries(schema.properties)) {
    const member = value[name];
    if (member !== undefined) visit(property, member, found, inside(path, name));
  }
}

export type JsonType = 'null' | 'boolean' | 'integer' | 'number' | 'string' | 'array' | 'object';

export function typeOf(value: Json): JsonType {
  if (value === null) return 'null';
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number';
  if (typeof value === 'object') return Array.isArray(value) ? 'array' : 'object';
  return typeof value === 'string' ? 'string' : 'boolean';
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}

function isObject(value: Json): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
