// A folder of rendered files: what is new in it, what was changed by hand, and writing it so that a kill leaves no half file.
// It must not know any target.
import { hash } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { type Diagnostic, diagnostic, fail, SlipwayError } from '../diagnostics/index.js';
import { makeFolder } from '../local/data-folder.js';
import type { RenderedFile } from '../render/index.js';
import { systemReason } from './errors.js';

/** In the folder, beside the files: which of them Slipway wrote, and what they were then. */
const recordName = '.slipway-render.json';

/** As far as the umask lets them. */
const forEverybody = 0o777;

/** What a folder is for: rendered for something else, files of others would go. */
export type Purpose = Pick<FolderRecord, 'target' | 'environment'>;

interface FolderRecord {
  readonly version: 1;
  readonly target: string;
  /** The one that was chosen; `null`: all there were. */
  readonly environment: string | null;
  /** SHA-256 of each file's bytes, in hexadecimal, by path. */
  readonly files: Readonly<Record<string, string>>;
}

export type FileState = 'created' | 'changed' | 'unchanged' | 'removed';

export interface FileChange {
  readonly path: string;
  readonly state: FileState;
  /** Absent where the file goes. */
  readonly file?: RenderedFile;
}

export interface FolderPlan {
  /** Sorted by path. */
  readonly changes: readonly FileChange[];
  /** Files that are somebody's: not in the record, or changed since. */
  readonly inTheWay: readonly Diagnostic[];
}

/** What writing would do; reads only. */
export function planFolder(folder: string, purpose: Purpose, files: readonly RenderedFile[]): FolderPlan {
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() === false)
    fail('cli/bad-usage', `-o takes a folder, and ${folder} is a file`);
  const record = readRecord(folder);
  const known = record?.files ?? {};
  const inTheWay: Diagnostic[] = [];
  if (record !== undefined && !samePurpose(record, purpose)) {
    const message = `${folder} holds ${wordsOf(record)}, and ${wordsOf(purpose)} would take its place`;
    inTheWay.push(diagnostic('render/another-folder', message));
  }
  const wanted = new Set(files.map(({ path }) => path));
  // Of a folder that is not there nothing is.
  const there = existsSync(folder);
  const changes = files.map((file): FileChange => {
    const { path, text } = file;
    const live = there ? readIfThere(join(folder, path)) : undefined;
    if (live === undefined) return { path, state: 'created', file };
    if (live === text || file.seed === true) return { path, state: 'unchanged', file };
    if (known[path] !== hashOf(live)) inTheWay.push(obstacle(path, Object.hasOwn(known, path)));
    return { path, state: 'changed', file };
  });
  for (const [path, hash] of Object.entries(known)) {
    if (wanted.has(path) || !isInside(path)) continue;
    const live = readIfThere(join(folder, path));
    if (live === undefined) continue;
    if (hashOf(live) !== hash) inTheWay.push(obstacle(path, true));
    changes.push({ path, state: 'removed' });
  }
  return { changes: changes.sort((one, other) => (one.path < other.path ? -1 : 1)), inTheWay };
}

/** The record comes last: killed before, the next run finds files that are as they shall be, and goes on. */
export function writeFolder(folder: string, purpose: Purpose, { changes }: FolderPlan): void {
  try {
    const made = new Set<string>();
    for (const { path, state, file } of changes) {
      const at = join(folder, path);
      if (file === undefined) {
        rmSync(at, { force: true });
        removeEmptyParents(folder, dirname(path));
      } else if (state !== 'unchanged') {
        const parent = dirname(at);
        if (!made.has(parent)) makeFolder(parent, forEverybody);
        made.add(parent);
        replaceFile(at, file.text, state === 'changed');
        if (file.executable === true) chmodSync(at, 0o755);
      }
    }
    // A seed is its engine's from then on, so that it stays where it is not rendered any more either: a stack may still be there.
    const kept = changes.flatMap(({ path, file }) =>
      file === undefined || file.seed === true ? [] : [[path, hashOf(file.text)] as const],
    );
    const record: FolderRecord = { version: 1, ...purpose, files: Object.fromEntries(kept) };
    makeFolder(folder, forEverybody);
    const at = join(folder, recordName);
    replaceFile(at, `${JSON.stringify(record, null, 2)}\n`, existsSync(at));
  } catch (error) {
    fail('cli/cannot-write', `cannot write to ${folder}: ${systemReason(error)}`, { cause: error });
  }
}

/** Refuses before anything is written. */
export function requireFreeWay({ inTheWay }: FolderPlan): void {
  if (inTheWay.length > 0) throw new SlipwayError(inTheWay);
}

function obstacle(path: string, ours: boolean): Diagnostic {
  const what = ours
    ? `${path} was changed since Slipway wrote it`
    : `${path} is there already, and Slipway did not write it`;
  return diagnostic('render/file-in-the-way', what);
}

/** A record that is no record says nothing of any file: all of them are in the way then. */
function readRecord(folder: string): FolderRecord | undefined {
  const text = readIfThere(join(folder, recordName));
  if (text === undefined) return undefined;
  let record: unknown;
  try {
    record = JSON.parse(text);
  } catch {
    return undefined;
  }
  return isRecord(record) ? record : undefined;
}

function isRecord(value: unknown): value is FolderRecord {
  if (typeof value !== 'object' || value === null) return false;
  const { version, target, environment, files } = value as { readonly [member in keyof FolderRecord]?: unknown };
  return (
    version === 1 &&
    typeof target === 'string' &&
    (environment === null || typeof environment === 'string') &&
    typeof files === 'object' &&
    files !== null
  );
}

function samePurpose(one: Purpose, other: Purpose): boolean {
  return one.target === other.target && one.environment === other.environment;
}

function wordsOf({ target, environment }: Purpose): string {
  return `${environment === null ? 'all environments' : environment} for ${target}`;
}

/** A record may have been edited: no path of it leads out of the folder. */
function isInside(path: string): boolean {
  return path !== '' && !path.startsWith('/') && !path.split(/[/\\]/).includes('..');
}

function readIfThere(path: string): string | undefined {
  // Of a new folder nothing is there, and an error for each file takes longer than to ask.
  if (!existsSync(path)) return undefined;
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    return fail('cli/cannot-read', `cannot read ${path}: ${systemReason(error)}`, { cause: error });
  }
}

/** `keepMode`: of the file that is there. */
function replaceFile(path: string, text: string, keepMode = false): void {
  const unfinished = `${path}.unfinished`;
  try {
    writeFileSync(unfinished, text);
    if (keepMode) chmodSync(unfinished, statSync(path).mode);
    renameSync(unfinished, path);
  } catch (error) {
    rmSync(unfinished, { force: true });
    throw error;
  }
}

function removeEmptyParents(folder: string, path: string): void {
  for (let at = path; at !== '.' && at !== ''; at = dirname(at)) {
    const parent = join(folder, at);
    if (!existsSync(parent) || readdirSync(parent).length > 0) return;
    rmdirSync(parent);
  }
}

function hashOf(text: string): string {
  return hash('sha256', text);
}
