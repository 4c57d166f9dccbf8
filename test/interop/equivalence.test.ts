// The projects that every engine has to make alike, made by `slipway apply`, and the comparison that engines are held to.
// It must not know any other engine.
import pLimit from 'p-limit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Companion, CompanionKind } from '../../src/registry/companions/model.js';
import type { DesiredRegistry, DesiredRepository } from '../../src/registry/index.js';
import { differences, leavesOf } from '../equivalence/compare.js';
import { region, registryProjects, replicaRegions } from '../equivalence/projects.js';
import { type Made, type Plain, readMade } from '../equivalence/read.js';
import { differ, projects, Scene } from '../equivalence/scene.js';
import { companionsRegistry } from '../support/companions.js';
import { describeWith } from '../support/tools.js';

const minutes = 60_000;

describeWith({ tools: [] }, 'what slipway apply makes', () => {
  let scene: Scene;

  beforeAll(async () => {
    scene = await Scene.open();
  }, 5 * minutes);
  afterAll(() => scene?.close());

  it('are forty projects and more, with every repository field and every companion', () => {
    expect(projects.length).toBeGreaterThanOrEqual(40);
    const registries = projects.map((project) => project.desired(scene.world));
    const repositories = registries.flatMap((registry) => registry.repositories);
    const fields = Object.keys(repositories[0] ?? {}) as (keyof DesiredRepository)[];
    expect(fields).toHaveLength(9);
    for (const field of fields) {
      const values = new Set(repositories.map((repository) => JSON.stringify(repository[field])));
      expect(values.size, field).toBeGreaterThan(1);
    }
    const kinds = registries.flatMap((registry) =>
      registry.companions.flatMap(({ resources }) => resources.map(({ kind }) => kind)),
    );
    expect([...new Set(kinds)].sort()).toEqual(['ci-role', 'encryption-key', 'oidc-provider', 'pull-role']);
    expect(Object.keys(scene.wanted.repositories)).toHaveLength(repositories.length);
  });

  describe('a registry with replicas, or with a policy of its own', () => {
    it('says each setting that a registry has once', () => {
      const registries = registryProjects.flatMap((project) => project.registries(scene.world));
      expect(new Set(registries.flatMap(({ replicaOf, region: there }) => (replicaOf ? [there] : [])))).toEqual(
        new Set(replicaRegions),
      );
      expect(new Set(registries.map(({ registryPolicy }) => registryPolicy?.scope))).toEqual(
        new Set([undefined, 'V1', 'V2']),
      );
      expect(scene.wantedOnce.map(({ once }) => Object.keys(once))).toEqual(
        scene.wantedOnce.map(() => ['policy', 'rules', 'scope']),
      );
    });

    it('has nothing left to change after slipway apply, whatever others write to the same documents', async () => {
      expect(await scene.otherSettings(scene.placed)).toEqual([]);
    });
  });

  describe('the comparison', () => {
    it('finds each value that is another', () => {
      const entries = [scene.wanted, ...scene.wantedOnce].flatMap((made) =>
        Object.entries(made).flatMap(([kind, all]) =>
          Object.entries(all as Readonly<Record<string, Plain>>).map(([name, value]) => ({
            what: kind,
            value: { [name]: value },
          })),
        ),
      );
      const places = entries.flatMap((entry) => leavesOf(entry.value).map((path) => ({ ...entry, path })));
      expect(places.length).toBeGreaterThan(1000);
      const overlooked = places.filter(({ value, path }) => {
        const other = structuredClone(value);
        let holder: { [key: string]: Plain } = other;
        for (const step of path.slice(0, -1)) holder = holder[step] as { [key: string]: Plain };
        const last = path.at(-1) ?? '';
        holder[last] = holder[last] === 'other' ? 'another' : 'other';
        return differences(value, other).length === 0;
      });
      expect(overlooked.map(({ what, path }) => `${what}.${path.join('.')}`)).toEqual([]);
    });

    it(
      'finds nothing between two accounts, and each field in which a manifest is another',
      async () => {
        const made = async (desired: DesiredRegistry): Promise<Made> => {
          await scene.engine.apply(desired);
          return readMade(scene.at(desired.account));
        };
        const base = await made(companionsRegistry('700000000000', region, { ci: true }));
        expect(differ(base, await made(companionsRegistry('700000000001', region, { ci: true })))).toEqual([]);
        const limit = pLimit(4);
        const found = await Promise.all(
          changes.map(([what, change], index) =>
            limit(async () => {
              const desired = change(companionsRegistry(String(710_000_000_000 + index), region, { ci: true }));
              return [what, differ(base, await made(desired)).some((one) => one.includes(what))] as const;
            }),
          ),
        );
        expect(found.filter(([, isFound]) => !isFound)).toEqual([]);
      },
      3 * minutes,
    );
  });
});

