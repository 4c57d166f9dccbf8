// Where an environment looks for what is running, and what that means for its repositories.
import { describe, expect, it } from 'vitest';
import { isSlipwayError } from '../diagnostics/index.js';
import { parseProject } from './parse-project.js';
import { resolveOne } from './resolve.js';

function project(
  parts: { project?: string; dev?: string; prod?: string; repository?: string },
  ...set: readonly string[]
) {
  const text = `apiVersion: ecr.slipway.dev/v1
kind: Project
metadata: {name: payments}
spec:
  ${parts.project ?? ''}
  environments:
    dev: {account: "111111111111", region: eu-west-1${parts.dev ?? ''}}
    prod: {account: "222222222222", region: eu-west-1${parts.prod ?? ''}}
  repositories:
    api: {${parts.repository ?? ''}}
`;
  return parseProject([{ file: 'slipway.yaml', text, own: true }], { set });
}

function codesOf(make: () => unknown): readonly string[] {
  try {
    make();
    return [];
  } catch (error) {
    if (!isSlipwayError(error)) throw error;
    return error.diagnostics.map(({ code, message, range }) => `${range?.line ?? 0} ${code}: ${message}`);
  }
}

describe('usage', () => {
  it('is the project’s, with an environment’s members in the place of its own', () => {
    const both = project({
      project: 'usage: {ecs: {}, lambda: {versions: aliased}}',
      dev: ', usage: null',
      prod: ', usage: {ecs: {clusters: [prod]}, lambda: null, kubernetes: [eks, {context: other, namespaces: [a]}]}',
    });
    expect(both.environments.get('dev')?.usage).toBeUndefined();
    expect(both.environments.get('prod')?.usage).toEqual({
      ecs: { clusters: ['prod'] },
      kubernetes: [{ context: 'eks' }, { context: 'other', namespaces: ['a'] }],
    });
    const set = project(
      { project: 'usage: {ecs: {}}' },
      'environments.prod.usage.files=[a.txt]',
      'environments.prod.usage.ecs=null',
    );
    expect(set.environments.get('prod')?.usage).toEqual({ files: ['a.txt'] });
  });

  it('turns protection on, unless a repository says otherwise', () => {
    const protectionIn = (environment: string, repository = '', usage = 'usage: {ecs: {}}') => {
      const found = resolveOne(project({ project: usage, dev: ', usage: null', repository }), 'api', environment);
      const origin = found.origins.get('lifecyclePolicy.protectInUse');
      return [found.spec.lifecyclePolicy?.protectInUse, origin?.label, origin?.range?.line];
    };
    expect(protectionIn('prod')).toEqual([true, 'declared usage', 5]);
    expect(protectionIn('dev')).toEqual([undefined, undefined, undefined]);
    expect(protectionIn('prod', 'lifecyclePolicy: {protectInUse: false}')).toEqual([false, 'repository api', 10]);
    expect(protectionIn('prod', 'lifecyclePolicy: {none: true}')).toEqual([undefined, undefined, undefined]);
    expect(protectionIn('prod', 'lifecyclePolicy: null')).toEqual([undefined, undefined, undefined]);
  });

  it('must look somewhere', () => {
    const nowhere = '5 manifest/usage-reads-nothing: usage names no source of what is running';
    expect(codesOf(() => project({ project: 'usage: {}' }))).toEqual([nowhere]);
    expect(codesOf(() => project({ project: 'usage: {kubernetes: []}' }))).toEqual([nowhere]);
    expect(codesOf(() => project({ project: 'usage: {ecs: {}}', prod: ', usage: {ecs: null}' }))).toEqual([
      '8 manifest/usage-reads-nothing: usage names no source of what is running',
    ]);
    expect(codesOf(() => project({ project: 'usage: {ecz: {}}' }))).toEqual([
      '5 manifest/unknown-field: unknown field "ecz" in spec.usage; did you mean "ecs"?',
    ]);
  });

  it('reads other accounts as themselves', () => {
    const role = 'arn:aws:iam::333333333333:role/usage';
    const account = (id: string) => `usage: {ecs: {}, accounts: [{account: "${id}", roleArn: "${role}"}]}`;
    expect(codesOf(() => project({ project: account('333333333333') }))).toEqual([]);
    expect(codesOf(() => project({ project: account('444444444444') }))).toEqual([
      '5 manifest/usage-wrong-role: the role is in account 333333333333, not in 444444444444',
    ]);
    const idle = project({ project: 'usage: {files: [a.txt], accounts: [{account: "333333333333"}]}' });
    expect(idle.warnings.map(({ code }) => code)).toEqual(['manifest/usage-accounts-unused']);
  });
});
