// Properties of the evaluator that hold for all policies, over generated ones.
// It must not know examples: those are in test/cases/access.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { evaluateAccess } from './evaluate.js';
import type { AccessAnswer, AccessRequest, Need, PolicyKind, Requester } from './model.js';
import { type AccessPolicies, compilePolicy, unreadablePolicy } from './policy.js';

type Statement = Readonly<Record<string, unknown>>;
/** Statements of one policy; `null`: it could not be read. */
type Written = readonly Statement[] | null;

interface Scene {
  readonly requester: Requester;
  readonly action: string;
  readonly identity: Written;
  readonly boundary: Written | undefined;
  readonly session: Written | undefined;
  readonly serviceControl: Written | undefined;
  readonly resourceControl: Written | undefined;
  readonly repository: Written;
  readonly registry: Written;
}

const account = '111111111111';
const resource = `arn:aws:ecr:eu-west-1:${account}:repository/red/app`;
const role = `arn:aws:iam::${account}:role/ci`;
const session = `arn:aws:sts::${account}:assumed-role/ci/`;
const requesters: readonly Requester[] = [
  { kind: 'role', arn: role, session: 'build' },
  { kind: 'role', arn: role },
  { kind: 'user', arn: `arn:aws:iam::${account}:user/anna` },
  { kind: 'root', account, partition: 'aws' },
  { kind: 'role', arn: 'arn:aws:iam::222222222222:role/node', session: 'i-1' },
  { kind: 'service', service: 'lambda.amazonaws.com' },
  {
    kind: 'federated-user',
    arn: `arn:aws:sts::${account}:federated-user/anna`,
    user: `arn:aws:iam::${account}:user/anna`,
  },
  { kind: 'anyone', account: '222222222222' },
  { kind: 'anyone' },
];

const condition = fc.oneof({ weight: 3, arbitrary: fc.constant(undefined) }, { weight: 2, arbitrary: conditionOf() });

function conditionOf(): fc.Arbitrary<Readonly<Record<string, Readonly<Record<string, string>>>>> {
  return fc
    .tuple(
      fc.constantFrom('StringEquals', 'StringNotEquals', 'StringEqualsIfExists', 'StringNotEqualsIfExists'),
      fc.constantFrom('aws:SourceVpce', 'aws:ResourceTag/team', 'aws:PrincipalTag/team'),
      fc.constantFrom('one', 'two'),
    )
    .map(([operator, key, value]) => ({ [operator]: { [key]: value } }));
}

function statementOf(principals: boolean, effect?: 'Allow' | 'Deny'): fc.Arbitrary<Statement> {
  return fc
    .record({
      effect: effect === undefined ? fc.constantFrom('Allow', 'Allow', 'Deny') : fc.constant(effect),
      action: fc.constantFrom('ecr:BatchGetImage', 'ecr:*', '*', 'ecr:PutImage', ['ecr:Batch*', 'ecr:PutImage']),
      resource: fc.constantFrom('*', resource, 'arn:aws:ecr:*:*:repository/blue/*', [resource, 'arn:aws:ecr:*']),
      principal: fc.constantFrom(
        '*',
        { AWS: account },
        { AWS: [role, '222222222222'] },
        { AWS: `${session}build` },
        { Service: 'lambda.amazonaws.com' },
      ),
      // The other way round of each: of actions, of resources, of principals in a Deny (AWS supports it in no Allow).
      negated: fc.constantFrom('', '', '', 'Action', 'Resource', 'Principal'),
      condition,
    })
    .map((one) => ({
      Effect: one.effect,
      ...(principals
        ? { [one.negated === 'Principal' && one.effect === 'Deny' ? 'NotPrincipal' : 'Principal']: one.principal }
        : {}),
      [one.negated === 'Action' ? 'NotAction' : 'Action']: one.action,
      [one.negated === 'Resource' ? 'NotResource' : 'Resource']: one.resource,
      ...(one.condition === undefined ? {} : { Condition: one.condition }),
    }));
}

function policyOf(principals: boolean): fc.Arbitrary<Written> {
  return fc.oneof(
    { weight: 12, arbitrary: fc.array(statementOf(principals), { maxLength: 4 }) },
    { weight: 1, arbitrary: fc.constant(null) },
  );
}

const scene: fc.Arbitrary<Scene> = fc.record({
  requester: fc.constantFrom(...requesters),
  action: fc.constantFrom('ecr:BatchGetImage', 'ecr:PutImage', 'ecr:GetAuthorizationToken'),
  identity: policyOf(false),
  boundary: fc.option(policyOf(false), { nil: undefined, freq: 3 }),
  session: fc.option(policyOf(false), { nil: undefined, freq: 3 }),
  serviceControl: fc.option(policyOf(false), { nil: undefined, freq: 3 }),
  resourceControl: fc.option(policyOf(true), { nil: undefined, freq: 3 }),
  repository: policyOf(true),
  registry: policyOf(true),
});

