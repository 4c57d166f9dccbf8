// Compiles what the manifest says of a repository's images into the rules that ECR takes.
// It must not know layers, presets or where a value came from.
import { type Diagnostic, SlipwayError } from '../diagnostics/index.js';
import { canonicalLifecycle } from './canonical.js';
import { checkIntent, checkRules, sizeProblem } from './check.js';
import type { LifecycleIntent, LifecyclePolicy, LifecycleRule, RawRule } from './model.js';
import { covers } from './pattern.js';

/** Gaps leave room for rules somebody puts between by hand, and keep the numbers of the last two rules stable. */
const keepStep = 10;
const untaggedPriority = 800;
const capPriority = 900;
const everyTag = '*';

/**
 * One rule for each keep pattern in the order given, then one for untagged images, then the cap on tagged ones. The first
 * rule that selects an image alone may act on it (user guide, "Lifecycle policy evaluation rules"), so a keep pattern
 * shields its images from the cap. The cap counts tagged images only: the children of a multi-architecture image have no
 * tags, so that a release counts once.
 *
 * `null` where nothing is asked for. Throws every problem at once.
 */
export function compileLifecycle(intent: LifecycleIntent): LifecyclePolicy | null {
  stop(checkIntent(intent));
  const keeps = (intent.keep ?? []).flatMap(({ tags, last }) => tags.map((pattern) => ({ pattern, last })));
  const rules: LifecycleRule[] = keeps.map(({ pattern, last }, index) =>
    count((index + 1) * keepStep, `keep the last ${last} of ${pattern}`, pattern, last),
  );
  const days = intent.expireUntaggedAfterDays;
  if (days !== undefined && days !== null) {
    rules.push({
      rulePriority: untaggedPriority,
      description: `expire untagged images after ${plural(days, 'day')}`,
      selection: { tagStatus: 'untagged', countType: 'sinceImagePushed', countUnit: 'days', countNumber: days },
      action: { type: 'expire' },
    });
  }
  const most = intent.maxImageCount;
  // Where a keep pattern matches every tag already, the cap could never act.
  if (most !== undefined && most !== null && !keeps.some(({ pattern }) => covers(pattern, everyTag))) {
    rules.push(count(capPriority, `keep the last ${plural(most, 'tagged image')}`, everyTag, most));
  }
  if (rules.length === 0) return null;
  stop([sizeProblem(rules, 'keep')]);
  return canonicalLifecycle({ rules });
}

/** The policy of typed rules. Throws every problem at once; what `checkRules` merely warns of is accepted. */
export function compileRules(rules: readonly RawRule[]): LifecyclePolicy {
  stop(checkRules(rules));
  return canonicalLifecycle({ rules: rules as LifecyclePolicy['rules'] });
}

function count(rulePriority: number, description: string, pattern: string, countNumber: number): LifecycleRule {
  return {
    rulePriority,
    description,
    selection: { tagStatus: 'tagged', tagPatternList: [pattern], countType: 'imageCountMoreThan', countNumber },
    action: { type: 'expire' },
  };
}

function plural(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

function stop(found: readonly (Diagnostic | undefined)[]): void {
  const errors = found.filter((one) => one?.severity === 'error') as Diagnostic[];
  if (errors.length > 0) throw new SlipwayError(errors);
}
