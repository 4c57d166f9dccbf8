// What a registry has once, as an engine writes it: ours as a whole with what others have there, and what that does to them.
import { describe, expect, it } from 'vitest';
import { ownSid } from '../access/index.js';
import { parseProject } from '../manifest/index.js';
import { compile } from '../registry/index.js';
import type { LiveSettings, RenderedRegistry } from './model.js';
import { registrySettings, remarksOnRegistrySettings, sharedSettings } from './registry-settings.js';
import { requestOf } from './request.js';
import { liveRegistry } from './testing/live.js';

const prod = '{account: "222222222222", region: eu-west-1, replicas: [{region: us-east-1}]}';
const grants = 'grants: [{repositories: ["mirror/*"], replicate: ["account:444444444444"]}]';

function project(environments: string, policy = `{scope: V2, ${grants}}`, naming = '{name}') {
  const registry = `---
apiVersion: ecr.slipway.dev/v1
kind: AwsEcrRegistry
metadata: {name: all}
spec: {registryPolicy: ${policy}}
`;
  const text = `apiVersion: ecr.slipway.dev/v1
kind: Project
metadata: {name: payments}
spec:
  environments: ${environments}
  naming: "${naming}"
  repositories: {payments/api: {}, payments/web: {}}
${policy === '' ? '' : registry}`;
  return parseProject([{ file: 'slipway.yaml', text, own: true }]);
}

function rendered(settings?: LiveSettings, from = project(`{prod: ${prod}}`)): RenderedRegistry {
  const [desired] = compile(from, 'prod');
  if (desired === undefined) throw new Error('a registry was declared');
  return settings === undefined ? { desired } : { desired, live: liveRegistry([], { settings }, desired) };
}

const told = (one: RenderedRegistry) =>
  remarksOnRegistrySettings(one, 'The engine').map(({ code, path, message }) => `${code} ${path} ${message}`);

const theirs = {
  Sid: 'Theirs',
  Effect: 'Allow',
  Principal: { AWS: 'arn:aws:iam::555555555555:root' },
  Action: 'ecr:ReplicateImage',
  Resource: 'arn:aws:ecr:eu-west-1:222222222222:repository/*',
};
const old = { ...theirs, Sid: `${ownSid({ project: 'payments', environment: 'prod' })}Old` };
const policyOf = (...statements: readonly object[]) => JSON.stringify({ Version: '2012-10-17', Statement: statements });
const ruleFor = (...filters: readonly string[]) => ({
  destinations: [{ region: 'us-east-1', registryId: '222222222222' }],
  repositoryFilters: filters.map((filter) => ({ filter, filterType: 'PREFIX_MATCH' }) as const),
});

describe('where nobody looked', () => {
  it('has ours alone, and says that the documents are written as a whole', () => {
    const { policy, scope, replication } = registrySettings(rendered());
    expect(policy?.document.Statement).toHaveLength(1);
    expect(policy?.others).toEqual([]);
    expect(scope).toBe('V2');
    expect(replication?.rules).toEqual([ruleFor('payments/api', 'payments/web')]);
    expect(told(rendered())).toEqual([
      'render/whole-registry spec.registryPolicy prod: The engine writes the whole policy of the registry: statements of others go, unless --import finds them',
      'render/whole-registry spec.environments.prod.replicas prod: The engine writes the whole replication configuration: rules of others go, unless --import finds them',
    ]);
  });
});

