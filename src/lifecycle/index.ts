// The room's door.
// Behind it: intent to rules and back, ECR's own validation, one text for each meaning, comparison, evaluation, the linter.
export { canonicalLifecycle, canonicalLifecycleText, lifecycleText, parseLifecycle } from './canonical.js';
export { checkIntent, checkRules } from './check.js';
export { compileLifecycle, compileRules } from './compile.js';
export { type Corners, defaultCorners } from './corners.js';
export {
  archivePaysFrom,
  earlyLeaveCost,
  type MonthlyCost,
  monthlyCost,
  retrievalCost,
  type Savings,
  type StoredBytes,
  type StoredImage,
  saves,
  storedBytes,
} from './cost.js';
export { readDescribedImages } from './describe-images.js';
export { diffLifecycle, type RuleChange } from './diff.js';
export { evaluate, type ImageOutcome, inPreview, type LifecycleSummary, summarise, type Why } from './evaluate.js';
export {
  type FamilyForecast,
  type Forecast,
  type ForecastDay,
  type ForecastOptions,
  forecast,
  type ImageFate,
} from './forecast.js';
export { actionsInTheEnd } from './in-the-end.js';
export { imagesQuota } from './limits.js';
export { adviseRetention, type RetentionAdvice, type RetentionQuestion, type Stage } from './lint/advice.js';
export { adviseForImages } from './lint/advice-for.js';
export { lintIntent } from './lint/intent.js';
export { lint, lintWithImages } from './lint/lint.js';
export type { LintContext, Remark } from './lint/model.js';
export { type LintedPolicy, type LocatedRemark, lintText } from './lint/text.js';
export {
  type Ahead,
  addDays,
  type LaterResult,
  lookAhead,
  type Prospect,
  type PushRate,
  previewLater,
  type Until,
} from './look-ahead.js';
export type {
  Archive,
  CountType,
  Image,
  Keep,
  LifecycleIntent,
  LifecyclePolicy,
  LifecycleRule,
  LifecycleSelection,
  RawRule,
} from './model.js';
export { type FamilyPace, type Pace, paceOf } from './pace.js';
export { readPolicyText } from './policy-text.js';
export { type ImagesPreview, type PreviewResult, type PreviewSummary, previewImages, previewOf } from './preview.js';
export { bytesInGB, minimumArchiveDays, type Prices, pricedRegions, pricesOf } from './prices.js';
export { endangers, isProtectiveTag, neverActs, protectivePattern, protectiveTag, protects } from './protection.js';
export { obstacles, readIntent } from './read-intent.js';
export { reasonOf, shortDigest } from './reason.js';
export { isManifestList, sized } from './sized.js';
export { parseTime } from './time.js';
export { type LifecycleValidation, readPolicy, validateLifecyclePolicyText } from './validate.js';
