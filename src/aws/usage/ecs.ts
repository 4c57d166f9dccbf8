// What ECS runs in one account and Region: services with every deployment, tasks, and recent task definitions.
// It must not know which images exist.
import type { Failure, Service } from '@aws-sdk/client-ecs';
import { AwsFault } from '../../plan/ports.js';
import { sideBySide } from '../../plan/side-by-side.js';
import type { UsageSource } from '../../plan/usage/index.js';
import { matches } from '../../registry/index.js';
import type { Caller } from '../caller.js';
import { clientOptions, lazily, type Place } from '../client.js';
import { type ReaderOptions, type UsageAccount, within } from './account.js';
import { Uses } from './uses.js';

export interface EcsOptions {
  /** Names of clusters, `*` for any text; none: all of them. */
  readonly clusters?: readonly string[];
  /** How many of the newest active revisions of each family count, whether anything runs them or not. */
  readonly revisions: number;
}

/** API reference: ListServices, ListTasks and ListTaskDefinitions give at most so many, DescribeServices and DescribeTasks take so many. */
const listed = 100;
const servicesInOneCall = 10;
const tasksInOneCall = 100;
const revisionsInOneCall = 20;

export function ecsSource(
  at: UsageAccount,
  { clusters = [], revisions }: EcsOptions,
  options: ReaderOptions,
): UsageSource {
  const name = `ECS in ${at.account}, ${at.region}`;
  return {
    name,
    async read(signal) {
      const uses = new Uses();
      await uses.part(() =>
        within(at, options, signal, async ({ place, caller }) => {
          const reader = new EcsReader(place, caller, uses);
          await reader.read(clusters, revisions);
        }),
      );
      return uses.reading(name);
    },
  };
}

/** `api:42` of a task definition's ARN; `prod` of a cluster's. */
function nameOf(arn: string): string {
  return arn.slice(arn.lastIndexOf('/') + 1);
}

function revisionOf(arn: string): number {
  return Number(arn.slice(arn.lastIndexOf(':') + 1));
}

function* batches<T>(items: readonly T[], size: number): Generator<T[]> {
  for (let start = 0; start < items.length; start += size) yield items.slice(start, start + size);
}

class EcsReader {
  readonly #caller: Caller;
  readonly #concurrency: number;
  readonly #uses: Uses;
  readonly #ecs;
  /** Who refers to each task definition. */
  readonly #definitions = new Map<string, Set<string>>();

