// Remarks on rendered code have the place in the manifest that they are about, and several environments are told once.
import { describe, expect, it } from 'vitest';
import { diagnostic } from '../diagnostics/index.js';
import { parseProject } from '../manifest/index.js';
import { placed } from './placed.js';
import { render } from './request.js';

const text = `apiVersion: ecr.slipway.dev/v1
kind: Project
metadata: {name: payments}
spec:
  environments:
    dev: {account: "111111111111", region: eu-west-1}
    prod: {account: "222222222222", region: eu-west-1,
      replicas: [{region: us-east-1}]}
  repositories:
    a.b/c:
      forceDelete: true
    plain: {}
---
apiVersion: ecr.slipway.dev/v1
kind: AwsEcrRegistry
metadata: {name: prod}
spec:
  environments: [prod]
  registryPolicy:
    scope: V2
`;
const project = parseProject([{ file: 'slipway.yaml', text, own: true }]);

const at = (path: string, message = 'prod: something') => {
  const [found] = placed(project, ['dev', 'prod'], [diagnostic('render/whole-policy', message, { path })]);
  return found?.range?.line;
};

describe('a place', () => {
  it.each([
    ['spec.repositories.a.b/c.forceDelete', 11],
    ['spec.repositories.plain.access', 12],
    ['spec.registryPolicy.scope', 20],
    ['spec.environments.prod.replicas', 8],
    ['spec.environments.prod', 7],
    ['spec.repositories.unknown.access', undefined],
    ['', undefined],
  ])('of %s is line %s', (path, line) => {
    expect(at(path)).toBe(line);
  });

  it('is that of the environment whose name the remark begins with', () => {
    expect(at('spec.registryPolicy', 'dev: something')).toBeUndefined();
    expect(at('spec.registryPolicy', 'prod: something')).toBe(20);
    expect(at('spec.registryPolicy', 'prod in us-east-1: something')).toBe(20);
    expect(at('spec.registryPolicy', 'dev in us-east-1: something')).toBeUndefined();
  });

  it('is that of the first environment that has it, where the remark is on none', () => {
    expect(at('spec.registryPolicy', 'the account has something')).toBe(20);
  });
});

it('tells several environments once what is the same for them', async () => {
  const { diagnostics } = await render('aws-cli', project, { environments: ['dev', 'prod'] });
  const told = diagnostics.filter(({ code }) => code === 'render/never-deletes');
  expect(told).toMatchObject([{ message: 'dev, prod: the script never deletes a.b/c', range: { line: 11 } }]);
});

it('tells replicas once what is the same for them', () => {
  const path = 'spec.repositories.plain.kmsKeyId';
  const of = (subject: string) => diagnostic('render/key-by-alias', `${subject}: by its alias`, { path });
  expect(placed(project, ['dev', 'prod'], [of('dev'), of('prod'), of('prod in us-east-1')])).toMatchObject([
    { message: 'dev, prod, prod in us-east-1: by its alias', range: { line: 12 } },
  ]);
});

it('tells of an environment that there is nothing in it', async () => {
  const empty = parseProject([
    {
      file: 'slipway.yaml',
      text: text
        .replace('plain: {}', 'plain: {environments: [prod]}')
        .replace('forceDelete: true', 'environments: [prod]'),
      own: true,
    },
  ]);
  for (const target of ['terraform', 'cloudformation', 'ack']) {
    const { diagnostics } = await render(target, empty);
    const told = diagnostics.filter(({ code }) => code === 'render/empty-environment');
    expect(told).toMatchObject([
      { severity: 'info', message: 'dev: there is nothing in it to write', range: { line: 6 } },
    ]);
  }
});
