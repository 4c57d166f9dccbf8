// From a project and the name of an environment to the registries that are wanted.
// It must not know what is live, nor any target it may be written for.
import type { Diagnostic } from '../diagnostics/index.js';
import { type Project, resolve, sharedTags } from '../manifest/index.js';
import type { Neighbour } from './companions/context.js';
import { assertDesired, type Circumstances, checkIntents, type Desired, desire } from './desired.js';
import { issuersOf } from './grants.js';
import type { DesiredRegistry } from './model.js';
import { partitionOf } from './place.js';
import { registryPolicyOf } from './registry-policy.js';

/**
 * One registry for each account and Region of the environment; today there is one. The same project gives the same value.
 * Throws every problem of every repository at once, each with its place in the manifest.
 */
export function compile(project: Project, environment: string): readonly DesiredRegistry[] {
  return [assertDesired(desired(project, environment))];
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
  const registry = project.environments.get(environment)?.registry;
  const made = desire(resolved, owner, place, circumstances, {
    spec: registry?.spec.companions ?? {},
    tags: sharedTags(project, environment),
    neighbours: neighboursOf(project, environment),
    locate: (path) => registry?.locate(path),
  });
  if (policy === undefined) return made;
  return {
    registry: { ...made.registry, registryPolicy: policy.value },
    diagnostics: [...made.diagnostics, ...policy.diagnostics],
  };
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
