// The apps that `slipway render cdk` writes: without a finding of the compiler, and what they synthesise is what `slipway render
// cloudformation` writes. It must not know how an app is made.
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Project, parseProject } from '../../src/manifest/index.js';
import { render } from '../../src/render/index.js';
import { companionsManifest } from '../support/companions.js';
import {
  type App,
  appsFolder,
  compileApps,
  type SynthesisedStack,
  stacksIn,
  synthesise,
  templateDifferences,
  writeApp,
} from './cdk.js';
import { stacksOf } from './cloudformation.js';
import { equivalentProjects, region, registryProjects } from './projects.js';
import { chosen, withoutOneLine, withoutOneProperty } from './removal.js';

const account = '111111111111';
const world = { account, keyArn: `arn:aws:kms:${region}:${account}:key/11111111-2222-3333-4444-555555555555` };
const place = { account, region, partition: 'aws' };
const projects = equivalentProjects();
/** With a second environment in the same account, and every companion. */
const rich = parseProject([
  { file: 'slipway.yaml', text: companionsManifest(account, region, { ci: true }), own: true },
]);

interface Compared {
  readonly name: string;
  readonly project: Project;
}

const all: readonly Compared[] = [
  ...[...projects, ...registryProjects].map((one) => ({ name: one.name, project: one.project(world) })),
  { name: 'rich', project: rich },
];

let folder: string;
let findings: string;
let failures: Readonly<Record<string, string>>;

const appOf = (name: string, project: Project): App => ({
  bin: join(folder, 'dist', name, 'bin', `${project.name}.js`),
  out: join(folder, 'out', name),
  context: (JSON.parse(readFileSync(join(folder, name, 'cdk.json'), 'utf8')) as { context: object }).context,
});

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'slipway-cdk-'));
  appsFolder(folder);
  for (const { name, project } of all) writeApp(join(folder, name), await render('cdk', project));
  findings = await compileApps(
    folder,
    all.map(({ name }) => name),
  );
  failures = await synthesise(all.map(({ name, project }) => appOf(name, project)));
}, 300_000);
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** By Region and the name of the stack, as JSON. */
async function oursOf(project: Project): Promise<ReadonlyMap<string, string>> {
  const ours = new Map<string, string>();
  for (const environment of project.environments.keys()) {
    const options = { format: 'json' };
    for (const { name, region: where, template } of stacksOf(
      await render('cloudformation', project, { environments: [environment], options }),
    ))
      ours.set(`${where} ${name}`, template);
  }
  return ours;
}

const nothing = '{"Resources": {}}';

async function differencesOf(project: Project, stacks: readonly SynthesisedStack[]): Promise<readonly string[]> {
  const ours = await oursOf(project);
  const theirs = new Map(stacks.map((one) => [`${one.environment.split('/').at(-1)} ${one.name}`, one]));
  return [...new Set([...ours.keys(), ...theirs.keys()])].sort().flatMap((name) => {
    const [where = ''] = name.split(' ');
    const { environment = 'nowhere', template = nothing } = theirs.get(name) ?? {};
    return [
      ...(environment === `aws://${account}/${where}` ? [] : [`${name}: is for ${environment}`]),
      ...templateDifferences(ours.get(name) ?? nothing, template, { ...place, region: where }).map(
        (one) => `${name}: ${one}`,
      ),
    ];
  });
}

