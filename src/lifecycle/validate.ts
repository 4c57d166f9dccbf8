// Says of a lifecycle policy's text what ECR says of it: accepted, or refused in ECR's own words.
// It must not know the manifest; our own words for the same problems are in check.ts.
import { ecrTexts, failsMapping, problemsBetween, problemsWithin } from './constraints.js';
import { maxNumber, maxText, minText } from './limits.js';
import type { LifecyclePolicy, RawRule } from './model.js';
import { type Json, schemaViolations } from './schema.js';

export type LifecycleValidation =
  | { readonly valid: true; readonly policy: LifecyclePolicy }
  | { readonly valid: false; readonly message: string };

/** Validates the text of PutLifecyclePolicy; `message` is that of ECR's InvalidParameterException. */
export function validateLifecyclePolicyText(text: string): LifecycleValidation {
  if (text.length < minText) return refuse(`must have length greater than or equal to ${minText}`);
  if (text.length > maxText) return refuse(`must have length less than or equal to ${maxText}`);
  const checked = readPolicy(text);
  return 'policy' in checked ? { valid: true, policy: checked.policy } : refuse(checked.refusal);
}

/** The same without the limits of the text's length, which do not hold for creation templates and texts already stored. */
export function readPolicy(text: string): { readonly policy: LifecyclePolicy } | { readonly refusal: string } {
  let value: Json;
  try {
    value = JSON.parse(text) as Json;
  } catch {
    return { refusal: `Lifecycle policy parsing failure: ${ecrTexts.mapping}` };
  }
  const violations = schemaViolations(value);
  // Several violations are told a line each (simple-container-com/api#34).
  if (violations.length > 0) return { refusal: `Lifecycle policy validation failure: ${violations.join('\n')}` };
  // The schema has just established the shape; only members that must fit together are still open.
  const { rules } = value as unknown as { readonly rules: readonly RawRule[] };
  const within = problemsWithin(rules);
  if (within.some(failsMapping) || !rules.every(fits)) {
    return { refusal: `Lifecycle policy parsing failure: ${ecrTexts.mapping}` };
  }
  const [first] = [...within, ...problemsBetween(rules)];
  if (first !== undefined) return { refusal: `Lifecycle policy validation failure: ${first.ecr}` };
  return { policy: { rules } as LifecyclePolicy };
}

function fits(rule: RawRule): boolean {
  return rule.rulePriority <= maxNumber && rule.selection.countNumber <= maxNumber;
}

function refuse(core: string): LifecycleValidation {
  return {
    valid: false,
    message: `Invalid parameter at 'LifecyclePolicyText' failed to satisfy constraint: '${core}'`,
  };
}
