// Slipway's command line, unchanged, against moto: an AWS written by other people, looked at with an AWS CLI written by other people.
// It must not know how Slipway comes by its rules and statements: what is right is written out here by hand.
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { awsPorts } from '../../src/aws/index.js';
import { awsOk, type Endpoint, type JsonObject, motoAccount, startMoto, wire, wireOk } from '../support/clients.js';
import { awsEnvironment } from '../support/environment.js';
import type { Server } from '../support/processes.js';
import { type Workspace, workspace } from '../support/slipway.js';
import { describeWith } from '../support/tools.js';

const region = 'eu-west-1';
const key = `arn:aws:kms:${region}:${motoAccount}:key/1234abcd-12ab-34cd-56ef-1234567890ab`;

const manifest = `
apiVersion: ecr.slipway.dev/v1
kind: Project
metadata: {name: payments, org: acme}
spec:
  naming: "{project}/{name}"
  defaultTags: {Team: payments, CostCenter: "4711"}
  environments:
    prod: {account: "${motoAccount}", region: ${region}, preset: production}
  access: {pull: ["account:444444444444", "role:arn:aws:iam::333333333333:role/eks-node"]}
  repositories:
    api: {lifecyclePolicy: {keep: [{tags: ["v*"], last: 70}]}}
    web: {mutableTagPatterns: ["latest", "*-cache"], lifecyclePolicy: {expireUntaggedAfterDays: 3, maxImageCount: 20}}
    worker: {imageImmutable: false, immutableTagPatterns: ["v*"], scanOnPush: false}
    scratch: {imageImmutable: false, lifecyclePolicy: {none: true}, access: {pull: [], push: []}}
    vault: {encryptionType: KMS}
    sealed: {encryptionType: KMS, kmsKeyId: "${key}", tags: {Team: security}}
    raw:
      lifecyclePolicy:
        rules:
          - rulePriority: 10
            description: old previews go
            selection: {tagStatus: tagged, tagPrefixList: [preview-], countType: sinceImagePushed, countUnit: days, countNumber: 7}
            action: {type: expire}
          - rulePriority: 20
            selection: {tagStatus: any, countType: imageCountMoreThan, countNumber: 500}
            action: {type: expire}
    shared:
      repositoryName: platform/shared-base
      access:
        pull: ["org:o-abcdefghij", "service:lambda"]
        push: ["role:arn:aws:iam::333333333333:role/ci"]
        statements:
          - {name: NoDelete, effect: Deny, principals: ["*"], actions: ["ecr:DeleteRepository"], conditions: {StringNotEquals: {"aws:PrincipalOrgID": o-abcdefghij}}}
`;

const pullActions = ['ecr:BatchCheckLayerAvailability', 'ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'];
const pushActions = [
  'ecr:BatchCheckLayerAvailability',
  'ecr:CompleteLayerUpload',
  'ecr:InitiateLayerUpload',
  'ecr:PutImage',
  'ecr:UploadLayerPart',
];

/** What a lifecycle rule does, without its number and its words, in the order in which the rules act. */
type Rule = readonly [status: string, patterns: readonly string[], countType: string, count: number];
const productionRules: readonly Rule[] = [
  ['untagged', [], 'sinceImagePushed', 14],
  ['tagged', ['*'], 'imageCountMoreThan', 50],
];

interface Expected {
  readonly mutability: string;
  readonly exclusions?: readonly string[];
  readonly scan: boolean;
  readonly encryption: JsonObject;
  readonly tags: Readonly<Record<string, string>>;
  /** `null`: no policy. Sorted, since rules that select disjoint images may stand in any order. */
  readonly rules: readonly Rule[] | null;
  /** `null`: no policy. */
  readonly pull: readonly string[] | null;
}

const tags = (name: string, more: Readonly<Record<string, string>> = {}): Readonly<Record<string, string>> => ({
  Team: 'payments',
  CostCenter: '4711',
  Environment: 'prod',
  ManagedBy: 'slipway',
  Repository: name,
  'slipway:project': 'payments',
  'slipway:environment': 'prod',
  ...more,
});
const everybody = ['arn:aws:iam::333333333333:role/eks-node', 'arn:aws:iam::444444444444:root'];
const aes = { encryptionType: 'AES256' };

