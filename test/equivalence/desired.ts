// A desired registry, field by field, for comparison with what the objects of another engine say of it.
// It must not know any engine.
import { canonicalLifecycle } from '../../src/lifecycle/index.js';
import { type CiRole, isKnown, type PullRole } from '../../src/registry/companions/model.js';
import { type DesiredRegistry, type DesiredRepository, replicationRulesOf } from '../../src/registry/index.js';
import { keyPolicyOf } from '../../src/render/key-policy.js';
import { keyArnOf, renderedTags } from '../../src/render/settings.js';
import type { Plain } from './read.js';

/** With what the registry has once, where nobody else has anything in it. */
export function registryFields(desired: DesiredRegistry): Plain {
  const { statements = [] } = desired.registryPolicy ?? {};
  const rules = replicationRulesOf(desired);
  return plain({
    made: desiredFields(desired),
    policy: statements.length === 0 ? null : { Version: '2012-10-17', Statement: statements },
    rules: rules.length === 0 ? null : rules,
  });
}

/** By name; the key of the registry is `companion` wherever it is used. */
export function desiredFields(desired: DesiredRegistry): Plain {
  const { account, region } = desired;
  const companions = desired.companions.flatMap(({ resources }) => resources);
  return plain({
    repositories: byName(
      desired.repositories.map((repository) => [
        repository.name,
        { account, region, ...repositoryFields(repository, desired), staysBehind: !repository.forceDelete },
      ]),
    ),
    roles: byName(
      companions.flatMap((one) =>
        one.kind === 'ci-role' || one.kind === 'pull-role' ? [[one.name, roleFields(one)]] : [],
      ),
    ),
    providers: byName(
      companions.flatMap((one) =>
        one.kind !== 'oidc-provider' || one.existing
          ? []
          : [
              [
                `https://${one.host}`,
                {
                  audiences: one.audiences,
                  thumbprints: one.thumbprints,
                  tags: renderedTags(one.tags),
                  staysBehind: true,
                },
              ],
            ],
      ),
    ),
    keys: byName(
      companions.flatMap((one) =>
        one.kind !== 'encryption-key'
          ? []
          : [
              [
                one.alias,
                {
                  region,
                  description: one.description,
                  rotationPeriodDays: one.rotationPeriodDays,
                  deletionWindowDays: one.deletionWindowDays,
                  policy: keyPolicyOf(one, desired),
                  tags: renderedTags(one.tags),
                  staysBehind: true,
                },
              ],
            ],
      ),
    ),
  });
}

function repositoryFields(repository: DesiredRepository, place: DesiredRegistry) {
  const { tagMutability, encryption, scanOnPush, forceDelete, lifecyclePolicy, statements, tags } = repository;
  const { kmsKey } = encryption;
  return {
    mode: tagMutability.mode,
    exclusions: tagMutability.exclusions.map((filter) => ({ filter, filterType: 'WILDCARD' })),
    encryption: encryption.type,
    kmsKey: kmsKey === undefined ? null : isKnown(kmsKey) ? keyArnOf(kmsKey, place) : 'companion',
    scanOnPush,
    forceDelete,
    // Neither is in a registry that has just been made: whose the absence is, is said in diagnostics.
    lifecyclePolicy: lifecyclePolicy == null ? null : canonicalLifecycle(lifecyclePolicy),
    policy: statements.length === 0 ? null : { Version: '2012-10-17', Statement: statements },
    tags: renderedTags(tags),
  };
}

function roleFields({ path, description, maxSessionSeconds, permissionsBoundary, ...role }: CiRole | PullRole) {
  return {
    path,
    description,
    maxSessionSeconds,
    permissionsBoundary: permissionsBoundary ?? null,
    trust: role.trust,
    permissions: { slipway: role.permissions },
    managedPolicies: role.managedPolicies,
    tags: renderedTags(role.tags),
  };
}

function byName(entries: readonly (readonly [string, unknown])[]): Readonly<Record<string, unknown>> {
  return Object.fromEntries(entries);
}

function plain(value: unknown): Plain {
  return JSON.parse(JSON.stringify(value)) as Plain;
}
