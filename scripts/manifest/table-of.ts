// Descriptors in, the plain table of the manifest out: fields, types, rules, words.
// It must not know where the table is written or what is made of it.
import {
  createFileRegistry,
  type DescField,
  type DescMessage,
  type FileRegistry,
  fromBinary,
  getOption,
  hasOption,
  ScalarType,
  toJson,
} from '@bufbuild/protobuf';
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import { getComments } from '@bufbuild/protoplugin';
import {
  type FieldRules,
  FieldRulesSchema,
  field as fieldOption,
  Ignore,
  message as messageOption,
  oneof as oneofOption,
} from '@bufbuild/protovalidate/gen/buf/validate/validate_pb.js';
import type { Json } from '../../src/manifest/project.js';
import type { FieldRow, MessageRow, Rules, Table } from '../../src/manifest/table.js';

const scalars = new Map<ScalarType, FieldRow['type']>([
  [ScalarType.STRING, 'string'],
  [ScalarType.INT32, 'int32'],
  [ScalarType.BOOL, 'bool'],
]);
/** The rules the walker knows, as buf.validate's JSON names them. */
const known = new Set(['const', 'in', 'pattern', 'prefix', 'minLen', 'maxLen', 'gte', 'lte']);

interface Meta {
  readonly shorthand?: string;
  readonly defaultJson?: string;
  readonly example?: string;
  readonly wants?: string;
  readonly keyWants?: string;
  readonly needs?: string;
  readonly shape?: string;
}

/** Rules of one scalar type, out of buf.validate's JSON; a rule the walker does not know is a defect of the proto. */
function scalarRules(value: unknown, where: string): Rules | undefined {
  if (value === undefined) return undefined;
  const group = Object.values(value as Record<string, Record<string, unknown>>)[0] ?? {};
  for (const name of Object.keys(group)) {
    if (!known.has(name)) throw new Error(`${where}: the walker does not know the rule ${name}`);
  }
  // Lengths are 64-bit in buf.validate, which JSON writes as strings.
  const plain = Object.entries(group).map(([name, one]) => [name, name.endsWith('Len') ? Number(one) : one] as const);
  return plain.length === 0 ? undefined : (Object.fromEntries(plain) as Rules);
}

/** A comment as one paragraph. */
function docOf(desc: DescField | DescMessage): string | undefined {
  const text = getComments(desc)
    .leading?.trim()
    .replace(/\s*\n\s*/g, ' ');
  return text === undefined || text === '' ? undefined : text;
}

function elementOf(field: DescField): { scalar?: ScalarType | undefined; message?: DescMessage | undefined } {
  if (field.fieldKind === 'scalar') return { scalar: field.scalar };
  if (field.fieldKind === 'list')
    return field.listKind === 'message' ? { message: field.message } : { scalar: field.scalar };
  if (field.fieldKind === 'map')
    return field.mapKind === 'message' ? { message: field.message } : { scalar: field.scalar };
  return field.message === undefined ? {} : { message: field.message };
}

function many(field: DescField, rules: FieldRules | undefined, where: string): Partial<FieldRow> {
  const type = rules?.type;
  const json = rules === undefined ? {} : (toJson(FieldRulesSchema, rules) as Record<string, Record<string, unknown>>);
  if (field.fieldKind === 'list') {
    const list = json['repeated'] ?? {};
    const items = scalarRules(list['items'], where);
    if (type !== undefined && type.case !== 'repeated' && type.case !== undefined)
      throw new Error(`${where}: rules of another type`);
    return {
      many: 'list',
      ...(list['minItems'] === undefined ? {} : { minItems: Number(list['minItems']), required: true as const }),
      ...(list['maxItems'] === undefined ? {} : { maxItems: Number(list['maxItems']) }),
      ...(list['unique'] === true ? { unique: true as const } : {}),
      ...(items === undefined ? {} : { rules: items }),
    };
  }
  if (field.fieldKind === 'map') {
    const map = json['map'] ?? {};
    const keys = scalarRules(map['keys'], where);
    const values = scalarRules(map['values'], where);
    return {
      many: 'map',
      ...(map['minPairs'] === undefined ? {} : { minItems: Number(map['minPairs']) }),
      ...(map['maxPairs'] === undefined ? {} : { maxItems: Number(map['maxPairs']) }),
      ...(keys === undefined ? {} : { keys }),
      ...(values === undefined ? {} : { rules: values }),
    };
  }
  const { required: _required, ignore: _ignore, ...own } = json as Record<string, unknown>;
  const one = Object.keys(own).length === 0 ? undefined : scalarRules(own, where);
  return one === undefined ? {} : { rules: one };
}

