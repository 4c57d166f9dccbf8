// The projects as objects of ACK and of Crossplane: each is one that a cluster takes, and read back they say what the registry is, field by field.
// No cluster is run: what controllers make of an object is read from their schemas, and from what they say of their defaults.
import { describe, expect, it } from 'vitest';
import { type Rendering, render } from '../../src/render/index.js';
import { differences } from './compare.js';
import { type ClusterObject, problemsOf } from './crds.js';
import { desiredFields, registryFields } from './desired.js';
import { madeByAck, madeByCrossplane, objectsIn, objectsOf, registryByCrossplane } from './objects.js';
import { equivalentProjects, type RegistryProject, registryProjects, type World } from './projects.js';
import type { Plain } from './read.js';
import { withoutEachField } from './removal.js';

const world: World = {
  account: '111111111111',
  keyArn: 'arn:aws:kms:eu-west-1:111111111111:key/1234abcd-12ab-34cd-56ef-1234567890ab',
};
const projects = equivalentProjects();

interface Engine {
  readonly target: string;
  readonly options: Readonly<Record<string, string>>;
  readonly made: (objects: readonly ClusterObject[]) => Plain;
  /** Of the fields that are taken away in turn, each so many. */
  readonly every: number;
}

const crossplane = (scope: string, every: number): Engine => ({
  target: 'crossplane',
  options: { scope },
  made: (objects) => madeByCrossplane(objects, world.account),
  every,
});
const engines: readonly (readonly [name: string, engine: Engine])[] = [
  ['ACK', { target: 'ack', options: {}, made: madeByAck, every: 1 }],
  ['Crossplane 2', crossplane('namespaced', 1)],
  ['Crossplane before 2', crossplane('cluster', 7)],
];

/** Fields that a diagnostic says are otherwise. */
function told({ diagnostics }: Rendering): RegExp {
  const isLost = diagnostics.some(({ code }) => code === 'render/rotation-period');
  return isLost ? /^keys\.[^:]*\.rotationPeriodDays: \d+, not 365$/ : /^\b$/;
}

/** Those that were looked at, and had no problem: a field is taken from one object, and the others are the same. */
const sound = new WeakSet<ClusterObject>();

function found(engine: Engine, wanted: Plain, objects: readonly ClusterObject[]): readonly string[] {
  const problems = objects.filter((one) => !sound.has(one)).flatMap(problemsOf);
  if (problems.length > 0) return problems;
  for (const one of objects) sound.add(one);
  try {
    return differences(wanted, engine.made(objects));
  } catch (error) {
    return [String(error)];
  }
}

describe.each(engines)('%s', (_, engine) => {
  const rendered = projects.map(async (project) => {
    const rendering = await render(engine.target, project.project(world), { options: engine.options });
    return {
      name: project.name,
      wanted: desiredFields(project.desired(world)),
      rendering,
      objects: objectsIn(rendering),
    };
  });

  it('takes every object, and would make each registry as it is wanted', async () => {
    const all = await Promise.all(rendered);
    expect(all.length).toBeGreaterThanOrEqual(40);
    const wrong = all.flatMap(({ name, wanted, rendering, objects }) =>
      found(engine, wanted, objects)
        .filter((one) => !told(rendering).test(one))
        .map((one) => `${name}: ${one}`),
    );
    expect(wrong).toEqual([]);
  });

  it('says what is otherwise, and only that', async () => {
    const all = await Promise.all(rendered);
    for (const { wanted, rendering, objects } of all) {
      const lost = found(engine, wanted, objects);
      expect(lost.length > 0).toBe(rendering.diagnostics.some(({ code }) => code === 'render/rotation-period'));
    }
  });

  it('cannot be without any field that is written', async () => {
    const all = await Promise.all(rendered);
    const overlooked: string[] = [];
    let removed = 0;
    for (const { name, wanted, rendering, objects } of all) {
      for (const { what, objects: left } of withoutEachField(objects)) {
        removed += 1;
        if (removed % engine.every !== 0) continue;
        const seen = found(engine, wanted, left).filter((one) => !told(rendering).test(one));
        if (seen.length === 0) overlooked.push(`${name}: ${what}`);
      }
    }
    expect(overlooked).toEqual([]);
    expect(removed).toBeGreaterThan(2000);
  });

  it('calls no two objects of a kind the same', async () => {
    const all = await Promise.all(rendered);
    const names = all.flatMap(({ objects }) => objects.map(({ kind, metadata }) => `${kind} ${metadata.name}`));
    expect(new Set(names).size).toBe(names.length);
  });
});

