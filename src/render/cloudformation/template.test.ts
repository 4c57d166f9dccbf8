// Templates of companions: what is in them, and that they move only as far as what they are made of.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { companionsRegistry } from '../../../test/support/companions.js';
import type { CiAccess } from '../../access/index.js';
import { companionsOf } from '../../registry/companions/index.js';
import { companionKey } from '../../registry/companions/key.js';
import type { DesiredRepository } from '../../registry/index.js';
import { canonical, isCreateOnly, type Json, sameMeaning, type Template, templateOf, templateText } from './index.js';

const place = { account: '222222222222', region: 'eu-west-1', partition: 'aws' };

function templates(): Readonly<Record<string, Template>> {
  const registry = companionsRegistry();
  return Object.fromEntries(
    registry.companions.flatMap((stack) => {
      const template = templateOf(stack, registry);
      return template === undefined ? [] : [[stack.kind, template]];
    }),
  );
}

describe('templates', () => {
  it('keep the key whatever becomes of its stack, rotate it, and lock nobody out', () => {
    const { Resources = {}, Outputs } = templates()['key'] ?? {};
    expect(Resources['Key']).toMatchObject({
      DeletionPolicy: 'RetainExceptOnCreate',
      UpdateReplacePolicy: 'Retain',
      Properties: { EnableKeyRotation: true, RotationPeriodInDays: 180, PendingWindowInDays: 7 },
    });
    const policy = Resources['Key']?.Properties['KeyPolicy'] as { readonly Statement: readonly Json[] };
    expect(policy.Statement[0]).toEqual({
      Sid: 'Account',
      Effect: 'Allow',
      Principal: { AWS: 'arn:aws:iam::222222222222:root' },
      Action: 'kms:*',
      Resource: '*',
    });
    expect(policy.Statement[1]).toMatchObject({
      Principal: { AWS: '*' },
      Condition: {
        StringEquals: { 'kms:CallerAccount': '222222222222', 'kms:ViaService': 'ecr.eu-west-1.amazonaws.com' },
      },
    });
    expect(Resources['KeyAlias']?.Properties).toEqual({
      AliasName: 'alias/slipway/payments/prod',
      TargetKeyId: { Ref: 'Key' },
    });
    expect(Object.keys(Outputs ?? {})).toEqual(['KeyAlias', 'KeyArn']);
  });

  it('give every role a name that IAM takes, tags, and its ARN as an output', () => {
    const { Resources = {}, Outputs = {} } = templates()['environment'] ?? {};
    expect(Object.keys(Resources)).toHaveLength(4);
    for (const [id, { Type, Properties }] of Object.entries(Resources)) {
      expect(Type).toBe('AWS::IAM::Role');
      expect(Properties['RoleName']).toMatch(/^payments-prod-eu-west-1-[a-z]+$/);
      expect(Properties['Tags']).toContainEqual({ Key: 'slipway:environment', Value: 'prod' });
      expect(Outputs[`${id}Arn`]?.Value).toEqual({ 'Fn::GetAtt': [id, 'Arn'] });
    }
  });

  it('the same manifest gives the same bytes', () => {
    expect(Object.values(templates()).map(templateText)).toEqual(Object.values(templates()).map(templateText));
  });

  it('names of a stack with nothing in it have no template', () => {
    const [stack] = companionsRegistry().companions;
    expect(stack && templateOf({ ...stack, resources: [] }, place)).toBeUndefined();
  });
});

describe('meaning', () => {
  const document = (Action: Json, Condition: Json = {}): Json => ({
    Statement: [{ Effect: 'Allow', Action, Condition }],
  });

  it('is not in the order of actions, tags, members or condition values, nor in lists of one', () => {
    expect(sameMeaning(document(['a', 'b']), document(['b', 'a']))).toBe(true);
    expect(sameMeaning(document(['a']), document('a'))).toBe(true);
    expect(sameMeaning({ Statement: { a: 1, b: 2 } }, { Statement: [{ b: 2, a: 1 }] })).toBe(true);
    expect(
      sameMeaning(
        document('a', { StringEquals: { k: ['x', 'y'] } }),
        document('a', { StringEquals: { k: ['y', 'x'] } }),
      ),
    ).toBe(true);
    expect(sameMeaning({ Tags: [{ Key: 'a' }, { Key: 'b' }] }, { Tags: [{ Key: 'b' }, { Key: 'a' }] })).toBe(true);
  });

  it('is in the order of everything else, and in every value', () => {
    expect(sameMeaning({ 'Fn::GetAtt': ['Key', 'Arn'] }, { 'Fn::GetAtt': ['Arn', 'Key'] })).toBe(false);
    expect(sameMeaning(document('a'), document('b'))).toBe(false);
    expect(sameMeaning(undefined, null)).toBe(false);
    expect(sameMeaning(undefined, undefined)).toBe(true);
  });

  it('is kept by its canonical form', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const once = canonical(value as Json);
        expect(canonical(once)).toEqual(once);
      }),
    );
  });

  it('names what CloudFormation replaces', () => {
    expect(isCreateOnly('AWS::IAM::Role', 'RoleName')).toBe(true);
    expect(isCreateOnly('AWS::IAM::Role', 'Description')).toBe(false);
    expect(isCreateOnly('AWS::S3::Bucket', 'BucketName')).toBe(false);
  });
});

