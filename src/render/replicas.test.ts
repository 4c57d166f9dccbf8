// Replicas in rendered code: what a target cannot say of them is told, and then they are out of its sight.
import { describe, expect, it } from 'vitest';
import { parseProject } from '../manifest/index.js';
import { render } from './request.js';
import { targets } from './targets.js';

function project(replicas: string) {
  const text = `apiVersion: ecr.slipway.dev/v1
kind: Project
metadata: {name: payments}
spec:
  environments: {prod: {account: "222222222222", region: eu-west-1${replicas}}}
  repositories: {api: {}}
`;
  return parseProject([{ file: 'slipway.yaml', text, own: true }]);
}

const registries = targets.filter(({ definition: { fidelity } }) => fidelity !== undefined);
const silent = registries.filter(
  ({ definition }) => definition.fidelity?.['registry.replication'] === 'render/no-replication',
);

describe.each(silent.map(({ definition }) => definition.name))('%s', (target) => {
  it('says that it leaves replicas out, and writes what it writes without them', async () => {
    const alone = await render(target, project(''));
    const rendering = await render(target, project(', replicas: [{region: us-east-1}]'));
    expect(rendering.files).toEqual(alone.files);
    const path = 'spec.environments.prod.replicas';
    expect(rendering.diagnostics.filter(({ code }) => code === 'render/no-replication')).toMatchObject([{ path }]);
    const none = await render(target, project(', replicas: []'));
    expect(none.diagnostics.filter(({ code }) => code === 'render/no-replication')).toHaveLength(1);
    expect(alone.diagnostics.filter(({ code }) => code === 'render/no-replication')).toEqual([]);
  });
});

it('every target that writes a registry has replicas, or a code', () => {
  const said = registries.map(({ definition }) => definition.fidelity?.['registry.replication']);
  expect(said.every((one) => one === 'run' || one === 'schema' || one === 'render/no-replication')).toBe(true);
});
