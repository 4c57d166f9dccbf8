// What members of IAM's inputs may hold (API reference; the model of botocore).
// It must not know operations.

const wordRefusal = 'It must contain only alphanumeric characters and/or the following: +=,.@_-';

function nameShape<const Max extends number>(max: Max) {
  return { kind: 'string', min: 1, max, pattern: /^[\w+=,.@-]+$/, says: wordRefusal } as const;
}

export const newRoleName = nameShape(64);
export const roleName = nameShape(64);
export const newUserName = nameShape(64);
export const userName = nameShape(128);
export const groupName = nameShape(128);
export const policyName = nameShape(128);
export const instanceProfileName = nameShape(128);

const pathRefusal = 'It must begin and end with / and contain only alphanumeric characters and/or / characters.';

export const path = { kind: 'string', min: 1, max: 512, pattern: /^\/([!-~]+\/)?$/, says: pathRefusal } as const;
export const pathPrefix = { kind: 'string', min: 1, max: 512, pattern: /^\/[!-~]*$/, says: pathRefusal } as const;
export const arn = { kind: 'string', min: 20, max: 2048 } as const;
export const policyDocument = { kind: 'string', min: 1, max: 131_072 } as const;
export const description = {
  kind: 'string',
  max: 1000,
  pattern: /^[\t\n\r -~¡-ÿ]*$/,
  patternText: '[\\u0009\\u000A\\u000D\\u0020-\\u007E\\u00A1-\\u00FF]*',
} as const;
export const maxSessionDuration = { kind: 'integer', min: 3600, max: 43_200 } as const;
export const versionId = { kind: 'string', pattern: /^v[1-9][0-9]*(\.[A-Za-z0-9-]*)?$/ } as const;
export const accessKeyId = { kind: 'string', min: 16, max: 128, pattern: /^\w+$/ } as const;

const tagKey = { kind: 'string', min: 1, max: 128, pattern: /^[\p{L}\p{Z}\p{N}_.:/=+\-@]+$/u } as const;
const tagValue = { kind: 'string', max: 256, pattern: /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u } as const;

export const tags = {
  kind: 'list',
  max: 50,
  of: { kind: 'structure', members: { Key: tagKey, Value: tagValue }, required: ['Key', 'Value'] },
} as const;
export const tagKeys = { kind: 'list', max: 50, of: tagKey } as const;

/** Of operations that list. */
export const paging = {
  Marker: { kind: 'string', min: 1, max: 8192 },
  MaxItems: { kind: 'integer', min: 1, max: 1000 },
} as const;
