// A test suite with a registry of its own: `node --test`. Nothing to install beside slipway, no AWS account, no Docker.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import {
  CreateRepositoryCommand,
  DescribeImagesCommand,
  ECRClient,
  PutLifecyclePolicyCommand,
} from '@aws-sdk/client-ecr';
import { startLocalEcr } from 'slipway/local';
import { makeImage, pull, push } from './image.mjs';

const repositoryName = 'team/app';
let local;
let ecr;
let repository;
let authorization;

before(async () => {
  // In memory, on any free port.
  local = await startLocalEcr({ memory: true, port: 0 });
  // For programs that your tests start: spawn('…', { env: { ...process.env, ...local.variables() } }).
  const { AWS_ENDPOINT_URL: endpoint, AWS_REGION: region, AWS_ACCESS_KEY_ID: accessKeyId } = local.variables();
  ecr = new ECRClient({ endpoint, region, credentials: { accessKeyId, secretAccessKey: 'local' } });
  await ecr.send(new CreateRepositoryCommand({ repositoryName, imageTagMutability: 'IMMUTABLE' }));
  repository = `${local.url}/v2/${repositoryName}`;
  ({ authorization } = local.login());
});

after(async () => {
  ecr?.destroy();
  await local?.close();
});

test('an image comes back as it was pushed', async () => {
  const image = makeImage('hello');
  await push(repository, authorization, 'v1', image);
  assert.deepEqual(await pull(repository, authorization, 'v1'), image);
});

test('a release cannot be replaced', async () => {
  await assert.rejects(push(repository, authorization, 'v1', makeImage('something else')), {
    message:
      "HTTP 400 TAG_INVALID: The image tag 'v1' already exists in the 'team/app' repository and cannot be overwritten because the tag is immutable.",
  });
});

test('a client copes with a registry that fails', async () => {
  local.setFaults([{ operation: 'PutImage', kind: 'server-error', times: 1 }]);
  await assert.rejects(push(repository, authorization, 'v2', makeImage('two')), { message: /^HTTP 500 / });
  await push(repository, authorization, 'v2', makeImage('two'));
});

test('images expire as the lifecycle policy says, three months in a moment', async () => {
  const selection = { tagStatus: 'any', countType: 'sinceImagePushed', countUnit: 'days', countNumber: 60 };
  const rules = [{ rulePriority: 1, selection, action: { type: 'expire' } }];
  await ecr.send(new PutLifecyclePolicyCommand({ repositoryName, lifecyclePolicyText: JSON.stringify({ rules }) }));
  await local.clock.advance(90 * 24 * 60 * 60 * 1000);
  assert.deepEqual((await ecr.send(new DescribeImagesCommand({ repositoryName }))).imageDetails, []);
});
