// A recorded prediction and its verification, for people.
// It must not know how either is made.
import { shortDigest } from '../../lifecycle/index.js';
import type { Cause, ImageVerdict, RepositoryVerification, VerdictCounts, Verification } from '../../plan/index.js';
import { type Canvas, count, folded, grouped, hang, list, repositories, stacked } from '../text.js';
import { headline, type Mark, painted } from './view.js';

/** One repository as it was recorded. */
export interface Recorded {
  readonly account: string;
  readonly region?: string;
  readonly repository: string;
  readonly policy: boolean;
  readonly images: number;
  /** By the first run of the policy. */
  readonly expiring: number;
  readonly archiving: number;
}

/** `2026-10-01 12:30`: the second does not matter to anybody here. */
function moment(iso: string): string {
  return `${iso.slice(0, 10)} ${iso.slice(11, 16)}`;
}

const dayInMs = 86_400_000;

function later(from: string, to: string): string {
  const days = Math.floor((Date.parse(to) - Date.parse(from)) / dayInMs);
  return days < 1 ? 'less than a day later' : `${count(days, 'day')} later`;
}

export function recordedLines(
  recorded: readonly Recorded[],
  at: string,
  { paint, columns }: Canvas,
): readonly string[] {
  const lines = recorded.flatMap((one) => {
    const going = [
      ...(one.expiring > 0 ? [`${grouped(one.expiring)} to expire`] : []),
      ...(one.archiving > 0 ? [`${grouped(one.archiving)} to be archived`] : []),
    ];
    const soon = one.policy
      ? going.length === 0
        ? 'none to go within a day'
        : `${list(going)} within a day`
      : 'no policy';
    return hang(`  ${paint.bold(one.repository)}  `, `${count(one.images, 'image')}, ${soon}`, columns);
  });
  return [`Recorded at ${moment(at)} UTC`, '', ...lines];
}

const causes: Readonly<Record<Exclude<Cause, 'tag-moved'>, string>> = {
  deleted: 'no rule takes it, so somebody deleted it',
  'archived-by-hand': 'no rule archives it, so somebody did',
  'pushed-out-or-deleted':
    'the next that a rule would take: images that came and went may have pushed it out, or somebody deleted it',
  'policy-changed': 'the policy that is in place now takes it',
  'tags-changed': 'its tags were changed since',
  'pushed-again': 'it was pushed again since',
  referenced: 'a manifest list may refer to it, and ECR leaves what a list refers to',
  'policy-gone': 'the policy that is in place now leaves it',
  late: 'ECR takes up to 24 hours, and they are over',
};

function causeOf({ cause, moved }: ImageVerdict): string | undefined {
  if (cause === 'tag-moved') {
    return `its tag ${moved?.tag ?? ''} is on ${shortDigest(moved?.to ?? '')} now, but no rule takes it: somebody deleted it`;
  }
  return cause === undefined ? undefined : causes[cause];
}

function nameOf({ digest, tags }: ImageVerdict): string {
  return tags.length === 0 ? shortDigest(digest) : tags.slice(0, 3).join(', ');
}

const mostShown = 10;

/** One kind of difference: a headline, and its images. */
function group(
  verification: RepositoryVerification,
  verdict: ImageVerdict['verdict'],
  what: string,
  mark: Mark,
  { paint, columns }: Canvas,
): readonly string[] {
  const images = verification.images.filter((one) => one.verdict === verdict);
  if (images.length === 0) return [];
  const lines = [`      ${painted(mark, paint)} ${count(images.length, 'image')} ${what}`];
  for (const image of images.slice(0, mostShown)) {
    const due = image.dueAt === undefined ? [] : [`due ${moment(image.dueAt)} by rule ${image.rulePriority ?? '?'}`];
    const cause = causeOf(image);
    const about = [`pushed ${moment(image.pushedAt)}`, ...due, ...(cause === undefined ? [] : [cause])].join('; ');
    lines.push(`          ${paint.bold(nameOf(image))}`, ...hang('            ', about, columns, paint.dim));
  }
  if (images.length > mostShown) lines.push(`          and ${grouped(images.length - mostShown)} more`);
  return lines;
}

