// The projects made by Terraform from the rendered code, on the local ECR: what it has made is what `slipway apply` makes, field by field.
// It must not know how the code is written.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openWorld } from '../equivalence/engine.js';
import { type EquivalentProject, registryProjects, type World } from '../equivalence/projects.js';
import { readMade } from '../equivalence/read.js';
import { chosen, withoutOneAttribute, withoutOneSetting } from '../equivalence/removal.js';
import { differ, differOnce, only, type Placed, placedFrom, projects, Scene } from '../equivalence/scene.js';
import { batchOf, renderedFor, renderedIn, withoutExceptions } from '../equivalence/terraform.js';
import type { Endpoint } from '../support/clients.js';
import { type TerraformRoot, terraformRoot } from '../support/terraform.js';
import { describeWith } from '../support/tools.js';

const minutes = 60_000;

describeWith({ tools: [] }, 'what slipway apply makes', () => {
  let scene: Scene;

  beforeAll(async () => {
    scene = await Scene.open();
  }, 5 * minutes);
  afterAll(() => scene?.close());

  describeWith({ tools: ['terraform', 'aws-provider'] }, 'Terraform, with the rendered code on the local ECR', () => {
    const account = '222222222222';
    const opened: TerraformRoot[] = [];
    let there: World;

    afterAll(() => {
      for (const root of opened) root.remove();
    });

    async function rootOf(endpoint: Endpoint, files: Readonly<Record<string, string>>): Promise<TerraformRoot> {
      const root = terraformRoot(endpoint, files);
      opened.push(root);
      await root.init();
      return root;
    }

    it(
      'makes the same, field by field',
      async () => {
        there = await openWorld(scene.local.url, account);
        const rendered = await renderedFor(projects, there);
        const root = await rootOf(scene.at(account), batchOf(rendered));
        await root.apply('-parallelism=20');
        expect(differ(withoutExceptions(scene.wanted, rendered), await readMade(scene.at(account)))).toEqual([]);
      },
      5 * minutes,
    );

    it(
      'leaves slipway plan with ownership tags alone',
      async () => {
        const told = await scene.otherChanges(projects, there);
        // Provider 5 knows no exceptions of tag mutability, and the rendering said so.
        expect(told.filter((one) => !one.endsWith(' tagMutability'))).toEqual([]);
      },
      3 * minutes,
    );

    it(
      'has nothing to do after slipway apply and the import blocks',
      async () => {
        const rendered = await renderedFor(projects, scene.world, (desired) => scene.lookAt(desired));
        const root = await rootOf(scene.at(scene.world.account), batchOf(rendered));
        const { resource_changes: planned = [] } = await root.planned('-parallelism=20');
        expect(planned.filter(({ change }) => change.importing !== undefined).length).toBeGreaterThan(300);
        const told = planned.flatMap(({ address, change: { actions, before, after } }) => {
          if (actions.every((one) => one === 'no-op' || one === 'read')) return [];
          if (actions.join(' ') !== 'update') return [`${actions.join(' ')} ${address}`];
          return Object.keys(after ?? {})
            .filter((key) => JSON.stringify(before?.[key]) !== JSON.stringify(after?.[key]))
            .map((key) => `${key} of ${address}`);
        });
        // Provider 5 knows no exceptions of tag mutability. AWS knows nothing of force_delete, so that no import brings it: the state
        // learns of it where it is true, and in passing where something else is changed.
        const expected = projects.flatMap((project) =>
          project.desired(scene.world).repositories.flatMap(({ key, forceDelete, tagMutability: { exclusions } }) => {
            const address = `module.${project.name}_environment.module.registry.aws_ecr_repository.this["${key}"]`;
            return [
              ...(forceDelete || exclusions.length > 0 ? [`force_delete of ${address}`] : []),
              ...(exclusions.length > 0 ? [`image_tag_mutability of ${address}`] : []),
            ];
          }),
        );
        expect(told.toSorted()).toEqual(expected.toSorted());
      },
      5 * minutes,
    );

    it(
      'makes another where one attribute is gone',
      async () => {
        const elsewhere = '444444444441';
        const apart = await openWorld(scene.local.url, elsewhere);
        // They are left whole; one of them makes the provider that others look up.
        const whole = projects.filter(({ name }) => name === 'silent' || name === 'github');
        const some = chosen(
          projects.filter((project) => !whole.includes(project)),
          47,
          8,
        );
        const rendered = await renderedFor([...whole, ...some], apart);
        const removed = new Map<string, string>();
        const cut = rendered.map(({ name, rendering }, index) => ({
          name,
          rendering: {
            ...rendering,
            files: rendering.files.map((file) => {
              if (whole.some((project) => project.name === name) || file.path !== 'environments/prod/main.tf')
                return file;
              const removal = withoutOneAttribute(file.text, index);
              if (removal === undefined) return file;
              removed.set(name, removal.what);
              return { ...file, text: removal.text };
            }),
          },
        }));
        expect(removed.size).toBeGreaterThanOrEqual(5);
        const root = await rootOf(scene.at(elsewhere), batchOf(cut));
        // IAM may refuse what is left of a policy: then it is missing.
        const applied = await root.run(['apply', '-no-color', '-auto-approve']);
        const made = await readMade(scene.at(elsewhere));
        const find = (project: EquivalentProject): readonly string[] =>
          differ(
            only(withoutExceptions(scene.wanted, rendered), project, scene.world),
            only(made, project, scene.world),
          );
        expect(whole.flatMap(find), applied.stderr).toEqual([]);
        const overlooked = some.filter((project) => removed.has(project.name) && find(project).length === 0);
        expect(overlooked.map(({ name }) => [name, removed.get(name)])).toEqual([]);
      },
      5 * minutes,
    );
  });

  describeWith(
    { tools: ['terraform', 'aws-provider'] },
    'Terraform, with replicas and what a registry has once, on the local ECR',
    () => {
      const opened: TerraformRoot[] = [];
      let root: TerraformRoot;
      let made: readonly Placed[];
      let files: Readonly<Record<string, string>>;

      afterAll(() => {
        for (const one of opened) one.remove();
      });

      async function rootOf(written: Readonly<Record<string, string>>): Promise<TerraformRoot> {
        const one = terraformRoot(scene.at(scene.world.account), written);
        opened.push(one);
        await one.init();
        return one;
      }

      it(
        'makes the same, field by field, and leaves slipway plan with ownership tags alone',
        async () => {
          made = await placedFrom(220_000_000_000, scene.local.url);
          files = batchOf(await renderedIn(made));
          root = await rootOf(files);
          await root.apply('-parallelism=20');
          expect(differOnce(scene.wantedOnce, await scene.readOnce(made))).toEqual([]);
          expect(await scene.otherSettings(made)).toEqual([]);
        },
        5 * minutes,
      );

      it(
        'makes another where one attribute is gone, and only there',
        async () => {
          const removed = registryProjects.map(({ name }, index) => {
            const path = `${name}/environments/prod/registry.tf`;
            // One takes from the rules, the other from the policy.
            const removal = withoutOneSetting(files[path] ?? '', [4, 2][index] ?? 0);
            root.write(path, removal?.text ?? '');
            return removal?.what;
          });
          await root.apply('-parallelism=20');
          const told = differOnce(scene.wantedOnce, await scene.readOnce(made));
          expect(told.filter((one) => !/^\w+ once\.(policy|rules)/.test(one))).toEqual([]);
          for (const [index, { name }] of registryProjects.entries())
            expect(told.filter((one) => one.startsWith(`${name} `)).length, removed[index]).toBeGreaterThan(0);
        },
        5 * minutes,
      );

      it(
        'has nothing to do after slipway apply and the import blocks, with what others wrote',
        async () => {
          const rendered = await renderedIn(scene.placed, (desired) => scene.lookAt(desired));
          files = batchOf(rendered);
          const importing = await rootOf(files);
          const { resource_changes: planned = [] } = await importing.planned('-parallelism=20');
          expect(planned.filter(({ change: { actions } }) => actions.join('') !== 'no-op')).toEqual([]);
          expect(planned.filter(({ change }) => change.importing === undefined)).toEqual([]);
          const once = ['aws_ecr_account_setting', 'aws_ecr_registry_policy', 'aws_ecr_replication_configuration'];
          const types = planned.map(({ type }) => type).filter((type) => once.includes(type));
          expect(types.toSorted()).toEqual(once.flatMap((type) => [type, type]));
          const written = registryProjects.map(({ name }) => `${name}/environments/prod/registry.tf`);
          for (const file of written) expect(files[file]).toMatch(/"Theirs"[^]*999999999999[^]*"theirs\/"/);
          await importing.ok(['fmt', '-check', '-diff', '-no-color', ...written]);
        },
        5 * minutes,
      );
    },
  );
});
