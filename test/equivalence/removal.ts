// Rendered code from which one attribute is taken, chosen by a seed: what the comparison must never overlook.
// It must not know what is compared.
import fc from 'fast-check';
import ts from 'typescript';
import { parse, stringify } from 'yaml';

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

interface Template {
  readonly Resources: Record<string, { readonly Properties?: { [key: string]: Json } }>;
}

export interface Removal {
  /** Where it stood, for people. */
  readonly what: string;
  readonly text: string;
}

/** What a resource is without being told: taken away, it is the same. */
const sameWithout: readonly (readonly [attribute: string, value: Json])[] = [
  ['ImageTagMutability', 'MUTABLE'],
  ['ScanOnPush', false],
  ['ImageScanningConfiguration', { ScanOnPush: false }],
  ['MaxSessionDuration', 3600],
  ['Path', '/'],
  ['KeySpec', 'SYMMETRIC_DEFAULT'],
  ['KeyUsage', 'ENCRYPT_DECRYPT'],
  ['MultiRegion', false],
  ['Enabled', true],
  ['ManagedPolicyArns', []],
];

/** What cannot be read back: AWS tells of the window when the key is deleted, and CloudFormation keeps what it does on deletion to itself. */
const unreadable = ['PendingWindowInDays', 'EmptyOnDelete'];

/** One attribute of a template, at any depth of the properties of any resource. */
export function withoutOneProperty(template: string, seed: number): Removal | undefined {
  const parsed = JSON.parse(template) as Template;
  const places = Object.entries(parsed.Resources).flatMap(([id, { Properties = {} }]) =>
    placesIn(Properties, ['Resources', id, 'Properties']),
  );
  const [place] = chosen(places, seed, 1);
  if (place === undefined) return undefined;
  take(parsed as unknown as Json, place);
  return { what: place.join('.'), text: JSON.stringify(parsed) };
}

function take(from: Json, place: readonly string[]): void {
  let holder = from;
  for (const step of place.slice(0, -1)) holder = (holder as { [key: string]: Json })[step] ?? null;
  const last = place.at(-1) ?? '';
  if (Array.isArray(holder)) holder.splice(Number(last), 1);
  else if (holder !== null && typeof holder === 'object') delete holder[last];
}

/** One member of the resources of a program in Pulumi's YAML, at any depth. */
export function withoutOneYamlMember(program: string, seed: number): Removal | undefined {
  const parsed = parse(program) as { [key: string]: Json };
  const [place] = chosen(allPlaces(parsed['resources'] ?? null, ['resources']), seed, 1);
  if (place === undefined) return undefined;
  take(parsed, place);
  return { what: place.join('.'), text: stringify(parsed) };
}

function allPlaces(value: Json, path: readonly string[]): readonly (readonly string[])[] {
  if (value === null || typeof value !== 'object') return [];
  return Object.entries(value).flatMap(([key, one]) => [[...path, key], ...allPlaces(one, [...path, key])]);
}

/** One property of an object that is written out in TypeScript. `isWanted`: which of them may go. */
export function withoutOneLiteral(
  text: string,
  seed: number,
  isWanted: (property: ts.ObjectLiteralElementLike) => boolean = () => true,
): Removal | undefined {
  const source = ts.createSourceFile('removal.ts', text, ts.ScriptTarget.ES2022, true);
  const properties: ts.ObjectLiteralElementLike[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isObjectLiteralExpression(node)) properties.push(...node.properties.filter(isWanted));
    ts.forEachChild(node, visit);
  };
  visit(source);
  const [property] = chosen(properties, seed, 1);
  if (property === undefined) return undefined;
  const [from, to] = [property.getFullStart(), property.getEnd()];
  const rest = text.slice(to).replace(/^\s*,/, '');
  const { line } = source.getLineAndCharacterOfPosition(property.getStart());
  return { what: `line ${line + 1}: ${property.getText().slice(0, 60)}`, text: `${text.slice(0, from)}${rest}` };
}

function placesIn(value: Json, path: readonly string[]): readonly (readonly string[])[] {
  if (value === null || typeof value !== 'object') return [];
  return Object.entries(value).flatMap(([key, one]) => {
    const isTold =
      !unreadable.includes(key) &&
      !sameWithout.some(([name, same]) => name === key && JSON.stringify(same) === JSON.stringify(one));
    return [...(isTold ? [[...path, key]] : []), ...placesIn(one, [...path, key])];
  });
}

/** Attributes that the module does without; the others it refuses to be without, which nobody overlooks. */
const optional =
  /^ {4,}(tag_mutability|kms_key|use_registry_key|scan_on_push|tags|lifecycle_rules|policy_statements|description|max_session_duration|permissions_boundary|managed_policies|path|sid|effect|principals|conditions|rotation_period_in_days) += /;

/** One attribute of the root of an environment. A key has a policy, always; a repository has one further in. */
export function withoutOneAttribute(main: string, seed: number): Removal | undefined {
  return withoutOneLine(main, seed, (line) => optional.test(line) && !line.startsWith('    policy_statements'));
}

