// `slipway verify` against a local ECR whose clock is moved: predicted, let happen, and found; and what somebody did meanwhile.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type LocalEcr, startLocalEcr } from '../local/index.js';
import { Folder, type RunOptions } from './testing/harness.js';
import { call, pushImage } from './testing/pusher.js';

const place = { account: '111111111111', region: 'eu-west-1' };
const start = Date.parse('2026-10-01T12:00:00Z');
const day = 86_400_000;
const manifest = `apiVersion: ecr.slipway.dev/v1
kind: Project
metadata: {name: shop}
spec:
  naming: "{project}/{name}"
  environments:
    dev: {account: "111111111111", region: eu-west-1, preset: production}
  repositories:
    api: {lifecyclePolicy: {expireUntaggedAfterDays: 3, maxImageCount: 2}}
    web: {lifecyclePolicy: {none: true}}
`;
let now: number;
let local: LocalEcr;
let folder: Folder;
beforeEach(async () => {
  now = start;
  local = await startLocalEcr({ memory: true, port: 0, clock: { now: () => now } });
  folder = new Folder();
  folder.write('slipway.yaml', manifest);
  folder.call(String(local.port), '<port>');
  expect((await slipway(['apply', '--auto-approve', '--local'])).code).toBe(0);
});
afterEach(async () => {
  await local.close();
  folder.remove();
});

const joined = 'joined the local ECR on http://127.0.0.1:<port> (in memory)\n';
async function slipway(argv: readonly string[], options: RunOptions = {}) {
  // The clocks of this machine and of the local ECR are one.
  const clock = { now: () => now, sleep: () => Promise.resolve() };
  const result = await folder.run(argv, { ...options, clock, env: { SLIPWAY_LOCAL_PORT: String(local.port) } });
  return { ...result, stderr: result.stderr.replace(joined, '') };
}
const record = () => slipway(['verify', '--record', 'a.prediction', '--local']);
const verify = (...more: readonly string[]) => slipway(['verify', 'a.prediction', '--local', ...more]);
const pass = (days: number) => slipway(['local', 'clock', 'advance', `${days}d`]);
const push = (tag: string | undefined, repository = 'shop/api') => pushImage(local.url, place, repository, tag);
const remove = (imageTag: string, repositoryName = 'shop/api') =>
  call(local.url, place, 'BatchDeleteImage', { repositoryName, imageIds: [{ imageTag }] });

/** v1 to v4, one an hour, and an untagged image. */
async function pushed(): Promise<string> {
  for (const tag of ['v1', 'v2', 'v3', 'v4']) {
    await push(tag);
    now += 3_600_000;
  }
  return push(undefined);
}

