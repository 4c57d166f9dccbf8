// A preview for people: images grouped by what becomes of them and by which rule, with the reason of each, and the totals.
// It must not know how a policy is evaluated, nor where images come from.
import {
  actionsInTheEnd,
  addDays,
  type Image,
  type ImagesPreview,
  isManifestList,
  type LaterResult,
  type LifecyclePolicy,
  monthlyCost,
  type PreviewResult,
  type PreviewSummary,
  type Prospect,
  previewLater,
  pricesOf,
  saves,
  shortDigest,
  sized,
} from '../../lifecycle/index.js';
import type { PreviewComparison } from '../../plan/compare-preview.js';
import type { Preview, RepositoryPreview } from '../../plan/preview.js';
import type { Owner } from '../../registry/model.js';
import { bytes, type Canvas, count, dollars, grouped, hang, list, padEnd, repositories, width } from '../text.js';
import { ruleInWords } from './lifecycle.js';
import { costAhead, dayOf, type Sight, timelineLines } from './timeline.js';
import { headline, type Mark, painted, title } from './view.js';

interface Subject {
  readonly policy: LifecyclePolicy | null;
  readonly images: readonly Image[];
  readonly preview: ImagesPreview & { readonly results: readonly (PreviewResult | LaterResult)[] };
  readonly prospect?: Prospect;
}

type Action = PreviewResult['action'];

/** How many images of a group are listed. */
const shown: Readonly<Record<Action, number>> = { expire: 10, archive: 10, fail: 5, keep: 3 };
const marks: Readonly<Record<Action, Mark>> = { expire: '-', archive: '~', fail: '!', keep: '=' };
const indent = '    ';
const nameWidth = 24;

interface Row {
  readonly image: Image;
  readonly result: PreviewResult | LaterResult;
}

interface Group {
  readonly action: Action;
  readonly rulePriority: number | null;
  readonly rows: readonly Row[];
}

/** What goes first stands first: by action, then by rule; in a group the oldest first, but of those that stay the newest. */
function groupsOf({ images, preview }: Subject): readonly Group[] {
  const groups = new Map<string, { action: Action; rulePriority: number | null; rows: Row[] }>();
  preview.results.forEach((result, index) => {
    const image = images[index];
    if (image === undefined) return;
    const { action, rulePriority } = result;
    const key = `${action} ${rulePriority}`;
    const group = groups.get(key) ?? { action, rulePriority, rows: [] };
    groups.set(key, group);
    group.rows.push({ image, result });
  });
  const order = Object.keys(shown);
  return [...groups.values()]
    .sort(
      (one, other) =>
        order.indexOf(one.action) - order.indexOf(other.action) || (one.rulePriority ?? 0) - (other.rulePriority ?? 0),
    )
    .map((group) => {
      const newer = group.action === 'keep' ? -1 : 1;
      const rows = group.rows.sort((one, other) => newer * (one.image.pushedAt - other.image.pushedAt));
      return { ...group, rows };
    });
}

const words: Readonly<Record<Action, string>> = {
  expire: 'expire',
  archive: 'go to the archive',
  fail: 'cannot go: a manifest list refers to them',
  keep: 'stay',
};

function sizeOf(rows: readonly Row[]): number {
  return sized(rows.map(({ image }) => image)).reduce((sum, { sizeInBytes = 0 }) => sum + sizeInBytes, 0);
}

function cut(text: string, columns: number): string {
  return width(text) <= columns ? text : `${text.slice(0, columns - 1)}…`;
}

/** `v1.0.0 +2`, or the short digest where there is no tag. */
function nameOf({ tags, digest }: Image): string {
  const [first] = tags;
  if (first === undefined) return cut(shortDigest(digest), nameWidth);
  const more = tags.length > 1 ? ` +${tags.length - 1}` : '';
  return `${cut(first, nameWidth - more.length)}${more}`;
}

