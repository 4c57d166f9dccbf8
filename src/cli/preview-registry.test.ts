// `slipway preview` of a project on a local ECR: what it prints, how many calls it makes, and ECR's own preview beside it.
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { awsPorts } from '../aws/index.js';
import { type LifecyclePolicy, lifecycleText } from '../lifecycle/index.js';
import { type LocalEcr, startLocalEcr } from '../local/index.js';
import { previewRegistries } from '../plan/preview.js';
import { registry, repository } from '../plan/testing/fixtures.js';
import { Folder, type RunOptions } from './testing/harness.js';
import { call, pushImage } from './testing/pusher.js';

const day = 86_400_000;
const place = { account: '222222222222', region: 'eu-west-1' };
const repositoryName = 'payments/api';
/** Ahead of every machine, so that the clock may be put there. */
const start = Date.UTC(2040, 0, 1);
let local: LocalEcr;
let folder: Folder;
beforeEach(async () => {
  local = await startLocalEcr({ memory: true, port: 0 });
  await local.clock.set(start);
  folder = new Folder();
  folder.call(String(local.port), '<port>');
  folder.write('slipway.yaml', manifest);
  await call(local.url, place, 'CreateRepository', { repositoryName });
});
afterEach(async () => {
  await local.close();
  folder.remove();
});

const manifest = `apiVersion: ecr.slipway.dev/v1
kind: Project
metadata: {name: payments}
spec:
  naming: "{project}/{name}"
  environments:
    prod: {account: "222222222222", region: eu-west-1}
  repositories:
    api: {lifecyclePolicy: {keep: [{tags: ["v*"], last: 5}], expireUntaggedAfterDays: 3}}
    web: {}
`;

/** What every run here says first: the server keeps nothing, and so nothing of the folder's. */
const joined = 'joined the local ECR on http://127.0.0.1:<port> (in memory)\n';

async function slipway(argv: readonly string[], options: RunOptions = {}) {
  const result = await folder.run(argv, { ...options, env: { SLIPWAY_LOCAL_PORT: String(local.port) } });
  return { ...result, stderr: result.stderr.replace(joined, '') };
}
const preview = (...argv: readonly string[]) => slipway(['preview', '-e', 'prod', '--local', ...argv]);

/** A history of a week: a release each day, and now and then what a build leaves behind. 10 images. */
async function history(): Promise<void> {
  for (let at = 0; at < 7; at += 1) {
    await pushImage(local.url, place, repositoryName, `v1.${at}.0`);
    if (at % 3 === 0) await pushImage(local.url, place, repositoryName, undefined, `build ${at}`);
    await local.clock.advance(day);
  }
}

