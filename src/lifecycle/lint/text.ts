// Lints the JSON of a lifecycle policy as anybody has it: the policy itself, or what AWS, Terraform or CloudFormation put around it.
// All that ECR would refuse and all remarks come at once, each at its line and column. It must not read files, nor throw.
import { diagnostic, type SourceRange } from '../../diagnostics/index.js';
import { problemsBetween, problemsWithin } from '../constraints.js';
import { maxText } from '../limits.js';
import type { LifecyclePolicy } from '../model.js';
import { readPolicy, validateLifecyclePolicyText } from '../validate.js';
import { decode, entryOf, type JsonNode, plainOf, readJson, stretchOf } from './json.js';
import { lint } from './lint.js';
import type { LintContext, Remark } from './model.js';
import { type ReadRule, refused, shapeOf } from './shape.js';

/** A remark and the text that it is about. */
export interface LocatedRemark extends Remark {
  readonly range: SourceRange;
  readonly text: string;
}

export interface LintedPolicy {
  /** Where in the JSON it stands: empty for the whole, else the path of what holds it. */
  readonly at: string;
  /** What ECR answers to PutLifecyclePolicy with it; `null` where it takes it. */
  readonly refusal: string | null;
  /** `null` where ECR refuses it. */
  readonly policy: LifecyclePolicy | null;
  /** By their place in the text; paths begin with `at`. */
  readonly remarks: readonly LocatedRemark[];
}

/** A text that stands in another: the same offsets, but for what holds it. */
interface Frame {
  readonly text: string;
  /** The place in the file of an offset in `text`. */
  offset(at: number): number;
}

/** One for each policy in the text; where there is none, the text as a whole is held against ECR's schema. */
export function lintText(text: string, file: string, context: LintContext = {}): readonly LintedPolicy[] {
  const lines = new Lines(text, file);
  const whole: Frame = { text, offset: (at) => at };
  const { node, problems, repeated } = readJson(text);
  const found = node === undefined ? [] : policiesIn(node, whole, '');
  const [first] = found;
  if (first === undefined) {
    const only = node === undefined ? undefined : { at: '', frame: whole, node, text };
    return [lintOne(only ?? { at: '', frame: whole, node: undefined, text }, { problems, repeated }, lines, context)];
  }
  // What is wrong with the JSON around them is told with the first.
  return found.map((one) =>
    lintOne(one, one === first ? { problems, repeated } : { problems: [], repeated: [] }, lines, context),
  );
}

interface Found {
  readonly at: string;
  /** The text that is sent to ECR, and where it stands. */
  readonly frame: Frame;
  readonly node: JsonNode | undefined;
  readonly text: string;
}

type Slips = Pick<ReturnType<typeof readJson>, 'problems' | 'repeated'>;

/** Members that hold a policy: GetLifecyclePolicy and CloudFormation, Terraform, Crossplane, ACK. */
const holders = /^(lifecycle_?policy(_?text)?|policy(_?text)?)$/i;
/** Of those, the ones that hold nothing else. */
const certain = /^lifecycle_?policy_?text$/i;

/** The policies in a text, in its order. */
function policiesIn(node: JsonNode, frame: Frame, at: string): readonly Found[] {
  if (entryOf(node, 'rules') !== undefined) {
    const text = at === '' ? frame.text : JSON.stringify(plainOf(node));
    return [{ at, frame, node, text }];
  }
  const inside = (name: string | number) => (at === '' ? String(name) : `${at}.${name}`);
  if (node.kind === 'list') return node.items.flatMap((item, index) => policiesIn(item, frame, inside(index)));
  if (node.kind === 'scalar') return [];
  return node.entries.flatMap(({ key, value }) => {
    if (!holders.test(key) || value.kind !== 'scalar' || typeof value.value !== 'string')
      return policiesIn(value, frame, inside(key));
    const inner = embedded(value.start, frame);
    const reading = readJson(inner.text);
    const holds = reading.node !== undefined && entryOf(reading.node, 'rules') !== undefined;
    if (!holds && !certain.test(key)) return [];
    return [{ at: inside(key), frame: inner, node: reading.node, text: inner.text }];
  });
}

/** The text within a string literal. */
function embedded(start: number, frame: Frame): Frame {
  const { value, offsets } = decode(frame.text, start);
  return { text: value, offset: (at) => frame.offset(offsets[Math.min(at, offsets.length - 1)] ?? start) };
}

/** Remarks that are about one rule, whatever is wrong with others. */
const aboutOneRule: ReadonlySet<string> = new Set([
  'lifecycle/and-trap',
  'lifecycle/redundant-entry',
  'lifecycle/never-matches',
  'lifecycle/shared-count',
  'lifecycle/short-rollback',
  'lifecycle/untagged-too-soon',
]);

