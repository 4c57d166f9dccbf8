// A registry as templates of CloudFormation: what is in them, that they read back as what they are, and that little moves when little changes.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { companionsManifest } from '../../../test/support/companions.js';
import { parseProject } from '../../manifest/index.js';
import type { ObservedRepository, Reading } from '../../registry/index.js';
import type { LiveRegistry, RenderedFile, Rendering } from '../model.js';
import { render } from '../request.js';
import { liveRegistry, liveRepository } from '../testing/live.js';
import { logicalId } from './logical-id.js';
import type { Template } from './model.js';
import { split, templateLimits } from './split.js';

function projectOf(repositories: string, more = '') {
  const text = `apiVersion: ecr.slipway.dev/v1
kind: Project
metadata: {name: payments, org: acme}
spec:
  naming: "{project}/{name}"
  environments:
    prod: {account: "222222222222", region: eu-west-1}
${more}  repositories:
${repositories}`;
  return parseProject([{ file: 'slipway.yaml', text, own: true }]);
}

function renderedOf(
  repositories: string,
  options: Readonly<Record<string, string>> = {},
  more = '',
): Promise<Rendering> {
  return render('cloudformation', projectOf(repositories, more), { options });
}

/** The short form of a function as its long one. */
const tags = ['Ref', 'GetAtt', 'Sub', 'ImportValue'].map((name) => ({
  tag: `!${name}`,
  resolve: (value: string) => ({
    [name === 'Ref' ? name : `Fn::${name}`]: name === 'GetAtt' ? value.split('.') : value,
  }),
}));
const equals = {
  tag: '!Equals',
  collection: 'seq' as const,
  resolve: (value: unknown) => ({ 'Fn::Equals': (value as { toJSON(): unknown }).toJSON() }),
};

function templateIn({ files }: Rendering, path: string): Template {
  const file = files.find((one) => one.path === path);
  if (file === undefined) throw new Error(`${path} is not among ${files.map((one) => one.path).join(', ')}`);
  return path.endsWith('.json')
    ? (JSON.parse(file.text) as Template)
    : (parse(file.text, { customTags: [...tags, equals], version: '1.1', merge: false }) as Template);
}

function propertiesOf(rendering: Rendering, id: string) {
  return templateIn(rendering, 'prod/repositories.yaml').Resources[id]?.Properties ?? {};
}

describe('a repository', () => {
  it('has every property that CloudFormation would leave as it was, and no ownership tags', async () => {
    const rendering = await renderedOf('    api: {}\n');
    expect(rendering.diagnostics).toEqual([]);
    expect(templateIn(rendering, 'prod/repositories.yaml').Resources).toMatchObject({
      ApiRepository: {
        Type: 'AWS::ECR::Repository',
        DeletionPolicy: 'RetainExceptOnCreate',
        UpdateReplacePolicy: 'Retain',
      },
    });
    const { LifecyclePolicy, ...rest } = propertiesOf(rendering, 'ApiRepository');
    expect(rest).toEqual({
      RepositoryName: 'payments/api',
      ImageTagMutability: 'IMMUTABLE',
      ImageScanningConfiguration: { ScanOnPush: true },
      EmptyOnDelete: false,
      Tags: [
        { Key: 'Environment', Value: 'prod' },
        { Key: 'ManagedBy', Value: 'slipway' },
        { Key: 'Repository', Value: 'payments/api' },
      ],
    });
    const { LifecyclePolicyText: text } = LifecyclePolicy as { LifecyclePolicyText: string };
    expect((JSON.parse(text) as { rules: unknown[] }).rules).toHaveLength(2);
    expect(text.split('\n')).toHaveLength(4);
  });

  it('has patterns, a key by its ARN, and goes with its images only where that was said', async () => {
    const rendering = await renderedOf(
      '    api: {mutableTagPatterns: [latest, "cache-*"], encryptionType: KMS, kmsKeyId: 1234abcd-12ab-34cd-56ef-1234567890ab, forceDelete: true, lifecyclePolicy: {none: true}}\n' +
        '    own: {encryptionType: KMS_DSSE}\n',
    );
    expect(templateIn(rendering, 'prod/repositories.yaml').Resources['ApiRepository']).toMatchObject({
      DeletionPolicy: 'Delete',
      UpdateReplacePolicy: 'Retain',
      Properties: {
        EmptyOnDelete: true,
        ImageTagMutability: 'IMMUTABLE_WITH_EXCLUSION',
        ImageTagMutabilityExclusionFilters: [
          { ImageTagMutabilityExclusionFilterType: 'WILDCARD', ImageTagMutabilityExclusionFilterValue: 'cache-*' },
          { ImageTagMutabilityExclusionFilterType: 'WILDCARD', ImageTagMutabilityExclusionFilterValue: 'latest' },
        ],
        EncryptionConfiguration: {
          EncryptionType: 'KMS',
          KmsKey: {
            'Fn::Sub':
              'arn:${AWS::Partition}:kms:${AWS::Region}:${AWS::AccountId}:key/1234abcd-12ab-34cd-56ef-1234567890ab',
          },
        },
      },
    });
    expect(propertiesOf(rendering, 'ApiRepository')).not.toHaveProperty('LifecyclePolicy');
    expect(propertiesOf(rendering, 'OwnRepository')['EncryptionConfiguration']).toEqual({ EncryptionType: 'KMS_DSSE' });
  });

  it('says what CloudFormation cannot say', async () => {
    const { diagnostics } = await renderedOf(
      '    api: {encryptionType: KMS, kmsKeyId: alias/images, lifecyclePolicy: null}\n',
    );
    expect(diagnostics.map(({ code, path }) => [code, path])).toEqual([
      ['render/unmanaged-lifecycle', 'spec.repositories.api.lifecyclePolicy'],
      ['render/key-by-alias', 'spec.repositories.api.kmsKeyId'],
    ]);
  });
});