  constructor(place: Place, caller: Caller, uses: Uses) {
    this.#caller = caller;
    this.#concurrency = place.concurrency;
    this.#uses = uses;
    this.#ecs = lazily(place, async () => {
      const sdk = await import('../sdk/ecs.js');
      return { sdk, client: new sdk.ECSClient(clientOptions(place)) };
    });
  }

  async read(clusters: readonly string[], revisions: number): Promise<void> {
    const found = await this.#clusters(clusters);
    await this.#each(found, (cluster) => this.#services(cluster));
    await this.#each(found, (cluster) => this.#tasks(cluster));
    if (revisions > 0) await this.#uses.part(() => this.#recent(revisions));
    await this.#each([...this.#definitions], ([arn, users]) => this.#definition(arn, users));
  }

  /** A failure of one is no reason not to read the others. */
  #each<T>(items: Iterable<T>, read: (item: T) => Promise<void>): Promise<void> {
    return sideBySide(items, this.#concurrency, (item) => this.#uses.part(() => read(item)));
  }

  #refer(definition: string | undefined, by: string): void {
    if (definition === undefined) return;
    const users = this.#definitions.get(definition) ?? new Set();
    this.#definitions.set(definition, users.add(by));
  }

  async #clusters(patterns: readonly string[]): Promise<readonly string[]> {
    // Named in full, they need not be listed, nor may that be allowed.
    if (patterns.length > 0 && patterns.every((one) => !one.includes('*'))) return patterns;
    const { sdk, client } = await this.#ecs();
    const arns: string[] = [];
    let nextToken: string | undefined;
    do {
      const input = { maxResults: listed, ...(nextToken === undefined ? {} : { nextToken }) };
      const answer = await this.#caller.call('ecs:ListClusters', () => client.send(new sdk.ListClustersCommand(input)));
      arns.push(...(answer.clusterArns ?? []));
      nextToken = answer.nextToken;
    } while (nextToken !== undefined);
    if (patterns.length === 0) return arns;
    for (const pattern of patterns) {
      if (arns.some((arn) => matches(pattern, { name: nameOf(arn) }))) continue;
      // A misspelt name must not make everything look unused.
      const message = `no cluster matches "${pattern}"`;
      await this.#uses.part(() => Promise.reject(new AwsFault('gone', 'ecs:ListClusters', 'NoSuchCluster', message)));
    }
    return arns.filter((arn) => patterns.some((pattern) => matches(pattern, { name: nameOf(arn) })));
  }

  /** Also those that run no task at the moment: they will. */
  async #services(cluster: string): Promise<void> {
    const { sdk, client } = await this.#ecs();
    let nextToken: string | undefined;
    do {
      const input = { cluster, maxResults: listed, ...(nextToken === undefined ? {} : { nextToken }) };
      const answer = await this.#caller.call('ecs:ListServices', () => client.send(new sdk.ListServicesCommand(input)));
      for (const services of batches(answer.serviceArns ?? [], servicesInOneCall)) {
        const described = await this.#caller.call('ecs:DescribeServices', () =>
          client.send(new sdk.DescribeServicesCommand({ cluster, services })),
        );
        refuse(described.failures, 'ecs:DescribeServices');
        const found = described.services ?? [];
        for (const service of found) this.#service(nameOf(cluster), service);
        await this.#resolved(nameOf(cluster), found);
      }
      nextToken = answer.nextToken;
    } while (nextToken !== undefined);
  }

  /** A deployment under way has two task definitions, and so has a blue-green one: either may be the one that stays. */
  #service(cluster: string, { serviceName = '', taskDefinition, deployments = [], taskSets = [] }: Service): void {
    const by = `ECS service ${cluster}/${serviceName}`;
    for (const one of [taskDefinition, ...[...deployments, ...taskSets].map((part) => part.taskDefinition)])
      this.#refer(one, by);
  }

  /**
   * A deployment keeps to the digests that it found when it began, whatever its tags have become since (developer guide, "Container
   * image resolution"). Its tasks tell of them, but a service may have none.
   */
  async #resolved(cluster: string, services: readonly Service[]): Promise<void> {
    const users = new Map(
      services.flatMap(({ serviceName = '', currentServiceRevisions = [] }) =>
        currentServiceRevisions.flatMap(({ arn }) => (arn === undefined ? [] : [[arn, serviceName] as const])),
      ),
    );
    const { sdk, client } = await this.#ecs();
    for (const serviceRevisionArns of batches([...users.keys()], revisionsInOneCall)) {
      const answer = await this.#caller.call('ecs:DescribeServiceRevisions', () =>
        client.send(new sdk.DescribeServiceRevisionsCommand({ serviceRevisionArns })),
      );
      refuse(answer.failures, 'ecs:DescribeServiceRevisions');
      for (const { serviceRevisionArn = '', taskDefinition = '', containerImages = [] } of answer.serviceRevisions ??
        []) {
        const by = userOf(`ECS service ${cluster}/${users.get(serviceRevisionArn) ?? ''}`, taskDefinition);
        for (const { image, imageDigest } of containerImages) this.#uses.add(image, by, imageDigest);
      }
    }
  }

  async #tasks(cluster: string): Promise<void> {
    const { sdk, client } = await this.#ecs();
    let nextToken: string | undefined;
    do {
      const input = { cluster, maxResults: listed, ...(nextToken === undefined ? {} : { nextToken }) };
      const answer = await this.#caller.call('ecs:ListTasks', () => client.send(new sdk.ListTasksCommand(input)));
      for (const tasks of batches(answer.taskArns ?? [], tasksInOneCall)) {
        const described = await this.#caller.call('ecs:DescribeTasks', () =>
          client.send(new sdk.DescribeTasksCommand({ cluster, tasks })),
        );
        refuse(described.failures, 'ecs:DescribeTasks');
        for (const { group = '', taskDefinitionArn, containers = [] } of described.tasks ?? []) {
          const service = group.startsWith('service:') ? group.slice('service:'.length) : undefined;
          const by =
            service === undefined ? `ECS task in ${nameOf(cluster)}` : `ECS service ${nameOf(cluster)}/${service}`;
          this.#refer(taskDefinitionArn, by);
          for (const { image, imageDigest } of containers)
            this.#uses.add(image, userOf(by, taskDefinitionArn ?? ''), imageDigest);
        }
      }
      nextToken = answer.nextToken;
    } while (nextToken !== undefined);
  }

  /** What runs on a schedule or on an event is named by no service, and between two runs it has no task. */
  async #recent(revisions: number): Promise<void> {
    const { sdk, client } = await this.#ecs();
    const families: string[] = [];
    let nextToken: string | undefined;
    do {
      const input = {
        status: 'ACTIVE' as const,
        maxResults: listed,
        ...(nextToken === undefined ? {} : { nextToken }),
      };
      const answer = await this.#caller.call('ecs:ListTaskDefinitionFamilies', () =>
        client.send(new sdk.ListTaskDefinitionFamiliesCommand(input)),
      );
      families.push(...(answer.families ?? []));
      nextToken = answer.nextToken;
    } while (nextToken !== undefined);
    await this.#each(families, async (familyPrefix) => {
      const input = { familyPrefix, status: 'ACTIVE' as const, sort: 'DESC' as const, maxResults: revisions };
      const answer = await this.#caller.call('ecs:ListTaskDefinitions', () =>
        client.send(new sdk.ListTaskDefinitionsCommand(input)),
      );
      // Not every endpoint minds the order and the number that are asked for.
      const newest = (answer.taskDefinitionArns ?? []).toSorted((one, other) => revisionOf(other) - revisionOf(one));
      for (const arn of newest.slice(0, revisions)) this.#refer(arn, 'ECS');
    });
  }

  async #definition(taskDefinition: string, users: ReadonlySet<string>): Promise<void> {
    const { sdk, client } = await this.#ecs();
    const answer = await this.#caller.call('ecs:DescribeTaskDefinition', () =>
      client.send(new sdk.DescribeTaskDefinitionCommand({ taskDefinition })),
    );
    for (const { image } of answer.taskDefinition?.containerDefinitions ?? [])
      for (const by of users) this.#uses.add(image, userOf(by, taskDefinition));
  }
}

/** What is missing has gone since it was listed; what else is left out of an answer nobody knows. */
function refuse(failures: readonly Failure[] = [], operation: string): void {
  const failure = failures.find(({ reason }) => reason !== 'MISSING');
  if (failure === undefined) return;
  const { arn = 'something', reason = 'no reason', detail } = failure;
  const message = `${arn} could not be described: ${reason}${detail === undefined ? '' : ` (${detail})`}`;
  throw new AwsFault('other', operation, reason, message);
}

function userOf(by: string, taskDefinition: string): string {
  return `${by}, task definition ${nameOf(taskDefinition)}`;
}
