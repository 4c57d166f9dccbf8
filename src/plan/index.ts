// The room's door.
// Behind it: plan, drift, consent, apply with its lock, saved plans and outputs, and the ports they need.
export { readAuthorizationDetails } from './access/details.js';
export { type Doubt, type Preflight, preflight } from './access/preflight.js';
export { type AccessGap, type AccessReport, type AccessRepository, decideAccess } from './access/report.js';
export type { AccessSources } from './access/subjects.js';
export { type AccessOptions, planned, surveyAccess } from './access/survey.js';
export { type ApplyOptions, apply } from './apply.js';
export { bytes } from './assess.js';
export {
  consent,
  isRefusal,
  type MissingConsent,
  requireConsent,
  requireHazards,
  unusedConsent,
} from './consent.js';
export {
  type CostGroup,
  type CostOptions,
  type CostReport,
  cost,
  costByTag,
  costOf,
  type RepositoryCost,
  type Stored,
} from './cost.js';
export { type DriftOptions, drift, driftOf } from './drift.js';
export { exposedIn } from './exposed.js';
export { verifyFresh } from './fresh.js';
export { acquireLock, breakLock, type HeldLock, type LockInfo, type LockOptions, lockName } from './lock.js';
export type {
  ApplyEvent,
  ApplyOutcome,
  Aspect,
  Change,
  Hazard,
  HazardKind,
  ImageInBrief,
  Kept,
  LifecycleEffect,
  PieceChange,
  Plan,
  PlanPurpose,
  PlanSummary,
  RegistryPlan,
  RepositoryAction,
  RepositoryPlan,
  Step,
  StepKind,
  Unknown,
  UsageKnown,
  UsedImage,
} from './model.js';
export { hazardKinds, planVersion } from './model.js';
export { type ObserveScope, observe } from './observe.js';
export { type CompanionOutputs, companionOutputs, outputs, type RepositoryOutput, type RoleOutput } from './outputs.js';
export { type PermissionLevel, permissionLevels, permissionsFor } from './permissions.js';
export { type Place, placeAt, samePlace } from './place.js';
export { type PlanOptions, type PortsFor, plan, planRegistries, requireAccount } from './plan.js';
export {
  AwsFault,
  type ChangeSet,
  type Clock,
  type EcrPort,
  type FaultKind,
  type IamPort,
  type IamPrincipal,
  type IdentityPort,
  type Layer,
  type NewChangeSet,
  type NewRepository,
  type OidcProviderPort,
  type OrganizationLevel,
  type OrganizationPort,
  type ParameterPort,
  type PolicyReading,
  type PreviewedImage,
  type PreviewPage,
  type RegistryPorts,
  type RepositoryDescription,
  type ResourceDrift,
  type StackDescription,
  type StackEffect,
  type StackEvent,
  type StackPort,
  type TaggingPort,
} from './ports.js';
export { type Preview, type PreviewOptions, preview, type RepositoryPreview } from './preview.js';
export { remarksIn } from './remarked.js';
export { readPlan, type SavedPlan, savePlan } from './saved.js';
export type { PropertyChange, Referenced, ResourcePlan, StackAction, StackPlan } from './stacks/model.js';
export { requireFreeNames, takenNames } from './stacks/names.js';
export { readStackStatus } from './stacks/observe.js';
export { hasWork, isStackWork, isWork, stepsOf } from './steps.js';
export { surveyRepositories } from './survey.js';
export { unreadIn } from './unread.js';
export {
  type ImageName,
  type ImageReference,
  type ImageUse,
  type InUse,
  matchUses,
  type ProtectionAction,
  type ProtectionEvent,
  type ProtectionPlan,
  type ProtectionRefusal,
  type ProtectionStep,
  planProtection,
  protect,
  type ReferenceContext,
  type RegistryPlace,
  type RepositoryImages,
  type RepositoryUsage,
  readReference,
  readUsage,
  shownImage,
  surveyUsage,
  type UnknownReading,
  type UsageReading,
  type UsageSource,
} from './usage/index.js';
export type {
  Cause,
  ImageVerdict,
  PredictedRegistry,
  PredictedRepository,
  Prediction,
  RepositoryVerification,
  Verdict,
  VerdictCounts,
  Verification,
} from './verify/model.js';
export { readPrediction, type SavedPrediction, savePrediction } from './verify/prediction.js';
export {
  type PredictOptions,
  predict,
  predictionOf,
  type Recording,
  type Unrecorded,
  type VerifyOptions,
  verify,
  verifyImages,
} from './verify/verify.js';
