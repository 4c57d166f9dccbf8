// Everything that ECR's schema has against a policy's JSON, all of it at once and each at its path; ECR itself stops early.
// It must not know files, nor what rules mean: it makes typed rules of what is whole enough.
import { type Diagnostic, type DiagnosticCode, diagnostic } from '../../diagnostics/index.js';
import { didYouMean, listed, nearest } from '../../diagnostics/suggest.js';
import { ecrTexts } from '../constraints.js';
import { maxNumber, minArchiveDays } from '../limits.js';
import type { CountType, RawRule } from '../model.js';
import { type Json, type JsonObject, type JsonType, policySchema, type Schema, typeOf } from '../schema.js';

/** A rule as far as it can be understood. */
export interface ReadRule {
  readonly raw: RawRule;
  /** Its index in the policy's list. */
  readonly index: number;
  /** Nothing was wrong with it, so that nothing in `raw` was guessed. */
  readonly whole: boolean;
  /** Nothing was guessed of what sets rules apart: priority, storage class and prefixes. */
  readonly comparable: boolean;
}

export interface Shape {
  readonly problems: readonly Diagnostic[];
  readonly rules: readonly ReadRule[];
  /** Every rule is whole, and there is nothing else wrong with the policy's shape. */
  readonly whole: boolean;
}

/** `path` within the policy, as in `rules.2.selection.countUnit`; an unknown member is named by its own path. */
export function shapeOf(value: Json): Shape {
  const walk = new Walk();
  walk.visit(policySchema, value, '', undefined);
  const list = isObject(value) && Array.isArray(value.rules) ? (value.rules as readonly Json[]) : [];
  const rules = list.flatMap((item, index) => {
    const raw = rawRule(item);
    const at = `rules.${index}`;
    const wrong = walk.problems.flatMap(({ path = '' }) =>
      path.startsWith(`${at}.`) ? [path.slice(at.length + 1)] : [],
    );
    const comparable = !wrong.some((path) => setsApart.test(path));
    return raw === undefined ? [] : [{ raw, index, whole: wrong.length === 0, comparable }];
  });
  return { problems: walk.problems, rules, whole: walk.problems.length === 0 };
}

const setsApart = /^(rulePriority|selection\.(storageClass|tagPrefixList(\.\d+)?))$/;

/** What ECR answers, in the frame that every remark about a refusal has. */
export function refused(message: string, ecr: string): string {
  return `${message}; ECR would answer "${ecr}"`;
}

const a: Readonly<Record<JsonType, string>> = {
  null: 'null',
  boolean: 'true or false',
  integer: 'a whole number',
  number: 'a number',
  string: 'a text',
  array: 'a list',
  object: 'an object',
};

class Walk {
  readonly problems: Diagnostic[] = [];

  /** `instead`: what ECR answers of anything within, where it goes no deeper. */
  visit(schema: Schema, value: Json, path: string, instead: string | undefined): void {
    const type = typeOf(value);
    if (type !== schema.type) {
      const ecr = `instance type (${type}) does not match any allowed primitive type (allowed: ["${schema.type}"])`;
      this.#wrongType(schema, value, path, instead ?? ecr);
      return;
    }
    // The type of the value is now the schema's.
    switch (schema.type) {
      case 'integer':
        return this.#number(value as number, path, instead);
      case 'string':
        return this.#text(schema.values, value as string, path, instead);
      case 'array':
        return this.#list(schema, value as readonly Json[], path, instead);
      case 'object':
        return this.#object(schema, value as JsonObject, path, instead);
    }
  }

