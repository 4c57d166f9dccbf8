// The projects made by Terraform from the rendered code, on moto: what it has made is what `slipway apply` makes, as far as moto knows.
// It must not know how the code is written.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { differences } from '../equivalence/compare.js';
import { openWorld } from '../equivalence/engine.js';
import { isKnownToMoto, unknownToMoto } from '../equivalence/moto.js';
import { region, registryProjects, replicaRegions } from '../equivalence/projects.js';
import { readMade, readRegistry } from '../equivalence/read.js';
import { differ, only, projects, Scene } from '../equivalence/scene.js';
import { batchOf, renderedFor, withoutExceptions } from '../equivalence/terraform.js';
import { motoAccount, startMoto } from '../support/clients.js';
import type { Server } from '../support/processes.js';
import { type TerraformRoot, terraformRoot } from '../support/terraform.js';
import { describeWith } from '../support/tools.js';

const minutes = 60_000;

describeWith({ tools: [] }, 'what slipway apply makes', () => {
  let scene: Scene;

  beforeAll(async () => {
    scene = await Scene.open();
  }, 5 * minutes);
  afterAll(() => scene?.close());

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
          const mine = withoutExceptions(scene.wanted, rendered);
          const told = known.flatMap((project) => differ(only(mine, project, scene.world), only(made, project, there)));
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
          const mine = scene.wantedOnce[registryProjects.indexOf(project)];
          expect(mine).toBeDefined();
          const told = differences({ ...mine?.once, ...mine?.replicas }, { ...made.once, ...made.replicas });
          expect(told).toEqual([expect.stringMatching(/^scope: "V1", not "/)]);
        },
        5 * minutes,
      );
    },
  );
});
