// Slipway's own engine on an endpoint of this machine: the measure of all others.
// It must not know what it makes.
import { awsPorts } from '../../src/aws/index.js';
import { apply, type Plan, type RegistryPorts } from '../../src/plan/index.js';
import { planRegistries } from '../../src/plan/plan.js';
import type { DesiredRegistry } from '../../src/registry/index.js';
import { wireOk } from '../support/clients.js';
import { region, type World } from './projects.js';

/** A key that somebody else keeps, as the projects have it. */
export async function openWorld(endpoint: string, account: string): Promise<World> {
  const at = { endpoint, account, region };
  const { KeyMetadata } = (await wireOk(at, 'kms', 'CreateKey')) as { KeyMetadata: { KeyId: string; Arn: string } };
  await wireOk(at, 'kms', 'CreateAlias', { AliasName: 'alias/given', TargetKeyId: KeyMetadata.KeyId });
  return { account, keyArn: KeyMetadata.Arn };
}

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

  plan(desired: DesiredRegistry): Promise<Plan> {
    return planRegistries([desired], this.portsFor);
  }

  /** Throws where anything fails. */
  async apply(desired: DesiredRegistry): Promise<void> {
    const events = [];
    for await (const event of apply(await this.plan(desired), this.portsFor)) events.push(event);
    const finished = events.find((event) => event.type === 'finished');
    if (finished === undefined || finished.outcome.failed > 0 || finished.outcome.skipped > 0)
      throw new Error(`${desired.owner.project}: ${JSON.stringify(events, null, 1)}`);
  }

  close(): void {
    for (const ports of this.#ports.values()) ports.close();
  }
}
