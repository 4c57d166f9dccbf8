// What grants of a registry's policy become, and what is refused.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { validatePolicyText } from './document.js';
import { documentOf, policyText } from './merge.js';
import type { Principal, RegistryGrant, RegistryVerb } from './model.js';
import { actionsOfScopeV1 } from './names.js';
import { checkRegistryVerb, compileRegistryAccess, needsScopeV2, registryVerbs } from './registry.js';
import { registryAccessChange } from './registry-change.js';
import { ownSid } from './sid.js';

const owner = { project: 'payments', environment: 'prod' };
const place = { account: '111111111111', region: 'eu-west-1', partition: 'aws' };
const account = (id: string): Principal => ({ kind: 'account', account: id });
const role = (id: string): Principal => ({ kind: 'role', arn: `arn:aws:iam::${id}:role/build` });
const organization: Principal = { kind: 'org', id: 'o-a1b2c3d4e5' };
const unit: Principal = { kind: 'ou', organization: 'o-a1b2c3d4e5', unit: 'ou-ab12-11111111' };
const grant = (repositories: readonly string[], principals: RegistryGrant['principals']): RegistryGrant => ({
  repositories,
  principals,
});
const compiled = (...grants: readonly RegistryGrant[]) => compileRegistryAccess(grants, owner, place).statements;
const arn = (pattern: string) => `arn:aws:ecr:eu-west-1:111111111111:repository/${pattern}`;

describe('grants of a registry', () => {
  it('to replicate are those of the user guide', () => {
    // User guide, "Private registry policy examples".
    expect(compiled(grant(['prod-*'], { replicate: [account('444444444444')] }))).toEqual([
      {
        Sid: expect.stringMatching(/^Slipway[0-9a-f]{8}ReplicateInProd[0-9a-f]{8}$/) as unknown,
        Effect: 'Allow',
        Principal: { AWS: 'arn:aws:iam::444444444444:root' },
        Action: ['ecr:CreateRepository', 'ecr:ReplicateImage'],
        Resource: arn('prod-*'),
      },
    ]);
  });

  it('to pull through a cache let make repositories and bring images in, and no more', () => {
    expect(compiled(grant(['*'], { pullThrough: [role('111111111111')] }))).toEqual([
      {
        Sid: `${ownSid(owner)}PullThrough`,
        Effect: 'Allow',
        Principal: { AWS: 'arn:aws:iam::111111111111:role/build' },
        Action: ['ecr:BatchImportUpstreamImage', 'ecr:CreateRepository'],
        Resource: arn('*'),
      },
    ]);
  });

  it('never let everyone in without an organisation', () => {
    for (const { Principal: who, Condition } of compiled(
      grant(['team/*'], { pull: [organization, unit], read: [unit] }),
    ))
      expect([who, Condition]).toEqual([
        '*',
        expect.objectContaining({ StringEquals: { 'aws:PrincipalOrgID': 'o-a1b2c3d4e5' } }),
      ]);
  });

  it('are one statement for each set of repositories, of verbs, and kind of principal', () => {
    const statements = compiled(
      grant(['b', 'a', 'a'], { pull: [account('444444444444')] }),
      grant(['a', 'b'], { pull: [role('333333333333')], push: [role('333333333333')] }),
      grant(['a', '*'], { pull: [account('555555555555')] }),
    );
    expect(statements.map(({ Principal: who, Resource }) => [who, Resource])).toEqual([
      [{ AWS: 'arn:aws:iam::555555555555:root' }, arn('*')],
      [{ AWS: 'arn:aws:iam::444444444444:root' }, [arn('a'), arn('b')]],
      [{ AWS: 'arn:aws:iam::333333333333:role/build' }, [arn('a'), arn('b')]],
    ]);
  });

  it('are ECR legal, with Sids of their own, whatever they are; and their order does not show', () => {
    const principal = fc.oneof(
      fc.constantFrom('111111111111', '444444444444').map(account),
      fc.constantFrom('111111111111', '333333333333').map(role),
    );
    const grants = fc.array(
      fc.record({
        repositories: fc.uniqueArray(fc.constantFrom('*', 'a', 'a/*', 'a.*', 'mirror/*', 'x-y'), { minLength: 1 }),
        principals: fc.dictionary(fc.constantFrom(...registryVerbs), fc.array(principal, { maxLength: 3 })),
      }),
      { maxLength: 4 },
    );
    fc.assert(
      fc.property(grants, (all) => {
        const statements = compiled(...all);
        const sids = statements.map(({ Sid }) => Sid);
        expect(new Set(sids).size).toBe(sids.length);
        for (const sid of sids) expect(sid).toMatch(/^Slipway[0-9a-f]{8}[A-Za-z0-9]+$/);
        if (statements.length > 0)
          expect(validatePolicyText(policyText(documentOf(statements)))).toMatchObject({ valid: true });
        expect(compiled(...all.toReversed())).toEqual(statements);
        expect(compiled(...all, ...all)).toEqual(statements);
        const actions = statements.flatMap(({ Action = [] }) => [Action].flat());
        expect(needsScopeV2(statements)).toBe(actions.some((action) => !actionsOfScopeV1.includes(action)));
      }),
    );
  });

  it('are refused where the policy would be larger than ECR takes', () => {
    const many = Array.from({ length: 400 }, (_, at) => account(String(100_000_000_000 + at)));
    expect(compileRegistryAccess([grant(['*'], { pull: many })], owner, place)).toMatchObject({
      statements: [],
      problems: [
        { code: 'access/policy-too-large', message: expect.stringContaining('the registry policy') as unknown },
      ],
    });
  });

  it.each<[RegistryVerb, Principal, 'V1' | 'V2' | undefined, string | undefined]>([
    ['replicate', account('444444444444'), 'V1', undefined],
    ['replicate', account('111111111111'), 'V1', 'access/bad-replicator'],
    ['replicate', role('444444444444'), undefined, 'access/bad-replicator'],
    ['replicate', organization, undefined, 'access/bad-replicator'],
    ['pullThrough', role('111111111111'), 'V1', undefined],
    ['pullThrough', account('111111111111'), 'V1', undefined],
    ['pullThrough', account('444444444444'), 'V2', 'access/pull-through-elsewhere'],
    ['pullThrough', unit, 'V2', 'access/pull-through-elsewhere'],
    ['pull', account('444444444444'), 'V1', 'access/needs-scope-v2'],
    ['pull', account('444444444444'), 'V2', undefined],
    ['pull', account('444444444444'), undefined, undefined],
    ['push', organization, 'V2', 'access/push-by-organization'],
  ])('%s by %j under %s: %s', (verb, principal, scope, code) => {
    const context = { account: place.account, ...(scope === undefined ? {} : { scope }) };
    const found = checkRegistryVerb(principal, verb, `${verb}.0`, context);
    expect(found.map((one) => [one.code, one.path])).toEqual(code === undefined ? [] : [[code, `${verb}.0`]]);
  });
});