function fieldRow(field: DescField, meta: Meta): FieldRow {
  const where = `${field.parent.typeName}.${field.name}`;
  const rules = hasOption(field, fieldOption) ? getOption(field, fieldOption) : undefined;
  if (rules !== undefined && rules.ignore !== Ignore.UNSPECIFIED)
    throw new Error(`${where}: make the field optional instead of ignoring zero`);
  const { scalar, message } = elementOf(field);
  const isStruct = message?.typeName === 'google.protobuf.Struct';
  const type = isStruct ? 'struct' : message !== undefined ? 'message' : scalars.get(scalar ?? ScalarType.BYTES);
  if (type === undefined) throw new Error(`${where}: the walker does not know this type`);
  const doc = docOf(field);
  return {
    name: field.jsonName,
    type,
    ...(message === undefined || isStruct ? {} : { message: message.name }),
    ...(rules?.required === true ? { required: true as const } : {}),
    ...many(field, rules, where),
    ...(meta.shorthand === undefined ? {} : { shorthand: meta.shorthand }),
    ...(meta.shape === undefined ? {} : { shape: meta.shape }),
    ...(meta.wants === undefined ? {} : { wants: meta.wants }),
    ...(meta.keyWants === undefined ? {} : { keyWants: meta.keyWants }),
    ...(meta.needs === undefined ? {} : { needs: meta.needs }),
    ...(doc === undefined ? {} : { doc }),
    ...(meta.defaultJson === undefined ? {} : { default: JSON.parse(meta.defaultJson) as Json }),
    ...(meta.example === undefined ? {} : { example: meta.example }),
  };
}

function metaReader(registry: FileRegistry): (field: DescField) => Meta {
  const extension = registry.getExtension('slipway.ecr.v1.meta');
  const schema = registry.getMessage('slipway.ecr.v1.FieldMeta');
  if (extension === undefined || schema === undefined) throw new Error('options.proto is not in the image');
  return (field) => {
    if (!hasOption(field, extension)) return {};
    // The extension is known at run time only, so its type is too.
    return toJson(schema, getOption(field, extension) as Parameters<typeof toJson>[1]) as Meta;
  };
}

/** Fields of which exactly one must be there: those of a oneof, and, since lists cannot stand in one, those that an option names. */
function choicesOf(desc: DescMessage): readonly (readonly string[])[] {
  const rules = hasOption(desc, messageOption) ? getOption(desc, messageOption).oneof : [];
  const named = rules.map(({ fields, required }) => {
    if (!required) throw new Error(`${desc.typeName}: the walker knows no choice that may stay open`);
    return fields.map((name) => desc.fields.find((field) => field.name === name)?.jsonName ?? name);
  });
  const oneofs = desc.oneofs.filter((one) => hasOption(one, oneofOption) && getOption(one, oneofOption).required);
  return [...named, ...oneofs.map((one) => one.fields.map((field) => field.jsonName))];
}

/** The table of every message that the manifest's two kinds reach, in the order they are reached. */
export function tableOf(image: Uint8Array, roots: readonly string[]): Table {
  const registry = createFileRegistry(fromBinary(FileDescriptorSetSchema, image));
  const metaOf = metaReader(registry);
  const table: Record<string, MessageRow> = {};
  const visit = (name: string): void => {
    if (table[name] !== undefined) return;
    const desc = registry.getMessage(`slipway.ecr.v1.${name}`);
    if (desc === undefined) throw new Error(`no message ${name}`);
    const doc = docOf(desc);
    const exactlyOne = choicesOf(desc);
    const row: MessageRow = {
      ...(doc === undefined ? {} : { doc }),
      ...(exactlyOne.length === 0 ? {} : { exactlyOne }),
      fields: desc.fields.map((field) => fieldRow(field, metaOf(field))),
    };
    table[name] = row;
    for (const field of row.fields) if (field.message !== undefined) visit(field.message);
  };
  for (const root of roots) visit(root);
  return table;
}
