// A project as folders of objects, by both targets: what is where, what becomes of what is there already, and that little moves when little changes.
import { describe, expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { documentOf, ownSid, policyText } from '../../access/index.js';
import { parseProject } from '../../manifest/index.js';
import type { ObservedRepository } from '../../registry/index.js';
import type { LiveRegistry, Rendering } from '../model.js';
import { optionsOf, render, requestOf, targetOf } from '../request.js';
import { liveRegistry, liveRepository } from '../testing/live.js';

const key = 'arn:aws:kms:eu-west-1:222222222222:key/1234abcd-12ab-34cd-56ef-1234567890ab';

function projectOf(repositories: string, companions = '', more = '') {
  const text = `apiVersion: ecr.slipway.dev/v1
kind: Project
metadata: {name: payments, org: acme}
spec:
  naming: "{project}/{name}"
  environments:
    prod: {account: "222222222222", region: eu-west-1}
${more}  repositories:
${repositories}---
apiVersion: ecr.slipway.dev/v1
kind: AwsEcrRegistry
metadata: {name: prod}
spec: {environments: [prod], companions: {${companions}}}
`;
  return parseProject([{ file: 'slipway.yaml', text, own: true }]);
}

const full = projectOf(
  '    api: {access: {push: ["github:acme/api@main"]}, encryptionType: KMS, kmsKeyId: {companion: key}}\n    team/web: {forceDelete: true}\n',
  'key: {}, pullRoles: {nodes: {for: eks-node}}',
);
const paths = ({ files }: Rendering): readonly string[] => files.map(({ path }) => path);
const textOf = ({ files }: Rendering, path: string): string => files.find((one) => one.path === path)?.text ?? '';

interface Document {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly annotations?: Readonly<Record<string, string>> };
  readonly spec: { readonly [key: string]: unknown };
}

function documentsIn(rendering: Rendering, path: string): readonly Document[] {
  return parseAllDocuments(textOf(rendering, path)).map((one) => one.toJS() as Document);
}

const liveWith =
  (repositories: readonly ObservedRepository[], stacks: LiveRegistry['stacks'] = new Map()) =>
  (): Promise<LiveRegistry> =>
    Promise.resolve(liveRegistry(repositories, { stacks }));

const told = ({ diagnostics }: Rendering) => diagnostics.map(({ code, path }) => `${code} ${path ?? ''}`);