describe('a preview of a project', () => {
  it('shows what the declared policies do, by the clock of the local ECR', async () => {
    await history();
    expect(await preview()).toMatchInlineSnapshot(`
      {
        "code": 0,
        "stderr": "",
        "stdout": "payments in prod (222222222222, eu-west-1) as of 2040-01-08 00:00 UTC

      payments/api  10 images, 83 bytes: 4 expire (34 bytes) and 6 stay
        the policy of the manifest

        - expire  2 images, 16 bytes
          rule 200: expire images tagged v* beyond the newest 5
          v1.0.0  2040-01-01  8 bytes  the 7th newest of 7 images tagged v*, beyond
                                       the newest 5
          v1.1.0  2040-01-02  8 bytes  the 6th newest of 7 images tagged v*, beyond
                                       the newest 5

        - expire  2 images, 18 bytes
          rule 800: expire untagged images 3 days after their push
          sha256:24c3b59e2844  2040-01-01  9 bytes  pushed 7 days ago, more than 3
          sha256:188670d78901  2040-01-04  9 bytes  pushed 4 days ago, more than 3

        = stay  6 images, 49 bytes
          sha256:b54cdbbc4e07  2040-01-07  9 bytes  kept by rule 800: pushed 1 day
                                                    ago, not more than 3
          v1.6.0               2040-01-07  8 bytes  kept by rule 200 as one of the
                                                    newest 5 tagged v*
          v1.5.0               2040-01-06  8 bytes  kept by rule 200 as one of the
                                                    newest 5 tagged v*
          and 3 more, 24 bytes (--all lists them)

        . payments/web  does not exist yet

      In 1 repository: 10 images, 83 bytes: 4 expire (34 bytes) and 6 stay
      Storage at most: <$0.01 a month, <$0.01 after this
      ($0.10 a GB and month, assumed for eu-west-1: the price of us-east-1 as of
      2026-03; layers that images share are counted for each)
      ",
      }
    `);
  });

  it('then the same happens', async () => {
    await history();
    const told = JSON.parse((await preview('--output', 'json')).stdout) as {
      repositories: { results: { imageDigest: string; action: string }[] }[];
    };
    const gone = told.repositories[0]?.results
      .filter(({ action }) => action === 'expire')
      .map((one) => one.imageDigest);
    expect(
      (
        await slipway([
          'apply',
          '-e',
          'prod',
          '--local',
          '--auto-approve',
          '--accept',
          'expire-images',
          '--accept',
          'take-over:payments/api',
        ])
      ).code,
    ).toBe(0);
    const before = await digests();
    expect((await slipway(['local', 'clock', 'advance', '1d'])).stdout).toMatch(
      /^2040-01-09.*\nmeanwhile: 2 runs of lifecycle policies\nexpired by lifecycle policies: 4 images, 34 bytes\n  payments\/api  4 images, 34 bytes\n$/,
    );
    const after = new Set(await digests());
    expect(before.filter((one) => !after.has(one)).toSorted()).toEqual(gone?.toSorted());
    const nextDay = await slipway(['local', 'clock', 'advance', '1d', '--output', 'json']);
    const taken = { expired: 1, expiredBytes: 9, archived: 0, archivedBytes: 0 };
    expect((JSON.parse(nextDay.stdout) as { lifecycle: object[] }).lifecycle).toEqual([
      { ...place, repository: repositoryName, ...taken },
    ]);
  });

  it('is JSON, one entry a repository', async () => {
    await pushImage(local.url, place, repositoryName, 'v1');
    const { code, stdout } = await preview('--output', 'json');
    expect(code).toBe(0);
    const { repositories, ...rest } = JSON.parse(stdout) as { now: string; repositories: Record<string, unknown>[] };
    expect(rest).toEqual({
      version: 1,
      project: 'payments',
      environment: 'prod',
      now: expect.stringMatching(/^2040-01-01T00:/) as string,
      diagnostics: [],
    });
    expect(repositories.map((one) => Object.keys(one))).toEqual(
      ['read', 'absent'].map(() => [
        'repository',
        'key',
        'account',
        'region',
        'policyOf',
        'policy',
        'state',
        'results',
        'summary',
      ]),
    );
    expect(repositories).toMatchObject([
      {
        repository: 'payments/api',
        state: 'read',
        policyOf: 'manifest',
        results: [{ imageTags: ['v1'], action: 'keep' }],
      },
      { repository: 'payments/web', state: 'absent', results: [] },
    ]);
  });

  it('says what could not be read, and ends with 1', async () => {
    local.setFaults([{ operation: 'DescribeImages', kind: 'deny' }]);
    const { code, stdout } = await preview();
    expect(code).toBe(1);
    expect(stdout).toMatchInlineSnapshot(`
      "payments in prod (222222222222, eu-west-1) as of 2040-01-01 00:00 UTC

        ? payments/api  could not be read
          ecr:DescribeImages: AccessDeniedException: User:
          arn:aws:iam::222222222222:user/local is not authorized to perform:
          ecr:DescribeImages on resource:
          arn:aws:ecr:eu-west-1:222222222222:repository/payments/api because no
          identity-based policy allows the ecr:DescribeImages action

        ? payments/web  could not be read
          ecr:DescribeImages: AccessDeniedException: User:
          arn:aws:iam::222222222222:user/local is not authorized to perform:
          ecr:DescribeImages on resource:
          arn:aws:ecr:eu-west-1:222222222222:repository/payments/web because no
          identity-based policy allows the ecr:DescribeImages action

      No repository could be looked at
      "
    `);
  });
});

async function digests(): Promise<string[]> {
  const { imageIds } = (await call(local.url, place, 'ListImages', { repositoryName, maxResults: 1000 })) as {
    imageIds: { imageDigest: string }[];
  };
  return imageIds.map(({ imageDigest }) => imageDigest);
}

