// What whoever is calling lacks for a run, action by action.
// It must not know how that was decided.
import type { Doubt, Preflight } from '../../plan/index.js';
import { type Canvas, count, hang, list } from '../text.js';
import { painted } from './view.js';

export function printPreflight({ caller, asked, missing, unknown }: Preflight, level: string, canvas: Canvas): string {
  const { columns } = canvas;
  const lines: string[] = [];
  const head =
    missing.length > 0
      ? `${caller} lacks ${missing.length} of the ${count(asked, 'permission')} that ${level} needs`
      : unknown.length > 0
        ? `${caller} may do what ${level} needs as far as could be told: of ${unknown.length} of ${count(asked, 'permission')} it could not`
        : `${caller} may do all that ${level} needs: ${count(asked, 'permission')}`;
  lines.push(...hang('', head, columns));
  if (missing.length > 0) lines.push('', ...doubtLines('-', missing, canvas));
  if (unknown.length > 0) lines.push('', ...doubtLines('?', unknown, canvas));
  if (missing.length > 0)
    lines.push('', ...hang('', `\`slipway permissions --for-command ${level}\` prints the policy to attach`, columns));
  return `${lines.join('\n')}\n`;
}

/** Under each reason what it is about, and under that the actions: few reasons, and many actions on the same few things. */
function doubtLines(mark: '-' | '?', doubts: readonly Doubt[], { columns, paint }: Canvas): readonly string[] {
  return [...groupBy(doubts, ({ reason }) => reason)].flatMap(([reason, alike]) => {
    const byAction = groupBy(alike, ({ action }) => action);
    const things = groupBy([...byAction], ([, all]) => thingsOf(all));
    return [
      ...hang('  ', reason, columns),
      ...[...things].flatMap(([thing, actions]) => [
        ...hang(`  ${painted(mark, paint)} `, thing, columns),
        ...hang('      ', actions.map(([action]) => action).join(', '), columns),
      ]),
    ];
  });
}

function groupBy<T>(all: readonly T[], keyOf: (one: T) => string): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>();
  for (const one of all) groups.set(keyOf(one), [...(groups.get(keyOf(one)) ?? []), one]);
  return groups;
}

/** Resources named before the others are only counted. */
const fewest = 3;

function thingsOf(doubts: readonly Doubt[]): string {
  const names = doubts.map(({ resource }) => nameOf(resource));
  const more = names.length - fewest;
  return more > 1 ? list([...names.slice(0, fewest), `${more} more`]) : list(names);
}

/** `payments/api`, `parameter/slipway/payments/prod`: of an ARN what tells one from another. */
function nameOf(resource: string): string {
  if (resource === '*') return 'everything';
  const name = resource.split(':').slice(5).join(':');
  return name.replace(/^repository\//, '');
}
