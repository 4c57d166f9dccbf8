// What members of STS's inputs may hold (API reference; the model of botocore).
// It must not know operations.
import { arn, tags } from '../iam/shapes.js';

export { arn };

export const sessionName = {
  kind: 'string',
  min: 2,
  max: 64,
  pattern: /^[\w+=,.@-]*$/,
  patternText: '[\\w+=,.@-]*',
} as const;
export const federatedName = { ...sessionName, max: 32 } as const;
export const externalId = {
  kind: 'string',
  min: 2,
  max: 1224,
  pattern: /^[\w+=,.@:/-]*$/,
  patternText: '[\\w+=,.@:\\/-]*',
} as const;
export const policy = { kind: 'string', min: 1 } as const;
export const policyArns = {
  kind: 'list',
  max: 10,
  of: { kind: 'structure', members: { arn }, required: ['arn'] },
} as const;
export const sessionTags = tags;
export const tagKeyList = { kind: 'list', max: 50, of: { kind: 'string', min: 1, max: 128 } } as const;
export const roleDuration = { kind: 'integer', min: 900, max: 43_200 } as const;
export const longDuration = { kind: 'integer', min: 900, max: 129_600 } as const;
export const webToken = { kind: 'string', min: 4, max: 20_000 } as const;
