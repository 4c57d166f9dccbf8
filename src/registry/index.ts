// The room's door.
// Behind it: the two models of a registry, compilation to the desired one, and what counts as equal and as ours.
export { check, checkRules, compile } from './compile.js';
export { type Granted, grantedTo, jobText } from './consumer.js';
export { assertDesired, type Desired, desire } from './desired.js';
export type {
  DesiredRegistry,
  DesiredRegistryPolicy,
  DesiredRepository,
  Encryption,
  MutabilityMode,
  ObservedRegistry,
  ObservedRepository,
  Owner,
  Reading,
  TagMutability,
  Tags,
} from './model.js';
export {
  byText,
  canonicalEncryption,
  canonicalMutability,
  canonicalTags,
  compareEncryption,
  hasTags,
  sameMutability,
} from './normalise.js';
export { environmentTag, type Ownership, ownershipOf, ownershipTags, projectTag, stackNamedIn } from './ownership.js';
export { matches, type Selectable } from './pattern.js';
export { type Place, partitionOf, repositoryArn, repositoryOfArn, stackOfArn } from './place.js';
export {
  divideRules,
  mergeRules,
  type ReplicationRule,
  type RuleOwner,
  regionsByFilter,
  replicationRulesOf,
  ruleInWords,
  rulesProblem,
  sameRules,
} from './replication.js';
