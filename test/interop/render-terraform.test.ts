// The code of `slipway render terraform`, run by Terraform with the real AWS provider on the local cloud: it is as `terraform fmt` has it, it
// makes what `slipway apply` makes, and takes that over without a change.
// It must not know how the code is written.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { attributes, block, code, type Member, membersOf, object, type Value } from '../../src/render/terraform/hcl.js';
import { companionsManifest } from '../support/companions.js';
import { awsEnvironment } from '../support/environment.js';
import { type LocalEcr, startLocal } from '../support/local.js';
import type { Finished } from '../support/processes.js';
import { type Workspace, workspace } from '../support/slipway.js';
import { type TerraformPlan, type TerraformRoot, terraformRoot } from '../support/terraform.js';
import { describeWith } from '../support/tools.js';

const region = 'eu-west-1';
/** Each is a cloud of its own. */
const [made, adopted, plain, copied, both] = [
  '222222222222',
  '333333333333',
  '444444444444',
  '666666666666',
  '777777777777',
];

/** Every field of a repository that version 5 of the provider can say. */
const repositories = `
apiVersion: ecr.slipway.dev/v1
kind: Project
metadata: {name: shop}
spec:
  naming: "{project}/{name}"
  defaultTags: {Team: payments, CostCenter: "4711"}
  environments:
    prod: {account: "${plain}", region: ${region}, preset: production, access: {pull: ["account:555555555555"]}}
  repositories:
    api: {tags: {Team: api}}
    web: {imageImmutable: false, scanOnPush: false, encryptionType: KMS, forceDelete: true}
    team/worker:
      access:
        pull: ["role:arn:aws:iam::555555555555:role/node", "org:o-abcdefghij", "service:lambda"]
        statements: [{name: Scan, effect: Allow, principals: ["*"], actions: ["ecr:DescribeImages"], conditions: {StringLike: {"aws:PrincipalTag/Name": "\${aws:username}"}}}]
      lifecyclePolicy: {expireUntaggedAfterDays: 3, keep: [{tags: ["v*", "release-*"], last: 20}], archive: {notPulledForDays: 90}}
    bare: {lifecyclePolicy: {none: true}}
    others: {lifecyclePolicy: null, access: {pull: []}}
`;

/** In order. */
const names = Array.from({ length: 101 }, (_, index) => `app-${String(index).padStart(3, '0')}`);

const many = `
apiVersion: ecr.slipway.dev/v1
kind: Project
metadata: {name: shop}
spec:
  environments: {prod: {account: "${copied}", region: ${region}, replicas: [{region: us-east-1}]}}
  repositories: {${names.map((name) => `${name}: {lifecyclePolicy: {none: true}}`).join(', ')}}
---
apiVersion: ecr.slipway.dev/v1
kind: AwsEcrRegistry
metadata: {name: registry}
spec:
  environments: [prod]
  registryPolicy: {scope: V1, grants: [{repositories: ["*"], replicate: ["account:555555555555"]}]}
`;

/** Two environments in one registry. */
const sharing = `
apiVersion: ecr.slipway.dev/v1
kind: Project
metadata: {name: shop}
spec:
  naming: "{env}/{name}"
  environments:
    dev: {account: "${both}", region: ${region}, replicas: [{region: us-east-1}]}
    prod: {account: "${both}", region: ${region}, replicas: [{region: eu-north-1}]}
  repositories: {api: {}, web: {}}
---
apiVersion: ecr.slipway.dev/v1
kind: AwsEcrRegistry
metadata: {name: registry}
spec: {registryPolicy: {scope: V2, grants: [{repositories: ["*"], replicate: ["account:555555555555"]}]}}
`;

