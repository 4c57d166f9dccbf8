// The projects made by CloudFormation from the rendered templates: what it has made is what `slipway apply` makes, field by field.
// It must not know how templates are written.
import pLimit from 'p-limit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { render } from '../../src/render/index.js';
import { deploy, type RenderedStack, stacksOf } from '../equivalence/cloudformation.js';
import { differences } from '../equivalence/compare.js';
import { openWorld } from '../equivalence/engine.js';
import { region, registryProjects, replicaRegions, type World } from '../equivalence/projects.js';
import { readMade, readRepositories } from '../equivalence/read.js';
import { chosen, withoutOneProperty } from '../equivalence/removal.js';
import { differ, only, type Placed, placedFrom, plain, projects, Scene } from '../equivalence/scene.js';
import { motoAccount, startMoto, wireOk } from '../support/clients.js';
import type { Server } from '../support/processes.js';
import { describeWith } from '../support/tools.js';

const minutes = 60_000;

describeWith({ tools: [] }, 'what slipway apply makes', () => {
  let scene: Scene;

  beforeAll(async () => {
    scene = await Scene.open();
  }, 5 * minutes);
  afterAll(() => scene?.close());

  describe('CloudFormation, with the rendered templates on the local ECR', () => {
    const account = '233333333333';
    let there: World;

    it(
      'makes the same, field by field',
      async () => {
        there = await openWorld(scene.local.url, account);
        const limit = pLimit(4);
        await Promise.all(
          projects.map((project) =>
            limit(async () =>
              deploy(scene.at(account), stacksOf(await render('cloudformation', project.project(there)))),
            ),
          ),
        );
        expect(differ(scene.wanted, await readMade(scene.at(account)))).toEqual([]);
      },
      3 * minutes,
    );

    it(
      'leaves slipway plan with ownership tags alone',
      async () => {
        expect(await scene.otherChanges(projects, there)).toEqual([]);
      },
      3 * minutes,
    );

    it(
      'makes another where one attribute is gone',
      async () => {
        const found = await Promise.all(Array.from({ length: 12 }, (_, index) => withoutOne(index + 1)));
        expect(found.filter(({ differences: all, isRefused }) => !isRefused && all.length === 0)).toEqual([]);
        // Some CloudFormation refuses; most it makes.
        expect(found.filter(({ isRefused }) => !isRefused).length).toBeGreaterThan(4);
      },
      minutes,
    );

    describe('with replicas, and with what a registry has once', () => {
      /** Their templates are deployed where there are any: CloudFormation has no word for the scope, which is set as if by hand. */
      async function deployTo(
        { project, there }: Placed,
        change: (stacks: readonly RenderedStack[]) => readonly RenderedStack[] = (stacks) => stacks,
      ): Promise<void> {
        const rendering = await render('cloudformation', project.project(there), { options: { format: 'json' } });
        const scope = project.desired(there).registryPolicy?.scope;
        const told = rendering.diagnostics.filter(({ code }) => code === 'render/no-registry-settings');
        expect(told).toHaveLength(scope === undefined ? 0 : 1);
        if (scope !== undefined)
          await wireOk(scene.at(there.account), 'ecr', 'PutAccountSetting', {
            name: 'REGISTRY_POLICY_SCOPE',
            value: scope,
          });
        await deploy(scene.at(there.account), change(stacksOf(rendering)));
      }

      it(
        'makes the same, field by field, and leaves slipway plan with ownership tags alone',
        async () => {
          const made = await placedFrom(233_000_000_000, scene.local.url);
          await Promise.all(made.map((one) => deployTo(one)));
          expect(differences(scene.wantedOnce.map(plain), (await scene.readOnce(made)).map(plain))).toEqual([]);
          expect(await scene.otherSettings(made)).toEqual([]);
        },
        3 * minutes,
      );

      it(
        'makes another where one attribute is gone of what a registry has once',
        async () => {
          const found = await Promise.all(
            Array.from({ length: 10 }, async (_, seed) => {
              const index = seed % registryProjects.length;
              const [project] = registryProjects.slice(index);
              if (project === undefined) throw new Error('no project');
              const there = await openWorld(scene.local.url, String(940_000_000_000 + seed), {
                replicas: replicaRegions,
              });
              let what = '';
              const lastCut = (stacks: readonly RenderedStack[]) =>
                stacks.map((stack) => {
                  const removal = stack === stacks.at(-1) ? withoutOneProperty(stack.template, seed) : undefined;
                  if (removal === undefined) return stack;
                  what = `${project.name}: ${removal.what}`;
                  return { ...stack, template: removal.text };
                });
              const isRefused = await deployTo({ project, there }, lastCut).then(
                () => false,
                () => true,
              );
              const made = await scene.readOnce([{ project, there }]);
              const told = differences(scene.wantedOnce.slice(index, index + 1).map(plain), made.map(plain));
              return { what, isRefused, isOverlooked: what === '' || told.length === 0 };
            }),
          );
          expect(found.filter(({ isOverlooked }) => isOverlooked)).toEqual([]);
          expect(found.some(({ isRefused }) => !isRefused)).toBe(true);
        },
        3 * minutes,
      );
    });
  });

  describeWith({ tools: ['moto_server'] }, 'CloudFormation, with the rendered templates on moto', () => {
    let moto: Server;

    beforeAll(async () => {
      moto = await startMoto();
    }, 2 * minutes);
    afterAll(async () => {
      await moto?.stop();
    });

    it(
      'makes the same repositories as slipway apply on the local ECR, as far as moto knows',
      async () => {
        const there = await openWorld(moto.url, motoAccount);
        const endpoint = { endpoint: moto.url, account: motoAccount, region };
        // It knows no archive, and no outputs of a key that a stack makes.
        const known = projects.filter(
          (project) => !/"transition"|"encryption-key"/.test(JSON.stringify(project.desired(there))),
        );
        expect(known.length).toBeGreaterThan(20);
        for (const project of known)
          await deploy(endpoint, stacksOf(await render('cloudformation', project.project(there))));
        // What it makes of a role by CloudFormation is no JSON.
        const made = await readRepositories(endpoint);
        const told = known.flatMap((project) => {
          const names = project.desired(there).repositories.map(({ name }) => name);
          return names.flatMap((name) =>
            differences(scene.wanted.repositories[name] ?? null, made[name] ?? null, `repositories.${name}`),
          );
        });
        expect(told.filter((one) => !unreadByMoto.test(one))).toEqual([]);
      },
      3 * minutes,
    );
  });

  /** A project of the seed's choice, made by templates of which one lacks one attribute. */
  async function withoutOne(
    seed: number,
  ): Promise<{ readonly what: string; readonly isRefused: boolean; readonly differences: readonly string[] }> {
    const [project] = chosen(projects, seed, 1);
    if (project === undefined) throw new Error('no project');
    const alone = await openWorld(scene.local.url, String(900_000_000_000 + seed));
    const rendered = stacksOf(await render('cloudformation', project.project(alone), { options: { format: 'json' } }));
    const [victim] = chosen(rendered, seed, 1);
    const removal = withoutOneProperty(victim?.template ?? '', seed);
    if (removal === undefined) throw new Error('nothing to take away');
    const what = `${project.name}: ${removal.what}`;
    const cut = rendered.map((stack) => (stack === victim ? { ...stack, template: removal.text } : stack));
    try {
      await deploy(scene.at(alone.account), cut);
    } catch (error) {
      return { what: `${what}: ${String(error)}`, isRefused: true, differences: [] };
    }
    const made = await readMade(scene.at(alone.account));
    return { what, isRefused: false, differences: differ(only(scene.wanted, project, scene.world), made) };
  }
});

/** Of `AWS::ECR::Repository` it reads the name, what tags may do and the tags; the rest it leaves out, or as it would be without a word. */
const unreadByMoto =
  /^repositories\..*\.(?:lifecyclePolicy|policy|encryptionType|kmsKey): .*|\.scanOnPush: true, not false$/;