describe('companions', () => {
  async function companions(format: 'yaml' | 'json') {
    const text = companionsManifest('222222222222', 'eu-west-1', { ci: true });
    const project = parseProject([{ file: 'slipway.yaml', text, own: true }]);
    return render('cloudformation', project, { environments: ['prod'], options: { format } });
  }

  it('are in the stacks that apply would make, and deployed in their order', async () => {
    const rendering = await companions('yaml');
    expect(rendering.files.map(({ path }) => path)).toEqual([
      'prod/account.yaml',
      'prod/deploy.sh',
      'prod/key.yaml',
      'prod/repositories.yaml',
      'prod/roles.yaml',
    ]);
    const script = rendering.files.find(({ path }) => path === 'prod/deploy.sh');
    expect(script?.executable).toBe(true);
    expect([...(script?.text.matchAll(/^deploy (\S+) (\S+)/gm) ?? [])].map(([, name, file]) => [name, file])).toEqual([
      ['slipway-account-payments', 'account.yaml'],
      ['slipway-key-payments-prod', 'key.yaml'],
      ['slipway-payments-prod', 'roles.yaml'],
      ['slipway-repositories-payments-prod', 'repositories.yaml'],
    ]);
    expect(rendering.next).toEqual(['./prod/deploy.sh']);
  });

  it('the repositories import the key, and no account, Region or ownership tag is written out', async () => {
    const rendering = await companions('yaml');
    expect(templateIn(rendering, 'prod/key.yaml').Outputs?.['KeyArn']?.Export).toEqual({
      Name: 'slipway-key-payments-prod-KeyArn',
    });
    expect(propertiesOf(rendering, 'ApiRepository')['EncryptionConfiguration']).toEqual({
      EncryptionType: 'KMS',
      KmsKey: { 'Fn::ImportValue': 'slipway-key-payments-prod-KeyArn' },
    });
    for (const { path, text } of rendering.files.filter(({ path: one }) => one.endsWith('.yaml'))) {
      const body = text.replaceAll(/^#.*$/gm, '');
      expect([path, body.match(/222222222222|eu-west-1|slipway:/g)]).toEqual([path, null]);
    }
  });

  it('a provider that is there already is left out by a parameter', async () => {
    const { Parameters = {}, Conditions = {}, Resources } = templateIn(await companions('yaml'), 'prod/account.yaml');
    expect(Object.keys(Parameters)).toHaveLength(2);
    for (const [id, { Condition }] of Object.entries(Resources)) {
      expect(Conditions[Condition ?? '']).toEqual({ 'Fn::Equals': [{ Ref: `Create${id}` }, 'true'] });
    }
  });

  it('the script asks for each provider whether the stack makes it, and says so either way', async () => {
    const { files } = await companions('yaml');
    const script = files.find(({ path }) => path === 'prod/deploy.sh')?.text ?? '';
    const { Resources } = templateIn({ files, diagnostics: [], next: [] }, 'prod/account.yaml');
    const asked = [...script.matchAll(/^choose slipway-account-payments eu-west-1 (\S+) (\S+) arn:aws:iam::\S+$/gm)];
    expect(asked.map(([, parameter, id]) => [parameter, id])).toEqual(
      Object.keys(Resources).map((id) => [`Create${id}`, id]),
    );
    expect(script).toContain('account.yaml eu-west-1 --parameter-overrides "${choices[@]}" "$@"');
  });

  it('environments of one account have the same file for it', async () => {
    const pushes = 'access: {push: ["github:acme/api@main"]}';
    const rendering = await renderedOf(
      `    api: {environments: [prod], ${pushes}}\n    trial: {environments: [staging], ${pushes}}\n`,
      {},
      '    staging: {account: "222222222222", region: us-east-1}\n',
    );
    const [prod, staging] = ['prod', 'staging'].map(
      (name) => rendering.files.find(({ path }) => path === `${name}/account.yaml`)?.text,
    );
    expect(prod).toMatch(/^# payments, account 222222222222 in eu-west-1\. /);
    expect(prod).toContain('#   ./deploy.sh');
    expect(staging).toBe(prod);
  });

  it('YAML says what JSON says', async () => {
    const [yaml, json] = [await companions('yaml'), await companions('json')];
    for (const name of ['account', 'key', 'roles', 'repositories']) {
      expect(templateIn(yaml, `prod/${name}.yaml`)).toEqual(templateIn(json, `prod/${name}.json`));
    }
  });
});

const names = fc.uniqueArray(fc.stringMatching(/^[a-z][a-z0-9]{0,5}([-/._][a-z0-9]{1,4}){0,2}$/), {
  minLength: 1,
  maxLength: 8,
});

describe('little moves', () => {
  it('logical ids are legal and differ as keys do', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(
          fc.oneof(
            names.map((all) => all.join('-')),
            fc.string({ minLength: 1 }),
          ),
          { maxLength: 20 },
        ),
        (keys) => {
          const ids = keys.map(logicalId);
          expect(new Set(ids).size).toBe(keys.length);
          for (const id of ids) expect(id).toMatch(/^[A-Za-z0-9]{1,250}$/);
        },
      ),
    );
    expect(['api', 'api-v2', 'apiv2', 'api2'].map(logicalId)).toEqual([
      'ApiRepository',
      'ApiV2Repository',
      'Apiv2Repository',
      'Api2Repository',
    ]);
    expect(logicalId('team/api')).toMatch(/^TeamApiRepository[0-9a-f]{8}$/);
  });

  it('another repository adds lines and changes none', async () => {
    const linesOf = (files: readonly RenderedFile[]) => files.flatMap(({ text }) => text.split('\n'));
    await fc.assert(
      fc.asyncProperty(names, async (all) => {
        const [added = '', ...before] = all;
        fc.pre(before.length > 0);
        const textOf = (keys: readonly string[]) => keys.map((key) => `    "${key}": {}\n`).join('');
        const [old, now] = [await renderedOf(textOf(before)), await renderedOf(textOf([...before, added]))];
        const rest = linesOf(now.files);
        // What is left is what there was, in the same order.
        let at = -1;
        for (const line of linesOf(old.files)) {
          at = rest.indexOf(line, at + 1);
          expect(at, line).toBeGreaterThanOrEqual(0);
        }
      }),
      { numRuns: 25 },
    );
  });

  const members = fc.uniqueArray(fc.string({ minLength: 1, maxLength: 6 }), { minLength: 1, maxLength: 60 });
  const sharesOf = (all: readonly string[], most: number) =>
    split(all, { name: (one) => one, bytes: () => 1000, most });

  it('stacks hold everything once, none too much, under names of their own', () => {
    fc.assert(
      fc.property(members, fc.integer({ min: 1, max: 12 }), (all, most) => {
        const shares = sharesOf(all, most);
        expect(shares.flatMap((one) => one.members).sort()).toEqual(all.toSorted());
        expect(Math.max(...shares.map((one) => one.members.length))).toBeLessThanOrEqual(most);
        expect(new Set(shares.map(({ suffix }) => suffix)).size).toBe(shares.length);
      }),
    );
  });

  it('another repository moves nobody, but out of a stack that was full', () => {
    fc.assert(
      fc.property(members, fc.integer({ min: 1, max: 12 }), (all, most) => {
        const [added = '', ...before] = all;
        const stackOf = (shares: ReturnType<typeof sharesOf>) =>
          new Map(shares.flatMap(({ suffix, members: own }) => own.map((one) => [one, suffix] as const)));
        const shares = sharesOf(before, most);
        const [old, now] = [stackOf(shares), stackOf(sharesOf(all, most))];
        const moved = before.filter((one) => old.get(one) !== now.get(one));
        const full = new Set(shares.filter((one) => one.members.length === most).map(({ suffix }) => suffix));
        expect(moved.every((one) => full.has(old.get(one) ?? ''))).toBe(true);
        expect(new Set(moved.map((one) => old.get(one))).size).toBeLessThanOrEqual(1);
        expect(now.has(added)).toBe(true);
      }),
    );
  });

  it('no template has more than CloudFormation takes', async () => {
    const many = Array.from({ length: 600 }, (_, index) => `    app-${index}: {}\n`).join('');
    const rendering = await renderedOf(many);
    const templates = rendering.files.filter(({ path }) => path.endsWith('.yaml'));
    expect(templates.length).toBe(2);
    for (const { path, text } of templates) {
      const { Resources, Outputs = {} } = templateIn(rendering, path);
      expect(Object.keys(Resources).length).toBeLessThanOrEqual(templateLimits.resources);
      expect(Object.keys(Outputs).length).toBeLessThanOrEqual(templateLimits.outputs);
      expect(text.length).toBeLessThan(1_000_000);
      expect(text).toContain('--s3-bucket BUCKET');
    }
    expect(rendering.next).toEqual(['./prod/deploy.sh --s3-bucket BUCKET']);
    expect(rendering.diagnostics.map(({ code }) => code)).toEqual([
      'render/outputs-left-out',
      'render/outputs-left-out',
    ]);
  });
});

