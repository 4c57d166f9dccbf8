// The same projects made by `slipway apply`, by Terraform, by CloudFormation and by the AWS CLI: what each has made is read back and compared field by field.
// It must not know how any of them writes or makes a registry.
import pLimit from 'p-limit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { observe, type Plan } from '../../src/plan/index.js';
import type { Companion, CompanionKind } from '../../src/registry/companions/model.js';
import type { DesiredRegistry, DesiredRepository } from '../../src/registry/index.js';
import { type LiveRegistry, type Rendering, render } from '../../src/render/index.js';
import { Scripts } from '../equivalence/aws-cli.js';
import { deploy, type RenderedStack, stacksOf } from '../equivalence/cloudformation.js';
import { differences, leavesOf } from '../equivalence/compare.js';
import { Engine, openWorld, writeAsOthers } from '../equivalence/engine.js';
import {
  type EquivalentProject,
  equivalentProjects,
  type RegistryProject,
  region,
  registryProjects,
  replicaRegions,
  type World,
} from '../equivalence/projects.js';
import {
  type Made,
  type MadeRegistry,
  type Plain,
  readMade,
  readRegistry,
  readRepositories,
} from '../equivalence/read.js';
import {
  chosen,
  withoutOneAttribute,
  withoutOneOption,
  withoutOneProperty,
  withoutOneSetting,
} from '../equivalence/removal.js';
import { batchOf } from '../equivalence/terraform.js';
import { type AwsCli, startAwsCli } from '../support/aws-cli-server.js';
import { type Endpoint, motoAccount, startMoto, wireOk } from '../support/clients.js';
import { companionsRegistry } from '../support/companions.js';
import { type LocalEcr, startLocal } from '../support/local.js';
import type { Server } from '../support/processes.js';
import { type TerraformRoot, terraformRoot } from '../support/terraform.js';
import { describeWith } from '../support/tools.js';

const minutes = 60_000;
const projects = equivalentProjects();

const plain = (made: Made): Plain => ({ ...made });
const differ = (wanted: Made, made: Made): readonly string[] => differences(plain(wanted), plain(made));

