// Stands between a change and the images that somebody runs: who uses those that go, and what is not known of that.
// It must not know which images go, nor where uses come from.
import { type Image, shortDigest } from '../lifecycle/index.js';
import { nameOf } from './effect.js';
import type { UsageKnown, UsedImage } from './model.js';
import { matchUses, type RegistryPlace, type UsageReading, type UsageSource } from './usage/index.js';

/** The declared sources, asked once, and only when something would go. */
export class Guard {
  readonly #sources: readonly UsageSource[];
  readonly #signal: AbortSignal | undefined;
  #readings: Promise<readonly UsageReading[]> | undefined;

  constructor(sources: readonly UsageSource[] = [], signal?: AbortSignal) {
    this.#sources = sources;
    this.#signal = signal;
  }

  /** Whether the manifest declares any source. Without one nothing is asked, and nothing is known. */
  get watches(): boolean {
    return this.#sources.length > 0;
  }

  /** Who uses `going`, some of the images of a repository; `undefined` where no source is declared, or nothing goes. */
  async usageOf(
    registry: RegistryPlace,
    repository: string,
    images: readonly Image[],
    going: readonly Image[],
  ): Promise<UsageKnown | undefined> {
    if (!this.watches || going.length === 0) return undefined;
    const readings = await this.#read();
    const found = matchUses({ registry, repository, images }, readings);
    const inUse = going.flatMap((image): UsedImage[] => {
      const by = [...new Set(found.usesOf(image.digest).map((use) => use.by))];
      return by.length === 0 ? [] : [{ digest: image.digest, tags: image.tags, by }];
    });
    return { ...this.#asked(readings), inUse };
  }

  /** Who uses any image of a repository, by the name they know it by: for where the images themselves could not be read. */
  async usageOfAny(registry: RegistryPlace, repository: string): Promise<UsageKnown | undefined> {
    if (!this.watches) return undefined;
    const readings = await this.#read();
    // Without images to match, every use of the repository is left over.
    const { dangling } = matchUses({ registry, repository, images: [] }, readings);
    const users = new Map<string, UsedImage>();
    for (const { digest = '', tag = '', by } of dangling) {
      const known = users.get(digest + tag)?.by ?? [];
      const tags = tag === '' ? [] : [tag];
      users.set(digest + tag, { digest, tags, by: known.includes(by) ? known : [...known, by] });
    }
    return { ...this.#asked(readings), inUse: [...users.values()] };
  }

  #asked(readings: readonly UsageReading[]): Pick<UsageKnown, 'sources' | 'unknown'> {
    return {
      sources: this.#sources.map(({ name }) => name),
      unknown: readings.flatMap((one) =>
        one.state === 'unknown' ? [{ source: one.source, operation: one.operation, reason: one.reason }] : [],
      ),
    };
  }

  #read(): Promise<readonly UsageReading[]> {
    this.#readings ??= Promise.all(this.#sources.map((source) => source.read(this.#signal)));
    return this.#readings;
  }
}

/** Whether something goes that somebody uses, or may use as far as is known. */
export function isGrave(usage: UsageKnown | undefined): usage is UsageKnown {
  return usage !== undefined && (usage.inUse.length > 0 || usage.unknown.length > 0);
}

const mostNamed = 3;

/** The images in use, each with its first user: `v1.0 by ECS service prod/api, task definition api:42; v2 by … and 3 more`. */
export function usersIn({ inUse }: UsageKnown): string {
  const named = inUse.slice(0, mostNamed).map((image) => {
    const [first = '', ...others] = image.by;
    return `${shortDigest(nameOf(image))} by ${first}${others.length === 0 ? '' : ` and ${others.length} more`}`;
  });
  const more = inUse.length - named.length;
  return `${named.join('; ')}${more > 0 ? `; and ${more} more ${more === 1 ? 'image' : 'images'}` : ''}`;
}

/** The sources that could not be read, each with its reason. */
export function unreadIn({ unknown }: UsageKnown): string {
  const [first, ...others] = unknown.map(({ source, operation, reason }) => `${source} (${operation}: ${reason})`);
  if (first === undefined) return '';
  return others.length === 0 ? `${first} could not be read` : `${[first, ...others].join(', ')} could not be read`;
}
