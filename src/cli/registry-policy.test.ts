// The policy of a registry through the command line, against a local ECR: what plan, apply, drift, who-can and destroy say of it.
// It must not know how statements are compiled or compared.
import { afterEach, beforeEach, expect, it } from 'vitest';
import { awsPorts } from '../aws/index.js';
import type { LocalEcr } from '../local/index.js';
import { type FreshLocal, freshLocal } from './testing/fresh-local.js';
import type { Folder } from './testing/harness.js';

let world: FreshLocal;
let local: LocalEcr;
let folder: Folder;
beforeEach(async () => {
  world = await freshLocal();
  ({ local, folder } = world);
  declare('scope: V2', 'grants:', ...grants);
});
afterEach(() => world.close());

const pulls =
  '  - {repositories: ["team-a/*"], pull: ["org:o-a1b2c3d4e5"], push: ["role:arn:aws:iam::333333333333:role/ci"]}';
const grants = ['  - {repositories: ["mirror/*"], replicate: ["account:444444444444"]}', pulls];

/** Lines of the document's `registryPolicy`; none: it says nothing of the policy. */
function declare(...lines: readonly string[]): void {
  folder.write(
    'slipway.yaml',
    `apiVersion: ecr.slipway.dev/v1
kind: Project
metadata: {name: payments}
spec:
  environments: {prod: {account: "222222222222", region: eu-west-1}}
  repositories: {team-a/api: {}}
---
apiVersion: ecr.slipway.dev/v1
kind: AwsEcrRegistry
metadata: {name: registry}
spec:
  registryPolicy:${lines.length === 0 ? ' {}' : lines.map((line) => `\n    ${line}`).join('')}
`,
  );
}

async function slipway(...argv: readonly string[]) {
  const { code, stdout, stderr } = await folder.run([...argv, '--local'], {
    env: { SLIPWAY_LOCAL_PORT: String(local.port) },
  });
  return { code, stdout, stderr: stderr.replace('joined the local ECR on http://127.0.0.1:<port> (in memory)\n', '') };
}

const ecr = () => awsPorts({ account: '222222222222', region: 'eu-west-1', local: { endpoint: local.url } }).ecr;

/** Writes into the policy as somebody else does. */
async function byHand(change: (statements: readonly { readonly Sid: string }[]) => readonly object[]): Promise<void> {
  const text = (await ecr().getRegistryPolicy()) ?? '{"Version":"2012-10-17","Statement":[]}';
  const policy = JSON.parse(text) as { Statement: readonly { readonly Sid: string }[] };
  await ecr().putRegistryPolicy(JSON.stringify({ ...policy, Statement: change(policy.Statement) }));
}

const theirs = {
  Sid: 'Theirs',
  Effect: 'Allow',
  Principal: { AWS: 'arn:aws:iam::555555555555:root' },
  Action: 'ecr:ReplicateImage',
  Resource: 'arn:aws:ecr:eu-west-1:222222222222:repository/theirs/*',
};

async function sids(): Promise<readonly string[]> {
  const text = await ecr().getRegistryPolicy();
  if (text === undefined) return [];
  return (JSON.parse(text) as { Statement: readonly { Sid: string }[] }).Statement.map(({ Sid }) => Sid);
}

