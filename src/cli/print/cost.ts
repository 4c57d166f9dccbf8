// What images cost, as a table.
// It must not know how costs are added up.
import { minimumArchiveDays, pricesOf } from '../../lifecycle/index.js';
import type { CostGroup, CostReport, Stored } from '../../plan/index.js';
import { bytes, type Canvas, dollars, grouped, hang, list, padEnd, width } from '../text.js';
import { painted } from './view.js';

interface Row {
  readonly name: string;
  readonly cells: readonly string[];
}

function cellsOf({ images, standardBytes, archiveBytes, dollarsPerMonth }: Stored): readonly string[] {
  const size = (number: number) => (number === 0 ? '-' : bytes(number));
  return [grouped(images), size(standardBytes), size(archiveBytes), dollars(dollarsPerMonth)];
}

/** Names to the left, numbers to the right; a name too long for its line has one of its own. */
function tableLines(head: Row, rows: readonly Row[], { paint, columns }: Canvas): readonly string[] {
  const all = [head, ...rows];
  const widths = head.cells.map((_, index) => Math.max(...all.map(({ cells }) => width(cells[index] ?? ''))));
  const numbers = (cells: readonly string[]) =>
    cells.map((cell, index) => cell.padStart(widths[index] ?? 0)).join('  ');
  const room = columns - 4 - widths.reduce((sum, one) => sum + one + 2, 0) + 2;
  const nameWidth = Math.min(room, Math.max(...all.map(({ name }) => width(name))));
  return all.flatMap(({ name, cells }, index) => {
    const tint = index === 0 ? paint.dim : (text: string) => text;
    if (width(name) <= nameWidth) return [tint(`  ${padEnd(name, nameWidth)}  ${numbers(cells)}`)];
    return [tint(`  ${name}`), tint(`  ${' '.repeat(nameWidth)}  ${numbers(cells)}`)];
  });
}

/** Ends with a line feed. */
export function printCost(
  report: CostReport,
  by: { readonly tag: string; readonly groups: readonly CostGroup[] } | undefined,
  title: string,
  canvas: Canvas,
): string {
  const { paint, columns } = canvas;
  const total: Row = { name: 'total', cells: cellsOf(report) };
  const titles = ['images', 'standard', 'archive', 'a month'];
  const saved = ({ saving }: CostReport['repositories'][number]) =>
    saving.images === 0 ? '-' : dollars(saving.dollarsPerMonth);
  const rows: readonly Row[] =
    by === undefined
      ? [
          ...report.repositories.map((one) => ({ name: one.name, cells: [...cellsOf(one), saved(one)] })),
          { ...total, cells: [...total.cells, dollars(report.savingDollarsPerMonth)] },
        ]
      : [...by.groups.map((group) => ({ name: group.value ?? '(without)', cells: cellsOf(group) })), total];
  const head: Row =
    by === undefined ? { name: 'repository', cells: [...titles, 'policy saves'] } : { name: by.tag, cells: titles };
  const lines = [paint.bold(title), '', ...tableLines(head, rows, canvas), ''];
  for (const { repository, operation, reason } of report.unknown) {
    lines.push(
      ...hang(` ${painted('?', paint)} `, `${repository} could not be read (${operation}: ${reason})`, columns),
    );
  }
  for (const note of notes(report)) lines.push(...hang('', note, columns, paint.dim));
  return `${lines.join('\n')}\n`;
}

function notes({ upperBound, notCounted, prices }: CostReport): readonly string[] {
  const bound =
    notCounted.length > 0
      ? [
          `At most so much: the layers of ${list(notCounted.slice(0, 3))}${notCounted.length > 3 ? ' and others' : ''} were not read, as their policies go by pulls or their manifests may not be read.`,
        ]
      : upperBound
        ? ['At most so much: layers that images share are counted for each of them. --layers counts them once.']
        : [];
  const assumed = prices.filter((one) => one.assumed).map(({ region }) => region);
  const [first] = prices;
  if (first === undefined) return bound;
  const price = `$${(pricesOf(first.region).standard[0]?.perGB ?? 0).toFixed(2)} for a GB and month`;
  return [
    ...bound,
    `Prices as of ${first.asOf}: ${price}${assumed.length === 0 ? '' : `, assumed for ${list(assumed)}`}. An image in the archive is paid for at least ${minimumArchiveDays} days.`,
  ];
}
