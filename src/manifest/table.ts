// The shape of the table that describes the manifest's messages; gen/schema.ts is one, made from proto/.
// It must not know protobuf or YAML.
import type { Json } from './project.js';

/** What a value must satisfy, named as in buf.validate. */
export interface Rules {
  readonly const?: string | boolean;
  readonly in?: readonly string[];
  readonly pattern?: string;
  readonly prefix?: string;
  /** Code points. */
  readonly minLen?: number;
  readonly maxLen?: number;
  readonly gte?: number;
  readonly lte?: number;
}

export interface FieldRow {
  /** The name in YAML. */
  readonly name: string;
  readonly type: 'string' | 'int32' | 'bool' | 'message' | 'struct';
  readonly many?: 'list' | 'map';
  /** With type `message`: its row in the table. */
  readonly message?: string;
  readonly required?: true;
  /** For the value, or for each element of a list or map. */
  readonly rules?: Rules;
  /** For the keys of a map. */
  readonly keys?: Rules;
  /** Elements of a list, or pairs of a map. */
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly unique?: true;
  /** The grammar of the string that may stand for the message. */
  readonly shorthand?: string;
  /** What a struct must look like. */
  readonly shape?: string;
  /** What the pattern wants, after "must be". */
  readonly wants?: string;
  readonly keyWants?: string;
  /** The sibling without which this field means nothing; several, with ` or ` between them. */
  readonly needs?: string;
  readonly doc?: string;
  readonly default?: Json;
  /** As YAML. */
  readonly example?: string;
}

export interface MessageRow {
  readonly doc?: string;
  /** Of each of these groups, exactly one must be there. */
  readonly exactlyOne?: readonly (readonly string[])[];
  readonly fields: readonly FieldRow[];
}

export type Table = Readonly<Record<string, MessageRow>>;
