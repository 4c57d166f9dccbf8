// What a registry has once and its replicas, in rendered code: what a target cannot say of them is told, and that alone.
import { describe, expect, it } from 'vitest';
import { parseProject } from '../manifest/index.js';
import type { RenderedSetting } from './model.js';
import { render } from './request.js';
import { targets } from './targets.js';

function project({ replicas = '', policy }: { readonly replicas?: string; readonly policy?: string }) {
  const registry = `---
apiVersion: ecr.slipway.dev/v1
kind: AwsEcrRegistry
metadata: {name: prod}
spec: {environments: [prod], registryPolicy: ${policy}}
`;
  const text = `apiVersion: ecr.slipway.dev/v1
kind: Project
metadata: {name: payments}
spec:
  environments: {prod: {account: "222222222222", region: eu-west-1${replicas}}}
  repositories: {api: {}}
${policy === undefined ? '' : registry}`;
  return parseProject([{ file: 'slipway.yaml', text, own: true }]);
}

const registries = targets.filter(({ definition: { fidelity } }) => fidelity !== undefined);

function silentOn(setting: RenderedSetting): readonly string[] {
  return registries
    .filter(({ definition: { fidelity } }) => !['run', 'schema'].includes(fidelity?.[setting] ?? ''))
    .map(({ definition: { name } }) => name);
}

async function told(target: string, said: Parameters<typeof project>[0]) {
  const alone = await render(target, project({}));
  const rendering = await render(target, project(said));
  expect(rendering.files).toEqual(alone.files);
  expect(alone.diagnostics.filter(({ code }) => /render.no-re/.test(code))).toEqual([]);
  return rendering.diagnostics.flatMap(({ code, path }) => (/render.no-re/.test(code) ? [`${code} ${path}`] : []));
}

const replication = ['render/no-replication spec.environments.prod.replicas'];
const policy = 'render/no-registry-settings spec.registryPolicy';

describe('says what it leaves out, and writes what it writes without', () => {
  it.each(silentOn('registry.replication'))('%s: replicas', async (target) => {
    expect(await told(target, { replicas: ', replicas: [{region: us-east-1}]' })).toEqual(replication);
    expect(await told(target, { replicas: ', replicas: []' })).toEqual(replication);
  });

  it.each(silentOn('registry.policy'))('%s: the policy of the registry', async (target) => {
    const grants = 'grants: [{repositories: ["*"], replicate: ["account:444444444444"]}]';
    expect(await told(target, { policy: `{${grants}}` })).toEqual([policy]);
    expect(await told(target, { policy: '{}' })).toEqual([policy]);
  });

  it.each(silentOn('registry.policyScope'))('%s: the scope of that policy', async (target) => {
    expect(await told(target, { policy: '{scope: V2}' })).toEqual([`${policy}.scope`]);
  });

  it.each(silentOn('registry.policyScope'))(
    '%s: nothing of a policy, where its scope alone is declared',
    async (target) => {
      const { diagnostics } = await render(target, project({ policy: '{scope: V2}' }));
      expect(diagnostics.map(({ code }) => code)).toEqual(['render/no-registry-settings']);
    },
  );
});

it('a target that has replicas says where ECR would not take the rules, before anything is made', async () => {
  const names = Array.from({ length: 1001 }, (_, index) => `r${index}: {}`).join(', ');
  const text = `apiVersion: ecr.slipway.dev/v1
kind: Project
metadata: {name: payments}
spec:
  environments: {prod: {account: "222222222222", region: eu-west-1, replicas: [{region: us-east-1}]}}
  repositories: {${names}}
`;
  const many = parseProject([{ file: 'slipway.yaml', text, own: true }]);
  const about = async (target: string, of = many) =>
    (await render(target, of)).diagnostics.flatMap((one) =>
      one.code === 'render/replication-full' ? [one.message] : [],
    );
  const message = 'prod: ECR will not take the replication configuration: it would have 11 rules, and ECR takes 10';
  expect(await about('terraform')).toEqual([message]);
  expect(await about('ack')).toEqual([]);
  expect(await about('terraform', project({ replicas: ', replicas: [{region: us-east-1}]' }))).toEqual([]);
});

it.each(['registry.replication', 'registry.policy', 'registry.policyScope'] as const)(
  'every target that writes a registry has %s, or a code',
  (setting) => {
    const said = registries.map(({ definition }) => definition.fidelity?.[setting]);
    const known = ['run', 'schema', 'render/no-replication', 'render/no-registry-settings'];
    expect(said.every((one) => known.includes(one ?? ''))).toBe(true);
  },
);