function rowLines(rows: readonly Row[], canvas: Canvas): readonly string[] {
  const { columns, paint } = canvas;
  const names = Math.max(...rows.map(({ image }) => width(nameOf(image))));
  const sizes = rows.map(({ image }) =>
    isManifestList(image) ? 'list' : image.sizeInBytes === undefined ? '' : bytes(image.sizeInBytes),
  );
  const sizeWidth = Math.max(...sizes.map((size) => size.length));
  return rows.flatMap(({ image, result }, index) => {
    const size = (sizes[index] ?? '').padStart(sizeWidth);
    const head = `${indent}${padEnd(nameOf(image), names)}  ${dayOf(image.pushedAt)}  ${size}${sizeWidth > 0 ? '  ' : ''}`;
    const on = 'on' in result && result.on !== null ? `on ${dayOf(result.on)}: ` : '';
    return hang(head, on + result.reason, columns, paint.dim);
  });
}

function groupLines(group: Group, subject: Subject, sight: Sight): readonly string[] {
  const { paint, columns } = sight;
  const { action, rulePriority, rows } = group;
  const rule = subject.policy?.rules.find((one) => one.rulePriority === rulePriority);
  const size = sizeOf(rows) > 0 ? `, ${bytes(sizeOf(rows))}` : '';
  const head = `  ${painted(marks[action], paint)} ${paint.bold(words[action])}  ${count(rows.length, 'image')}${size}`;
  const lines = [head];
  if (rule !== undefined) lines.push(...hang(indent, `rule ${rule.rulePriority}: ${ruleInWords(rule)}`, columns));
  const listed = sight.all ? rows : rows.slice(0, shown[action]);
  lines.push(...rowLines(listed, sight));
  if (rows.length > listed.length) {
    const size = sizeOf(rows.slice(listed.length));
    const more = `and ${grouped(rows.length - listed.length)} more${size > 0 ? `, ${bytes(size)}` : ''} (--all lists them)`;
    lines.push(...hang(indent, more, columns, paint.dim));
  }
  return lines;
}

/** `60 images, 6.2 GB: 12 expire (1.2 GB), 48 stay`. */
function totals(summary: PreviewSummary): string {
  const of = (number: number, size: number, what: string): string =>
    `${grouped(number)} ${what}${size > 0 ? ` (${bytes(size)})` : ''}`;
  const parts: string[] = [];
  if (summary.expire > 0)
    parts.push(of(summary.expire, summary.expireBytes, summary.expire === 1 ? 'expires' : 'expire'));
  if (summary.archive > 0)
    parts.push(of(summary.archive, summary.archiveBytes, `${summary.archive === 1 ? 'goes' : 'go'} to the archive`));
  if (summary.fail > 0) parts.push(`${grouped(summary.fail)} cannot go yet`);
  if (summary.keep > 0) parts.push(`${grouped(summary.keep)} ${summary.keep === 1 ? 'stays' : 'stay'}`);
  const size = summary.bytes > 0 ? `, ${bytes(summary.bytes)}` : '';
  return `${count(summary.images, 'image')}${size}${parts.length === 0 ? '' : `: ${list(parts)}`}`;
}

function added(summaries: readonly PreviewSummary[]): PreviewSummary {
  const sum = (member: keyof PreviewSummary): number => summaries.reduce((total, one) => total + one[member], 0);
  return {
    images: sum('images'),
    bytes: sum('bytes'),
    expire: sum('expire'),
    expireBytes: sum('expireBytes'),
    archive: sum('archive'),
    archiveBytes: sum('archiveBytes'),
    keep: sum('keep'),
    fail: sum('fail'),
  };
}

function bodyLines(subject: Subject, sight: Sight): readonly string[] {
  return groupsOf(subject).flatMap((group, index) => [
    ...(index > 0 ? [''] : []),
    ...groupLines(group, subject, sight),
  ]);
}