it('is planned and applied statement by statement, before the repositories', async () => {
  const planned = await slipway('plan', '--detailed-exitcode');
  expect(planned.stdout).toMatchInlineSnapshot(`
    "payments in prod (222222222222, eu-west-1)

      ~ the registry  update
          registry policy
            + Slipwaycdc8225aPullOrganizationInTeamA7b799f4a
                allow everyone in organisation o-a1b2c3d4e5 to pull on team-a/*
            + Slipwaycdc8225aPushInTeamA7b799f4a
                allow role/ci of 333333333333 to push on team-a/*
            + Slipwaycdc8225aReplicateInMirrorc93a97bb
                allow account 444444444444 to replicate on mirror/*
          access
            + account 444444444444 gains ecr:CreateRepository and ecr:ReplicateImage
              on mirror/*
            + everyone in organisation o-a1b2c3d4e5 gains pull on team-a/*
            + role arn:aws:iam::333333333333:role/ci gains push on team-a/*

      + team-a/api  create
          tag mutability  IMMUTABLE
          scan on push    yes
          encryption      AES256
          tags            Environment=prod, ManagedBy=slipway,
                          Repository=team-a/api, slipway:environment=prod,
                          slipway:project=payments
          lifecycle policy
            + 800  expire untagged images 14 days after their push
            + 900  expire tagged images beyond the newest 30

    Plan: the registry to update, 1 to create
    "
  `);
  expect(planned.code).toBe(2);
  const applied = await slipway('apply', '--auto-approve');
  expect([applied.code, applied.stderr, applied.stdout.split('\n').slice(-2)]).toMatchInlineSnapshot(`
    [
      0,
      "
    [1/2] ~ the registry  updated
    [2/2] + team-a/api  created
    ",
      [
        "Applied: the registry and 1 repository done",
        "",
      ],
    ]
  `);
  expect(await slipway('plan', '--detailed-exitcode')).toMatchInlineSnapshot(`
    {
      "code": 0,
      "stderr": "",
      "stdout": "Nothing to do: 1 repository of payments in prod (222222222222, eu-west-1) as
    declared
    ",
    }
  `);
});

it('that somebody changed is drift, told from the live side; what is of others is not, and stays', async () => {
  await slipway('apply', '--auto-approve');
  await byHand((statements) => [...statements.filter(({ Sid }) => !Sid.includes('Push')), theirs]);
  const drift = await slipway('drift');
  expect([drift.code, drift.stdout]).toMatchInlineSnapshot(`
    [
      2,
      "payments in prod (222222222222, eu-west-1): declared -> in AWS

      ~ the registry  changed in AWS
          registry policy
            - Slipwaycdc8225aPushInTeamA7b799f4a
                allow role/ci of 333333333333 to push on team-a/*
          = statement Theirs: written by somebody else
              allow account 555555555555 to ecr:ReplicateImage on theirs/*

    Drift in the registry itself

    Next
      slipway plan --local   shows what would be done
      slipway apply --local  makes it as declared again
    ",
    ]
  `);
  const mended = await slipway('apply', '--auto-approve');
  expect([mended.code, mended.stderr, mended.stdout]).toMatchInlineSnapshot(`
    [
      0,
      "
    [1/1] ~ the registry  updated
    ",
      "payments in prod (222222222222, eu-west-1)

      ~ the registry  update
          registry policy
            + Slipwaycdc8225aPushInTeamA7b799f4a
                allow role/ci of 333333333333 to push on team-a/*
          access
            + role arn:aws:iam::333333333333:role/ci gains pull on team-a/* where
              aws:PrincipalOrgID is not o-a1b2c3d4e5
            + role arn:aws:iam::333333333333:role/ci gains push on team-a/*
          = statement Theirs: written by somebody else
              allow account 555555555555 to ecr:ReplicateImage on theirs/*

    Plan: the registry to update; 1 unchanged

    Applied: the registry done
    ",
    ]
  `);
  const clean = await slipway('drift');
  expect([clean.code, clean.stdout]).toMatchInlineSnapshot(`
    [
      0,
      "payments in prod (222222222222, eu-west-1)

      = the registry  as declared, beside what is not ours
          = statement Theirs: written by somebody else
              allow account 555555555555 to ecr:ReplicateImage on theirs/*

    No drift: 1 repository of payments in prod as declared
    ",
    ]
  `);
});