describeWith({ tools: [] }, 'what slipway apply makes', () => {
  let local: LocalEcr;
  let engine: Engine;
  /** Of `slipway apply`. */
  let world: World;
  let wanted: Made;
  /** Of `slipway apply` too: `registryProjects` in their order. */
  let placed: readonly Placed[];
  let wantedOnce: readonly MadeRegistry[];

  const at = (account: string): Endpoint => ({ endpoint: local.url, account, region });

  beforeAll(async () => {
    local = await startLocal();
    engine = new Engine(local.url);
    world = await openWorld(local.url, '111111111111');
    await applyAll(projects, world);
    wanted = await readMade(at(world.account));
    placed = await placedFrom(120_000_000_000, local.url);
    await Promise.all(placed.map(({ project, there }) => engine.apply(...project.registries(there))));
    wantedOnce = await readOnce(placed);
    await Promise.all(placed.map(({ there }) => writeAsOthers(at(there.account))));
  }, 5 * minutes);

  afterAll(async () => {
    engine?.close();
    await local?.close();
  });

  async function applyAll(some: readonly EquivalentProject[], there: World): Promise<void> {
    const limit = pLimit(4);
    await Promise.all(some.map((project) => limit(() => engine.apply(project.desired(there)))));
  }

  it('are forty projects and more, with every repository field and every companion', () => {
    expect(projects.length).toBeGreaterThanOrEqual(40);
    const registries = projects.map((project) => project.desired(world));
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
    expect(Object.keys(wanted.repositories)).toHaveLength(repositories.length);
  });

  describe('a registry with replicas, or with a policy of its own', () => {
    it('says each setting that a registry has once', () => {
      const registries = registryProjects.flatMap((project) => project.registries(world));
      expect(new Set(registries.flatMap(({ replicaOf, region: there }) => (replicaOf ? [there] : [])))).toEqual(
        new Set(replicaRegions),
      );
      expect(new Set(registries.map(({ registryPolicy }) => registryPolicy?.scope))).toEqual(
        new Set([undefined, 'V1', 'V2']),
      );
      expect(wantedOnce.map(({ once }) => Object.keys(once))).toEqual(
        wantedOnce.map(() => ['policy', 'rules', 'scope']),
      );
    });

    it('has nothing left to change after slipway apply, whatever others write to the same documents', async () => {
      expect(await otherSettings(placed)).toEqual([]);
    });
  });

  describe('the comparison', () => {
    it('finds each value that is another', () => {
      const entries = [wanted, ...wantedOnce].flatMap((made) =>
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
          await engine.apply(desired);
          return readMade(at(desired.account));
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

  describe('CloudFormation, with the rendered templates on the local ECR', () => {
    const account = '233333333333';
    let there: World;

    it(
      'makes the same, field by field',
      async () => {
        there = await openWorld(local.url, account);
        const limit = pLimit(4);
        await Promise.all(
          projects.map((project) =>
            limit(async () => deploy(at(account), stacksOf(await render('cloudformation', project.project(there))))),
          ),
        );
        expect(differ(wanted, await readMade(at(account)))).toEqual([]);
      },
      3 * minutes,
    );

    it(
      'leaves slipway plan with ownership tags alone',
      async () => {
        expect(await otherChanges(projects, there)).toEqual([]);
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
          await wireOk(at(there.account), 'ecr', 'PutAccountSetting', { name: 'REGISTRY_POLICY_SCOPE', value: scope });
        await deploy(at(there.account), change(stacksOf(rendering)));
      }

      it(
        'makes the same, field by field, and leaves slipway plan with ownership tags alone',
        async () => {
          const made = await placedFrom(233_000_000_000, local.url);
          await Promise.all(made.map((one) => deployTo(one)));
          expect(differences(wantedOnce.map(plain), (await readOnce(made)).map(plain))).toEqual([]);
          expect(await otherSettings(made)).toEqual([]);
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
              const there = await openWorld(local.url, String(940_000_000_000 + seed), { replicas: replicaRegions });
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
              const made = await readOnce([{ project, there }]);
              const told = differences(wantedOnce.slice(index, index + 1).map(plain), made.map(plain));
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
        there = await openWorld(local.url, account);
        const rendered = await renderedFor(projects, there);
        const root = await rootOf(at(account), batchOf(rendered));
        await root.apply('-parallelism=20');
        expect(differ(withoutExceptions(wanted, rendered), await readMade(at(account)))).toEqual([]);
      },
      5 * minutes,
    );

    it(
      'leaves slipway plan with ownership tags alone',
      async () => {
        const told = await otherChanges(projects, there);
        // Provider 5 knows no exceptions of tag mutability, and the rendering said so.
        expect(told.filter((one) => !one.endsWith(' tagMutability'))).toEqual([]);
      },
      3 * minutes,
    );

    it(
      'has nothing to do after slipway apply and the import blocks',
      async () => {
        const rendered = await renderedFor(projects, world, (desired) => lookAt(desired));
        const root = await rootOf(at(world.account), batchOf(rendered));
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
          project.desired(world).repositories.flatMap(({ key, forceDelete, tagMutability: { exclusions } }) => {
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
        const apart = await openWorld(local.url, elsewhere);
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
        const root = await rootOf(at(elsewhere), batchOf(cut));
        // IAM may refuse what is left of a policy: then it is missing.
        const applied = await root.run(['apply', '-no-color', '-auto-approve']);
        const made = await readMade(at(elsewhere));
        const find = (project: EquivalentProject): readonly string[] =>
          differ(only(withoutExceptions(wanted, rendered), project, world), only(made, project, world));
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
        const one = terraformRoot(at(world.account), written);
        opened.push(one);
        await one.init();
        return one;
      }

      it(
        'makes the same, field by field, and leaves slipway plan with ownership tags alone',
        async () => {
          made = await placedFrom(220_000_000_000, local.url);
          files = batchOf(await renderedIn(made));
          root = await rootOf(files);
          await root.apply('-parallelism=20');
          expect(differOnce(wantedOnce, await readOnce(made))).toEqual([]);
          expect(await otherSettings(made)).toEqual([]);
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
          const told = differOnce(wantedOnce, await readOnce(made));
          expect(told.filter((one) => !/^\w+ once\.(policy|rules)/.test(one))).toEqual([]);
          for (const [index, { name }] of registryProjects.entries())
            expect(told.filter((one) => one.startsWith(`${name} `)).length, removed[index]).toBeGreaterThan(0);
        },
        5 * minutes,
      );

      it(
        'has nothing to do after slipway apply and the import blocks, with what others wrote',
        async () => {
          const rendered = await renderedIn(placed, (desired) => lookAt(desired));
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

  describeWith(
    { tools: ['terraform', 'aws-provider', 'moto_server'] },
    'Terraform, with the rendered code on moto',
    () => {
      let moto: Server;
      let root: TerraformRoot | undefined;

      beforeAll(async () => {
        moto = await startMoto();
      }, 2 * minutes);
      afterAll(async () => {
        root?.remove();
        await moto?.stop();
      });

      it(
        'makes the same as slipway apply on the local ECR, as far as moto knows',
        async () => {
          const there = await openWorld(moto.url, motoAccount);
          const known = projects.filter((project) => isKnownToMoto(project, there));
          expect(known.length).toBeGreaterThan(20);
          const rendered = await renderedFor(known, there);
          const endpoint = { endpoint: moto.url, account: motoAccount, region };
          root = terraformRoot(endpoint, batchOf(rendered));
          await root.init();
          await root.apply('-parallelism=20');
          const made = await readMade(endpoint);
          const mine = withoutExceptions(wanted, rendered);
          const told = known.flatMap((project) => differ(only(mine, project, world), only(made, project, there)));
          expect(told.filter((one) => !unknownToMoto.some((pattern) => pattern.test(one)))).toEqual([]);
        },
        5 * minutes,
      );

      it(
        'makes the same replicas, policy of the registry and rules; it has no scope',
        async () => {
          const project = registryProjects.find(({ name }) => name === 'narrow');
          if (project === undefined) throw new Error('narrow is no project any more');
          // No repository of it has a key that somebody keeps.
          const there = { account: motoAccount, keyArn: 'alias/given' };
          const endpoint = { endpoint: moto.url, account: motoAccount, region };
          const files = Object.entries(batchOf(await renderedFor([project], there))).map(([path, text]) => [
            path,
            text
              .replace(/^resource "aws_ecr_account_setting" [^}]*\}\n/m, '')
              .replace('depends_on = [aws_ecr_account_setting.policy_scope]', ''),
          ]);
          root?.remove();
          root = terraformRoot(endpoint, Object.fromEntries(files));
          await root.init();
          await root.apply();
          const made = await readRegistry(endpoint, replicaRegions);
          const mine = wantedOnce[registryProjects.indexOf(project)];
          expect(mine).toBeDefined();
          const told = differences({ ...mine?.once, ...mine?.replicas }, { ...made.once, ...made.replicas });
          expect(told).toEqual([expect.stringMatching(/^scope: "V1", not "/)]);
        },
        5 * minutes,
      );
    },
  );

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
            differences(wanted.repositories[name] ?? null, made[name] ?? null, `repositories.${name}`),
          );
        });
        expect(told.filter((one) => !unreadByMoto.test(one))).toEqual([]);
      },
      3 * minutes,
    );
  });

  describeWith({ tools: ['aws'] }, 'the AWS CLI, with the rendered scripts', () => {
    const account = '244444444444';
    /** Every field and every companion, and some of those that were made up. */
    const some = projects.filter(({ name }) => !name.startsWith('made-') || name.endsWith('7'));
    let cli: AwsCli;
    let scripts: Scripts;
    let there: World;

    beforeAll(async () => {
      cli = await startAwsCli();
      scripts = new Scripts(cli);
    }, minutes);
    afterAll(async () => {
      scripts?.remove();
      await cli?.stop();
    });

    /** What each script says; throws where one ends with another code. */
    function applied(
      endpoint: Endpoint,
      inWorld: World,
      of: readonly EquivalentProject[],
      args: readonly string[] = [],
    ): Promise<readonly string[]> {
      return Promise.all(
        of.map(async (project) => {
          const { files } = await render('aws-cli', project.project(inWorld));
          const { code, stdout, stderr } = await scripts.apply(endpoint, files, args);
          if (code !== 0) throw new Error(`${project.name} ends with ${code}\n${stdout}\n${stderr}`);
          return stdout;
        }),
      );
    }

    it(
      'makes the same on the local ECR, field by field',
      async () => {
        there = await openWorld(local.url, account);
        await applied(at(account), there, projects);
        expect(differ(wanted, await readMade(at(account)))).toEqual([]);
      },
      10 * minutes,
    );

    it(
      'leaves slipway plan with ownership tags alone',
      async () => {
        expect(await otherChanges(projects, there)).toEqual([]);
      },
      3 * minutes,
    );

    it(
      'has nothing to do when it is run again, or after slipway apply',
      async () => {
        const [again, after] = [some.filter((_, index) => index % 2 === 0), some.filter((_, index) => index % 2 === 1)];
        const said = [
          ...(await applied(at(account), there, again)),
          ...(await applied(at(world.account), world, after, ['--dry-run'])),
        ];
        expect(said.map((text) => text.trimEnd().split('\n').at(-1))).toEqual(some.map(() => 'Nothing to change.'));
        expect(differ(wanted, await readMade(at(account)))).toEqual([]);
      },
      3 * minutes,
    );

    it(
      'makes replicas and what a registry has once, and has nothing left to do, whatever others write to the same documents',
      async () => {
        const made = await placedFrom(240_000_000_000, local.url);
        const run = async (all: readonly Placed[], args: readonly string[] = []) => {
          const said = await Promise.all(
            all.map(({ project, there: its }) => applied(at(its.account), its, [project], args)),
          );
          return said.flat().map((text) => text.trimEnd().split('\n').at(-1));
        };
        await run(made);
        const read = await readOnce(made);
        expect(read.flatMap((one, index) => differences({ ...wantedOnce[index] }, { ...one }))).toEqual([]);
        expect(await otherSettings(made)).toEqual([]);
        await Promise.all(made.map(({ there: { account: its } }) => writeAsOthers(at(its))));
        const nothing = made.map(() => 'Nothing to change.');
        expect(await run(made)).toEqual(nothing);
        expect(await run(placed, ['--dry-run'])).toEqual(nothing);
      },
      3 * minutes,
    );

    it(
      'makes another where one option is gone',
      async () => {
        const found = await Promise.all(
          Array.from({ length: 10 }, async (_, seed) => {
            const [project] = chosen(projects, 60 + seed, 1);
            if (project === undefined) throw new Error('no project');
            const alone = await openWorld(local.url, String(920_000_000_000 + seed));
            const { files } = await render('aws-cli', project.project(alone));
            let what = '';
            const cut = files.map((file) => {
              const removal = file.path.endsWith('apply.sh') ? withoutOneOption(file.text, seed) : undefined;
              if (removal === undefined) return file;
              what = `${project.name}: ${removal.what}`;
              return { ...file, text: removal.text };
            });
            const { code, stderr } = await scripts.apply(at(alone.account), cut);
            const all = differ(only(wanted, project, world), await readMade(at(alone.account)));
            return { what, code, stderr, isOverlooked: what === '' || all.length === 0 };
          }),
        );
        expect(found.filter(({ isOverlooked }) => isOverlooked)).toEqual([]);
        expect(found.filter(({ code }) => code === 0).length).toBeGreaterThan(4);
      },
      3 * minutes,
    );

    describeWith({ tools: ['moto_server'] }, 'on moto', () => {
      let moto: Server;

      beforeAll(async () => {
        moto = await startMoto();
      }, 2 * minutes);
      afterAll(() => moto?.stop());

      it(
        'makes the same as slipway apply on the local ECR, as far as moto knows',
        async () => {
          const elsewhere = await openWorld(moto.url, motoAccount);
          const known = some.filter((project) => isKnownToMoto(project, elsewhere));
          expect(known.length).toBeGreaterThan(12);
          const endpoint = { endpoint: moto.url, account: motoAccount, region };
          await applied(endpoint, elsewhere, known);
          const made = await readMade(endpoint);
          const told = known.flatMap((project) => differ(only(wanted, project, world), only(made, project, elsewhere)));
          expect(told.filter((one) => !unknownToMoto.some((pattern) => pattern.test(one)))).toEqual([]);
        },
        5 * minutes,
      );
    });
  });

  /** A project of the seed's choice, made by templates of which one lacks one attribute. */
  async function withoutOne(
    seed: number,
  ): Promise<{ readonly what: string; readonly isRefused: boolean; readonly differences: readonly string[] }> {
    const [project] = chosen(projects, seed, 1);
    if (project === undefined) throw new Error('no project');
    const alone = await openWorld(local.url, String(900_000_000_000 + seed));
    const rendered = stacksOf(await render('cloudformation', project.project(alone), { options: { format: 'json' } }));
    const [victim] = chosen(rendered, seed, 1);
    const removal = withoutOneProperty(victim?.template ?? '', seed);
    if (removal === undefined) throw new Error('nothing to take away');
    const what = `${project.name}: ${removal.what}`;
    const cut = rendered.map((stack) => (stack === victim ? { ...stack, template: removal.text } : stack));
    try {
      await deploy(at(alone.account), cut);
    } catch (error) {
      return { what: `${what}: ${String(error)}`, isRefused: true, differences: [] };
    }
    const made = await readMade(at(alone.account));
    return { what, isRefused: false, differences: differ(only(wanted, project, world), made) };
  }

  /** What plan would change beside ownership tags: `NAME ASPECT`. */
  async function otherChanges(some: readonly EquivalentProject[], there: World): Promise<readonly string[]> {
    const limit = pLimit(4);
    const plans = await Promise.all(some.map((project) => limit(() => engine.plan(project.desired(there)))));
    return plans.flatMap(changesBesideOwnership);
  }

  function readOnce(some: readonly Placed[]): Promise<readonly MadeRegistry[]> {
    return Promise.all(some.map(({ there }) => readRegistry(at(there.account), replicaRegions)));
  }

  /** The same of projects that have an account to themselves, with what a registry has once: `NAME ASPECT`. */
  async function otherSettings(some: readonly Placed[]): Promise<readonly string[]> {
    const plans = await Promise.all(some.map(({ project, there }) => engine.plan(...project.registries(there))));
    const settings = plans.flatMap(({ owner, registries }) =>
      registries.flatMap(({ settings: { changes: all = [], unknown = [] } = {} }) =>
        [...all, ...unknown].map(({ aspect }) => `${owner.project} ${aspect}`),
      ),
    );
    return [...settings, ...plans.flatMap(changesBesideOwnership)];
  }

  async function lookAt(desired: DesiredRegistry): Promise<LiveRegistry> {
    const ports = engine.portsFor(desired);
    const observed = await observe(desired, ports, { orphans: false });
    const stacks = new Map<string, Readonly<Record<string, string>>>();
    for (const { name } of desired.companions) {
      const outputs = (await ports.stacks.describe(name))?.outputs;
      if (outputs !== undefined) stacks.set(name, outputs);
    }
    const [policy, scope, replication] = await Promise.all([
      ports.ecr.getRegistryPolicy(),
      ports.ecr.registryPolicyScope(),
      ports.ecr.replicationRules(),
    ]);
    return { observed, stacks, settings: { ...(policy === undefined ? {} : { policy }), scope, replication } };
  }
});

/** A project that has an account to itself. */
interface Placed {
  readonly project: RegistryProject;
  readonly there: World;
}

/** Accounts are counted up from the first. */
function placedFrom(first: number, endpoint: string): Promise<readonly Placed[]> {
  return Promise.all(
    registryProjects.map(async (project, index) => ({
      project,
      there: await openWorld(endpoint, String(first + index), { replicas: replicaRegions }),
    })),
  );
}

function changesBesideOwnership({ registries }: Plan): readonly string[] {
  return registries.flatMap(({ repositories }) =>
    repositories.flatMap(({ name, changes: all, unknown }) => [
      // An alias is not compared with the key that it stands for, whoever made the repository.
      ...unknown
        .filter(({ operation }) => operation !== 'kms:DescribeKey')
        .map(({ operation }) => `${name} unknown by ${operation}`),
      ...all.flatMap((change) => {
        // A key that another engine made is in no stack of Slipway's: to plan, its value is unknown.
        if (change.aspect === 'encryption' && JSON.stringify(change).includes('"stack":"key"')) return [];
        if (change.aspect !== 'tags') return [`${name} ${change.aspect}`];
        const keys = new Set([...Object.keys(change.before ?? {}), ...Object.keys(change.after ?? {})]);
        return [...keys]
          .filter((key) => change.before?.[key] !== change.after?.[key] && !key.startsWith('slipway:'))
          .map((key) => `${name} tag ${key}`);
      }),
    ]),
  );
}

interface Rendered {
  readonly name: string;
  readonly rendering: Rendering;
}

function renderedFor(
  some: readonly EquivalentProject[],
  there: World,
  look?: (desired: DesiredRegistry) => Promise<LiveRegistry>,
): Promise<readonly Rendered[]> {
  return renderedIn(
    some.map((project) => ({ project, there })),
    look,
  );
}

function renderedIn(
  some: readonly { readonly project: EquivalentProject; readonly there: World }[],
  look?: (desired: DesiredRegistry) => Promise<LiveRegistry>,
): Promise<readonly Rendered[]> {
  return Promise.all(
    some.map(async ({ project: { name, project }, there }) => ({
      name,
      rendering: await render('terraform', project(there), look === undefined ? {} : { look }),
    })),
  );
}

/** `PROJECT FIELD: …`, both in the order of `registryProjects`. */
function differOnce(wanted: readonly MadeRegistry[], made: readonly MadeRegistry[]): readonly string[] {
  return registryProjects.flatMap(({ name }, index) =>
    differences({ ...wanted[index] }, { ...made[index] }).map((one) => `${name} ${one}`),
  );
}

/** moto has none of AWS's own policies, and knows no archive. */
function isKnownToMoto(project: EquivalentProject, there: World): boolean {
  return !/iam::aws:policy\/|"transition"/.test(JSON.stringify(project.desired(there)));
}

/** What moto does not keep, or says otherwise than AWS. */
const unknownToMoto = [
  /^keys\..*\.(multiRegion: false|rotationPeriodDays: \d+), not null$/,
  // It has no alias for the key that AWS keeps for ECR, and makes up no thumbprint.
  /^repositories\..*\.kmsKey: "alias\/aws\/ecr", not "arn:aws:kms:/,
  /^providers\..*\.thumbprints: .*, not \[\]$/,
];

/** Of `AWS::ECR::Repository` it reads the name, what tags may do and the tags; the rest it leaves out, or as it would be without a word. */
const unreadByMoto =
  /^repositories\..*\.(?:lifecyclePolicy|policy|encryptionType|kmsKey): .*|\.scanOnPush: true, not false$/;

const noExceptions: string = 'render/needs-provider-6';

/** As provider 5 makes it, which knows no exceptions; the rendering has to have said so, once for each repository. */
function withoutExceptions(made: Made, rendered: readonly Rendered[]): Made {
  const said = rendered.flatMap(({ rendering }) =>
    rendering.diagnostics.filter(({ code }) => code === noExceptions).map(({ message }) => message),
  );
  const repositories = Object.entries(made.repositories).map(([name, repository]) => {
    if (!said.some((message) => message.includes(` ${name} `))) return [name, repository] as const;
    const settings = repository as { readonly [key: string]: Plain };
    const { tagMutability: mode } = settings;
    const alone = typeof mode === 'string' ? mode.replace('_WITH_EXCLUSION', '') : null;
    return [name, { ...settings, tagMutability: alone, exclusions: [] }] as const;
  });
  return { ...made, repositories: Object.fromEntries(repositories) };
}

/** What the project has made of it. */
function only(made: Made, project: EquivalentProject, world: World): Made {
  const { repositories, companions } = project.desired(world);
  const resources = companions.flatMap((stack) => stack.resources);
  const pick = (all: Readonly<Record<string, Plain>>, names: readonly string[]) =>
    Object.fromEntries(Object.entries(all).filter(([name]) => names.includes(name)));
  return {
    repositories: pick(
      made.repositories,
      repositories.map(({ name }) => name),
    ),
    roles: pick(
      made.roles,
      resources.flatMap((one) => ('name' in one ? [one.name] : [])),
    ),
    providers: pick(
      made.providers,
      resources.flatMap((one) => (one.kind === 'oidc-provider' && !one.existing ? [one.host] : [])),
    ),
    keys: pick(
      made.keys,
      resources.flatMap((one) => (one.kind === 'encryption-key' ? [one.alias] : [])),
    ),
  };
}

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
