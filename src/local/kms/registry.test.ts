// A repository whose key cannot be used, as container clients and the API meet it on a running server.
import { afterEach, beforeEach, expect, it } from 'vitest';
import { wire, wireOk } from '../../../test/support/clients.js';
import { type LocalEcr, startLocalEcr } from '../index.js';

const place = { account: '111111111111', region: 'eu-west-1' };
let local: LocalEcr;
beforeEach(async () => {
  local = await startLocalEcr({ port: 0 });
});
afterEach(() => local.close());

const at = () => ({ ...place, endpoint: local.url });

it('is neither pulled from nor pushed to while the key is disabled, and all is well afterwards', async () => {
  const { KeyMetadata } = (await wireOk(at(), 'kms', 'CreateKey')) as { KeyMetadata: { KeyId: string; Arn: string } };
  const encryptionConfiguration = { encryptionType: 'KMS', kmsKey: KeyMetadata.Arn };
  await wireOk(at(), 'ecr', 'CreateRepository', { repositoryName: 'app', encryptionConfiguration });
  const { authorization } = local.login(place);
  const ask = (method: string, path: string, more: RequestInit = {}): Promise<Response> =>
    fetch(`${local.url}/v2/111111111111.eu-west-1/app/${path}`, { method, headers: { authorization }, ...more });
  const config = '{}';
  const { uploadId } = await wireOk(at(), 'ecr', 'InitiateLayerUpload', { repositoryName: 'app' });
  const part = {
    repositoryName: 'app',
    uploadId,
    partFirstByte: 0,
    partLastByte: 1,
    layerPartBlob: Buffer.from(config).toString('base64'),
  };
  await wireOk(at(), 'ecr', 'UploadLayerPart', part);
  const digest = 'sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a';
  await wireOk(at(), 'ecr', 'CompleteLayerUpload', { repositoryName: 'app', uploadId, layerDigests: [digest] });
  const mediaType = 'application/vnd.oci.image.manifest.v1+json';
  const imageManifest = JSON.stringify({
    schemaVersion: 2,
    mediaType,
    config: { mediaType: 'application/vnd.oci.image.config.v1+json', size: 2, digest },
    layers: [{ mediaType: 'application/vnd.oci.image.layer.v1.tar', size: 2, digest }],
  });
  await wireOk(at(), 'ecr', 'PutImage', { repositoryName: 'app', imageManifest, imageTag: 'v1' });
  expect((await ask('GET', 'manifests/v1')).status).toBe(200);

  await wireOk(at(), 'kms', 'DisableKey', { KeyId: KeyMetadata.KeyId });
  const message = `${KeyMetadata.Arn} is disabled.`;
  const calls = [
    ['GET', 'manifests/v1'],
    ['PUT', 'manifests/v2'],
    ['GET', `blobs/${digest}`],
    ['POST', 'blobs/uploads/'],
  ] as const;
  for (const [method, path] of calls) {
    const answer = await ask(method, path);
    expect([answer.status, await answer.json()]).toEqual([403, { errors: [{ code: 'DENIED', message }] }]);
  }
  const imageId = { imageTag: 'v1' };
  expect(await wireOk(at(), 'ecr', 'BatchGetImage', { repositoryName: 'app', imageIds: [imageId] })).toEqual({
    images: [],
    failures: [{ imageId, failureCode: 'KmsError', failureReason: message }],
  });
  for (const [operation, input] of [
    ['PutImage', { imageManifest, imageTag: 'v2' }],
    ['InitiateLayerUpload', {}],
    ['GetDownloadUrlForLayer', { layerDigest: digest }],
  ] as const) {
    const answer = await wire(at(), 'ecr', operation, { repositoryName: 'app', ...input });
    expect(answer.error).toEqual({ code: 'KmsException', message });
  }
  // What is not encrypted is there all the same.
  expect(await wireOk(at(), 'ecr', 'ListImages', { repositoryName: 'app' })).toMatchObject({ imageIds: [imageId] });

  await wireOk(at(), 'kms', 'EnableKey', { KeyId: KeyMetadata.KeyId });
  expect((await ask('GET', 'manifests/v1')).status).toBe(200);
  await wireOk(at(), 'ecr', 'DeleteRepository', { repositoryName: 'app', force: true });
  expect(await wireOk(at(), 'kms', 'ListGrants', { KeyId: KeyMetadata.KeyId })).toMatchObject({ Grants: [] });
});
