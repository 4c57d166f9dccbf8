// Exercises principal.ts: how closely a Principal names somebody, and whom a NotPrincipal spares.
// It must not know what follows from that.
import { describe, expect, test } from 'vitest';
import type { Requester } from './model.js';
import { compilePrincipals, type Principals } from './principal.js';

const account = '111111111111';
const root = `arn:aws:iam::${account}:root`;
const provider = `arn:aws:iam::${account}:oidc-provider/token.actions.githubusercontent.com`;
const arn = `arn:aws:iam::${account}:role/build/ci`;
const sessions = `arn:aws:sts::${account}:assumed-role/ci/`;
const role: Requester = { kind: 'role', arn, id: 'AROAEXAMPLEEXAMPLE12' };
const session: Requester = { ...role, session: 'job' };
const anna = `arn:aws:iam::${account}:user/anna`;
const user: Requester = { kind: 'user', arn: anna, id: 'AIDAEXAMPLEEXAMPLE12' };
const nameless: Requester = { kind: 'user', arn: anna };
const federated: Requester = {
  kind: 'federated-user',
  arn: `arn:aws:sts::${account}:federated-user/anna`,
  user: anna,
  id: 'AIDAEXAMPLEEXAMPLE12',
};
const lambda: Requester = { kind: 'service', service: 'lambda.amazonaws.com' };
const holder: Requester = { kind: 'web-identity', provider };
const owner: Requester = { kind: 'root', account, partition: 'aws' };
const member: Requester = { kind: 'anyone', account };
const stranger: Requester = { kind: 'anyone' };

function principals(element: unknown): Principals {
  const compiled = compilePrincipals(element);
  if ('problem' in compiled) throw new Error(compiled.problem);
  return compiled;
}

describe('a principal', () => {
  test.each<[string, unknown, Requester, readonly string[]]>([
    ['everyone', '*', stranger, ['direct']],
    ['everyone of AWS', { AWS: ['*', anna] }, user, ['direct']],
    ['every service is not everyone', { Service: '*' }, stranger, []],
    ['every provider is not everyone', { Federated: '*' }, lambda, []],
    ['a service', { Service: 'Lambda.amazonaws.com' }, { ...lambda, service: 'LAMBDA.amazonaws.com' }, ['direct']],
    ['a service that is named as an account', { AWS: 'lambda.amazonaws.com' }, lambda, []],
    ['a provider', { Federated: provider }, holder, ['direct']],
    ['a provider that is named as something else', { CanonicalUser: provider }, holder, []],
    ['an account for its root user', { AWS: root }, owner, ['direct']],
    ['an account by its id', { AWS: account }, user, ['account']],
    ['an account for somebody of it', { AWS: [account] }, member, ['account']],
    ['an account for somebody of another', { AWS: '222222222222' }, member, []],
    ['what only contains the ARN of a root', { AWS: [`x${root}`, `${root}/x`] }, user, []],
    ['a user', { AWS: anna }, user, ['direct']],
    ['a user and its account', { AWS: [account, anna] }, user, ['direct', 'account']],
    // "IAM transforms the ARN to the user's unique principal ID when you save the policy."
    ['a user by its unique id', { AWS: 'AIDAEXAMPLEEXAMPLE12' }, user, ['direct']],
    ['a user whose id nobody knows', { AWS: 'AIDAEXAMPLEEXAMPLE12' }, nameless, []],
    ['a role', { AWS: arn }, session, ['entity']],
    ['a role by its unique id', { AWS: 'AROAEXAMPLEEXAMPLE12' }, session, ['entity']],
    ['a session', { AWS: `${sessions}job` }, session, ['direct']],
    ['another session', { AWS: `${sessions}other` }, session, []],
    [
      'a session, its role and the account',
      { AWS: [`${sessions}job`, arn, root] },
      session,
      ['direct', 'entity', 'account'],
    ],
    ['a federated user', { AWS: federated.arn }, federated, ['direct']],
    ['the user behind a federated one', { AWS: anna }, federated, ['entity']],
    ['the user behind a federated one, by the unique id', { AWS: 'AIDAEXAMPLEEXAMPLE12' }, federated, ['entity']],
    ['the account of a federated user', { AWS: account }, federated, ['account']],
    ['nobody', {}, user, []],
  ])('%s', (_, element, requester, grips) => {
    expect(principals(element).matches(requester)).toEqual(grips.map((grip) => ({ grip, when: true })));
  });

  test('sessions of a role that may have any, in order', () => {
    const open = {
      key: 'Principal',
      operator: 'ArnLike',
      values: [`${sessions}a`, `${sessions}b`],
      every: false,
      orAbsent: false,
      met: true,
    };
    const others = [`arn:aws:sts::${account}:assumed-role/cid/x`, `arn:aws:sts::222222222222:assumed-role/ci/x`];
    expect(principals({ AWS: [`${sessions}b`, ...others, `${sessions}a`] }).matches(role)).toEqual([
      { grip: 'direct', when: { open } },
    ]);
    expect(principals({ AWS: others }).matches(role)).toEqual([]);
  });
});

/** With Deny: "you must specify the ARN of the account as well" (NotPrincipal). */
describe('a NotPrincipal spares', () => {
  const { arn: session1 } = federated;
  test.each<[string, unknown, Requester, boolean]>([
    ['everyone', '*', role, true],
    ['everyone, a user too', { AWS: '*' }, user, true],
    ['a service', { Service: 'lambda.amazonaws.com' }, lambda, true],
    ['no other service', { Service: 'ecs.amazonaws.com' }, lambda, false],
    ['holders of tokens', { Federated: provider }, holder, true],
    ['no holders of other tokens', { Federated: `${provider}x` }, holder, false],
    ['a root user', { AWS: root }, owner, true],
    ['nobody of whom it names the account alone', { AWS: root }, member, false],
    ['no stranger', { AWS: root }, stranger, false],
    ['a user with its account', { AWS: [anna, root] }, user, true],
    ['no user without its account', { AWS: anna }, user, false],
    ['no user by the account alone', { AWS: root }, user, false],
    ['a role with its account', { AWS: [arn, root] }, session, true],
    ['no role without its account', { AWS: arn }, session, false],
    ['no role by the account alone', { AWS: root }, session, false],
    ['no role by its session', { AWS: [`${sessions}job`, root] }, session, false],
    ['a federated user with all that is above it', { AWS: [session1, anna, root] }, federated, true],
    ['no federated user without the user', { AWS: [session1, root] }, federated, false],
    ['no federated user by the user', { AWS: [anna, root] }, federated, false],
    ['no federated user without the account', { AWS: [session1, anna] }, federated, false],
    ['no federated user by the account', { AWS: root }, federated, false],
  ])('%s', (_, element, requester, spared) => {
    expect(principals(element).spares(requester)).toBe(spared);
  });
});

test.each([[undefined], [null], ['me'], [7], [['*']], [{ AWS: [null] }], [{ Service: {} }]])(
  '%j names nobody',
  (element) => {
    expect(compilePrincipals(element)).toEqual({ problem: 'the principal is neither "*" nor an object of names' });
  },
);