const ofResource = ['resourceControl', 'repository', 'registry'] as const;
const places = ['identity', 'boundary', 'session', 'serviceControl', ...ofResource] as const;
const isOfResource = (place: (typeof places)[number]) => ofResource.some((one) => one === place);
const granting = ['identity', 'repository', 'registry'] as const;
const kinds: Readonly<Record<(typeof places)[number], PolicyKind>> = {
  identity: 'identity',
  boundary: 'boundary',
  session: 'session',
  serviceControl: 'service-control',
  resourceControl: 'resource-control',
  repository: 'repository',
  registry: 'registry',
};

function policies(one: Scene, write: (statements: readonly Statement[]) => unknown = plain): AccessPolicies {
  const read = (place: (typeof places)[number], written: Written) =>
    written === null
      ? unreadablePolicy(kinds[place], place, 'access denied')
      : compilePolicy(kinds[place], place, write(written));
  return {
    requester: {
      identity: [read('identity', one.identity)],
      ...(one.boundary === undefined ? {} : { boundary: read('boundary', one.boundary) }),
      ...(one.session === undefined ? {} : { session: [read('session', one.session)] }),
      ...(one.serviceControl === undefined ? {} : { serviceControl: [[read('serviceControl', one.serviceControl)]] }),
    },
    resource: {
      resource: [read('repository', one.repository), read('registry', one.registry)],
      ...(one.resourceControl === undefined
        ? {}
        : { resourceControl: [[read('resourceControl', one.resourceControl)]] }),
    },
  };
}

function plain(statements: readonly Statement[]): unknown {
  return { Version: '2012-10-17', Statement: statements };
}

function ask(one: Scene, rest: Partial<AccessRequest> = {}, write = plain): AccessAnswer {
  return evaluateAccess({ requester: one.requester, action: one.action, resource, ...rest }, policies(one, write));
}

const runs = { numRuns: 150 };

test('the scenes give every answer', () => {
  const counts = new Map<string, number>();
  for (const one of fc.sample(scene, { numRuns: 600, seed: 1 })) {
    const { answer } = ask(one);
    counts.set(answer, (counts.get(answer) ?? 0) + 1);
  }
  for (const answer of ['yes', 'no', 'yes-if', 'unknown']) expect(counts.get(answer)).toBeGreaterThan(10);
});

describe('a Deny without conditions', () => {
  test.each(places)('in %s always wins', (place) => {
    fc.assert(
      fc.property(scene, (one) => {
        const person = !['service', 'root', 'anyone'].includes(one.requester.kind);
        // Root users have no policies of their own but their account's, services none at all; tokens are the registry's business never.
        fc.pre(person || isOfResource(place));
        fc.pre(one.action !== 'ecr:GetAuthorizationToken' || !isOfResource(place));
        const deny = { Effect: 'Deny', Action: '*', Resource: '*' };
        const added = isOfResource(place) ? { ...deny, Principal: '*' } : deny;
        const answer = ask({ ...one, [place]: [...(one[place] ?? []), added] });
        expect(answer.answer).toBe('no');
        expect(answer.decision.reason).toBe('explicit-deny');
      }),
      runs,
    );
  });
});

const rank = { no: 0, unknown: 1, 'yes-if': 1, yes: 2 };

describe('a Deny more', () => {
  test.each(places)('in %s never gives access', (place) => {
    fc.assert(
      fc.property(scene, statementOf(isOfResource(place), 'Deny'), (one, added) => {
        const before = one[place];
        fc.pre(before !== undefined && before !== null);
        const was = ask(one).answer;
        const is = ask({ ...one, [place]: [...(before ?? []), added] }).answer;
        expect(rank[is]).toBeLessThanOrEqual(rank[was]);
      }),
      runs,
    );
  });
});

describe('an Allow more', () => {
  test.each(places)('in %s never takes access away', (place) => {
    fc.assert(
      fc.property(scene, statementOf(isOfResource(place), 'Allow'), (one, added) => {
        const before = one[place];
        fc.pre(before !== undefined && before !== null);
        const was = ask(one).answer;
        const is = ask({ ...one, [place]: [...(before ?? []), added] }).answer;
        expect(rank[is]).toBeGreaterThanOrEqual(rank[was]);
      }),
      runs,
    );
  });
});

test('without any Allow nobody has access but the root user', () => {
  fc.assert(
    fc.property(scene, (one) => {
      // Whose account may let them, and whose account is all that is known of somebody.
      fc.pre(one.requester.kind !== 'root' && one.requester.kind !== 'anyone');
      const closed = Object.fromEntries(
        granting.map((place) => [place, (one[place] ?? []).filter(({ Effect }) => Effect === 'Deny')]),
      );
      expect(ask({ ...one, ...closed }).answer).toBe('no');
    }),
    runs,
  );
});

