// Reads what is there with few calls: descriptions in pages, tags in bulk, policies one by one.
// It must not know what is done about a difference; it never writes.
import pLimit, { type LimitFunction } from 'p-limit';
import {
  byText,
  type DesiredRegistry,
  type DesiredRepository,
  hasTags,
  type ObservedRegistry,
  type ObservedRepository,
  ownershipOf,
  ownershipTags,
  type Reading,
  repositoryOfArn,
  stackOfArn,
  type Tags,
} from '../registry/index.js';
import { AwsFault, type RegistryPorts, type RepositoryDescription } from './ports.js';
import { type Ignorance, ignorance, read } from './read.js';
import { selects } from './scope.js';
import { sideBySide } from './side-by-side.js';

export interface ObserveScope {
  /** Patterns on name or key; none select everything. */
  readonly only?: readonly string[];
  /** `existence`: only which repositories there are and whose. `access`: which there are, and their policies. */
  readonly depth?: 'everything' | 'existence' | 'access';
  /** Whether to look for repositories of ours that are not declared, and to read tags in bulk for it; the default. */
  readonly orphans?: boolean;
}

/** DescribeRepositories takes at most so many names (API model). */
const namesInOneCall = 100;
/** Where tags cannot be had in bulk, so many undeclared repositories are asked one by one for orphans. */
const mostAsked = 200;

const unread = { state: 'unread' } as const;

/**
 * Reading N unchanged repositories costs about 2N calls. A repository is described by name where that takes one call, else
 * the registry is listed. Tags come in bulk by our ownership tags, which finds orphans as well; that index lags behind ECR,
 * so a repository whose answer is missing or differs is asked itself.
 */
export async function observe(
  desired: DesiredRegistry,
  ports: RegistryPorts,
  scope: ObserveScope = {},
): Promise<ObservedRegistry> {
  const only = scope.only ?? [];
  const limit = pLimit(ports.concurrency);
  const declared = new Map(desired.repositories.map((repository) => [repository.name, repository]));
  const selected = desired.repositories.filter((repository) => selects(only, repository));
  const listing = new Listing(ports, limit);
  const isStray = (name: string) => !declared.has(name) && selects(only, { name });

  const [, bulk] = await Promise.all([
    listing.find(selected.map(({ name }) => name)),
    scope.orphans === false ? noBulk : bulkTags(desired, ports, limit),
  ]);
  const strays = bulk.failure === undefined ? [...bulk.tags.keys()].filter(isStray) : [];
  await listing.find(strays);

  const drafts = [...selected.map(({ name }) => name), ...strays].flatMap((name) => {
    const description = listing.found.get(name);
    if (description === undefined) return [];
    const wanted = declared.get(name);
    const known = wanted === undefined ? undefined : bulk.tags.get(name);
    const suffices = known !== undefined && wanted !== undefined && hasTags(known, wanted.tags);
    const draft: Draft = { description, tags: suffices ? { state: 'present', value: known } : unread };
    return [draft];
  });
  await readDrafts(drafts, declared, scope, ports);

  const repositories = new Map<string, ObservedRepository>();
  for (const { description, tags, lifecyclePolicy = unread, repositoryPolicy = unread } of drafts) {
    // Deleted since it was listed.
    if (tags === 'gone' || lifecyclePolicy === 'gone' || repositoryPolicy === 'gone') continue;
    // The bulk index lags: what is no longer ours is no orphan of ours.
    if (!declared.has(description.name) && !mayBeOurs(tags, desired)) continue;
    repositories.set(description.name, { ...description, tags, lifecyclePolicy, repositoryPolicy });
  }

  /** Keeps an undeclared repository if its tags say that it is ours; tells why, if they cannot be read. */
  const adopt = async (name: string): Promise<string | undefined> => {
    const description = listing.found.get(name);
    if (description === undefined) return undefined;
    const tags = await limit(() => read(() => ports.ecr.listTags(description.arn)));
    if (tags === 'gone') return undefined;
    if (tags.state === 'unknown') return `${tags.operation}: ${tags.reason}`;
    if (mayBeOurs(tags, desired)) {
      repositories.set(name, { ...description, tags, lifecyclePolicy: unread, repositoryPolicy: unread });
    }
    return undefined;
  };
  const oursExist = [...repositories.values()].some(({ tags }) => tags.state === 'present' && mayBeOurs(tags, desired));
  const orphansKnown =
    scope.orphans === false || (bulk.failure === undefined && bulk.tags.size > 0)
      ? listing.knows(strays)
      : await searchOrphans({ listing, isStray, oursExist, failure: bulk.failure, adopt });
  return {
    account: desired.account,
    region: desired.region,
    repositories: new Map([...repositories].sort(([one], [other]) => byText(one, other))),
    unreadable: new Map(
      [...listing.unreadable]
        .filter(([name]) => declared.has(name))
        .map(([name, { operation, reason }]) => [name, { operation, reason }]),
    ),
    orphansKnown,
    stacks: bulk.stacks,
  };
}

