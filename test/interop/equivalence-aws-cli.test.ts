// The projects made by the rendered scripts with the AWS CLI: what they have made is what `slipway apply` makes, field by field.
// It must not know how scripts are written.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { render } from '../../src/render/index.js';
import { Scripts } from '../equivalence/aws-cli.js';
import { openWorld, writeAsOthers } from '../equivalence/engine.js';
import { isKnownToMoto, unknownToMoto } from '../equivalence/moto.js';
import { type EquivalentProject, region, type World } from '../equivalence/projects.js';
import { readMade } from '../equivalence/read.js';
import { chosen, withoutOneOption } from '../equivalence/removal.js';
import { differ, differOnce, only, type Placed, placedFrom, projects, Scene } from '../equivalence/scene.js';
import { type AwsCli, startAwsCli } from '../support/aws-cli-server.js';
import { type Endpoint, motoAccount, startMoto } from '../support/clients.js';
import type { Server } from '../support/processes.js';
import { describeWith } from '../support/tools.js';

const minutes = 60_000;

describeWith({ tools: [] }, 'what slipway apply makes', () => {
  let scene: Scene;

  beforeAll(async () => {
    scene = await Scene.open();
  }, 5 * minutes);
  afterAll(() => scene?.close());

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
        there = await openWorld(scene.local.url, account);
        await applied(scene.at(account), there, projects);
        expect(differ(scene.wanted, await readMade(scene.at(account)))).toEqual([]);
      },
      10 * minutes,
    );

    it(
      'leaves slipway plan with ownership tags alone',
      async () => {
        expect(await scene.otherChanges(projects, there)).toEqual([]);
      },
      3 * minutes,
    );

    it(
      'has nothing to do when it is run again, or after slipway apply',
      async () => {
        const [again, after] = [some.filter((_, index) => index % 2 === 0), some.filter((_, index) => index % 2 === 1)];
        const said = [
          ...(await applied(scene.at(account), there, again)),
          ...(await applied(scene.at(scene.world.account), scene.world, after, ['--dry-run'])),
        ];
        expect(said.map((text) => text.trimEnd().split('\n').at(-1))).toEqual(some.map(() => 'Nothing to change.'));
        expect(differ(scene.wanted, await readMade(scene.at(account)))).toEqual([]);
      },
      3 * minutes,
    );

    it(
      'makes replicas and what a registry has once, and has nothing left to do, whatever others write to the same documents',
      async () => {
        const made = await placedFrom(240_000_000_000, scene.local.url);
        const run = async (all: readonly Placed[], args: readonly string[] = []) => {
          const said = await Promise.all(
            all.map(({ project, there: its }) => applied(scene.at(its.account), its, [project], args)),
          );
          return said.flat().map((text) => text.trimEnd().split('\n').at(-1));
        };
        await run(made);
        expect(differOnce(scene.wantedOnce, await scene.readOnce(made))).toEqual([]);
        expect(await scene.otherSettings(made)).toEqual([]);
        await Promise.all(made.map(({ there: { account: its } }) => writeAsOthers(scene.at(its))));
        const nothing = made.map(() => 'Nothing to change.');
        expect(await run(made)).toEqual(nothing);
        expect(await run(scene.placed, ['--dry-run'])).toEqual(nothing);
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
            const alone = await openWorld(scene.local.url, String(920_000_000_000 + seed));
            const { files } = await render('aws-cli', project.project(alone));
            let what = '';
            const cut = files.map((file) => {
              const removal = file.path.endsWith('apply.sh') ? withoutOneOption(file.text, seed) : undefined;
              if (removal === undefined) return file;
              what = `${project.name}: ${removal.what}`;
              return { ...file, text: removal.text };
            });
            const { code, stderr } = await scripts.apply(scene.at(alone.account), cut);
            const all = differ(only(scene.wanted, project, scene.world), await readMade(scene.at(alone.account)));
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
          const told = known.flatMap((project) =>
            differ(only(scene.wanted, project, scene.world), only(made, project, elsewhere)),
          );
          expect(told.filter((one) => !unknownToMoto.some((pattern) => pattern.test(one)))).toEqual([]);
        },
        5 * minutes,
      );
    });
  });
});
