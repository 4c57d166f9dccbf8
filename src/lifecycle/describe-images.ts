// Reads what `aws ecr describe-images --output json` prints: images, each checked, every problem at its place in the JSON.
// It must not know files, nor what becomes of the images.
import { type Diagnostic, diagnostic, pathOfOffset, readJson, SlipwayError } from '../diagnostics/index.js';
import type { Image } from './model.js';
import { parseTime } from './time.js';

export interface ImagesReading {
  readonly images: readonly Image[];
  /** What is no error, but makes the answer less than it seems. */
  readonly warnings: readonly Diagnostic[];
}

/** More than so many are counted, not told of one by one. */
const told = 20;

/**
 * Images in the order of the text. It may be the whole answer, or its list alone (`--query imageDetails`). Beside the members of the
 * API model, an entry that is a manifest list may have `children`, digests. Throws every problem; paths are `imageDetails.3.imageTags`.
 */
export function readDescribedImages(text: string): ImagesReading {
  const reading = readJson(text);
  if ('syntax' in reading) {
    const { message, offset } = reading.syntax;
    throw new SlipwayError(
      diagnostic('lifecycle/bad-images', `the images are no JSON: ${message}`, { path: pathOfOffset(offset) }),
    );
  }
  const { list, path, rest } = listIn(reading.value);
  const problems: Diagnostic[] = [];
  const images = list.flatMap((entry, index) => {
    const reader = new EntryReader(entry, path === '' ? String(index) : `${path}.${index}`, problems);
    return reader.image() ?? [];
  });
  if (problems.length === 0) problems.push(...repeated(list, path), ...mixed(list, path));
  if (problems.length > told) {
    const more = `there are ${problems.length - told} more problems like these`;
    throw new SlipwayError([...problems.slice(0, told), diagnostic('lifecycle/bad-images', more)]);
  }
  if (problems.length > 0) throw new SlipwayError(problems);
  const token = ['NextToken', 'nextToken'].find((name) => typeof rest[name] === 'string');
  if (token === undefined) return { images, warnings: [] };
  const message = `these are the first ${images.length} images only: the file ends with a ${token}`;
  return { images, warnings: [diagnostic('lifecycle/some-images', message, { path: token })] };
}

type Members = Readonly<Record<string, unknown>>;

function isObject(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function listIn(value: unknown): { readonly list: readonly unknown[]; readonly path: string; readonly rest: Members } {
  if (Array.isArray(value)) return { list: value, path: '', rest: {} };
  const rest = isObject(value) ? value : {};
  const list = rest['imageDetails'];
  if (Array.isArray(list)) return { list, path: 'imageDetails', rest };
  const message = isObject(value)
    ? list === undefined
      ? 'there is no imageDetails in it'
      : `imageDetails is ${kindOf(list)}, not a list`
    : `it is ${kindOf(value)}, not an object with imageDetails`;
  throw new SlipwayError(
    diagnostic('lifecycle/bad-images', message, { path: list === undefined ? '' : 'imageDetails' }),
  );
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'string')
    return `the text ${JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value)}`;
  if (typeof value === 'number') return `the number ${value}`;
  return typeof value === 'boolean' ? String(value) : 'an object';
}

const states: ReadonlyMap<string, Pick<Image, 'storageClass' | 'activating'>> = new Map([
  ['ACTIVE', { storageClass: 'standard' }],
  ['ARCHIVED', { storageClass: 'archive' }],
  ['ACTIVATING', { storageClass: 'standard', activating: true }],
]);

class EntryReader {
  readonly #entry: unknown;
  readonly #path: string;
  readonly #problems: Diagnostic[];

  constructor(entry: unknown, path: string, problems: Diagnostic[]) {
    this.#entry = entry;
    this.#path = path;
    this.#problems = problems;
  }

