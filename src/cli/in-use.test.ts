// Images in use, from the manifest to the end: what is running is shown, protected over months, and let go when it is over.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type LocalEcr, startLocalEcr } from '../local/index.js';
import { Folder } from './testing/harness.js';
import { call, pushImage } from './testing/pusher.js';

const place = { account: '222222222222', region: 'eu-west-1' };
const manifest = `apiVersion: ecr.slipway.dev/v1
kind: Project
metadata: {name: payments}
spec:
  naming: "{project}/{name}"
  usage: {files: [running.txt]}
  environments:
    prod: {account: "222222222222", region: eu-west-1}
  repositories:
    api: {lifecyclePolicy: {maxImageCount: 1}}
    web: {}
`;

let local: LocalEcr;
let folder: Folder;
beforeEach(async () => {
  local = await startLocalEcr({ memory: true, port: 0 });
  folder = new Folder();
  folder.call(String(local.port), '<port>');
  folder.write('slipway.yaml', manifest);
  folder.write('running.txt', '');
});
afterEach(async () => {
  await local.close();
  folder.remove();
});

const slipway = (...argv: readonly string[]) =>
  folder.run([...argv, '--local'], { env: { SLIPWAY_LOCAL_PORT: String(local.port) } });
const running = (...lines: readonly string[]) => folder.write('running.txt', `${lines.join('\n')}\n`);
const address = (rest: string) => `localhost:${local.port}/222222222222.eu-west-1/payments/${rest}`;
const push = (tag: string) => pushImage(local.url, place, 'payments/api', tag);
const later = async (days: number) => {
  await folder.run(['local', 'clock', 'advance', `${days}d`], { env: { SLIPWAY_LOCAL_PORT: String(local.port) } });
};

async function tags(): Promise<readonly (readonly string[])[]> {
  const { imageDetails } = await call(local.url, place, 'DescribeImages', { repositoryName: 'payments/api' });
  return (imageDetails as readonly { readonly imageTags?: readonly string[] }[])
    .map(({ imageTags = [] }) => [...imageTags].sort())
    .sort();
}