describe('what exists', () => {
  const manifest = '    api: {mutableTagPatterns: [latest]}\n    web: {}\n    new: {}\n';
  const found = (name: string, more: Partial<ObservedRepository>) =>
    liveRepository(`payments/${name}`, {
      tags: { state: 'present', value: { Environment: 'prod', Other: 'kept', 'slipway:project': 'payments' } },
      ...more,
    });
  const foreign = {
    Version: '2008-10-17',
    Statement: [
      {
        Sid: 'LambdaECRImageRetrievalPolicy',
        Effect: 'Allow',
        Principal: { Service: 'lambda.amazonaws.com' },
        Action: 'ecr:BatchGetImage',
      },
    ],
  };

  function imported(
    repositories: readonly ObservedRepository[],
    options: Readonly<Record<string, string>> = {},
    stacksOfRepositories: LiveRegistry['stacksOfRepositories'] = new Map(),
  ): Promise<Rendering> {
    return render('cloudformation', projectOf(manifest), {
      options,
      look: async () => liveRegistry(repositories, { stacksOfRepositories }),
    });
  }

  it('is imported as it is, and nothing else', async () => {
    const policy = { state: 'present', value: JSON.stringify(foreign) } as const;
    const rendering = await imported([found('api', { repositoryPolicy: policy })]);
    expect(rendering.next[0]).toBe('./prod/import.sh');
    const { Resources, Outputs } = templateIn(rendering, 'prod/import/repositories.yaml');
    expect(Outputs).toBeUndefined();
    expect(Object.keys(Resources)).toEqual(['ApiRepository']);
    expect(Resources['ApiRepository']?.Properties).toEqual({
      RepositoryName: 'payments/api',
      ImageTagMutability: 'IMMUTABLE',
      ImageScanningConfiguration: { ScanOnPush: true },
      RepositoryPolicyText: foreign,
      EmptyOnDelete: false,
      Tags: [{ Key: 'Environment', Value: 'prod' }],
    });
    const list = rendering.files.find(({ path }) => path === 'prod/import/repositories.resources.json')?.text ?? '';
    expect(JSON.parse(list)).toEqual([
      {
        ResourceType: 'AWS::ECR::Repository',
        LogicalResourceId: 'ApiRepository',
        ResourceIdentifier: { RepositoryName: 'payments/api' },
      },
    ]);
    // What others wrote is kept by the template that follows, and said.
    expect(propertiesOf(rendering, 'ApiRepository')['RepositoryPolicyText']).toEqual(foreign);
    expect(rendering.diagnostics.map(({ code }) => code)).toEqual(['render/whole-policy']);
  });

  it('what is in the stack already is not imported again, and what cannot be is said', async () => {
    const inStack = (stack: string) =>
      ({ tags: { state: 'present', value: { 'aws:cloudformation:stack-name': stack } } }) as const;
    const ours = await imported([found('api', inStack('slipway-repositories-payments-prod'))]);
    expect(ours.files.map(({ path }) => path)).toEqual(['prod/repositories.yaml']);
    const other = await imported([found('api', inStack('somebody')), found('web', { encryption: { type: 'KMS' } })]);
    expect(Object.keys(templateIn(other, 'prod/import/repositories.yaml').Resources)).toEqual(['WebRepository']);
    expect(other.diagnostics.map(({ code, path }) => [code, path])).toEqual([
      ['render/replacement', 'spec.repositories.web.encryptionType'],
      ['render/cannot-import', 'spec.repositories.api'],
    ]);
    const denied = { state: 'unknown', operation: 'ecr:GetRepositoryPolicy', reason: 'denied' } as const;
    const unread = await imported([found('api', { repositoryPolicy: denied })]);
    expect(unread.diagnostics.map(({ code }) => code)).toEqual(['render/cannot-import']);
    expect(unread.files.map(({ path }) => path)).toEqual(['prod/repositories.yaml']);
  });

  it('what a stack has left behind is imported when that stack is gone, or has nothing in it yet', async () => {
    const stack = 'slipway-repositories-payments-prod';
    const left = found('api', { tags: { state: 'present', value: { 'aws:cloudformation:stack-name': stack } } });
    const imports = async (reading: Reading<string>) => {
      const { files, diagnostics } = await imported([left], {}, new Map([[stack, reading]]));
      const taken = files.some(({ path }) => path === 'prod/import/repositories.yaml');
      return [taken, diagnostics.map(({ code }) => code)];
    };
    expect(await imports({ state: 'present', value: 'UPDATE_COMPLETE' })).toEqual([false, []]);
    expect(await imports({ state: 'present', value: 'REVIEW_IN_PROGRESS' })).toEqual([true, []]);
    expect(await imports({ state: 'absent' })).toEqual([true, []]);
    const denied = { state: 'unknown', operation: 'cloudformation:DescribeStacks', reason: 'denied' } as const;
    expect(await imports(denied)).toEqual([false, ['render/cannot-import']]);
  });
});