describe('where somebody looked', () => {
  it('asks for no look at it', () => {
    const mends = (one: RenderedRegistry) => remarksOnRegistrySettings(one, 'The engine').map(({ mend }) => mend);
    expect(mends(rendered())).toEqual(Array(2).fill(expect.stringContaining('--import')));
    const others = rendered({ policy: policyOf(theirs), replication: [ruleFor('payments/')] });
    expect(mends(others)).toEqual(Array(2).fill(expect.not.stringContaining('--import')));
  });

  it('says nothing where there is nothing of others', () => {
    expect(told(rendered({}))).toEqual([]);
    expect(told(rendered({ policy: policyOf(old), replication: [ruleFor('payments/api')] }))).toEqual([]);
  });

  it('keeps what others have, in its place, and says whose it is', () => {
    const prefix = ruleFor('payments/');
    const everything = { destinations: prefix.destinations };
    const one = rendered({
      policy: policyOf(old, theirs),
      replication: [prefix, ruleFor('payments/api'), everything],
    });
    const { policy, replication } = registrySettings(one);
    expect(policy?.document.Statement[0]).toEqual(theirs);
    expect(policy?.document.Statement).toHaveLength(2);
    expect(policy?.others).toEqual([theirs]);
    expect(replication?.rules).toEqual([prefix, ruleFor('payments/api', 'payments/web'), everything]);
    expect(replication?.rules.map((rule) => replication.ours.includes(rule))).toEqual([false, true, false]);
    expect(told(one)).toEqual([
      'render/whole-registry spec.registryPolicy prod: the policy of the registry has statements of others, Theirs: they are in the code as they were found',
      'render/whole-registry spec.environments.prod.replicas prod: there are replication rules of others, payments/* -> us-east-1; every repository -> us-east-1: they are in the code as they were found',
    ]);
  });

  it('says what stays where there shall be nothing', () => {
    const nothing = project('{prod: {account: "222222222222", region: eu-west-1, replicas: []}}', '{}');
    const there = { policy: policyOf(old, theirs), replication: [ruleFor('payments/api'), ruleFor('payments/')] };
    const one = rendered(there, nothing);
    expect(registrySettings(one)).toEqual({});
    const whole = [
      'render/whole-registry spec.registryPolicy prod: the policy of the registry is not in the code: where the code has had it, The engine takes away the whole of it, and what others have in it',
      'render/whole-registry spec.environments.prod.replicas prod: the replication configuration is not in the code: where the code has had it, The engine takes away the whole of it, and what others have in it',
    ];
    expect(told(one)).toEqual(whole);
    expect(told(rendered(undefined, nothing))).toEqual(whole);
    expect(told(rendered({ policy: policyOf(old), replication: [ruleFor('payments/api')] }, nothing))).toEqual([
      'render/left-behind spec.registryPolicy prod: the policy of the registry is not in the code: where the code has had it, The engine takes away the whole of it; otherwise what is ours in it stays',
      'render/left-behind spec.environments.prod.replicas prod: the replication configuration is not in the code: where the code has had it, The engine takes away the whole of it; otherwise what is ours in it stays',
    ]);
    expect(told(rendered({}, nothing))).toEqual([]);
  });
});

