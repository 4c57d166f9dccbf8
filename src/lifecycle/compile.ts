// Compiles what the manifest says of a repository's images, or the rules typed there, into a policy that ECR takes.
// It must not know layers, presets or where a value came from.
import { type Diagnostic, SlipwayError } from '../diagnostics/index.js';
import { canonicalLifecycle } from './canonical.js';
import { checkIntent, checkRules } from './check.js';
import type { LifecycleIntent, LifecyclePolicy, RawRule } from './model.js';
import { rulesOf } from './rules.js';

/** The policy of an intent, `null` where nothing is asked for. Throws every problem at once. */
export function compileLifecycle(intent: LifecycleIntent): LifecyclePolicy | null {
  stop(checkIntent(intent));
  const rules = rulesOf(intent);
  return rules.length === 0 ? null : canonicalLifecycle({ rules });
}

/** The policy of typed rules. Throws every problem at once; what `checkRules` merely warns of is accepted. */
export function compileRules(rules: readonly RawRule[]): LifecyclePolicy {
  stop(checkRules(rules));
  return canonicalLifecycle({ rules: rules as LifecyclePolicy['rules'] });
}

function stop(found: readonly Diagnostic[]): void {
  const errors = found.filter(({ severity }) => severity === 'error');
  if (errors.length > 0) throw new SlipwayError(errors);
}
