// Checks an operation's input against its shape, in the words of services behind the query protocol, and gives it a type.
// It must not know any one operation, nor anything the shape does not say.
import type { Shape, StructureShape, ValueOf } from '../ecr/check.js';
import { type Operation, type ServiceContext, ServiceError } from '../service.js';

type Members = Readonly<Record<string, unknown>>;

function malformed(path: string, wanted: string): ServiceError {
  return new ServiceError('MalformedInput', `${path} is no ${wanted}`);
}

function isMembers(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A form writes a map as `entry.1.key=Name` and `entry.1.value=text`; other services give it as it is. */
function entriesOf(map: Members): Members {
  const { entry, ...rest } = map;
  if (!isMembers(entry) || Object.keys(rest).length > 0) return map;
  const pairs = Object.values(entry).filter(isMembers);
  return Object.fromEntries(pairs.map(({ key, value }) => [String(key), value]));
}

/** A form has texts alone; another service gives numbers and truth values as they are. An empty text stands for an empty list. */
function read(shape: Shape, value: unknown, path: string): unknown {
  switch (shape.kind) {
    case 'string':
    case 'blob':
      if (typeof value === 'string') return value;
      if (typeof value === 'number' || typeof value === 'boolean') return String(value);
      throw malformed(path, 'text');
    case 'boolean':
      if (value === true || value === 'true') return true;
      if (value === false || value === 'false') return false;
      throw malformed(path, 'truth value');
    case 'integer':
      if (typeof value === 'number' && Number.isInteger(value)) return value;
      if (typeof value === 'string' && /^-?\d{1,15}$/.test(value)) return Number(value);
      throw malformed(path, 'whole number');
    case 'list':
      if (value === '') return [];
      if (!Array.isArray(value)) throw malformed(path, 'list');
      return value.map((one: unknown, index) => read(shape.of, one, `${path}.${index + 1}.member`));
    case 'map':
      if (!isMembers(value)) throw malformed(path, 'map');
      return Object.fromEntries(
        Object.entries(entriesOf(value)).map(([name, one]) => [name, read(shape.of, one, `${path}.${name}`)]),
      );
    case 'structure': {
      if (!isMembers(value)) throw malformed(path, 'structure');
      const result: Record<string, unknown> = {};
      for (const [name, member] of Object.entries(shape.members)) {
        const given = Object.hasOwn(value, name) ? value[name] : undefined;
        if (given !== undefined && given !== null) result[name] = read(member, given, below(path, name));
      }
      return result;
    }
  }
}

/** As messages name members: `tags.1.member.key`. */
function below(path: string, name: string): string {
  const member = name.charAt(0).toLowerCase() + name.slice(1);
  return path === '' ? member : `${path}.${member}`;
}

function told(value: unknown): string {
  if (Array.isArray(value)) return `'[${value.join(', ').slice(0, 500)}]'`;
  return `'${typeof value === 'string' ? value.slice(0, 500) : JSON.stringify(value)}'`;
}

function lengthFault(length: number, min: number | undefined, max: number | undefined): string | undefined {
  if (min !== undefined && length < min) return `Member must have length greater than or equal to ${min}`;
  if (max !== undefined && length > max) return `Member must have length less than or equal to ${max}`;
  return undefined;
}

/** The constraint that a text, number or list does not meet. */
function fault(shape: Exclude<Shape, StructureShape>, value: unknown): string | undefined {
  switch (shape.kind) {
    case 'string': {
      const text = String(value);
      if (shape.oneOf !== undefined && !shape.oneOf.includes(text)) {
        return `Member must satisfy enum value set: [${shape.oneOf.join(', ')}]`;
      }
      const wrong = lengthFault(text.length, shape.min, shape.max);
      if (wrong !== undefined) return wrong;
      return shape.pattern === undefined || shape.says !== undefined || shape.pattern.test(text)
        ? undefined
        : `Member must satisfy regular expression pattern: ${shape.patternText ?? shape.pattern.source.replace(/^\^|\$$/g, '')}`;
    }
    case 'list':
      return Array.isArray(value) ? lengthFault(value.length, shape.min, shape.max) : undefined;
    case 'integer':
      if (shape.min !== undefined && Number(value) < shape.min)
        return `Member must have value greater than or equal to ${shape.min}`;
      return shape.max !== undefined && Number(value) > shape.max
        ? `Member must have value less than or equal to ${shape.max}`
        : undefined;
    default:
      return undefined;
  }
}

/** Some patterns are checked on their own, and told in words. */
function refuseWord(shape: Shape, value: unknown, path: string): void {
  if (shape.kind !== 'string' || shape.says === undefined || typeof value !== 'string') return;
  if (shape.pattern?.test(value) === false) {
    throw new ServiceError('ValidationError', `The specified value for ${path} is invalid. ${shape.says}`);
  }
}

function* faults(shape: Shape, value: unknown, path: string, secret: ReadonlySet<string>): Generator<string> {
  if (shape.kind === 'structure') {
    const members = isMembers(value) ? value : {};
    for (const [name, member] of Object.entries(shape.members)) {
      const at = below(path, name);
      if (members[name] !== undefined) yield* faults(member, members[name], at, secret);
      else if (shape.required?.includes(name) === true)
        yield `Value null at '${at}' failed to satisfy constraint: Member must not be null`;
    }
    return;
  }
  const wrong = fault(shape, value);
  if (wrong === undefined) refuseWord(shape, value, path);
  else {
    const what = secret.has(path) ? 'Value' : `Value ${told(value)}`;
    yield `${what} at '${path}' failed to satisfy constraint: ${wrong}`;
  }
  if (shape.kind === 'list' && Array.isArray(value)) {
    for (const [index, one] of value.entries()) yield* faults(shape.of, one, `${path}.${index + 1}.member`, secret);
  }
}

/** Members whose values no message repeats. */
const secrets: ReadonlySet<string> = new Set(['webIdentityToken', 'password', 'tokenCode']);

/** The input as the shape has it; throws `code` with every fault, or `MalformedInput`. */
export function checkQuery<const S extends StructureShape>(
  shape: S,
  input: Record<string, unknown>,
  code = 'ValidationError',
): ValueOf<S> {
  const value = read(shape, input, '');
  const found = [...faults(shape, value, '', secrets)];
  if (found.length > 0) {
    const count = found.length === 1 ? '1 validation error' : `${found.length} validation errors`;
    throw new ServiceError(code, `${count} detected: ${found.join('; ')}`);
  }
  // What was read has the shape, and nothing else.
  return value as ValueOf<S>;
}

/** An operation that sees its input only once it has passed. */
export function checkedQuery<const S extends StructureShape>(
  shape: S,
  run: (input: ValueOf<S>, context: ServiceContext) => Record<string, unknown>,
): Operation {
  return (input, context) => run(checkQuery(shape, input), context);
}

/** The same of a service that speaks JSON and has the sentences of those behind the query protocol, as KMS does. */
export function checkedJson<const S extends StructureShape>(
  shape: S,
  run: (input: ValueOf<S>, context: ServiceContext) => Record<string, unknown>,
): Operation {
  return (input, context) => run(checkQuery(shape, input, 'ValidationException'), context);
}
