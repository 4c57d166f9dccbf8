// What `slipway plan` says of a lifecycle policy that changes, beside the change, given the images that are there.
import { stripVTControlCharacters } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type LocalEcr, startLocalEcr } from '../local/index.js';
import { Folder, type RunOptions } from './testing/harness.js';
import { pushImage } from './testing/pusher.js';

const place = { account: '111111111111', region: 'eu-west-1' };
const start = Date.parse('2026-10-01T12:00:00Z');
const manifest = (keep: string) => `apiVersion: ecr.slipway.dev/v1
kind: Project
metadata: {name: shop}
spec:
  naming: "{project}/{name}"
  environments:
    dev: {account: "111111111111", region: eu-west-1, preset: production}
  repositories:
    api: {lifecyclePolicy: {expireUntaggedAfterDays: 14, maxImageCount: 30${keep}}}
`;
let local: LocalEcr;
let folder: Folder;
beforeEach(async () => {
  local = await startLocalEcr({ memory: true, port: 0, clock: { now: () => start } });
  folder = new Folder();
  folder.call(String(local.port), '<port>');
  folder.write('slipway.yaml', manifest(''));
  expect((await slipway(['apply', '--auto-approve'])).code).toBe(0);
  for (const tag of ['pr-login-1', 'pr-search-1', 'pr-cart-1']) await pushImage(local.url, place, 'shop/api', tag);
});
afterEach(async () => {
  await local.close();
  folder.remove();
});
const slipway = (argv: readonly string[], options: RunOptions = {}) => {
  const clock = { now: () => start, sleep: () => Promise.resolve() };
  return folder.run([...argv, '--local'], { ...options, clock, env: { SLIPWAY_LOCAL_PORT: String(local.port) } });
};

describe('remarks in a plan', () => {
  it('stand behind the changes, fit 80 columns, and are the same in colour', async () => {
    folder.write('slipway.yaml', manifest(', keep: [{tags: ["pr-*"], last: 2}]'));
    const { stdout } = await slipway(['plan']);
    expect(stdout).toMatchInlineSnapshot(`
      "shop in dev (111111111111, eu-west-1)

        ~ shop/api  update
            lifecycle policy
              + 200  expire images tagged pr-* beyond the newest 2
              ! expires 1 of 3 existing images (13 bytes): pr-search-1

      One hazard needs your consent

        ! expire-images  shop/api
            1 of 3 images would expire (13 bytes): pr-search-1
            --accept expire-images:shop/api

      warning[lifecycle/shared-count]: shop/api: the last 2 of "pr-*" are 2 of all
          branches together, not of each; there are 3 now
       --> shop/api: rules.0.selection.countNumber
        = help: ECR cannot count for each branch; the nearest is an age:
                "sinceImagePushed" with 14 days keeps every branch that is worked on

      Plan: 1 to update
      "
    `);
    expect(stdout.split('\n').filter((line) => line.length > 80)).toEqual([]);
    expect(stripVTControlCharacters((await slipway(['plan'], { colour: true })).stdout)).toBe(stdout);
  });
});
