// How plans and drift look at 80 columns, made by the engine on its double.
import { describe, expect, it } from 'vitest';
import { pullActions, pushActions } from '../../access/names.js';
import { compileLifecycle } from '../../lifecycle/index.js';
import { driftOf } from '../../plan/drift.js';
import type { Plan } from '../../plan/index.js';
import { planRegistries } from '../../plan/plan.js';
import { applyOn, image, memory, planOn, registry, repository, statementsOf } from '../../plan/testing/fixtures.js';
import type { MemoryRegistry } from '../../plan/testing/memory-registry.js';
import type { Run } from '../advice.js';
import { paintFor } from '../text.js';
import { hasDrifted, printDrift } from './drift.js';
import { hasChanges, printPlan } from './plan.js';

const canvas = { paint: paintFor(false), columns: 80 };
const run: Run = {
  global: { project: '/work', environment: 'prod', output: 'text', only: [], set: [], local: false },
  cwd: '/work',
};
const organisation = statementsOf({
  pull: [{ kind: 'org', id: 'o-abcdefghij' }],
  push: [{ kind: 'role', arn: 'arn:aws:iam::333333333333:role/ci' }],
});
const first = registry([
  repository('payments/api'),
  repository('payments/web', { statements: organisation }),
  repository('payments/old'),
  repository('payments/kms'),
]);
const second = registry([
  repository('payments/api', {
    tagMutability: { mode: 'IMMUTABLE_WITH_EXCLUSION', exclusions: ['dev-*', 'latest'] },
    lifecyclePolicy: compileLifecycle({
      expireUntaggedAfterDays: 7,
      maxImageCount: 30,
      keep: [{ tags: ['v*'], last: 50 }],
    }),
    statements: statementsOf({ pull: [{ kind: 'account', account: '555555555555' }] }),
    tags: { ...repository('x').tags, Team: 'platform', CostCenter: '12' },
    scanOnPush: false,
  }),
  repository('payments/kms', {
    encryption: { type: 'KMS', kmsKey: 'arn:aws:kms:eu-west-1:111111111111:key/12345678-1234-1234-1234-123456789012' },
  }),
  repository('payments/web', { lifecyclePolicy: null }),
]);

async function applied() {
  const live = memory();
  const ports = live.process();
  await applyOn(ports, await planOn(ports, first));
  return { live, ports };
}

/** Somebody else lets everybody pull, and one account push. */
function opened(live: MemoryRegistry): void {
  const web = live.get('payments/web');
  const policy = JSON.parse(web.repositoryPolicy ?? '') as { Statement: object[] };
  const theirs = [
    { Sid: 'Public', Effect: 'Allow', Principal: { AWS: '*' }, Action: pullActions },
    { Sid: 'Partner', Effect: 'Allow', Principal: { AWS: '555555555555' }, Action: pushActions },
  ];
  web.repositoryPolicy = JSON.stringify({ ...policy, Statement: [...policy.Statement, ...theirs] });
}

