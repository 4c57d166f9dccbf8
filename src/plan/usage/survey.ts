// The images of declared repositories beside what is known to use them.
// It must not know where uses come from, nor what follows from them.
import { type Image, isManifestList } from '../../lifecycle/index.js';
import type { DesiredRegistry } from '../../registry/index.js';
import type { RegistryPorts } from '../ports.js';
import { ignorance } from '../read.js';
import { imagesOf } from '../read-images.js';
import { selects } from '../scope.js';
import { sideBySide } from '../side-by-side.js';
import { type InUse, matchUses } from './match.js';
import type { UsageReading } from './model.js';

/** One declared repository. */
export interface RepositoryUsage {
  readonly key: string;
  readonly name: string;
  /** `unread`: nobody knows its images. `missing`: it does not exist yet. */
  readonly state: 'read' | 'unread' | 'missing';
  /** Why it is unread. */
  readonly ignorance?: { readonly operation: string; readonly reason: string };
  readonly images: readonly Image[];
  readonly inUse: InUse;
}

export interface SurveyOptions {
  readonly only?: readonly string[];
  /** Whether the children of manifest lists in use are read: to ECR, that is a pull of the list. */
  readonly children?: boolean;
}

/** Sorted by name. */
export async function surveyUsage(
  desired: DesiredRegistry,
  ports: RegistryPorts,
  readings: readonly UsageReading[],
  { only = [], children = false }: SurveyOptions = {},
): Promise<readonly RepositoryUsage[]> {
  const registry = { account: desired.account, region: desired.region };
  const selected = desired.repositories.filter((repository) => selects(only, repository));
  const found = new Map<string, RepositoryUsage>();
  await sideBySide(selected, ports.concurrency, async ({ key, name }) => {
    const reading = await imagesOf(ports, name);
    const bare = 'unknown' in reading ? [] : reading.images;
    const direct = matchUses({ registry, repository: name, images: bare }, readings);
    const lists = bare.filter((image) => isManifestList(image) && direct.directUsesOf(image.digest).length > 0);
    const known = children && lists.length > 0 ? await childrenOf(ports, name, lists) : undefined;
    const images = known === undefined ? bare : bare.map((image) => withChildren(image, known));
    found.set(name, {
      key,
      name,
      state: 'unknown' in reading ? 'unread' : reading.gone ? 'missing' : 'read',
      ...('unknown' in reading ? { ignorance: reading.unknown } : {}),
      images,
      inUse: known === undefined ? direct : matchUses({ registry, repository: name, images }, readings),
    });
  });
  return selected.flatMap(({ name }) => found.get(name) ?? []);
}

type Children = ReadonlyMap<string, readonly string[]>;

/** Where they may not be read, the list alone is known to be in use: ECR keeps its children with it all the same. */
async function childrenOf(ports: RegistryPorts, name: string, lists: readonly Image[]): Promise<Children | undefined> {
  try {
    return await ports.ecr.childrenOf(
      name,
      lists.map(({ digest }) => digest),
    );
  } catch (error) {
    ignorance(error);
    return undefined;
  }
}

function withChildren(image: Image, known: Children): Image {
  const children = known.get(image.digest);
  return children === undefined ? image : { ...image, children };
}
