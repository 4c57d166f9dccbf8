// Finds the files of a project and reads them: the one place of this room that touches the file system.
// It must not know what the files say.
import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { type Diagnostic, diagnostic, fail, isSlipwayError, SlipwayError } from '../diagnostics/index.js';
import { apiVersion, projectNames, type TextFile } from './documents.js';
import { type ParseOptions, parseProject } from './parse-project.js';
import type { Project } from './project.js';

const ownNames = ['slipway.yaml', 'slipway.yml'];
/** Files read at a time: a big folder must not run into the limit of open files. */
const atOnce = 64;
/** So much is looked through for a project that shows nowhere in the folder itself: a home folder, say, is not searched whole. */
const mostEntries = 10_000;

function why(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? String(error);
}

/** What cannot be read may hold a repository: leaving it out would make an orphan of that. */
function unreadable(path: string, error: unknown): never {
  return fail('manifest/unreadable', `${path} cannot be read (${why(error)})`, { cause: error });
}

/** Counts what a search has met, and ends it. */
type Counted = (entries: number) => void;

/** YAML files of a folder, and where they are asked for those below it, except folders that are projects of their own. Sorted. */
async function yamlFiles(
  folder: string,
  depth: 'top' | 'all' | 'below',
  counted: Counted = () => undefined,
): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: unknown) => unreadable(folder, error));
  counted(entries.length);
  const names = entries.map((entry) => entry.name);
  if (depth === 'below' && names.some((name) => ownNames.includes(name))) return [];
  const found: string[] = [];
  for (const entry of entries.sort((left, right) => (left.name < right.name ? -1 : 1))) {
    if (entry.name.startsWith('.') || entry.name === 'node_modules') continue;
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      if (depth !== 'top') found.push(...(await yamlFiles(path, 'below', counted)));
    } else if (/\.ya?ml$/.test(entry.name) && (entry.isFile() || (entry.isSymbolicLink() && (await isFile(path))))) {
      found.push(path);
    }
  }
  return found;
}

/** A link to a file counts (that is how Kubernetes mounts files); a link to a folder could lead in circles. */
async function isFile(path: string): Promise<boolean> {
  const found = await stat(path).catch((error: unknown) => unreadable(path, error));
  return found.isFile();
}

async function read(paths: readonly string[], own: (path: string) => boolean): Promise<TextFile[]> {
  const files: TextFile[] = [];
  const problems: Diagnostic[] = [];
  for (let from = 0; from < paths.length; from += atOnce) {
    const texts = paths.slice(from, from + atOnce).map(async (path): Promise<TextFile | Diagnostic> => {
      try {
        return { file: path, text: await readFile(path, 'utf8'), own: own(path) };
      } catch (error) {
        return diagnostic('manifest/unreadable', `${path} cannot be read (${why(error)})`);
      }
    });
    for (const one of await Promise.all(texts)) {
      if ('code' in one) problems.push(one);
      else files.push(one);
    }
  }
  if (problems.length > 0) throw new SlipwayError(problems);
  return files;
}

/** What a folder without a project does hold. */
function seen(files: readonly TextFile[]): string {
  const own = files.filter((file) => file.own).map((file) => basename(file.file));
  const count = files.length - own.length;
  const others = count === 0 ? '' : `, and none in ${count} other YAML ${count === 1 ? 'file' : 'files'}`;
  return own.length === 0 ? `there is no slipway.yaml${others}` : `none in ${own.join(' and ')}${others}`;
}

/** Every file of a project. Where its folder does not show that it is one, the search below it is bounded. */
async function filesOf(folder: string): Promise<string[]> {
  const top = await yamlFiles(folder, 'top');
  const known =
    top.some((path) => ownNames.includes(basename(path))) || projectNames(await read(top, () => false)).length > 0;
  if (known) return yamlFiles(folder, 'all');
  let met = 0;
  return yamlFiles(folder, 'all', (entries) => {
    met += entries;
    if (met <= mostEntries) return;
    fail(
      'manifest/no-project',
      `no document of kind Project (apiVersion ${apiVersion}) in ${folder}: there is no slipway.yaml, and too much lies below it to be searched`,
      { mend: 'give the folder of the project with -C, or write a project with `slipway init`' },
    );
  });
}

async function isDirectory(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch (error) {
    return fail('manifest/not-found', `${path} is no folder and no file (${why(error)})`, { cause: error });
  }
}

/**
 * Loads a project from a folder (its slipway.yaml and every manifest beside and below it) or from one file.
 * @throws SlipwayError with every problem of all files, each with its place.
 */
export async function loadProject(path: string, options: ParseOptions = {}): Promise<Project> {
  const isFolder = await isDirectory(path);
  const folder = isFolder ? path : dirname(path);
  const paths = isFolder ? await filesOf(path) : [path];
  const top = new Set(isFolder ? ownNames.map((name) => join(path, name)) : [path]);
  const files = await read(paths, (one) => top.has(one));
  const looked = isFolder ? `${path} (${seen(files)})` : basename(path);
  return parseProject(files, { ...options, directory: resolve(folder), looked });
}

/**
 * The name of the project that a folder or file holds, without what lies below the folder; `undefined` where it holds none or
 * several, or nothing that can be read. @throws SlipwayError where there is no such folder.
 */
export async function projectNameIn(path: string): Promise<string | undefined> {
  try {
    const paths = (await isDirectory(path)) ? await yamlFiles(path, 'top') : [path];
    const names = projectNames(await read(paths, () => false));
    return names.length === 1 ? names[0] : undefined;
  } catch (error) {
    if (isSlipwayError(error) && error.code === 'manifest/unreadable') return undefined;
    throw error;
  }
}
