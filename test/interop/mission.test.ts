// The Terraform of the two guides that Slipway was asked to make come true, on the local ECR: every block about ECR, IAM, OIDC and KMS is
// applied by the real provider, planned again to nothing, and destroyed; what ECR refuses fails with ECR's words.
// The text is read where the guides are, and nothing of it is kept here. It must not know how the local ECR works inside.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Endpoint, type JsonObject, wireOk } from '../support/clients.js';
import { toolPath } from '../support/find-tool.js';
import { type LocalEcr, startLocal } from '../support/local.js';
import { type TerraformRoot, terraformRoot } from '../support/terraform.js';
import { type Block, terraformBlocks } from '../support/terraform-blocks.js';
import { describeWith } from '../support/tools.js';

/** The guides' own account and Region. */
const account = '123456789012';
const region = 'us-east-1';

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

describeWith(
  { tools: ['terraform', 'aws-provider', 'mission-documents'] },
  "the guides' Terraform on the local ECR",
  () => {
    let local: LocalEcr;
    let at: Endpoint;
    let folder: TerraformRoot;
    const roots = new Map<string, ReadonlyMap<string, string>>();
    let all: readonly Block[] = [];

    beforeAll(async () => {
      const guides = toolPath('mission-documents');
      const texts = readdirSync(guides)
        .sort()
        .map((name) => readFileSync(join(guides, name), 'utf8').replaceAll('\r', ''));
      const [first = [], second = []] = texts.map(terraformBlocks);
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

    for (const root of ['main', 'oidc']) {
      it(`applies ${root}, plans it again to nothing, and destroys it`, async () => {
        const terraform = folder.in(root);
        await terraform.apply();
        await terraform.plan('nothing');
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
      await terraform.destroy();
    }, 300_000);
  },
);