/** The subject as it will be, where that was asked for. */
function seen(subject: Subject): Subject {
  const { prospect, policy, images } = subject;
  return prospect?.at === undefined ? subject : { ...subject, preview: previewLater(policy, images, prospect.at) };
}

function priceLine(region: string, whose: string): string {
  const { asOf, assumed, standard } = pricesOf(region);
  const price = `$${(standard[0]?.perGB ?? 0).toFixed(2)} a GB and month`;
  return `${price}, ${assumed ? `assumed for ${region}: the price of us-east-1` : `the price of ${region}`} as of ${asOf}${whose}`;
}

/** What becomes of images once the runs that follow find nothing more: children go after their list. A later moment has had these runs. */
function settled(
  { policy, images, preview, prospect }: Subject,
  now: number,
): readonly Pick<PreviewResult, 'action'>[] {
  if (policy === null || prospect?.at !== undefined) return preview.results;
  return actionsInTheEnd(policy, images, now).map((action) => ({ action }));
}

/** Dollars a month, before and after; and what they rest on. Layers that images share count in each: it is an upper bound. */
function costLines(
  subjects: readonly Subject[],
  region: string,
  whose: string,
  now: number,
  { columns, paint }: Sight,
): readonly string[] {
  const images = subjects.flatMap((one) => one.images);
  if (images.every(({ sizeInBytes = 0 }) => sizeInBytes === 0)) return [];
  const outcomes = subjects.flatMap((one) => settled(one, now));
  const { before, after, monthly } = saves(sized(images), outcomes, region);
  const [today, then] = [monthlyCost(before, region).total, monthlyCost(after, region).total];
  const days = addDays(subjects.flatMap(({ prospect }) => prospect?.timeline ?? prospect?.at ?? []));
  const ahead = costAhead(days, region);
  const saved = monthly === 0 ? '' : `, ${dollars(then)} after this`;
  const text = ahead === undefined ? `${dollars(today)} a month${saved}` : `${dollars(today)} a month today, ${ahead}`;
  return [
    ...hang('', `Storage at most: ${text}`, columns, paint.bold),
    ...hang('', `(${priceLine(region, whose)}; layers that images share are counted for each)`, columns, paint.dim),
  ];
}

/** Of two files. Ends with a line feed. */
export function printFilePreview(subject: Subject, now: number, sight: Sight): string {
  const { paint, columns } = sight;
  const rules = count(subject.policy?.rules.length ?? 0, 'rule');
  const shownNow = seen(subject);
  const head = `${paint.bold('Preview')} ${paint.dim(`(${rules}, ${asOf(subject, now)})`)}`;
  const body = bodyLines(shownNow, sight);
  const timeline = subject.prospect?.timeline === undefined ? [] : timelineLines(subject.prospect.timeline, sight);
  return [
    head,
    '',
    ...(body.length === 0 ? [] : [...body, '']),
    ...(timeline.length === 0 ? [] : [...timeline, '']),
    ...hang('', totals(shownNow.preview.summary), columns, paint.bold),
    ...costLines([shownNow], fileRegion, ', as no file names a Region', now, sight),
    '',
  ].join('\n');
}

/** Where nobody says which Region images are in. */
const fileRegion = 'us-east-1';

/** `as of 2026-10-01 12:00 UTC`, or until when it looks. */
function asOf({ prospect }: Pick<Subject, 'prospect'>, now: number): string {
  const last = prospect?.at?.days.at(-1)?.at;
  return last === undefined ? `as of ${momentOf(now)}` : `by ${momentOf(last)}`;
}

