// Says in one sentence why an image goes or stays: lower case, no full stop, digests short.
// It must not decide anything: all of it is in the outcome.
import { dayInMs, type Event } from './decide.js';
import type { ImageOutcome, Why } from './evaluate.js';
import type { LifecyclePolicy, LifecycleRule, LifecycleSelection } from './model.js';

/**
 * The sentence of one outcome of `policy`, as `the 12th newest of 14 images tagged prod-*, beyond the newest 10`. It says nothing of the
 * action itself, which stands beside it.
 */
export function reasonOf({ action, rulePriority, shieldedBy, why }: ImageOutcome, policy: LifecyclePolicy): string {
  const rule = policy.rules.find((one) => one.rulePriority === (rulePriority ?? shieldedBy));
  if (why.kind === 'activating') return 'on its way back from the archive, no rule selects it';
  if (rule === undefined) return 'no rule selects it';
  const name = `rule ${rule.rulePriority}`;
  switch (why.kind) {
    case 'held': {
      const goes = why.stays ? 'that stays refers to it' : 'that goes after it still refers to it';
      return `${name} would ${verbOf(rule)} it, but the index ${shortDigest(why.by)} ${goes}`;
    }
    case 'follows':
      return `it refers to ${shortDigest(why.subject)}, which ${name} ${verbOf(rule)}s, and goes with it`;
    case 'overruled': {
      const later = policy.rules.find((one) => one.rulePriority === why.rulePriority) as LifecycleRule;
      return `rule ${why.rulePriority} would ${verbOf(later)} it, but ${name} selects it first and keeps it`;
    }
    default:
      return action === 'keep' ? `kept by ${name}${keeping(rule, why)}` : acting(rule, why);
  }
}

function verbOf({ action }: LifecycleRule): string {
  return action.type === 'expire' ? 'expire' : 'archive';
}

function acting({ selection }: LifecycleRule, why: Why): string {
  const { countNumber } = selection;
  if (why.kind === 'place') {
    const newest = countNumber === 1 ? 'the newest' : `the newest ${grouped(countNumber)}`;
    return `the ${ordinal(why.place)} newest of ${grouped(why.of)} ${imagesOf(selection)}, beyond ${newest}`;
  }
  if (why.kind !== 'age') return '';
  const days = Math.floor((why.ms ?? 0) / dayInMs);
  const just = days === countNumber;
  return happened(
    why.since,
    `${just ? 'just over ' : ''}${plural(days, 'day')}`,
    just ? '' : `, more than ${grouped(countNumber)}`,
  );
}

function keeping({ selection }: LifecycleRule, why: Why): string {
  const { countNumber } = selection;
  if (why.kind === 'place') {
    const those = imagesOf(selection).replace(/^images /, '');
    return countNumber === 1
      ? ` as the newest ${those.replace('images', 'image')}`
      : ` as one of the newest ${grouped(countNumber)} ${those}`;
  }
  if (why.kind !== 'age') return ', which does not count it';
  if (why.ms === null) return `, as ECR does not say when it was ${why.since}`;
  const days = Math.floor(why.ms / dayInMs);
  const ago = days < 1 ? 'less than a day' : plural(days, 'day');
  return `: ${happened(why.since, ago, `, not more than ${grouped(countNumber)}`)}`;
}

const past: Readonly<Record<Event, string>> = {
  pushed: 'pushed',
  restored: 'restored',
  pulled: 'last pulled',
  archived: 'archived',
};

function happened(event: Event, ago: string, limit: string): string {
  return `${past[event]} ${ago} ago${limit}`;
}

/** `images tagged a* and b*`, `untagged images`: a rule that counts is about standard storage alone. */
function imagesOf({ tagStatus, tagPatternList = [], tagPrefixList = [] }: LifecycleSelection): string {
  if (tagStatus === 'untagged') return 'untagged images';
  if (tagStatus === 'any') return 'images';
  return `images tagged ${[...tagPatternList, ...tagPrefixList.map((prefix) => `${prefix}*`)].join(' and ')}`;
}

/** As people know an image: the algorithm and twelve digits. */
export function shortDigest(digest: string): string {
  return /^sha256:[0-9a-f]{64}$/.test(digest) ? digest.slice(0, 'sha256:'.length + 12) : digest;
}

function ordinal(number: number): string {
  const teens = number % 100 >= 11 && number % 100 <= 13;
  const ending = teens ? 'th' : (['th', 'st', 'nd', 'rd'][number % 10] ?? 'th');
  return `${grouped(number)}${ending}`;
}

function plural(number: number, noun: string): string {
  return `${grouped(number)} ${noun}${number === 1 ? '' : 's'}`;
}

function grouped(number: number): string {
  return number.toLocaleString('en-US');
}
