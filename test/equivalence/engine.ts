// Slipway's own engine on an endpoint of this machine: the measure of all others.
// It must not know what it makes.
import { awsPorts } from '../../src/aws/index.js';
import { apply, type Plan, type RegistryPorts } from '../../src/plan/index.js';
import { planRegistries } from '../../src/plan/plan.js';
import type { DesiredRegistry } from '../../src/registry/index.js';
import { type Endpoint, wire, wireOk } from '../support/clients.js';
import { region, type World } from './projects.js';

/** A key that somebody else keeps, as the projects have it; `replicas`: Regions that have one of the same alias. */
export async function openWorld(
  endpoint: string,
  account: string,
  { replicas = [] }: { readonly replicas?: readonly string[] } = {},
): Promise<World> {
  const [keyArn = ''] = await Promise.all([region, ...replicas].map((one) => givenKey(endpoint, account, one)));
  return { account, keyArn };
}

async function givenKey(endpoint: string, account: string, region: string): Promise<string> {
  const at = { endpoint, account, region };
  const { KeyMetadata } = (await wireOk(at, 'kms', 'CreateKey')) as { KeyMetadata: { KeyId: string; Arn: string } };
  await wireOk(at, 'kms', 'CreateAlias', { AliasName: 'alias/given', TargetKeyId: KeyMetadata.KeyId });
  return KeyMetadata.Arn;
}

/** A rule and a statement that are nobody's of the projects, before those that are there. */
export async function writeAsOthers(at: Endpoint): Promise<void> {
  const { replicationConfiguration } = await wireOk(at, 'ecr', 'DescribeRegistry');
  const { rules } = replicationConfiguration as { readonly rules: readonly object[] };
  const theirs = {
    destinations: [{ region: 'eu-north-1', registryId: '999999999999' }],
    repositoryFilters: [{ filter: 'theirs/', filterType: 'PREFIX_MATCH' }],
  };
  await wireOk(at, 'ecr', 'PutReplicationConfiguration', {
    replicationConfiguration: { rules: [theirs, ...rules] },
  });
  const policy = await wire(at, 'ecr', 'GetRegistryPolicy');
  const { Statement } =
    policy.error === undefined
      ? (JSON.parse(String(policy.output['policyText'])) as { readonly Statement: readonly object[] })
      : { Statement: [] };
  const statement = {
    Sid: 'Theirs',
    Effect: 'Allow',
    Principal: { AWS: 'arn:aws:iam::999999999999:root' },
    Action: ['ecr:CreateRepository', 'ecr:ReplicateImage'],
    Resource: `arn:aws:ecr:${at.region}:${at.account}:repository/theirs/*`,
  };
  await wireOk(at, 'ecr', 'PutRegistryPolicy', {
    policyText: JSON.stringify({ Version: '2012-10-17', Statement: [statement, ...Statement] }),
  });
}

/** An account of the projects has nobody else in it. */
const accept = ['overwrite-shared:registryPolicy.scope'];

export class Engine {
  readonly #endpoint: string;
  readonly #ports = new Map<string, ReturnType<typeof awsPorts>>();

  constructor(endpoint: string) {
    this.#endpoint = endpoint;
  }

  readonly portsFor = (place: { readonly account: string; readonly region: string }): RegistryPorts => {
    const key = `${place.account} ${place.region}`;
    const ports = this.#ports.get(key) ?? awsPorts({ ...place, local: { endpoint: this.#endpoint } });
    this.#ports.set(key, ports);
    return ports;
  };

  plan(...registries: readonly DesiredRegistry[]): Promise<Plan> {
    return planRegistries(registries, this.portsFor);
  }

  /** A registry, with its replicas. Throws where anything fails. */
  async apply(...registries: readonly DesiredRegistry[]): Promise<void> {
    const events = [];
    for await (const event of apply(await this.plan(...registries), this.portsFor, { accept })) events.push(event);
    const finished = events.find((event) => event.type === 'finished');
    if (finished === undefined || finished.outcome.failed > 0 || finished.outcome.skipped > 0)
      throw new Error(`${registries[0]?.owner.project ?? ''}: ${JSON.stringify(events, null, 1)}`);
  }

  close(): void {
    for (const ports of this.#ports.values()) ports.close();
  }
}