function lintOne({ at, frame, node, text }: Found, slips: Slips, lines: Lines, context: LintContext): LintedPolicy {
  const inner = at !== '' && frame.text !== lines.text ? readJson(frame.text) : { problems: [], repeated: [] };
  const locate = (one: Remark, start: number, end: number, path: string): LocatedRemark => {
    const [from, to] = [frame.offset(start), Math.max(frame.offset(end), frame.offset(start) + 1)];
    return { ...one, path, range: lines.range(from, to), text: lines.text.slice(from, to) };
  };
  const inPolicy = (one: Remark): LocatedRemark => {
    const path = one.path ?? '';
    // A policy within others stands in the text of all of them.
    const { start, end } =
      node === undefined ? { start: 0, end: 1 } : stretchOf(node, path, one.code === 'lifecycle/unknown-member');
    return locate(one, start, end, [at, path].filter((part) => part !== '').join('.'));
  };
  const slipsOf = ({ problems, repeated }: Slips, where: Frame): LocatedRemark[] => [
    ...problems.map(({ start, end, message, mend }) => ({
      ...diagnostic('lifecycle/not-json', `not JSON: ${message}`, mend === undefined ? {} : { mend }),
      range: lines.range(where.offset(start), Math.max(where.offset(end), where.offset(start) + 1)),
      text: lines.text.slice(where.offset(start), where.offset(end)),
    })),
    ...repeated.map(({ start, end, message }) => ({
      ...diagnostic('lifecycle/repeated-member', message),
      range: lines.range(where.offset(start), where.offset(end)),
      text: lines.text.slice(where.offset(start), where.offset(end)),
    })),
  ];
  const outer: Frame = { text: lines.text, offset: (offset) => offset };
  const remarks: LocatedRemark[] = [...slipsOf(slips, outer), ...slipsOf(inner, frame)];
  const checked = validateLifecyclePolicyText(text);
  if (node !== undefined) remarks.push(...judge(node, context).map(inPolicy));
  if (!remarks.some(({ severity }) => severity === 'error')) remarks.push(...lengthProblem(text).map(inPolicy));
  return {
    at,
    refusal: checked.valid ? null : checked.message,
    policy: checked.valid ? checked.policy : null,
    remarks: remarks.sort((one, other) => one.range.line - other.range.line || one.range.column - other.range.column),
  };
}

/** All that is to be said of a policy's JSON; paths are within it. */
function judge(node: JsonNode, context: LintContext): readonly Remark[] {
  const value = plainOf(node);
  const { problems, rules, whole } = shapeOf(value);
  const raw = rules.map((rule) => rule.raw);
  const within = problemsWithin(raw);
  const sound = rules.filter((rule) => rule.whole);
  const comparable = rules.filter((rule) => rule.comparable);
  const between = problemsBetween(comparable.map((rule) => rule.raw));
  const told = (list: readonly ReadRule[]) => (problem: (typeof within)[number]) =>
    diagnostic(problem.code, refused(problem.message, problem.ecr), {
      path: `rules.${list[problem.index]?.index ?? 0}.${problem.field}`,
    });
  const errors = [...problems, ...within.map(told(rules)), ...between.map(told(comparable))];
  if (whole && errors.length === 0) {
    const read = readPolicy(JSON.stringify(value));
    return 'policy' in read ? lint(read.policy, context) : [];
  }
  // Each rule that ECR would take by itself; what rules are beside each other cannot be said while some are not known.
  const alone = sound.flatMap(({ raw: rule, index }) => {
    const read = readPolicy(JSON.stringify({ rules: [rule] }));
    return 'policy' in read ? lint(read.policy, context).map((one) => moved(one, index)) : [];
  });
  return [...errors, ...alone.filter(({ code }) => aboutOneRule.has(code))];
}

/** A remark on the only rule of a policy, as one on the rule of that index. */
function moved(one: Remark, index: number): Remark {
  return { ...one, path: (one.path ?? '').replace(/^rules\.0/, `rules.${index}`) };
}

/** No text with a rule in it is too short for ECR. */
function lengthProblem({ length }: string): Remark[] {
  if (length <= maxText) return [];
  const message = refused(
    `the policy has ${length} characters, more than the ${maxText} of ECR`,
    `must have length less than or equal to ${maxText}`,
  );
  const mend = 'write it without spaces and line feeds; then shorten descriptions and patterns, or drop rules';
  return [diagnostic('lifecycle/policy-too-large', message, { path: '', mend })];
}

class Lines {
  readonly text: string;
  readonly #file: string;
  readonly #starts: readonly number[];

  constructor(text: string, file: string) {
    this.text = text;
    this.#file = file;
    this.#starts = [0, ...[...text.matchAll(/\n/g)].map(({ index }) => index + 1)];
  }

  range(start: number, end: number): SourceRange {
    const from = this.#place(start);
    const to = this.#place(Math.max(start, end));
    return { file: this.#file, line: from.line, column: from.column, endLine: to.line, endColumn: to.column };
  }

  #place(offset: number): { readonly line: number; readonly column: number } {
    let low = 0;
    let high = this.#starts.length - 1;
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if ((this.#starts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: offset - (this.#starts[low] ?? 0) + 1 };
  }
}
