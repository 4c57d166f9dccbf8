// `local check` on real data, with and without a server: what it says of damage, and that what it advises brings everything back.
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, truncateSync, unlinkSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import {
  BatchGetImageCommand,
  CompleteLayerUploadCommand,
  CreateRepositoryCommand,
  ECRClient,
  InitiateLayerUploadCommand,
  LayerAlreadyExistsException,
  PutImageCommand,
  UploadLayerPartCommand,
} from '@aws-sdk/client-ecr';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type LocalEcr, startLocalEcr } from '../local/index.js';
import { Folder, type Result, type RunOptions } from './testing/harness.js';

let folder: Folder;
let local: LocalEcr;
beforeEach(async () => {
  folder = new Folder();
  local = await start();
});
afterEach(async () => {
  await local.close();
  folder.remove();
});

async function start(): Promise<LocalEcr> {
  const started = await startLocalEcr({ dataDirectory: data(), port: 0 });
  folder.call(String(started.port), '<port>');
  return started;
}

function data(): string {
  return join(folder.path, '.slipway', 'local');
}

function slipway(argv: readonly string[] = [], options: RunOptions = {}): Promise<Result> {
  return folder.run(['local', 'check', ...argv], { ...options, env: { SLIPWAY_LOCAL_PORT: String(local.port) } });
}

async function json(argv: readonly string[] = []): Promise<Record<string, unknown>> {
  return JSON.parse((await slipway([...argv, '--output', 'json'])).stdout) as Record<string, unknown>;
}

function ecr(): ECRClient {
  const credentials = { accessKeyId: '111111111111', secretAccessKey: 'x' };
  return new ECRClient({ endpoint: local.url, region: 'eu-west-1', maxAttempts: 1, credentials });
}

function sha256(bytes: string): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

function fileOf(text: string): string {
  const hex = sha256(text).slice(7);
  return join(data(), 'blobs', 'sha256', hex.slice(0, 2), hex);
}

async function pushLayer(repositoryName: string, text: string): Promise<void> {
  const { uploadId } = await ecr().send(new InitiateLayerUploadCommand({ repositoryName }));
  const part = { repositoryName, uploadId, partFirstByte: 0, partLastByte: text.length - 1 };
  await ecr().send(new UploadLayerPartCommand({ ...part, layerPartBlob: Buffer.from(text) }));
  try {
    await ecr().send(new CompleteLayerUploadCommand({ repositoryName, uploadId, layerDigests: [sha256(text)] }));
  } catch (error) {
    if (!(error instanceof LayerAlreadyExistsException)) throw error;
  }
}

/** As a container client does: layers that are there are not sent. */
async function push(repositoryName: string, tag: string, text: string): Promise<void> {
  for (const one of ['{}', text]) await pushLayer(repositoryName, one);
  const described = (of: string, mediaType: string) => ({ mediaType, digest: sha256(of), size: of.length });
  const imageManifest = JSON.stringify({
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    config: described('{}', 'application/vnd.oci.image.config.v1+json'),
    layers: [described(text, 'application/vnd.oci.image.layer.v1.tar')],
  });
  try {
    await ecr().send(new PutImageCommand({ repositoryName, imageManifest, imageTag: tag }));
  } catch (error) {
    expect(error).toMatchObject({ name: 'ImageAlreadyExistsException' });
  }
}

async function populate(): Promise<void> {
  for (const name of ['app', 'team/web']) await ecr().send(new CreateRepositoryCommand({ repositoryName: name }));
  await push('app', 'v1', 'the first layer');
  await push('app', 'v2', 'the second layer');
  await push('team/web', 'v1', 'the first layer');
}

