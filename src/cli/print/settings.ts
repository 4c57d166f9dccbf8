// What becomes of what a registry has once: its policy, statement by statement, and the scope of it.
// It must not know how a plan is made.
import type { SettingAspect, SettingChange, SettingsPlan } from '../../plan/settings/model.js';
import { type Canvas, hang } from '../text.js';
import { accessLines, indent, keptLines } from './changes.js';
import { statementLines } from './policy.js';
import { arrow, arrowLines, headline, type Mark, markOf, painted } from './view.js';

const names: Readonly<Record<SettingAspect, string>> = {
  registryPolicy: 'registry policy',
  'registryPolicy.scope': 'scope of the registry policy',
  replication: 'replication',
};

export function hasSettingChanges(settings: SettingsPlan | undefined): boolean {
  return (settings?.changes ?? []).length > 0;
}

/** As declared, it is told of only where something is unknown, or somebody else grants access too. */
export function isSettingsShown(settings: SettingsPlan | undefined): settings is SettingsPlan {
  return settings !== undefined && settings.changes.length + settings.unknown.length + settings.kept.length > 0;
}

function changeLines(change: SettingChange, canvas: Canvas): readonly string[] {
  switch (change.aspect) {
    case 'registryPolicy':
      return [`${indent}${names.registryPolicy}`, ...statementLines(change.statements, `${indent}  `, canvas)];
    case 'registryPolicy.scope':
      return arrowLines(`${indent}${names[change.aspect]}  `, change.before, change.after, canvas);
    case 'replication':
      return [`${indent}${names.replication}`, ...copyLines(change.filters, canvas)];
  }
}

type Copies = Extract<SettingChange, { aspect: 'replication' }>['filters'];

/** Repositories that begin or cease to be copied to the same Regions stand together: most often those are all. */
function copyLines(filters: Copies, { paint, columns }: Canvas): readonly string[] {
  const groups = new Map<string, { readonly head: string; readonly names: string[] }>();
  for (const { id, action, before, after } of filters) {
    const regions = arrow(before?.join(', '), after?.join(', '), paint);
    const head = `${indent}  ${painted(markOf(action), paint)} to ${regions}: `;
    const group = groups.get(head) ?? { head, names: [] };
    groups.set(head, group);
    group.names.push(id);
  }
  return [...groups.values()].flatMap(({ head, names: all }) => hang(head, all.join(', '), columns));
}

function fate({ changes, unknown }: SettingsPlan, isDrift: boolean): readonly [Mark, string] {
  if (changes.length > 0) return ['~', isDrift ? 'changed in AWS' : 'update'];
  if (unknown.length > 0) return ['?', isDrift ? 'could not be read whole' : 'unchanged as far as can be seen'];
  return ['=', `${isDrift ? 'as declared' : 'unchanged'}, beside what is not ours`];
}

/** `drift`: told from the live side. */
export function settingsLines(settings: SettingsPlan, canvas: Canvas, drift?: 'drift'): readonly string[] {
  const { paint, columns } = canvas;
  const [mark, what] = fate(settings, drift !== undefined);
  return [
    ...headline(mark, 'the registry', what, undefined, indent, canvas),
    ...settings.changes.flatMap((change) => changeLines(change, canvas)),
    ...accessLines(settings.access, canvas),
    ...keptLines(settings.kept, canvas),
    ...settings.unknown.flatMap(({ aspect, operation, reason }) =>
      hang(
        `${indent}${painted('?', paint)} `,
        `${names[aspect]} could not be read (${operation}: ${reason}), so it is left alone`,
        columns,
      ),
    ),
  ];
}