/** What is known of a repository so far. */
interface Draft {
  readonly description: RepositoryDescription;
  tags: Reading<Tags> | 'gone';
  lifecyclePolicy?: Reading<string> | 'gone';
  repositoryPolicy?: Reading<string> | 'gone';
}

/** Reads what is missing, one call after the other, as many at once as may be. */
async function readDrafts(
  drafts: readonly Draft[],
  declared: ReadonlyMap<string, DesiredRepository>,
  { depth }: ObserveScope,
  { ecr, concurrency }: RegistryPorts,
): Promise<void> {
  const shared = new SharedReadings();
  function* calls(): Iterable<() => Promise<void>> {
    for (const draft of drafts) {
      const { name, arn } = draft.description;
      const wanted = declared.get(name);
      if (depth !== 'access' && draft.tags !== 'gone' && draft.tags.state === 'unread') {
        yield async () => {
          draft.tags = await read(() => ecr.listTags(arn));
        };
      }
      if (wanted === undefined || depth === 'existence') continue;
      if (depth !== 'access' && wanted.lifecyclePolicy !== undefined) {
        yield async () => {
          draft.lifecyclePolicy = shared.one(await read(() => ecr.getLifecyclePolicy(name)));
        };
      }
      yield async () => {
        draft.repositoryPolicy = shared.one(await read(() => ecr.getRepositoryPolicy(name)));
      };
    }
  }
  await sideBySide(calls(), concurrency, (call) => call());
}

/**
 * Most repositories have the same policies: one reading of each text will do. It is more than the memory of the texts: what is
 * kept of every call, V8 begins to make among its old objects, where all that the call has left behind stays with it.
 */
class SharedReadings {
  readonly #known = new Map<string, Reading<string>>();

  one(reading: Reading<string> | 'gone'): Reading<string> | 'gone' {
    if (reading === 'gone' || reading.state !== 'present') return reading;
    const known = this.#known.get(reading.value);
    if (known === undefined) this.#known.set(reading.value, reading);
    return known ?? reading;
  }
}

function mayBeOurs(tags: Reading<Tags>, { owner }: DesiredRegistry): boolean {
  return tags.state !== 'present' || ownershipOf(tags.value, owner).state === 'ours';
}

interface BulkTags {
  readonly tags: ReadonlyMap<string, Tags>;
  /** Names of stacks. */
  readonly stacks: readonly string[];
  readonly failure?: Ignorance;
}

const noBulk: BulkTags = { tags: new Map(), stacks: [] };

async function bulkTags(desired: DesiredRegistry, ports: RegistryPorts, limit: LimitFunction): Promise<BulkTags> {
  const tags = new Map<string, Tags>();
  const stacks: string[] = [];
  try {
    await limit(async () => {
      for await (const page of ports.tagging.resourcesWithTags(ownershipTags(desired.owner))) {
        for (const [arn, found] of page) {
          const name = repositoryOfArn(desired, arn);
          if (name !== undefined) tags.set(name, found);
          const stack = stackOfArn(desired, arn);
          if (stack !== undefined) stacks.push(stack);
        }
      }
    });
    return { tags, stacks };
  } catch (error) {
    // Half an answer is good for what it tells, but not for what it leaves out.
    return { tags, stacks, failure: ignorance(error) };
  }
}

