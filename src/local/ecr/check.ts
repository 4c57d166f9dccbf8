// Checks an operation's input against its shape in the API model, in ECR's wording, and gives it a type.
// It must not know any one operation, nor anything the model does not say.
import { type EcrContext, EcrError, invalidMember } from './operation.js';

interface StringShape {
  readonly kind: 'string';
  readonly min?: number;
  readonly max?: number;
  readonly pattern?: RegExp;
  /** The pattern as ECR's message writes it, where that differs from the pattern it holds to. */
  readonly patternText?: string;
  /** What a service behind the query protocol says of a text that does not fit the pattern, instead of showing it. */
  readonly says?: string;
  readonly oneOf?: readonly string[];
}

interface ListShape {
  readonly kind: 'list';
  readonly of: Shape;
  readonly min?: number;
  readonly max?: number;
}

export interface StructureShape {
  readonly kind: 'structure';
  readonly members: Readonly<Record<string, Shape>>;
  readonly required?: readonly string[];
}

/** Bytes, in base64 on the wire; the limits are of the bytes. */
interface BlobShape {
  readonly kind: 'blob';
  readonly min?: number;
  readonly max?: number;
}

/** Texts by names that the caller chooses. */
interface MapShape {
  readonly kind: 'map';
  readonly of: StringShape;
}

export type Shape =
  | StringShape
  | ListShape
  | MapShape
  | StructureShape
  | BlobShape
  | { readonly kind: 'boolean' }
  | { readonly kind: 'integer'; readonly min?: number; readonly max?: number };

type RequiredOf<S> = S extends { readonly required: readonly (infer Name)[] } ? Name : never;

/** The type of a value that has passed the check. */
export type ValueOf<S> = S extends { readonly kind: 'string'; readonly oneOf: readonly (infer One)[] }
  ? One
  : S extends { readonly kind: 'string' }
    ? string
    : S extends { readonly kind: 'boolean' }
      ? boolean
      : S extends { readonly kind: 'integer' }
        ? number
        : S extends { readonly kind: 'blob' }
          ? Buffer
          : S extends { readonly kind: 'map' }
            ? Readonly<Record<string, string>>
            : S extends { readonly kind: 'list'; readonly of: infer Member }
              ? ValueOf<Member>[]
              : S extends { readonly kind: 'structure'; readonly members: infer Members }
                ? { [Name in Exclude<keyof Members, RequiredOf<S>>]?: ValueOf<Members[Name]> } & {
                    [Name in Extract<keyof Members, RequiredOf<S>>]: ValueOf<Members[Name]>;
                  }
                : never;

function told(value: unknown): string {
  if (Array.isArray(value)) return 'Start of list';
  if (typeof value === 'object') return 'Start of structure or map';
  if (typeof value === 'string') return 'STRING_VALUE';
  if (typeof value === 'number') return 'NUMBER_VALUE';
  return value === true ? 'TRUE_VALUE' : 'FALSE_VALUE';
}

function mistyped(value: unknown, wanted: string): EcrError {
  const text =
    typeof value === 'object'
      ? `${told(value)} found where not expected.`
      : `${told(value)} can not be converted to ${wanted}`;
  return new EcrError('SerializationException', text);
}

/** Node reads base64 leniently; what is left out or added would become other bytes. */
function readBlob(value: unknown): Buffer {
  if (typeof value !== 'string') throw mistyped(value, 'a Blob');
  const bytes = Buffer.from(value, 'base64');
  const length = value.length - (value.endsWith('==') ? 2 : value.endsWith('=') ? 1 : 0);
  if (value.length % 4 !== 0 || bytes.length !== Math.floor((length * 3) / 4)) {
    throw new EcrError('SerializationException', 'The blob is not valid base64.');
  }
  return bytes;
}