const expected: Readonly<Record<string, Expected>> = {
  'payments/api': {
    mutability: 'IMMUTABLE',
    scan: true,
    encryption: aes,
    tags: tags('payments/api'),
    rules: [['tagged', ['v*'], 'imageCountMoreThan', 70], ...productionRules],
    pull: everybody,
  },
  'payments/web': {
    mutability: 'IMMUTABLE_WITH_EXCLUSION',
    exclusions: ['*-cache', 'latest'],
    scan: true,
    encryption: aes,
    tags: tags('payments/web'),
    rules: [
      ['untagged', [], 'sinceImagePushed', 3],
      ['tagged', ['*'], 'imageCountMoreThan', 20],
    ],
    pull: everybody,
  },
  'payments/worker': {
    mutability: 'MUTABLE_WITH_EXCLUSION',
    exclusions: ['v*'],
    scan: false,
    encryption: aes,
    tags: tags('payments/worker'),
    rules: productionRules,
    pull: everybody,
  },
  'payments/scratch': {
    mutability: 'MUTABLE',
    scan: true,
    encryption: aes,
    tags: tags('payments/scratch'),
    rules: null,
    pull: null,
  },
  'payments/vault': {
    mutability: 'IMMUTABLE',
    scan: true,
    encryption: { encryptionType: 'KMS', kmsKey: expect.stringMatching(/^arn:aws:kms:/) as unknown },
    tags: tags('payments/vault'),
    rules: productionRules,
    pull: everybody,
  },
  'payments/sealed': {
    mutability: 'IMMUTABLE',
    scan: true,
    encryption: { encryptionType: 'KMS', kmsKey: key },
    tags: tags('payments/sealed', { Team: 'security' }),
    rules: productionRules,
    pull: everybody,
  },
  'payments/raw': {
    mutability: 'IMMUTABLE',
    scan: true,
    encryption: aes,
    tags: tags('payments/raw'),
    rules: [
      ['tagged', ['preview-'], 'sinceImagePushed', 7],
      ['any', [], 'imageCountMoreThan', 500],
    ],
    pull: everybody,
  },
  'platform/shared-base': {
    mutability: 'IMMUTABLE',
    scan: true,
    encryption: aes,
    tags: tags('platform/shared-base'),
    rules: productionRules,
    pull: [],
  },
};

/** What moto does not implement, why it is left out here, and a call that shows that it still does not. */
const motoLacks = [
  { operation: 'StartLifecyclePolicyPreview', why: 'a preview of rules is computed by Slipway itself' },
  { operation: 'CreatePullThroughCacheRule', why: 'not part of a project of repositories' },
  { operation: 'CreateRepositoryCreationTemplate', why: 'not part of a project of repositories' },
  { operation: 'PutAccountSetting', why: 'not part of a project of repositories' },
  { operation: 'PutSigningConfiguration', why: 'not part of a project of repositories' },
  { operation: 'RegisterPullTimeUpdateExclusion', why: 'not part of a project of repositories' },
] as const;

/** moto keeps a manifest without asking for its layers. */
function imageManifest(text: string): JsonObject {
  const digest = (seed: string): string => `sha256:${createHash('sha256').update(seed).digest('hex')}`;
  const layer = 'application/vnd.docker.image.rootfs.diff.tar.gzip';
  const imageManifestMediaType = 'application/vnd.docker.distribution.manifest.v2+json';
  const manifest = {
    schemaVersion: 2,
    mediaType: imageManifestMediaType,
    config: {
      mediaType: 'application/vnd.docker.container.image.v1+json',
      size: 100,
      digest: digest(`${text} config`),
    },
    layers: [{ mediaType: layer, size: 1000, digest: digest(text) }],
  };
  return { imageManifest: JSON.stringify(manifest), imageManifestMediaType };
}

function sorted(values: readonly string[]): string[] {
  return [...values].sort();
}

function list(value: unknown): string[] {
  if (value === undefined) return [];
  return sorted((Array.isArray(value) ? value : [value]).map(String));
}

