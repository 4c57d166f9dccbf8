// Drift for people: what is declared, and what AWS has instead.
// It must not know how drift is found.
import type { Plan, RepositoryPlan } from '../../plan/model.js';
import { type Canvas, hang, repositories } from '../text.js';
import { changeLines, hasForeignStatement, indent, keptLines, unknownLines } from './changes.js';
import { headline, type Mark } from './view.js';

/** What happened in AWS, where a plan would say what is to be done about it. */
function fate(repository: RepositoryPlan): readonly [Mark, string] | undefined {
  switch (repository.action) {
    case 'delete':
      return ['-', 'does not exist in AWS'];
    case 'create':
    case 'update':
      return ['~', 'changed in AWS'];
    case 'replace':
      return ['-/+', 'changed in AWS, beyond what can be mended in place'];
    case 'orphan':
      return ['o', 'ours in AWS, but not declared'];
    case 'foreign':
      return ['?', 'declared, but it belongs to somebody else'];
    case 'unchanged':
      if (repository.unknown.length > 0) return ['?', 'could not be read whole'];
      return hasForeignStatement(repository) ? ['=', 'as declared, beside what is not ours'] : undefined;
  }
}

/** What could not be read is no drift, but it is shown. */
function isDrifted(repository: RepositoryPlan): boolean {
  return repository.action !== 'unchanged';
}

export function hasDrifted(drift: Plan): boolean {
  return drift.registries.some((registry) => registry.repositories.some(isDrifted));
}

export function printDrift(drift: Plan, canvas: Canvas): string {
  const { paint, columns } = canvas;
  const blocks: string[] = [];
  for (const registry of drift.registries) {
    const lines: string[] = [];
    for (const repository of registry.repositories) {
      const head = fate(repository);
      if (head === undefined) continue;
      const reason = repository.action === 'delete' || repository.action === 'orphan' ? undefined : repository.reason;
      lines.push('', ...headline(head[0], repository.name, head[1], reason, indent, canvas));
      for (const change of repository.changes) lines.push(...changeLines(change, canvas));
      lines.push(...keptLines(repository.kept, canvas), ...unknownLines(repository.unknown, canvas));
    }
    for (const note of registry.notes) lines.push('', ...hang(` ${paint.blue('note:')} `, note, columns));
    if (lines.length === 0) continue;
    const title = `${drift.owner.project} in ${drift.owner.environment}`;
    const legend = hasDrifted(drift) ? paint.dim(': declared -> in AWS') : '';
    blocks.push(
      [`${paint.bold(title)} ${paint.dim(`(${registry.account}, ${registry.region})`)}${legend}`, ...lines].join('\n'),
    );
  }
  const all = drift.registries.flatMap((registry) => registry.repositories);
  const drifted = all.filter(isDrifted).length;
  const unread = all.filter((one) => one.unknown.length > 0).length;
  const place = `${drift.owner.project} in ${drift.owner.environment}`;
  if (drifted > 0) {
    const { environment } = drift.owner;
    const next = `see slipway plan -e ${environment}, mend with slipway apply -e ${environment}`;
    blocks.push(
      hang('', `Drift in ${drifted} of ${repositories(all.length)}; ${next}`, columns, paint.bold).join('\n'),
    );
  } else if (unread > 0) {
    const text = `No drift seen in ${place}, but ${unread} of ${repositories(all.length)} could not be read whole`;
    blocks.push(hang('', text, columns, (line) => paint.bold(paint.yellow(line))).join('\n'));
  } else {
    const text = `No drift: ${repositories(all.length)} of ${place} as declared`;
    blocks.push(hang('', text, columns, (line) => paint.bold(paint.green(line))).join('\n'));
  }
  return `${blocks.join('\n\n')}\n`;
}
