// Programs of Pulumi that Slipway renders, of every project that all engines have to make alike. Pulumi's engine is a binary that these tests
// do without: programs in TypeScript register their resources with the mocks of its SDK, those in YAML are evaluated.
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import awsPackage from '@pulumi/aws/package.json' with { type: 'json' };
import sdkPackage from '@pulumi/pulumi/package.json' with { type: 'json' };
import { transformSync } from 'esbuild';
import ts from 'typescript';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseProject } from '../src/manifest/index.js';
import { compile } from '../src/registry/index.js';
import { render } from '../src/render/index.js';
import { packageVersions } from '../src/render/pulumi/program.js';
import { differences } from './equivalence/compare.js';
import {
  type EquivalentProject,
  equivalentProjects,
  type RegistryProject,
  registryProjects,
  type World,
} from './equivalence/projects.js';
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
import { type Asked, accountWanted, askedOf, byRegion, wantedOf } from './equivalence/pulumi-made.js';
import { type Removal, withoutOneLiteral, withoutOneYamlMember } from './equivalence/removal.js';

const account = '111111111111';
const world: World = { account, keyArn: `arn:aws:kms:eu-west-1:${account}:key/1234abcd-12ab-34cd-56ef-1234567890ab` };

/** Where one repository goes without a tag that all the rest has: roles and keys have it as their own then. */
const apart: EquivalentProject = {
  name: 'apart',
  project: () =>
    parseProject([
      {
        file: 'slipway.yaml',
        text: `
apiVersion: ecr.slipway.dev/v1
kind: Project
metadata: {name: apart}
spec:
  environments: {prod: {account: "${account}", region: eu-west-1}}
  repositories: {api: {encryptionType: KMS, kmsKeyId: {companion: key}, tags: {ManagedBy: null}}}
---
apiVersion: ecr.slipway.dev/v1
kind: AwsEcrRegistry
metadata: {name: prod}
spec: {environments: [prod], companions: {pullRoles: {nodes: {for: eks-node}}}}
`,
        own: true,
      },
    ]),
  desired(within) {
    const [desired] = compile(this.project(within), 'prod');
    if (desired === undefined) throw new Error('it compiles to no registry');
    return desired;
  },
};
const projects = [...equivalentProjects(), apart];

/** Typings of all of AWS are read, and hundreds of programs run. */
const patience = 300_000;
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

const seeds = (from: number, count: number) => Array.from({ length: count }, (_, index) => from + index);

/** Where a provider's place is of no interest. */
function withoutPlace(asked: Asked): Asked {
  return Object.fromEntries(Object.entries(asked).filter(([key]) => key !== 'place'));
}

