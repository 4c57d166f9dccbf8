// The ports against moto_server, where it is installed: an endpoint that nobody here wrote.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { awsPorts } from './ports.js';
import { account, all, conformance, faultOf, region, repository } from './testing/conformance.js';

const motoFound = spawnSync('moto_server', ['--help'], { stdio: 'ignore' }).status === 0;

describe.skipIf(!motoFound)('moto_server', () => {
  let moto: ChildProcess;
  let url: string;

  beforeAll(async () => {
    const free = createServer();
    await new Promise<void>((resolve) => free.listen(0, '127.0.0.1', resolve));
    const { port } = free.address() as AddressInfo;
    await new Promise((resolve) => free.close(resolve));
    url = `http://127.0.0.1:${port}`;
    moto = spawn('moto_server', ['-H', '127.0.0.1', '-p', String(port)], { stdio: 'ignore' });
    for (;;) {
      if (moto.exitCode !== null) throw new Error(`moto_server ended with ${moto.exitCode}`);
      const up = await fetch(`${url}/moto-api/data.json`).then(
        (answer) => answer.ok,
        () => false,
      );
      if (up) break;
      await new Promise((resolve) => setImmediate(resolve));
    }
  });
  afterAll(async () => {
    const ended = new Promise((resolve) => moto.once('exit', resolve));
    moto.kill('SIGKILL');
    await ended;
  });

  describe('does what the ports promise', () => conformance(() => url));

  it('keeps images, whose repository is not deleted without force', async () => {
    const ports = awsPorts({ account, region, local: { endpoint: url } });
    await ports.ecr.createRepository(repository('images/a'));
    const { ECRClient, PutImageCommand } = await import('@aws-sdk/client-ecr');
    const client = new ECRClient({
      region,
      endpoint: url,
      credentials: { accessKeyId: account, secretAccessKey: 'x' },
    });
    const manifest = {
      schemaVersion: 2,
      mediaType: 'application/vnd.oci.image.manifest.v1+json',
      config: { mediaType: 'application/vnd.oci.image.config.v1+json', size: 3, digest: `sha256:${'a'.repeat(64)}` },
      layers: [{ mediaType: 'application/vnd.oci.image.layer.v1.tar', size: 5, digest: `sha256:${'b'.repeat(64)}` }],
    };
    await client.send(
      new PutImageCommand({ repositoryName: 'images/a', imageTag: 'v1', imageManifest: JSON.stringify(manifest) }),
    );
    const [image] = await all(ports.ecr.describeImages('images/a'));
    expect(image).toMatchObject({ tags: ['v1'] });
    expect(image?.digest).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect(image?.pushedAt).toBeGreaterThan(1_600_000_000_000);
    expect((await faultOf(ports.ecr.deleteRepository('images/a', false))).kind).toBe('not-empty');
    await ports.ecr.deleteRepository('images/a', true);
    client.destroy();
    ports.close();
  });

  it('lacks operations, which is told from a broken server and not tried again', async () => {
    const { Caller } = await import('./caller.js');
    const { systemClock } = await import('./clock.js');
    const { ECRClient, GetAccountSettingCommand } = await import('@aws-sdk/client-ecr');
    const client = new ECRClient({
      region,
      endpoint: url,
      maxAttempts: 1,
      credentials: { accessKeyId: account, secretAccessKey: 'x' },
    });
    const called: string[] = [];
    const caller = new Caller({ clock: systemClock, onCall: (one) => called.push(one) });
    const fault = await faultOf(
      caller.call('ecr:GetAccountSetting', () =>
        client.send(new GetAccountSettingCommand({ name: 'BASIC_SCAN_TYPE_VERSION' })),
      ),
    );
    expect(fault).toMatchObject({
      kind: 'not-implemented',
      message: 'this endpoint does not implement ecr:GetAccountSetting',
    });
    expect(called).toEqual(['ecr:GetAccountSetting']);
    client.destroy();
  });
});
