// What `render terraform --with provider=6` writes, held against the schema of version 6 of the AWS provider: no registry of Terraform is reachable
// from here, but Pulumi's resources are bridged from that very version, and their typings say what it takes.
import { describe, expect, it } from 'vitest';
import { render } from '../src/render/index.js';
import { bridgedName, bridgedTypes, isSingleBlock } from '../src/render/pulumi/yaml-program.js';
import { equivalentProjects } from './equivalence/projects.js';
import { evaluateYaml } from './equivalence/pulumi.js';
import { type HclBlock, type HclValue, readHcl } from './support/hcl-blocks.js';
import { argumentsOf, type Member, misfits, type Schema } from './support/pulumi-typings.js';

const account = '111111111111';
const world = { account, keyArn: `arn:aws:kms:eu-west-1:${account}:key/1234abcd-12ab-34cd-56ef-1234567890ab` };
const projects = equivalentProjects();

/** Where Pulumi has what Terraform calls so: a file of its package, without the ending. */
const files: Readonly<Record<string, string>> = {
  'data aws_iam_openid_connect_provider': 'iam/getOpenIdConnectProvider',
  'data aws_iam_policy_document': 'iam/getPolicyDocument',
  'data aws_kms_key': 'kms/getKey',
  'provider aws': 'provider',
  'resource aws_dynamodb_table': 'dynamodb/table',
  'resource aws_ecr_lifecycle_policy': 'ecr/lifecyclePolicy',
  'resource aws_ecr_repository': 'ecr/repository',
  'resource aws_ecr_repository_policy': 'ecr/repositoryPolicy',
  'resource aws_iam_openid_connect_provider': 'iam/openIdConnectProvider',
  'resource aws_iam_role': 'iam/role',
  'resource aws_iam_role_policy': 'iam/rolePolicy',
  'resource aws_iam_role_policy_attachment': 'iam/rolePolicyAttachment',
  'resource aws_kms_alias': 'kms/alias',
  'resource aws_kms_key': 'kms/key',
  'resource aws_s3_bucket': 's3/bucket',
  'resource aws_s3_bucket_lifecycle_configuration': 's3/bucketLifecycleConfiguration',
  'resource aws_s3_bucket_ownership_controls': 's3/bucketOwnershipControls',
  'resource aws_s3_bucket_policy': 's3/bucketPolicy',
  'resource aws_s3_bucket_public_access_block': 's3/bucketPublicAccessBlock',
  'resource aws_s3_bucket_server_side_encryption_configuration': 's3/bucketServerSideEncryptionConfiguration',
  'resource aws_s3_bucket_versioning': 's3/bucketVersioning',
};

function schemaOf(file: string): Schema {
  const name = file.split('/').at(-1) ?? '';
  return argumentsOf(file, `${name.charAt(0).toUpperCase()}${name.slice(1)}Args`);
}

/** Terraform's own, in every block of a resource. */
const meta = new Set(['for_each', 'count', 'depends_on', 'provider', 'lifecycle']);

/** Pulumi's name of an argument: lists are plural, and some have a name of their own. */
function memberFor(members: ReadonlyMap<string, Member>, name: string): Member | undefined {
  const camel = name.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
  return [camel, `${camel}s`, camel.replace(/y$/, 'ies')]
    .map((one) => members.get(one))
    .find((one) => one !== undefined);
}

/** What of a block the schema does not know, or has otherwise. */
function unknownIn({ attributes, blocks }: HclBlock, schema: Schema, path: string): readonly string[] {
  if (schema.kind !== 'object') return [`${path} is no block, but ${schema.kind}`];
  const members = schema.members();
  return [
    ...[...attributes].flatMap(([name, value]) => {
      if (meta.has(name)) return [];
      const member = memberFor(members, name);
      if (member === undefined) return [`${path}: there is no ${name}`];
      return member.schema.kind === 'object'
        ? [`${path}: ${name} is a block`]
        : wrongValue(member.schema, value, `${path}.${name}`);
    }),
    ...blocks.flatMap((block) => {
      if (meta.has(block.type)) return [];
      const name = block.type === 'dynamic' ? (block.labels[0] ?? '') : block.type;
      const content = block.type === 'dynamic' ? block.blocks.find(({ type }) => type === 'content') : block;
      const member = memberFor(members, name);
      if (member === undefined || content === undefined) return [`${path}: there is no block ${name}`];
      // Where there is one at most, Pulumi has the block itself.
      const inner = member.schema.kind === 'array' ? member.schema.of : member.schema;
      return unknownIn(content, inner, `${path}.${name}`);
    }),
    ...[...members].flatMap(([key, { isOptional }]) => {
      const names = [
        ...attributes.keys(),
        ...blocks.map((one) => (one.type === 'dynamic' ? (one.labels[0] ?? '') : one.type)),
      ];
      return isOptional || names.some((name) => memberFor(new Map([[key, { schema, isOptional }]]), name) !== undefined)
        ? []
        : [`${path}: ${key} is missing`];
    }),
  ];
}