describe('programs in TypeScript', () => {
  let findings = '';
  const runs = new Map<string, Run | Failed>();

  beforeAll(async () => {
    for (const project of [...projects, ...registryProjects]) {
      const { files } = await render('pulumi', project.project(world));
      writeAll(join(folder, project.name), files);
    }
    findings = await compileAll(
      folder,
      `${projects[0]?.name ?? ''}/tsconfig.json`,
      [...projects, ...registryProjects].map(({ name }) => `${name}/index.ts`),
    );
    const programs = [...projects, ...registryProjects].flatMap((one) => {
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
  }, patience);

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

  it.each(registryProjects)('$name is asked for in each Region as it is wanted, and copied last', (project) => {
    expect(differentIn(project, resourcesOf(runs.get(`${project.name} prod`)))).toEqual([]);
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

/** What is asked for otherwise in any Region; and which repositories images may be copied to before they are there. */
function differentIn(project: RegistryProject, resources: readonly Registered[]): readonly string[] {
  const regions = byRegion(resources);
  const registries = project.registries(world);
  const repositories = resources.filter(({ type }) => type === 'aws:ecr/repository:Repository').map(({ name }) => name);
  const waits = (type: string): readonly string[] =>
    resources.filter((one) => one.type === type).flatMap(({ options }) => options.dependsOn);
  const isIn = (name: string, all: readonly string[]) => all.some((one) => one === name || one.endsWith(`::${name}`));
  const copied = registries.some(({ replication }) => replication !== undefined);
  const [own] = registries;
  const scoped = own?.registryPolicy?.scope !== undefined;
  return [
    ...[...regions.keys()].filter((region) => !registries.some((one) => one.region === region)),
    ...registries.flatMap((desired) => differences(wantedOf(desired), askedOf(regions.get(desired.region) ?? []))),
    ...repositories.filter(
      (name) => copied && !isIn(name, waits('aws:ecr/replicationConfiguration:ReplicationConfiguration')),
    ),
    ...(scoped && waits('aws:ecr/registryPolicy:RegistryPolicy').length === 0 ? ['the policy does not wait'] : []),
  ];
}

describe('programs in YAML', () => {
  it.each(registryProjects)('$name is asked for in each Region as it is wanted, and copied last', async (project) => {
    const { files } = await render('pulumi', project.project(world), { options: { language: 'yaml' } });
    const program = files.find(({ path }) => path === 'environments/prod/Pulumi.yaml')?.text ?? '';
    expect(differentIn(project, evaluateYaml(program).resources)).toEqual([]);
    const overlooked = seeds(0, 40).flatMap((seed) => {
      const removal = withoutOneYamlMember(program, seed);
      if (removal === undefined) return [];
      try {
        return differentIn(project, evaluateYaml(removal.text).resources).length === 0 ? [removal.what] : [];
      } catch {
        return [];
      }
    });
    expect(overlooked).toEqual([]);
  });

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

describe('without one attribute', () => {
  const of = (seed: number): EquivalentProject => {
    const project = projects[seed % projects.length];
    if (project === undefined) throw new Error('there are no projects');
    return project;
  };

  it(
    'programs in YAML ask for something else',
    async () => {
      const overlooked: string[] = [];
      for (const project of projects) {
        const { files } = await render('pulumi', project.project(world), { options: { language: 'yaml' } });
        const program = files.find(({ path }) => path === 'environments/prod/Pulumi.yaml')?.text ?? '';
        for (const seed of seeds(0, 3)) {
          const removal = withoutOneYamlMember(program, seed);
          if (removal !== undefined && isEqual(project, () => evaluateYaml(removal.text)))
            overlooked.push(`${project.name}: ${removal.what}`);
        }
      }
      expect(overlooked).toEqual([]);
    },
    patience,
  );

  it(
    'programs in TypeScript ask for something else',
    async () => {
      const mutants = seeds(0, projects.length).flatMap((seed) => {
        const project = of(seed);
        const text = readFileSync(join(folder, project.name, 'environments/prod.ts'), 'utf8');
        // What says that there is nothing is for people.
        const removal = withoutOneLiteral(text, seed, (property) => !property.getText().endsWith(': undefined'));
        return removal === undefined ? [] : [mutant(project, 'environments/prod', removal, seed)];
      });
      expect(await overlookedBy(mutants)).toEqual([]);
    },
    patience,
  );

  it(
    'the component asks for something else of one project at least',
    async () => {
      const rich = projects.filter(({ name }) =>
        ['encrypted', 'mutable', 'platforms', 'jobs', 'access', 'lifecycle', 'apart'].includes(name),
      );
      const text = readFileSync(join(folder, 'silent/registry.ts'), 'utf8');
      const removals = new Map(
        seeds(0, 14).flatMap((seed) => {
          const removal = withoutOneLiteral(text, seed, isAsked);
          return removal === undefined ? [] : [[removal.what, { seed, removal }] as const];
        }),
      );
      const mutants = [...removals.values()].flatMap(({ seed, removal }) =>
        rich.map((one) => mutant(one, 'registry', removal, 1000 + seed)),
      );
      const overlooked = await overlookedBy(mutants);
      const inAll = [...removals.keys()].filter((what) =>
        rich.every(({ name }) => overlooked.includes(`${name}: ${what}`)),
      );
      expect(inAll).toEqual([]);
    },
    patience,
  );
});

/** Of what `new aws.…` is given: what depends on an import is not looked at here. */
function isAsked(property: ts.ObjectLiteralElementLike): boolean {
  if (/^(import|ignoreChanges: existing)/.test(property.getText())) return false;
  for (let node: ts.Node | undefined = property.parent; node !== undefined; node = node.parent)
    if (ts.isNewExpression(node)) return node.expression.getText().startsWith('aws.');
  return false;
}

interface Mutant {
  readonly project: EquivalentProject;
  readonly what: string;
  readonly main: string;
}

/** The compiled program, with one of its files changed. */
function mutant(project: EquivalentProject, file: string, { what, text }: Removal, seed: number): Mutant {
  const to = join(folder, 'bin', `${project.name}-without-${seed}`);
  cpSync(join(folder, 'bin', project.name), to, { recursive: true });
  writeFileSync(join(to, `${file}.js`), transformSync(text, { loader: 'ts', format: 'cjs' }).code);
  return { project, what, main: join(to, 'index.js') };
}

async function overlookedBy(mutants: readonly Mutant[]): Promise<readonly string[]> {
  const results = await runAll(mutants.map(({ project, main }) => ({ main, project: project.name, stack: 'prod' })));
  return mutants.flatMap(({ project, what }, index) => {
    const run = results[index];
    return isEqual(project, () => run) ? [`${project.name}: ${what}`] : [];
  });
}

/** A program that fails asks for nothing. */
function isEqual(project: EquivalentProject, run: () => Run | Failed | undefined): boolean {
  let asked: Asked;
  try {
    asked = askedOf(resourcesOf(run()));
  } catch {
    return false;
  }
  return differences(wantedOf(project.desired(world)), asked).length === 0;
}
