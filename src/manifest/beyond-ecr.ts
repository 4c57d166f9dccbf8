// Fields that people reach for and ECR has nothing for, each with the nearest that it can do.
// It must not know where in a manifest they stand.

export interface Wish {
  /** After "ECR cannot". */
  readonly wanted: string;
  /** What to write instead. */
  readonly nearest: string;
}

const exclusion: Wish = {
  wanted: 'exclude tags from a rule',
  nearest: 'give those tags an entry of `keep` before the one for the rest: the first that matches an image governs it',
};
const expression: Wish = {
  wanted: 'match tags by regular expressions',
  nearest: 'write patterns with `*` in `tags`, several where one does not do',
};
const versions: Wish = {
  wanted: 'compare versions',
  nearest: 'write patterns, for instance `v2.*`; `last` counts by the time of the push',
};
const pulls: Wish = {
  wanted: 'expire images by their last pull',
  nearest: '`archive: {notPulledForDays: 90, expireAfterDays: 90}` archives them first; `forDays` counts from the push',
};
const bytes: Wish = {
  wanted: 'count bytes',
  nearest: 'limit the number of images with `last` and `maxImageCount`; `slipway preview` says how many bytes that is',
};
const findings: Wish = {
  wanted: 'expire images by the findings of scans',
  nearest: 'stop their use where they are deployed; a lifecycle policy knows tags, ages and numbers only',
};
const schedule: Wish = {
  wanted: 'be told when to run a policy',
  nearest: 'leave it out: images go within 24 hours of meeting a rule',
};
const both: Wish = {
  wanted: 'keep an image by its age and by its rank at once',
  nearest: 'use one of `last` and `forDays`, the larger in practice',
};
const tagged: Wish = {
  wanted: 'archive some tags with `archive` and leave the others alone',
  nearest: 'give the others an entry of `keep`, since what a keep governs is not archived; or write `rules`',
};

const all = { except: exclusion, exclude: exclusion, excluding: exclusion, unless: exclusion, not: exclusion };
const common = { ...all, regex: expression, regexp: expression, maxSize: bytes, maxBytes: bytes, schedule };

/** By message, then by field. */
const wishes: Readonly<Record<string, Readonly<Record<string, Wish>>>> = {
  LifecyclePolicy: {
    ...common,
    notPulledForDays: pulls,
    expireNotPulledAfterDays: pulls,
    expireUnusedAfterDays: pulls,
    maxSizeInBytes: bytes,
    expireVulnerable: findings,
    severity: findings,
  },
  Keep: {
    ...common,
    notPulledForDays: pulls,
    pulledWithinDays: pulls,
    from: versions,
    to: versions,
    range: versions,
    semver: versions,
    versions,
    atLeast: both,
    minimum: both,
    min: both,
  },
  Archive: { ...all, tags: tagged, allOf: tagged, maxSize: bytes },
};

/** What ECR cannot do that a field asks for. */
export function beyondEcr(message: string, field: string): Wish | undefined {
  const known = wishes[message];
  return known !== undefined && Object.hasOwn(known, field) ? known[field] : undefined;
}
