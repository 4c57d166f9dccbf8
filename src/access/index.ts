// The room's door.
// Behind it: grants to statements, ECR's validation of policies, one form for each meaning, merging and comparison.
export { type AccessChange, accessChange } from './change.js';
export { type AccessContext, checkAccess, checkPush, compileAccess } from './compile.js';
export { diffStatements, type StatementChange } from './diff.js';
export { maxPolicyText, type PolicyValidation, parsePolicy, validatePolicyText } from './document.js';
export { type Exposure, exposuresOf } from './exposure.js';
export {
  documentOf,
  foreignStatements,
  mergeStatements,
  ownStatements,
  policySizeProblem,
  policyText,
} from './merge.js';
export type { AccessIntent, PolicyDocument, Principal, PrincipalElement, Statement } from './model.js';
export { type CanonicalContext, canonicalStatement, sameStatement } from './normalise.js';
export { checkGrantee, type GranteeShape, principalOf } from './principals.js';
export { isOwnStatement, isSlipwayRuntimeSid, isSlipwaySid, ownSid, type StatementOwner } from './sid.js';
