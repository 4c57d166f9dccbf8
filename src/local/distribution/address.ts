// Which registry and repository a client means: by the Host it asked, or by the first part of the path. Pure.
// It must not know routes, tokens, or whether a repository exists.

export interface Registry {
  readonly account: string;
  readonly region: string;
}

export interface Address {
  readonly registry: Registry;
  /** The repository's name in that registry. */
  readonly name: string;
}

/** What the Host header says. */
export interface Place {
  /** As it may be given back in a header; nothing where there was none, or none that is a host. */
  readonly host: string | undefined;
  /** The registry that an address of ECR's own form names. */
  readonly registry: Registry | undefined;
}

const account = '[0-9]{12}';
const region = '[a-z]{2,5}(?:-[a-z]+){1,3}-[0-9]{1,2}';

/**
 * ECR's addresses in every partition, FIPS and dual-stack ones included (the expression of amazon-ecr-credential-helper, July 2026),
 * and the same under `.localhost` for those who let such names resolve to this machine.
 */
const ecrHost = new RegExp(
  `^(${account})\\.dkr[.-]ecr(?:-fips)?\\.(${region})\\.` +
    '(?:amazonaws\\.(?:com(?:\\.cn)?|eu)|on\\.(?:aws|amazonwebservices\\.com\\.cn)|c2s\\.ic\\.gov|sc2s\\.sgov\\.gov|cloud\\.adc-e\\.uk|csp\\.hci\\.ic\\.gov|localhost)$',
);
const anyHost = /^(?:[a-z0-9](?:[a-z0-9._-]{0,252})|\[[0-9a-f:.]{2,45}\])(?::[0-9]{1,5})?$/;
const registryPart = new RegExp(`^(${account})\\.(${region})/(?=.)`);

function registryFrom(match: RegExpExecArray | null): Registry | undefined {
  const [, owner, place] = match ?? [];
  return owner === undefined || place === undefined ? undefined : { account: owner, region: place };
}

export function placeOf(hostHeader: string | undefined): Place {
  const host = hostHeader?.toLowerCase();
  if (host === undefined || !anyHost.test(host)) return { host: undefined, registry: undefined };
  return { host, registry: registryFrom(ecrHost.exec(host.replace(/:[0-9]{1,5}$/, ''))) };
}

function same(left: Registry, right: Registry): boolean {
  return left.account === right.account && left.region === right.region;
}

/** What a repository path means to a client that asked `place`. An address of ECR's form leaves nothing for the path to say. */
export function addressOf(path: string, place: Place, home: Registry): Address {
  if (place.registry !== undefined) return { registry: place.registry, name: path };
  const registry = registryFrom(registryPart.exec(path));
  if (registry === undefined) return { registry: home, name: path };
  return { registry, name: path.slice(registry.account.length + registry.region.length + 2) };
}

/** The path by which a client that asks `place` reaches a repository: what `addressOf` reads as that repository. */
export function pathOf({ registry, name }: Address, place: Place, home: Registry): string {
  if (place.registry !== undefined || same(registry, home)) return name;
  return `${registry.account}.${registry.region}/${name}`;
}