describe('slipway verify', () => {
  it('predicts, and finds what was predicted', async () => {
    await pushed();
    await push('w1', 'shop/web');
    expect(await record()).toMatchInlineSnapshot(`
      {
        "code": 0,
        "stderr": "
      saved; a day from now or later, compare with: slipway verify a.prediction --local
      ",
        "stdout": "Recorded at 2026-10-01 16:00 UTC

        shop/api  5 images, 2 to expire within a day
        shop/web  1 image, no policy
      ",
      }
    `);
    await pass(2);
    expect(await verify()).toMatchInlineSnapshot(`
      {
        "code": 0,
        "stderr": "",
        "stdout": "Recorded 2026-10-01 16:00, verified 2026-10-03 16:00 UTC, 2 days later

        = shop/api  3 stayed and 2 expired, as predicted
        = shop/web  1 stayed, as predicted

      As predicted: 2 repositories
      ",
      }
    `);
    await pass(3);
    await push('v5');
    await pass(2);
    expect(await verify()).toMatchInlineSnapshot(`
      {
        "code": 0,
        "stderr": "",
        "stdout": "Recorded 2026-10-01 16:00, verified 2026-10-08 16:00 UTC, 7 days later

        = shop/api  1 stayed and 4 expired, as predicted; 1 new
        = shop/web  1 stayed, as predicted

      As predicted: 2 repositories
      ",
      }
    `);
  });

  it('names what somebody deleted by hand, and says where to look', async () => {
    await pushed();
    await record();
    await pass(2);
    await remove('v4');
    expect(await verify()).toMatchInlineSnapshot(`
      {
        "code": 2,
        "stderr": "",
        "stdout": "Recorded 2026-10-01 16:00, verified 2026-10-03 16:00 UTC, 2 days later

        ! shop/api  not as predicted
            2 stayed and 2 expired, as predicted
            ! 1 image gone or archived, and not predicted
                v4
                  pushed 2026-10-01 15:00; no rule takes it, so somebody deleted it

        = shop/web  no images, as recorded

      Not as predicted: 1 of 2 repositories

      Who deleted images, CloudTrail knows:
        aws cloudtrail lookup-events --region eu-west-1 \\
            --start-time 2026-10-01T16:00:00Z --lookup-attributes \\
            AttributeKey=EventName,AttributeValue=BatchDeleteImage
      ",
      }
    `);
    const { code, stdout } = await verify('--output', 'json');
    expect(code).toBe(2);
    expect(JSON.parse(stdout)).toMatchObject({
      version: 1,
      verification: {
        recordedAt: '2026-10-01T16:00:00.000Z',
        now: '2026-10-03T16:00:00.000Z',
        asPredicted: false,
        repositories: [
          {
            name: 'shop/api',
            state: 'differs',
            policy: 'same',
            counts: { recorded: 5, kept: 2, expired: 2, unforeseen: 1 },
            images: [
              { tags: ['v4'], verdict: 'unforeseen', cause: 'deleted' },
              { tags: ['v1'], verdict: 'expired', rulePriority: 900, dueAt: '2026-10-01T16:00:00.000Z' },
              { tags: ['v2'], verdict: 'expired' },
            ],
          },
          { name: 'shop/web', state: 'as-predicted', images: [] },
        ],
      },
    });
  });

  it('says that a policy was changed, and a repository deleted', async () => {
    await pushed();
    await record();
    folder.write('slipway.yaml', manifest.replace('maxImageCount: 2', 'maxImageCount: 3'));
    await slipway(['apply', '--auto-approve', '--local']);
    await call(local.url, place, 'DeleteRepository', { repositoryName: 'shop/web' });
    await pass(2);
    expect(await verify()).toMatchInlineSnapshot(`
      {
        "code": 2,
        "stderr": "",
        "stdout": "Recorded 2026-10-01 16:00, verified 2026-10-03 16:00 UTC, 2 days later

        ! shop/api  not as predicted
            3 stayed and 1 expired, as predicted
            ! another policy is in place than was recorded
            ! 1 image still there, and predicted to go
                v2
                  pushed 2026-10-01 13:00; due 2026-10-01 16:00 by rule 900; the
                  policy that is in place now leaves it

        - shop/web  does not exist any more

      Not as predicted: 2 of 2 repositories
      ",
      }
    `);
  });

  it('finds nothing amiss within the 24 hours that ECR takes', async () => {
    await pushed();
    await record();
    now += day / 2;
    const { code, stdout } = await verify('--only', 'shop/api');
    expect(code).toBe(0);
    expect(stdout).toContain('2 due, within the 24 hours that ECR takes');
  });

  it('says what it could not record or read', async () => {
    await pushed();
    await record();
    local.setFaults([{ operation: 'DescribeImages', kind: 'deny', times: 1 }]);
    expect((await slipway(['verify', '--record', 'b.prediction', '--local'])).code).toBe(1);
    local.setFaults([{ operation: 'DescribeImages', kind: 'deny' }]);
    // The recording of before stays.
    expect(await record()).toMatchInlineSnapshot(`
      {
        "code": 1,
        "stderr": "error[plan/not-recorded]: shop/api could not be read (ecr:DescribeImages:
          AccessDeniedException: User: arn:aws:iam::111111111111:user/local is not
          authorized to perform: ecr:DescribeImages on resource:
          arn:aws:ecr:eu-west-1:111111111111:repository/shop/api because no
          identity-based policy allows the ecr:DescribeImages action)
        = help: allow ecr:DescribeImages and ecr:GetLifecyclePolicy, and record again

      error[plan/not-recorded]: shop/web could not be read (ecr:DescribeImages:
          AccessDeniedException: User: arn:aws:iam::111111111111:user/local is not
          authorized to perform: ecr:DescribeImages on resource:
          arn:aws:ecr:eu-west-1:111111111111:repository/shop/web because no
          identity-based policy allows the ecr:DescribeImages action)
        = help: allow ecr:DescribeImages and ecr:GetLifecyclePolicy, and record again

      2 errors
      ",
        "stdout": "",
      }
    `);
    expect(await verify()).toMatchInlineSnapshot(`
      {
        "code": 1,
        "stderr": "",
        "stdout": "Recorded 2026-10-01 16:00, verified 2026-10-01 16:00 UTC, less than a day later

        ? shop/api  could not be read
            ecr:DescribeImages: AccessDeniedException: User:
            arn:aws:iam::111111111111:user/local is not authorized to perform:
            ecr:DescribeImages on resource:
            arn:aws:ecr:eu-west-1:111111111111:repository/shop/api because no
            identity-based policy allows the ecr:DescribeImages action

        ? shop/web  could not be read
            ecr:DescribeImages: AccessDeniedException: User:
            arn:aws:iam::111111111111:user/local is not authorized to perform:
            ecr:DescribeImages on resource:
            arn:aws:ecr:eu-west-1:111111111111:repository/shop/web because no
            identity-based policy allows the ecr:DescribeImages action

      As predicted as far as can be seen: 2 of 2 repositories could not be read
      ",
      }
    `);
  });

  it('refuses what makes no sense', async () => {
    await record();
    expect((await slipway(['verify'])).stderr).toMatchInlineSnapshot(`
      "error[cli/bad-usage]: verify takes either a prediction or --record
        = help: slipway verify FILE compares, slipway verify --record FILE writes what
                is compared with
      "
    `);
    expect((await slipway(['verify', 'a', '--record', 'b'])).code).toBe(1);
    expect((await slipway(['verify', 'nowhere', '--local'])).stderr).toMatchInlineSnapshot(`
      "error[cli/cannot-read]: cannot read nowhere: no such file or directory
        = help: check the path and its permissions
      "
    `);
    expect((await slipway(['verify', 'slipway.yaml', '--local'])).stderr).toMatchInlineSnapshot(`
      "error[plan/unreadable-prediction]: the text is not JSON
        = help: record a new one with \`slipway verify --local --record FILE\`
      "
    `);
    expect(await slipway(['verify', 'a.prediction'])).toMatchInlineSnapshot(`
      {
        "code": 3,
        "stderr": "error[plan/wrong-place]: the prediction was recorded on the local ECR, and
          this looks in AWS
        = help: add --local
      ",
        "stdout": "",
      }
    `);
    expect((await slipway(['verify', '--record', 'no/where', '--local'])).stderr).toMatchInlineSnapshot(`
      "error[cli/cannot-write]: cannot write no/where: no such file or directory
        = help: check the path and its permissions
      "
    `);
  });

  it('works on files alone', async () => {
    const entry = (tag: string, daysAgo: number) => ({
      registryId: '222222222222',
      repositoryName: 'shop/api',
      imageDigest: `sha256:${tag.padEnd(64, '0').replace('v', 'a')}`,
      imageTags: [tag],
      imagePushedAt: new Date(start - daysAgo * day).toISOString(),
    });
    const write = (...imageDetails: object[]) => folder.write('images.json', JSON.stringify({ imageDetails }));
    const selection = { tagStatus: 'any', countType: 'imageCountMoreThan', countNumber: 2 };
    const rules = [{ rulePriority: 1, selection, action: { type: 'expire' } }];
    folder.write('policy.json', JSON.stringify({ rules }));
    write(entry('v1', 3), entry('v2', 2), entry('v3', 1));
    const files = ['--images', 'images.json'];
    const recording = ['verify', '--record', 'f.prediction', ...files];
    expect((await slipway(recording)).stderr).toContain('with --images, --record needs --policy');
    const recorded = await slipway([...recording, '--policy', 'policy.json', '--now', '2026-10-01']);
    expect(recorded.stdout).toContain('shop/api  3 images, 1 to expire within a day');
    write(entry('v2', 2));
    const found = await slipway(['verify', 'f.prediction', ...files, '--now', '2026-10-09']);
    expect(found).toMatchObject({ code: 2, stdout: expect.stringContaining('v3') as string });
    expect(found.stdout).toContain('1 stayed and 1 expired, as predicted');
    expect((await slipway(['verify', 'f.prediction'])).stderr).toContain(
      'name the images as they are now with --images',
    );
    expect((await slipway(['verify', 'f.prediction', '--now', '2026-10-09'])).stderr).toContain(
      'goes with --images only',
    );
    expect((await slipway(['verify', 'f.prediction', ...files, '--now', 'soon'])).stderr).toContain(
      '"soon" is no time',
    );
    await record();
    expect((await slipway(['verify', 'a.prediction', ...files])).stdout).toContain('1 new');
    const other = entry('v2', 2);
    write({ ...other, repositoryName: 'elsewhere' });
    expect((await slipway(['verify', 'a.prediction', ...files])).stderr).toContain('name the repository with --only');
    write({ imageTags: 'v1' });
    expect((await slipway(['verify', 'f.prediction', ...files])).stderr).toContain('images.json:1:');
    expect((await slipway(['verify', 'f.prediction', '--images', 'none.json'])).stderr).toContain(
      'cannot read none.json',
    );
  });
});
