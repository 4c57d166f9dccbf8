// What no page of AWS's says about lifecycle policies, each point one switch, with the reading that Slipway takes.
// It must not know how a policy is evaluated. docs/lifecycle-evaluation.md tells of each switch; a test holds the two together.

/** One switch for each corner that ECR's documentation leaves open. The first value of each is the default. */
export interface Corners {
  /** Of images of one push time, which counts as the newer: the one whose digest is lower, or higher. */
  readonly ties: 'lower-digest-newer' | 'higher-digest-newer';
  /**
   * What `sinceImagePushed` measures of an image that came back from the archive. Its place in a count goes by the restoration
   * either way: the user guide says so.
   */
  readonly restoredAge: 'restoration' | 'push';
  /**
   * Whether a rule of the standard class sees archived images. `identified`: they take places in its count and are shielded from later
   * rules, though it never acts on them. The guide's "will only select images of this storage class" speaks for `apart`.
   */
  readonly archivedImages: 'apart' | 'identified';
  /**
   * Whether images that a list refers to take places in a count. `unranked`: a rule by count identifies them, but neither counts them nor
   * acts on them. CloudTrail's sample of a run, in which a child was selected and failed, speaks for `ranked`.
   */
  readonly children: 'ranked' | 'unranked';
  /** The same of referrers. aws/containers-roadmap#2613 complains that they count, so they do. */
  readonly referrers: 'ranked' | 'unranked';
  /**
   * Whether an outcome says of a referrer that it goes with its subject. ECR does it within 24 hours (user guide), on its own and not by
   * a rule; `wait` tells what the rules alone do, as a preview of ECR's does.
   */
  readonly referrersOfTheGone: 'follow' | 'wait';
  /** Whether what an archived list refers to is held by it still. ECR lets it go once the list is gone: an archived one is there. */
  readonly archivedLists: 'hold' | 'release';
  /** Whether `V*` matches `v1`. */
  readonly patternCase: 'sensitive' | 'insensitive';
  /** Whether a preview of ECR's tells of images that a rule would act on, but a list that stays holds. */
  readonly heldInPreview: 'left-out' | 'shown';
}

export const defaultCorners: Corners = {
  ties: 'lower-digest-newer',
  restoredAge: 'restoration',
  archivedImages: 'apart',
  children: 'ranked',
  referrers: 'ranked',
  referrersOfTheGone: 'follow',
  archivedLists: 'hold',
  patternCase: 'sensitive',
  heldInPreview: 'left-out',
};

/** All that is left out is as by default. */
export function cornersOf(given: Partial<Corners> = {}): Corners {
  return { ...defaultCorners, ...given };
}
