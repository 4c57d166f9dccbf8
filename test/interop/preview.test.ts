// What the AWS CLI really prints, previewed offline; and ECR's own preview asked of an endpoint that does not have it.
// It must not know how a policy is evaluated.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { call, pushImage } from '../../src/cli/testing/pusher.js';
import { aws, type Endpoint, motoAccount, startMoto, wireOk } from '../support/clients.js';
import { awsEnvironment, cleanEnvironment } from '../support/environment.js';
import { type LocalEcr, startLocal } from '../support/local.js';
import { run, type Server } from '../support/processes.js';
import { slipwayBin, type Workspace, workspace } from '../support/slipway.js';
import { describeWith } from '../support/tools.js';

const region = 'eu-west-1';
const repositoryName = 'team/app';
const policy = JSON.stringify({
  rules: [
    {
      rulePriority: 10,
      selection: { tagStatus: 'tagged', tagPatternList: ['v*'], countType: 'imageCountMoreThan', countNumber: 2 },
      action: { type: 'expire' },
    },
  ],
});

describeWith({ tools: ['aws'] }, "the AWS CLI's answers, previewed", () => {
  let local: LocalEcr;
  let folder: string;
  let at: Endpoint;
  beforeAll(async () => {
    local = await startLocal();
    folder = mkdtempSync(join(tmpdir(), 'slipway-preview-'));
    at = { endpoint: local.url, account: '888888888888', region };
    await call(local.url, at, 'CreateRepository', { repositoryName });
    for (const tag of ['v1', 'v2', 'v3', 'other']) {
      await pushImage(local.url, at, repositoryName, tag);
      await local.clock.advance(1000);
    }
    await wireOk(at, 'ecr', 'PutLifecyclePolicy', { repositoryName, lifecyclePolicyText: policy });
  }, 60_000);
  afterAll(async () => {
    rmSync(folder, { recursive: true, force: true });
    await local?.close();
  });

  it('are read as they are printed, images and policy', async () => {
    for (const [file, operation] of [
      ['images.json', 'describe-images'],
      ['policy.json', 'get-lifecycle-policy'],
    ] as const) {
      const done = await aws(at, ['ecr', operation, '--repository-name', repositoryName]);
      expect(done.code, done.stderr).toBe(0);
      writeFileSync(join(folder, file), done.stdout);
    }
    const args = ['preview', '--policy', 'policy.json', '--images', 'images.json', '--output', 'json'];
    const done = await run(process.execPath, [await slipwayBin(), ...args], { cwd: folder, env: cleanEnvironment() });
    expect(done.code, done.stderr).toBe(0);
    const { results } = JSON.parse(done.stdout) as { results: { imageTags: string[]; action: string }[] };
    expect(Object.fromEntries(results.map(({ imageTags, action }) => [imageTags[0], action]))).toEqual({
      v1: 'expire',
      v2: 'keep',
      v3: 'keep',
      other: 'keep',
    });
  }, 60_000);
});

describeWith({ tools: ['moto_server'] }, 'a preview on moto', () => {
  let moto: Server;
  let project: Workspace;
  let at: Endpoint;
  beforeAll(async () => {
    moto = await startMoto();
    at = { endpoint: moto.url, account: motoAccount, region };
    project = await workspace(
      {
        'slipway.yaml': `apiVersion: ecr.slipway.dev/v1
kind: Project
metadata: {name: team}
spec:
  naming: "{project}/{name}"
  environments: {prod: {account: "${motoAccount}", region: ${region}}}
  repositories: {app: {lifecyclePolicy: {keep: [{tags: ["v*"], last: 2}]}}}
`,
      },
      awsEnvironment(at),
    );
    await wireOk(at, 'ecr', 'CreateRepository', { repositoryName });
  }, 60_000);
  afterAll(async () => {
    await moto?.stop();
    project?.remove();
  });

  it('says clearly that moto has no preview of its own', async () => {
    const done = await project.slipway(['preview', '--compare-aws']);
    expect(done.code).toBe(1);
    expect(done.stdout.replaceAll(/\s+/g, ' ')).toContain(
      "ECR's own preview could not be had (ecr:StartLifecyclePolicyPreview: this endpoint does not have the operation)",
    );
  }, 60_000);
});
