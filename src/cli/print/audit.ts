// An audit for people: each repository with what was found, and the count at the end.
// It must not know what is judged.
import type { AuditedRepository, AuditReport } from '../../audit/index.js';
import { count, grouped, repositories } from '../text.js';
import { type DiagnosticContext, printDiagnostics } from './diagnostics.js';
import { tally } from './lint.js';

export function printAudit({ project, environment, registries }: AuditReport, context: DiagnosticContext): string {
  const { paint } = context;
  const all = registries.flatMap((one) => one.repositories);
  const loud = all.filter(({ diagnostics }) => diagnostics.length > 0);
  const quiet = all.filter(({ diagnostics, state }) => diagnostics.length === 0 && state === 'audited');
  const missing = all.filter(({ state }) => state === 'missing');
  const blocks = loud.map((one) => repositoryBlock(one, context));
  const lines: string[] = [];
  if (quiet.length > 0) lines.push(`${paint.green('nothing to say')} of ${repositories(quiet.length)}`);
  if (missing.length > 0)
    lines.push(`${repositories(missing.length)} declared, and not there yet: slipway plan shows them`);
  const found = loud.flatMap(({ diagnostics }) => diagnostics);
  const places = registries.map(({ account, region }) => `${account} in ${region}`).join(', ');
  const head = paint.bold(`${project} ${environment}, ${places}`);
  lines.push(
    `${repositories(all.length)}: ${found.length === 0 ? paint.green('nothing found') : paint.bold(tally(found))}`,
  );
  return `${[head, '', ...blocks.map((block) => `${block}\n`), ...lines].join('\n')}\n`;
}

function repositoryBlock({ name, rules, images, diagnostics }: AuditedRepository, context: DiagnosticContext): string {
  const what = [
    rules === null ? '' : count(rules, 'rule'),
    images === null ? '' : `${grouped(images)} ${images === 1 ? 'image' : 'images'}`,
  ].filter((part) => part !== '');
  const head = `${context.paint.bold(name)}${what.length === 0 ? '' : ` (${what.join(', ')})`}`;
  const found = diagnostics.map((one) => printDiagnostics([one], context).trimEnd());
  return [head, ...found].join('\n');
}
