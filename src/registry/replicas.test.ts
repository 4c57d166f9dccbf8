// Replicas of an environment: the registries they come to, what is made once for all of them, and what is refused.
import { describe, expect, it } from 'vitest';
import { parseProject } from '../manifest/index.js';
import { check, compile } from './compile.js';

function project(replicas: string, more = '', companions = '{}') {
  const text = `apiVersion: ecr.slipway.dev/v1
kind: Project
metadata: {name: payments}
spec:
  environments:
    prod: {account: "222222222222", region: eu-west-1${replicas === '' ? '' : `, replicas: ${replicas}`}}
  access: {pull: ["account:444444444444", "github:acme/deploy@main"], push: ["github:acme/payments@main"]}
  repositories: {api: {${more}}}
---
apiVersion: ecr.slipway.dev/v1
kind: AwsEcrRegistry
metadata: {name: registry}
spec: {companions: ${companions}}
`;
  return parseProject([{ file: 'slipway.yaml', text, own: true }]);
}

const two = '[{region: us-east-1}, {region: ap-south-1}]';
const arn = (region: string) => `arn:aws:ecr:${region}:222222222222:repository/api`;

describe('replicas', () => {
  it('are registries with the same repositories, after the own one, in the order of the manifest', () => {
    const [own, ...replicas] = compile(project(two), 'prod');
    expect(own?.replication).toEqual({ regions: ['ap-south-1', 'us-east-1'] });
    expect(own).not.toHaveProperty('replicaOf');
    expect(replicas.map(({ region, replicaOf }) => [region, replicaOf])).toEqual([
      ['us-east-1', 'eu-west-1'],
      ['ap-south-1', 'eu-west-1'],
    ]);
    for (const replica of replicas) {
      expect(replica.repositories).toEqual(own?.repositories);
      expect([replica.companions, replica.ciAccess, replica.replication]).toEqual([[], undefined, undefined]);
    }
  });

  it('that are none are something else than nothing said', () => {
    expect(compile(project('[]'), 'prod').map(({ replication }) => replication)).toEqual([{ regions: [] }]);
    expect(compile(project(''), 'prod').map(({ replication }) => replication)).toEqual([undefined]);
  });

  it('are pulled from by the roles of the environment, and not pushed to', () => {
    const pullRoles = '{pullRoles: {tasks: {for: ecs-task-execution}}}';
    const roles = compile(project('[{region: us-east-1}]', '', pullRoles), 'prod')
      .flatMap(({ companions }) => companions.flatMap(({ resources }) => resources))
      .flatMap((one) => (one.kind === 'ci-role' || one.kind === 'pull-role' ? [one] : []));
    const granted = new Map(
      roles.map(({ key, permissions }) => [
        key,
        permissions.Statement.flatMap(({ Sid, Resource }) => (Sid === 'LogIn' ? [] : [[Sid, Resource]])),
      ]),
    );
    expect(Object.fromEntries(granted)).toEqual({
      'github-acme.deploy': [['Pull', [arn('eu-west-1'), arn('us-east-1')]]],
      'github-acme.payments': [['Push', arn('eu-west-1')]],
      tasks: [['Pull', [arn('eu-west-1'), arn('us-east-1')]]],
    });
    expect(roles.find(({ key }) => key === 'tasks')?.trust.Statement[0]?.Condition).toMatchObject({
      ArnLike: { 'aws:SourceArn': ['arn:aws:ecs:eu-west-1:222222222222:*', 'arn:aws:ecs:us-east-1:222222222222:*'] },
    });
  });

  it.each([
    ['alias/images', 'alias/images'],
    ['mrk-0123456789abcdef0123456789abcdef', 'mrk-0123456789abcdef0123456789abcdef'],
    [
      'arn:aws:kms:eu-west-1:222222222222:key/mrk-0123456789abcdef0123456789abcdef',
      'arn:aws:kms:us-east-1:222222222222:key/mrk-0123456789abcdef0123456789abcdef',
    ],
  ])('have the key %s of their Region', (said, there) => {
    const [, replica] = compile(project('[{region: us-east-1}]', `encryptionType: KMS, kmsKeyId: "${said}"`), 'prod');
    expect(replica?.repositories[0]?.encryption).toEqual({ type: 'KMS', kmsKey: there });
  });

  it('are in the partition of the environment', () => {
    const found = check(project('[{region: cn-north-1}]'), 'prod').filter(({ severity }) => severity === 'error');
    expect(found).toMatchObject([{ code: 'registry/replica-partition', range: { line: 6 } }]);
    expect(() => compile(project('[{region: cn-north-1}]'), 'prod')).toThrow(/partition/);
  });

  it('may be said with --set', () => {
    const text = `apiVersion: ecr.slipway.dev/v1
kind: Project
metadata: {name: payments}
spec:
  environments: {prod: {account: "222222222222", region: eu-west-1, replicas: [{region: us-east-1}]}}
  repositories: {api: {}}
`;
    const set = ['environments.prod.replicas=[{region: us-west-2}]'];
    const changed = parseProject([{ file: 'slipway.yaml', text, own: true }], { set });
    expect(compile(changed, 'prod').map(({ region }) => region)).toEqual(['eu-west-1', 'us-west-2']);
  });
});
