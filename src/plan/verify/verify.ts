// Records what lifecycle policies will do to the images of a project, and looks on a later day whether they did.
// It must not know files, nor how a difference is shown.
import pLimit from 'p-limit';
import { canonicalLifecycleText, type Image } from '../../lifecycle/index.js';
import type { Project } from '../../manifest/project.js';
import { byText, compile, type DesiredRegistry } from '../../registry/index.js';
import { childrenKnown } from '../children.js';
import { type PortsFor, requireAccount } from '../plan.js';
import type { RegistryPorts } from '../ports.js';
import { read } from '../read.js';
import { imagesOf } from '../read-images.js';
import { requireMatches, selects } from '../scope.js';
import { compareRepository, nothing } from './compare.js';
import {
  type PredictedRegistry,
  type PredictedRepository,
  type Prediction,
  predictionVersion,
  type RepositoryVerification,
  type Verification,
} from './model.js';

export interface PredictOptions {
  readonly only?: readonly string[];
}

/** What could not be recorded, and why. */
export interface Unrecorded {
  readonly repository: string;
  readonly operation: string;
  readonly reason: string;
}

export interface Recording {
  readonly prediction: Prediction;
  /** Empty, or the prediction does not tell of all that was asked for. */
  readonly unrecorded: readonly Unrecorded[];
}

/** Records the policy in place and the images of every repository of an environment that exists. */
export async function predict(
  project: Project,
  environment: string,
  portsFor: PortsFor,
  options: PredictOptions = {},
): Promise<Recording> {
  return predictRegistries(compile(project, environment), portsFor, options);
}

/** The same from compiled registries. */
export async function predictRegistries(
  registries: readonly DesiredRegistry[],
  portsFor: PortsFor,
  { only = [] }: PredictOptions = {},
): Promise<Recording> {
  requireMatches(
    only,
    registries.flatMap(({ repositories }) => repositories),
  );
  const unrecorded: Unrecorded[] = [];
  const moments: number[] = [];
  const recorded = await Promise.all(
    registries.map(async (desired): Promise<PredictedRegistry> => {
      const { account, region, owner } = desired;
      const ports = await portsFor(desired);
      await requireAccount(ports, account, owner.environment);
      moments.push(ports.clock.now());
      const names = desired.repositories.filter((one) => selects(only, one)).map(({ name }) => name);
      const limit = pLimit(ports.concurrency);
      const repositories = await Promise.all(names.map((name) => limit(() => recordOne(ports, name, unrecorded))));
      return { account, region, repositories: repositories.filter((one) => one !== undefined) };
    }),
  );
  const owner = registries[0]?.owner;
  const prediction: Prediction = {
    version: predictionVersion,
    at: new Date(Math.min(...moments)).toISOString(),
    ...(owner === undefined ? {} : { owner: { project: owner.project, environment: owner.environment } }),
    registries: recorded,
  };
  return { prediction, unrecorded: unrecorded.sort((one, other) => byText(one.repository, other.repository)) };
}

/** A prediction of one repository from what one has of it: no registry is asked. */
export function predictionOf(
  images: readonly Image[],
  policy: string | null,
  { name, account, now }: { readonly name: string; readonly account: string; readonly now: number },
): Prediction {
  const repositories = [recordedAs(name, policy, images)];
  return { version: predictionVersion, at: new Date(now).toISOString(), registries: [{ account, repositories }] };
}

function recordedAs(name: string, policy: string | null, images: readonly Image[]): PredictedRepository {
  const sorted = images.toSorted((one, other) => byText(one.digest, other.digest));
  return { name, policy: policy === null ? null : canonicalLifecycleText(policy), images: sorted };
}