  #report(code: DiagnosticCode, path: string, message: string, ecr: string, mend?: string): void {
    this.problems.push(diagnostic(code, refused(message, ecr), { path, ...(mend === undefined ? {} : { mend }) }));
  }

  #wrongType(schema: Schema, value: Json, path: string, ecr: string): void {
    const name = nameOf(path);
    const shown = typeof value === 'string' || typeof value === 'number' ? `${short(value)}, ` : '';
    const message = `${name} is ${shown}${a[typeOf(value)]}, not ${a[schema.type]}`;
    let mend: string | undefined;
    if (schema.type === 'integer' && typeof value === 'string' && /^[1-9]\d*$/.test(value))
      mend = `write ${value} without quotes`;
    if (schema.type === 'array' && typeof value === 'string') mend = `write [${short(value)}]`;
    // `null` where one was left out, as Terraform's `null` in jsonencode comes out.
    if (value === null) mend = `remove ${name}, or give it a value`;
    this.#report('lifecycle/wrong-type', path, message, ecr, mend);
  }

  #number(value: number, path: string, instead: string | undefined): void {
    const name = nameOf(path);
    if (value < 1) {
      const message = `${name} is ${value}, not a whole number of at least 1`;
      this.#report('lifecycle/bad-number', path, message, instead ?? ecrTexts.minimum(1, value));
    } else if (value > maxNumber) {
      const message = `${name} is ${value}, more than ${maxNumber}`;
      this.#report('lifecycle/bad-number', path, message, instead ?? ecrTexts.mapping, `give at most ${maxNumber}`);
    }
  }

  #text(values: readonly string[] | undefined, value: string, path: string, instead: string | undefined): void {
    if (values === undefined || values.includes(value)) return;
    const ecr = `instance value (${value}) not found in enum :(possible values: ${JSON.stringify(values)})`;
    this.#noneOf(values, value, path, instead ?? ecr);
  }

  #noneOf(values: readonly string[], value: string, path: string, ecr: string): void {
    const near = nearest(value, values);
    const message = `${nameOf(path)} ${short(value)} is none of ${listed(values, 'or')}${didYouMean(value, values)}`;
    this.#report('lifecycle/bad-value', path, message, ecr, near === undefined ? undefined : `write "${near}"`);
  }

  #list(
    schema: Extract<Schema, { type: 'array' }>,
    value: readonly Json[],
    path: string,
    instead: string | undefined,
  ): void {
    if (value.length < (schema.least ?? 0))
      this.#report(
        'lifecycle/no-rules',
        path,
        `the list of ${nameOf(path)} is empty`,
        ecrTexts.tooShort,
        'add a rule, or take the policy away',
      );
    else if (schema.most !== undefined && value.length > schema.most)
      this.#report(
        'lifecycle/too-many-rules',
        path,
        `there are ${value.length} rules`,
        ecrTexts.tooLong(schema.most, value.length),
      );
    value.forEach((item, index) => this.visit(schema.items, item, `${path}.${index}`, instead));
  }

  #object(
    schema: Extract<Schema, { type: 'object' }>,
    value: JsonObject,
    path: string,
    instead: string | undefined,
  ): void {
    const missing = schema.required.filter((name) => !Object.hasOwn(value, name)).sort();
    const known = Object.keys(schema.properties);
    const unknown = Object.keys(value)
      .filter((name) => !known.includes(name))
      .sort();
    const where = path === '' ? 'the policy' : nameOf(path);
    for (const name of missing) {
      const ecr = `object has missing required properties (${JSON.stringify(missing)})`;
      this.#report(
        'lifecycle/missing-member',
        join(path, name),
        `${where} lacks ${name}`,
        instead ?? ecr,
        `add "${name}"`,
      );
    }
    for (const name of unknown) {
      const ecr = `object instance has properties which are not allowed by the schema: (${JSON.stringify(unknown)})`;
      const near = nearest(
        name,
        known.filter((one) => !Object.hasOwn(value, one)),
      );
      const message = `${where} has no member ${short(name)}${near === undefined ? '' : `; did you mean "${near}"?`}`;
      const mend = near === undefined ? `its members are ${listed(known)}` : `write "${near}"`;
      this.#report('lifecycle/unknown-member', join(path, name), message, instead ?? ecr, mend);
    }
    const variant = missing.length + unknown.length > 0 ? undefined : schema.variants?.(value);
    const { countType } = value;
    if (Object.hasOwn(schema.properties, 'countType') && typeof countType === 'string' && !isCountType(countType))
      this.#noneOf(countTypes, countType, join(path, 'countType'), instead ?? variant ?? ecrTexts.noVariant);
    for (const [name, property] of Object.entries(schema.properties)) {
      if (Object.hasOwn(value, name)) this.visit(property, value[name] ?? null, join(path, name), instead ?? variant);
    }
  }
}

