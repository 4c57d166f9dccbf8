// `slipway adopt`: a state and a template become a manifest; what cannot be read, or is there already, is said.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startLocalEcr } from '../local/index.js';
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
        "stdout": "# Repositories as they are today. The first plan tags them as owned by this project. Lifecycle rules and grants it words
      # in its own way: what they do stays as it is, and statements that are there stay beside its own until you remove them.
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
    [['adopt', 'bad-name.yaml', '--account', '111111111111', '--region', 'eu-west-1']],
    [['adopt', 'bad-values.yaml', '--account', '111111111111', '--region', 'eu-west-1']],
  ])('%j is told what is wrong with it', async (call) => {
    folder.write('terraform.tfstate', state);
    folder.write('broken.yaml', 'a: [');
    folder.write('template.yaml', template);
    const one = (more: string) => `Resources: {A: {Type: "AWS::ECR::Repository", Properties: {${more}}}}\n`;
    folder.write('bad-name.yaml', one('RepositoryName: BAD NAME'));
    const policies = 'LifecyclePolicy: {LifecyclePolicyText: "{"}, RepositoryPolicyText: nope';
    folder.write('bad-values.yaml', one(`RepositoryName: api, ImageTagMutability: WRONG, ${policies}`));
    const { code, stderr } = await folder.run(call);
    expect(code).toBe(1);
    expect(stderr).toMatchSnapshot();
  });

  it('reads a registry, and the first plan of that changes tags of ownership, and statements under its own names beside the old ones', async () => {
    const local = await startLocalEcr({ memory: true, port: 0 });
    try {
      const run = (...call: readonly string[]) =>
        folder.run([...call, '--local'], { env: { SLIPWAY_LOCAL_PORT: String(local.port) } });
      const ecr = async (operation: string, input: object): Promise<void> => {
        const answer = await fetch(local.url, {
          method: 'POST',
          headers: {
            'content-type': 'application/x-amz-json-1.1',
            'x-amz-target': `AmazonEC2ContainerRegistry_V20150921.${operation}`,
            authorization:
              'AWS4-HMAC-SHA256 Credential=111111111111/20261129/eu-west-1/ecr/aws4_request, SignedHeaders=host, Signature=0',
          },
          body: JSON.stringify(input),
        });
        expect(answer.status, await answer.text()).toBe(200);
      };
      await ecr('CreateRepository', { repositoryName: 'old/api', tags: [{ Key: 'Team', Value: 'core' }] });
      await ecr('CreateRepository', { repositoryName: 'old/web', imageTagMutability: 'IMMUTABLE' });
      const policyText = JSON.stringify({
        Version: '2012-10-17',
        Statement: [{ Sid: 'x', Effect: 'Allow', Principal: { AWS: '222222222222' }, Action: 'ecr:BatchGetImage' }],
      });
      await ecr('SetRepositoryPolicy', { repositoryName: 'old/web', policyText });
      const place = ['--account', '111111111111', '--region', 'eu-west-1'];
      expect(await run('adopt', ...place, '--name', 'old', '-o', 'slipway.yaml')).toMatchObject({
        code: 0,
        stdout: 'slipway.yaml: 2 repositories\n',
      });
      expect(folder.read('slipway.yaml')).toMatchInlineSnapshot(`
        "# Repositories as they are today. The first plan tags them as owned by this project. Lifecycle rules and grants it words
        # in its own way: what they do stays as it is, and statements that are there stay beside its own until you remove them.
        # What differs from the secure defaults is said below, so that it can be taken back line by line.

        apiVersion: ecr.slipway.dev/v1
        kind: Project
        metadata: { name: old }
        spec:
          defaultTags:
            Environment: null
            ManagedBy: null
            Repository: null
          environments:
            prod:
              account: "111111111111"
              region: eu-west-1
          repositoryDefaults:
            scanOnPush: false
            lifecyclePolicy:
              none: true
          repositories:
            old/api:
              imageImmutable: false
              tags:
                Team: core
            old/web:
              access:
                statements:
                  - name: x
                    effect: Allow
                    principals:
                      - arn:aws:iam::222222222222:root
                    actions:
                      - ecr:BatchGetImage
        "
      `);
      expect((await run('plan')).stdout).toMatchInlineSnapshot(`
        "old in prod (111111111111, eu-west-1)

          ? old/api  not ours: left alone without consent to take it over
              exists already, and no tag says whose it is
              tags
                + slipway:environment  "prod"
                + slipway:project      "old"

          ? old/web  not ours: left alone without consent to take it over
              exists already, and no tag says whose it is
              tags
                + slipway:environment  "prod"
                + slipway:project      "old"
              repository policy
                + Slipwaye6cc6e7fX
                    allow account 222222222222 to ecr:BatchGetImage
              = statement x: written by somebody else
                  allow account 222222222222 to ecr:BatchGetImage

        2 hazards need your consent

          ! take-over  old/api
              it exists already, and no tag says whose it is; Slipway would change it
              and own it
              --accept take-over:old/api

          ! take-over  old/web
              it exists already, and no tag says whose it is; Slipway would change it
              and own it
              --accept take-over:old/web

        Nothing to do without your consent: 2 not ours
        "
      `);
      expect(await run('adopt', ...place, '--only', 'none*')).toMatchObject({ code: 1 });
      expect((await run('adopt', '--account', '111111111111')).stderr).toContain('name it with --region');
    } finally {
      await local.close();
    }
  });
});