describe('two environments in one registry', () => {
  const home = 'account: "222222222222", region: eu-west-1';
  const named = (environments: string, policy?: string) => project(environments, policy, '{env}/{name}');
  const both = named(`{prod: ${prod}, dev: {${home}}}`);

  it('write neither of them what both would, whichever is rendered', async () => {
    const { environments } = await requestOf(both, { environments: ['prod'] });
    const [own, replica] = environments[0]?.registries ?? [];
    if (own === undefined || replica === undefined) throw new Error('a registry and its replica were asked for');
    expect(own.sharedWith).toEqual({ policy: ['dev'], replication: [] });
    expect(replica.sharedWith).toBeUndefined();
    expect(Object.keys(registrySettings(own))).toEqual(['replication']);
    expect(told(own)).toEqual([
      'render/shared-registry spec.registryPolicy prod: the policy of the registry, with its scope, is not in the code: dev in 222222222222, eu-west-1 would write it, too',
      'render/whole-registry spec.environments.prod.replicas prod: The engine writes the whole replication configuration: rules of others go, unless --import finds them',
    ]);
    const { environments: replicating } = await requestOf(named(`{prod: ${prod}, dev: {${home}, replicas: []}}`));
    expect(replicating.map(({ registries: [one] }) => one && Object.keys(registrySettings(one)))).toEqual([[], []]);
    expect(replicating[1]?.registries[0]?.sharedWith).toEqual({ policy: ['prod'], replication: ['prod'] });
  });

  it('have what both write in one place, with what is there of others', async () => {
    const here = named(`{prod: ${prod}, dev: {${home}, replicas: [{region: us-east-1}]}}`);
    const devOld = { ...theirs, Sid: `${ownSid({ project: 'payments', environment: 'dev' })}Old` };
    const foreign = { ...ruleFor('others/'), destinations: [{ region: 'eu-north-1', registryId: '999999999999' }] };
    const { live } = rendered({
      policy: policyOf(old, theirs, devOld),
      scope: 'V1',
      replication: [ruleFor('prod/gone', 'prod/payments/api'), foreign, ruleFor('dev/payments/api')],
    });
    const looked: (readonly string[])[] = [];
    const { environments, shared } = await requestOf(here, {
      environments: ['dev'],
      look: (desired) => {
        looked.push(desired.repositories.map(({ name }) => name));
        if (live === undefined) throw new Error('somebody looks');
        return Promise.resolve(live);
      },
    });
    // The registry of dev, its replica, and once more for what the registry has once.
    expect(looked.map(({ length }) => length)).toEqual([2, 2, 0]);
    const [one, ...others] = shared;
    if (one === undefined) throw new Error('the registry is shared');
    expect(others).toEqual([]);
    const { policy, scope, replication } = sharedSettings(one);
    expect(policy?.document.Statement.map(({ Sid }) => Sid)).toEqual([
      'Theirs',
      expect.stringContaining(ownSid({ project: 'payments', environment: 'prod' })),
      expect.stringContaining(ownSid({ project: 'payments', environment: 'dev' })),
    ]);
    expect(policy?.others.map(({ Sid }) => Sid)).toEqual(['Theirs']);
    expect(scope).toBe('V2');
    expect(replication?.rules).toEqual([
      ruleFor('prod/payments/api', 'prod/payments/web'),
      foreign,
      ruleFor('dev/payments/api', 'dev/payments/web'),
    ]);
    const remarks = environments.flatMap(({ registries }) =>
      registries.flatMap((each) => remarksOnRegistrySettings(each, 'The engine', { shared })),
    );
    expect(remarks.map(({ code, message }) => `${code} ${message}`)).toEqual([
      'render/whole-registry dev: the policy of the registry has statements of others, Theirs: they are in the code as they were found',
      expect.stringMatching(
        /^render\/whole-registry dev: there are replication rules of others, [^;]*others\/[^;]*: they are/,
      ),
    ]);
  });

  it('have no scope in the code where they do not agree on it', async () => {
    const text = (name: string, scope: string) => `---
apiVersion: ecr.slipway.dev/v1
kind: AwsEcrRegistry
metadata: {name: ${name}}
spec: {environments: [${name}], registryPolicy: {scope: ${scope}, ${grants}}}
`;
    const at = parseProject([
      {
        file: 'slipway.yaml',
        text: `apiVersion: ecr.slipway.dev/v1
kind: Project
metadata: {name: payments}
spec:
  naming: "{env}/{name}"
  environments: {prod: {${home}}, dev: {${home}}}
  repositories: {api: {}}
${text('prod', 'V1')}${text('dev', 'V2')}`,
        own: true,
      },
    ]);
    const { environments, shared } = await requestOf(at);
    expect(shared.map((one) => sharedSettings(one).scope)).toEqual([undefined]);
    const remarks = environments.flatMap(({ registries }) =>
      registries.flatMap((each) => remarksOnRegistrySettings(each, 'The engine', { shared })),
    );
    expect(remarks.filter(({ code }) => code === 'render/shared-registry').map(({ message }) => message)).toEqual([
      "prod: the scope of the registry's policy is not in the code: it is V1 here, and V2 in dev",
      "dev: the scope of the registry's policy is not in the code: it is V2 here, and V1 in prod",
    ]);
  });

  it('are those who write to it, whoever else is there', async () => {
    const three = named(`{prod: ${prod}, silent: {${home}}, dev: {${home}, replicas: []}}`, '');
    const { shared } = await requestOf(three);
    expect(shared.map(({ of }) => of.map(({ owner }) => owner.environment))).toEqual([['prod', 'dev']]);
  });

  it('are none where one says nothing of it, or is elsewhere', async () => {
    const apart = project(`{prod: ${prod}, dev: {account: "222222222222", region: eu-west-2}}`);
    const silent = named(`{prod: ${prod}, dev: {${home}}}`, '');
    for (const one of [apart, silent]) {
      const { environments, shared } = await requestOf(one, { environments: ['prod'] });
      expect(environments[0]?.registries.map(({ sharedWith }) => sharedWith)).toEqual([undefined, undefined]);
      expect(shared).toEqual([]);
    }
  });
});
