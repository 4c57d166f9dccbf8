// What resources of Pulumi take, by the typings of `@pulumi/aws`, which is bridged from Terraform's AWS provider 6: names, types, what is required.
// It must not know which of it anybody uses.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import ts from 'typescript';

export type Schema =
  | { readonly kind: 'string' | 'number' | 'boolean' | 'any' }
  | { readonly kind: 'array' | 'map'; readonly of: Schema }
  | { readonly kind: 'object'; readonly members: () => ReadonlyMap<string, Member> }
  | { readonly kind: 'union'; readonly of: readonly Schema[] };

export interface Member {
  readonly schema: Schema;
  readonly isOptional: boolean;
}

const packageFolder = dirname(createRequire(import.meta.url).resolve('@pulumi/aws/package.json'));

/** By their qualified names: `inputs.ecr.RepositoryEncryptionConfiguration`. */
let inputs: ReadonlyMap<string, ts.InterfaceDeclaration> | undefined;

const known = new Map<string, Schema>();

/** The arguments of a resource or function: `('ecr/repository', 'RepositoryArgs')`. Throws where there are none of that name. */
export function argumentsOf(file: string, name: string): Schema {
  const schema = known.get(file);
  if (schema !== undefined) return schema;
  const found = interfacesIn(`${file}.d.ts`, '').get(name);
  if (found === undefined) throw new Error(`@pulumi/aws has no ${name} in ${file}`);
  const read = objectOf(found);
  known.set(file, read);
  return read;
}

function interfacesIn(path: string, prefix: string): ReadonlyMap<string, ts.InterfaceDeclaration> {
  const source = ts.createSourceFile(
    path,
    readFileSync(join(packageFolder, path), 'utf8'),
    ts.ScriptTarget.ES2022,
    true,
  );
  const found = new Map<string, ts.InterfaceDeclaration>();
  const visit = (statements: readonly ts.Statement[], within: string): void => {
    for (const one of statements) {
      if (ts.isInterfaceDeclaration(one)) found.set(`${within}${one.name.text}`, one);
      else if (ts.isModuleDeclaration(one) && one.body !== undefined && ts.isModuleBlock(one.body))
        visit(one.body.statements, `${within}${one.name.text}.`);
    }
  };
  visit(source.statements, prefix);
  return found;
}

function objectOf(declaration: ts.InterfaceDeclaration): Schema {
  let members: ReadonlyMap<string, Member> | undefined;
  return {
    kind: 'object',
    members() {
      members ??= new Map(
        declaration.members.flatMap((one) =>
          ts.isPropertySignature(one) && one.type !== undefined
            ? [
                [
                  one.name.getText(),
                  { schema: schemaOf(one.type), isOptional: one.questionToken !== undefined },
                ] as const,
              ]
            : [],
        ),
      );
      return members;
    },
  };
}

function schemaOf(type: ts.TypeNode): Schema {
  if (ts.isArrayTypeNode(type)) return { kind: 'array', of: schemaOf(type.elementType) };
  if (ts.isUnionTypeNode(type)) {
    const kinds = type.types.filter(({ kind }) => kind !== ts.SyntaxKind.UndefinedKeyword).map(schemaOf);
    const [only] = kinds;
    return kinds.length === 1 && only !== undefined ? only : { kind: 'union', of: kinds };
  }
  if (ts.isTypeLiteralNode(type)) {
    const [member] = type.members;
    if (member !== undefined && ts.isIndexSignatureDeclaration(member))
      return { kind: 'map', of: schemaOf(member.type) };
  }
  if (ts.isTypeReferenceNode(type)) return referredTo(type);
  const primitive = primitives.get(type.kind);
  if (primitive === undefined) throw new Error(`nobody expected the type ${type.getText()}`);
  return { kind: primitive };
}

const primitives = new Map<ts.SyntaxKind, 'string' | 'number' | 'boolean' | 'any'>([
  [ts.SyntaxKind.StringKeyword, 'string'],
  [ts.SyntaxKind.NumberKeyword, 'number'],
  [ts.SyntaxKind.BooleanKeyword, 'boolean'],
  [ts.SyntaxKind.AnyKeyword, 'any'],
]);

function referredTo({ typeName, typeArguments }: ts.TypeReferenceNode): Schema {
  const name = typeName.getText();
  const [argument] = typeArguments ?? [];
  if (name === 'pulumi.Input' && argument !== undefined) return schemaOf(argument);
  // Those of AWS are texts.
  if (name.startsWith('enums.') || /^[A-Z]\w*$/.test(name)) return { kind: 'string' };
  inputs ??= interfacesIn('types/input.d.ts', 'inputs.');
  const found = inputs.get(name);
  if (found === undefined) throw new Error(`nobody expected the type ${name}`);
  return objectOf(found);
}

/** What of a value the schema does not take, each with its path. */
export function misfits(schema: Schema, value: unknown, path: string): readonly string[] {
  switch (schema.kind) {
    case 'any':
      return [];
    case 'string':
    case 'number':
    case 'boolean':
      return typeof value === schema.kind ? [] : [`${path}: ${JSON.stringify(value)} is no ${schema.kind}`];
    case 'array':
      return Array.isArray(value)
        ? value.flatMap((one, index) => misfits(schema.of, one, `${path}.${index}`))
        : [`${path}: ${JSON.stringify(value)} is no list`];
    case 'map':
      return isObject(value)
        ? Object.entries(value).flatMap(([key, one]) => misfits(schema.of, one, `${path}.${key}`))
        : [`${path}: ${JSON.stringify(value)} is no map`];
    case 'union': {
      const all = schema.of.map((one) => misfits(one, value, path));
      return all.find((one) => one.length === 0) ?? all[0] ?? [];
    }
    case 'object': {
      if (!isObject(value)) return [`${path}: ${JSON.stringify(value)} is no object`];
      const members = schema.members();
      return [
        ...Object.entries(value).flatMap(([key, one]) => {
          const member = members.get(key);
          return member === undefined ? [`${path}: there is no ${key}`] : misfits(member.schema, one, `${path}.${key}`);
        }),
        ...[...members].flatMap(([key, { isOptional }]) =>
          isOptional || Object.hasOwn(value, key) ? [] : [`${path}: ${key} is missing`],
        ),
      ];
    }
  }
}

function isObject(value: unknown): value is { readonly [key: string]: unknown } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
