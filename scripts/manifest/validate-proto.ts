// Prints buf/validate/validate.proto from the descriptor that @bufbuild/protovalidate carries: no npm package has the file.
// It must not know the manifest.
import { type DescEnum, type DescExtension, type DescField, type DescMessage, ScalarType } from '@bufbuild/protobuf';
import { FieldDescriptorProto_Label, FieldDescriptorProto_Type } from '@bufbuild/protobuf/wkt';
import { file_buf_validate_validate as file } from '@bufbuild/protovalidate/gen/buf/validate/validate_pb.js';

function typeOf(field: DescField | DescExtension): string {
  const proto = field.proto;
  if (proto.type === FieldDescriptorProto_Type.MESSAGE || proto.type === FieldDescriptorProto_Type.ENUM)
    return proto.typeName;
  // FieldDescriptorProto.Type and ScalarType have the same numbers.
  return (ScalarType[proto.type] ?? '').toLowerCase();
}

function labelOf(field: DescField | DescExtension, inOneof: boolean): string {
  if (field.proto.label === FieldDescriptorProto_Label.REPEATED) return 'repeated ';
  return inOneof ? '' : 'optional ';
}

function enumLines(desc: DescEnum, indent: string): string[] {
  const aliased = new Set(desc.values.map((value) => value.number)).size < desc.values.length;
  return [
    `${indent}enum ${desc.name} {`,
    ...(aliased ? [`${indent}  option allow_alias = true;`] : []),
    ...desc.values.map((value) => `${indent}  ${value.name} = ${value.number};`),
    `${indent}}`,
  ];
}

function messageLines(desc: DescMessage, indent = ''): string[] {
  const inner = `${indent}  `;
  const lines = [`${indent}message ${desc.name} {`];
  for (const one of desc.nestedEnums) lines.push(...enumLines(one, inner));
  for (const one of desc.nestedMessages) lines.push(...messageLines(one, inner));
  for (const oneof of desc.oneofs) {
    lines.push(`${inner}oneof ${oneof.name} {`);
    for (const field of oneof.fields) lines.push(`${inner}  ${typeOf(field)} ${field.name} = ${field.number};`);
    lines.push(`${inner}}`);
  }
  for (const field of desc.fields) {
    if (field.oneof !== undefined) continue;
    lines.push(`${inner}${labelOf(field, false)}${typeOf(field)} ${field.name} = ${field.number};`);
  }
  for (const range of desc.proto.extensionRange) {
    const end = range.end - 1 >= 536_870_911 ? 'max' : String(range.end - 1);
    lines.push(`${inner}extensions ${range.start} to ${end};`);
  }
  return [...lines, `${indent}}`];
}

/** The file's text: all a compiler needs, without comments and predefined CEL. */
export function validateProto(): string {
  const lines = ['syntax = "proto2";', '', `package ${file.proto.package};`, ''];
  for (const name of file.proto.dependency) lines.push(`import "${name}";`);
  for (const one of file.enums) lines.push('', ...enumLines(one, ''));
  for (const one of file.messages) lines.push('', ...messageLines(one));
  for (const one of file.extensions) {
    lines.push(
      '',
      `extend .${one.extendee.typeName} {`,
      `  ${labelOf(one, false)}${typeOf(one)} ${one.name} = ${one.number};`,
      '}',
    );
  }
  return `${lines.join('\n')}\n`;
}