type Change = (desired: DesiredRegistry) => DesiredRegistry;

const repository =
  (patch: Partial<DesiredRepository>): Change =>
  (desired) => ({
    ...desired,
    repositories: desired.repositories.map((one) => (one.key === 'worker' ? { ...one, ...patch } : one)),
  });

/** The first companion of the kind. */
const companion =
  <Kind extends CompanionKind>(kind: Kind, patch: Partial<Extract<Companion, { kind: Kind }>>): Change =>
  (desired) => {
    let isDone = false;
    return {
      ...desired,
      companions: desired.companions.map((stack) => ({
        ...stack,
        resources: stack.resources.map((one) => {
          if (one.kind !== kind || isDone) return one;
          isDone = true;
          return { ...one, ...patch };
        }),
      })),
    };
  };

const document = {
  Version: '2012-10-17' as const,
  Statement: [
    {
      Effect: 'Allow' as const,
      Principal: { Service: 'ec2.amazonaws.com' },
      Action: 'sts:AssumeRole',
    },
  ],
};
const allowed = {
  Version: '2012-10-17' as const,
  Statement: [{ Effect: 'Allow' as const, Action: 'ecr:GetAuthorizationToken', Resource: '*' }],
};
const managed = 'arn:aws:iam::aws:policy/AmazonEC2ContainerRegistryPowerUser';

/** Every field that can be read back, and what the comparison has to name when it is another. */
const changes: readonly (readonly [named: string, change: Change])[] = [
  ['repositories.payments/elsewhere', repository({ name: 'payments/elsewhere' })],
  ['.tagMutability', repository({ tagMutability: { mode: 'MUTABLE', exclusions: [] } })],
  ['.exclusions', repository({ tagMutability: { mode: 'IMMUTABLE_WITH_EXCLUSION', exclusions: ['latest'] } })],
  ['.encryptionType', repository({ encryption: { type: 'KMS' } })],
  ['.kmsKey', repository({ encryption: { type: 'KMS', kmsKey: { stack: 'key', output: 'KeyArn' } } })],
  ['.scanOnPush', repository({ scanOnPush: false })],
  ['.tags.', repository({ tags: { Other: 'tags', 'slipway:project': 'payments', 'slipway:environment': 'prod' } })],
  ['.lifecyclePolicy', repository({ lifecyclePolicy: null })],
  [
    '.policy',
    repository({ statements: [{ Sid: 'Slipway0000', Effect: 'Deny', Principal: '*', Action: 'ecr:PutImage' }] }),
  ],
  ['.audiences', companion('oidc-provider', { audiences: ['sts.example.com'] })],
  ['.thumbprints', companion('oidc-provider', { thumbprints: ['6938fd4d98bab03faadb97b34396831e3780aea1'] })],
  ['.tags.', companion('oidc-provider', { tags: { Other: 'tags' } })],
  ['roles.other-name', companion('ci-role', { name: 'other-name' })],
  ['.path', companion('ci-role', { path: '/other/' })],
  ['.description', companion('ci-role', { description: 'other words' })],
  ['.maxSessionSeconds', companion('ci-role', { maxSessionSeconds: 7260 })],
  ['.permissionsBoundary', companion('ci-role', { permissionsBoundary: managed })],
  ['.trust', companion('ci-role', { trust: document })],
  ['.permissions', companion('ci-role', { permissions: allowed })],
  ['.tags.', companion('ci-role', { tags: { Other: 'tags' } })],
  ['.path', companion('pull-role', { path: '/other/' })],
  ['.trust', companion('pull-role', { trust: document })],
  ['.permissions', companion('pull-role', { permissions: allowed })],
  ['.managedPolicies', companion('pull-role', { managedPolicies: [managed] })],
  ['keys.alias/other', companion('encryption-key', { alias: 'alias/other' })],
  ['.description', companion('encryption-key', { description: 'other words' })],
  ['.rotationPeriodDays', companion('encryption-key', { rotationPeriodDays: 200 })],
  ['.policy', companion('encryption-key', { administrators: ['arn:aws:iam::333333333333:role/security'] })],
  ['.tags.', companion('encryption-key', { tags: { Other: 'tags' } })],
];