/** Of what is written out; expressions are looked at in the values that projects give them, below. */
function wrongValue(schema: Schema, value: HclValue, path: string): readonly string[] {
  if ('expression' in value) return [];
  if ('list' in value) {
    if (schema.kind !== 'array') return [`${path} is a list, not ${schema.kind}`];
    return value.list.flatMap((one) => wrongValue(schema.of, one, path));
  }
  return misfits(schema, value.literal, path);
}

/** Variables are Terraform's own. */
function isRead(path: string): boolean {
  return path.endsWith('.tf') && !path.endsWith('/variables.tf');
}

function check(blocks: readonly HclBlock[], seen: Set<string>): readonly string[] {
  return blocks.flatMap((block) => {
    const what = `${block.type} ${block.labels[0] ?? ''}`;
    if (!['data', 'provider', 'resource'].includes(block.type)) return [];
    const file = files[what];
    if (file === undefined) return [`nobody said what ${what} is`];
    seen.add(what);
    return unknownIn(block, schemaOf(file), what);
  });
}

const modules = projects.filter(({ name }) => ['encrypted', 'mutable', 'github', 'platforms'].includes(name));

describe('version 6 of the AWS provider', () => {
  it('has every resource, argument and block that is written for it', async () => {
    const seen = new Set<string>();
    const unknown: string[] = [];
    for (const project of modules) {
      for (const lock of ['lockfile', 'dynamodb']) {
        const { files: written } = await render('terraform', project.project(world), {
          options: { provider: '6', lock },
        });
        for (const { path, text } of written) {
          if (isRead(path)) unknown.push(...check(readHcl(text), seen).map((one) => `${project.name}/${path}: ${one}`));
        }
      }
    }
    expect(unknown).toEqual([]);
    expect([...seen].sort()).toEqual(Object.keys(files).sort());
  });

  it.each([
    ['image_tag_mutability ', 'image_tag_mutable ', 'there is no image_tag_mutable'],
    ['"image_tag_mutability_exclusion_filter"', '"exclusion_filter"', 'there is no block exclusion_filter'],
    ['filter_type = "WILDCARD"', 'filter_type = true', 'filter_type: true is no string'],
    ['      filter_type = "WILDCARD"\n', '', 'filterType is missing'],
    ['  image_scanning_configuration {', '  image_scanning_configuration {\n    enabled = true', 'there is no enabled'],
    ['policy     = local', 'policies   = local', 'there is no policies'],
  ])('is told from others: %j is not %j', async (was, is, found) => {
    const [project] = projects.filter(({ name }) => name === 'mutable');
    const { files: written } = await render('terraform', (project ?? fail()).project(world), {
      options: { provider: '6' },
    });
    const text = written.find(({ path }) => path === 'modules/registry/main.tf')?.text ?? '';
    expect(text).toContain(was);
    expect(check(readHcl(text.replace(was, is)), new Set()).join('\n')).toContain(found);
  });

  it('takes every value that a project gives to a repository, a policy, a role or a key', async () => {
    const tokens = new Map(Object.entries(bridgedTypes).map(([type, { token }]) => [token, type]));
    const wrong: string[] = [];
    const names = new Set<string>();
    for (const project of projects) {
      const { files: written } = await render('pulumi', project.project(world), { options: { language: 'yaml' } });
      for (const { path, text } of written) {
        if (!path.endsWith('/Pulumi.yaml')) continue;
        for (const { type, name, inputs } of evaluateYaml(text).resources) {
          const [, module = '', title = ''] = /^aws:(\w+)\/\w+:(\w+)$/.exec(type) ?? [];
          const terraform = tokens.get(`aws:${module}:${title}`) ?? 'aws';
          const file = files[terraform === 'aws' ? 'provider aws' : `resource ${terraform}`] ?? '';
          wrong.push(...misfits(schemaOf(file), inputs, `${project.name}/${path} ${name}`));
          for (const input of Object.keys(inputs)) names.add(`${terraform}.${input}`);
        }
      }
    }
    expect(wrong).toEqual([]);
    // What Terraform's module says of them is among what was looked at.
    const { files: written } = await render('terraform', (modules[0] ?? fail()).project(world), {
      options: { provider: '6' },
    });
    const said = written
      .filter(({ path }) => path.startsWith('modules/') && isRead(path))
      .flatMap(({ text }) => readHcl(text))
      .filter(({ type }) => type === 'resource')
      .flatMap(({ labels, attributes, blocks }) =>
        [...attributes.keys(), ...blocks.map((one) => one.labels[0] ?? one.type)].flatMap((name) =>
          meta.has(name) ? [] : [`${labels[0] ?? ''}.${bridgedName(name)}`],
        ),
      );
    expect(said.filter((one) => !names.has(one))).toEqual([]);
    expect(said).toContain('aws_ecr_repository.imageTagMutabilityExclusionFilters');
    expect(isSingleBlock('image_scanning_configuration')).toBe(true);
  });
});

function fail(): never {
  throw new Error('the projects are not what they were');
}
