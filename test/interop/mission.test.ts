// The Terraform of the two guides that Slipway was asked to make come true, on the local ECR: every block about ECR, IAM, OIDC and KMS is
// applied by the real provider, planned again to nothing, and destroyed; what ECR refuses fails with ECR's words. For each there is a
// manifest that has the same effect, by Terraform's own plan, but for what the guides are wrong about.
// The text is read where the guides are, and nothing of it is kept here. It must not know how the local ECR works inside.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { parseProject } from '../../src/manifest/index.js';
import { render } from '../../src/render/index.js';
import { batchOf } from '../equivalence/terraform.js';
import { effectsOf, type PlannedResource, plannedResources } from '../mission/effects.js';
import { account, region, type Snippet, snippets } from '../mission/manifests.js';
import { type Endpoint, type JsonObject, wireOk } from '../support/clients.js';
import { awsEnvironment } from '../support/environment.js';
import { toolPath } from '../support/find-tool.js';
import { type LocalEcr, startLocal } from '../support/local.js';
import { run } from '../support/processes.js';
import { type TerraformPlan, type TerraformRoot, terraformRoot } from '../support/terraform.js';
import { type Block, terraformBlocks } from '../support/terraform-blocks.js';
import { describeWith } from '../support/tools.js';

const ours = /"aws_(?:ecr|iam|kms)_/;

/** The guides' module takes its provider from here too. */
const provider = 'terraform {\n  required_providers {\n    aws = { source = "hashicorp/aws" }\n  }\n}\n';

/** The blocks of one file of a guide; `nth` where more than one file has the name. */
function fileOf(blocks: readonly Block[], name: string, has = ''): string {
  const files: string[][] = [];
  let before: Block | undefined;
  for (const block of blocks) {
    if (block.file !== name) continue;
    const last = files.at(-1);
    if (last === undefined || before === undefined || blocks.indexOf(block) !== blocks.indexOf(before) + 1)
      files.push([block.text]);
    else last.push(block.text);
    before = block;
  }
  const found = files.map((texts) => texts.join('\n\n')).find((text) => text.includes(has));
  if (found === undefined) throw new Error(`no ${name} with ${has} in the guide`);
  return found;
}

/** Without what keeps the state elsewhere: the guides presuppose a bucket and a table. */
function withoutBackend(text: string): string {
  return text.replace(/^terraform \{\n(?:.*\n)*?\}\n\}\n/m, '');
}

/** Which module of a root, or which resources, are which snippet. */
const snippetsOf = {
  main: {
    'module.repository.': 'repository',
    'module.lifecycle.': 'lifecycle',
    'module.access.': 'access',
    'module.environments_production.': 'production',
    'module.environments_dev.': 'development',
  },
  oidc: { aws_iam_: 'oidc' },
} as const;

function changesOf({ resource_changes: changes = [] }: TerraformPlan): readonly string[] {
  return changes
    .filter(({ change: { actions } }) => actions.some((one) => one !== 'no-op' && one !== 'read'))
    .map(({ address }) => address);
}