/** `2026-10-01 12:00 UTC`. */
function momentOf(time: number): string {
  return `${new Date(time).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

const whose: Readonly<Record<RepositoryPreview['of'], string>> = {
  manifest: 'the policy of the manifest',
  live: 'the policy in place',
  unmanaged: 'the policy in place, as the manifest declares none',
};

function repositoryLines(one: RepositoryPreview, sight: Sight): readonly string[] {
  const { paint, columns } = sight;
  if (typeof one.state === 'object') {
    const { operation, reason } = one.state;
    return headline('?', one.name, 'could not be read', `${operation}: ${reason}`, indent, sight);
  }
  if (one.state === 'absent') return headline('.', one.name, 'does not exist yet', undefined, indent, sight);
  const subject = seen(one);
  const head = `${paint.bold(one.name)}  ${totals(subject.preview.summary)}`;
  const policy = one.policy === null ? 'no lifecycle policy: nothing ever goes' : whose[one.of];
  const lines = [...hang('', head, columns), ...hang('  ', policy, columns, paint.dim)];
  const { expire, archive, fail } = subject.preview.summary;
  if (expire + archive + fail > 0 || sight.all) lines.push('', ...bodyLines(subject, sight));
  if (one.prospect?.timeline !== undefined && one.images.length > 0) {
    const narrower = { ...sight, columns: columns - 2 };
    lines.push('', ...timelineLines(one.prospect.timeline, narrower).map((line) => (line === '' ? '' : `  ${line}`)));
  }
  if (one.comparison !== undefined) lines.push('', ...comparisonLines(one.comparison, sight));
  return lines;
}

function fate({ action, rulePriority }: { readonly action: Action; readonly rulePriority: number | null }): string {
  return action === 'keep'
    ? 'keeps it'
    : `${action === 'fail' ? 'cannot act' : `${action}s it`} by rule ${rulePriority}`;
}

function comparisonLines(comparison: PreviewComparison, sight: Sight): readonly string[] {
  const { paint, columns } = sight;
  switch (comparison.state) {
    case 'agrees':
      return hang('  ', `ECR's own preview agrees on ${count(comparison.images, 'image')}`, columns, paint.green);
    case 'unknown': {
      const text = `ECR's own preview could not be had (${comparison.operation}: ${comparison.reason})`;
      return hang(`  ${painted('?', paint)} `, text, columns);
    }
    case 'differs': {
      const { differences } = comparison;
      const lines = [
        ...hang(
          '  ',
          `ECR's own preview differs on ${count(differences.length, 'image')} of ${grouped(comparison.images)}`,
          columns,
          paint.red,
        ),
      ];
      const listed = sight.all ? differences : differences.slice(0, shown.expire);
      for (const { digest, tags, ours, theirs } of listed) {
        const name = tags[0] ?? shortDigest(digest);
        lines.push(
          ...hang(`    ${painted('!', paint)} ${name}  `, `ECR ${fate(theirs)}; Slipway ${fate(ours)}`, columns),
        );
      }
      if (listed.length < differences.length) {
        lines.push(paint.dim(`    and ${grouped(differences.length - listed.length)} more (--all lists them)`));
      }
      return lines;
    }
  }
}

/** Ends with a line feed. */
export function printPreview(
  found: Preview,
  owner: Owner,
  place: { readonly account: string; readonly region: string },
  sight: Sight,
): string {
  const { paint, columns } = sight;
  const read = found.repositories.filter(({ state }) => state === 'read');
  const subjects = read.map((one) => seen(one));
  const lines = [`${title(owner, place, paint)} ${paint.dim(asOf(read[0] ?? {}, found.now))}`];
  for (const one of found.repositories) lines.push('', ...repositoryLines(one, sight));
  if (found.repositories.length > 1) {
    const total = totals(added(subjects.map(({ preview }) => preview.summary)));
    const last = read.length === 0 ? 'No repository could be looked at' : `In ${repositories(read.length)}: ${total}`;
    lines.push('', ...hang('', last, columns, paint.bold));
  }
  const cost = costLines(subjects, place.region, '', found.now, sight);
  if (cost.length > 0) lines.push(...(found.repositories.length > 1 ? [] : ['']), ...cost);
  return `${lines.join('\n')}\n`;
}
