// What lifecycle policies do to the images that repositories hold: as declared or as they are in place, now or as time goes on.
// It must not write anything, nor know how a preview is shown.
import {
  type Ahead,
  evaluate,
  type Image,
  type ImagesPreview,
  type LifecyclePolicy,
  lifecycleText,
  lookAhead,
  type Prospect,
  parseLifecycle,
  previewOf,
} from '../lifecycle/index.js';
import type { Project } from '../manifest/project.js';
import { compile, type DesiredRegistry, type DesiredRepository } from '../registry/index.js';
import { comparePreviews, ecrPreview, type PreviewComparison } from './compare-preview.js';
import { withChildren } from './images.js';
import { type PortsFor, requireAccount } from './plan.js';
import { AwsFault, type RegistryPorts } from './ports.js';
import { ignorance } from './read.js';
import { requireMatches, selects } from './scope.js';
import { sideBySide } from './side-by-side.js';

export interface PreviewOptions {
  /** Patterns on name or key; none select everything. */
  readonly only?: readonly string[];
  /** The policies in place, rather than those of the manifest. */
  readonly live?: boolean;
  /** The moment, in milliseconds since the epoch; the clock's where it is left out. */
  readonly now?: number;
  /** Looks ahead too. */
  readonly ahead?: Ahead;
  /** Has ECR make a preview of its own, and compares. */
  readonly compare?: boolean;
  readonly signal?: AbortSignal;
  /** Hears of each page of images, and of each repository that is done. */
  readonly onProgress?: (progress: PreviewProgress) => void;
}

export interface PreviewProgress {
  readonly repositories: number;
  readonly done: number;
  /** Read so far. */
  readonly images: number;
}

/** Whose policy was looked at. `unmanaged`: the one in place, as the manifest declares none. */
export type PreviewedPolicy = 'manifest' | 'live' | 'unmanaged';

export interface RepositoryPreview {
  readonly name: string;
  readonly key: string;
  readonly account: string;
  readonly region: string;
  readonly of: PreviewedPolicy;
  /** Canonical; `null`: there is none. */
  readonly policy: LifecyclePolicy | null;
  /** `absent`: it does not exist yet. `unknown`: images or policy could not be read. */
  readonly state: 'read' | 'absent' | { readonly operation: string; readonly reason: string };
  /** In the order in which ECR tells them; `results` are theirs. */
  readonly images: readonly Image[];
  readonly preview: ImagesPreview;
  readonly comparison?: PreviewComparison;
  /** With `ahead`, of repositories that were read. */
  readonly prospect?: Prospect;
}

export interface Preview {
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Sorted by name within each registry. */
  readonly repositories: readonly RepositoryPreview[];
}

/**
 * Reads as many pages of DescribeImages as there are, and manifest lists a hundred a call; with `live` a policy for each repository. Who is
 * asked is checked by the answers themselves, and by one more call where there are none.
 */
export function preview(
  project: Project,
  environment: string,
  portsFor: PortsFor,
  options: PreviewOptions = {},
): Promise<Preview> {
  return previewRegistries(compile(project, environment), portsFor, options);
}

/** The same for registries that are compiled already. */
export async function previewRegistries(
  registries: readonly DesiredRegistry[],
  portsFor: PortsFor,
  options: PreviewOptions = {},
): Promise<Preview> {
  const { only = [] } = options;
  requireMatches(
    only,
    registries.flatMap(({ repositories }) => repositories),
  );
  const chosen = registries.map((registry) => ({
    ...registry,
    repositories: registry.repositories.filter((one) => selects(only, one)),
  }));
  const progress = new Progress(chosen, options.onProgress);
  const parts = await Promise.all(
    chosen.map(async (registry) => {
      const ports = await portsFor(registry);
      const now = options.now ?? ports.clock.now();
      return { now, repositories: await previewRegistry(registry, ports, now, options, progress) };
    }),
  );
  return { now: parts[0]?.now ?? options.now ?? 0, repositories: parts.flatMap(({ repositories }) => repositories) };
}

class Progress {
  readonly #hear: PreviewOptions['onProgress'];
  readonly #repositories: number;
  #done = 0;
  #images = 0;

  constructor(registries: readonly DesiredRegistry[], hear: PreviewOptions['onProgress']) {
    this.#hear = hear;
    this.#repositories = registries.reduce((sum, { repositories }) => sum + repositories.length, 0);
  }

  page(images: number): void {
    this.#images += images;
    this.#tell();
  }

  finished(): void {
    this.#done += 1;
    this.#tell();
  }

