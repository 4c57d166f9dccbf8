// The vocabulary of policies: the actions of ECR, the operators and keys of conditions, and how each is spelt.
// It must not know statements or documents.
import { actionRows } from './gen/actions.js';
import type { RegistryVerb } from './model.js';

const actionsOfEcr = Object.entries(actionRows).filter(([name]) => name.startsWith('ecr:'));

/** Every action that a repository policy can speak of, with its prefix, sorted. */
export const actionsOnRepositories: readonly string[] = actionsOfEcr
  .filter(([, { resources }]) => resources.length > 0)
  .map(([name]) => name);
/** These have no resource but `*`: a repository policy cannot grant them. */
export const actionsOnRegistries: readonly string[] = actionsOfEcr
  .filter(([, { resources }]) => resources.length === 0)
  .map(([name]) => name);
const allActions = [...actionsOnRepositories, ...actionsOnRegistries].sort();
const spelling = new Map(allActions.map((action) => [action.toLowerCase(), action]));

/** What pulling an image needs (user guide, "Private repository policy examples"). */
export const pullActions: readonly string[] = [
  'ecr:BatchCheckLayerAvailability',
  'ecr:BatchGetImage',
  'ecr:GetDownloadUrlForLayer',
];
/** What Lambda needs to fetch an image, no more (Lambda developer guide, "Amazon ECR permissions"). */
export const lambdaPullActions: readonly string[] = ['ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'];
/** What pushing needs (user guide, "Required IAM permissions for pushing an image"). Never deletion. */
export const pushActions: readonly string[] = [
  'ecr:BatchCheckLayerAvailability',
  'ecr:BatchGetImage',
  'ecr:CompleteLayerUpload',
  'ecr:InitiateLayerUpload',
  'ecr:PutImage',
  'ecr:UploadLayerPart',
];

/**
 * Looking at a repository and its images without pulling any: what AWS's AmazonEC2ContainerRegistryReadOnly has beside
 * pulling and the token (user guide, "AWS managed policies for Amazon ECR"), and the states of replication and signing.
 */
export const readActions: readonly string[] = [
  'ecr:DescribeImageReplicationStatus',
  'ecr:DescribeImageScanFindings',
  'ecr:DescribeImageSigningStatus',
  'ecr:DescribeImages',
  'ecr:DescribeRepositories',
  'ecr:GetLifecyclePolicy',
  'ecr:GetLifecyclePolicyPreview',
  'ecr:GetRepositoryPolicy',
  'ecr:ListImages',
  'ecr:ListTagsForResource',
];
/**
 * Looking after images: `read`, and deleting, archiving, restoring and scanning images, and previewing what would expire.
 * Not what the manifest declares: whoever may set the policy may grant anything to anyone, tags say whose the repository
 * is, mutability is what keeps a released tag from being moved, and lifecycle rules delete by themselves. A statement of
 * one's own grants these where somebody really needs them.
 */
export const manageActions: readonly string[] = [
  ...readActions,
  'ecr:BatchDeleteImage',
  'ecr:StartImageScan',
  'ecr:StartLifecyclePolicyPreview',
  'ecr:UpdateImageStorageClass',
].sort();

/** Copying images in from another registry (user guide, "Private registry policy examples": the repositories are made, too). */
const replicateActions: readonly string[] = ['ecr:CreateRepository', 'ecr:ReplicateImage'];
/** The first pull through a cache (user guide, "IAM permissions required to sync an upstream registry"). */
const pullThroughActions: readonly string[] = ['ecr:BatchImportUpstreamImage', 'ecr:CreateRepository'];

export const verbActions: Readonly<Record<RegistryVerb, readonly string[]>> = {
  pull: pullActions,
  push: pushActions,
  read: readActions,
  manage: manageActions,
  replicate: replicateActions,
  pullThrough: pullThroughActions,
};

/** All that the policy of a registry decides on under scope V1 (user guide, "Private registry permissions in Amazon ECR"). */
export const actionsOfScopeV1: readonly string[] = [
  'ecr:BatchImportUpstreamImage',
  'ecr:CreateRepository',
  'ecr:ReplicateImage',
];

/**
 * IAM compares actions without regard to case. Known actions get their own spelling, the fixed start of a wildcard that of
 * the first action it fits, everything else small letters.
 */
export function canonicalAction(action: string): string {
  const lower = action.toLowerCase();
  const known = spelling.get(lower);
  if (known !== undefined) return known;
  const start = lower.split(/[*?]/, 1)[0] ?? '';
  const like = start.length < lower.length ? allActions.find((one) => one.toLowerCase().startsWith(start)) : undefined;
  return like === undefined ? lower : like.slice(0, start.length) + lower.slice(start.length);
}