test('the order of statements does not matter, nor how they are written', () => {
  const lists = (statement: Statement): Statement => ({
    // Members in another order, in lists, and actions in other letters.
    ...(statement['Condition'] === undefined ? {} : { Condition: statement['Condition'] }),
    ...listed(statement, 'Resource', String),
    ...listed(statement, 'NotResource', String),
    ...listed(statement, 'Action', (action) => String(action).toUpperCase()),
    ...listed(statement, 'NotAction', (action) => String(action).toUpperCase()),
    ...(statement['NotPrincipal'] === undefined ? {} : { NotPrincipal: statement['NotPrincipal'] }),
    ...(statement['Principal'] === undefined ? {} : { Principal: statement['Principal'] }),
    Effect: statement['Effect'],
  });
  const listed = (statement: Statement, member: string, write: (one: unknown) => string) =>
    statement[member] === undefined ? {} : { [member]: [statement[member]].flat().map(write).reverse() };
  const other = (statements: readonly Statement[]) =>
    JSON.stringify(plain([...statements].reverse().map(lists)), undefined, 3);
  fc.assert(
    fc.property(scene, (one) => {
      const was = ask(one);
      const is = ask(one, {}, other);
      expect(is.answer).toBe(was.answer);
      expect(is.decision.reason).toBe(was.decision.reason);
      expect(requirements(is.conditions).sort()).toEqual(requirements(was.conditions).sort());
    }),
    runs,
  );
});

test('a yes-if whose conditions are granted is a yes, and without them a no', () => {
  let met = 0;
  fc.assert(
    fc.property(scene, (one) => {
      const { answer, conditions } = ask(one);
      fc.pre(answer === 'yes-if' && conditions !== undefined);
      const granted = contexts(conditions).filter((context) => holds(conditions, context));
      const refused = contexts(conditions).filter((context) => !holds(conditions, context));
      expect(granted).not.toEqual([]);
      expect(refused).not.toEqual([]);
      for (const context of granted) expect(ask(one, requestIn(one, context)).answer).toBe('yes');
      for (const context of refused) expect(ask(one, requestIn(one, context)).answer).toBe('no');
      met += 1;
    }),
    { numRuns: 40 },
  );
  expect(met).toBeGreaterThan(0);
});

test('a request that leaves nothing open is never a yes-if', () => {
  fc.assert(
    fc.property(scene, (one) => {
      const rest = one.requester.kind === 'role' ? { requester: { session: 'build', ...one.requester } } : {};
      expect(ask(one, { otherKeys: 'absent', ...rest }).answer).not.toBe('yes-if');
    }),
    runs,
  );
});

test('what could not be read changes only what is certain', () => {
  fc.assert(
    fc.property(scene, fc.constantFrom(...places), (one, place) => {
      fc.pre(one[place] !== undefined);
      const known = ask(one).answer;
      const hidden = ask({ ...one, [place]: null }).answer;
      expect(['unknown', known]).toContain(hidden);
    }),
    runs,
  );
});

test('what could not be read, be it what it may, gives nobody more than the answer at best', () => {
  let seen = 0;
  fc.assert(
    fc.property(scene, fc.constantFrom(...places), (one, place) => {
      fc.pre(one[place] !== undefined && one[place] !== null);
      const { answer, atBest } = ask({ ...one, [place]: null });
      const real = ask(one);
      expect(atBest !== undefined).toBe(answer === 'unknown');
      if (atBest?.conditions === undefined) return;
      seen += 1;
      const needs = real.conditions === undefined ? [atBest.conditions] : [atBest.conditions, real.conditions];
      for (const context of contexts({ all: needs })) {
        if (ask(one, requestIn(one, context)).answer === 'yes') expect(holds(atBest.conditions, context)).toBe(true);
      }
    }),
    { numRuns: 300, seed: 7 },
  );
  expect(seen).toBeGreaterThan(0);
});

function requirements(need: Need | undefined): string[] {
  if (need === undefined) return [];
  if ('key' in need) return [JSON.stringify(need)];
  return ('all' in need ? need.all : need.any).flatMap(requirements);
}

/** All states of the keys that the generated conditions know, the name of the session among them. */
function contexts(need: Need): readonly Readonly<Record<string, string | null>>[] {
  const keys = [...new Set(requirements(need).map((text) => (JSON.parse(text) as { key: string }).key))];
  let all: Record<string, string | null>[] = [{}];
  for (const key of keys) {
    const values = key === 'Principal' ? [`${session}build`, `${session}other`] : ['one', 'two', 'three', null];
    all = all.flatMap((one) => values.map((value) => ({ ...one, [key]: value })));
  }
  return all;
}

function requestIn({ requester }: Scene, state: Readonly<Record<string, string | null>>): Partial<AccessRequest> {
  const { Principal: name, ...context } = state;
  if (typeof name !== 'string' || requester.kind !== 'role') return { context };
  return { context, requester: { ...requester, session: name.slice(session.length) } };
}

/** A reading of its own of what a requirement says. */
function holds(need: Need, context: Readonly<Record<string, string | null>>): boolean {
  if ('all' in need) return need.all.every((one) => holds(one, context));
  if ('any' in need) return need.any.some((one) => holds(one, context));
  const value = context[need.key] ?? null;
  return (value === null ? need.orAbsent : need.values.includes(value)) === need.met;
}