describe('an image in use', () => {
  let old: string;
  beforeEach(async () => {
    expect((await slipway('apply', '--auto-approve')).code).toBe(0);
    old = await push('v1');
    await later(1);
    await push('v2');
    running(`${address('api:v1')}   # the old one is still running`);
  });
  const own = () => `slipway-in-use-${old.slice('sha256:'.length, 'sha256:'.length + 12)}`;

  it('survives its policy by ninety days, and goes when nobody uses it any more', async () => {
    const done = await slipway('protect');
    expect(done.code).toBe(0);
    expect(done.stdout).toContain('1 image protected');
    await later(1);
    await push('v3');
    await later(90);
    // Of the images that nobody uses, the newest stays.
    expect(await tags()).toEqual([[own(), 'v1'], ['v3']]);

    running(address('api:v3'));
    expect((await slipway('protect')).stdout).toContain('1 image protected and 1 image released');
    await later(2);
    expect((await tags()).flat()).toContain('v3');
    expect((await tags()).flat()).not.toContain('v1');
  });

  it('stays protected while a source cannot be read', async () => {
    await slipway('protect');
    running('# nothing', 'this is no address');
    const done = await slipway('protect');
    expect(done.code).toBe(1);
    expect(done.stdout).toContain('line 2: it is no address of an image');
    expect(done.stdout).toContain('not every source could be read');
    await later(90);
    expect(await tags()).toEqual([[own(), 'v1'], ['v2']]);
  });

  it('is protected though half of all calls are throttled, and by a run after one that failed', async () => {
    const throttle = { operation: '*', kind: 'throttle', probability: 0.5, seed: 7 } as const;
    local.setFaults([throttle]);
    expect((await slipway('protect')).code).toBe(0);
    local.setFaults([{ operation: 'BatchDeleteImage', kind: 'deny' }]);
    running('');
    const denied = await slipway('protect');
    expect(denied.code).toBe(1);
    expect(denied.stderr).toContain('plan/not-protected');
    local.setFaults([throttle]);
    expect((await slipway('protect')).stdout).toContain('1 image released');
    local.clearFaults();
    expect(await tags()).toEqual([['v1'], ['v2']]);
  });

  it('is shown with its users, and so is what points at nothing', async () => {
    running(address('api:v1'), address('api:v0'), `other.example.org/payments/api:v2`);
    const shown = await slipway('usage');
    expect(shown.code).toBe(0);
    expect(shown.stdout).toMatchInlineSnapshot(`
      "payments in prod (222222222222, eu-west-1)

        payments/api  1 of 2 images in use
          v1  running.txt, line 1

      Nothing in use: payments/web (empty)

      Refer to nothing: no such image is there
          payments/api:v0  running.txt, line 2

      Read: file running.txt (2 uses)
      "
    `);
    const json = await slipway('usage', '--output', 'json');
    expect(JSON.parse(json.stdout)).toMatchObject({
      version: 1,
      complete: true,
      sources: [{ name: 'file running.txt', state: 'read', uses: 2 }],
      repositories: [
        {
          key: 'api',
          name: 'payments/api',
          state: 'read',
          images: 2,
          inUse: [{ digest: old, tags: ['v1'], usedBy: ['running.txt, line 1'] }],
          dangling: [{ tag: 'v0', digest: null, by: 'running.txt, line 2' }],
        },
        { key: 'web', images: 0, inUse: [], dangling: [] },
      ],
    });
  });

  it('is only told of in a dry run', async () => {
    const done = await slipway('protect', '--dry-run');
    expect(done.stdout).toMatchInlineSnapshot(`
      "payments in prod (222222222222, eu-west-1)

        payments/api
          + v1  running.txt, line 1

      1 image would be protected
      "
    `);
    expect(await tags()).toEqual([['v1'], ['v2']]);
    expect(JSON.parse((await slipway('protect', '--dry-run', '--output', 'json')).stdout)).toMatchObject({
      dryRun: true,
      images: [{ digest: old, action: 'protect', outcome: null, tag: own(), tags: ['v1'] }],
      summary: { protected: 1, released: 0, kept: 0, left: 0, failed: 0 },
    });
  });

  it('is a graver hazard than others where a changed policy would take it', async () => {
    const keeping = (count: number) => ['--set', `api.lifecyclePolicy={maxImageCount: ${count}, protectInUse: false}`];
    await slipway('apply', '--auto-approve', ...keeping(5));
    const plan = await slipway('plan', ...keeping(1));
    expect(plan.stdout).toContain('running.txt, line 1');
    expect(plan.stdout).toContain('--accept expire-in-use:payments/api');
    expect((await slipway('apply', '--auto-approve', ...keeping(1), '--accept', 'expire-images')).code).toBe(3);
  });
});

it('is not protected by a policy that does not keep it: that is refused, with what to do', async () => {
  await slipway('apply', '--auto-approve', '--set', 'api.lifecyclePolicy.protectInUse=false');
  await push('v1');
  running(address('api:v1'));
  const done = await slipway('protect');
  expect(done.code).toBe(3);
  expect(done.stderr).toContain('plan/not-protective');
  expect(done.stderr).toContain('protectInUse: true');
  expect(await tags()).toEqual([['v1']]);
});

it('is nothing anybody knows of where no usage is declared', async () => {
  for (const command of ['usage', 'protect']) {
    const done = await slipway(command, '--set', 'usage=null');
    expect(done).toMatchObject({ code: 1, stdout: '' });
    expect(done.stderr).toContain('plan/no-usage');
  }
});

it('is why explain says that protection is on', async () => {
  const { stdout } = await slipway('explain', 'api');
  expect(stdout.replace(/\s+/g, ' ')).toMatch(
    /lifecyclePolicy\.protectInUse +true +from declared usage +\(slipway\.yaml:6:10\)/,
  );
});
