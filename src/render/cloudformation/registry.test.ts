// Replicas, and what a registry has once, as stacks: which template goes where and in which order, and what is taken over.
import { describe, expect, it } from 'vitest';
import { parseProject } from '../../manifest/index.js';
import type { DesiredRegistry } from '../../registry/index.js';
import type { LiveRegistry, LiveSettings, Rendering } from '../model.js';
import { render } from '../request.js';
import { liveRegistry, liveRepository } from '../testing/live.js';
import type { Template } from './model.js';

function project(policy = '{grants: [{repositories: ["mirror/*"], replicate: ["account:444444444444"]}]}') {
  const text = `apiVersion: ecr.slipway.dev/v1
kind: Project
metadata: {name: payments}
spec:
  naming: "{project}/{name}"
  environments:
    prod: {account: "222222222222", region: eu-west-1, replicas: [{region: us-east-1}, {region: ap-south-1}]}
  repositories: {api: {}}
---
apiVersion: ecr.slipway.dev/v1
kind: AwsEcrRegistry
metadata: {name: prod}
spec: {registryPolicy: ${policy}}
`;
  return parseProject([{ file: 'slipway.yaml', text, own: true }]);
}

const plain = project();
function textOf({ files }: Rendering, path: string): string {
  const found = files.find((one) => one.path === path);
  if (found === undefined) throw new Error(`${path} is not among ${files.map((one) => one.path).join(', ')}`);
  return found.text;
}

const deployed = (rendering: Rendering) =>
  [...textOf(rendering, 'prod/deploy.sh').matchAll(/^deploy (\S+ \S+ .+) "\$@"$/gm)].map(([, what]) => what);
const templateIn = (rendering: Rendering, path: string) => JSON.parse(textOf(rendering, path)) as Template;