it('makes as many calls as there are pages of images, and no more', async () => {
  await pushImage(local.url, place, repositoryName, 'v0');
  const { images } = (await call(local.url, place, 'BatchGetImage', {
    repositoryName,
    imageIds: [{ imageTag: 'v0' }],
  })) as {
    images: { imageManifest: string }[];
  };
  const manifest = JSON.parse(images[0]?.imageManifest ?? '') as object;
  const put = (at: number): Promise<unknown> =>
    call(local.url, place, 'PutImage', {
      repositoryName,
      imageTag: `v${at}`,
      imageManifest: JSON.stringify({ ...manifest, annotations: { at: String(at) } }),
    });
  for (let from = 1; from < 1001; from += 50) await Promise.all(Array.from({ length: 50 }, (_, at) => put(from + at)));
  local.resetCalls();
  const { stdout } = await preview('--only', 'api', '--output', 'json');
  expect(JSON.parse(stdout)).toMatchObject({ repositories: [{ summary: { images: 1001, keep: 5, expire: 996 } }] });
  expect(local.calls()).toEqual({ DescribeImages: 2 });
});

describe('--compare-aws', () => {
  it('says that both agree', async () => {
    await history();
    const { code, stdout } = await preview('--only', 'api', '--compare-aws');
    expect(code).toBe(0);
    expect(stdout).toContain("  ECR's own preview agrees on 10 images\n");
  });

  it('agrees that an image on its way back from the archive is selected by no rule', async () => {
    await history();
    const move = (targetStorageClass: string) =>
      call(local.url, place, 'UpdateImageStorageClass', {
        repositoryName,
        imageId: { imageTag: 'v1.0.0' },
        targetStorageClass,
      });
    await move('ARCHIVE');
    await move('STANDARD');
    const { stdout } = await preview('--only', 'api', '--compare-aws', '--output', 'json');
    expect(stdout).toContain('"agrees"');
    expect(stdout).toContain('on its way back from the archive, no rule selects it');
  });

  it('says clearly where an endpoint does not have it, and ends with 1', async () => {
    await history();
    local.setFaults([{ operation: 'StartLifecyclePolicyPreview', kind: 'deny' }]);
    const { code, stdout } = await preview('--only', 'api', '--compare-aws');
    expect(code).toBe(1);
    expect(stdout).toContain("? ECR's own preview could not be had (ecr:StartLifecyclePolicyPreview:");
  });

  it('agrees on whatever images and policies', async () => {
    const ports = awsPorts({ ...place, local: { endpoint: local.url } });
    const selection = fc.oneof(
      fc.record({ tagStatus: fc.constant('any' as const) }),
      fc.record({ tagStatus: fc.constant('untagged' as const) }),
      fc.record({
        tagStatus: fc.constant('tagged' as const),
        tagPatternList: fc.constantFrom(['*'], ['v*'], ['dev-*'], ['v*', '*1']),
      }),
    );
    const count = fc.oneof(
      fc.record({ countType: fc.constant('imageCountMoreThan' as const), countNumber: fc.integer({ min: 1, max: 4 }) }),
      fc.record({
        countType: fc.constant('sinceImagePushed' as const),
        countUnit: fc.constant('days' as const),
        countNumber: fc.integer({ min: 1, max: 6 }),
      }),
    );
    const action = fc.constantFrom(
      { type: 'expire' as const },
      { type: 'transition' as const, targetStorageClass: 'archive' as const },
    );
    const rules = fc
      .uniqueArray(fc.record({ selection, count, action }), {
        minLength: 1,
        maxLength: 3,
        selector: (one) => one.selection.tagStatus,
      })
      .map((list): LifecyclePolicy => {
        const last = list.toSorted((one) => (one.selection.tagStatus === 'any' ? 1 : -1));
        return {
          rules: last.map((one, at) => ({
            rulePriority: at + 1,
            description: 'a rule like any other',
            selection: { ...one.selection, ...one.count },
            action: one.action,
          })),
        };
      });
    const pushes = fc.array(fc.constantFrom('v', 'dev-', undefined), { minLength: 1, maxLength: 8 });
    let number = 0;
    await fc.assert(
      fc.asyncProperty(pushes, rules, async (prefixes, policy) => {
        number += 1;
        const name = `random/r${number}`;
        await call(local.url, place, 'CreateRepository', { repositoryName: name });
        for (const [at, prefix] of prefixes.entries()) {
          await pushImage(local.url, place, name, prefix && `${prefix}${at % 3}`, `${name} ${at}`);
          await local.clock.advance(day);
        }
        const desired = { ...registry([repository(name, { lifecyclePolicy: policy })]), ...place };
        const now = local.clock.now();
        const { repositories } = await previewRegistries([desired], () => ports, { compare: true, now });
        expect(repositories[0]?.comparison, lifecycleText(policy)).toEqual({
          state: 'agrees',
          images: prefixes.length,
        });
      }),
      { numRuns: 10 },
    );
    ports.close();
  });
});
