// `slipway cost` against a local ECR: the table, its notes, groups, layers, and what could not be read.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type LocalEcr, startLocalEcr } from '../local/index.js';
import { Folder } from './testing/harness.js';
import { pushImage } from './testing/pusher.js';

const place = { account: '111111111111', region: 'us-east-1' };
const manifest = `apiVersion: ecr.slipway.dev/v1
kind: Project
metadata: {name: shop}
spec:
  naming: "{project}/{name}"
  environments:
    dev: {account: "111111111111", region: us-east-1, preset: production}
  repositories:
    api: {lifecyclePolicy: {expireUntaggedAfterDays: 3, maxImageCount: 1}, tags: {Team: core}}
    web: {lifecyclePolicy: {none: true}, tags: {Team: shop}}
    none: {}
`;
let local: LocalEcr;
let folder: Folder;
const joined = 'joined the local ECR on http://127.0.0.1:<port> (in memory)\n';
beforeAll(async () => {
  local = await startLocalEcr({ memory: true, port: 0 });
  folder = new Folder();
  folder.write('slipway.yaml', manifest);
  folder.call(String(local.port), '<port>');
  expect((await slipway('apply', '--auto-approve', '--only', 'api', '--only', 'web')).code).toBe(0);
  const base = 'x'.repeat(1000);
  await pushImage(local.url, place, 'shop/api', 'v1', base);
  await pushImage(local.url, place, 'shop/api', 'v2', `${base}y`);
  await pushImage(local.url, place, 'shop/web', 'w1', 'z'.repeat(5000));
});
afterAll(async () => {
  await local.close();
  folder.remove();
});
beforeEach(() => local.clearFaults());

async function slipway(...argv: readonly string[]) {
  const result = await folder.run([...argv, '--local'], { env: { SLIPWAY_LOCAL_PORT: String(local.port) } });
  return { ...result, stderr: result.stderr.replace(joined, '') };
}

describe('slipway cost', () => {
  it('lists repositories, the dearest first', async () => {
    expect(await slipway('cost')).toMatchInlineSnapshot(`
      {
        "code": 0,
        "stderr": "",
        "stdout": "shop in dev

        repository  images  standard  archive  a month  policy saves
        shop/web         1    5.0 kB        -   <$0.01             -
        shop/api         2    2.0 kB        -   <$0.01        <$0.01
        total            3    7.0 kB        -   <$0.01        <$0.01

      At most so much: layers that images share are counted for each of them. --layers
      counts them once.
      Prices as of 2026-03: $0.10 for a GB and month. An image in the archive is paid
      for at least 90 days.
      ",
      }
    `);
  });

  it('adds up by a tag', async () => {
    expect((await slipway('cost', '--by', 'tag:Team')).stdout).toMatchInlineSnapshot(`
      "shop in dev

        Team   images  standard  archive  a month
        shop        1    5.0 kB        -   <$0.01
        core        2    2.0 kB        -   <$0.01
        total       3    7.0 kB        -   <$0.01

      At most so much: layers that images share are counted for each of them. --layers
      counts them once.
      Prices as of 2026-03: $0.10 for a GB and month. An image in the archive is paid
      for at least 90 days.
      "
    `);
    expect((await slipway('cost', '--by', 'team')).stderr).toContain('write repository, or tag:KEY');
  });

  it('counts layers once where that is asked for', async () => {
    const { stdout, code } = await slipway('cost', '--layers', '--by', 'repository');
    expect(code).toBe(0);
    expect(stdout).not.toContain('At most');
    const found = JSON.parse(
      (await slipway('cost', '--layers', '--by', 'tag:Team', '--output', 'json')).stdout,
    ) as object;
    expect(found).toMatchObject({
      version: 1,
      cost: { upperBound: false, repositories: [{ name: 'shop/web' }, { name: 'shop/api', saving: { images: 1 } }] },
      groups: [{ value: 'shop', repositories: 1 }, { value: 'core' }],
    });
  });

  it('says what could not be read', async () => {
    local.setFaults([{ operation: 'DescribeImages', kind: 'deny' }]);
    const { stdout, code } = await slipway('cost', '--only', 'api');
    expect(code).toBe(1);
    expect(stdout).toContain('? shop/api could not be read (ecr:DescribeImages');
    local.setFaults([{ operation: 'BatchGetImage', kind: 'deny' }]);
    expect((await slipway('cost', '--layers')).stdout).toContain('the layers of shop/api');
  });
});