describe('replicas', () => {
  it('are deployed from the same file, and what copies images to them comes last', async () => {
    const rendering = await render('cloudformation', plain);
    expect(rendering.files.map(({ path }) => path)).toEqual([
      'prod/deploy.sh',
      'prod/registry.yaml',
      'prod/repositories.yaml',
    ]);
    expect(deployed(rendering)).toEqual([
      'slipway-repositories-payments-prod repositories.yaml eu-west-1',
      'slipway-repositories-payments-prod repositories.yaml us-east-1',
      'slipway-repositories-payments-prod repositories.yaml ap-south-1',
      'slipway-registry-payments-prod registry.yaml eu-west-1',
    ]);
    expect(textOf(rendering, 'prod/repositories.yaml')).toMatch(/^# .* in eu-west-1, us-east-1, ap-south-1\. /);
    expect(textOf(rendering, 'prod/registry.yaml')).toMatch(/^#.*\n#\n# {3}\.\/deploy\.sh\n/);
    expect(rendering.next).toEqual(['./prod/deploy.sh']);
    expect(rendering.diagnostics.map(({ code }) => code)).toEqual(['render/whole-registry', 'render/whole-registry']);
  });

  it('have a file of their own where they say something else', async () => {
    const there: LookAt = ({ region }) => liveOf(region, region === 'us-east-1' ? [lambda] : []);
    const rendering = await render('cloudformation', plain, { look: there });
    expect(deployed(rendering).slice(0, 3)).toEqual([
      'slipway-repositories-payments-prod repositories.yaml eu-west-1',
      'slipway-repositories-payments-prod us-east-1/repositories.yaml us-east-1',
      'slipway-repositories-payments-prod repositories.yaml ap-south-1',
    ]);
    expect(textOf(rendering, 'prod/us-east-1/repositories.yaml')).toContain('LambdaECRImageRetrievalPolicy');
    const told = rendering.diagnostics.filter(({ code }) => code === 'render/whole-policy');
    expect(told.map(({ message }) => message)).toEqual([
      expect.stringMatching(/^prod in us-east-1: the policy of payments\/api has statements of others/),
    ]);
    expect([...textOf(rendering, 'prod/import.sh').matchAll(/^take_over \S+ (\S+)/gm)].map(([, path]) => path)).toEqual(
      ['import/repositories.yaml', 'import/us-east-1/repositories.yaml', 'import/ap-south-1/repositories.yaml'],
    );
  });

  it('have templates out of a bucket each, where those are large', async () => {
    const many = Object.fromEntries(Array.from({ length: 60 }, (_, index) => [`app-${index}`, {}]));
    const text = JSON.stringify({
      apiVersion: 'ecr.slipway.dev/v1',
      kind: 'Project',
      metadata: { name: 'payments' },
      spec: {
        environments: { prod: { account: '222222222222', region: 'eu-west-1', replicas: [{ region: 'us-east-1' }] } },
        repositories: many,
      },
    });
    const rendering = await render('cloudformation', parseProject([{ file: 'slipway.yaml', text, own: true }]));
    expect(rendering.next).toEqual(["./prod/deploy.sh --s3-bucket 'BUCKET-{region}'"]);
    expect(textOf(rendering, 'prod/deploy.sh')).toContain('--no-fail-on-empty-changeset "${@//\\{region\\}/$region}"');
  });

  it('as StackSets have remarks on what is there, none of which asks for an import', async () => {
    const stackName = (name: string) => ({ 'aws:cloudformation:stack-name': name });
    const lookingAt = async (tags: Readonly<Record<string, string>>) => {
      const there: LookAt = async ({ region }) => {
        const live = await liveOf(region, []);
        const repositories = [...live.observed.repositories].map(
          ([name, one]) => [name, { ...one, tags: { state: 'present', value: tags } as const }] as const,
        );
        return { ...live, observed: { ...live.observed, repositories: new Map(repositories) } };
      };
      const { diagnostics, files } = await render('cloudformation', plain, {
        options: { form: 'stack-set' },
        look: there,
      });
      expect(files.some(({ path }) => path.includes('import'))).toBe(false);
      return diagnostics;
    };
    const made = await lookingAt(stackName('StackSet-slipway-repositories-payments-prod-1234'));
    expect(made.map(({ code, message }) => [code, message])).toEqual([
      [
        'render/whole-registry',
        'prod: a StackSet writes the whole policy of the registry: where there is one already, it fails',
      ],
      [
        'render/whole-registry',
        'prod: a StackSet writes the whole replication configuration: where there is one already, it fails',
      ],
    ]);
    expect(new Set(made.map(({ mend }) => mend))).toEqual(
      new Set(['let nobody but this code write it, or leave it to `slipway apply`']),
    );
    const [other] = await lookingAt(stackName('somebody'));
    expect(other).toMatchObject({
      code: 'render/cannot-import',
      message: 'prod: payments/api is there already, and a StackSet takes nothing over: its stack would fail',
      mend: expect.stringContaining('--with form=stack --import') as string,
    });
  });

  it('are in the Regions of StackSets, unless these are told otherwise', async () => {
    const rendering = await render('cloudformation', plain, { options: { form: 'stack-set' } });
    expect(deployed(rendering)).toEqual([
      'slipway-repositories-payments-prod repositories.yaml "eu-west-1 us-east-1 ap-south-1"',
      'slipway-registry-payments-prod registry.yaml "eu-west-1"',
    ]);
    const fewer = await render('cloudformation', plain, { options: { form: 'stack-set', regions: 'eu-west-1' } });
    expect(fewer.diagnostics.find(({ code }) => code === 'render/replica-left-out')).toMatchObject({
      message:
        'prod: StackSets do not go to us-east-1, ap-south-1, and images are copied between eu-west-1, us-east-1, ap-south-1',
      range: { line: 7 },
    });
  });
});

describe('what a registry has once', () => {
  const theirs = {
    Sid: 'Theirs',
    Effect: 'Allow',
    Principal: { AWS: 'arn:aws:iam::555555555555:root' },
    Action: 'ecr:ReplicateImage',
    Resource: 'arn:aws:ecr:eu-west-1:222222222222:repository/*',
  };
  const rule = {
    destinations: [{ region: 'eu-north-1', registryId: '999999999999' }],
    repositoryFilters: [{ filter: 'theirs/', filterType: 'PREFIX_MATCH' }],
  } as const;
  const settings: LiveSettings = {
    policy: JSON.stringify({ Version: '2012-10-17', Statement: [theirs] }),
    replication: [rule],
  };

  it('goes with its stack where it is ours alone', async () => {
    const rendering = await render('cloudformation', plain, { options: { format: 'json' } });
    const { Resources } = templateIn(rendering, 'prod/registry.json');
    expect(Object.entries(Resources).map(([id, one]) => [id, one.Type, one.DeletionPolicy])).toEqual([
      ['RegistryPolicy', 'AWS::ECR::RegistryPolicy', 'Delete'],
      ['ReplicationConfiguration', 'AWS::ECR::ReplicationConfiguration', 'Delete'],
    ]);
    expect(Resources['ReplicationConfiguration']?.Properties).toEqual({
      ReplicationConfiguration: {
        Rules: [
          {
            Destinations: ['ap-south-1', 'us-east-1'].map((Region) => ({
              Region,
              RegistryId: { Ref: 'AWS::AccountId' },
            })),
            RepositoryFilters: [{ Filter: 'payments/api', FilterType: 'PREFIX_MATCH' }],
          },
        ],
      },
    });
  });

  it('stays with what others have in it, and is taken over as it is', async () => {
    const rendering = await render('cloudformation', plain, {
      look: ({ region, replicaOf }) => liveOf(region, undefined, replicaOf === undefined ? settings : {}),
      options: { format: 'json' },
    });
    const { Resources } = templateIn(rendering, 'prod/registry.json');
    expect(Object.values(Resources).map(({ DeletionPolicy }) => DeletionPolicy)).toEqual([
      'RetainExceptOnCreate',
      'RetainExceptOnCreate',
    ]);
    expect(JSON.stringify(Resources)).toContain('"Sid":"Theirs"');
    expect(JSON.stringify(Resources)).toContain('"RegistryId":"999999999999"');
    const now = templateIn(rendering, 'prod/import/registry.json').Resources;
    expect(JSON.stringify(now['ReplicationConfiguration'])).not.toContain('payments/api');
    expect(now['RegistryPolicy']?.Properties).toEqual({
      PolicyText: {
        Version: '2012-10-17',
        Statement: [
          {
            ...theirs,
            Principal: { AWS: { 'Fn::Sub': 'arn:${AWS::Partition}:iam::555555555555:root' } },
            Resource: { 'Fn::Sub': 'arn:${AWS::Partition}:ecr:${AWS::Region}:${AWS::AccountId}:repository/*' },
          },
        ],
      },
    });
    expect(JSON.parse(textOf(rendering, 'prod/import/registry.resources.json'))).toEqual(
      ['RegistryPolicy', 'ReplicationConfiguration'].map((id) => ({
        ResourceType: `AWS::ECR::${id}`,
        LogicalResourceId: id,
        ResourceIdentifier: { RegistryId: '222222222222' },
      })),
    );
    expect(rendering.next).toEqual(['./prod/import.sh', './prod/deploy.sh']);
  });

  it('is no stack where the manifest is silent about it', async () => {
    const rendering = await render('cloudformation', project('{grants: []}'), { options: { format: 'json' } });
    expect(Object.keys(templateIn(rendering, 'prod/registry.json').Resources)).toEqual(['ReplicationConfiguration']);
  });
});

type LookAt = (desired: DesiredRegistry) => Promise<LiveRegistry>;

const lambda = {
  Sid: 'LambdaECRImageRetrievalPolicy',
  Effect: 'Allow',
  Principal: { Service: 'lambda.amazonaws.com' },
  Action: 'ecr:BatchGetImage',
};

/** `statements`: of the policy of payments/api; absent: it is not there. */
function liveOf(region: string, statements: readonly object[] | undefined, settings: LiveSettings = {}) {
  const there = statements ?? [];
  const policy = { state: 'present', value: JSON.stringify({ Version: '2012-10-17', Statement: there }) } as const;
  const place = { account: '222222222222', region };
  const repository = liveRepository('payments/api', there.length === 0 ? {} : { repositoryPolicy: policy }, place);
  return Promise.resolve(liveRegistry(statements === undefined ? [] : [repository], { settings }, place));
}