it('names replicas, and what a registry has once, in the table of folders', async () => {
  const text = `apiVersion: ecr.slipway.dev/v1
kind: Project
metadata: {name: payments}
spec:
  environments: {prod: {account: "222222222222", region: eu-west-1, replicas: [{region: us-east-1}]}}
  repositories: {api: {}}
`;
  const readme = textOf(
    await render('crossplane', parseProject([{ file: 'slipway.yaml', text, own: true }])),
    'README.md',
  );
  expect(readme.match(/^\| `.*$/gm)).toEqual([
    '| `environments/prod/us-east-1` | the registry of prod in us-east-1, account 222222222222, which images are copied to |',
    '| `environments/prod` | the registry of prod in eu-west-1, account 222222222222; `registry.yaml` is what that registry has once |',
  ]);
});

describe.each(['ack', 'crossplane'])('%s', (target) => {
  it('has a folder for each account and environment, with a kustomization that names every file', async () => {
    const rendering = await render(target, full);
    expect(paths(rendering)).toEqual([
      'README.md',
      'accounts/222222222222/identity-providers/github.yaml',
      'accounts/222222222222/kustomization.yaml',
      'environments/prod/key.yaml',
      'environments/prod/kustomization.yaml',
      'environments/prod/repositories/api.yaml',
      'environments/prod/repositories/team.web.yaml',
      'environments/prod/roles/github-acme.api.yaml',
      'environments/prod/roles/nodes.yaml',
    ]);
    expect(rendering.next).toEqual(['kubectl apply -k accounts/222222222222', 'kubectl apply -k environments/prod']);
    expect(parse(textOf(rendering, 'environments/prod/kustomization.yaml'))).toEqual({
      apiVersion: 'kustomize.config.k8s.io/v1beta1',
      kind: 'Kustomization',
      labels: [{ pairs: { 'app.kubernetes.io/part-of': 'payments', 'app.kubernetes.io/instance': 'payments.prod' } }],
      resources: [
        'key.yaml',
        'repositories/api.yaml',
        'repositories/team.web.yaml',
        'roles/github-acme.api.yaml',
        'roles/nodes.yaml',
      ],
    });
    for (const command of rendering.next) expect(textOf(rendering, 'README.md')).toContain(command);
  });

  it('puts a namespace where one is asked for', async () => {
    const rendering = await render(target, full, { options: { namespace: 'images' } });
    const kustomizations = rendering.files.filter(({ path }) => path.endsWith('kustomization.yaml'));
    expect(kustomizations.map(({ text }) => (parse(text) as { namespace: string }).namespace)).toEqual([
      'images',
      'images',
    ]);
    await expect(render(target, full, { options: { namespace: 'Images' } })).rejects.toMatchObject({
      diagnostics: [{ code: 'render/bad-option' }],
    });
  });

  it('says nothing of whose a registry is', async () => {
    const { files } = await render(target, full);
    expect(files.filter(({ text }) => /slipway:(project|environment)/.test(text))).toEqual([]);
  });

  it('changes one file where one repository changes', async () => {
    const before = await render(target, projectOf('    api: {}\n    web: {}\n'));
    const after = await render(target, projectOf('    api: {}\n    web: {scanOnPush: false}\n'));
    const changed = after.files.filter(({ path, text }) => textOf(before, path) !== text);
    expect(changed.map(({ path }) => path)).toEqual(['environments/prod/repositories/web.yaml']);
  });

  it('keeps environments apart in one cluster', async () => {
    const both = projectOf('    api: {}\n', '', '    prod-eu: {account: "333333333333", region: eu-central-1}\n');
    const rendering = await render(target, both);
    expect(
      ['prod', 'prod-eu'].map(
        (name) => documentsIn(rendering, `environments/${name}/repositories/api.yaml`)[0]?.metadata.name,
      ),
    ).toEqual(['payments.prod.api', 'payments.prod-eu.api']);
  });

  it('has a further Region of an environment in a folder of its own, and no folder without objects', async () => {
    const request = await requestOf(
      projectOf('    api: {}\n', '', '    none: {account: "444444444444", region: eu-west-1}\n'),
    );
    const environments = request.environments.map((environment) => ({
      ...environment,
      registries: environment.registries.flatMap(({ desired }) =>
        environment.name === 'none'
          ? [{ desired: { ...desired, repositories: [] } }]
          : [
              { desired },
              { desired: { ...desired, region: 'us-east-1' } },
              { desired: { ...desired, region: 'us-east-1', account: '333333333333' } },
            ],
      ),
    }));
    const found = targetOf(target);
    const rendering = await found.render({ ...request, environments }, optionsOf(found.definition, {}));
    const files = paths(rendering).filter((path) => path.endsWith('api.yaml'));
    expect(files).toEqual([
      'environments/prod/repositories/api.yaml',
      'environments/prod/us-east-1-333333333333/repositories/api.yaml',
      'environments/prod/us-east-1/repositories/api.yaml',
    ]);
    expect(files.map((path) => documentsIn(rendering, path)[0]?.metadata.name)).toEqual([
      'payments.prod.api',
      'payments.prod--us-east-1-333333333333.api',
      'payments.prod--us-east-1.api',
    ]);
    expect(rendering.next).toHaveLength(3);
  });

  it('takes over the key that a stack of Slipway has made', async () => {
    const look = liveWith([], new Map([['slipway-key-payments-prod', { KeyArn: key }]]));
    const id = key.replace(/.*\//, '');
    expect(textOf(await render(target, full), 'environments/prod/key.yaml')).not.toContain(id);
    expect(textOf(await render(target, full, { look }), 'environments/prod/key.yaml')).toContain(id);
  });

  it("names a repository's key as ECR does, where somebody looked", async () => {
    const project = projectOf('    api: {encryptionType: KMS, kmsKeyId: alias/images}\n');
    expect(told(await render(target, project))).toEqual(['render/key-by-alias spec.repositories.api.kmsKeyId']);
    const look = liveWith([liveRepository('payments/api', { encryption: { type: 'KMS', kmsKey: key } })]);
    const rendering = await render(target, project, { look });
    expect(told(rendering)).toEqual([]);
    expect(textOf(rendering, 'environments/prod/repositories/api.yaml')).toContain(`kmsKey: ${key}`);
  });

  it('says what of others would go, and what cannot be', async () => {
    const foreign = policyText(
      documentOf([{ Sid: 'Scanner', Effect: 'Allow', Principal: '*', Action: 'ecr:BatchGetImage' }]),
    );
    const project = projectOf('    api: {access: {pull: ["account:444444444444"]}}\n');
    const look = liveWith([
      liveRepository('payments/api', {
        encryption: { type: 'KMS', kmsKey: key },
        repositoryPolicy: { state: 'present', value: foreign },
        tags: { state: 'present', value: { Backup: 'yes', 'crossplane-kind': 'x', 'services.k8s.aws/namespace': 'y' } },
      }),
    ]);
    const { diagnostics } = await render(target, project, { look });
    const own = target === 'ack' ? 'crossplane-kind' : 'services.k8s.aws/namespace';
    expect(diagnostics.map(({ message }) => message)).toEqual([
      'prod: the policy of payments/api has statements of others: Scanner',
      `prod: payments/api has tags that nobody declared there: Backup, ${own}`,
      expect.stringContaining('payments/api is encrypted otherwise'),
    ]);
  });
});

describe('what is taken away', () => {
  const ours = policyText(
    documentOf([
      {
        Sid: `${ownSid({ project: 'payments', environment: 'prod' })}Pull`,
        Effect: 'Allow',
        Principal: { AWS: 'arn:aws:iam::444444444444:root' },
        Action: 'ecr:BatchGetImage',
      },
    ]),
  );
  const rules = JSON.stringify({ rules: [] });
  const look = liveWith([
    liveRepository('payments/api', {
      repositoryPolicy: { state: 'present', value: ours },
      lifecyclePolicy: { state: 'present', value: rules },
    }),
  ]);
  const project = projectOf('    api: {lifecyclePolicy: {none: true}}\n');

  it('goes with ACK, which knows what an object does not have', async () => {
    expect(told(await render('ack', project, { look }))).toEqual([]);
    const foreign = documentOf([{ Sid: 'Scanner', Effect: 'Allow', Principal: '*', Action: 'ecr:BatchGetImage' }]);
    const others = liveWith([
      liveRepository('payments/api', { repositoryPolicy: { state: 'present', value: policyText(foreign) } }),
    ]);
    expect(told(await render('ack', project, { look: others }))).toEqual([
      'render/whole-policy spec.repositories.api.access',
    ]);
  });

  it('stays with Crossplane, which knows what it has made', async () => {
    expect(told(await render('crossplane', project, { look }))).toEqual([
      'render/left-behind spec.repositories.api.access',
      'render/left-behind spec.repositories.api.lifecyclePolicy',
    ]);
  });
});

describe('Crossplane', () => {
  it('has other rules in an object of another name, and says which kinds of which version', async () => {
    const rendered = (last: number, scope: string) =>
      render('crossplane', projectOf(`    api: {lifecyclePolicy: {maxImageCount: ${last}}}\n`), { options: { scope } });
    const policyOf = async (last: number, scope = 'namespaced') =>
      documentsIn(await rendered(last, scope), 'environments/prod/repositories/api.yaml')[1];
    const [one, same, other] = [await policyOf(5), await policyOf(5), await policyOf(6)];
    expect(one?.kind).toBe('LifecyclePolicy');
    expect(one?.metadata.name).toMatch(/^payments\.prod\.api-[0-9a-f]{8}$/);
    expect(same).toEqual(one);
    expect(other?.metadata.name).not.toBe(one?.metadata.name);
    expect(await policyOf(5, 'cluster')).toMatchObject({
      apiVersion: 'ecr.aws.upbound.io/v1beta1',
      spec: { providerConfigRef: { name: 'aws-222222222222' } },
    });
  });

  it('knows by their names what is there, but no policy: to make one is to write over what is there', async () => {
    const look = liveWith([
      liveRepository('payments/api', { lifecyclePolicy: { state: 'present', value: JSON.stringify({ rules: [] }) } }),
    ]);
    const rendering = await render('crossplane', projectOf('    api: {}\n'), { look });
    const documents = documentsIn(rendering, 'environments/prod/repositories/api.yaml');
    expect(documents.map(({ kind, metadata: { annotations } }) => [kind, annotations])).toEqual([
      ['Repository', { 'crossplane.io/external-name': 'payments/api' }],
      ['LifecyclePolicy', undefined],
    ]);
  });

  it('takes the configuration of the provider by account and environment, and no namespace for what has none', async () => {
    const options = { 'provider-config': 'acme.{env}.{account}' };
    const rendering = await render('crossplane', full, { options });
    expect(documentsIn(rendering, 'environments/prod/key.yaml').map(({ spec }) => spec['providerConfigRef'])).toEqual(
      Array.from({ length: 2 }, () => ({ kind: 'ClusterProviderConfig', name: 'acme.prod.222222222222' })),
    );
    const both = { options: { scope: 'cluster', namespace: 'images' } };
    await expect(render('crossplane', full, both)).rejects.toMatchObject({
      diagnostics: [{ code: 'render/bad-option' }],
    });
  });
});
