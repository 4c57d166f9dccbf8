// `slipway permissions --for`: the policy that the other side of a grant attaches, and what is said beside it.
// It must not know how grants are compiled; what Slipway itself needs is in test/permissions.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Folder } from './testing/harness.js';

let folder: Folder;
beforeEach(() => {
  folder = new Folder();
  folder.write(
    'slipway.yaml',
    `apiVersion: ecr.slipway.dev/v1
kind: Project
metadata: {name: payments}
spec:
  environments:
    prod:
      account: "222222222222"
      region: eu-west-1
      push: [{github: acme/api@main, orgId: "12", repoId: "7"}]
  access:
    pull: ["account:444444444444", "role:arn:aws:iam::333333333333:role/node", "org:o-abcdefghij", "service:lambda"]
    grants: [{repositories: ["team-a/*"], manage: ["role:arn:aws:iam::333333333333:role/node"]}]
  repositories: {api: {}, team-a/web: {}}
`,
  );
});
afterEach(() => folder.remove());

async function policyFor(who: string, ...more: readonly string[]) {
  const { code, stdout, stderr } = await folder.run(['permissions', '-e', 'prod', '--for', who, ...more]);
  expect([who, code, code === 0 ? '' : stderr]).toEqual([who, 0, '']);
  const document = JSON.parse(stdout) as { Statement: readonly { Sid: string; Resource: unknown }[] };
  return { stderr, statements: document.Statement.map(({ Sid, Resource }) => [Sid, Resource]) };
}

const arn = (name: string) => `arn:aws:ecr:eu-west-1:222222222222:repository/${name}`;

describe('slipway permissions --for', () => {
  it('prints what an account, or somebody in it, attaches', async () => {
    const login = ['LogIn', '*'];
    const both = ['Pull', [arn('api'), arn('team-a/web')]];
    const { statements, stderr } = await policyFor('account:444444444444');
    expect(statements).toEqual([login, both]);
    expect(stderr).toContain('the grant takes effect once the other account attaches this policy');
    expect(stderr).toContain('everyone in o-abcdefghij has grants too');
    expect((await policyFor('444444444444')).statements).toEqual([login, both]);
    expect((await policyFor('arn:aws:iam::444444444444:role/any')).statements).toEqual([login, both]);
    expect((await policyFor('org:o-abcdefghij', '--only', 'api')).statements).toEqual([login, ['Pull', arn('api')]]);
    expect((await policyFor('role:arn:aws:iam::333333333333:role/node')).statements).toEqual([
      login,
      both,
      ['Manage', arn('team-a/web')],
    ]);
  });

  it('prints what the policy of the registry grants by pattern, and says where nothing is to be attached for it', async () => {
    folder.write(
      'registry.slipway.yaml',
      `apiVersion: ecr.slipway.dev/v1
kind: AwsEcrRegistry
metadata: {name: registry}
spec:
  registryPolicy:
    grants:
      - {repositories: ["team-b/*", "team-c/*"], pullAndPush: ["account:444444444444"], pull: ["org:o-bcdefghijk"]}
      - {repositories: ["mirror/*"], replicate: ["account:666666666666"]}
      - {repositories: ["hub/*"], pullThrough: ["role:arn:aws:iam::222222222222:role/build"]}
`,
    );
    const teams = [arn('team-b/*'), arn('team-c/*')];
    const { statements, stderr } = await policyFor('account:444444444444');
    expect(statements).toEqual([
      ['LogIn', '*'],
      ['Pull', [arn('api'), arn('team-a/web'), ...teams]],
      ['Push', teams],
    ]);
    expect(stderr).toContain('everyone in o-bcdefghijk has grants too');
    const only = await policyFor('account:444444444444', '--only', 'api');
    expect(only.statements).toEqual([
      ['LogIn', '*'],
      ['Pull', arn('api')],
    ]);
    for (const who of ['account:666666666666', 'role:arn:aws:iam::222222222222:role/build']) {
      const copies = await folder.run(['permissions', '-e', 'prod', '--for', who]);
      expect([copies.code, copies.stderr.replaceAll(/\s+/g, ' ')]).toEqual([
        1,
        expect.stringContaining('needs no policy for what it is granted: the policy of the registry is enough'),
      ]);
    }
  });

  it('prints trust and permissions of a CI job', async () => {
    const { stdout } = await folder.run(['permissions', '--for', 'github:acme/api@main']);
    expect(JSON.parse(stdout)).toMatchObject({
      trust: {
        Statement: [
          {
            Principal: {
              Federated: 'arn:aws:iam::222222222222:oidc-provider/token.actions.githubusercontent.com',
            },
            Condition: {
              StringEquals: {
                'token.actions.githubusercontent.com:sub': [
                  'repo:acme/api:ref:refs/heads/main',
                  'repo:acme@12/api@7:ref:refs/heads/main',
                ],
              },
            },
          },
        ],
      },
      permissions: { Statement: [{ Sid: 'LogIn' }, { Sid: 'Push' }] },
    });
    const json = await folder.run(['permissions', '--for', 'github:acme/api@main', '--output', 'json']);
    expect(JSON.parse(json.stdout)).toMatchObject({
      version: 1,
      policies: [{ name: 'trust' }, { name: 'permissions' }],
      notes: [expect.stringContaining('apply makes the role')],
    });
  });

  it('says so where nothing is granted, and what it does not understand', async () => {
    const said = async (...argv: readonly string[]) => {
      const { code, stderr } = await folder.run(['permissions', ...argv]);
      return `${code} ${stderr.replace(/\s+/g, ' ')}`;
    };
    expect(await said('--for', 'account:555555555555')).toMatch(/^1 .*no grant of prod names account 555555555555/);
    expect(await said('--for', 'github:acme/api@other')).toMatch(/^1 .*no grant of prod names github:acme\/api@other/);
    expect(await said('--for', 'github:acme/api@main2')).toMatch(/^1 .*no grant of prod names/);
    expect(await said('--for', 'service:lambda')).toMatch(/^1 .*needs no policy of its own/);
    expect(await said('--for', 'service:ecs-tasks')).toMatch(/^1 .*access\/service-does-not-pull/);
    expect(await said('--for', 'account:12')).toMatch(/^1 .*"12" is not an account id --> --for = help: give/);
    expect(await said('--for', 'github:acme')).toMatch(/^1 .*says no branch, tag or environment --> --for = help:/);
    expect(await said('--for', 'nobody')).toMatch(/^1 .*--for is "nobody"/);
    expect(await said('--for', 'account:444444444444', '--for-command', 'plan')).toMatch(/^1 .*stand together/);
  });
});