/** Which repositories exist, found with as few calls as the names and permissions at hand allow. */
class Listing {
  readonly found = new Map<string, RepositoryDescription>();
  readonly unreadable = new Map<string, Ignorance>();
  readonly #ports: RegistryPorts;
  readonly #limit: LimitFunction;
  #listed: Promise<Ignorance | undefined> | undefined;

  constructor(ports: RegistryPorts, limit: LimitFunction) {
    this.#ports = ports;
    this.#limit = limit;
  }

  /** Finds those of the names that exist. Where listing is denied, each is asked for by itself. */
  async find(names: readonly string[]): Promise<void> {
    const open = names.filter((name) => !this.found.has(name));
    if (open.length === 0 || this.#listed !== undefined) {
      const problem = await this.#listed;
      if (problem !== undefined) await this.#askEach(open, problem);
      return;
    }
    if (open.length <= namesInOneCall && (await this.#ask(open)) === 'all') return;
    const problem = await this.all();
    if (problem !== undefined) await this.#askEach(open, problem);
  }

  /** Lists the whole registry, once. */
  all(): Promise<Ignorance | undefined> {
    this.#listed ??= this.#limit(async () => {
      try {
        for await (const page of this.#ports.ecr.listRepositories()) {
          for (const one of page) this.found.set(one.name, one);
        }
        return undefined;
      } catch (error) {
        return ignorance(error);
      }
    });
    return this.#listed;
  }

  /** Orphans among `strays` are known unless it could not be read whether they exist. */
  knows(strays: readonly string[]): ObservedRegistry['orphansKnown'] {
    const lost = strays.find((name) => this.unreadable.has(name));
    const why = lost === undefined ? undefined : this.unreadable.get(lost);
    return why === undefined ? { known: true } : { known: false, reason: `${why.operation}: ${why.reason}` };
  }

  /** `not all`: at least one of the names does not exist. */
  async #ask(names: readonly string[]): Promise<'all' | 'not all' | Ignorance> {
    try {
      const answer = await this.#limit(() => this.#ports.ecr.describeRepositories(names));
      for (const one of answer ?? []) this.found.set(one.name, one);
      return answer === undefined ? 'not all' : 'all';
    } catch (error) {
      if (error instanceof AwsFault && error.kind === 'gone') return 'not all';
      return ignorance(error);
    }
  }

  async #askEach(names: readonly string[], problem: Ignorance): Promise<void> {
    if (problem.kind !== 'denied') {
      // Asking a service that does not answer once more for each name would only make it worse.
      for (const name of names) this.unreadable.set(name, problem);
      return;
    }
    await Promise.all(
      names.map(async (name) => {
        if (this.found.has(name)) return;
        const answer = await this.#ask([name]);
        if (typeof answer !== 'string') this.unreadable.set(name, answer);
      }),
    );
  }
}

interface Search {
  readonly listing: Listing;
  readonly isStray: (name: string) => boolean;
  readonly oursExist: boolean;
  readonly failure: Ignorance | undefined;
  readonly adopt: (name: string) => Promise<string | undefined>;
}

/** Looks for orphans without the bulk index: some endpoints lack ECR in it, and answer with nothing. */
async function searchOrphans(search: Search): Promise<ObservedRegistry['orphansKnown']> {
  const { listing, failure } = search;
  const problem = await listing.all();
  if (problem !== undefined) return { known: false, reason: `${problem.operation}: ${problem.reason}` };
  const strays = [...listing.found.keys()].filter(search.isStray);
  if (strays.length > mostAsked) {
    if (failure !== undefined) return { known: false, reason: `${failure.operation}: ${failure.reason}` };
    // Nothing of ours is there and the index says so too: there is no reason to doubt it.
    if (!search.oursExist) return { known: true };
    return {
      known: false,
      reason: `tags are not to be had in bulk here, and ${strays.length} repositories are too many to ask one by one`,
    };
  }
  const problems = await Promise.all(strays.map(search.adopt));
  const reason = problems.find((one) => one !== undefined);
  return reason === undefined ? { known: true } : { known: false, reason };
}