describeWith({ tools: ['terraform', 'aws-provider'] }, 'Terraform as Slipway renders it', () => {
  let local: LocalEcr;
  const projects: Workspace[] = [];
  const roots: TerraformRoot[] = [];

  beforeAll(async () => {
    local = await startLocal();
  }, 60_000);

  afterAll(async () => {
    await local?.close();
    for (const root of roots) root.remove();
    for (const project of projects) project.remove();
  });

  async function inAccount(account: string, manifest: string) {
    const at = { endpoint: local.url, account, region };
    const project = await workspace({ 'slipway.yaml': manifest }, awsEnvironment(at));
    projects.push(project);
    const root = terraformRoot(at);
    roots.push(root);
    async function slipway(args: readonly string[], expected = 0): Promise<Finished> {
      const done = await project.slipway(args);
      expect(done.code, `slipway ${args.join(' ')}\n${done.stdout}\n${done.stderr}`).toBe(expected);
      return done;
    }
    const render = (...args: readonly string[]) => slipway(['render', 'terraform', '-o', root.folder, ...args]);
    /** `terraform fmt` has nothing to say. */
    const formatted = () => root.ok(['fmt', '-check', '-diff', '-recursive', '-no-color']);
    return { root, slipway, render, formatted };
  }

  const changed = ({ resource_changes: changes = [] }: TerraformPlan) =>
    changes
      .filter(({ change: { actions } }) => actions.some((one) => one !== 'no-op' && one !== 'read'))
      .map(({ address, change }) => ({ address, ...change }));

  function expectTakenOver(planned: TerraformPlan): void {
    expect(changed(planned)).toEqual([]);
    expect(planned.resource_changes).not.toEqual([]);
    expect(planned.resource_changes?.every(({ change }) => change.importing !== undefined)).toBe(true);
  }

  it('makes repositories of every kind, once; Slipway then finds its ownership tags missing and nothing else', async () => {
    const { root, slipway, render, formatted } = await inAccount(plain, repositories);
    await render('--with', 'backend=local');
    await formatted();
    const prod = root.in('environments/prod');
    await prod.init();
    expect(JSON.parse(await prod.ok(['validate', '-json']))).toMatchObject({ valid: true, diagnostics: [] });
    await prod.apply();
    await prod.plan('nothing');
    const { stdout } = await slipway(['plan', '-e', 'prod', '--output', 'json']);
    const [registry] = (JSON.parse(stdout) as { plan: { registries: { repositories: JsonRepository[] }[] } }).plan
      .registries;
    expect(registry?.repositories.map(({ name, changes }) => [name, changes.map(({ aspect }) => aspect)])).toEqual(
      ['api', 'bare', 'others', 'team/worker', 'web'].map((name) => [`shop/${name}`, ['tags']]),
    );
    await prod.destroy();
    await prod.plan('changes');
  }, 300_000);

  it('says of more than a hundred repositories that they are copied, in rules that ECR takes', async () => {
    const { root, render, formatted } = await inAccount(copied, many);
    await render('--with', 'backend=local');
    await formatted();
    const prod = root.in('environments/prod');
    await prod.init();
    // It is evaluated; making them all would take long, and the equivalence of a few is proven elsewhere.
    const { resource_changes: planned = [] } = await prod.planned();
    const [configuration] = planned.flatMap(({ type, change: { after } }) =>
      type === 'aws_ecr_replication_configuration' ? [after?.['replication_configuration']] : [],
    );
    const [first, last] = [names.slice(0, 100), names.slice(100)].map((some) => ({
      destination: [{ region: 'us-east-1', registry_id: copied }],
      repository_filter: some.map((filter) => ({ filter, filter_type: 'PREFIX_MATCH' })),
    }));
    expect(configuration).toEqual([{ rule: [first, last] }]);
  }, 300_000);

  it('has a root for what environments share: slipway plan then has nothing to do in it for either, and Terraform takes it over', async () => {
    const { root, slipway, render, formatted } = await inAccount(both, sharing);
    await render('--with', 'backend=local');
    await formatted();
    const shared = root.in(`registries/${both}/${region}`);
    await shared.init();
    await shared.apply();
    await shared.plan('nothing');
    for (const environment of ['dev', 'prod']) {
      const { stdout } = await slipway(['plan', '-e', environment, '--output', 'json']);
      const { plan } = JSON.parse(stdout) as { plan: { registries: { settings?: { changes: unknown[] } }[] } };
      expect(plan.registries.flatMap(({ settings }) => settings?.changes ?? [])).toEqual([]);
    }
    // Who has lost the state takes all of it over, as it is.
    rmSync(join(shared.folder, 'terraform.tfstate'));
    await render('--with', 'backend=local', '--import');
    await formatted();
    expectTakenOver(await shared.planned());
  }, 300_000);

  it('makes companions, and has nothing to do afterwards', async () => {
    const { root, render, formatted } = await inAccount(made, companionsManifest(made, region, { ci: true }));
    await render();
    await formatted();
    for (const path of [`accounts/${made}`, 'environments/prod']) {
      const one = root.in(path);
      one.keepStateHere();
      await one.init();
      await one.apply();
      await one.plan('nothing');
    }
    const outputs = await root.in('environments/prod').outputs();
    expect(outputs['role_arns']).toMatchObject({
      tasks: `arn:aws:iam::${made}:role/slipway/payments-prod-eu-west-1-tasks`,
    });
    const bootstrap = root.in(`bootstrap/${made}`);
    await bootstrap.init();
    await bootstrap.ok(['validate', '-no-color']);
  }, 300_000);

  it('takes over what slipway apply has made, without a change', async () => {
    const { root, slipway, render, formatted } = await inAccount(
      adopted,
      companionsManifest(adopted, region, { ci: true }),
    );
    await slipway(['apply', '-e', 'prod', '--auto-approve']);
    await render('--import');
    await formatted();
    for (const path of [`accounts/${adopted}`, 'environments/prod']) {
      const one = root.in(path);
      one.keepStateHere();
      await one.init();
      expectTakenOver(await one.planned());
      await one.applyPlanned();
      await one.plan('nothing');
    }
  }, 300_000);

  it('writes any text so that Terraform reads it, and as terraform fmt would', async () => {
    const root = terraformRoot({ endpoint: local.url, account: plain, region });
    roots.push(root);
    const values: string[] = [];
    const texts = fc.string({
      unit: fc.oneof(
        fc.constantFrom('$', '%', '{', '}', '"', '\\', '\n', '\u0000'),
        fc.string({ unit: 'grapheme', minLength: 1, maxLength: 1 }),
      ),
      maxLength: 12,
    });
    const value: fc.Arbitrary<Value> = fc.letrec<{ value: Value }>((tie) => ({
      value: fc.oneof(
        { maxDepth: 3 },
        texts,
        fc.integer(),
        fc.boolean(),
        fc.constant(null),
        fc.constant(code('local.x')),
        fc.array(tie('value'), { maxLength: 4 }),
        fc.dictionary(texts, tie('value'), { maxKeys: 4 }).map(object),
      ),
    })).value;
    const members = fc.array(
      fc.record(
        { key: fc.stringMatching(/^[a-z][a-z_]{0,9}$/), value, comment: fc.constantFrom(undefined, 'Why.') },
        { requiredKeys: ['key', 'value'] },
      ),
      { maxLength: 5 },
    );
    const written = fc.sample(members, { numRuns: 150, seed: 4711 }).map((all, index) => {
      const named = all.map(
        ({ comment, ...one }): Member => ({ ...one, ...(comment === undefined ? {} : { comment }) }),
      );
      return attributes([{ key: `a${index}`, value: { kind: 'object', members: named } }], 0);
    });
    root.write('any/shapes.tfvars', `${written.join('\n\n')}\n`);
    await root.ok(['fmt', '-check', '-diff', '-recursive', '-no-color']);

    values.push(...fc.sample(texts, { numRuns: 300, seed: 4711 }));
    root.write(
      'strings/main.tf',
      `${block('locals', membersOf({ all: values }))}\noutput "all" {\n  value = local.all\n}\n`,
    );
    const strings = root.in('strings');
    await strings.ok(['apply', '-no-color', '-auto-approve']);
    // Terraform keeps strings in the normal form C of Unicode.
    expect((await strings.outputs())['all']).toEqual(values.map((one) => one.normalize('NFC')));
  }, 120_000);
});

interface JsonRepository {
  readonly name: string;
  readonly changes: readonly { readonly aspect: string }[];
}
