// How things go on, for people: a bar for every few days, what goes on which day, and what each family of tags comes to.
// It must not know how a forecast is made.
import { type Forecast, type ForecastDay, type ImageOutcome, monthlyCost, shortDigest } from '../../lifecycle/index.js';
import { bytes, type Canvas, count, dollars, grouped, hang, list } from '../text.js';

/** A canvas, and how much of it is wanted. */
export interface Sight extends Canvas {
  /** Every image, however many there are. */
  readonly all: boolean;
  /** Plain characters only. */
  readonly ascii: boolean;
}

/** `2026-10-01`. */
export function dayOf(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}

const rows = 16;
const longestBar = 30;
const inks = {
  fine: { standard: '█', archive: '▒' },
  ascii: { standard: '#', archive: ':' },
} as const;

/** One of every few days; the first and the last are among them. Of the days between, what went is added up. */
export function sampled(
  days: readonly ForecastDay[],
  most: number,
): readonly (ForecastDay & { readonly gone: number })[] {
  const last = days.length - 1;
  const step = Math.max(1, Math.ceil(last / (most - 1)));
  const wanted = days.filter(({ day }) => day === last || (day % step === 0 && last - day >= step));
  let from = 0;
  return wanted.map((one) => {
    const since = days.slice(from, one.day + 1);
    from = one.day + 1;
    return { ...one, gone: since.reduce((sum, { expired, expiredLater }) => sum + expired.length + expiredLater, 0) };
  });
}

function bars(days: readonly ForecastDay[], { ascii, paint, columns }: Sight): readonly string[] {
  const ink = ascii ? inks.ascii : inks.fine;
  const shown = sampled(days, rows);
  const most = Math.max(1, ...shown.map(({ standardImages, archiveImages }) => standardImages + archiveImages));
  const cells = shown.map(({ standardImages, archiveImages, standardBytes, archiveBytes, gone }) => [
    grouped(standardImages + archiveImages),
    bytes(standardBytes + archiveBytes),
    gone === 0 ? '' : `-${grouped(gone)}`,
  ]);
  const heads = ['images', 'stored', 'gone'];
  const widths = heads.map((head, at) => Math.max(head.length, ...cells.map((row) => (row[at] ?? '').length)));
  const room = Math.min(longestBar, columns - 2 - 10 - 2 - widths.reduce((sum, one) => sum + one + 2, 0));
  const numbers = (row: readonly string[]): string => row.map((cell, at) => cell.padStart(widths[at] ?? 0)).join('  ');
  const line = shown.map(({ at, standardImages, archiveImages }, index) => {
    const whole = Math.round(((standardImages + archiveImages) / most) * room);
    const archived = archiveImages === 0 ? 0 : Math.max(1, Math.round((archiveImages / most) * room));
    const standard = Math.max(standardImages > 0 ? 1 : 0, whole - archived);
    const bar = paint.cyan(ink.standard.repeat(standard)) + paint.dim(ink.archive.repeat(archived));
    const pad = ' '.repeat(Math.max(0, room - standard - archived));
    return `  ${dayOf(at)}  ${bar}${pad}  ${numbers(cells[index] ?? [])}`.trimEnd();
  });
  const head = paint.dim(`  ${'day'.padEnd(10)}  ${''.padEnd(room)}  ${numbers(heads)}`);
  const key = days.some(({ archiveImages }) => archiveImages > 0)
    ? [paint.dim(`  ${ink.standard} standard  ${ink.archive} archive`)]
    : [];
  return [head, ...line, ...key];
}

const daysListed = 10;
const namesListed = 4;

function names(outcomes: readonly ImageOutcome[], { all }: Sight): string {
  const named = outcomes.map(({ tags, digest }) => tags[0] ?? shortDigest(digest));
  if (all || named.length <= namesListed) return list(named);
  return `${named.slice(0, namesListed).join(', ')} and ${grouped(named.length - namesListed)} more`;
}