const countTypes = [
  'imageCountMoreThan',
  'sinceImagePushed',
  'sinceImagePulled',
  'sinceImageTransitioned',
] as const satisfies readonly CountType[];

function isCountType(value: Json | undefined): value is CountType {
  return countTypes.some((one) => one === value);
}

function join(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`;
}

/** What a person calls the thing at a path: `countUnit`, `rule 3` (counted from 1), `entry 2 of tagPatternList`. */
function nameOf(path: string): string {
  const names = path.split('.');
  const last = names.at(-1) ?? '';
  if (path === '') return 'the policy';
  if (!/^\d+$/.test(last)) return last === 'selection' || last === 'action' ? `the ${last}` : last;
  const list = names.at(-2) ?? '';
  const number = Number(last) + 1;
  return list === 'rules' ? `rule ${number}` : `entry ${number} of ${list}`;
}

/** A wrong value may be a page long. */
function short(value: string | number): string {
  const text = JSON.stringify(value);
  return text.length <= 60 ? text : `${text.slice(0, 56)}…"`;
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * What can be understood of a rule, so that its other members can still be held against each other; what is wrong or
 * missing is guessed so that nothing more is said of it. `undefined` where too little is there.
 */
function rawRule(value: Json): RawRule | undefined {
  if (!isObject(value) || !isObject(value.selection)) return undefined;
  const { selection } = value;
  const { tagStatus, countType, countUnit, storageClass } = selection;
  if (!isCountType(countType)) return undefined;
  if (tagStatus !== 'tagged' && tagStatus !== 'untagged' && tagStatus !== 'any') return undefined;
  const action = isObject(value.action) ? value.action : {};
  const counts = countType === 'imageCountMoreThan';
  const archived =
    storageClass === 'archive' ||
    (storageClass !== 'standard' && storageClass !== undefined && countType === 'sinceImageTransitioned');
  // A unit of the wrong kind, or of the wrong name, is a unit all the same.
  const unit = countUnit === undefined ? {} : countUnit === 'days' || !counts ? ({ countUnit: 'days' } as const) : {};
  return {
    rulePriority: whole(value.rulePriority) ?? 1,
    ...(typeof value.description === 'string' ? { description: value.description } : {}),
    selection: {
      tagStatus,
      ...lists(selection),
      ...(archived ? { storageClass: 'archive' } : storageClass === 'standard' ? { storageClass } : {}),
      countType,
      ...unit,
      countNumber: whole(selection.countNumber) ?? minArchiveDays,
    },
    action: actionOf(action, countType),
  };
}

function whole(value: Json | undefined): number | undefined {
  return typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= maxNumber ? value : undefined;
}

function lists(selection: JsonObject): Pick<RawRule['selection'], 'tagPatternList' | 'tagPrefixList'> {
  const made: { tagPatternList?: readonly string[]; tagPrefixList?: readonly string[] } = {};
  for (const name of ['tagPatternList', 'tagPrefixList'] as const) {
    const list = selection[name];
    if (list === undefined) continue;
    const texts = Array.isArray(list) ? (list as readonly Json[]).filter((one) => typeof one === 'string') : [];
    // Something was to stand there.
    made[name] = texts.length === 0 && !(Array.isArray(list) && list.length === 0) ? ['x'] : texts;
  }
  return made;
}

function actionOf({ type, targetStorageClass }: JsonObject, countType: CountType): RawRule['action'] {
  const target = targetStorageClass === undefined ? {} : ({ targetStorageClass: 'archive' } as const);
  if (type === 'expire') return targetStorageClass === 'archive' ? { type, ...target } : { type };
  if (type === 'transition') return { type, ...target };
  return countType === 'sinceImagePulled' ? { type: 'transition', targetStorageClass: 'archive' } : { type: 'expire' };
}