  image(): Image | undefined {
    const entry = this.#entry;
    if (!isObject(entry)) {
      this.#report('', `an image is ${kindOf(entry)}, not an object`);
      return undefined;
    }
    const before = this.#problems.length;
    const optional = {
      sizeInBytes: this.#size(entry),
      lastPulledAt: this.#time(entry, 'lastRecordedPullTime'),
      lastArchivedAt: this.#time(entry, 'lastArchivedAt'),
      lastActivatedAt: this.#time(entry, 'lastActivatedAt'),
      mediaType: this.#text(entry, 'imageManifestMediaType'),
      artifactMediaType: this.#text(entry, 'artifactMediaType'),
      subject: this.#text(entry, 'subjectManifestDigest'),
      children: this.#texts(entry, 'children'),
    };
    const digest = this.#text(entry, 'imageDigest', 'required');
    const pushedAt = this.#time(entry, 'imagePushedAt', 'required');
    const tags = this.#texts(entry, 'imageTags') ?? [];
    const state = this.#state(entry);
    if (this.#problems.length > before || digest === undefined || pushedAt === undefined) return undefined;
    const known = Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== undefined));
    return { digest, tags, pushedAt, ...state, ...known };
  }

  #report(member: string, message: string): void {
    const path = member === '' ? this.#path : `${this.#path}.${member}`;
    this.#problems.push(diagnostic('lifecycle/bad-images', message, { path }));
  }

  /** A member that is null is one that is left out. */
  #member(entry: Members, name: string, need: 'required' | 'optional'): unknown {
    const value = entry[name] ?? undefined;
    if (value === undefined && need === 'required') {
      const digest = entry['imageDigest'];
      this.#report('', `${typeof digest === 'string' ? digest : 'an image'} has no ${name}`);
    }
    return value;
  }

  #text(entry: Members, name: string, need: 'required' | 'optional' = 'optional'): string | undefined {
    const value = this.#member(entry, name, need);
    if (value === undefined || (typeof value === 'string' && value !== '')) return value;
    this.#report(name, `${name} is ${kindOf(value)}, not a text`);
    return undefined;
  }

  #texts(entry: Members, name: string): readonly string[] | undefined {
    const value = this.#member(entry, name, 'optional');
    if (value === undefined) return undefined;
    if (!Array.isArray(value)) {
      this.#report(name, `${name} is ${kindOf(value)}, not a list`);
      return undefined;
    }
    const texts: string[] = [];
    value.forEach((one: unknown, index) => {
      if (typeof one === 'string' && one !== '') texts.push(one);
      else this.#report(`${name}.${index}`, `one of ${name} is ${kindOf(one)}, not a text`);
    });
    return texts;
  }

  #size(entry: Members): number | undefined {
    const value = this.#member(entry, 'imageSizeInBytes', 'optional');
    if (value === undefined || (typeof value === 'number' && Number.isInteger(value) && value >= 0)) return value;
    this.#report('imageSizeInBytes', `imageSizeInBytes is ${kindOf(value)}, not a whole number of bytes`);
    return undefined;
  }

  #time(entry: Members, name: string, need: 'required' | 'optional' = 'optional'): number | undefined {
    const value = this.#member(entry, name, need);
    if (value === undefined) return undefined;
    const time = typeof value === 'string' || typeof value === 'number' ? parseTime(value) : undefined;
    if (time === undefined) this.#report(name, `${name} is ${kindOf(value)}, not a time`);
    return time;
  }

  #state(entry: Members): Pick<Image, 'storageClass' | 'activating'> {
    const status = this.#text(entry, 'imageStatus') ?? 'ACTIVE';
    const found = states.get(status);
    if (found === undefined) {
      const known = [...states.keys()].join(', ');
      this.#report('imageStatus', `imageStatus is ${JSON.stringify(status)}, none of ${known}`);
    }
    return found ?? {};
  }
}

function* members(list: readonly unknown[], name: string): Iterable<readonly [number, string]> {
  for (const [index, entry] of list.entries()) {
    const value = isObject(entry) ? entry[name] : undefined;
    if (typeof value === 'string') yield [index, value];
  }
}

function at(path: string, index: number, name: string): string {
  return `${path === '' ? '' : `${path}.`}${index}.${name}`;
}

function repeated(list: readonly unknown[], path: string): Diagnostic[] {
  const first = new Map<string, number>();
  const found: Diagnostic[] = [];
  for (const [index, digest] of members(list, 'imageDigest')) {
    const earlier = first.get(digest);
    if (earlier === undefined) first.set(digest, index);
    else {
      const message = `${digest} is listed twice: entry ${index + 1} repeats entry ${earlier + 1}`;
      found.push(diagnostic('lifecycle/bad-images', message, { path: at(path, index, 'imageDigest') }));
    }
  }
  return found;
}

/** A policy is that of one repository. */
function mixed(list: readonly unknown[], path: string): Diagnostic[] {
  let first: string | undefined;
  for (const [index, name] of members(list, 'repositoryName')) {
    first ??= name;
    if (name === first) continue;
    const message = `entry ${index + 1} is an image of ${name}, those before it are of ${first}`;
    return [diagnostic('lifecycle/bad-images', message, { path: at(path, index, 'repositoryName') })];
  }
  return [];
}