it('that opens the registry to everyone by a hand of others is told of loudly', async () => {
  await slipway('apply', '--auto-approve');
  await byHand((statements) => [
    ...statements,
    { ...theirs, Sid: 'Open', Principal: '*', Action: 'ecr:BatchGetImage', Resource: '*' },
  ]);
  const { code, stdout } = await slipway('plan', '--detailed-exitcode');
  expect([code, stdout]).toMatchInlineSnapshot(`
    [
      0,
      "payments in prod (222222222222, eu-west-1)

      = the registry  unchanged, beside what is not ours
          ! statement Open: written by somebody else
              allow everyone to ecr:BatchGetImage

    warning[access/open-to-everyone]: the policy of the registry: statement
        Open, written by somebody else, opens it to everyone: anybody with an AWS
        account may pull
      = help: \`aws ecr get-registry-policy --region eu-west-1\` shows it; whoever
              wrote it can narrow it or take it out

    Nothing to do: 1 repository of payments in prod (222222222222, eu-west-1) as
    declared; the registry open to everyone
    ",
    ]
  `);
  const drift = await slipway('drift');
  expect([drift.code, drift.stdout.split('\n\n').at(-1)?.replaceAll(/\s+/g, ' ')]).toEqual([
    0,
    'No drift: 1 repository of payments in prod as declared, but the registry is open to everyone ',
  ]);
});

it('may be all that a project is about', async () => {
  folder.write('slipway.yaml', folder.read('slipway.yaml').replace('  repositories: {team-a/api: {}}\n', ''));
  const said = async (...argv: readonly string[]) => {
    const { code, stdout, stderr } = await slipway(...argv);
    return [code, stderr, stdout];
  };
  expect(await said('validate')).toEqual([
    0,
    '',
    expect.stringContaining('payments is valid: 0 repositories') as unknown,
  ]);
  expect(await slipway('apply', '--auto-approve')).toMatchObject({ code: 0 });
  expect(await said('plan')).toEqual([
    0,
    '',
    'Nothing to do: the registry of payments in prod (222222222222, eu-west-1) as\ndeclared\n',
  ]);
  expect(await said('drift')).toEqual([0, '', 'No drift: the registry of payments in prod as declared\n']);
  expect((await slipway('destroy', '--auto-approve')).stdout).toContain('\nDestroyed: the registry done\n');
  expect((await slipway('destroy', '--auto-approve')).stdout).toMatch(/^Nothing to do\n/);
});

it('takes no access away without consent, and says whose', async () => {
  await slipway('apply', '--auto-approve');
  declare('scope: V2', 'grants:', ...grants.slice(0, 1));
  const planned = await slipway('plan');
  expect(planned.stdout).toMatchInlineSnapshot(`
    "payments in prod (222222222222, eu-west-1)

      ~ the registry  update
          registry policy
            - Slipwaycdc8225aPullOrganizationInTeamA7b799f4a
                allow everyone in organisation o-a1b2c3d4e5 to pull on team-a/*
            - Slipwaycdc8225aPushInTeamA7b799f4a
                allow role/ci of 333333333333 to push on team-a/*
          access
            - everyone in organisation o-a1b2c3d4e5 loses pull on team-a/*
            - role arn:aws:iam::333333333333:role/ci loses push on team-a/*

    One hazard needs your consent

      ! lose-access  registryPolicy
          everyone in organisation o-a1b2c3d4e5 loses pull on team-a/*; role
          arn:aws:iam::333333333333:role/ci loses push on team-a/*
          --accept lose-access:registryPolicy

    Plan: the registry to update; 1 unchanged
    "
  `);
  const refused = await slipway('apply', '--auto-approve');
  expect([refused.code, refused.stderr]).toMatchInlineSnapshot(`
    [
      3,
      "error[plan/consent-needed]: registryPolicy: everyone in organisation
        o-a1b2c3d4e5 loses pull on team-a/*; role arn:aws:iam::333333333333:role/ci
        loses push on team-a/*
      = help: --accept lose-access:registryPolicy
    ",
    ]
  `);
  expect(await slipway('apply', '--auto-approve', '--accept', 'lose-access:registryPolicy')).toMatchObject({ code: 0 });
});

