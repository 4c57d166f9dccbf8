import { describe, expect, it } from 'vitest';
import { companionsManifest } from '../../../test/support/companions.js';
import { parseProject } from '../../manifest/index.js';
import type { Rendering } from '../model.js';
import { render } from '../request.js';
import { liveRegistry } from '../testing/live.js';

const manifest = (api: string): string => `
apiVersion: ecr.slipway.dev/v1
kind: Project
metadata: {name: payments}
spec:
  defaultTags: {Team: payments}
  environments:
    prod: {account: "222222222222", region: eu-west-1, preset: production}
  repositories:
    api: ${api}
    web: {}
    worker: {}
    bare: {lifecyclePolicy: {none: true}}
    others: {lifecyclePolicy: null}
`;

const rendered = (
  text: string,
  options: Readonly<Record<string, string>> = {},
  environments?: readonly string[],
): Promise<Rendering> =>
  render('terraform', parseProject([{ file: 'slipway.yaml', text, own: true }]), {
    options,
    ...(environments === undefined ? {} : { environments }),
  });

function fileOf({ files }: Rendering, path: string): string {
  const found = files.find((one) => one.path === path);
  if (found === undefined) throw new Error(`${path} is not among ${files.map((one) => one.path).join(', ')}`);
  return found.text;
}

/** Lines of one that the other has not. */
function lines(one: Rendering, other: Rendering): readonly string[] {
  return one.files.flatMap(({ path, text }) => {
    const known = new Set(other.files.find((file) => file.path === path)?.text.split('\n'));
    return text
      .split('\n')
      .filter((line) => !known.has(line))
      .map((line) => `${path}: ${line.trim()}`);
  });
}

describe('an environment in Terraform', () => {
  it('says where it is where the module asks, which it does for all where one has roles', async () => {
    const both = `
apiVersion: ecr.slipway.dev/v1
kind: Project
metadata: {name: payments}
spec:
  environments:
    dev: {account: "111111111111", region: eu-west-1}
    prod: {account: "222222222222", region: eu-west-1, push: ["github:acme/api@main"]}
  repositories: {api: {}}
`;
    const made = await rendered(both);
    expect(fileOf(made, 'modules/registry/variables.tf')).toContain('variable "account_id"');
    expect(fileOf(made, 'environments/dev/main.tf')).toMatch(/account_id = "111111111111"/);
    expect(fileOf(made, 'environments/prod/main.tf')).toMatch(/account_id = "222222222222"/);
    expect(fileOf(await rendered(manifest('{}')), 'environments/prod/main.tf')).not.toContain('account_id');
  });

  it('is data: what is as usual is left out, what many have alike is written once', async () => {
    const main = fileOf(
      await rendered(manifest('{imageImmutable: false, scanOnPush: false}')),
      'environments/prod/main.tf',
    );
    expect(main.slice(main.indexOf('module "registry"'))).toBe(`\
module "registry" {
  source = "../../modules/registry"

  repositories = {
    api = {
      name            = "api"
      tag_mutability  = "MUTABLE"
      scan_on_push    = false
      tags            = { Repository = "api" }
      lifecycle_rules = local.lifecycle_rules
    }
    bare = {
      name = "bare"
      tags = { Repository = "bare" }
      # No lifecycle policy: images stay until somebody deletes them.
      lifecycle_rules = null
    }
    others = {
      name = "others"
      tags = { Repository = "others" }
      # Somebody else keeps the lifecycle policy.
      lifecycle_rules = null
    }
    web = {
      name            = "web"
      tags            = { Repository = "web" }
      lifecycle_rules = local.lifecycle_rules
    }
    worker = {
      name            = "worker"
      tags            = { Repository = "worker" }
      lifecycle_rules = local.lifecycle_rules
    }
  }
}
`);
  });

  it('changes by the lines of one repository where one setting changes', async () => {
    const [before, after] = [await rendered(manifest('{}')), await rendered(manifest('{tags: {Team: api}}'))];
    expect(lines(after, before)).toEqual([
      'environments/prod/main.tf: name = "api"',
      'environments/prod/main.tf: tags = {',
      'environments/prod/main.tf: Repository = "api"',
      'environments/prod/main.tf: Team       = "api"',
      'environments/prod/main.tf: }',
    ]);
    expect(lines(before, after)).toEqual([
      'environments/prod/main.tf: name            = "api"',
      'environments/prod/main.tf: tags            = { Repository = "api" }',
    ]);
    expect(await rendered(manifest('{}'))).toEqual(before);
  });

  it('nobody is said to own it', async () => {
    const { files } = await rendered(companionsManifest('222222222222', 'eu-west-1', { ci: true }));
    const saying = files
      .filter(({ text }) => text.includes('slipway:project'))
      .map(({ path }) => path.split('/').at(-1));
    expect(new Set(saying)).toEqual(new Set(['providers.tf']));
  });

  it('exceptions of tag mutability take version 6, and version 5 says so', async () => {
    const five = await rendered(manifest('{mutableTagPatterns: [latest]}'));
    expect(five.diagnostics.map(({ code, path }) => [code, path])).toEqual([
      ['render/needs-provider-6', 'spec.repositories.api.mutableTagPatterns'],
    ]);
    const six = await rendered(manifest('{mutableTagPatterns: [latest]}'), { provider: '6' });
    expect(six.diagnostics).toEqual([]);
    expect(fileOf(six, 'environments/prod/main.tf')).toContain('tag_mutability_exclusions = ["latest"]');
    expect(fileOf(six, 'modules/registry/main.tf')).toContain('dynamic "image_tag_mutability_exclusion_filter"');
  });
});

