// What is running and which images it uses, for people and for programs.
// It must not know how uses are found.
import { type Image, isProtectiveTag } from '../../lifecycle/index.js';
import type { ImageUse, RepositoryUsage, UsageReading } from '../../plan/index.js';
import { shownImage } from '../../plan/index.js';
import type { Owner } from '../../registry/model.js';
import { type Canvas, count, hang, list, padEnd, width } from '../text.js';
import { title } from './view.js';

export interface UsageView {
  readonly owner: Owner;
  readonly place: { readonly account: string; readonly region: string };
  readonly readings: readonly UsageReading[];
  readonly repositories: readonly RepositoryUsage[];
}

/** Who uses an image, each once, sorted. */
export function usersOf(uses: readonly ImageUse[]): readonly string[] {
  return [...new Set(uses.map(({ by }) => by))].sort();
}

/** The first few users, and how many more there are. */
export function usersInBrief(users: readonly string[], most = 2): string {
  const more = users.length - most;
  return more > 0 ? `${users.slice(0, most).join('; ')}; and ${more} more` : users.join('; ');
}

/** An image by its tags, those of `slipway protect` only where it has no other, or by the beginning of its digest. */
export function imageInBrief({ digest, tags }: Pick<Image, 'digest' | 'tags'>): string {
  if (tags.length === 0) return digest.slice(0, 'sha256:'.length + 12);
  const own = tags.filter((tag) => !isProtectiveTag(tag));
  const named = own.length === 0 ? tags : own;
  const more = named.length - 2;
  return more > 0 ? `${named.slice(0, 2).join(', ')} +${more}` : named.join(', ');
}

/** Images in use for their own sake or through a list, in the order ECR tells of them. */
function imagesInUse({ images, inUse }: RepositoryUsage): readonly (readonly [Image, readonly string[]])[] {
  return images.flatMap((image) => {
    const users = usersOf(inUse.usesOf(image.digest));
    return users.length === 0 ? [] : [[image, users] as const];
  });
}

/** A name and what is said of it: beside it where the name is short, else below. */
export function pairLines(
  name: string,
  said: string,
  nameWidth: number,
  { columns, paint }: Canvas,
): readonly string[] {
  if (width(name) <= nameWidth) return hang(`    ${padEnd(name, nameWidth)}  `, said, columns, paint.dim);
  return [`    ${name}`, ...hang('      ', said, columns, paint.dim)];
}

export const widestName = 24;

/** Sources that could not be read, and what follows from that. */
export function unknownLines(readings: readonly UsageReading[], canvas: Canvas): readonly string[] {
  const unknown = readings.filter((one) => one.state === 'unknown');
  if (unknown.length === 0) return [];
  const { paint, columns } = canvas;
  return [
    paint.bold(paint.magenta('Could not be read: what it runs is not known, so nothing counts as unused')),
    ...unknown.flatMap(({ source, operation, reason }) => [
      `  ${source}`,
      ...hang('    ', `${operation}: ${reason}`, columns, paint.dim),
    ]),
  ];
}

/** Uses that point at nothing. */
export function danglingLines(dangling: readonly ImageUse[], canvas: Canvas): readonly string[] {
  if (dangling.length === 0) return [];
  const byImage = new Map<string, ImageUse[]>();
  for (const use of dangling) {
    const name = shownImage(use);
    byImage.set(name, [...(byImage.get(name) ?? []), use]);
  }
  const nameWidth = Math.min(widestName, Math.max(...[...byImage.keys()].map(width)));
  return [
    canvas.paint.bold(canvas.paint.yellow('Refer to nothing: no such image is there')),
    ...[...byImage].flatMap(([name, uses]) => pairLines(name, usersInBrief(usersOf(uses)), nameWidth, canvas)),
  ];
}

export function printUsage({ owner, place, readings, repositories }: UsageView, canvas: Canvas): string {
  const { paint, columns } = canvas;
  const blocks: (readonly string[])[] = [[title(owner, place, paint)]];
  const unused: string[] = [];
  for (const repository of repositories) {
    const { name, state, images, ignorance } = repository;
    const used = imagesInUse(repository);
    if (ignorance !== undefined) {
      blocks.push([
        `  ${paint.bold(name)}  ${paint.magenta('could not be read')}`,
        ...hang('    ', `${ignorance.operation}: ${ignorance.reason}`, columns, paint.dim),
      ]);
    } else if (state === 'read' && used.length > 0) {
      const names = used.map(([image]) => imageInBrief(image));
      const nameWidth = Math.min(widestName, Math.max(...names.map(width)));
      blocks.push([
        `  ${paint.bold(name)}  ${used.length} of ${count(images.length, 'image')} in use`,
        ...used.flatMap(([, users], index) => pairLines(names[index] ?? '', usersInBrief(users), nameWidth, canvas)),
      ]);
    } else if (state === 'read') unused.push(images.length === 0 ? `${name} (empty)` : name);
  }
  const missing = repositories.filter(({ state }) => state === 'missing').map(({ name }) => name);
  if (unused.length > 0) {
    const complete = readings.every(({ state }) => state === 'read');
    blocks.push(hang(complete ? 'Nothing in use: ' : 'Nothing known to be in use: ', list(unused), columns));
  }
  if (missing.length > 0) blocks.push(hang('Not there yet: ', list(missing), columns));
  blocks.push(
    danglingLines(
      repositories.flatMap(({ inUse }) => inUse.dangling),
      canvas,
    ),
    unknownLines(readings, canvas),
    sourceLines(readings, canvas),
  );
  return `${blocks
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`;
}

function sourceLines(readings: readonly UsageReading[], { paint, columns }: Canvas): readonly string[] {
  const read = readings.filter((one) => one.state === 'read');
  if (read.length === 0) return [];
  const said = read.map(({ source, uses }) => `${source} (${count(uses.length, 'use')})`);
  return hang('Read: ', said.join(', '), columns, paint.dim);
}

export function sourceJson(reading: UsageReading): object {
  const { source: name, state, uses = [] } = reading;
  const head = { name, state, uses: uses.length };
  return reading.state === 'read' ? head : { ...head, operation: reading.operation, reason: reading.reason };
}

export function repositoryJson(repository: RepositoryUsage): object {
  const { key, name, state, images, inUse, ignorance } = repository;
  return {
    key,
    name,
    state,
    ...(ignorance === undefined ? {} : { operation: ignorance.operation, reason: ignorance.reason }),
    images: images.length,
    inUse: imagesInUse(repository).map(([{ digest, tags }, usedBy]) => ({ digest, tags, usedBy })),
    dangling: inUse.dangling.map(({ tag = null, digest = null, by }) => ({ tag, digest, by })),
  };
}
