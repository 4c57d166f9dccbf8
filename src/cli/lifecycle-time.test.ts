// Policies and time: what the commands that reach a registry make of images on a local ECR whose clock is ahead of this machine's.
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type LocalEcr, startLocalEcr } from '../local/index.js';
import { Folder, twoEnvironments } from './testing/harness.js';
import { call, pushImage } from './testing/pusher.js';

const place = { account: '222222222222', region: 'eu-west-1' };
const repositoryName = 'payments/web';
let local: LocalEcr;
let folder: Folder;
beforeEach(async () => {
  local = await startLocalEcr({ memory: true, port: 0 });
  folder = new Folder();
  folder.write('slipway.yaml', twoEnvironments);
});
afterEach(async () => {
  await local.close();
  folder.remove();
});

const slipway = (...argv: readonly string[]) => folder.run(argv, { env: { SLIPWAY_LOCAL_PORT: String(local.port) } });

it('goes by the clock of the local ECR', async () => {
  await call(local.url, place, 'CreateRepository', { repositoryName });
  await pushImage(local.url, place, repositoryName, undefined);
  const plan = ['plan', '-e', 'prod', '--local', '--only', 'web'];
  expect((await slipway(...plan)).stdout).not.toContain('would expire');
  await slipway('local', 'clock', 'advance', '15d');
  expect((await slipway(...plan)).stdout).toContain('1 of 1 image would expire');
});