describeWith({ tools: ['moto_server', 'aws'] }, 'Slipway on moto', () => {
  let moto: Server;
  let at: Endpoint;
  let project: Workspace;

  beforeAll(async () => {
    moto = await startMoto();
    at = { endpoint: moto.url, account: motoAccount, region };
    project = await workspace({ 'slipway.yaml': manifest }, awsEnvironment(at));
  }, 240_000);

  afterAll(async () => {
    project?.remove();
    await moto?.stop();
  });

  async function slipway(args: readonly string[], code: number): Promise<string> {
    const done = await project.slipway([...args, '-e', 'prod']);
    expect(done.code, `slipway ${args.join(' ')}\n${done.stdout}\n${done.stderr}`).toBe(code);
    return `${done.stdout}\n${done.stderr}`;
  }

  const ecr = (operation: string, input: JsonObject = {}): Promise<JsonObject> => awsOk(at, 'ecr', operation, input);

  async function textOrNull(operation: string, member: string, name: string): Promise<JsonObject | null> {
    const answer = await wire(at, 'ecr', operation, { repositoryName: name });
    if (answer.error !== undefined) return null;
    return JSON.parse(String(answer.output[member])) as JsonObject;
  }

  /** Compares one repository, as the AWS CLI shows it, with what was written down for it above. */
  async function matches(
    name: string,
    ecr: (operation: string, input: JsonObject) => Promise<JsonObject> = (operation, input) =>
      awsOk(at, 'ecr', operation, input),
  ): Promise<void> {
    const want = expected[name];
    if (want === undefined) throw new Error(`nothing is expected of ${name}`);
    const described = (
      (await ecr('DescribeRepositories', { repositoryNames: [name] }))['repositories'] as JsonObject[]
    )[0];
    const filters = (described?.['imageTagMutabilityExclusionFilters'] ?? []) as {
      filter: string;
      filterType: string;
    }[];
    const liveTags = (await ecr('ListTagsForResource', { resourceArn: described?.['repositoryArn'] }))['tags'] as {
      Key: string;
      Value: string;
    }[];
    expect({
      mutability: described?.['imageTagMutability'],
      exclusions: sorted(filters.map((filter) => filter.filter)),
      filterTypes: [...new Set(filters.map((filter) => filter.filterType))],
      scan: (described?.['imageScanningConfiguration'] as JsonObject | undefined)?.['scanOnPush'],
      encryption: described?.['encryptionConfiguration'],
      tags: Object.fromEntries(liveTags.map((tag) => [tag.Key, tag.Value])),
    }).toEqual({
      mutability: want.mutability,
      exclusions: want.exclusions ?? [],
      filterTypes: want.exclusions === undefined ? [] : ['WILDCARD'],
      scan: want.scan,
      encryption: want.encryption,
      tags: want.tags,
    });

    if (want.rules === null) {
      expect(await textOrNull('GetLifecyclePolicy', 'lifecyclePolicyText', name)).toBeNull();
    } else {
      const policy = JSON.parse(
        String((await ecr('GetLifecyclePolicy', { repositoryName: name }))['lifecyclePolicyText']),
      ) as JsonObject;
      const rules = (policy['rules'] as JsonObject[]).map((rule) => {
        const selection = rule['selection'] as JsonObject;
        expect(rule['action']).toEqual({ type: 'expire' });
        return [
          selection['tagStatus'],
          list(selection['tagPatternList'] ?? selection['tagPrefixList']),
          selection['countType'],
          selection['countNumber'],
        ];
      });
      expect(rules.map((rule) => JSON.stringify(rule)).sort()).toEqual(
        want.rules.map((rule) => JSON.stringify(rule)).sort(),
      );
    }

    if (want.pull === null) {
      expect(await textOrNull('GetRepositoryPolicy', 'policyText', name)).toBeNull();
    } else {
      const policy = JSON.parse(
        String((await ecr('GetRepositoryPolicy', { repositoryName: name }))['policyText']),
      ) as JsonObject;
      const ours = (policy['Statement'] as JsonObject[]).filter((statement) =>
        String(statement['Sid']).startsWith('Slipway'),
      );
      const pullers = ours
        .filter(
          (statement) => statement['Condition'] === undefined && !list(statement['Action']).includes('ecr:PutImage'),
        )
        .flatMap((statement) => {
          expect(statement['Effect']).toBe('Allow');
          expect(list(statement['Action'])).toEqual(pullActions);
          return list((statement['Principal'] as JsonObject)['AWS']);
        })
        .map((principal) => (/^\d{12}$/.test(principal) ? `arn:aws:iam::${principal}:root` : principal));
      expect(sorted(pullers)).toEqual(want.pull);
    }
  }

  it('applies a project with every setting, and has nothing to do afterwards', async () => {
    await slipway(['validate'], 0);
    await slipway(['plan', '--detailed-exitcode'], 2);
    await slipway(['apply', '--auto-approve'], 0);
    await slipway(['plan', '--detailed-exitcode'], 0);
    await slipway(['drift'], 0);
  }, 120_000);

  it('made exactly the repositories of the manifest', async () => {
    const described = (await ecr('DescribeRepositories'))['repositories'] as JsonObject[];
    expect(sorted(described.map((repository) => String(repository['repositoryName'])))).toEqual(
      sorted(Object.keys(expected)),
    );
  }, 60_000);

  it.each(Object.keys(expected))(
    'the AWS CLI sees in %s what the manifest says',
    async (name) => {
      await matches(name);
    },
    60_000,
  );

  it('the AWS CLI sees the organisation, the service, the pusher and the typed statement of the shared repository', async () => {
    const policy = JSON.parse(
      String((await ecr('GetRepositoryPolicy', { repositoryName: 'platform/shared-base' }))['policyText']),
    ) as JsonObject;
    const statements = policy['Statement'] as JsonObject[];
    const about = (test: (statement: JsonObject) => boolean): JsonObject => {
      const found = statements.filter(test);
      expect(found).toHaveLength(1);
      return found[0] ?? {};
    };
    const organisation = about(
      (statement) =>
        statement['Effect'] === 'Allow' && JSON.stringify(statement['Condition'] ?? '').includes('o-abcdefghij'),
    );
    expect(list(organisation['Action'])).toEqual(pullActions);
    expect(organisation['Condition']).toEqual({ StringEquals: { 'aws:PrincipalOrgID': 'o-abcdefghij' } });
    const service = about((statement) => JSON.stringify(statement['Principal']).includes('lambda.amazonaws.com'));
    expect(list(service['Action'])).toEqual(['ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer']);
    expect(JSON.stringify(service['Condition'])).toContain(motoAccount);
    const push = about((statement) => list(statement['Action']).includes('ecr:PutImage'));
    expect(list((push['Principal'] as JsonObject)['AWS'])).toEqual(['arn:aws:iam::333333333333:role/ci']);
    expect(list(push['Action'])).toEqual(expect.arrayContaining(pushActions));
    expect(list(push['Action']).filter((action) => /Delete|\*/.test(action))).toEqual([]);
    const deny = about((statement) => statement['Effect'] === 'Deny');
    expect(list(deny['Action'])).toEqual(['ecr:DeleteRepository']);
    expect(deny['Condition']).toEqual({ StringNotEquals: { 'aws:PrincipalOrgID': 'o-abcdefghij' } });
    expect(statements).toHaveLength(4);
  }, 60_000);

  const changedRules = JSON.stringify({
    rules: [
      {
        rulePriority: 1,
        description: 'by hand',
        selection: { tagStatus: 'any', countType: 'imageCountMoreThan', countNumber: 3 },
        action: { type: 'expire' },
      },
    ],
  });
  const arn = (name: string): string => `arn:aws:ecr:${region}:${motoAccount}:repository/${name}`;

  interface Tampering {
    readonly what: string;
    readonly name: string;
    readonly aspect: RegExp;
    readonly operation: string;
    readonly input: JsonObject;
  }

  const tamperings: readonly Tampering[] = [
    {
      what: 'tags made movable',
      name: 'payments/api',
      aspect: /mutab/i,
      operation: 'PutImageTagMutability',
      input: { imageTagMutability: 'MUTABLE' },
    },
    {
      what: 'other exclusions',
      name: 'payments/web',
      aspect: /mutab|\*-cache/i,
      operation: 'PutImageTagMutability',
      input: {
        imageTagMutability: 'IMMUTABLE_WITH_EXCLUSION',
        imageTagMutabilityExclusionFilters: [{ filterType: 'WILDCARD', filter: 'latest' }],
      },
    },
    {
      what: 'scanning off',
      name: 'payments/vault',
      aspect: /scan/i,
      operation: 'PutImageScanningConfiguration',
      input: { imageScanningConfiguration: { scanOnPush: false } },
    },
    {
      what: 'lifecycle policy deleted',
      name: 'payments/api',
      aspect: /lifecycle/i,
      operation: 'DeleteLifecyclePolicy',
      input: {},
    },
    {
      what: 'lifecycle policy replaced',
      name: 'payments/raw',
      aspect: /lifecycle/i,
      operation: 'PutLifecyclePolicy',
      input: { lifecyclePolicyText: changedRules },
    },
    {
      what: 'lifecycle policy where there must be none',
      name: 'payments/scratch',
      aspect: /lifecycle/i,
      operation: 'PutLifecyclePolicy',
      input: { lifecyclePolicyText: changedRules },
    },
    {
      what: 'repository policy deleted',
      name: 'payments/worker',
      aspect: /polic|access|statement/i,
      operation: 'DeleteRepositoryPolicy',
      input: {},
    },
    {
      what: 'a tag changed',
      name: 'payments/sealed',
      aspect: /tag|Team/,
      operation: 'TagResource',
      input: { resourceArn: arn('payments/sealed'), tags: [{ Key: 'Team', Value: 'nobody' }] },
    },
    {
      what: 'a tag removed',
      name: 'payments/raw',
      aspect: /tag|CostCenter/,
      operation: 'UntagResource',
      input: { resourceArn: arn('payments/raw'), tagKeys: ['CostCenter'] },
    },
    {
      what: 'the repository deleted',
      name: 'payments/vault',
      aspect: /does not exist/,
      operation: 'DeleteRepository',
      input: { force: true },
    },
  ];

  /** What a text says of one repository: from the line with its name to that of the next. */
  function partAbout(text: string, name: string): string {
    const lines = text.split('\n');
    const from = lines.findIndex((line) => line.includes(name));
    const next = lines.findIndex(
      (line, at) => at > from && Object.keys(expected).some((other) => other !== name && line.includes(other)),
    );
    return lines.slice(Math.max(from, 0), next < 0 ? undefined : next).join('\n');
  }

  /** Each with what is done to other repositories: one of each repository at a time. */
  const batches = tamperings.reduce<Tampering[][]>((made, one) => {
    const free = made.find((batch) => batch.every(({ name }) => name !== one.name));
    if (free === undefined) made.push([one]);
    else free.push(one);
    return made;
  }, []);

  it.each(batches.map((batch) => ({ what: batch.map(({ what }) => what).join(', '), batch })))(
    '$what: each is found by drift, and all are mended by apply',
    async ({ batch }) => {
      for (const { name, operation, input } of batch)
        await ecr(operation, 'resourceArn' in input ? input : { repositoryName: name, ...input });
      const found = await slipway(['drift'], 2);
      for (const { name, aspect } of batch) expect(partAbout(found, name), `${name} in\n${found}`).toMatch(aspect);
      const untouched = Object.keys(expected).filter((name) => batch.every((one) => one.name !== name));
      for (const name of untouched) expect(found).not.toContain(`${name}:`);
      await slipway(['apply', '--auto-approve'], 0);
      await slipway(['plan', '--detailed-exitcode'], 0);
      // The AWS CLI has been heard above; a bare call sees the same, and starts no Python for it.
      for (const { name } of batch) await matches(name, (call, about) => wireOk(at, 'ecr', call, about));
    },
    120_000,
  );

  it('a widened statement of ours is found and mended; a statement and a tag of others stay and are no drift', async () => {
    const name = 'payments/api';
    const policy = JSON.parse(String((await ecr('GetRepositoryPolicy', { repositoryName: name }))['policyText'])) as {
      Version: string;
      Statement: JsonObject[];
    };
    const foreign = {
      Sid: 'LambdaECRImageRetrievalPolicy',
      Effect: 'Allow',
      Principal: { Service: 'lambda.amazonaws.com' },
      Action: ['ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'],
    };
    await ecr('SetRepositoryPolicy', {
      repositoryName: name,
      policyText: JSON.stringify({ ...policy, Statement: [foreign, ...policy.Statement] }),
    });
    await ecr('TagResource', { resourceArn: arn(name), tags: [{ Key: 'Owner', Value: 'somebody else' }] });
    await slipway(['drift'], 0);
    await slipway(['plan', '--detailed-exitcode'], 0);

    const widened = policy.Statement.map((statement) => ({ ...statement, Principal: '*' }));
    await ecr('SetRepositoryPolicy', {
      repositoryName: name,
      policyText: JSON.stringify({ ...policy, Statement: [foreign, ...widened] }),
    });
    const found = await slipway(['drift'], 2);
    expect(found).toContain(name);
    // Taking `*` away takes access from everybody else, which is a hazard with a flag of its own.
    const refused = await slipway(['apply', '--auto-approve'], 3);
    expect(refused).toContain('--accept lose-access');
    await slipway(['apply', '--auto-approve', '--accept', 'lose-access'], 0);
    await slipway(['plan', '--detailed-exitcode'], 0);
    const mended = JSON.parse(String((await ecr('GetRepositoryPolicy', { repositoryName: name }))['policyText'])) as {
      Statement: JsonObject[];
    };
    expect(mended.Statement.find((statement) => statement['Sid'] === foreign.Sid)).toEqual(foreign);
    expect(mended.Statement).toHaveLength(policy.Statement.length + 1);
    expect(JSON.stringify(mended.Statement)).not.toContain('"*"');
    const live = (await ecr('ListTagsForResource', { resourceArn: arn(name) }))['tags'] as JsonObject[];
    expect(live).toContainEqual({ Key: 'Owner', Value: 'somebody else' });
  }, 120_000);

  it('tells what a changed lifecycle policy does to the images there, and applies it with consent alone', async () => {
    const repositoryName = 'payments/vault';
    for (const tag of ['v9', 'v10', 'v11']) {
      await wireOk(at, 'ecr', 'PutImage', { repositoryName, imageTag: tag, ...imageManifest(tag) });
    }
    project.write(
      'slipway.yaml',
      manifest.replace(
        'vault: {encryptionType: KMS}',
        'vault: {encryptionType: KMS, lifecyclePolicy: {maxImageCount: 1}}',
      ),
    );
    const planned = await slipway(['plan'], 0);
    expect(planned).toMatch(/expires 2 of 3 existing images .*: v/);
    expect(await slipway(['apply', '--auto-approve'], 3)).toContain(`--accept expire-images:${repositoryName}`);
    const json = await project.slipway(['plan', '-e', 'prod', '--output', 'json']);
    const { plan } = JSON.parse(json.stdout) as { plan: { registries: { repositories: JsonObject[] }[] } };
    const changes = plan.registries[0]?.repositories.find(({ name }) => name === repositoryName)?.['changes'];
    expect(changes).toMatchObject([{ aspect: 'lifecyclePolicy', effect: { images: 3, expiring: 2, archiving: 0 } }]);
    await slipway(['apply', '--auto-approve', '--accept', 'expire-images'], 0);
    project.write('slipway.yaml', manifest);
    expect(await slipway(['plan'], 0)).toMatch(/no longer expires 2 of 3 existing images/);
    await slipway(['apply', '--auto-approve'], 0);
    const recorded = await slipway(['verify', '--only', 'vault', '--record', 'moto.prediction'], 0);
    expect(recorded).toContain('3 images, none to go within a day');
    await wireOk(at, 'ecr', 'BatchDeleteImage', { repositoryName, imageIds: [{ imageTag: 'v10' }] });
    // Without -e: the file says itself what it is about.
    const found = await project.slipway(['verify', 'moto.prediction']);
    expect(found).toMatchObject({ code: 2, stdout: expect.stringContaining('v10') as string });
    await wireOk(at, 'ecr', 'BatchDeleteImage', {
      repositoryName,
      imageIds: [{ imageTag: 'v9' }, { imageTag: 'v11' }],
    });
  }, 120_000);

  it('a repository that leaves the manifest is an orphan, and goes with --prune alone', async () => {
    project.write('slipway.yaml', manifest.replace(/^ {4}scratch:.*\n/m, ''));
    const planned = await slipway(['plan'], 0);
    expect(planned).toContain('payments/scratch');
    await slipway(['apply', '--auto-approve'], 0);
    expect(await wire(at, 'ecr', 'DescribeRepositories', { repositoryNames: ['payments/scratch'] })).toHaveProperty(
      'output',
    );
    await slipway(['apply', '--auto-approve', '--prune'], 0);
    expect(await wire(at, 'ecr', 'DescribeRepositories', { repositoryNames: ['payments/scratch'] })).toHaveProperty(
      'error.code',
      'RepositoryNotFoundException',
    );
    project.write('slipway.yaml', manifest);
    await slipway(['apply', '--auto-approve'], 0);
  }, 120_000);

  it('a wrong account is refused before anything is written', async () => {
    const before = await wire(at, 'ecr', 'DescribeRepositories');
    project.write(
      'slipway.yaml',
      manifest.replace(`account: "${motoAccount}"`, 'account: "999999999999"').replaceAll('payments/', 'elsewhere/'),
    );
    const refused = await slipway(['apply', '--auto-approve'], 3);
    expect(refused).toContain(motoAccount);
    expect(refused).toContain('999999999999');
    project.write('slipway.yaml', manifest);
    expect(await wire(at, 'ecr', 'DescribeRepositories')).toEqual(before);
  }, 60_000);

  it('an organisation is read from its root down to an account, with what its policies say', async () => {
    const { organizations } = awsPorts({ account: motoAccount, region, local: { endpoint: moto.url } });
    expect(await organizations.organization()).toBeNull();
    const call = (operation: string, input: JsonObject) => awsOk(at, 'organizations', operation, input);
    const made = (answer: JsonObject, member: string) => answer[member] as JsonObject;
    const { Id: id } = made(await call('CreateOrganization', { FeatureSet: 'ALL' }), 'Organization');
    expect(await organizations.organization()).toEqual({ id, managementAccount: motoAccount });

    const [root] = (await call('ListRoots', {}))['Roots'] as JsonObject[];
    const rootId = String(root?.['Id']);
    await call('EnablePolicyType', { RootId: rootId, PolicyType: 'SERVICE_CONTROL_POLICY' });
    const unit = made(
      await call('CreateOrganizationalUnit', { ParentId: rootId, Name: 'builds' }),
      'OrganizationalUnit',
    );
    const created = made(
      await call('CreateAccount', { AccountName: 'ci', Email: 'ci@example.com' }),
      'CreateAccountStatus',
    );
    const account = String(created['AccountId']);
    await call('MoveAccount', { AccountId: account, SourceParentId: rootId, DestinationParentId: String(unit['Id']) });
    const Content = JSON.stringify({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Deny', Action: 'ecr:Delete*', Resource: '*' }],
    });
    const input = { Content, Description: '', Name: 'NoDelete', Type: 'SERVICE_CONTROL_POLICY' };
    const summary = made(made(await call('CreatePolicy', input), 'Policy'), 'PolicySummary');
    for (const target of [rootId, account])
      await call('AttachPolicy', { PolicyId: String(summary['Id']), TargetId: target });

    const levels = await organizations.levelsOver(account);
    expect(levels.map(({ target }) => target)).toEqual([rootId, unit['Id'], account]);
    const policies = levels.map(({ serviceControl }) =>
      serviceControl.map((one) => [one.name, 'text' in one ? JSON.parse(one.text) : one.unreadable]),
    );
    const everything = { Effect: 'Allow', Principal: '*', Action: '*', Resource: '*' };
    const full = ['FullAWSAccess', { Version: '2012-10-17', Statement: [everything] }];
    const noDelete = ['NoDelete', JSON.parse(Content)];
    expect(policies).toEqual([[full, noDelete], [full], [full, noDelete]]);
    await expect(organizations.levelsOver('999999999999')).rejects.toMatchObject({
      operation: 'organizations:ListParents',
    });
  }, 120_000);

  it('destroy leaves nothing of the project, nor its lock', async () => {
    await ecr('CreateRepository', { repositoryName: 'somebody/elses' });
    await slipway(['destroy', '--auto-approve'], 0);
    const described = (await ecr('DescribeRepositories'))['repositories'] as JsonObject[];
    expect(described.map((repository) => repository['repositoryName'])).toEqual(['somebody/elses']);
    const parameters = (await awsOk(at, 'ssm', 'DescribeParameters'))['Parameters'] as JsonObject[];
    expect(parameters.map((parameter) => String(parameter['Name'])).filter((name) => /lock/i.test(name))).toEqual([]);
  }, 120_000);

  it.each(motoLacks)('moto still lacks $operation, which is left out here ($why)', async ({ operation }) => {
    const answer = await wire(at, 'ecr', operation, {}).catch(() => ({
      error: { code: 'not implemented', message: '' },
    }));
    expect(answer).toHaveProperty('error');
  });
});
