// The numbers ECR sets for lifecycle policies (user guide, "Lifecycle policy parameters"; API model of PutLifecyclePolicy).
// It must not know what is done when one is exceeded.

/** Rules in one policy. */
export const maxRules = 50;
/** Characters of a policy's text. */
export const minText = 100;
export const maxText = 30_720;
/** `*` in one entry of tagPatternList. */
export const maxWildcards = 4;
/** "You cannot configure lifecycle policies that delete images that have been in archive for less than 90 days." */
export const minArchiveDays = 90;
/** Larger numbers do not fit the integers ECR maps the text to. */
export const maxNumber = 2_147_483_647;

/** Images in a repository, archived ones included, by the service's quota (ECR service quotas). It can be raised. */
export const imagesQuota = 100_000;

export function wildcards(pattern: string): number {
  return pattern.split('*').length - 1;
}