describe.each(['namespaced', 'cluster'])(
  'replicas and what a registry has once, as objects of Crossplane: %s',
  (scope) => {
    /** Region by Region: a reference leads nowhere but into its own. */
    function foundIn(project: RegistryProject, objects: readonly ClusterObject[]): readonly string[] {
      const problems = objects.flatMap(problemsOf);
      if (problems.length > 0) return problems;
      try {
        return project.registries(world).flatMap((desired) => {
          const there = objectsOf(objects, desired.region, desired.replicaOf === undefined);
          return differences(registryFields(desired), registryByCrossplane(there, world.account));
        });
      } catch (error) {
        return [String(error)];
      }
    }

    const rendered = registryProjects.map(async (project) => {
      const rendering = await render('crossplane', project.project(world), { options: { scope } });
      return { project, rendering, objects: objectsIn(rendering) };
    });

    it('are each as it is wanted, in objects that a cluster takes', async () => {
      for (const { project, rendering, objects } of await Promise.all(rendered)) {
        expect(foundIn(project, objects)).toEqual([]);
        const names = objects.map(({ kind, metadata }) => `${kind} ${metadata.name}`);
        expect(new Set(names).size).toBe(names.length);
        expect(rendering.next.at(-1)).toBe('kubectl apply -k environments/prod');
      }
    });

    it('say what is left out of them, and what they do to others', async () => {
      const told = (await Promise.all(rendered)).flatMap(({ project: { name }, rendering: { diagnostics } }) =>
        diagnostics.filter(({ code }) => /registry/.test(code)).map(({ code, path }) => `${name}: ${code} ${path}`),
      );
      expect(told).toEqual([
        'wide: render/whole-registry spec.registryPolicy',
        'wide: render/whole-registry spec.environments.prod.replicas',
        'wide: render/no-registry-settings spec.registryPolicy.scope',
        'narrow: render/whole-registry spec.registryPolicy',
        'narrow: render/whole-registry spec.environments.prod.replicas',
        'narrow: render/no-registry-settings spec.registryPolicy.scope',
      ]);
    });

    it('cannot be without any field that is written', async () => {
      const overlooked: string[] = [];
      for (const { project, objects } of await Promise.all(rendered)) {
        for (const { what, objects: left } of withoutEachField(objects))
          if (foundIn(project, left).length === 0) overlooked.push(`${project.name}: ${what}`);
      }
      expect(overlooked).toEqual([]);
    });
  },
);

describe('the fields of a kind', () => {
  const repository = async (): Promise<ClusterObject> => {
    const [project] = projects;
    if (project === undefined) throw new Error('there is no project');
    const [first] = objectsIn(await render('crossplane', project.project(world)));
    if (first === undefined) throw new Error('there is no object');
    return first;
  };

  it('are all that an object may have, each of its type', async () => {
    const good = await repository();
    expect(problemsOf(good)).toEqual([]);
    const forProvider = good.spec['forProvider'] as object;
    const wrong: readonly ClusterObject[] = [
      { ...good, kind: 'Repo' },
      { ...good, metadata: { name: 'Upper.case' } },
      { ...good, metadata: { name: `${'a'.repeat(64)}.b` } },
      { ...good, spec: { ...good.spec, deletionPolicy: 'Orphan' } },
      { ...good, spec: { ...good.spec, managementPolicies: ['Watch'] } },
      { ...good, spec: { ...good.spec, forProvider: { ...forProvider, name: 'app' } } },
      { ...good, spec: { ...good.spec, forProvider: { ...forProvider, forceDelete: 'yes' } } },
      { ...good, spec: { ...good.spec, forProvider: { ...forProvider, tags: { a: 1 } } } },
      { ...good, spec: { ...good.spec, forProvider: { ...forProvider, encryptionConfiguration: {} } } },
    ];
    expect(wrong.filter((one) => problemsOf(one).length === 0)).toEqual([]);
  });
});