/** `undefined` where it does not exist, or could not be read. */
async function recordOne(
  ports: RegistryPorts,
  name: string,
  unrecorded: Unrecorded[],
): Promise<PredictedRepository | undefined> {
  const policy = await read(() => ports.ecr.getLifecyclePolicy(name));
  if (policy === 'gone') return undefined;
  if (policy.state === 'unknown') {
    unrecorded.push({ repository: name, operation: policy.operation, reason: policy.reason });
    return undefined;
  }
  const reading = await imagesOf(ports, name);
  if ('unknown' in reading) {
    const { operation, reason } = reading.unknown;
    unrecorded.push({ repository: name, operation, reason });
    return undefined;
  }
  if (reading.gone) return undefined;
  if (policy.state !== 'present') return recordedAs(name, null, reading.images);
  return recordedAs(name, policy.value, await childrenKnown(ports.ecr, name, reading.images));
}

export interface VerifyOptions {
  readonly only?: readonly string[];
}

/** Looks at everything that was recorded, and says what is not as predicted. It reads nothing else. */
export async function verify(
  prediction: Prediction,
  portsFor: PortsFor,
  { only = [] }: VerifyOptions = {},
): Promise<Verification> {
  requireMatches(
    only,
    prediction.registries.flatMap(({ repositories }) => repositories),
  );
  const from = Date.parse(prediction.at);
  const moments: number[] = [];
  const parts = await Promise.all(
    prediction.registries.map(async ({ account, region = '', repositories }) => {
      const ports = await portsFor({ account, region });
      await requireAccount(ports, account, prediction.owner?.environment ?? '');
      const to = ports.clock.now();
      moments.push(to);
      const limit = pLimit(ports.concurrency);
      const wanted = repositories.filter((one) => selects(only, one));
      return Promise.all(
        wanted.map((recorded) =>
          limit(async () => ({ account, region, ...(await verifyOne(ports, recorded, { from, to })) })),
        ),
      );
    }),
  );
  return verificationOf(prediction, Math.max(...moments), parts.flat());
}

/** The same for a prediction of one repository, with its images as one has them. */
export function verifyImages(prediction: Prediction, images: readonly Image[], now: number): Verification {
  const span = { from: Date.parse(prediction.at), to: now };
  const repositories = prediction.registries.flatMap(({ account, repositories }) =>
    repositories.map((recorded) => ({
      account,
      ...compareRepository(recorded, { images, policy: recorded.policy }, span),
    })),
  );
  return verificationOf(prediction, now, repositories);
}

async function verifyOne(
  ports: RegistryPorts,
  recorded: PredictedRepository,
  span: { readonly from: number; readonly to: number },
): Promise<Omit<RepositoryVerification, 'account' | 'region'>> {
  const { name } = recorded;
  const counts = { ...nothing, recorded: recorded.images.length };
  const reading = await imagesOf(ports, name);
  if ('unknown' in reading) {
    const { operation, reason } = reading.unknown;
    return { name, state: 'unknown', policy: 'unknown', counts, images: [], unknown: { operation, reason } };
  }
  if (reading.gone) return { name, state: 'gone', policy: 'unknown', counts, images: [] };
  const policy = await read(() => ports.ecr.getLifecyclePolicy(name));
  const known = policy !== 'gone' && (policy.state === 'present' || policy.state === 'absent');
  const text = !known ? undefined : policy.state === 'present' ? canonicalLifecycleText(policy.value) : null;
  const { images } = reading;
  const found = compareRepository(recorded, { images, policy: text }, span);
  if (found.counts.overdue === 0) return found;
  // A list pushed since may hold what is still there.
  const seen = await childrenKnown(ports.ecr, name, images);
  return seen === images ? found : compareRepository(recorded, { images: seen, policy: text }, span);
}

function verificationOf(
  prediction: Prediction,
  now: number,
  repositories: readonly RepositoryVerification[],
): Verification {
  return {
    recordedAt: prediction.at,
    now: new Date(now).toISOString(),
    asPredicted: repositories.every(({ state }) => state === 'as-predicted' || state === 'unknown'),
    repositories,
  };
}