describe('the state', () => {
  it.each([
    [{}, 'bucket       = "payments-tfstate-222222222222"', 'use_lockfile = true', true],
    [{ lock: 'dynamodb' }, 'dynamodb_table = "payments-tfstate-222222222222"', 'encrypt        = true', true],
    [{ 'state-bucket': 'acme-states', 'state-region': 'us-east-1' }, '"acme-states"', '"us-east-1"', false],
    [{ backend: 'local' }, 'backend "local"', 'terraform.tfstate', false],
  ])('is where %j says', async (options, one, other, bootstrapped) => {
    const found = await rendered(manifest('{}'), options);
    const backend = fileOf(found, 'environments/prod/backend.tf');
    expect(backend).toContain(one);
    expect(backend).toContain(other);
    expect(found.files.some(({ path }) => path === 'bootstrap/222222222222/main.tf')).toBe(bootstrapped);
  });
});

describe('what a registry has in other Regions and once, in Terraform', () => {
  const account = '222222222222';
  const place = `account: "${account}", region: eu-west-1`;
  const of = (
    environment: string,
    { web = '{}', policy }: { readonly web?: string; readonly policy?: string } = {},
  ) => {
    const registry = `---
apiVersion: ecr.slipway.dev/v1
kind: AwsEcrRegistry
metadata: {name: prod}
spec: {environments: [prod], registryPolicy: ${policy}}
`;
    return `
apiVersion: ecr.slipway.dev/v1
kind: Project
metadata: {name: payments}
spec:
  environments: {prod: {${environment}}}
  repositories: {api: {}, web: ${web}}
${policy === undefined ? '' : registry}`;
  };
  const replicated = `${place}, replicas: [{region: us-east-1}]`;
  const prod = (rendering: Rendering, file: string) => fileOf(rendering, `environments/prod/${file}`);
  const paths = ({ files }: Rendering) => files.map(({ path }) => path);

  it('is the module once more with a provider of that Region, from the same data', async () => {
    const rendering = await rendered(of(replicated));
    const main = prod(rendering, 'main.tf');
    expect(main.slice(main.indexOf('module "registry"'))).toBe(`\
module "registry" {
  source = "../../modules/registry"

  repositories = local.repositories
}

module "replica_us_east_1" {
  source    = "../../modules/registry"
  providers = { aws = aws.us_east_1 }

  repositories = local.repositories
}
`);
    const [locals, own, replica, ...others] = prod(rendering, 'providers.tf').split(/^(?=provider)/m);
    expect(others).toEqual([]);
    expect(locals).toContain('  default_tags = {');
    expect(locals).toContain('  ignored_tags = ["slipway:environment", "slipway:project"]');
    expect(own).toContain(
      '  default_tags {\n    tags = local.default_tags\n  }\n\n  ignore_tags {\n    keys = local.ignored_tags\n  }',
    );
    expect(replica).toBe(
      own
        ?.replace('"aws" {\n', '"aws" {\n  alias               = "us_east_1"\n')
        .replace('"eu-west-1"', '"us-east-1"')
        .trimEnd()
        .concat('\n'),
    );
    expect(prod(rendering, 'outputs.tf')).toContain(
      'value       = { us-east-1 = module.replica_us_east_1.repository_urls }',
    );
    expect(rendering.diagnostics).toMatchObject([{ code: 'render/whole-registry' }]);
  });

  it('has its own data for a repository whose key is of another Region', async () => {
    const key = `arn:aws:kms:eu-west-1:${account}:key/mrk-0123456789abcdef0123456789abcdef`;
    const main = prod(await rendered(of(replicated, { web: `{encryptionType: KMS, kmsKeyId: "${key}"}` })), 'main.tf');
    const replica = main.slice(main.indexOf('module "replica_us_east_1"'));
    expect(replica).toContain('repositories = merge(local.repositories, {\n    web = {\n');
    expect(replica).toContain(key.replace('eu-west-1', 'us-east-1'));
    expect(replica).not.toContain('api = {');
  });

  it('writes nothing where the manifest says that there is nothing', async () => {
    const without = await rendered(of(place));
    for (const text of [of(`${place}, replicas: []`), of(place, { policy: '{}' })]) {
      const { diagnostics, ...rest } = await rendered(text);
      expect({ ...rest, diagnostics: [] }).toEqual(without);
      // It may have said something before.
      expect(diagnostics.map(({ code }) => code)).toEqual(['render/whole-registry']);
    }
    expect(paths(without)).not.toContain('environments/prod/registry.tf');
  });

  it('keeps what others wrote, in its place, and imports what is there', async () => {
    const theirs = { Sid: 'Theirs', Effect: 'Allow', Principal: '*', Action: 'ecr:BatchGetImage' };
    const condition = { Bool: { 'aws:SecureTransport': [true, '${'] } };
    const rule = (filter: string, registryId = account) => ({
      destinations: [{ region: 'us-east-1', registryId }],
      repositoryFilters: [{ filter, filterType: 'PREFIX_MATCH' as const }],
    });
    const rendering = await render(
      'terraform',
      parseProject([
        {
          file: 'slipway.yaml',
          text: of(replicated, {
            policy: '{scope: V2, grants: [{repositories: ["*"], replicate: ["account:444444444444"]}]}',
          }),
          own: true,
        },
      ]),
      {
        look: async (desired) =>
          liveRegistry(
            [],
            {
              settings:
                desired.replicaOf === undefined
                  ? {
                      policy: JSON.stringify({
                        Version: '2012-10-17',
                        Id: 'x',
                        Statement: [{ ...theirs, Resource: '*', Condition: condition }],
                      }),
                      scope: 'V1',
                      replication: [rule('first/', '999999999999'), rule('api'), rule('last/')],
                    }
                  : {},
            },
            desired,
          ),
      },
    );
    expect(prod(rendering, 'registry.tf')).toMatchSnapshot();
    const imports = prod(rendering, 'imports.tf');
    expect(imports.slice(imports.indexOf('import {'))).toBe(`\
import {
  to = aws_ecr_account_setting.policy_scope
  id = "REGISTRY_POLICY_SCOPE"
}

import {
  to = aws_ecr_registry_policy.this
  id = "222222222222"
}

import {
  to = aws_ecr_replication_configuration.this
  id = "222222222222"
}
`);
    expect(prod(rendering, 'versions.tf')).toContain('"~> 5.83"');
    expect(fileOf(rendering, 'modules/registry/versions.tf')).toContain('"~> 5.80"');
  });

  it('is a root of its own where environments share the registry, of what all of them say, whichever are rendered', async () => {
    const text = of(`${replicated.replace('us-east-1', 'eu-north-1')}, preset: production`, {
      web: '{environments: [prod]}',
      policy: '{scope: V2, grants: [{repositories: ["*"], replicate: ["account:444444444444"]}]}',
    })
      .replace('prod: {', `dev: {${replicated}}, prod: {`)
      .replace('environments: [prod], registryPolicy', 'registryPolicy')
      .replace('api: {}', 'api: {environments: [dev]}');
    const [whole, alone] = [await rendered(text), await rendered(text, {}, ['prod'])];
    const shared = (rendering: Rendering) => rendering.files.filter(({ path }) => path.startsWith('registries/'));
    expect(shared(alone)).toEqual(shared(whole));
    expect(paths(whole)).not.toContain('environments/prod/registry.tf');
    expect(whole.next.at(-1)).toBe(`(cd registries/${account}/eu-west-1 && terraform init && terraform apply)`);
    expect(whole.diagnostics.map(({ code, message }) => `${code} ${message.split(': ')[0]}`)).toEqual([
      'render/whole-registry dev, prod',
      'render/whole-registry dev',
      'render/whole-registry prod',
    ]);
    const file = fileOf(whole, `registries/${account}/eu-west-1/registry.tf`);
    expect(file.match(/"Slipway\w+Replicate"/g)).toHaveLength(2);
    expect(file.slice(file.indexOf('resource "aws_ecr_replication_configuration"'))).toBe(`\
resource "aws_ecr_replication_configuration" "this" {
  replication_configuration {
    # Repositories of dev.
    rule {
      destination {
        region      = "us-east-1"
        registry_id = "222222222222"
      }

      dynamic "repository_filter" {
        for_each = ["api"]
        content {
          filter      = repository_filter.value
          filter_type = "PREFIX_MATCH"
        }
      }
    }

    # Repositories of prod.
    rule {
      destination {
        region      = "eu-north-1"
        registry_id = "222222222222"
      }

      dynamic "repository_filter" {
        for_each = ["web"]
        content {
          filter      = repository_filter.value
          filter_type = "PREFIX_MATCH"
        }
      }
    }
  }
}
`);
    expect(fileOf(whole, `registries/${account}/eu-west-1/versions.tf`)).toContain('"~> 5.83"');
    expect(fileOf(whole, 'README.md')).toContain(`| \`registries/${account}/eu-west-1\` |`);
  });
});