describe('slipway local check', () => {
  it('says that all is well, of a server and of a folder alike', async () => {
    await populate();
    const well = {
      code: 0,
      stderr: '',
      stdout: 'All is as it should be: 3 images, 5 layers, 3 blobs (33 bytes)\n',
    };
    expect(await slipway()).toEqual(well);
    expect(await slipway(['--port', String(local.port)])).toEqual(well);
    // The server has it open, so it is asked.
    expect(await slipway(['--data', data()])).toEqual(well);
    const told = await json();
    expect(told).toEqual({
      version: 1,
      damaged: false,
      checked: { images: 3, layers: 5, blobs: 3, bytes: 33 },
      garbage: { blobs: 0, bytes: 0 },
      uploads: 0,
      setAside: 0,
      findings: [],
    });
    await local.close();
    expect(await slipway()).toEqual(well);
    expect(await slipway(['--data', '.slipway/local'])).toEqual(well);
    expect(await json()).toEqual(told);
    const tty = await slipway([], { tty: true });
    expect(tty).toMatchObject({ code: 0, stdout: well.stdout });
    expect(tty.stderr.startsWith('\r\u001b[Kchecked ')).toBe(true);
    expect(tty.stderr.endsWith('\r\u001b[K')).toBe(true);
  });

  it.each(['with a server', 'without'])(
    'names what is damaged and whom it hurts, and how to mend it: %s',
    async (how) => {
      await populate();
      if (how === 'without') await local.close();
      unlinkSync(fileOf('{}'));
      truncateSync(fileOf('the second layer'), 7);
      writeFileSync(fileOf('the first layer'), 'the worst layer');
      expect(await slipway([], { columns: 200 })).toMatchInlineSnapshot(`
        {
          "code": 1,
          "stderr": "error[local/blob-missing]: the bytes of layer
            sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a are not on the disk; 3 images cannot be
            pulled whole
          = help: push app:v1 (111111111111, eu-west-1), app:v2 (111111111111, eu-west-1), team/web:v1 (111111111111, eu-west-1)
                  again

        error[local/blob-damaged]: the bytes of layer
            sha256:47cb5b5775490c141277870dbe4fe702fe438289f5788d939db9068561e192ef have another digest; 2 images cannot be
            pulled whole
          = help: set it aside with \`slipway local check --set-aside\`, then push app:v1 (111111111111, eu-west-1), team/web:v1
                  (111111111111, eu-west-1) again

        error[local/blob-damaged]: the bytes of layer
            sha256:af308f42103db5a627dc4de988f2f519afdb128ccce474dde7bce679b3ed86ef are 7 of 16; an image cannot be pulled whole
          = help: push app:v2 (111111111111, eu-west-1) again

        3 errors
        ",
          "stdout": "Damaged: 3 problems in 3 images, 5 layers, 3 blobs (15 bytes)
        ",
        }
      `);
      const { damaged, findings } = await json();
      expect(damaged).toBe(true);
      expect(findings).toContainEqual({
        code: 'local/blob-damaged',
        severity: 'error',
        message: expect.stringContaining('are 7 of 16') as string,
        mend: 'push app:v2 (111111111111, eu-west-1) again',
        digest: sha256('the second layer'),
        images: [
          {
            account: '111111111111',
            region: 'eu-west-1',
            repository: 'app',
            digest: expect.stringMatching(/^sha256:/) as string,
            tags: ['v2'],
            origin: 'push',
          },
        ],
      });

      const aside = await slipway(['--set-aside'], { columns: 200 });
      expect(aside.code).toBe(1);
      expect(aside.stderr).toContain('have another digest, and were set aside');
      expect(aside.stdout).toContain('1 blob set aside in the folder damaged\n');
      expect(readdirSync(join(data(), 'damaged'))).toEqual([sha256('the first layer').replace(':', '-')]);

      // What it advised brings all of it back.
      if (how === 'without') local = await start();
      await push('app', 'v1', 'the first layer');
      await push('app', 'v2', 'the second layer');
      await push('team/web', 'v1', 'the first layer');
      expect(await slipway()).toMatchObject({ code: 0, stderr: '' });
    },
  );

  it('tells of what belongs to nobody, and of uploads, without calling it damage', async () => {
    await populate();
    await ecr().send(new InitiateLayerUploadCommand({ repositoryName: 'app' }));
    writeFileSync(fileOf('the first layer').replace(/.{4}$/, 'beef'), 'left over');
    expect(await slipway()).toEqual({
      code: 0,
      stderr: '',
      stdout:
        'All is as it should be: 3 images, 5 layers, 3 blobs (33 bytes)\n' +
        '1 blob (9 bytes) of no repository; collected in time\n' +
        '1 upload under way, or left by clients that have gone\n',
    });
  });

  it('refuses what it cannot do', async () => {
    expect(await slipway(['--port', '4510', '--data', '.'])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('--port and --data exclude each other') as string,
    });
    const port = local.port;
    await local.close();
    expect((await slipway(['--port', String(port)])).stderr).toContain('local/not-running');
    expect((await slipway(['--data', 'nowhere'])).stderr).toContain('local/nothing-to-check');
    expect(existsSync(join(folder.path, 'nowhere'))).toBe(false);
    const elsewhere = new Folder();
    const nothing = await elsewhere.run(['local', 'check'], { env: { SLIPWAY_LOCAL_PORT: String(port) } });
    expect(nothing).toMatchObject({ code: 1, stdout: '' });
    expect(nothing.stderr).toContain('local/nothing-to-check');
    expect(readdirSync(elsewhere.path)).toEqual([]);
    elsewhere.remove();
  });

  it('ends at Ctrl-C without a verdict', async () => {
    await populate();
    for (const ended of [false, true]) {
      if (ended) await local.close();
      const stopped = await slipway([], { signal: AbortSignal.abort() });
      expect(stopped).toMatchObject({ code: 130, stdout: '' });
      expect(stopped.stderr).toContain('interrupted');
    }
  });

  it('is for programs on this machine alone', async () => {
    const status = await new Promise((resolve, reject) => {
      request({ port: local.port, path: '/_slipway/check', headers: { host: 'evil.example' } }, (answer) => {
        answer.resume();
        resolve(answer.statusCode);
      })
        .on('error', reject)
        .end();
    });
    expect(status).toBe(403);
  });

  it('leaves what can be pulled as it is while others go on', async () => {
    await populate();
    const pulls = Array.from({ length: 20 }, () =>
      ecr().send(new BatchGetImageCommand({ repositoryName: 'app', imageIds: [{ imageTag: 'v1' }] })),
    );
    const [result, ...answers] = await Promise.all([slipway(), ...pulls]);
    expect(result.code).toBe(0);
    for (const answer of answers) expect(answer.images).toHaveLength(1);
  });
});