/** What `registry.tf` is refused without is nobody's to overlook, and leaves what was there. */
const settings = /^ {8}(Sid|Condition) += |^ {10}"(ecr|arn):|^ {8}(destination|dynamic "repository_filter") \{/;

/** One attribute of what a registry has once, or one block. */
export function withoutOneSetting(registry: string, seed: number): Removal | undefined {
  return withoutOneLine(registry, seed, (line) => settings.test(line));
}

/** One line of code, or all lines to the end of its brackets. */
export function withoutOneLine(
  text: string,
  seed: number,
  isCandidate: (line: string) => boolean,
): Removal | undefined {
  const lines = text.split('\n');
  const candidates = lines.flatMap((line, index) => (isCandidate(line) ? [index] : []));
  const [from] = chosen(candidates, seed, 1);
  if (from === undefined) return undefined;
  const first = lines[from] ?? '';
  const indent = /^ */.exec(first)?.[0] ?? '';
  const to = /[[{(]$/.test(first)
    ? lines.findIndex(
        (line, index) => index > from && line.startsWith(indent) && /^[\]})]/.test(line.slice(indent.length)),
      )
    : from;
  return { what: `line ${from + 1}: ${first.trim()}`, text: lines.toSpliced(from, to - from + 1).join('\n') };
}

/** What the script of the AWS CLI cannot be without, or what is the same without it: repositories are encrypted with AES256 by default. */
const needed =
  /^ {2}--(trust|permissions|policy \S*key\.json|encryption AES256|path \/( |$)|mutability MUTABLE( |$)|session 3600)/;

/** One option of the script of an environment: a line, and what goes on after it. */
export function withoutOneOption(script: string, seed: number): Removal | undefined {
  const lines = script.split('\n');
  const candidates = lines.flatMap((line, index) => (/^ {2}--/.test(line) && !needed.test(line) ? [index] : []));
  const [from] = chosen(candidates, seed, 1);
  if (from === undefined) return undefined;
  const gone = lines[from] ?? '';
  const rest = lines.toSpliced(from, 1);
  // The last option of a command has nothing after it to go on to.
  if (!gone.endsWith('\\')) rest[from - 1] = (rest[from - 1] ?? '').replace(/ \\$/, '');
  return { what: `line ${from + 1}: ${gone.trim()}`, text: rest.join('\n') };
}

/** Different ones, the same at every call. */
export function chosen<T>(from: readonly T[], seed: number, count: number): readonly T[] {
  if (from.length < count) return from;
  return fc.sample(fc.shuffledSubarray([...from], { minLength: count, maxLength: count }), { seed, numRuns: 1 }).flat();
}

/** What a controller does without being told. Sizes are in seconds and days. */
const sameForControllers: readonly (readonly [field: string, value: Json])[] = [
  ['imageTagMutability', 'MUTABLE'],
  ['scanOnPush', false],
  ['imageScanningConfiguration', { scanOnPush: false }],
  ['encryptionType', 'AES256'],
  ['encryptionConfiguration', { encryptionType: 'AES256' }],
  ['encryptionConfiguration', [{ encryptionType: 'AES256' }]],
  ['0', { encryptionType: 'AES256' }],
  ['forceDelete', false],
  ['maxSessionDuration', 3600],
  ['path', '/'],
  ['rotationPeriodInDays', 365],
  ['deletionWindowInDays', 30],
  ['pending-window-in-days', '7'],
  ['tags', {}],
  ['tags', []],
  ['value', ''],
];

/** The objects without one field of one of them, at any depth, but for what a policy says within its text: each field once. */
export function* withoutEachField<T extends object>(
  objects: readonly T[],
): Generator<{ readonly what: string; readonly objects: readonly T[] }> {
  for (const place of fieldsIn(objects as unknown as Json, []).filter(({ length }) => length > 1)) {
    const copy = objects.map((one, index) => (String(index) === place[0] ? structuredClone(one) : one));
    let holder = copy as unknown as Json;
    for (const step of place.slice(0, -1)) holder = (holder as { [key: string]: Json })[step] ?? null;
    const last = place.at(-1) ?? '';
    if (Array.isArray(holder)) holder.splice(Number(last), 1);
    else if (holder !== null && typeof holder === 'object') delete holder[last];
    yield { what: place.join('.'), objects: copy };
  }
}

function fieldsIn(value: Json, path: readonly string[]): readonly (readonly string[])[] {
  if (value === null || typeof value !== 'object') return [];
  return Object.entries(value).flatMap(([key, one]) => {
    const isSame = sameForControllers.some(
      ([name, same]) => (key === name || key.endsWith(`/${name}`)) && JSON.stringify(same) === JSON.stringify(one),
    );
    return [...(isSame ? [] : [[...path, key]]), ...fieldsIn(one, [...path, key])];
  });
}