describeWith(
  { tools: ['terraform', 'aws-provider', 'aws', 'mission-documents'] },
  "the guides' Terraform on the local ECR",
  () => {
    let local: LocalEcr;
    let at: Endpoint;
    let folder: TerraformRoot;
    const roots = new Map<string, ReadonlyMap<string, string>>();
    let all: readonly Block[] = [];
    let secondText = '';
    /** The effects of the guides' own code, by the name of the snippet. */
    const guides = new Map<string, readonly string[]>();
    /** Of the modules and resources of a root, as Terraform tells of them when all is there. */
    function readEffects(plan: TerraformPlan, snippetOf: Readonly<Record<string, string>>): void {
      const resources = plannedResources(plan);
      for (const [start, snippet] of Object.entries(snippetOf))
        guides.set(snippet, effectsOf(resources.filter(({ address }) => address.startsWith(start))));
    }

    beforeAll(async () => {
      const guides = toolPath('mission-documents');
      const texts = readdirSync(guides)
        .sort()
        .map((name) => readFileSync(join(guides, name), 'utf8').replaceAll('\r', ''));
      const [first = [], second = []] = texts.map(terraformBlocks);
      secondText = texts[1] ?? '';
      all = [...first, ...second];

      const encrypted = fileOf(first, 'ecr.tf', 'aws_kms_key');
      roots.set(
        'main',
        new Map([
          ['repository/main.tf', provider + fileOf(first, 'ecr.tf', 'my-application')],
          ['lifecycle/main.tf', provider + fileOf(first, 'lifecycle_policy.tf')],
          [
            'access/main.tf',
            `${provider}${[encrypted, fileOf(first, 'ecr_policy.tf'), fileOf(first, 'iam_cicd.tf')].join('\n\n')}`,
          ],
          ['modules/ecr/main.tf', provider + fileOf(first, 'modules/ecr/main.tf')],
          ['environments/production/main.tf', withoutBackend(fileOf(first, 'environments/production/main.tf'))],
          ['environments/dev/main.tf', withoutBackend(fileOf(first, 'environments/dev/main.tf'))],
          [
            'main.tf',
            ['repository', 'lifecycle', 'access', 'environments/production', 'environments/dev']
              .map((path) => `module "${path.replace('/', '_')}" {\n  source = "./${path}"\n}\n`)
              .join('\n'),
          ],
        ]),
      );
      // The same name of a role as in the other file: a root of its own.
      roots.set('oidc', new Map([['main.tf', provider + fileOf(first, 'oidc.tf')]]));
      roots.set(
        'prod',
        new Map([
          [
            'main.tf',
            `${provider}${second
              .filter(({ head }) => ours.test(head))
              .map(({ text }) => text)
              .join('\n\n')}`,
          ],
        ]),
      );

      local = await startLocal();
      at = { endpoint: local.url, account, region };
      folder = terraformRoot(at);
      for (const [root, files] of roots) {
        for (const [name, text] of files) folder.write(join(root, name), `${text}\n`);
        await folder.in(root).init();
      }
    }, 300_000);

    afterAll(async () => {
      await local?.close();
      folder?.remove();
    });

    it('leaves no block of the guides out', () => {
      const blocks = all.filter(({ head }) => ours.test(head));
      expect(blocks.length).toBeGreaterThanOrEqual(16);
      const used = [...roots.values()].flatMap((files) => [...files.values()]).join('\n');
      expect(blocks.filter(({ text }) => !used.includes(text)).map(({ head }) => head)).toEqual([]);
    });

    for (const root of ['main', 'oidc'] as const) {
      it(`applies ${root}, plans it again to nothing, and destroys it`, async () => {
        const terraform = folder.in(root);
        await terraform.apply();
        const planned = await terraform.planned();
        expect(changesOf(planned)).toEqual([]);
        readEffects(planned, snippetsOf[root]);
        if (root === 'main') {
          const { repositories } = (await wireOk(at, 'ecr', 'DescribeRepositories')) as { repositories: JsonObject[] };
          expect(repositories.map((one) => one['repositoryName']).sort()).toEqual([
            'dev-api-service',
            'my-application',
            'prod-api-service',
            'prod-background-worker',
            'production-api',
            'production/api-service',
          ]);
        }
        await terraform.destroy();
        expect(await wireOk(at, 'ecr', 'DescribeRepositories')).toMatchObject({ repositories: [] });
      }, 300_000);
    }

    it("makes the second guide's repository, and refuses its lifecycle policy in ECR's words", async () => {
      const terraform = folder.in('prod');
      const done = await terraform.run(['apply', '-no-color', '-auto-approve']);
      expect(done.code).toBe(1);
      expect(done.stderr).toContain('InvalidParameterException');
      expect(done.stderr).toMatch(/tagPrefixList|tagPatternList/);
      readEffects(await terraform.planned(), { aws_ecr_: 'compliance' });
      await terraform.destroy();
    }, 300_000);

    it("makes what the second guide's commands make", async () => {
      const key = /arn:aws:kms:[^\s}]+/.exec(snippets.commandLineInFull.manifest)?.[0] ?? '';
      const commands = secondText.match(
        /^aws ecr create-repository --repository-name .*|^aws ecr create-repository \\\n(?:.*\\\n)*.*/gm,
      );
      expect(commands).toHaveLength(2);
      const [short = '', long = ''] = commands ?? [];
      // Both make the same repository.
      const script = `${short}\n${long.replace('my-repo', 'in-full/my-repo').replace('arn:aws:kms:...', key)}`;
      const done = await run('bash', ['-ec', script], { env: awsEnvironment(at) });
      expect(done.code, done.stderr).toBe(0);
      const { repositories } = (await wireOk(at, 'ecr', 'DescribeRepositories')) as { repositories: JsonObject[] };
      const resourceOf = (name: string): PlannedResource => {
        const made = repositories.find((one) => one['repositoryName'] === name) ?? {};
        const encryption = made['encryptionConfiguration'] as JsonObject;
        const scanning = made['imageScanningConfiguration'] as JsonObject;
        const values = {
          name,
          image_tag_mutability: made['imageTagMutability'],
          encryption_configuration: { encryption_type: encryption['encryptionType'], kms_key: encryption['kmsKey'] },
          image_scanning_configuration: { scan_on_push: scanning['scanOnPush'] },
        };
        return { address: name, type: 'aws_ecr_repository', values };
      };
      guides.set('commandLine', effectsOf([resourceOf('my-repo')]));
      guides.set('commandLineInFull', effectsOf([resourceOf('in-full/my-repo')]));
    }, 120_000);

    it("reads the second guide's policies of IAM, and its construct", () => {
      for (const [snippet, title] of [
        ['pullRole', 'Pull Role (Runtime Services):'],
        ['pushRole', 'Push Role (CI/CD):'],
      ] as const) {
        const from = secondText.indexOf('{', secondText.indexOf(title));
        const statement = secondText.slice(from, secondText.indexOf('\n}', from) + 2);
        const policy = JSON.stringify({ Statement: JSON.parse(statement) as JsonObject });
        guides.set(snippet, effectsOf([{ address: title, type: 'aws_iam_role_policy', values: { policy } }]));
      }
      // CDK's Python is not run here. What its documentation says these two rules become:
      expect(secondText).toMatch(/max_image_age=cdk\.Duration\.days\(14\),\s+tag_status=ecr\.TagStatus\.UNTAGGED/);
      expect(secondText).toMatch(/max_image_count=30,\s+tag_status=ecr\.TagStatus\.ANY/);
      const about = 'repository construct/my-app:';
      guides.set('construct', [
        `${about} deleted with images false`,
        `${about} encrypted by AES256`,
        `${about} rule 1: expire untagged: sinceImagePushed 14 days`,
        `${about} rule 2: expire any: imageCountMoreThan 30`,
        `${about} scan on push false`,
        `${about} tags MUTABLE`,
      ]);
    });

    it('has a manifest for each, whose rendering has the same effect', async () => {
      const cloud = await startLocal();
      const root = terraformRoot({ endpoint: cloud.url, account, region });
      try {
        const projects = await Promise.all(
          Object.entries(snippets).map(async ([name, { manifest }]) => ({
            name,
            rendering: await render('terraform', parseProject([{ file: 'slipway.yaml', text: manifest, own: true }])),
          })),
        );
        for (const [file, text] of Object.entries(batchOf(projects))) root.write(file, text);
        await root.init();
        await root.apply();
        const planned = await root.planned();
        expect(changesOf(planned)).toEqual([]);
        const ours = plannedResources(planned);
        for (const [name, { about = /^/, differences = [] }] of Object.entries<Snippet>(snippets)) {
          const has = guides.get(name)?.filter((effect) => about.test(effect)) ?? [];
          const module = new RegExp(`^module\\.${name}_(?:account|environment)\\.`);
          const made = effectsOf(ours.filter(({ address }) => module.test(address))).filter((one) => about.test(one));
          expect(has.length, `${name}: the guide's code has an effect`).toBeGreaterThan(0);
          expect(
            { guide: has.filter((one) => !made.includes(one)), manifest: made.filter((one) => !has.includes(one)) },
            name,
          ).toEqual({
            guide: differences.flatMap(({ guide = [] }) => guide).sort(),
            manifest: differences.flatMap(({ manifest = [] }) => manifest).sort(),
          });
        }
      } finally {
        root.remove();
        await cloud.close();
      }
    }, 300_000);
  },
);