describe('what a change of the policy does', () => {
  const pull = compiled(grant(['team/*'], { pull: [account('444444444444')] }));

  it('is said for the repositories it is about', () => {
    expect(registryAccessChange({ statements: [] }, { statements: pull }, place)).toEqual({
      gained: ['account 444444444444 gains pull on team/*'],
      lost: [],
      opened: [],
    });
    const both = compiled(grant(['team/*', 'shared'], { pull: [account('444444444444')] }));
    expect(registryAccessChange({ statements: both }, { statements: pull }, place).lost).toEqual([
      'account 444444444444 loses pull on shared',
    ]);
  });

  it('is nothing where the scope leaves the statements without a say', () => {
    expect(registryAccessChange({ statements: [], scope: 'V1' }, { statements: pull, scope: 'V1' }, place)).toEqual({
      gained: [],
      lost: [],
      opened: [],
    });
  });

  it('tells apart what a Deny leaves out, by the names of repositories where patterns do not', () => {
    const deny = {
      Effect: 'Deny',
      Principal: { AWS: 'arn:aws:iam::444444444444:root' },
      Action: 'ecr:*',
      Resource: arn('*/secret'),
    } as const;
    const { gained } = registryAccessChange({ statements: [deny] }, { statements: [deny, ...pull] }, place, [
      'team/secret',
      'team/api',
    ]);
    expect(gained).toEqual(['account 444444444444 gains pull on team/*']);
    const { lost } = registryAccessChange({ statements: pull }, { statements: [deny, ...pull] }, place, [
      'team/secret',
    ]);
    expect(lost).toEqual(['account 444444444444 loses everything on */secret, team/secret']);
  });

  it('opens where nobody is named', () => {
    const open = { Effect: 'Allow', Principal: '*', Action: 'ecr:BatchGetImage', Resource: arn('*') } as const;
    expect(registryAccessChange({ statements: [] }, { statements: [open] }, place).opened).toEqual([
      'everyone gains pull on *',
    ]);
  });
});