const repository = (name: string): DesiredRepository => ({
  key: name,
  name,
  tagMutability: { mode: 'IMMUTABLE', exclusions: [] },
  encryption: { type: 'KMS', kmsKey: companionKey },
  scanOnPush: true,
  tags: {},
  lifecyclePolicy: undefined,
  statements: [],
  forceDelete: false,
});

/** The resources of the environment's stack for some CI principals. */
function resourcesFor(ciAccess: readonly CiAccess[]): Template['Resources'] {
  const wanted = {
    owner: { project: 'payments', environment: 'prod' },
    place,
    repositories: [repository('api')],
    ciAccess,
  };
  const settings = { spec: {}, tags: {}, neighbours: [], replicas: [], locate: () => undefined };
  const stack = companionsOf(wanted, settings).stacks.find(({ kind }) => kind === 'environment');
  return stack === undefined ? {} : (templateOf(stack, place)?.Resources ?? {});
}

const names = fc.constantFrom('api', 'web', 'shop');
const ref = fc.oneof(
  names.map((branch) => ({ branch })),
  names.map((tag) => ({ tag })),
  fc.constant({ any: true as const }),
);
const some = fc.uniqueArray(names, { maxLength: 3 }).map((all) => all.toSorted());
const access: fc.Arbitrary<CiAccess> = fc.record({
  principal: fc.record({ kind: fc.constant('github' as const), organization: names, repository: names, ref }),
  repositories: fc.record({
    pull: some,
    push: fc.uniqueArray(names, { minLength: 1, maxLength: 3 }).map((all) => all.toSorted()),
    read: some,
    manage: some,
  }),
});
/** Every principal once, as the manifest's grants come to. */
const grants = fc.uniqueArray(access, { maxLength: 6, selector: ({ principal }) => JSON.stringify(principal) });

describe('roles of CI', () => {
  it('do not depend on the order of grants', () => {
    fc.assert(
      fc.property(grants, fc.nat(), (all, turn) => {
        const at = all.length === 0 ? 0 : turn % all.length;
        const turned = [...all.slice(at), ...all.slice(0, at)].reverse();
        expect(JSON.stringify(resourcesFor(turned))).toBe(JSON.stringify(resourcesFor(all)));
      }),
    );
  });

  it('a grant to another source changes no role that was there', () => {
    fc.assert(
      fc.property(grants, access, (all, more) => {
        const other: CiAccess = {
          ...more,
          principal: { kind: 'github', organization: 'other', repository: 'new', ref: { any: true } },
        };
        const before = resourcesFor(all);
        const after = resourcesFor([...all, other]);
        expect(Object.keys(after)).toHaveLength(Object.keys(before).length + 1);
        for (const [id, role] of Object.entries(before)) expect(after[id]).toEqual(role);
      }),
    );
  });

  it('have names that IAM takes and that differ, however long the words are', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.stringMatching(/^[a-z][a-z0-9-]{0,90}[a-z]$/), { minLength: 2, maxLength: 5 }),
        (repos) => {
          const all = repos.map(
            (name): CiAccess => ({
              principal: { kind: 'github', organization: 'acme', repository: name, ref: { branch: 'main' } },
              repositories: { pull: [], push: ['api'], read: [], manage: [] },
            }),
          );
          const roles = Object.values(resourcesFor(all)).map(({ Properties }) =>
            JSON.stringify(Properties['RoleName']),
          );
          expect(new Set(roles).size).toBe(repos.length);
          for (const name of roles) expect(name).toMatch(/^"[\w+=,.@-]{1,64}"$/);
        },
      ),
    );
  });

  it('a branch that may do more than another has a role of its own, named after it', () => {
    const on = (branch: string, push: readonly string[]): CiAccess => ({
      principal: { kind: 'github', organization: 'acme', repository: 'api', ref: { branch } },
      repositories: { pull: [], push, read: [], manage: [] },
    });
    const namesOf = (all: readonly CiAccess[]) =>
      Object.values(resourcesFor(all))
        .map(({ Properties }) => Properties['RoleName'])
        .sort();
    expect(namesOf([on('main', ['api']), on('next', ['api'])])).toEqual(['payments-prod-eu-west-1-github-acme.api']);
    expect(namesOf([on('main', ['api', 'web']), on('next', ['api'])])).toEqual([
      'payments-prod-eu-west-1-github-acme.api@main',
      'payments-prod-eu-west-1-github-acme.api@next',
    ]);
  });
});