/** A copy that holds what the shape names, of the right types, and nothing else. `null` stands for nothing. */
function read(shape: Shape, value: unknown): unknown {
  switch (shape.kind) {
    case 'string':
      if (typeof value !== 'string') throw mistyped(value, 'a String');
      return value;
    case 'boolean':
      if (typeof value !== 'boolean') throw mistyped(value, 'a Boolean');
      return value;
    case 'integer':
      if (typeof value !== 'number') throw mistyped(value, 'an Integer');
      return Math.trunc(value);
    case 'blob':
      return readBlob(value);
    case 'list':
      if (!Array.isArray(value)) throw mistyped(value, 'a List');
      return value.map((one) => (one === null ? null : read(shape.of, one)));
    case 'map':
      if (typeof value !== 'object' || value === null || Array.isArray(value)) throw mistyped(value, 'a Map');
      return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, read(shape.of, one)]));
    case 'structure': {
      if (typeof value !== 'object' || value === null || Array.isArray(value)) throw mistyped(value, 'a Structure');
      const result: Record<string, unknown> = {};
      for (const [name, member] of Object.entries(shape.members)) {
        // Own members only: a name of the object prototype is not part of the input.
        const given = Object.hasOwn(value, name) ? (value as Record<string, unknown>)[name] : undefined;
        if (given !== undefined && given !== null) result[name] = read(member, given);
      }
      return result;
    }
  }
}

function checkLength(length: number, shape: StringShape | ListShape | BlobShape, path: string): void {
  if (shape.min !== undefined && length < shape.min) {
    throw invalidMember(path, `must have length greater than or equal to ${shape.min}`);
  }
  if (shape.max !== undefined && length > shape.max) {
    throw invalidMember(path, `must have length less than or equal to ${shape.max}`);
  }
}

function constrain(shape: Shape, value: unknown, path: string): void {
  if (value === null || value === undefined) throw invalidMember(path, 'must not be null');
  if (shape.kind === 'string') {
    const text = value as string;
    // Before the length, so that a wrong word is answered with the right ones.
    if (shape.oneOf !== undefined && !shape.oneOf.includes(text)) {
      throw invalidMember(path, `Member must satisfy enum value set: [${shape.oneOf.join(', ')}]`);
    }
    checkLength(text.length, shape, path);
    if (shape.pattern !== undefined && !shape.pattern.test(text)) {
      throw invalidMember(path, `must satisfy regular expression '${shape.patternText ?? shape.pattern.source}'`);
    }
  } else if (shape.kind === 'blob') {
    checkLength((value as Buffer).length, shape, path);
  } else if (shape.kind === 'integer') {
    if (shape.min !== undefined && (value as number) < shape.min) {
      throw invalidMember(path, `Member must have value greater than or equal to ${shape.min}`);
    }
  } else if (shape.kind === 'list') {
    const list = value as readonly unknown[];
    checkLength(list.length, shape, path);
    for (const [index, one] of list.entries()) constrain(shape.of, one, `${path}.${index + 1}.member`);
  } else if (shape.kind === 'structure') {
    const record = value as Record<string, unknown>;
    const start = path === '' ? '' : `${path}.`;
    for (const [name, member] of Object.entries(shape.members)) {
      const given = record[name];
      if (given !== undefined) constrain(member, given, start + name);
      else if (shape.required?.includes(name) === true) throw invalidMember(start + name, 'must not be null');
    }
  }
}

/** The input as the shape has it; throws SerializationException or InvalidParameterException. */
export function check<const S extends StructureShape>(shape: S, input: Record<string, unknown>): ValueOf<S> {
  const value = read(shape, input);
  constrain(shape, value, '');
  return value as ValueOf<S>;
}

/** What every operation of the table has: how it is called, and what it may be given. */
export interface Checked<C extends EcrContext, Answer> {
  (input: Record<string, unknown>, context: C): Answer;
  readonly shape: StructureShape;
}

/** An operation that sees its input only once it has passed. */
export function checked<const S extends StructureShape, C extends EcrContext = EcrContext>(
  shape: S,
  run: (input: ValueOf<S>, context: C) => Record<string, unknown>,
): Checked<C, Record<string, unknown>> {
  return Object.assign((input: Record<string, unknown>, context: C) => run(check(shape, input), context), { shape });
}

/** The same of one that waits; a refusal is a rejection. */
export function checkedAsync<const S extends StructureShape, C extends EcrContext = EcrContext>(
  shape: S,
  run: (input: ValueOf<S>, context: C) => Promise<Record<string, unknown>>,
): Checked<C, Promise<Record<string, unknown>>> {
  return Object.assign(async (input: Record<string, unknown>, context: C) => run(check(shape, input), context), {
    shape,
  });
}
