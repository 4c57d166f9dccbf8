// ECR lifecycle policies as ECR itself writes them (user guide, "Lifecycle policy parameters").
// It must not know repositories, AWS clients, clocks or the manifest's text.

export type CountType = 'imageCountMoreThan' | 'sinceImagePushed' | 'sinceImagePulled' | 'sinceImageTransitioned';

export interface LifecycleSelection {
  readonly tagStatus: 'tagged' | 'untagged' | 'any';
  /** An image must match every entry (AND). `*` stands for any run of characters; at most four in an entry. */
  readonly tagPatternList?: readonly string[];
  /** An image must match every entry (AND). */
  readonly tagPrefixList?: readonly string[];
  /** ECR takes `standard` where it is left out. */
  readonly storageClass?: 'standard' | 'archive';
  readonly countType: CountType;
  /** Required with every count type but `imageCountMoreThan`, refused with it. */
  readonly countUnit?: 'days';
  readonly countNumber: number;
}

export interface LifecycleRule {
  readonly rulePriority: number;
  readonly description?: string;
  readonly selection: LifecycleSelection;
  readonly action:
    | { readonly type: 'expire' }
    | { readonly type: 'transition'; readonly targetStorageClass: 'archive' };
}

/** A whole policy; `rules` in ascending priority once canonical. */
export interface LifecyclePolicy {
  readonly rules: readonly LifecycleRule[];
}

/**
 * Images to keep longer than the rest: exactly one of `tags` and `allOf`, exactly one of `last`, `forDays` and `forever`.
 */
export interface Keep {
  /** Patterns any one of which is enough; each becomes a rule, and counts all its matches. */
  readonly tags?: readonly string[];
  /** Patterns an image must match all at once; together they become one rule. */
  readonly allOf?: readonly string[];
  /** How many images stay, the newest by push. */
  readonly last?: number;
  /** Days since the push. */
  readonly forDays?: number;
  readonly forever?: true;
}

/** What becomes of tagged images that no keep governs: exactly one of the first three says when they go to archive. */
export interface Archive {
  /** Days since the last pull; since the push, where there was none. */
  readonly notPulledForDays?: number;
  /** Days since the push. */
  readonly olderThanDays?: number;
  /** How many tagged images stay out of it, the newest by push. */
  readonly beyondLast?: number;
  /** Days in archive after which an image goes, at least 90; without it, none goes from there. */
  readonly expireAfterDays?: number;
}

/** What the manifest says, before it is compiled to rules. `null` turns a part off. */
export interface LifecycleIntent {
  readonly expireUntaggedAfterDays?: number | null;
  /** Counts tagged images only. */
  readonly maxImageCount?: number | null;
  /** `forever` comes before all others; among those, the first entry that matches an image governs it. */
  readonly keep?: readonly Keep[] | null;
  /** Takes the place of `maxImageCount`: ECR lets one rule act on an image. */
  readonly archive?: Archive | null;
  /** Whether images that carry a tag of `slipway protect` are out of every rule's reach. */
  readonly protectInUse?: boolean | null;
}

/** An image as DescribeImages tells of it; times in milliseconds since the epoch. */
export interface Image {
  readonly digest: string;
  readonly tags: readonly string[];
  readonly pushedAt: number;
  readonly sizeInBytes?: number;
  readonly storageClass?: 'standard' | 'archive';
  /** On its way back from the archive: in neither class yet, and selected by no rule (?). */
  readonly activating?: true;
  readonly lastPulledAt?: number;
  readonly lastArchivedAt?: number;
  readonly lastActivatedAt?: number;
  /** Digests of the children, where the image is a manifest list or index and they are known. */
  readonly children?: readonly string[];
  /** The digest that the manifest's `subject` names: the image is a referrer (a signature, an SBOM) of that one. */
  readonly subject?: string;
  /** The manifest's media type, as DescribeImages gives it (`imageManifestMediaType`). */
  readonly mediaType?: string;
  /** What kind of artifact it is, as DescribeImages gives it (`artifactMediaType`). */
  readonly artifactMediaType?: string;
}

/** A rule as a person typed it: every member has its type, but they may not fit together. `checkRules` tells. */
export interface RawRule {
  readonly rulePriority: number;
  readonly description?: string;
  readonly selection: LifecycleSelection;
  readonly action: { readonly type: 'expire' | 'transition'; readonly targetStorageClass?: 'archive' };
}