describe('a StackSet', () => {
  it('goes where it is told, with keys as parameters', async () => {
    const rendering = await renderedOf('    api: {encryptionType: KMS, kmsKeyId: alias/images}\n', {
      form: 'stack-set',
      targets: 'ou-abcd-12345678',
      regions: 'eu-west-1,us-east-1',
    });
    const script = rendering.files.find(({ path }) => path === 'prod/deploy.sh')?.text ?? '';
    expect(script).toContain('--permission-model SERVICE_MANAGED');
    expect(script).toContain('OrganizationalUnitIds=ou-abcd-12345678');
    expect(script).toContain('deploy slipway-repositories-payments-prod repositories.yaml "eu-west-1 us-east-1" "$@"');
    const { Parameters = {} } = templateIn(rendering, 'prod/repositories.yaml');
    const [[name, { Default }] = ['', { Default: '' }]] = Object.entries(Parameters);
    expect(Default).toBe('alias/images');
    expect(propertiesOf(rendering, 'ApiRepository')['EncryptionConfiguration']).toEqual({
      EncryptionType: 'KMS',
      KmsKey: { Ref: name },
    });
    const single = await renderedOf('    api: {}\n', { form: 'stack-set' });
    expect(single.files.find(({ path }) => path === 'prod/deploy.sh')?.text).toContain('--accounts 222222222222');
  });

  it('says which roles are the same in every Region', async () => {
    const text = companionsManifest('222222222222', 'eu-west-1').replace('roles: {', 'roles: {namePrefix: images, ');
    const project = parseProject([{ file: 'slipway.yaml', text, own: true }]);
    const { diagnostics } = await render('cloudformation', project, {
      environments: ['prod'],
      options: { form: 'stack-set', regions: 'eu-west-1,us-east-1' },
    });
    expect(diagnostics.map(({ code }) => code)).toEqual(['render/one-region']);
  });
});
