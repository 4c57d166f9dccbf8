// `slipway adopt`: a state and a template become a manifest; what cannot be read, or is there already, is said.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Folder } from './testing/harness.js';

let folder: Folder;
beforeEach(() => {
  folder = new Folder();
});
afterEach(() => folder.remove());

const state = JSON.stringify({
  version: 4,
  terraform_version: '1.11.4',
  resources: [
    {
      mode: 'managed',
      type: 'aws_ecr_repository',
      name: 'api',
      instances: [
        {
          attributes: {
            name: 'shop/api',
            arn: 'arn:aws:ecr:eu-west-1:222222222222:repository/shop/api',
            registry_id: '222222222222',
            image_tag_mutability: 'IMMUTABLE',
            image_scanning_configuration: [{ scan_on_push: true }],
            tags_all: {},
          },
        },
      ],
    },
    { mode: 'managed', type: 'aws_ecr_pull_through_cache_rule', name: 'quay', instances: [{ attributes: {} }] },
  ],
});
const template = `Resources:
  Api: {Type: "AWS::ECR::Repository", Properties: {RepositoryName: !Sub "api-\${Stage}"}}
Parameters: {Stage: {Type: String}}
`;

describe('slipway adopt', () => {
  it('prints the manifest of a state, and says what it leaves', async () => {
    folder.write('terraform.tfstate', state);
    expect(await folder.run(['adopt', 'terraform.tfstate', '--name', 'shop'])).toMatchInlineSnapshot(`
      {
        "code": 0,
        "stderr": "warning[adopt/left-out]: aws_ecr_pull_through_cache_rule.quay is not taken
          over
        = help: leave it there, or add to the manifest what says the same

      ",
        "stdout": "# Repositories as they are today: the first \`slipway plan\` changes ownership tags alone.
      # What differs from the secure defaults is said below, so that it can be taken back line by line.

      apiVersion: ecr.slipway.dev/v1
      kind: Project
      metadata: { name: shop }
      spec:
        defaultTags:
          Environment: null
          ManagedBy: null
          Repository: null
        environments:
          prod:
            account: "222222222222"
            region: eu-west-1
        repositories:
          shop/api:
            lifecyclePolicy:
              none: true
      ",
      }
    `);
  });

  it('writes a file that loads, and never over one that is there', async () => {
    folder.write('terraform.tfstate', state);
    const call = ['adopt', 'terraform.tfstate', '--name', 'shop', '-o', 'slipway.yaml'];
    expect(await folder.run(call)).toMatchObject({ code: 0, stdout: 'slipway.yaml: 1 repository\n' });
    expect(await folder.run(['validate'])).toMatchObject({ code: 0 });
    expect(await folder.run(call)).toMatchInlineSnapshot(`
      {
        "code": 1,
        "stderr": "error[cli/file-exists]: slipway.yaml is there already
        = help: remove it, or work in another folder with \`-C\`
      ",
        "stdout": "",
      }
    `);
  });

  it('reads a template from standard input, with parameters', async () => {
    const place = ['--account', '111111111111', '--region', 'eu-west-1'];
    const call = ['adopt', '-', '--name', 'shop', '-e', 'dev', ...place];
    const done = await folder.run([...call, '--parameter', 'Stage=dev', '--output', 'json'], { input: template });
    expect(JSON.parse(done.stdout)).toMatchObject({ repositories: ['api-dev'], environments: ['dev'], file: null });
    expect(await folder.run(call, { input: template })).toMatchInlineSnapshot(`
      {
        "code": 1,
        "stderr": "error[adopt/nothing-found]: there is no repository of ECR in it
        = help: give the state, plan or template that has them; of nested stacks, each
                by itself

      warning[adopt/unknown-value]: Resources.Api.Properties.RepositoryName is
          known only to the stack
        = help: give the state instead of a plan, or the value with \`--parameter\`, or
                complete the manifest by hand

      warning[adopt/unknown-value]: the name of Resources.Api is given by
          CloudFormation
        = help: give the state instead of a plan, or the value with \`--parameter\`, or
                complete the manifest by hand

      1 error and 2 warnings
      ",
        "stdout": "",
      }
    `);
  });

  it.each([
    [['adopt', 'none.json']],
    [['adopt', 'terraform.tfstate', '--account', '12']],
    [['adopt', 'terraform.tfstate', '--parameter', 'x']],
    [['adopt', 'terraform.tfstate', '--from', 'pulumi']],
    [['adopt', 'broken.yaml']],
    [['adopt', 'broken.yaml', '--from', 'terraform']],
    [['adopt', 'template.yaml', '--parameter', 'Stage=dev']],
  ])('%j is told what is wrong with it', async (call) => {
    folder.write('terraform.tfstate', state);
    folder.write('broken.yaml', 'a: [');
    folder.write('template.yaml', template);
    const { code, stderr } = await folder.run(call);
    expect(code).toBe(1);
    expect(stderr).toMatchSnapshot();
  });
});
