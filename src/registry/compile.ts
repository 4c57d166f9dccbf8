// From a project and the name of an environment to the registries that are wanted.
// It must not know what is live, nor any target it may be written for.
import { type Diagnostic, diagnostic } from '../diagnostics/index.js';
import { type Project, resolve, sharedTags } from '../manifest/index.js';
import type { Replica } from '../manifest/project.js';
import type { Neighbour } from './companions/context.js';
import type { Value } from './companions/model.js';
import { assertDesired, type Circumstances, checkIntents, type Desired, desire } from './desired.js';
import { issuersOf } from './grants.js';
import type { DesiredRegistry, Encryption } from './model.js';
import { sortedSet } from './normalise.js';
import { type Place, partitionOf } from './place.js';
import { registryPolicyOf } from './registry-policy.js';

/**
 * One registry for each account and Region of the environment: its own first, then its replicas in the order of the manifest. The same
 * project gives the same value. Throws every problem of every repository at once, each with its place in the manifest.
 */
export function compile(project: Project, environment: string): readonly DesiredRegistry[] {
  const own = assertDesired(desired(project, environment));
  return [own, ...replicasOf(project, environment, own)];
}

/** The same repositories in other Regions. What is wrong with a setting is told of once, of the environment's own registry. */
function replicasOf(project: Project, environment: string, own: DesiredRegistry): readonly DesiredRegistry[] {
  const { replicas = [] } = project.environments.get(environment) ?? {};
  if (replicas.length === 0) return [];
  const { resolved, owner, place, circumstances } = wanted(project, environment);
  return replicas.map(({ region }) => {
    const { registry } = desire(resolved, owner, { ...place, region }, circumstances);
    // Roles and identity providers are the account's, and one registry makes them; a rule of replication would not lead on from here.
    const { ciAccess: _, ...rest } = registry;
    return {
      ...rest,
      replicaOf: own.region,
      repositories: registry.repositories.map((one) => ({ ...one, encryption: encryptionIn(region, one.encryption) })),
      companions: [],
    };
  });
}

/** A multi-Region key has one id in all its Regions (KMS developer guide, "Multi-Region keys"); an alias is looked up in each. */
function encryptionIn(region: string, encryption: Encryption<Value>): Encryption<Value> {
  const { kmsKey } = encryption;
  if (typeof kmsKey !== 'string') return encryption;
  return { ...encryption, kmsKey: kmsKey.replace(/^(arn:[^:]+:kms:)[^:]+(:[0-9]+:key\/mrk-)/, `$1${region}$2`) };
}

/** Everything wrong or worth a remark in the environment, warnings included; throws nothing but an unknown environment. */
export function check(project: Project, environment: string): readonly Diagnostic[] {
  return desired(project, environment).diagnostics;
}

/** What `check` finds in lifecycle rules and grants: the `furtherCheck` of a manifest that has errors of its own. */
export function checkRules(project: Project, environment: string): readonly Diagnostic[] {
  const { resolved, owner, place, circumstances, policy } = wanted(project, environment);
  return [...checkIntents(resolved, owner, place, circumstances), ...(policy?.diagnostics ?? [])];
}

function desired(project: Project, environment: string): Desired {
  const { resolved, owner, place, circumstances, policy } = wanted(project, environment);
  const { registry, replicas } = project.environments.get(environment) ?? {};
  const made = desire(resolved, owner, place, circumstances, {
    spec: registry?.spec.companions ?? {},
    tags: sharedTags(project, environment),
    neighbours: neighboursOf(project, environment),
    replicas: replicas?.map(({ region }) => region) ?? [],
    locate: (path) => registry?.locate(path),
  });
  return {
    registry: {
      ...made.registry,
      ...(policy === undefined ? {} : { registryPolicy: policy.value }),
      ...(replicas === undefined ? {} : { replication: { regions: sortedSet(replicas.map(({ region }) => region)) } }),
    },
    diagnostics: [
      ...made.diagnostics,
      ...(policy?.diagnostics ?? []),
      ...(replicas ?? []).flatMap((replica) => partitionProblem(replica, place)),
    ],
  };
}

/** ECR does not replicate between partitions (user guide, "Private image replication"). */
function partitionProblem({ region, range }: Replica, own: Place): readonly Diagnostic[] {
  if (partitionOf(region) === own.partition) return [];
  const message = `${region} is in partition ${partitionOf(region)}, and ${own.region} in ${own.partition}`;
  return [diagnostic('registry/replica-partition', message, { range })];
}

/** The environments in one account share what the account has once. */
function neighboursOf(project: Project, environment: string): readonly Neighbour[] {
  const account = project.environments.get(environment)?.account;
  return [...project.environments.values()]
    .filter((one) => one.account === account)
    .map((one) => ({
      environment: one.name,
      region: one.region,
      spec: one.registry?.spec.companions ?? {},
      issuers: issuersOf(resolve(project, one.name)),
    }));
}

function wanted(project: Project, environment: string) {
  // Refuses an environment that does not exist.
  const resolved = resolve(project, environment);
  const found = project.environments.get(environment);
  if (found === undefined) throw new TypeError(`the project resolved "${environment}", which it does not have`);
  const owner = { project: project.name, environment };
  const place = { account: found.account, region: found.region, partition: partitionOf(found.region) };
  const here = new Set(resolved.map(({ key }) => key));
  const circumstances: Circumstances = {
    usage: found.usage !== undefined,
    production: found.preset === 'production',
    elsewhere: [...project.repositories.keys()].filter((key) => !here.has(key)),
  };
  const { registry } = found;
  const said = registry?.spec.registryPolicy;
  const policy =
    said === undefined ? undefined : registryPolicyOf(said, owner, place, (path) => registry?.locate(path));
  return { resolved, owner, place, circumstances, policy };
}
