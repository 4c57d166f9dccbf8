// Shapes that several of the registry's operations share, from the API model (botocore 1.43.11).
// It must not know what the operations do.

/** A pattern as the model writes it, which is also how ECR's message does. Only for patterns that match in linear time. */
export function modelPattern(text: string): { readonly pattern: RegExp; readonly patternText: string } {
  return { pattern: new RegExp(`^(?:${text})$`), patternText: text };
}

export const registryId = { kind: 'string', ...modelPattern('[0-9]{12}') } as const;

/** One pattern for the prefixes of pull-through cache rules and of templates; their lengths differ. */
export const prefixPattern = modelPattern(
  '^([a-z0-9]+((\\.|_|__|-+)[a-z0-9]+)*(\\/[a-z0-9]+((\\.|_|__|-+)[a-z0-9]+)*)*\\/?|ROOT)$',
);

export const customRoleArn = { kind: 'string', max: 2048 } as const;

export const paging = { nextToken: { kind: 'string' }, maxResults: { kind: 'integer' } } as const;

/** `maxResults` of all of them. */
export const pages = { max: 1000, default: 100 } as const;

export const nothing = { kind: 'structure', members: {} } as const;