/** Of the images that exist: which go or are archived on which day. */
function departures(days: readonly ForecastDay[], sight: Sight): readonly string[] {
  const { paint, columns } = sight;
  const events = days.flatMap(({ at, expired, archived }) => [
    ...(expired.length > 0 ? [[at, 'expire', expired] as const] : []),
    ...(archived.length > 0 ? [[at, 'archive', archived] as const] : []),
  ]);
  if (events.length === 0) return [paint.dim('  none of the images that exist goes in this time')];
  const listed = sight.all ? events : events.slice(0, daysListed);
  const rest = events.slice(listed.length);
  const left = rest.reduce((sum, [, , outcomes]) => sum + outcomes.length, 0);
  return [
    ...listed.flatMap(([at, action, outcomes]) => {
      const head = `  ${dayOf(at)}  ${action === 'expire' ? paint.red('-') : paint.yellow('~')} `;
      return hang(head, names(outcomes, sight), columns);
    }),
    ...(rest.length === 0
      ? []
      : [paint.dim(`  and ${grouped(left)} more until ${dayOf(rest.at(-1)?.[0] ?? 0)} (--all lists them)`)]),
  ];
}

function rateOf(perDay: number): string {
  if (perDay >= 10) return `${Math.round(perDay)} a day`;
  if (perDay >= 0.95) return `${perDay.toFixed(1).replace(/\.0$/, '')} a day`;
  return `one in ${count(Math.max(1, Math.round(1 / perDay)), 'day')}`;
}

/** Of each family that is still pushed: at which pace, and what it comes to. */
function families(forecast: Forecast, { paint, columns }: Canvas): readonly string[] {
  return forecast.families
    .filter(({ perDay }) => perDay > 0)
    .flatMap(({ name, perDay, trend, settlesAfterDays, rulePriority, after }) => {
      const head = `  ${trend === 'grows' ? paint.red('!') : ' '} ${name}  `;
      const by = rulePriority === null ? '' : ` by rule ${rulePriority}`;
      const end =
        trend === 'grows'
          ? rulePriority === null
            ? 'grows without end: no rule selects what it leaves'
            : `grows without end: rule ${rulePriority} never takes all of it`
          : `settles within ${count(settlesAfterDays ?? 0, 'day')}${by}`;
      return hang(head, `${rateOf(perDay)}; ${count(after, 'image')} in the end; ${end}`, columns);
    });
}

/** How large the repository is day by day, and what each family that is pushed comes to. */
export function pictureLines(forecast: Forecast, sight: Sight): readonly string[] {
  const { paint } = sight;
  const days = forecast.days.length - 1;
  const pushed = forecast.families.some(({ perDay }) => perDay > 0);
  return [
    paint.bold(`The next ${count(days, 'day')}${pushed ? '' : ', if nothing is pushed'}`),
    ...bars(forecast.days, sight),
    ...(pushed ? ['', paint.bold('What is pushed'), ...families(forecast, sight)] : []),
  ];
}

/** Of one repository. */
export function timelineLines(forecast: Forecast, sight: Sight): readonly string[] {
  const { paint, columns } = sight;
  const lines = [...pictureLines(forecast, sight)];
  lines.push('', paint.bold('What goes of the images that exist'), ...departures(forecast.days, sight));
  if (forecast.fullOn !== null) {
    const on = dayOf(forecast.days[forecast.fullOn]?.at ?? 0);
    lines.push(
      ...hang(
        `  ${paint.red('!')} `,
        `on ${on} there are more images than ECR's quota for a repository allows`,
        columns,
      ),
    );
  }
  return lines;
}

/** What storage costs on the last of days; nothing where there are none. */
export function costAhead(days: readonly ForecastDay[], region: string): string | undefined {
  const last = days.at(-1);
  return last === undefined ? undefined : `${dollars(monthlyCost(last, region).total)} on ${dayOf(last.at)}`;
}
