// Reads the text of a lifecycle policy as somebody has it in a file, and says what ECR says of one that it refuses, each problem at its
// place in the JSON. It must not know files.
import {
  type Diagnostic,
  definitionOf,
  diagnostic,
  pathOfOffset,
  readJson,
  SlipwayError,
} from '../diagnostics/index.js';
import { failsMapping, problemsBetween, problemsWithin } from './constraints.js';
import type { LifecyclePolicy, RawRule } from './model.js';
import { type Json, placedViolations } from './schema.js';
import { validateLifecyclePolicyText } from './validate.js';

/** The member that holds the text in what `aws ecr get-lifecycle-policy` prints. */
const wrapped = 'lifecyclePolicyText';

/** Policy JSON, or the answer of GetLifecyclePolicy around it. Throws `lifecycle/refused` with ECR's text, then all else that is wrong. */
export function readPolicyText(text: string): LifecyclePolicy {
  const reading = readJson(text);
  const inner = 'value' in reading ? answerIn(reading.value) : undefined;
  const checked = validateLifecyclePolicyText(inner ?? text);
  if (checked.valid) return checked.policy;
  const problems = 'value' in reading ? problemsOf(inner === undefined ? reading.value : parsed(inner)) : [];
  const [first, ...others] = problems;
  const place =
    inner !== undefined
      ? { path: wrapped }
      : 'syntax' in reading
        ? { path: pathOfOffset(reading.syntax.offset), mend: `it is no JSON: ${reading.syntax.message}` }
        : { path: first?.path ?? '' };
  const mend = first?.code === undefined ? {} : { mend: definitionOf(first.code).mend };
  throw new SlipwayError([
    diagnostic('lifecycle/refused', `ECR refuses the policy: ${checked.message}`, { ...mend, ...place }),
    ...(inner === undefined ? others : []).map(further),
  ]);
}

function answerIn(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null || 'rules' in value || !(wrapped in value)) return undefined;
  const text = value[wrapped];
  return typeof text === 'string' ? text : undefined;
}

function parsed(text: string): unknown {
  const reading = readJson(text);
  return 'value' in reading ? reading.value : undefined;
}

interface Problem {
  readonly path: string;
  readonly code?: Extract<Diagnostic['code'], `lifecycle/${string}`>;
  readonly message: string;
}

function further({ path, code, message }: Problem): Diagnostic {
  return diagnostic(code ?? 'lifecycle/refused', message, { path });
}

function problemsOf(value: unknown): readonly Problem[] {
  // What JSON.parse gives is JSON.
  const violations = placedViolations(value as Json);
  if (violations.length > 0) return violations.map(({ path, text }) => ({ path, message: text }));
  // The schema has just established the shape.
  const { rules } = value as { readonly rules: readonly RawRule[] };
  const found = [...problemsWithin(rules), ...problemsBetween(rules)];
  // A missing target is found while the text is mapped, before ECR looks at the rules.
  const mapping = found.filter(failsMapping);
  return [...mapping, ...found.filter((one) => !failsMapping(one))].map(({ index, field, code, message }) => ({
    path: `rules.${index}.${field}`,
    code,
    message,
  }));
}