/** `30 stayed, 12 expired and 2 were archived, as predicted; 4 are new`. */
function tally({ kept, expired, archived, waiting, new: come }: VerdictCounts): string {
  const done = [
    ...(kept > 0 ? [`${grouped(kept)} stayed`] : []),
    ...(expired > 0 ? [`${grouped(expired)} expired`] : []),
    ...(archived > 0 ? [`${grouped(archived)} went to the archive`] : []),
  ];
  const parts = [
    ...(done.length === 0 ? [] : [`${list(done)}, as predicted`]),
    ...(waiting > 0 ? [`${grouped(waiting)} due, within the 24 hours that ECR takes`] : []),
    ...(come > 0 ? [`${grouped(come)} new`] : []),
  ];
  return parts.length === 0 ? 'no images, as recorded' : parts.join('; ');
}

function repositoryLines(one: RepositoryVerification, canvas: Canvas): readonly string[] {
  const { paint, columns } = canvas;
  const indent = '      ';
  switch (one.state) {
    case 'gone':
      return headline('-', one.name, 'does not exist any more', undefined, indent, canvas);
    case 'unknown': {
      const { operation = '', reason = '' } = one.unknown ?? {};
      return headline('?', one.name, 'could not be read', `${operation}: ${reason}`, indent, canvas);
    }
    case 'as-predicted':
      return hang(`  ${painted('=', paint)} ${paint.bold(one.name)}  `, tally(one.counts), columns);
    case 'differs':
      return [
        ...headline('!', one.name, 'not as predicted', undefined, indent, canvas),
        ...hang(indent, tally(one.counts), columns),
        ...(one.policy === 'changed'
          ? hang(`${indent}${painted('!', paint)} `, 'another policy is in place than was recorded', columns)
          : []),
        ...group(one, 'unforeseen', 'gone or archived, and not predicted', '!', canvas),
        ...group(one, 'overdue', 'still there, and predicted to go', '!', canvas),
      ];
  }
}

export function printVerification(verification: Verification, canvas: Canvas): string {
  const { paint, columns } = canvas;
  const { recordedAt, now, repositories: all } = verification;
  const head = `Recorded ${moment(recordedAt)}, verified ${moment(now)} UTC, ${later(recordedAt, now)}`;
  const lines = [...hang('', head, columns), ...stacked(all.map((one) => repositoryLines(one, canvas))), ''];
  const differing = all.filter(({ state }) => state === 'differs' || state === 'gone').length;
  const unread = all.filter(({ state }) => state === 'unknown').length;
  if (differing > 0) {
    lines.push(paint.bold(paint.red(`Not as predicted: ${grouped(differing)} of ${repositories(all.length)}`)));
    if (all.some(({ images }) => images.some(({ verdict }) => verdict === 'unforeseen')))
      lines.push(...whoDeleted(verification, canvas));
  } else if (unread > 0) {
    const text = `As predicted as far as can be seen: ${unread} of ${repositories(all.length)} could not be read`;
    lines.push(...hang('', text, columns, (line) => paint.bold(paint.yellow(line))));
  } else lines.push(paint.bold(paint.green(`As predicted: ${repositories(all.length)}`)));
  return `${lines.join('\n')}\n`;
}

/** CloudTrail has every BatchDeleteImage; the runs of policies are PolicyExecutionEvent (user guide, "Logging with CloudTrail"). */
function whoDeleted({ recordedAt, repositories: all }: Verification, { paint, columns }: Canvas): readonly string[] {
  const region = all.find(({ images }) => images.some(({ verdict }) => verdict === 'unforeseen'))?.region;
  const place = region === undefined ? '' : ` --region ${region}`;
  const command = `aws cloudtrail lookup-events${place} --start-time ${recordedAt.slice(0, 19)}Z --lookup-attributes AttributeKey=EventName,AttributeValue=BatchDeleteImage`;
  return [
    '',
    'Who deleted images, CloudTrail knows:',
    ...folded(command, columns - 2).map((line) => `  ${paint.cyan(line)}`),
  ];
}
