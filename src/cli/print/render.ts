// Rendered files for people: their texts one after the other, or what became of each in its folder.
// It must not know targets.
import type { RenderedFile } from '../../render/index.js';
import type { FileChange } from '../rendered-folder.js';
import { type Canvas, count } from '../text.js';

/** One file is printed as it is, so that it can be piped; several have their paths between them. */
export function printFiles(files: readonly RenderedFile[]): string {
  const [only] = files;
  if (only !== undefined && files.length === 1) return only.text;
  return files.map(({ path, text }) => `# ${path}\n\n${text}`).join('\n');
}

const signs = { created: '+', changed: '~', removed: '-', unchanged: ' ' } as const;

export interface FolderView {
  readonly changes: readonly FileChange[];
  /** As it was typed. */
  readonly folder: string;
  readonly written: boolean;
  readonly next: readonly string[];
}

/** Files that stay as they are only counted: in a large project they are most of them. Commands are not broken: they are to be copied. */
export function printFolder({ changes, folder, written, next }: FolderView, { paint }: Canvas): string {
  const tints = { created: paint.green, changed: paint.yellow, removed: paint.red, unchanged: paint.dim };
  const shown = changes.filter(({ state }) => state !== 'unchanged');
  const same = changes.length - shown.length;
  const lines = shown.map(({ path, state }) => `  ${tints[state](`${signs[state]} ${path}`)}`);
  const rest = same === 0 ? [] : [`  ${paint.dim(`${count(same, 'file')} unchanged`)}`];
  if (shown.length === 0) return `${paint.bold(folder)}: up to date\n`;
  const heading = written ? folder : `${folder}: not up to date`;
  const steps =
    written && next.length > 0 ? ['', paint.bold(`Next, in ${folder}`), ''].concat(next.map((one) => `  ${one}`)) : [];
  return `${[paint.bold(heading), '', ...lines, ...rest, ...steps].join('\n')}\n`;
}
