// Programs of Pulumi that Slipway renders, of every project that all engines have to make alike. Pulumi's engine is a binary that these tests
// do without: programs in TypeScript register their resources with the mocks of its SDK, those in YAML are evaluated.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import awsPackage from '@pulumi/aws/package.json' with { type: 'json' };
import sdkPackage from '@pulumi/pulumi/package.json' with { type: 'json' };
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { render } from '../src/render/index.js';
import { packageVersions } from '../src/render/pulumi/program.js';
import { differences } from './equivalence/compare.js';
import { type EquivalentProject, equivalentProjects, type World } from './equivalence/projects.js';
import {
  compileAll,
  evaluateYaml,
  type Failed,
  openFolder,
  type Registered,
  type Run,
  runAll,
  writeAll,
} from './equivalence/pulumi.js';
import { type Asked, accountWanted, askedOf, wantedOf } from './equivalence/pulumi-made.js';

const account = '111111111111';
const world: World = { account, keyArn: `arn:aws:kms:eu-west-1:${account}:key/1234abcd-12ab-34cd-56ef-1234567890ab` };
const projects = equivalentProjects();
const folder = openFolder();

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

function hasProviders(project: EquivalentProject): boolean {
  return Object.keys(accountWanted(project.desired(world))).length > 0;
}

function resourcesOf(run: Run | Failed | undefined): readonly Registered[] {
  if (run === undefined || 'failed' in run) throw new Error(run?.failed ?? 'it did not run');
  return run.resources;
}

/** Where a provider's place is of no interest. */
function withoutPlace(asked: Asked): Asked {
  return Object.fromEntries(Object.entries(asked).filter(([key]) => key !== 'place'));
}

describe('programs in TypeScript', () => {
  let findings = '';
  const runs = new Map<string, Run | Failed>();

  beforeAll(async () => {
    for (const project of projects) {
      const { files } = await render('pulumi', project.project(world));
      writeAll(join(folder, project.name), files);
    }
    findings = await compileAll(
      folder,
      `${projects[0]?.name ?? ''}/tsconfig.json`,
      projects.map(({ name }) => `${name}/index.ts`),
    );
    const programs = projects.flatMap((one) => {
      const main = join(folder, 'bin', one.name, 'index.js');
      const stacks = hasProviders(one) ? ['prod', `account.${account}`] : ['prod'];
      return stacks.map((stack) => ({ main, project: one.name, stack }));
    });
    const main = join(folder, 'bin', 'silent', 'index.js');
    const config = { 'silent:assumeRoleArn': 'arn:aws:iam::111111111111:role/pulumi' };
    const all = [
      ...programs.map((one) => ({ ...one, as: `${one.project} ${one.stack}` })),
      { main, project: 'silent', stack: 'staging', as: 'silent staging' },
      { main, project: 'silent', stack: 'prod', config, as: 'silent prod with a role' },
    ];
    const results = await runAll(all);
    all.forEach(({ as }, index) => {
      const result = results[index];
      if (result !== undefined) runs.set(as, result);
    });
  });

  it('ask for the very versions that they are compiled and run with', () => {
    expect({ ...packageVersions.dependencies }).toEqual({
      '@pulumi/aws': awsPackage.version,
      '@pulumi/pulumi': sdkPackage.version,
    });
  });

  it('have no findings with tsc --strict', () => {
    expect(findings).toBe('');
  });

  it.each(projects)('$name is asked for as it is wanted', (project) => {
    const desired = project.desired(world);
    expect(differences(wantedOf(desired), askedOf(resourcesOf(runs.get(`${project.name} prod`))))).toEqual([]);
    if (!hasProviders(project)) return;
    const ofAccount = withoutPlace(askedOf(resourcesOf(runs.get(`${project.name} account.${account}`))));
    expect(differences(accountWanted(desired), ofAccount)).toEqual([]);
  });

  it('make everything below one component, and tell what is made', () => {
    const run = runs.get('platforms prod');
    const resources = resourcesOf(run);
    const inside = resources.filter(({ type }) => type.startsWith('aws:'));
    expect(inside.length).toBeGreaterThan(8);
    for (const { options } of inside) expect(options.parent).toMatch(/::slipway:ecr:Registry::platforms$/);
    expect(run).toMatchObject({
      outputs: {
        registries: {
          platforms: {
            repositoryUrls: { api: 'URL-OF platforms/api', web: 'URL-OF platforms/web' },
            roleArns: { nodes: 'ARN-OF platforms-nodes' },
            keyArn: 'ARN-OF-REGISTRY-KEY',
          },
        },
      },
    });
  });

  it('refuse a stack that is none of theirs', () => {
    expect(runs.get('silent staging')).toEqual({
      failed: 'Error: there is no "staging" in this program; there is prod',
    });
  });

  it('take a role where the settings name one', () => {
    const [provider] = resourcesOf(runs.get('silent prod with a role'));
    expect(provider?.inputs['assumeRoles']).toBe('[{"roleArn":"arn:aws:iam::111111111111:role/pulumi"}]');
  });
});

describe('programs in YAML', () => {
  it.each(projects)('$name is asked for as it is wanted', async (project) => {
    const { files } = await render('pulumi', project.project(world), { options: { language: 'yaml' } });
    const program = files.find(({ path }) => path === 'environments/prod/Pulumi.yaml');
    const { resources } = evaluateYaml(program?.text ?? '');
    expect(differences(wantedOf(project.desired(world)), askedOf(resources))).toEqual([]);
    const providers = files.find(({ path }) => path === `accounts/${account}/Pulumi.yaml`);
    if (providers !== undefined)
      expect(
        differences(
          accountWanted(project.desired(world)),
          withoutPlace(askedOf(evaluateYaml(providers.text).resources)),
        ),
      ).toEqual([]);
  });
});