it('has another scope with consent to both hazards by name, and says what can no longer be written then', async () => {
  declare('scope: V2', 'grants:', ...grants.slice(0, 1));
  await slipway('apply', '--auto-approve');
  await byHand((statements) => [...statements, { ...theirs, Sid: 'Pull', Action: 'ecr:BatchGetImage' }]);
  declare('scope: V1', 'grants:', ...grants.slice(0, 1));
  const planned = await slipway('plan');
  expect(planned.stdout).toMatchInlineSnapshot(`
    "payments in prod (222222222222, eu-west-1)

      ~ the registry  update
          scope of the registry policy  V2 -> V1
          access
            - account 555555555555 loses pull on theirs/*
          = statement Pull: written by somebody else
              allow account 555555555555 to ecr:BatchGetImage on theirs/*

    2 hazards need your consent

      ! lose-access  registryPolicy
          account 555555555555 loses pull on theirs/*
          --accept lose-access:registryPolicy

      ! overwrite-shared  registryPolicy.scope
          the registry has scope V2, for all who use it; with V1, its policy would
          decide on replication, pull-through caches and the making of repositories
          alone, and cannot be written again as long as statement Pull of others is
          in it
          --accept overwrite-shared:registryPolicy.scope

    Plan: the registry to update; 1 unchanged
    "
  `);
  const scope = ['--accept', 'overwrite-shared:registryPolicy.scope'];
  const refused = await slipway('apply', '--auto-approve', ...scope);
  expect([refused.code, refused.stderr]).toMatchInlineSnapshot(`
    [
      3,
      "error[plan/consent-needed]: registryPolicy: account 555555555555 loses pull
        on theirs/*
      = help: --accept lose-access:registryPolicy
    ",
    ]
  `);
  const applied = await slipway('apply', '--auto-approve', ...scope, '--accept', 'lose-access:registryPolicy');
  expect([applied.code, applied.stderr]).toMatchInlineSnapshot(`
    [
      0,
      "
    [1/1] ~ the registry  updated
    ",
    ]
  `);
  declare('grants:', '  - {repositories: ["mirror/*"], replicate: ["account:666666666666"]}');
  const stuck = await slipway('plan');
  expect([stuck.code, stuck.stderr]).toMatchInlineSnapshot(`
    [
      1,
      "error[access/needs-scope-v2]: the policy of the registry of 222222222222 in
        eu-west-1 has scope V1, under which it cannot be written as long as
        statement Pull of others is in it
      = help: set \`registryPolicy: {scope: V2}\`, or have that statement taken out by
              whoever wrote it
    ",
    ]
  `);
});

it('goes with destroy, but for what is of others', async () => {
  await slipway('apply', '--auto-approve');
  await byHand((statements) => [...statements, theirs]);
  const { code, stderr, stdout } = await slipway('destroy', '--auto-approve');
  expect([code, stderr, stdout]).toMatchInlineSnapshot(`
    [
      0,
      "
    [1/2] - team-a/api  deleted
    [2/2] ~ the registry  updated
    ",
      "payments in prod (222222222222, eu-west-1)

      ~ the registry  update
          registry policy
            - Slipwaycdc8225aPullOrganizationInTeamA7b799f4a
                allow everyone in organisation o-a1b2c3d4e5 to pull on team-a/*
            - Slipwaycdc8225aPushInTeamA7b799f4a
                allow role/ci of 333333333333 to push on team-a/*
            - Slipwaycdc8225aReplicateInMirrorc93a97bb
                allow account 444444444444 to replicate on mirror/*
          = statement Theirs: written by somebody else
              allow account 555555555555 to ecr:ReplicateImage on theirs/*

      - team-a/api  delete

    Plan: the registry to update, 1 to delete

    Destroyed: the registry and 1 repository done
    ",
    ]
  `);
  expect(await sids()).toEqual(['Theirs']);
});

it('that cannot be written fails by itself', async () => {
  local.setFaults([{ operation: 'PutRegistryPolicy', kind: 'deny' }]);
  const { code, stderr, stdout } = await slipway('apply', '--auto-approve');
  expect([code, stderr, stdout.split('\n').slice(-3)]).toMatchInlineSnapshot(`
    [
      1,
      "
    [1/2] x the registry  failed: ecr:PutRegistryPolicy, AccessDeniedException
    [2/2] + team-a/api  created

    failed the registry (eu-west-1)
      ecr:PutRegistryPolicy: AccessDeniedException
      User: arn:aws:iam::222222222222:user/local is not authorized to perform:
      ecr:PutRegistryPolicy on resource: * because no identity-based policy allows
      the ecr:PutRegistryPolicy action
    ",
      [
        "Partly applied: 1 repository done, 1 failed",
        "mend the cause and run the command again: it goes on where this run ended",
        "",
      ],
    ]
  `);
});

