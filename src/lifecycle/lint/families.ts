// Tags by kind, as widely as one rule can pick them: commit ids, versions, dates, numbers, and what shares a beginning.
// Which are of one series, and which move, ../families.js tells. It must not know rules or images.

/** A kind of tag. Two tags of one family have the same `key`. */
export interface Family {
  readonly key: string;
  /** `word`: a name that moves or stays, such as `latest`; it never becomes many. */
  readonly kind: 'commit' | 'version' | 'date' | 'number' | 'prefix' | 'digest' | 'word';
  /** In words, for the plural: `commit ids`, `versions v*`. */
  readonly name: string;
  /** The narrowest pattern that picks the whole family, or `*` where none picks it alone. */
  readonly pattern: string;
}

/** Seven hex digits or more with a digit and a letter among them: `deadbee` could be a word, `1234567` a build number. */
const commit = /^(?=.*\d)(?=.*[a-f])[0-9a-f]{7,40}$/i;
const version = /^v?\d+\.\d+(\.\d+)*([-_.+][0-9A-Za-z._-]*)?$/;
const date = /^20\d\d[-_.]?(0[1-9]|1[0-2])[-_.]?([0-2]\d|3[01])([-_.T]?\d{1,6}([-_.]?\d{2})*Z?)?$/;
/** What cosign and others name by digest: `sha256-….sig`. */
const digest = /^sha256-[0-9a-f]{64}(\.[a-z]+)?$/;
const split = /^([A-Za-z][A-Za-z0-9]*[-_./])(.+)$/;

const families = {
  commit: { key: 'commit', kind: 'commit', name: 'commit ids', pattern: '*' },
  number: { key: 'number', kind: 'number', name: 'numbers', pattern: '*' },
  date: { key: 'date', kind: 'date', name: 'dates', pattern: '20*' },
  digest: { key: 'digest', kind: 'digest', name: 'signatures and attestations', pattern: 'sha256-*' },
} as const satisfies Readonly<Record<string, Family>>;

export function familyOf(tag: string): Family {
  if (digest.test(tag)) return families.digest;
  if (date.test(tag)) return families.date;
  if (version.test(tag)) {
    const v = tag.startsWith('v') ? 'v' : '';
    return { key: `version ${v}`, kind: 'version', name: `versions like ${v}1.2.3`, pattern: v === '' ? '*.*' : 'v*' };
  }
  if (commit.test(tag)) return families.commit;
  if (/^\d+$/.test(tag)) return families.number;
  const prefix = split.exec(tag)?.[1];
  if (prefix !== undefined)
    return { key: `prefix ${prefix}`, kind: 'prefix', name: `${prefix}*`, pattern: `${prefix}*` };
  return { key: `word ${tag}`, kind: 'word', name: tag, pattern: tag };
}

/** The first part of what follows a prefix, the branch or pull request in `feature-login-3f9ab21`. */
export function branchOf(tag: string, prefix: string): string {
  const rest = tag.slice(prefix.length);
  const parts = rest.split(/[-_.]/);
  // What only tells builds of one branch apart is no part of its name.
  while (parts.length > 1 && /^(\d+|[0-9a-f]{7,40})$/.test(String(parts.at(-1)))) parts.pop();
  return parts.join('-');
}

/** What images with such tags are for, as far as the words tell: ECR knows nothing of it, people mean it. */
export type Purpose = 'release' | 'passing' | 'unknown';

const passing =
  /^(feature|feat|branch|pr|mr|pull|merge|bugfix|fix|hotfix|dependabot|renovate|preview|review|dev|develop|test|tmp|temp|ci|build|snapshot|nightly|cache|buildcache|wip|draft|sandbox)([-_./*0-9]|$)/i;
const release =
  /^(v?\*|v?\d|v[-_.]?\*|v$|(prod|production|release|rel|stable|live|main|master|staging|stage)([-_./*0-9]|$))/i;
const branches =
  /^(feature|feat|branch|pr|mr|pull|bugfix|fix|hotfix|dependabot|renovate|preview|review|wip|user|users)([-_./]|\*|$)/i;

export function purposeOf(pattern: string): Purpose {
  if (passing.test(pattern)) return 'passing';
  return release.test(pattern) ? 'release' : 'unknown';
}

/** Whether a pattern speaks of branches or pull requests, of which there are many at once. */
export function namesBranches(pattern: string): boolean {
  return branches.test(pattern) && pattern.endsWith('*');
}
