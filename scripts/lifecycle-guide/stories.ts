// The repositories of docs/guides/lifecycle.md: for each, what its manifest says, and what was pushed to it so far.
// It must not know rules or pictures: those are made of it.

/** What is pushed over and over. */
export interface Stream {
  /** Tags of the n-th push; none for an image without a tag. */
  readonly tags: (push: number) => readonly string[];
  readonly every: number;
  readonly megabytes: number;
  /** Images of its platforms, without tags, that come along. */
  readonly platforms?: number;
  /** The last so many pushes are pulled every day; the others, never since. */
  readonly pulled?: number;
}

export interface Story {
  /** Of the parts of the page. */
  readonly name: string;
  /** The members of `lifecyclePolicy`, as YAML. */
  readonly intent: string;
  readonly streams: readonly Stream[];
  /** Tags that only the newest push of a stream carries, by the stream's place. */
  readonly moving?: Readonly<Record<string, number>>;
  /** Pushes of a stream that run somewhere, and so carry a protective tag. */
  readonly inUse?: { readonly stream: number; readonly push: number };
}

const sha = (push: number): string =>
  (((push + 1) * 2_654_435_761) % 2 ** 32).toString(16).padStart(8, '0').slice(0, 7);

export const stories: readonly Story[] = [
  {
    name: 'releases',
    intent: 'keep:\n  - { tags: ["v*"], forever: true }\nmaxImageCount: 20\nexpireUntaggedAfterDays: 7',
    streams: [
      { tags: (push) => [`v1.${push}.0`], every: 10, megabytes: 180 },
      { tags: (push) => [`main-${sha(push)}`], every: 0.5, megabytes: 180 },
    ],
  },
  {
    name: 'pullRequests',
    intent: 'keep:\n  - { tags: ["pr-*"], forDays: 7 }\nmaxImageCount: 30',
    streams: [
      { tags: (push) => [`pr-${400 + Math.floor(push / 3)}-${sha(push)}`], every: 0.25, megabytes: 150 },
      { tags: (push) => [`main-${sha(push)}`], every: 1, megabytes: 150 },
    ],
  },
  {
    name: 'rollback',
    intent: 'maxImageCount: 70',
    streams: [{ tags: (push) => [sha(push)], every: 0.2, megabytes: 220, pulled: 1 }],
  },
  {
    name: 'branches',
    intent: 'keep:\n  - { tags: ["main-*", "release-*", "hotfix-*"], last: 10 }\nmaxImageCount: 5',
    streams: [
      { tags: (push) => [`main-${push}`], every: 0.5, megabytes: 120 },
      { tags: (push) => [`release-${push}`], every: 7, megabytes: 120 },
      { tags: (push) => [`hotfix-${push}`], every: 14, megabytes: 120 },
      { tags: (push) => [`feature-${push}`], every: 0.5, megabytes: 120 },
    ],
  },
  {
    name: 'development',
    intent: 'expireUntaggedAfterDays: 3\nmaxImageCount: 10',
    streams: [{ tags: () => [], every: 0.25, megabytes: 90 }],
    moving: { latest: 0 },
  },
  {
    name: 'environments',
    intent:
      'keep:\n  - { tags: ["prod-*"], last: 20 }\n  - { tags: ["staging-*"], last: 5 }\n  - { tags: ["dev-*"], forDays: 10 }\nmaxImageCount: 10',
    streams: [
      { tags: (push) => [`prod-${push}`], every: 2, megabytes: 200 },
      { tags: (push) => [`staging-${push}`], every: 1, megabytes: 200 },
      { tags: (push) => [`dev-${push}`], every: 0.5, megabytes: 200 },
    ],
  },
  {
    name: 'platforms',
    intent: 'maxImageCount: 15\nexpireUntaggedAfterDays: 14',
    streams: [{ tags: (push) => [`v2.${push}`], every: 2, megabytes: 140, platforms: 2 }],
  },
  {
    name: 'caches',
    intent: 'keep:\n  - { tags: ["cache-*"], forDays: 14 }\n  - { tags: ["v*"], last: 20 }\nmaxImageCount: null',
    streams: [
      { tags: (push) => [`cache-${sha(push)}`], every: 1, megabytes: 600 },
      { tags: (push) => [`v3.${push}`], every: 3, megabytes: 160 },
    ],
  },
  {
    name: 'archive',
    intent: 'archive: { notPulledForDays: 30, expireAfterDays: 365 }',
    streams: [{ tags: (push) => [`v4.${push}`], every: 2, megabytes: 400, pulled: 4 }],
  },
  {
    name: 'inUse',
    intent: 'protectInUse: true\nmaxImageCount: 10',
    streams: [{ tags: (push) => [`v5.${push}`], every: 1, megabytes: 130, pulled: 1 }],
    inUse: { stream: 0, push: 12 },
  },
];