  #tell(): void {
    this.#hear?.({ repositories: this.#repositories, done: this.#done, images: this.#images });
  }
}

/** Whether the registry that answers is the one that is meant: asked for at most once, and only where no answer says so. */
class RightAccount {
  readonly #registry: DesiredRegistry;
  readonly #ports: RegistryPorts;
  #checked: Promise<void> | undefined;
  #wrong = false;
  #confirmed = false;

  constructor(registry: DesiredRegistry, ports: RegistryPorts) {
    this.#registry = registry;
    this.#ports = ports;
  }

  heard(registryId: string): void {
    if (registryId === this.#registry.account) this.#confirmed = true;
    else this.#wrong = true;
  }

  async require(): Promise<void> {
    if (this.#confirmed && !this.#wrong) return;
    this.#checked ??= requireAccount(this.#ports, this.#registry.account, this.#registry.owner.environment);
    await this.#checked;
  }
}

async function previewRegistry(
  registry: DesiredRegistry,
  ports: RegistryPorts,
  now: number,
  options: PreviewOptions,
  progress: Progress,
): Promise<readonly RepositoryPreview[]> {
  const account = new RightAccount(registry, ports);
  const found = new Map<string, RepositoryPreview>();
  await sideBySide(registry.repositories, ports.concurrency, async (repository) => {
    found.set(
      repository.name,
      await previewRepository({ registry, repository, ports, now, options, account, progress }),
    );
    progress.finished();
  });
  await account.require();
  return registry.repositories.flatMap(({ name }) => found.get(name) ?? []);
}

interface Job {
  readonly registry: DesiredRegistry;
  readonly repository: DesiredRepository;
  readonly ports: RegistryPorts;
  readonly now: number;
  readonly options: PreviewOptions;
  readonly account: RightAccount;
  readonly progress: Progress;
}

async function previewRepository(job: Job): Promise<RepositoryPreview> {
  const { registry, repository, ports, now, options } = job;
  const { name, key, lifecyclePolicy } = repository;
  const of = lifecyclePolicy === undefined ? 'unmanaged' : options.live === true ? 'live' : 'manifest';
  const head = { name, key, account: registry.account, region: registry.region, of } as const;
  const empty = { policy: lifecyclePolicy ?? null, images: [], preview: previewOf(null, [], now) } as const;
  try {
    const [text, described] = await Promise.all([
      of === 'manifest' ? undefined : ports.ecr.getLifecyclePolicy(name),
      imagesOf(job),
    ]);
    const policy = of === 'manifest' ? (lifecyclePolicy ?? null) : policyIn(text);
    if (policy === 'unreadable') {
      return {
        ...head,
        ...empty,
        state: {
          operation: 'ecr:GetLifecyclePolicy',
          reason: 'the policy in place has members that Slipway does not know',
        },
      };
    }
    const images = await withChildren(ports.ecr, name, described);
    const told = {
      ...head,
      policy,
      state: 'read',
      images,
      preview: previewOf(policy, images, now),
      ...(options.ahead === undefined ? {} : { prospect: lookAhead(policy, images, now, options.ahead) }),
    } as const;
    if (options.compare !== true || policy === null) return told;
    return { ...told, comparison: await compared(job, policy, text ?? lifecycleText(policy), images) };
  } catch (error) {
    if (error instanceof AwsFault && error.kind === 'gone') return { ...head, ...empty, state: 'absent' };
    const { operation, reason } = ignorance(error);
    return { ...head, ...empty, state: { operation, reason } };
  }
}

function policyIn(text: string | undefined): LifecyclePolicy | null | 'unreadable' {
  return text === undefined ? null : (parseLifecycle(text) ?? 'unreadable');
}

async function imagesOf({ repository, ports, account, progress }: Job): Promise<readonly Image[]> {
  const images: Image[] = [];
  for await (const page of ports.ecr.describeImages(repository.name, (registry) => account.heard(registry))) {
    images.push(...page);
    progress.page(page.length);
  }
  return images;
}

async function compared(
  { repository, ports, now, options }: Job,
  policy: LifecyclePolicy,
  text: string,
  images: readonly Image[],
): Promise<PreviewComparison> {
  const before = ports.clock.now();
  const theirs = await ecrPreview(ports, repository.name, text, options.signal);
  if (theirs.state === 'unknown') return theirs;
  // ECR looks at its own moment, somewhere between these two.
  const after = now + Math.max(0, ports.clock.now() - before);
  const moment = (time: number) => evaluate(policy, images, time);
  return comparePreviews([moment(now), moment(after)], theirs.images);
}
