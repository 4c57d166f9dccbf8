// States of the two modules that most people make repositories with, terraform-aws-modules/ecr and cloudposse/ecr, as Terraform shows them.
// They are written here from what the modules' variables are said to do (their variables, resources and addresses, not their code).
import { describe, expect, it } from 'vitest';
import type { Statement } from '../access/index.js';
import { canonicalLifecycle, type LifecyclePolicy } from '../lifecycle/index.js';
import { parseProject } from '../manifest/index.js';
import { compile } from '../registry/index.js';
import { type Adoption, adopt, readTerraform } from './index.js';
import { accessLines } from './testing/access-lines.js';

const place = { account: '222222222222', region: 'eu-west-1' };
const root = (account: string): string => `arn:aws:iam::${account}:root`;
const role = (name: string): string => `arn:aws:iam::${place.account}:role/${name}`;

interface Shown {
  readonly address: string;
  readonly values: object;
}

/** A module's resources as `terraform show -json` has them. */
function moduleOf(address: string, resources: readonly Shown[]): object {
  return {
    address,
    resources: resources.map(({ address: own, values }) => {
      const [type = '', name = ''] = own.split('.');
      return {
        address: `${address}.${own}`,
        mode: 'managed',
        type,
        name: name.replace(/\[.*/, ''),
        ...(own.endsWith(']') ? { index: JSON.parse(own.slice(own.indexOf('[') + 1, -1)) as unknown } : {}),
        provider_name: 'registry.terraform.io/hashicorp/aws',
        schema_version: 0,
        values,
        sensitive_values: { tags: {}, tags_all: {} },
        depends_on: [`${address}.data.aws_caller_identity.current`],
      };
    }),
  };
}

function stateOf(...modules: readonly object[]): string {
  return JSON.stringify({
    format_version: '1.0',
    terraform_version: '1.11.4',
    values: { root_module: { child_modules: modules } },
  });
}

function repository(name: string, more: object = {}): object {
  const arn = `arn:aws:ecr:${place.region}:${place.account}:repository/${name}`;
  return {
    arn,
    encryption_configuration: [{ encryption_type: 'AES256', kms_key: '' }],
    force_delete: false,
    id: name,
    image_scanning_configuration: [{ scan_on_push: true }],
    image_tag_mutability: 'IMMUTABLE',
    name,
    registry_id: place.account,
    repository_url: `${place.account}.dkr.ecr.${place.region}.amazonaws.com/${name}`,
    tags: {},
    tags_all: {},
    timeouts: null,
    ...more,
  };
}

const policy = (name: string, document: object): object => ({
  id: name,
  policy: JSON.stringify(document),
  registry_id: place.account,
  repository: name,
});

const adopted = (state: string): Adoption => adopt(readTerraform(state), { project: 'shop', environment: 'prod' });

function desiredOf({ text }: Adoption) {
  const [registry] = compile(parseProject([{ file: 'slipway.yaml', text, own: true }]), 'prod');
  if (registry === undefined) throw new Error('nothing is desired');
  return new Map(registry.repositories.map((one) => [one.name, one]));
}

const rulesOf = (given: LifecyclePolicy | null | undefined) =>
  (given ? canonicalLifecycle(given).rules : []).map(({ selection, action }) => ({ selection, action }));

const looking = [
  'ecr:DescribeImageScanFindings',
  'ecr:DescribeImages',
  'ecr:DescribeRepositories',
  'ecr:GetLifecyclePolicy',
  'ecr:GetLifecyclePolicyPreview',
  'ecr:GetRepositoryPolicy',
  'ecr:ListImages',
  'ecr:ListTagsForResource',
];
const pulling = ['ecr:BatchCheckLayerAvailability', 'ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'];
const uploading = ['ecr:PutImage', 'ecr:InitiateLayerUpload', 'ecr:UploadLayerPart', 'ecr:CompleteLayerUpload'];
const fetching = ['ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'];

describe('terraform-aws-modules/ecr', () => {
  const readOnly = (principals: readonly string[]): Statement => ({
    Sid: 'PrivateReadOnly',
    Effect: 'Allow',
    Principal: { AWS: principals },
    Action: ['ecr:GetAuthorizationToken', ...pulling, ...looking],
  });
  const lifecycle: LifecyclePolicy = {
    rules: [
      {
        rulePriority: 1,
        description: 'Keep last 30 images',
        selection: { tagStatus: 'tagged', tagPrefixList: ['v'], countType: 'imageCountMoreThan', countNumber: 30 },
        action: { type: 'expire' },
      },
    ],
  };
  const statements: readonly Statement[] = [
    // Whoever may write is also among those who may read.
    readOnly([role('node'), role('ci')]),
    {
      Sid: 'PrivateLambdaReadOnly',
      Effect: 'Allow',
      Principal: { Service: 'lambda.amazonaws.com' },
      Action: fetching,
      Condition: {
        StringLike: {
          'aws:sourceArn': [
            'arn:aws:lambda:eu-west-1:222222222222:function:resize',
            'arn:aws:lambda:eu-west-1:333333333333:function:*',
          ],
        },
      },
    },
    { Sid: 'ReadWrite', Effect: 'Allow', Principal: { AWS: role('ci') }, Action: uploading },
    // Of repository_policy_statements.
    { Sid: 'Scanner', Effect: 'Allow', Principal: { AWS: role('scanner') }, Action: 'ecr:StartImageScan' },
  ];
  const state = stateOf(
    moduleOf('module.ecr["api"]', [
      { address: 'aws_ecr_lifecycle_policy.this[0]', values: policy('shop/api', lifecycle) },
      {
        address: 'aws_ecr_repository.this[0]',
        values: repository('shop/api', { force_delete: true, tags: { Team: 'shop' }, tags_all: { Team: 'shop' } }),
      },
      {
        address: 'aws_ecr_repository_policy.this[0]',
        values: policy('shop/api', { Version: '2012-10-17', Statement: statements }),
      },
    ]),
    // attach_repository_policy = false, create_lifecycle_policy = false
    moduleOf('module.ecr["jobs"]', [
      {
        address: 'aws_ecr_repository.this[0]',
        values: repository('shop/jobs', {
          encryption_configuration: [
            {
              encryption_type: 'KMS',
              kms_key: 'arn:aws:kms:eu-west-1:222222222222:key/11111111-2222-3333-4444-555555555555',
            },
          ],
          image_scanning_configuration: [{ scan_on_push: false }],
          image_tag_mutability: 'IMMUTABLE_WITH_EXCLUSION',
          image_tag_mutability_exclusion_filter: [{ filter: 'latest*', filter_type: 'WILDCARD' }],
        }),
      },
    ]),
    // Nobody is named: the account's own root may read.
    moduleOf('module.web', [
      { address: 'aws_ecr_repository.this[0]', values: repository('shop/web') },
      {
        address: 'aws_ecr_repository_policy.this[0]',
        values: policy('shop/web', { Version: '2012-10-17', Statement: [readOnly([root(place.account)])] }),
      },
    ]),
    // repository_type = "public"
    moduleOf('module.public', [
      { address: 'aws_ecrpublic_repository.this[0]', values: { repository_name: 'shop/public', tags_all: {} } },
      { address: 'aws_ecrpublic_repository_policy.example[0]', values: policy('shop/public', { Statement: [] }) },
    ]),
    // create_repository = false, and what a registry has once
    moduleOf('module.registry', [
      { address: 'aws_ecr_registry_policy.this[0]', values: { policy: '{}' } },
      { address: 'aws_ecr_pull_through_cache_rule.this["hub"]', values: { ecr_repository_prefix: 'hub' } },
      { address: 'aws_ecr_registry_scanning_configuration.this[0]', values: { scan_type: 'ENHANCED' } },
      { address: 'aws_ecr_replication_configuration.this[0]', values: { replication_configuration: [] } },
    ]),
  );

  it('is read as grants and keeps; what grants do not say stays a statement, of which is told what it lacks', () => {
    const adoption = adopted(state);
    expect(adoption.text.slice(adoption.text.indexOf('  repositories:'))).toMatchInlineSnapshot(`
      "  repositories:
          shop/api:
            forceDelete: true
            lifecyclePolicy:
              keep:
                - tags:
                    - v*
                  last: 30
              expireUntaggedAfterDays: null
              maxImageCount: null
            access:
              pull:
                - role:arn:aws:iam::222222222222:role/node
                - service: lambda
                  sourceArn: arn:aws:lambda:eu-west-1:222222222222:function:resize
                - service: lambda
                  sourceArn: arn:aws:lambda:eu-west-1:333333333333:function:*
              pullAndPush:
                - role:arn:aws:iam::222222222222:role/ci
              statements:
                - name: PrivateReadOnly
                  effect: Allow
                  principals:
                    - arn:aws:iam::222222222222:role/ci
                    - arn:aws:iam::222222222222:role/node
                  actions:
                    - ecr:DescribeImageScanFindings
                    - ecr:DescribeImages
                    - ecr:DescribeRepositories
                    - ecr:GetLifecyclePolicy
                    - ecr:GetLifecyclePolicyPreview
                    - ecr:GetRepositoryPolicy
                    - ecr:ListImages
                    - ecr:ListTagsForResource
                - name: Scanner
                  effect: Allow
                  principals:
                    - arn:aws:iam::222222222222:role/scanner
                  actions:
                    - ecr:StartImageScan
            tags:
              Team: shop
          shop/jobs:
            mutableTagPatterns:
              - latest*
            encryptionType: KMS
            kmsKeyId: arn:aws:kms:eu-west-1:222222222222:key/11111111-2222-3333-4444-555555555555
            scanOnPush: false
            lifecyclePolicy:
              none: true
          shop/web:
            lifecyclePolicy:
              none: true
            access:
              pull:
                - account:222222222222
              statements:
                - name: PrivateReadOnly
                  effect: Allow
                  principals:
                    - arn:aws:iam::222222222222:root
                  actions:
                    - ecr:DescribeImageScanFindings
                    - ecr:DescribeImages
                    - ecr:DescribeRepositories
                    - ecr:GetLifecyclePolicy
                    - ecr:GetLifecyclePolicyPreview
                    - ecr:GetRepositoryPolicy
                    - ecr:ListImages
                    - ecr:ListTagsForResource
      "
    `);
    expect(adoption.diagnostics.map(({ message }) => message)).toEqual([
      'module.public.aws_ecrpublic_repository.this[0] is not taken over',
      'module.public.aws_ecrpublic_repository_policy.example[0] is not taken over',
      'module.registry.aws_ecr_registry_policy.this[0] is not taken over',
      'module.registry.aws_ecr_pull_through_cache_rule.this["hub"] is not taken over',
      'module.registry.aws_ecr_registry_scanning_configuration.this[0] is not taken over',
      'module.registry.aws_ecr_replication_configuration.this[0] is not taken over',
      'shop/api and shop/web: statement "PrivateReadOnly" lacks ecr:DescribeImageReplicationStatus and ecr:DescribeImageSigningStatus to be `read`',
    ]);
  });

  it('compiles back to the same', () => {
    const desired = desiredOf(adopted(state));
    const api = desired.get('shop/api');
    expect(accessLines(api?.statements ?? [])).toEqual(accessLines(statements));
    expect(api).toMatchObject({ forceDelete: true, tags: { Team: 'shop' } });
    expect(rulesOf(api?.lifecyclePolicy)).toEqual(
      lifecycle.rules.map(({ action, selection: { tagPrefixList: _prefix, ...selection } }) => ({
        selection: { ...selection, tagPatternList: ['v*'] },
        action,
      })),
    );
    expect(desired.get('shop/jobs')).toMatchObject({
      encryption: {
        type: 'KMS',
        kmsKey: 'arn:aws:kms:eu-west-1:222222222222:key/11111111-2222-3333-4444-555555555555',
      },
      scanOnPush: false,
      tagMutability: { mode: 'IMMUTABLE_WITH_EXCLUSION', exclusions: ['latest*'] },
      lifecyclePolicy: null,
      statements: [],
    });
    expect(accessLines(desired.get('shop/web')?.statements ?? [])).toEqual(
      accessLines([readOnly([root(place.account)])]),
    );
  });

  it('of a Lambda without a source, which anybody’s function would be, there is no grant', () => {
    const statement: Statement = {
      Sid: 'PrivateLambdaReadOnly',
      Effect: 'Allow',
      Principal: { Service: 'lambda.amazonaws.com' },
      Action: fetching,
    };
    const own = desiredOf(
      adopted(
        stateOf(
          moduleOf('module.ecr', [
            { address: 'aws_ecr_repository.this[0]', values: repository('shop/api') },
            { address: 'aws_ecr_repository_policy.this[0]', values: policy('shop/api', { Statement: [statement] }) },
          ]),
        ),
      ),
    ).get('shop/api');
    expect(accessLines(own?.statements ?? [])).toEqual(accessLines([statement]));
  });
});

describe('cloudposse/ecr', () => {
  const organization = (sid: string, actions: readonly string[]): Statement => ({
    Sid: sid,
    Effect: 'Allow',
    Principal: '*',
    Action: actions,
    Condition: { StringEquals: { 'aws:PrincipalOrgID': ['o-aaaaaaaaaa', 'o-bbbbbbbbbb'] } },
  });
  const statements: readonly Statement[] = [
    {
      Sid: 'ReadonlyAccess',
      Effect: 'Allow',
      Principal: { AWS: [root('333333333333'), role('node')] },
      Action: [...pulling, ...looking],
    },
    {
      Sid: 'PushAccess',
      Effect: 'Allow',
      Principal: { AWS: [role('ci'), role('node')] },
      Action: ['ecr:GetAuthorizationToken', 'ecr:BatchCheckLayerAvailability', ...uploading],
    },
    { Sid: 'FullAccess', Effect: 'Allow', Principal: { AWS: role('admin') }, Action: 'ecr:*' },
    {
      Sid: 'PullThroughAccess',
      Effect: 'Allow',
      Principal: { AWS: role('node') },
      Action: ['ecr:BatchImportUpstreamImage', 'ecr:TagResource'],
    },
    {
      Sid: 'LambdaECRImageCrossAccountRetrievalPolicy',
      Effect: 'Allow',
      Principal: { Service: 'lambda.amazonaws.com' },
      Action: fetching,
      Condition: { StringLike: { 'aws:SourceArn': 'arn:aws:lambda:*:444444444444:function:*' } },
    },
    { Sid: 'CrossAccountPermission', Effect: 'Allow', Principal: { AWS: root('444444444444') }, Action: fetching },
    organization('OrganizationsReadonlyAccess', [...pulling, ...looking]),
    organization('OrganizationsPushAccess', ['ecr:BatchCheckLayerAvailability', ...uploading]),
  ];
  const rule = (
    rulePriority: number,
    description: string,
    selection: LifecyclePolicy['rules'][number]['selection'],
  ) => ({
    rulePriority,
    description,
    selection,
    action: { type: 'expire' } as const,
  });
  const protectedTags = [
    rule(1, 'Protects images tagged with prefix prod', {
      tagStatus: 'tagged',
      tagPrefixList: ['prod'],
      countType: 'imageCountMoreThan',
      countNumber: 999_999,
    }),
    rule(2, 'Protects images tagged with wildcard *stable', {
      tagStatus: 'tagged',
      tagPatternList: ['*stable'],
      countType: 'imageCountMoreThan',
      countNumber: 999_999,
    }),
  ];
  const untagged = rule(3, 'Remove untagged images', {
    tagStatus: 'untagged',
    countType: 'imageCountMoreThan',
    countNumber: 1,
  });
  const byCount = rule(4, 'Rotate images when reach 500 images stored', {
    tagStatus: 'any',
    countType: 'imageCountMoreThan',
    countNumber: 500,
  });
  const byAge = rule(4, 'Rotate images older than 90 days old', {
    tagStatus: 'any',
    countType: 'sinceImagePushed',
    countUnit: 'days',
    countNumber: 90,
  });

  /** image_names = ["api", "web"]: the same for each. */
  const state = (rules: LifecyclePolicy['rules']): string =>
    stateOf(
      moduleOf(
        'module.ecr',
        ['api', 'web'].flatMap((name) => [
          {
            address: `aws_ecr_repository.name["${name}"]`,
            values: repository(name, { tags_all: { Namespace: 'eg', Stage: 'prod' } }),
          },
          { address: `aws_ecr_lifecycle_policy.name["${name}"]`, values: policy(name, { rules }) },
          {
            address: `aws_ecr_repository_policy.name["${name}"]`,
            values: policy(name, { Version: '2012-10-17', Statement: statements }),
          },
        ]),
      ),
    );

  it('is read as grants; what all repositories have alike is said once', () => {
    const { text, diagnostics } = adopted(state([...protectedTags, untagged, byCount]));
    expect(text.slice(text.indexOf('  repositoryDefaults:'))).toMatchInlineSnapshot(`
      "  repositoryDefaults:
          lifecyclePolicy:
            rules:
              - rulePriority: 1
                description: Protects images tagged with prefix prod
                selection:
                  tagStatus: tagged
                  tagPrefixList:
                    - prod
                  countType: imageCountMoreThan
                  countNumber: 999999
                action:
                  type: expire
              - rulePriority: 2
                description: Protects images tagged with wildcard *stable
                selection:
                  tagStatus: tagged
                  tagPatternList:
                    - "*stable"
                  countType: imageCountMoreThan
                  countNumber: 999999
                action:
                  type: expire
              - rulePriority: 3
                description: Remove untagged images
                selection:
                  tagStatus: untagged
                  countType: imageCountMoreThan
                  countNumber: 1
                action:
                  type: expire
              - rulePriority: 4
                description: Rotate images when reach 500 images stored
                selection:
                  tagStatus: any
                  countType: imageCountMoreThan
                  countNumber: 500
                action:
                  type: expire
          access:
            pull:
              - account:333333333333
              - org:o-aaaaaaaaaa
              - org:o-bbbbbbbbbb
              - service: lambda
                sourceArn: arn:aws:lambda:*:444444444444:function:*
            pullAndPush:
              - role:arn:aws:iam::222222222222:role/node
            statements:
              - name: ReadonlyAccess
                effect: Allow
                principals:
                  - arn:aws:iam::222222222222:role/node
                  - arn:aws:iam::333333333333:root
                actions:
                  - ecr:DescribeImageScanFindings
                  - ecr:DescribeImages
                  - ecr:DescribeRepositories
                  - ecr:GetLifecyclePolicy
                  - ecr:GetLifecyclePolicyPreview
                  - ecr:GetRepositoryPolicy
                  - ecr:ListImages
                  - ecr:ListTagsForResource
              - name: PushAccess
                effect: Allow
                principals:
                  - arn:aws:iam::222222222222:role/ci
                actions:
                  - ecr:BatchCheckLayerAvailability
                  - ecr:CompleteLayerUpload
                  - ecr:InitiateLayerUpload
                  - ecr:PutImage
                  - ecr:UploadLayerPart
              - name: FullAccess
                effect: Allow
                principals:
                  - arn:aws:iam::222222222222:role/admin
                actions:
                  - ecr:*
              - name: PullThroughAccess
                effect: Allow
                principals:
                  - arn:aws:iam::222222222222:role/node
                actions:
                  - ecr:BatchImportUpstreamImage
                  - ecr:TagResource
              - name: CrossAccountPermission
                effect: Allow
                principals:
                  - arn:aws:iam::444444444444:root
                actions:
                  - ecr:BatchGetImage
                  - ecr:GetDownloadUrlForLayer
              - name: OrganizationsReadonlyAccess
                effect: Allow
                principals:
                  - "*"
                actions:
                  - ecr:DescribeImageScanFindings
                  - ecr:DescribeImages
                  - ecr:DescribeRepositories
                  - ecr:GetLifecyclePolicy
                  - ecr:GetLifecyclePolicyPreview
                  - ecr:GetRepositoryPolicy
                  - ecr:ListImages
                  - ecr:ListTagsForResource
                conditions:
                  StringEquals:
                    aws:PrincipalOrgID:
                      - o-aaaaaaaaaa
                      - o-bbbbbbbbbb
              - name: OrganizationsPushAccess
                effect: Allow
                principals:
                  - "*"
                actions:
                  - ecr:CompleteLayerUpload
                  - ecr:InitiateLayerUpload
                  - ecr:PutImage
                  - ecr:UploadLayerPart
                conditions:
                  StringEquals:
                    aws:PrincipalOrgID:
                      - o-aaaaaaaaaa
                      - o-bbbbbbbbbb
        repositories:
          api: {}
          web: {}
      "
    `);
    expect(diagnostics.map(({ message }) => message)).toMatchInlineSnapshot(`
      [
        "api and web: statement "ReadonlyAccess" lacks ecr:DescribeImageReplicationStatus and ecr:DescribeImageSigningStatus to be \`read\`",
        "api and web: statement "PushAccess" lacks ecr:BatchGetImage to be \`push\`",
        "api and web: statement "CrossAccountPermission" lacks ecr:BatchCheckLayerAvailability to be \`pull\`",
        "api and web: statement "OrganizationsReadonlyAccess" lacks ecr:DescribeImageReplicationStatus and ecr:DescribeImageSigningStatus to be \`read\`",
      ]
    `);
  });

  it('compiles back to the same', () => {
    const rules = [...protectedTags, untagged, byCount];
    const desired = desiredOf(adopted(state(rules)));
    expect([...desired.keys()]).toEqual(['api', 'web']);
    for (const one of desired.values()) {
      expect(rulesOf(one.lifecyclePolicy)).toEqual(rulesOf({ rules }));
      expect(accessLines(one.statements)).toEqual(accessLines(statements));
    }
  });

  it('where images go by age, its protected tags are keeps for ever', () => {
    const rules = [...protectedTags, byAge];
    const { text } = adopted(state(rules));
    expect(text.slice(text.indexOf('    lifecyclePolicy:'), text.indexOf('    access:'))).toMatchInlineSnapshot(`
      "    lifecyclePolicy:
            keep:
              - tags:
                  - prod*
                  - "*stable"
                forever: true
              - tags:
                  - "*"
                forDays: 90
            expireUntaggedAfterDays: 90
            maxImageCount: null
      "
    `);
  });
});