/** The actions among `universe` that a pattern such as `ecr:Batch*` names. `?` stands for one character. */
export function actionsLike(pattern: string, universe: readonly string[]): readonly string[] {
  if (pattern === '*') return universe;
  const source = pattern
    .split('')
    .map((character) =>
      character === '*' ? '.*' : character === '?' ? '.' : character.replace(/[\\^$.|+()[\]{}]/g, '\\$&'),
    )
    .join('')
    .replace(/(\.\*)+/g, '.*');
  const expression = new RegExp(`^${source}$`, 'i');
  return universe.filter((action) => expression.test(action));
}

// IAM user guide, "IAM JSON policy elements: Condition operators".
export const operators: readonly string[] = [
  'StringEquals',
  'StringNotEquals',
  'StringEqualsIgnoreCase',
  'StringNotEqualsIgnoreCase',
  'StringLike',
  'StringNotLike',
  'NumericEquals',
  'NumericNotEquals',
  'NumericLessThan',
  'NumericLessThanEquals',
  'NumericGreaterThan',
  'NumericGreaterThanEquals',
  'DateEquals',
  'DateNotEquals',
  'DateLessThan',
  'DateLessThanEquals',
  'DateGreaterThan',
  'DateGreaterThanEquals',
  'Bool',
  'BinaryEquals',
  'IpAddress',
  'NotIpAddress',
  'ArnEquals',
  'ArnLike',
  'ArnNotEquals',
  'ArnNotLike',
  'Null',
];
const operatorSpelling = new Map(operators.map((name) => [name.toLowerCase(), name]));
const quantifiers = new Map([
  ['forallvalues', 'ForAllValues'],
  ['foranyvalue', 'ForAnyValue'],
]);

export interface Operator {
  readonly quantifier: string | undefined;
  readonly base: string;
  readonly ifExists: boolean;
}

/** Takes an operator apart; `undefined` where IAM knows no such operator. */
export function parseOperator(text: string): Operator | undefined {
  const parts = text.toLowerCase().split(':');
  const name = parts.at(-1) ?? '';
  const quantifier = parts.length === 2 ? quantifiers.get(parts[0] ?? '') : undefined;
  if (parts.length > 2 || (parts.length === 2 && quantifier === undefined)) return undefined;
  const ifExists = name.endsWith('ifexists');
  const base = operatorSpelling.get(ifExists ? name.slice(0, -'ifexists'.length) : name);
  // Null has no IfExists: it asks for existence itself.
  if (base === undefined || (base === 'Null' && ifExists)) return undefined;
  return { quantifier, base, ifExists };
}

export function canonicalOperator(text: string): string {
  const operator = parseOperator(text);
  if (operator === undefined) return text;
  return `${operator.quantifier === undefined ? '' : `${operator.quantifier}:`}${operator.base}${operator.ifExists ? 'IfExists' : ''}`;
}

// IAM user guide, "AWS global condition context keys", and the keys of ECR.
const keys = [
  'aws:CalledVia',
  'aws:CalledViaFirst',
  'aws:CalledViaLast',
  'aws:CurrentTime',
  'aws:EpochTime',
  'aws:FederatedProvider',
  'aws:MultiFactorAuthAge',
  'aws:MultiFactorAuthPresent',
  'aws:PrincipalAccount',
  'aws:PrincipalArn',
  'aws:PrincipalIsAWSService',
  'aws:PrincipalOrgID',
  'aws:PrincipalOrgPaths',
  'aws:PrincipalServiceName',
  'aws:PrincipalServiceNamesList',
  'aws:PrincipalType',
  'aws:RequestedRegion',
  'aws:ResourceAccount',
  'aws:ResourceOrgID',
  'aws:ResourceOrgPaths',
  'aws:SecureTransport',
  'aws:SourceAccount',
  'aws:SourceArn',
  'aws:SourceIp',
  'aws:SourceOrgID',
  'aws:SourceOrgPaths',
  'aws:SourceVpc',
  'aws:SourceVpce',
  'aws:TagKeys',
  'aws:TokenIssueTime',
  'aws:UserAgent',
  'aws:userid',
  'aws:username',
  'aws:ViaAWSService',
  'aws:VpcSourceIp',
  'aws:VpceAccount',
  'aws:VpceOrgID',
  'aws:VpceOrgPaths',
  'ecr:AccountSetting',
];
const keySpelling = new Map(keys.map((key) => [key.toLowerCase(), key]));
/** What follows the slash is the name of a tag and keeps its case. */
const tagKeys = new Map(
  ['aws:PrincipalTag', 'aws:RequestTag', 'aws:ResourceTag', 'ecr:ResourceTag'].map((key) => [key.toLowerCase(), key]),
);

/** IAM compares condition keys without regard to case. */
export function canonicalKey(key: string): string {
  const slash = key.indexOf('/');
  if (slash >= 0) {
    const start = key.slice(0, slash).toLowerCase();
    return `${tagKeys.get(start) ?? start}${key.slice(slash)}`;
  }
  const lower = key.toLowerCase();
  return keySpelling.get(lower) ?? lower;
}