it('answers who-can as it would be: of repositories that are declared, and by ARN of those that nobody has made yet', async () => {
  const asked = ['--planned', '--without-organization'] as const;
  const ci = 'arn:aws:iam::333333333333:role/ci';
  const api = await slipway('who-can', 'pull', 'team-a/api', ...asked);
  expect([api.code, api.stdout]).toMatchInlineSnapshot(`
    [
      0,
      "Who can pull team-a/api, once the manifest is applied
    payments in prod (222222222222, eu-west-1)

      if   account 444444444444
           where aws:PrincipalOrgID is o-a1b2c3d4e5
           statement "Slipwaycdc8225aPullOrganizationInTeamA7b799f4a" of the
           registry policy of 222222222222

      if   anybody with an AWS account
           where aws:PrincipalOrgID is o-a1b2c3d4e5
           statement "Slipwaycdc8225aPullOrganizationInTeamA7b799f4a" of the
           registry policy of 222222222222

      ?    role/ci of 333333333333
           yes as far as could be read, where aws:PrincipalOrgID is o-a1b2c3d4e5
           not read: identity policies of arn:aws:iam::333333333333:role/ci
           (333333333333 is another account than 222222222222)

    Of 3 principals: 0 can pull, 2 under conditions and 1 perhaps
    ",
    ]
  `);
  const next = 'arn:aws:ecr:eu-west-1:222222222222:repository/team-a/next';
  const push = await slipway('who-can', 'push', next, '--as', ci, ...asked);
  expect([push.code, push.stdout]).toMatchInlineSnapshot(`
    [
      1,
      "Who can push team-a/next, once the manifest is applied
    payments in prod (222222222222, eu-west-1)

      ?    role/ci of 333333333333
           yes as far as could be read
           not read: identity policies of arn:aws:iam::333333333333:role/ci
           (333333333333 is another account than 222222222222)
           ?    ecr:GetAuthorizationToken, ecr:BatchCheckLayerAvailability,
                ecr:InitiateLayerUpload, ecr:UploadLayerPart,
                ecr:CompleteLayerUpload, ecr:PutImage and ecr:BatchGetImage (which
                some clients ask for)
                identity policies of arn:aws:iam::333333333333:role/ci could not be
                read: 333333333333 is another account than 222222222222

    Not known
    ",
    ]
  `);
  expect((await slipway('who-can', 'push', next.replace('team-a', 'team-b'), '--as', ci, ...asked)).stdout).toMatch(
    /\n\nNo\n$/,
  );
  const elsewhere = await slipway('who-can', 'pull', next.replace('eu-west-1', 'us-east-1'), ...asked);
  expect([elsewhere.code, elsewhere.stderr]).toMatchInlineSnapshot(`
    [
      1,
      "error[cli/bad-usage]: the ARN is of 222222222222 in us-east-1, and prod of
        222222222222 in eu-west-1
      = help: leave --planned out, or name another environment
    ",
    ]
  `);
  const offline = await slipway('who-can', 'pull', 'team-a/api', '--as', ci, '--offline');
  expect([offline.code, offline.stdout]).toMatchInlineSnapshot(`
    [
      1,
      "Who can pull team-a/api, once the manifest is applied
    payments in prod (222222222222, eu-west-1)

      ?    role/ci of 333333333333
           yes as far as could be read, where aws:PrincipalOrgID is o-a1b2c3d4e5
           not read: identity policies of arn:aws:iam::333333333333:role/ci
           (333333333333 is another account than 222222222222)
           ?    ecr:GetAuthorizationToken, ecr:BatchGetImage,
                ecr:GetDownloadUrlForLayer and ecr:BatchCheckLayerAvailability
                (which some clients ask for)
                identity policies of arn:aws:iam::333333333333:role/ci could not be
                read: 333333333333 is another account than 222222222222

    Not known
    ",
    ]
  `);
});