describe('a plan', () => {
  it('may be of any length', async () => {
    const small = await planOn(memory().process(), registry([repository('payments/web')]));
    const [first] = small.registries;
    const [web] = first?.repositories ?? [];
    if (first === undefined || web === undefined) throw new Error('nothing is planned');
    // More than a call takes arguments.
    const repositories = Array.from({ length: 200_000 }, () => ({ ...web, changes: [] }));
    const long = { ...small, registries: [{ ...first, repositories }] };
    expect(printPlan(long, canvas, run).match(/payments\/web {2}create/g)).toHaveLength(repositories.length);
  });

  it('shows what will be made', async () => {
    const plan = await planOn(memory().process(), registry([repository('payments/web', { statements: organisation })]));
    expect(hasChanges(plan)).toBe(true);
    expect(printPlan(plan, canvas, run)).toMatchInlineSnapshot(`
      "payments in prod (111111111111, eu-west-1)

        + payments/web  create
            tag mutability  IMMUTABLE
            scan on push    yes
            encryption      AES256
            tags            Team=payments, slipway:environment=prod,
                            slipway:project=payments
            lifecycle policy
              + 800  expire untagged images 14 days after their push
              + 900  expire tagged images beyond the newest 30
            repository policy
              + Slipwaycdc8225aPullOrganization
                  allow everyone in organisation o-abcdefghij to pull
              + Slipwaycdc8225aPush
                  allow role/ci of 333333333333 to push

      Plan: 1 to create
      "
    `);
  });

  it('shows values side by side, rules in words, statements by principal, replacement, orphans and hazards', async () => {
    const { ports } = await applied();
    expect(printPlan(await planOn(ports, second), canvas, run)).toMatchInlineSnapshot(`
      "payments in prod (111111111111, eu-west-1)

        ~ payments/api  update
            tag mutability  IMMUTABLE -> IMMUTABLE except dev-*, latest
            scan on push    yes -> no
            tags
              + CostCenter  "12"
              ~ Team        "payments" -> "platform"
            lifecycle policy
              + 200  expire images tagged v* beyond the newest 50
              ~ 800  expire untagged images 7 days after their push
                     countNumber  14 -> 7
            repository policy
              ~ Slipwaycdc8225aPull
                  who    - account 444444444444
                         + account 555555555555
            access
              + account 555555555555 gains pull
              - account 444444444444 loses pull

      -/+ payments/kms  replace (refused)
            ECR cannot change the encryption of a repository
            encryption      AES256
                         -> KMS
                            arn:aws:kms:eu-west-1:111111111111:key/12345678-1234-1234-1234-123456789012
            what to do instead
              1. set repositoryName of "payments/kms" to "payments/kms-2" and apply:
                 the new repository is made with KMS under
                 arn:aws:kms:eu-west-1:111111111111:key/12345678-1234-1234-1234-123456789012,
                 and payments/kms stays as an orphan with its images
              2. copy every tag that is still needed with all its platforms:
                 skopeo copy --all --preserve-digests \\
                     docker://111111111111.dkr.ecr.eu-west-1.amazonaws.com/payments/kms:TAG \\
                     docker://111111111111.dkr.ecr.eu-west-1.amazonaws.com/payments/kms-2:TAG
              3. push to and deploy from
                 111111111111.dkr.ecr.eu-west-1.amazonaws.com/payments/kms-2
              4. once nothing pulls from payments/kms any more, delete it:
                 slipway apply -e prod --prune --only payments/kms \\
                     --accept delete-images:payments/kms

        o payments/old  orphan: ours, but no longer declared; --prune deletes it

        ~ payments/web  update
            lifecycle policy  2 rules -> none
              - 800  expire untagged images 14 days after their push
              - 900  expire tagged images beyond the newest 30
            repository policy
              + Slipwaycdc8225aPull
                  allow account 444444444444 to pull
              - Slipwaycdc8225aPullOrganization
                  allow everyone in organisation o-abcdefghij to pull
              - Slipwaycdc8225aPush
                  allow role/ci of 333333333333 to push
            access
              + account 444444444444 gains pull where aws:PrincipalOrgID is not
                o-abcdefghij
              - everyone in organisation o-abcdefghij loses pull
              - role arn:aws:iam::333333333333:role/ci loses push

      2 hazards need your consent

        ! lose-access  payments/api
            account 444444444444 loses pull
            --accept lose-access:payments/api

        ! lose-access  payments/web
            everyone in organisation o-abcdefghij loses pull; role
            arn:aws:iam::333333333333:role/ci loses push
            --accept lose-access:payments/web

      Plan: 2 to update, 1 to replace by hand; 1 orphan
      "
    `);
  });

  it('says what is deleted and which existing images expire', async () => {
    const { live, ports } = await applied();
    live.get('payments/old').images.push(image('v1', 3));
    live.get('payments/api').images.push(image(undefined, 10), image(undefined, 9), image('v2', 1));
    const wanted = registry([
      repository('payments/api', { lifecyclePolicy: compileLifecycle({ expireUntaggedAfterDays: 7 }) }),
      repository('payments/web', { statements: organisation }),
      repository('payments/kms'),
    ]);
    expect(printPlan(await planOn(ports, wanted, { prune: true }), canvas, run)).toMatchInlineSnapshot(`
      "payments in prod (111111111111, eu-west-1)

        ~ payments/api  update
            lifecycle policy
              ~ 800  expire untagged images 7 days after their push
                     countNumber  14 -> 7
              - 900  expire tagged images beyond the newest 30
              ! expires 2 of 3 existing images (2.0 MB): sha256:untagged10,
                sha256:untagged9
                from sha256:untagged10 of 2025-12-22 to sha256:untagged9 of 2025-12-23

        - payments/old  delete, with 1 image: no longer declared

      2 hazards need your consent

        ! expire-images  payments/api
            2 of 3 images would expire (2.0 MB): sha256:untagged10, sha256:untagged9
            --accept expire-images:payments/api

        ! delete-images  payments/old
            1 image would be deleted with the repository
            --accept delete-images:payments/old

      Plan: 1 to update, 1 to delete; 2 unchanged
      "
    `);
  });

  it('asks once for a consent that covers several Regions, and names them', async () => {
    const [home, replica] = [memory(), memory()];
    for (const one of [home, replica]) one.seed('payments/api', { tags: { Name: 'x' } });
    const wanted = registry([repository('payments/api')]);
    const plan = await planRegistries([wanted, { ...wanted, region: 'us-east-1' }], async ({ region }) =>
      (region === 'us-east-1' ? replica : home).process(),
    );
    expect(plan.hazards.map(({ kind, region }) => `${kind} ${region ?? ''}`)).toEqual([
      'take-over eu-west-1',
      'take-over us-east-1',
    ]);
    const text = printPlan(plan, canvas, run);
    expect(text.slice(text.indexOf('One hazard'))).toMatchInlineSnapshot(`
      "One hazard needs your consent

        ! take-over  payments/api
            eu-west-1 and us-east-1: it exists already, and no tag says whose it is;
            Slipway would change it and own it
            --accept take-over:payments/api

      Nothing to do without your consent: 2 not ours
      "
    `);
  });

  it("shows what is kept, what is somebody else's and what could not be read", async () => {
    const { live } = await applied();
    const web = live.get('payments/web');
    web.tags = { ...web.tags, Owner: 'someone', Team: 'other' };
    const policy = JSON.parse(web.repositoryPolicy ?? '') as { Statement: object[] };
    policy.Statement.push({
      Sid: 'LambdaECRImageRetrievalPolicy',
      Effect: 'Allow',
      Principal: { Service: 'lambda.amazonaws.com' },
      Action: ['ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'],
    });
    web.repositoryPolicy = JSON.stringify(policy);
    live.seed('payments/theirs', { tags: { Name: 'x' } });
    const wanted = registry([...first.repositories, repository('payments/theirs')]);
    const ports = live.process({ faults: { 'ecr:GetLifecyclePolicy': 'denied' } });
    expect(printPlan(await planOn(ports, wanted), canvas, run)).toMatchInlineSnapshot(`
      "payments in prod (111111111111, eu-west-1)

        = payments/api  unchanged as far as can be seen
            ? lifecycle policy could not be read (ecr:GetLifecyclePolicy:
              AccessDeniedException: injected denied), so it is left alone

        = payments/kms  unchanged as far as can be seen
            ? lifecycle policy could not be read (ecr:GetLifecyclePolicy:
              AccessDeniedException: injected denied), so it is left alone

        = payments/old  unchanged as far as can be seen
            ? lifecycle policy could not be read (ecr:GetLifecyclePolicy:
              AccessDeniedException: injected denied), so it is left alone

        ? payments/theirs  not ours: left alone without consent to take it over
            exists already, and no tag says whose it is
            tag mutability  MUTABLE -> IMMUTABLE
            scan on push    no -> yes
            tags
              + Team                 "payments"
              + slipway:environment  "prod"
              + slipway:project      "payments"
            repository policy
              + Slipwaycdc8225aPull
                  allow account 444444444444 to pull
            access
              + account 444444444444 gains pull
            = tag Name: "x", not declared
            ? lifecycle policy could not be read (ecr:GetLifecyclePolicy:
              AccessDeniedException: injected denied), so it is left alone

        ~ payments/web  update
            tags
              ~ Team  "other" -> "payments"
            = tag Owner: "someone", not declared
            = statement LambdaECRImageRetrievalPolicy: written by somebody else
                allow service lambda.amazonaws.com to ecr:BatchGetImage and
                ecr:GetDownloadUrlForLayer
            ? lifecycle policy could not be read (ecr:GetLifecyclePolicy:
              AccessDeniedException: injected denied), so it is left alone

      One hazard needs your consent

        ! take-over  payments/theirs
            it exists already, and no tag says whose it is; Slipway would change it
            and own it
            --accept take-over:payments/theirs

      Plan: 1 to update; 3 unchanged; 1 not ours; 5 not fully readable
      "
    `);
  });

  it('is loud about what somebody else opened to everyone, though there is nothing to do', async () => {
    const { live, ports } = await applied();
    opened(live);
    const plan = await planOn(ports, first);
    expect(printPlan(plan, canvas, run)).toMatchInlineSnapshot(`
      "payments in prod (111111111111, eu-west-1)

        = payments/web  unchanged, beside what is not ours
            ! statement Public: written by somebody else
                allow everyone to pull
            = statement Partner: written by somebody else
                allow account 555555555555 to push

      warning[access/open-to-everyone]: payments/web: statement Public, written by
          somebody else, opens it to everyone: anybody with an AWS account may pull
        = help: \`aws ecr get-repository-policy --repository-name payments/web --region
                eu-west-1\` shows it; whoever wrote it can narrow it or take it out

      Nothing to do: 4 repositories of payments in prod (111111111111, eu-west-1) as
      declared; 1 open to everyone
      "
    `);
    const red = paintFor(true).red;
    expect(printPlan(plan, { ...canvas, paint: paintFor(true) }, run)).toContain(red('allow everyone to pull'));
  });

  it('shows what no AWS would have taken as it is', async () => {
    const { live, ports } = await applied();
    live.get('payments/web').repositoryPolicy = JSON.stringify({
      Statement: [
        { Sid: 'Odd', Effect: 'Allow', Principal: null, Action: 7, Condition: { Bool: null, Null: { a: 1 } } },
      ],
    });
    expect(printPlan(await planOn(ports, first), canvas, run)).toContain('allow  to 7, if a Null 1');
  });

  it('is one line where there is nothing to do', async () => {
    const { ports } = await applied();
    const plan = await planOn(ports, first);
    expect(hasChanges(plan)).toBe(false);
    expect(printPlan(plan, canvas, run)).toMatchInlineSnapshot(`
      "Nothing to do: 4 repositories of payments in prod (111111111111, eu-west-1) as
      declared
      "
    `);
  });

  it('is coloured on request, and the same text without the colours', async () => {
    const { ports } = await applied();
    const plan = await planOn(ports, second);
    const coloured = printPlan(plan, { ...canvas, paint: paintFor(true) }, run);
    expect(coloured).toContain('\u001b[33m~\u001b[39m');
    // oxlint-disable-next-line no-control-regex
    expect(coloured.replace(/\u001b\[\d+m/g, '')).toBe(printPlan(plan, canvas, run));
  });

  it('wraps long values below one another', async () => {
    const { live, ports } = await applied();
    live.get('payments/api').tags = { ...live.get('payments/api').tags, Team: 'the people who look after payments' };
    const keep = (patterns: string[]) =>
      repository('payments/api', {
        tags: { ...repository('x').tags, Team: 'those who took payments over from them in spring' },
        lifecyclePolicy: compileLifecycle({ keep: [{ tags: patterns, last: 5 }] }),
      });
    await applyOn(ports, await planOn(ports, registry([keep(['release-*-of-the-year'])])), { accept: ['take-over'] });
    live.get('payments/api').tags = { ...live.get('payments/api').tags, Team: 'the people who look after payments' };
    const plan = await planOn(ports, registry([keep(['release-*-of-this-year', 'candidate-*-of-this-year'])]));
    const lines = printPlan(plan, canvas, run).split('\n');
    const shown = lines.slice(lines.findIndex((line) => line.includes('payments/api')));
    expect(shown.slice(0, 9).join('\n')).toMatchInlineSnapshot(`
      "  ~ payments/api  update
            tags
              ~ Team  "the people who look after payments"
                   -> "those who took payments over from them in spring"
            lifecycle policy
              ~ 200  expire images tagged release-*-of-this-year beyond the newest 5
                     tagPatternList  [release-*-of-the-year]
                                  -> [release-*-of-this-year]
              + 201  expire images tagged candidate-*-of-this-year beyond the newest 5"
    `);
    expect(lines.filter((line) => line.length > 80)).toEqual([]);
  });

  it('breaks no line within 80 columns unless a single word is longer', async () => {
    const { ports } = await applied();
    const lines = printPlan(await planOn(ports, second), canvas, run).split('\n');
    const long = lines.filter((line) => line.length > 80 && line.trim().replace(/ \\$/, '').includes(' '));
    expect(long.filter((line) => !line.includes('arn:'))).toEqual([]);
  });
});

describe('drift', () => {
  it('reads from what is declared to what AWS has', async () => {
    const { live, ports } = await applied();
    live.get('payments/api').tagMutability = { mode: 'MUTABLE', exclusions: [] };
    delete live.get('payments/api').lifecyclePolicy;
    live.repositories.delete('payments/web');
    const drift: Plan = await driftOf([first], () => ports);
    expect(hasDrifted(drift)).toBe(true);
    expect(printDrift(drift, canvas, run)).toMatchInlineSnapshot(`
      "payments in prod (111111111111, eu-west-1): declared -> in AWS

        ~ payments/api  changed in AWS
            tag mutability  IMMUTABLE -> MUTABLE
            lifecycle policy  2 rules -> none
              - 800  expire untagged images 14 days after their push
              - 900  expire tagged images beyond the newest 30

        - payments/web  does not exist in AWS

      Drift in 2 of 4 repositories

      Next
        slipway plan -e prod   shows what would be done
        slipway apply -e prod  makes it as declared again
      "
    `);
  });

  it('says what to do about each kind, with the options of this run', async () => {
    const { live, ports } = await applied();
    live.get('payments/api').scanOnPush = false;
    live.seed('payments/theirs', { tags: { Name: 'x' } });
    const kms = { encryption: { type: 'KMS' as const, kmsKey: 'arn:aws:kms:eu-west-1:111111111111:key/1' } };
    const wanted = registry([
      repository('payments/api'),
      repository('payments/kms', kms),
      repository('payments/theirs'),
      repository('payments/web', { statements: organisation }),
    ]);
    const text = printDrift(await driftOf([wanted], () => ports), canvas, {
      global: { ...run.global, project: '/work/infra', set: ['naming=payments/{name}'], local: true },
      cwd: '/work',
    });
    const coloured = printDrift(await driftOf([wanted], () => ports), { ...canvas, paint: paintFor(true) }, run);
    expect(coloured).toContain(paintFor(true).bold('Drift in 4 of 5 repositories'));
    expect(text.slice(text.indexOf('Drift in'))).toMatchInlineSnapshot(`
      "Drift in 4 of 5 repositories

      Next
        slipway plan -C infra -e prod --set 'naming=payments/{name}' --local
            shows what would be done, with the steps that replace payments/kms
        slipway apply -C infra -e prod --set 'naming=payments/{name}' --local
            makes it as declared again, but for the encryption of payments/kms
        slipway apply -C infra -e prod --set 'naming=payments/{name}' --local --prune
            also deletes payments/old
        slipway apply -C infra -e prod --set 'naming=payments/{name}' --local \\
            --accept take-over:payments/theirs
            takes over payments/theirs
      "
    `);
  });

  it('advises apply only where apply would do something', async () => {
    const { ports } = await applied();
    const text = printDrift(await driftOf([registry(first.repositories.slice(1))], () => ports), canvas, run);
    expect(text.slice(text.indexOf('Drift in'))).toMatchInlineSnapshot(`
      "Drift in 1 of 4 repositories

      Next
        slipway plan -e prod           shows what would be done
        slipway apply -e prod --prune  also deletes payments/api
      "
    `);
  });

  it('tells what somebody else opened, which is no drift', async () => {
    const { live, ports } = await applied();
    opened(live);
    const drift = await driftOf([first], () => ports);
    expect(hasDrifted(drift)).toBe(false);
    expect(printDrift(drift, canvas, run)).toMatchInlineSnapshot(`
      "payments in prod (111111111111, eu-west-1)

        = payments/web  as declared, beside what is not ours
            ! statement Public: written by somebody else
                allow everyone to pull
            = statement Partner: written by somebody else
                allow account 555555555555 to push

      warning[access/open-to-everyone]: payments/web: statement Public, written by
          somebody else, opens it to everyone: anybody with an AWS account may pull
        = help: \`aws ecr get-repository-policy --repository-name payments/web --region
                eu-west-1\` shows it; whoever wrote it can narrow it or take it out

      No drift: 4 repositories of payments in prod as declared, but 1 is open to
      everyone
      "
    `);
  });

  it('is not denied where something could not be read', async () => {
    const { live } = await applied();
    const ports = live.process({ faults: { 'ecr:GetRepositoryPolicy': 'denied' } });
    const text = printDrift(await driftOf([first], () => ports), canvas, run);
    expect(text).toContain('repository policy could not be read');
    expect(text).toContain('No drift seen in payments in prod, but 4 of');
  });

  it('is one line where there is none', async () => {
    const { ports } = await applied();
    const drift = await driftOf([first], () => ports);
    expect(hasDrifted(drift)).toBe(false);
    expect(printDrift(drift, canvas, run)).toMatchInlineSnapshot(`
      "No drift: 4 repositories of payments in prod as declared
      "
    `);
  });
});