describe('rendered apps of the CDK', () => {
  it('compile without a finding', () => {
    expect(findings).toBe('');
    expect(failures).toEqual({});
  });

  it.each(all)('synthesise what the templates of $name say', async ({ name, project }) => {
    const stacks = stacksIn(join(folder, 'out', name));
    expect(stacks.length).toBeGreaterThan(0);
    expect(await differencesOf(project, stacks)).toEqual([]);
  });

  it('protect the stacks of production, of accounts and of keys from being deleted', () => {
    const protectedIn = (name: string) =>
      stacksIn(join(folder, 'out', name))
        .filter(({ isProtected }) => isProtected)
        .map((one) => one.name)
        .sort();
    expect(protectedIn('rich')).toEqual([
      'slipway-account-payments',
      'slipway-key-payments-prod',
      'slipway-payments-prod',
      'slipway-repositories-payments-prod',
    ]);
    expect(protectedIn('development')).toEqual([]);
    expect(protectedIn('encrypted')).toEqual(['slipway-key-encrypted-prod']);
  });

  it('have no finding of the validation that the CDK brings with it, which finds what is wrong', async () => {
    const platforms = all.find(({ name }) => name === 'platforms');
    if (platforms === undefined) throw new Error('there is no project platforms');
    const app = { ...appOf('platforms', platforms.project), out: join(folder, 'out', 'validated') };
    expect(await synthesise([app], { validated: true })).toEqual({});
    const to = join(folder, 'wrong');
    cpSync(join(folder, 'dist', 'silent'), to, { recursive: true });
    const file = join(to, 'lib', 'registry.js');
    const text = readFileSync(file, 'utf8');
    writeFileSync(file, text.replace(/imageTagMutability: .*,/, "imageTagMutability: 'SELDOM',"));
    const wrong = { ...app, bin: join(to, 'bin', 'silent.js'), out: join(folder, 'out', 'wrong') };
    await expect(synthesise([wrong], { validated: true })).rejects.toThrow('SELDOM');
  }, 240_000);
});

describe('one attribute less', () => {
  it('of a synthesised template is a difference, whichever it is', async () => {
    const overlooked: string[] = [];
    let removals = 0;
    for (const [index, { name, project }] of all.entries()) {
      const stacks = stacksIn(join(folder, 'out', name));
      for (const seed of [1, 2, 3]) {
        const stack = stacks[(index + seed) % stacks.length];
        const removal = stack && withoutOneProperty(stack.template, 100 * index + seed);
        if (stack === undefined || removal === undefined) continue;
        removals += 1;
        const others = stacks.map((one) => (one === stack ? { ...stack, template: removal.text } : one));
        if ((await differencesOf(project, others)).length === 0) overlooked.push(`${name}: ${removal.what}`);
      }
    }
    expect(overlooked).toEqual([]);
    expect(removals).toBeGreaterThan(100);
  });

  it('of the code is a difference, or no app any more', async () => {
    const sources = all.flatMap(({ name, project }) => {
      const lib = join(folder, 'dist', name, 'lib');
      return readdirSync(lib, { recursive: true, encoding: 'utf8' })
        .filter((file) => file.endsWith('.js') && file !== 'registry.js')
        .map((file) => ({ name, project, file }));
    });
    const mutants = chosen(sources, 4711, 60).flatMap(({ name, project, file }, index) => {
      const text = readFileSync(join(folder, 'dist', name, 'lib', file), 'utf8');
      const removal = withoutOneLine(text, index, isAttribute);
      if (removal === undefined) return [];
      const to = join(folder, 'mutants', String(index));
      cpSync(join(folder, 'dist', name), to, { recursive: true });
      writeFileSync(join(to, 'lib', file), removal.text);
      const app: App = {
        ...appOf(name, project),
        bin: join(to, 'bin', `${project.name}.js`),
        out: join(folder, 'out', `mutant-${index}`),
      };
      return [{ app, project, what: `${name}, ${file}, ${removal.what}` }];
    });
    expect(mutants.length).toBeGreaterThan(40);
    const failed = await synthesise(mutants.map(({ app }) => app));
    expect(Object.keys(failed).length).toBeLessThan(mutants.length / 2);
    const overlooked: string[] = [];
    for (const { app, project, what } of mutants) {
      if (failed[app.out] === undefined && (await differencesOf(project, stacksIn(app.out))).length === 0)
        overlooked.push(what);
    }
    expect(overlooked).toEqual([]);
  }, 120_000);
});

/** What a reader may take away: an argument, or a member of one. Protection is in no template, and any is what a rule without tags is for. */
function isAttribute(line: string): boolean {
  return /^ {4,}('[^']+'|\w+)(: |,$)/.test(line) && !/terminationProtection: |TagStatus\.ANY/.test(line);
}
