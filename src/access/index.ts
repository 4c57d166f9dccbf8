// The room's door.
// Behind it: grants to statements, ECR's validation of policies, one form for each meaning, merging and comparison, and who may do what.
export { type AccessChange, accessChange, type ChangeContext } from './change.js';
export { breadthOf, checkCiPrincipal, ciText } from './ci.js';
export { checkAccess, checkVerb, compileAccess } from './compile.js';
export { diffStatements, type StatementChange } from './diff.js';
export { maxPolicyText, type PolicyValidation, parsePolicy, validatePolicyText } from './document.js';
export { accountOf, evaluateAccess } from './evaluate/evaluate.js';
export { type WhoCanRow, whoCan } from './evaluate/matrix.js';
export type {
  AccessAnswer,
  AccessReason,
  AccessRequest,
  AccessStep,
  AtBest,
  Need,
  PolicyKind,
  Requester,
  Requirement,
  StatementPlace,
  Unread,
} from './evaluate/model.js';
export {
  type AccessPolicies,
  type CompiledPolicy,
  compilePolicy,
  type RequesterPolicies,
  type ResourcePolicies,
  unreadablePolicy,
} from './evaluate/policy.js';
export { needWords } from './evaluate/requirements.js';
export { placeWords, requesterWords } from './evaluate/sentences.js';
export {
  type ActionAnswer,
  type Circumstances,
  canDelete,
  canPull,
  canPush,
  type PrincipalSubject,
  type RepositorySubject,
  type Verb,
  type VerbAnswer,
} from './evaluate/verbs.js';
export { type Exposure, exposuresOf } from './exposure.js';
export { type GitHubJobs, type GitLabJobs, grantee } from './grantees.js';
export {
  documentOf,
  foreignStatements,
  mergeStatements,
  ownStatements,
  policySizeProblem,
  policyText,
} from './merge.js';
export type {
  AccessIntent,
  AccessVerb,
  CiAccess,
  CiPrincipal,
  GitHubRef,
  GitLabRef,
  PolicyDocument,
  Principal,
  PrincipalElement,
  RegistryGrant,
  RegistryScope,
  RegistryVerb,
  Statement,
} from './model.js';
export { type CanonicalContext, canonicalStatement, sameStatement } from './normalise.js';
export { ciPolicyOf, type OidcProvider, providerArn, providerOf, subjectsOf, trustPolicyOf } from './oidc.js';
export type { AccessContext } from './parts.js';
export { checkGrantee, type GranteeShape, isCi, principalOf } from './principals.js';
export { checkRegistryVerb, compileRegistryAccess, needsScopeV2, registryVerbs } from './registry.js';
export { type RegistryPolicyState, registryAccessChange } from './registry-change.js';
export { isOwnStatement, isSlipwayRuntimeSid, isSlipwaySid, ownSid, type StatementOwner } from './sid.js';
export { requesterNamed, requestersIn, type WhoContext } from './who.js';
