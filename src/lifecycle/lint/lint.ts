// What ECR accepts of a lifecycle policy although hardly anybody means it, each with a reason and what to write instead.
// It must not judge what ECR refuses (check.ts, shape.ts), nor throw, whatever the policy.
import { archivePaysFrom } from '../cost.js';
import type { Image, LifecyclePolicy } from '../model.js';
import { archiveRemarks } from './archive.js';
import { coverageRemarks } from './coverage.js';
import type { LintContext, Remark } from './model.js';
import { orderRemarks, protectionRemarks } from './order.js';
import { retentionRemarks } from './retention.js';
import { stockOf } from './stock.js';
import { tagRemarks } from './tags.js';
import { untaggedRemarks } from './untagged.js';
import { viewOf } from './view.js';

/** Prices of a Region that is not known are assumed to be this one's. */
const usualRegion = 'us-east-1';

/**
 * Remarks on a policy that ECR takes, by the place of what they are about. A remark is a `warning` where a mistake is
 * likely, else an `info`; with images both are better founded.
 */
export function lint(policy: LifecyclePolicy, context: LintContext = {}): readonly Remark[] {
  const view = viewOf(policy);
  const stock = stockOf(context);
  const tags = tagRemarks(view, stock);
  // Of a rule that no image can match, nothing else is worth saying.
  const dead = new Set(tags.filter(({ code }) => code === 'lifecycle/never-matches').map(ruleOf));
  const others = [
    ...orderRemarks(view, stock),
    ...protectionRemarks(policy, stock),
    ...retentionRemarks(view, stock, context),
    ...untaggedRemarks(view, stock, context),
    ...archiveRemarks(view, stock, archivePaysFrom(context.region ?? usualRegion)),
    ...coverageRemarks(view, stock),
  ];
  return [...tags, ...others.filter((one) => !dead.has(ruleOf(one)))].sort((one, other) => ruleOf(one) - ruleOf(other));
}

/** The index of the rule that a remark is about; of what is about the whole, one behind them all. */
export function ruleOf({ path }: Remark): number {
  const [, index] = String(path).split('.');
  return index === undefined ? Number.MAX_SAFE_INTEGER : Number(index);
}

/** The same against the images of the repository at `now` (milliseconds since the epoch). */
export function lintWithImages(
  policy: LifecyclePolicy,
  images: readonly Image[],
  now: number,
  context: Omit<LintContext, 'images' | 'now'> = {},
): readonly Remark[] {
  return lint(policy, { ...context, images, now });
}
